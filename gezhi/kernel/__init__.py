"""Values and pure rules that every package speaks: actors, refusals, working time, points, sheets, texts."""
