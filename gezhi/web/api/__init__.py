"""The door of programs: JSON under /api/v1/, its description is its contract."""
