"""One metric a file, each a few pure functions on arrays."""
