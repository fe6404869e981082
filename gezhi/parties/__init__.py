"""Who works where: parties, their services and posts, accounts, log-ins, tokens and keys of programs."""
