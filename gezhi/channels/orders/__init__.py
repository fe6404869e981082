"""Orders from above as their issuers write them: pasted, in a sheet, and the papers that go back. No screens, no database."""
