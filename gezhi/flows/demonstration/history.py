"""Half a year of voices: which tale begins when and where. The same day is told alike whenever the demonstration is made."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from gezhi.catalogue import queries as catalogue
from gezhi.flows.demonstration import bank
from gezhi.flows.demonstration.courses import OFFICE, Course, accepted, ordinary, pick
from gezhi.flows.demonstration.ground import Grounds, Spot, sent_to
from gezhi.flows.demonstration.tales import Act, Tale, in_order
from gezhi.flows.demonstration.weather import Day, day_of, is_cold
from gezhi.kernel.worktime import WorkCalendar, next_working

CHANNELS = {"qr": 0.46, "web": 0.2, "phone": 0.22, "counter": 0.12}
PHOTOS = {"qr": 0.4, "web": 0.2, "phone": 0.0, "counter": 0.0}
HOURS = {  # of the local day, for those who write; by phone and at the counter it is daytime
    6: 2, 7: 7, 8: 9, 9: 7, 10: 6, 11: 5, 12: 6, 13: 4, 14: 4, 15: 4, 16: 4, 17: 6, 18: 9, 19: 9, 20: 8, 21: 6, 22: 3, 23: 1,
}  # fmt: skip
DAYTIME = (8.6, 17.6)
LEAVES_NUMBER = 0.2
WALKS, WALKS_OFF = 0.5, 0.08  # how often workers find something, on a day of work and on a day off
MENDED_AT_ONCE = 0.72
REPEATED, CAME_BACK = 0.06, 0.04
RARE = 0.045  # asked, declined, not ours, will not be done, not located
URGED, ADDED = 0.05, 0.04


class Telling:
    """Draws the tales of one day after the other. sent: who is sent where, by code."""

    def __init__(self, grounds: Grounds, zone: ZoneInfo) -> None:
        self.grounds, self.zone = grounds, zone
        self.office: WorkCalendar = catalogue.calendar(OFFICE)
        self.heard: dict[str, int] = {}
        self.solved: list[Tale] = []

    def tell(self, first: date, last: date) -> Iterator[Tale]:
        """All tales that begin within these days, in order."""
        for number in range((last - first).days + 1):
            day = day_of(first + timedelta(days=number), is_off=self._is_off(first + timedelta(days=number)))
            yield from sorted(self._day(day), key=lambda tale: tale.at)

    def _is_off(self, day: date) -> bool:
        morning = datetime.combine(day, time(8), self.zone).astimezone(UTC)
        return next_working(morning, self.office) - morning > timedelta(hours=12)

    def _day(self, day: Day) -> Iterator[Tale]:
        lot = Random(f"tales {day.date.isoformat()}")
        for number in range(day.voices):
            key = f"{day.date.isoformat()}-{number:02d}"
            tale = self._rare(key, day, lot) if lot.random() < RARE else None
            tale = tale or self._voice(key, day, lot)
            yield tale
            if lot.random() < REPEATED and (again := _repeated(tale, lot)):
                yield again
        if lot.random() < (WALKS_OFF if day.is_off else WALKS):
            for number in range(lot.choice((1, 1, 1, 2))):
                yield self._walk(f"{day.date.isoformat()}-w{number}", day, lot)

    def _voice(self, key: str, day: Day, lot: Random) -> Tale:
        """A resident speaks; sometimes of what was mended there not long ago."""
        channel = self._channel(day, lot)
        at = self._moment(day, channel, lot)
        before = self._mended_before(at, lot) if lot.random() < CAME_BACK else None
        if before is not None:
            kind = bank.kinds()[before.category]
            spot, ground = self._spot(before.place), "building"
            text = f"{lot.choice(bank.phrases()['back'])}：{self._least_heard(kind.voices, lot)}"
        else:
            kind = self._kind(day, lot)
            spot, ground = self.grounds.draw(lot, kind.on)
            text = self._words(kind, lot)
        has_contact = channel in {"phone", "counter"} or lot.random() < LEAVES_NUMBER
        party = sent_to(kind, spot, ground)
        course = Course(
            lot, at, at, kind.code, party, channel, has_contact, self._calendar(party), spot.community
        )
        acts = in_order([*ordinary(course), *self._beside(at, channel, lot)])
        tale = Tale(
            key,
            at,
            spot.full_name,
            kind.code,
            text,
            channel,
            acts,
            lot.random() < PHOTOS[channel],
            lot.choice(bank.town()["callers"]) if has_contact else "",
            has_contact and lot.random() < 0.7,
        )
        self.solved.append(tale)
        return tale

    def _beside(self, at: datetime, channel: str, lot: Random) -> Iterator[Act]:
        """The reporter urges, or adds something, while it is under way."""
        if channel in {"phone", "counter"}:
            return
        if lot.random() < URGED:
            yield Act(at + timedelta(hours=lot.uniform(20, 50)), "lin", "urge")
        if lot.random() < ADDED:
            words = bank.phrases()["added"]
            yield Act(at + timedelta(hours=lot.uniform(2, 30)), "lin", "add", note=lot.choice(words))

    def _kind(self, day: Day, lot: Random) -> bank.Kind:
        """What happens on such a day in such a month."""
        chances = {kind: _chance(kind, day) for kind in bank.kinds().values()}
        found: bank.Kind = pick(lot, list(chances), list(chances.values()))
        return found

    def _words(self, kind: bank.Kind, lot: Random) -> str:
        """A voice with a beginning and an end of its own."""
        said = bank.phrases()
        return f"{lot.choice(said['lead_in'])}{self._least_heard(kind.voices, lot)}{lot.choice(said['tail'])}"

    def _least_heard(self, voices: Sequence[str], lot: Random) -> str:
        """One of those that were heard least so far."""
        least = min(self.heard.get(voice, 0) for voice in voices)
        voice = lot.choice([one for one in voices if self.heard.get(one, 0) == least])
        self.heard[voice] = least + 1
        return voice

    def _least_told(self, entries: Sequence[list[str]], lot: Random) -> list[str]:
        """The entry that was told least so far."""
        by_text = {" ".join(entry): entry for entry in entries}
        return by_text[self._least_heard(list(by_text), lot)]

    def _channel(self, day: Day, lot: Random) -> str:
        shares = {**CHANNELS, "counter": 0.0 if day.is_off else CHANNELS["counter"]}
        channel: str = pick(lot, list(shares), list(shares.values()))
        return channel

    def _moment(self, day: Day, channel: str, lot: Random) -> datetime:
        if channel in {"phone", "counter", "staff"}:
            hour = lot.uniform(*DAYTIME)
            hour = hour if not 12 <= hour < 13.5 else hour - 2.2
        else:
            hour = pick(lot, list(HOURS), list(HOURS.values())) + lot.random()
        midnight = datetime.combine(day.date, time(), self.zone)
        return (midnight + timedelta(seconds=round(hour * 3600))).astimezone(UTC)

    def _calendar(self, party: str) -> WorkCalendar:
        return catalogue.calendar(bank.calendars().get(party, OFFICE))

    def _mended_before(self, at: datetime, lot: Random) -> Tale | None:
        """Something that was done a week to two months ago and lies in a house or a compound."""
        done = [
            tale
            for tale in self.solved
            if tale.acts
            and tale.acts[-1].event in {"satisfied", "pass_check", "call:satisfied"}
            and timedelta(days=7) < at - tale.acts[-1].at < timedelta(days=60)
            and bank.kinds()[tale.category].weather == ""
            and not bank.kinds()[tale.category].months
            and bank.kinds()[tale.category].to == ""
        ]
        return lot.choice(done) if done else None

    def _spot(self, full_name: str) -> Spot:
        of = self.grounds.spots[full_name.split()[0]]
        return next(spot for spots in of.values() for spot in spots if spot.full_name == full_name)

    def _walk(self, key: str, day: Day, lot: Random) -> Tale:
        """A worker on his round finds something: mended on the spot, or given to the desk."""
        kinds = [kind for kind in bank.kinds().values() if kind.seen]
        kind = pick(lot, kinds, [kind.weight for kind in kinds])
        spot, ground = self.grounds.draw(lot, tuple(one for one in kind.on if one != "community"))
        at = self._moment(day, "staff", lot)
        mends = lot.random() < MENDED_AT_ONCE
        said = bank.phrases()
        text = self._least_heard([f"{walk}：{seen}" for walk in said["walk"] for seen in kind.seen], lot)
        if mends:
            looked = Act(self._later(at, lot), "checker", "pass_check", note=lot.choice(said["checked"]))
            note = lot.choice(kind.done)
            return Tale(
                key,
                at,
                spot.full_name,
                kind.code,
                text,
                "staff",
                (looked,),
                has_photo=True,
                finder="walker",
                mends=True,
                note=note,
            )
        party = sent_to(kind, spot, ground)
        course = Course(lot, at, at, kind.code, party, "staff", False, self._calendar(party), spot.community)
        return Tale(
            key,
            at,
            spot.full_name,
            kind.code,
            text,
            "staff",
            ordinary(course),
            has_photo=True,
            finder="walker",
        )

    def _later(self, at: datetime, lot: Random) -> datetime:
        return next_working(at + timedelta(hours=lot.uniform(3, 26)), self.office)

    def _rare(self, key: str, day: Day, lot: Random) -> Tale | None:
        """What does not become work: asked about, declined, not ours, not to be done; and what names no place."""
        group = lot.choice(
            ("questions", "questions", "refusals", "not_ours", "wont", "unlocated", "unlocated")
        )
        entry = self._least_told(bank.phrases()[group], lot)
        channel = lot.choice(("web", "qr"))
        at = self._moment(day, channel, lot)
        spot, ground = self.grounds.draw(lot, ("yard",))
        if group == "unlocated":
            return self._unlocated(key, at, entry, lot)
        code = entry[0] if group in {"questions", "refusals"} else entry[2]
        text = entry[1] if group in {"questions", "refusals"} else entry[0]
        party = sent_to(bank.kinds()[code], spot, ground)
        course = Course(lot, at, at, code, party, channel, False, self._calendar(party), spot.community)
        ENDINGS[group](course, entry)
        return Tale(key, at, spot.full_name, code, text, channel, in_order(course.acts))

    def _unlocated(self, key: str, at: datetime, entry: list[str], lot: Random) -> Tale:
        """Nobody knows where: the intake desk finds the place, and the community's desk goes on."""
        text, code, place = entry
        party = sent_to(bank.kinds()[code], Spot(place, ""), "community")
        course = Course(lot, at, at, code, party, "web", False, self._calendar(party), place.split()[0])
        acts = [_placed(act, place, code) for act in ordinary(course)]
        return Tale(key, at, "", "", text, "web", tuple(acts))


def _placed(act: Act, place: str, category: str) -> Act:
    if act.event != "accept":
        return act
    return Act(act.at, act.who, act.event, place=place, category=category)


def _chance(kind: bank.Kind, day: Day) -> float:
    """The weight of a kind on such a day: bad weather brings its own; the cold first days bring cold rooms."""
    if kind.months and day.date.month not in kind.months:
        return 0
    if kind.weather:
        fits = day.weather == kind.weather or (kind.weather == "rain" and day.weather == "storm")
        return kind.weight * 7 if fits else 0
    return kind.weight * (3 if kind.code == "0608" and is_cold(day.date) else 1)


def _asked(course: Course, entry: list[str]) -> None:
    """The desk asks; the reporter answers, or the days pass."""
    course.wait(10, 160)
    course.do("desk", "ask", note=entry[2])
    if entry[3]:
        course.at_once(40, 2000)
        course.do("lin", "answer", note=entry[3])
        ordinary(course)
        return
    course.wait(2600, 2900)
    course.do("desk", "decline", reason="一直没有补充，无法查找；有新情况请再报")


def _declined(course: Course, entry: list[str]) -> None:
    course.wait(10, 200)
    course.do("desk", "decline", reason=entry[2])


def _refused(event: str) -> Any:
    def refused(course: Course, entry: list[str]) -> None:
        accepted(course)
        course.wait(60, 700)
        course.do("officer", event, reason=entry[1])

    return refused


ENDINGS = {
    "questions": _asked,
    "refusals": _declined,
    "not_ours": _refused("not_ours"),
    "wont": _refused("wont_do"),
}


def _repeated(tale: Tale, lot: Random) -> Tale | None:
    """A neighbour says the same before it is done: joined by the desk."""
    taken = next((act.at for act in tale.acts if act.event == "accept"), None)
    done = next((act.at for act in tale.acts if act.event in {"done", "not_found"}), None)
    if taken is None or done is None or not tale.place or done - taken < timedelta(hours=5):
        return None
    said = taken + timedelta(minutes=lot.uniform(20, 150))
    joined = said + timedelta(minutes=lot.uniform(8, 70))
    text = lot.choice(bank.phrases()["same"]) + tale.text.lstrip("您好，")
    acts = (Act(joined, "desk", "join", into=tale.key),)
    return Tale(f"{tale.key}-2", said, tale.place, tale.category, text, lot.choice(("qr", "web")), acts)
