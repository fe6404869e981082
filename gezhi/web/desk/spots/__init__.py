"""What places remember, and what was learned there: a place's past, practices, what keeps coming back."""
