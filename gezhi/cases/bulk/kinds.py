"""What can be done to many cases at once, and how far it is with each."""

from datetime import timedelta

from django.db.models import TextChoices

MOST = 500  # cases of one bulk deed
UNDO = timedelta(minutes=10)  # from the last of its cases on; source: docs/adr/0032-see-it-all.md


class BulkDeed(TextChoices):
    """The deed of one case that is done to each: the event of its arrow."""

    DISPATCH = "dispatch"
    URGE = "urge"
    JOIN = "join"
    ACCEPT = "accept"


# an urge cannot be unsaid, nor that a report was accepted: its reporter has heard it
UNDOES = {BulkDeed.DISPATCH: "undo_dispatch", BulkDeed.JOIN: "undo_join"}


class ItemState(TextChoices):
    """How far it is with one case."""

    WAITING = "waiting"
    DONE = "done"
    LEFT = "left"  # refused, or stopped before its turn: nothing was done to it
    UNDONE = "undone"
    KEPT = "kept"  # done and to be undone, but somebody had moved it on


STOPPED = "stopped"  # why an item was left: whoever began it stopped it
