"""What is derived to be seen and found: never the truth itself, thrown away and made again at any time."""
