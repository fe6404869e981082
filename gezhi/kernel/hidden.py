"""Signs that nobody sees: joiners, soft hyphens, fillers, bidi and tag signs. What is compared or masked is read without them. Pure."""

HIDDEN = (  # as the inside of a set of a pattern
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f"
)
