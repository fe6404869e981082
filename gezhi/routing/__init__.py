"""Who answers for a matter: rules with their versions, tried out before they hold; the ladder when nobody acts."""
