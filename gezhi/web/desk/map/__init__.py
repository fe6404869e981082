"""The map of the desk: what lies where, what lies below it, and drawing on it."""
