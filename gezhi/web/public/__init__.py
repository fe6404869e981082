"""The door of residents: reporting, following a report, and what works without network."""
