"""A pasted group chat: who said what when, which of it is a problem, names taken out. PURE."""
