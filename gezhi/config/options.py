"""What the options of commands may say. Loaded by every command before its settings: nothing else is brought along."""

ENCODINGS = ("utf-8", "utf-16", "gb18030", "big5")  # as kernel.sheet knows them, which is loaded later
LEDGER_FIELDS = (
    "number", "text", "area", "place", "category", "said_at", "received_at", "contact", "status", "party", "closed_at", "note",
)  # fmt: skip
MOST_WORKERS = 64
