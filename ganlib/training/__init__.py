"""How a run proceeds: the loop and what happens beside it."""
