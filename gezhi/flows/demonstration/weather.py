"""How many voices a day brings and of what: weekends, holidays, rain, storms, snow and the first cold days. PURE.

The same day is always alike, whenever the demonstration is made. Invented: no record of Weihai's weather was read.
"""

from dataclasses import dataclass
from datetime import date
from random import Random

RAINY = {6: 0.22, 7: 0.34, 8: 0.34, 9: 0.2, 4: 0.1, 5: 0.12, 10: 0.1}  # share of the days, by month
SNOWY = {12: 0.22, 1: 0.26, 2: 0.16}
STORMS = frozenset({(7, 24), (8, 9), (8, 10), (8, 27), (9, 12)})  # a typhoon passes: month and day
HEATING_BEGINS, COMPLAINTS_OF_COLD = (
    (11, 10),
    20,
)  # from that day and so many days on many complain of cold rooms
A_DAY = 1.65  # voices of residents on a plain working day


@dataclass(frozen=True, slots=True)
class Day:
    """What kind of day it is. voices: how many residents report; weather: "", rain, storm or snow."""

    date: date
    is_off: bool
    weather: str
    voices: int


def day_of(day: date, *, is_off: bool) -> Day:
    """What this day is like. is_off: the offices are closed."""
    lot = Random(f"weather {day.isoformat()}")
    weather = _weather(day, lot)
    expected = A_DAY * (0.75 if is_off else 1.0) * (1.25 if day.weekday() == 0 else 1.0)
    expected += {"storm": 4.0, "snow": 1.2, "rain": 0.7}.get(weather, 0.0)
    expected += 0.9 if is_cold(day) else 0.0
    voices = int(expected) + (lot.random() < expected % 1) + lot.choice((-1, 0, 0, 0, 0, 1))
    return Day(day, is_off, weather, max(0, voices))


def is_cold(day: date) -> bool:
    """Whether the heating has just begun and does not reach everybody."""
    begins = date(day.year, *HEATING_BEGINS)
    return 0 <= (day - begins).days < COMPLAINTS_OF_COLD


def _weather(day: date, lot: Random) -> str:
    if (day.month, day.day) in STORMS:
        return "storm"
    drawn = lot.random()
    if drawn < SNOWY.get(day.month, 0):
        return "snow"
    return "rain" if drawn < RAINY.get(day.month, 0) else ""
