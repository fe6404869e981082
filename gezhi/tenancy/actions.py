"""Found a jurisdiction."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gezhi.kernel.refusal import Invalid
from gezhi.tenancy.models import Jurisdiction
from gezhi.tenancy.queries import forget

CODE = re.compile(r"\d{6}")


def add_jurisdiction(
    *, code: str, name: str, time_zone: str, host: str = "", demonstration: bool = False, at: datetime
) -> Jurisdiction:
    """A district, county or development zone by its six-digit national division code (GB/T 2260). Raises Invalid (code, name, time_zone)."""
    if not CODE.fullmatch(code):
        raise Invalid("code", "six_digits")
    if not name.strip():
        raise Invalid("name", "empty")
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise Invalid("time_zone", "unknown") from unknown
    if Jurisdiction.objects.filter(code=code).exists():
        raise Invalid("code", "taken")
    made = Jurisdiction.objects.create(
        code=code, name=name.strip(), time_zone=time_zone, host=host, demonstration=demonstration, made_at=at
    )
    forget()
    return made
