"""Who is told what: new work on a list, mails, and messages to other people's programs."""
