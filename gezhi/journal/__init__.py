"""What happened, signed and sealed: the journal, its outbox of what must follow a commit, and its clock."""
