"""Books that others keep: their heads, what their columns mean, their rows as values. PURE: no database, no screens."""
