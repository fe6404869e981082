"""What a place remembers of its cases: docs/adr/0034-spot-memory.md."""
