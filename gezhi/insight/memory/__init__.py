"""What a place remembers: the newest of all that happened there, read along an index, and what can be told from it."""
