"""Who answers the phone now: shifts, handing over, and the standing phone at the end."""
