"""How good are the images: one metric a file, pure functions on arrays."""
