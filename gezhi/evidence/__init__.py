"""Photos and recordings: judged, kept by their digest, shown covered, and gone when they must be."""
