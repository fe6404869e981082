"""The door of those who are on their feet: my work, on the spot, duty."""
