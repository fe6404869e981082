"""The one table that the bare view writes to; made in a scratch folder only."""

from typing import ClassVar

from django.db import models


class Line(models.Model):
    """What somebody said, and nothing else: no key, no journal, no timer."""

    text = models.TextField()
    said_at = models.DateTimeField()
    objects: ClassVar[models.Manager["Line"]] = models.Manager()

    class Meta:
        app_label = "bench"

    def __str__(self) -> str:
        return self.text[:40]
