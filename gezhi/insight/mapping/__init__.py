"""What the map shows: places with counts, gathered to clusters for one view of it."""
