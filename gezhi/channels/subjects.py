"""What a notice is about, for mails and chats: a case, or a task, which is told without its case."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.urls import reverse

from gezhi.work.facing import facing


class Subject(NamedTuple):
    """Number, place, category and day of what is told; path: of its page."""

    number: str
    place_id: UUID | None
    place_path: str
    category_id: UUID | None
    due_at: datetime | None
    path: str


def subject(notice: Any) -> Subject:
    """Of a notice with its case joined (notices.queries.notice). 1 query for a task, else none."""
    if notice.case is not None:
        case = notice.case
        path = reverse("desk:case", args=[case.number])
        return Subject(case.number, case.place_id, case.place_path, case.category_id, case.due_at, path)
    one = facing([notice.about_id])[notice.about_id]
    path = reverse("desk:task", args=[one.id])
    return Subject(one.number, one.place_id, one.place_path, one.category_id, one.due_at, path)
