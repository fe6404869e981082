"""The door of WeCom: its callback and logging in with it."""
