"""A case from the voice to its ending: states and moves, clocks, who may what, what may be the same matter."""
