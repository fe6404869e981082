"""How voices come in and messages go out, by the form they have there; nothing is decided here."""
