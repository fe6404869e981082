"""What an office shows to everybody where it turned that on: the map and list of what was solved, feeds of places, a table of data."""
