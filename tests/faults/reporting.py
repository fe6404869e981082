"""Report in this process, and prove in this process that nothing is broken."""

from datetime import UTC, datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gezhi.config import check
from gezhi.kernel.finding import Finding
from tests.evidence.pictures import photo

FORM = "/r/371072"
NOT_BROKEN = {"warning", "worker"}  # an open door, a worker that does not run: none of the tests' business


def sent(phone: Client, key: str, **more: Any) -> Any:
    """One report with this key."""
    return phone.post(FORM, {"key": key, "text": "楼道灯不亮"} | more)


def picture() -> SimpleUploadedFile:
    """A photo as a browser sends it."""
    return SimpleUploadedFile("IMG_1.jpg", photo(), "image/jpeg")


def whole() -> list[Finding]:
    """What `gezhi check` finds broken."""
    return [found for _, found in check.findings(datetime.now(UTC)) if found.invariant not in NOT_BROKEN]
