"""Orders from above: what the hotline, the city's management, petitions and leaders send down, and by when they are answered."""
