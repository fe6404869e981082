"""What of the whole network stands on pages of a case and of a task: sections, forms; for desk, pocket and programs."""
