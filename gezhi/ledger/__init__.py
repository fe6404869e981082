"""One line per case, folded from the journal: the book of problems, on screen and as a file."""
