"""Stories that cross packages, one a file: each owns its transaction."""
