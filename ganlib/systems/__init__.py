"""How a system learns: networks, losses and train steps."""
