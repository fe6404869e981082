"""Papers that an office hands on: albums and briefs, as one list of blocks that page, PDF and .docx show alike (docs/adr/0036)."""
