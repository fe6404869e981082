"""What an office shows: albums for inspections, the brief of a week, screens on a wall."""
