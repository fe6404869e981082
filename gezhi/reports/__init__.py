"""Voices: what was said, where and how it came, what it seems to speak of, and the books that come in."""
