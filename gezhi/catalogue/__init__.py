"""Categories, opening conditions, proofs, working calendars: a jurisdiction's copy of the data files."""
