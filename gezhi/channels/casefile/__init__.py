"""The whole file of one case on paper: what was said, where, who had it, the story and the photos, as A4 in a PDF."""
