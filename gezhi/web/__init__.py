"""What people and programs see: six doors (public, pocket, desk, api, open311, wecom) and what they share."""
