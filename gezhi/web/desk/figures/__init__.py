"""Figures at the desk: the page of a place, the cases behind a number, what is left out."""
