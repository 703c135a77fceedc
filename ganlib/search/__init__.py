"""Which architecture? Spaces of networks, and searchers that try them."""
