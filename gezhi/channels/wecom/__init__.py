"""WeCom: its envelope, what is heard there, drafts that become reports, and what is said back."""
