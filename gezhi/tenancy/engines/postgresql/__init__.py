"""PostgreSQL with keys that hold rows to their office, and a limit to how long a silent server is waited for."""
