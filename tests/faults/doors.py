"""Every door of an office, and how somebody speaks through it: each sends the same again, with its key, until it has an answer.

What is said carries a mark (`web-000017`: the door, and which of its voices it is), by which it is found again in whatever became of it.
"""

import io
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from json import dumps, loads
from typing import Any, Final
from urllib.parse import urlencode

from openpyxl import Workbook

from gezhi.kernel.ids import digest
from tests.evidence.pictures import file_of, scene
from tests.faults.client import CODE, FORM, PATIENCE_SECONDS, Line, Refused, Tally, expect, found, parts
from tests.faults.installation import Installation
from tests.faults.open_office import LINKED
from tests.wecom import envelopes

MARK = re.compile(r"\b(?:web|photo|api|open311|group|wecom|order|paper|book|phone|found)-\d{6}\b")
# What each mark was told: the digest of a code, the number of a case, the id of an order, "" for no more than "heard".
Told = dict[str, str]


def number_of(mark: str) -> int:
    return int(mark[-6:])


def key_of(mark: str) -> str:
    return f"{mark}-key".rjust(20, "0")


def picture(mark: str) -> bytes:
    """Another one for each mark."""
    image, colour = scene(), sha256(mark.encode()).digest()[:3]
    image.paste((colour[0], colour[1], colour[2]), (10, 10, 90, 90))
    return file_of(image, quality=90)


# ---- how each speaks ----


def web(line: Line, marks: Sequence[str]) -> Told:
    """A resident, by the poster's form; one of `photo` adds a picture."""
    (mark,) = marks
    address = f"/r/{line.office['place']}"
    if "csrftoken" not in line.cookies:
        line.get(address)
    said = {"key": key_of(mark), "text": f"楼道灯不亮 {mark}"}
    files = {"photos": ("IMG_1.jpg", picture(mark))} if mark.startswith("photo") else None
    answer = expect(line.form(address, said, files), 303)
    return {mark: digest(found(CODE, answer.where))}


def api(line: Line, marks: Sequence[str]) -> Told:
    """A program; every eighth keeps a picture first."""
    (mark,) = marks
    body: dict[str, Any] = {"text": f"路灯坏了 {mark}", "place": line.office["place"], "category": "0501"}
    if number_of(mark) % 8 == 0:
        kept = line.send(
            "POST",
            "/api/v1/evidence",
            parts({}, {"file": ("lamp.jpg", picture(mark))}, mark),
            {"Content-Type": f"multipart/form-data; boundary={mark}"},
        )
        body["evidence"] = [loads(expect(kept, 201).page)["id"]]
    keys = {} if line.is_keyless else {"Idempotency-Key": key_of(mark)}
    heads = {"Content-Type": "application/json", **keys}
    answer = expect(line.send("POST", "/api/v1/reports", dumps(body).encode(), heads), 201)
    return {mark: digest(loads(answer.page)["code"])}


def open311(line: Line, marks: Sequence[str]) -> Told:
    """Another city's application."""
    (mark,) = marks
    said = {"api_key": line.office["open_key"], "service_code": "0501", "lat": "37.4", "long": "122.18"}
    said |= {"description": f"门玻璃碎了 {mark}", "address_id": line.office["place"]}
    keys = {} if line.is_keyless else {"Idempotency-Key": key_of(mark)}
    answer = line.send(
        "POST", "/open311/v2/requests.json", urlencode(said).encode(), {"Content-Type": FORM, **keys}
    )
    return {mark: loads(expect(answer, 201).page)[0]["service_request_id"]}


def group(line: Line, marks: Sequence[str]) -> Told:
    """Chen pastes a chat of yesterday and confirms what it says, every voice at the compound."""
    day = datetime.now(UTC) - timedelta(days=1)
    names = ["于海", "田大爷", "李女士", "孙老师", "周姐", "吴师傅", "郑阿姨", "王哥", "冯叔", "褚妈"]
    chat = "\n".join(
        f"{names[place % len(names)]} {day:%Y/%-m/%-d} {9 + place // 60}:{place % 60:02d}:10\n{mark} 楼道灯坏了没人修"
        for place, mark in enumerate(marks)
    )
    said = {"key": key_of(marks[0]), "group": "悦海花园业主群"}
    page = expect(line.form("/desk/paste/", {**said, "text": chat}), 200).page
    said["state"] = found(r'name="state" value="([^"]+)"', page)
    cards = dict(re.findall(r'<textarea[^>]* name="words_(\d+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL))
    for place, words in cards.items():
        said |= {f"take_{place}": "on", f"words_{place}": words, f"place_{place}": line.office["place_id"]}
    done = expect(line.form("/desk/paste/take/", said), 200).page
    rows = [one for one in re.findall(r"<li>.*?</li>", done, re.DOTALL) if "/t/" in one]
    told = {found(MARK, one): digest(found(r"/t/(371072-[0-9a-z]+)", one)) for one in rows}
    if set(told) != set(marks):
        raise Refused(f"{sorted(set(marks) - set(told))} were not taken: {done[:1500]}")
    return told


_messages = count(7_000_000_000_000_000_001)
_nonces = count(1_597_212_914)


def wecom(line: Line, marks: Sequence[str]) -> Told:
    """A grid worker in WeCom, which calls again with another envelope until it is heard."""
    (mark,) = marks
    for words in (f"井盖松了 {mark}", "提交"):
        message = envelopes.text(words, sender=line.who, id=str(next(_messages)), created=int(time.time()))
        query, body = envelopes.Sealer().post(message, int(time.time()), nonce=str(next(_nonces)))
        expect(line.send("POST", f"/wecom/callback?{query}", body, {"Content-Type": "text/xml"}), 200)
    return {mark: ""}


def _due() -> datetime:
    return datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=3)


def order(line: Line, marks: Sequence[str]) -> Told:
    """The hotline's own system."""
    (mark,) = marks
    body = {
        "issuer": "hotline",
        "number": f"WH-{mark}",
        "text": f"来电人反映路灯不亮 {mark}",
        "due_at": _due().isoformat(),
        "place": line.office["place"],
    }
    heads = {"Content-Type": "application/json", "Authorization": f"Bearer {line.office['token']}"}
    answer = expect(line.send("POST", "/api/v1/orders", dumps(body).encode(), heads), 201, 200)
    return {mark: loads(answer.page)["id"].replace("-", "")}


def paper(line: Line, marks: Sequence[str]) -> Told:
    """An order from above that Chen pastes, looks at and takes in as a matter of its own."""
    (mark,) = marks
    number, due = f"QZ-{mark}", f"{_due():%Y-%m-%d %H:%M}"
    pasted = f"工单编号：{number}\n诉求内容：来电人反映路灯不亮 {mark}\n诉求地址：悦海花园\n办理时限：{due}\n"
    page = expect(line.form("/desk/orders/new/", {"pasted": pasted, "understand": "1"}), 200).page
    found(rf'name="number" value="({number})"', page)
    said = {
        "issuer": "city",
        "number": number,
        "due_at": due.replace(" ", "T"),
        "text": f"来电人反映路灯不亮 {mark}",
    }
    said |= {"place": line.office["place_id"], "into": "new"}
    answer = expect(line.form("/desk/orders/new/", said), 302)
    return {mark: found(r"/desk/orders/([0-9a-f-]{36})/", answer.where).replace("-", "")}


def book(line: Line, marks: Sequence[str]) -> Told:
    """A ledger that Chen brings in, waiting until it is there."""
    sheet, out = Workbook(), io.BytesIO()
    sheet.active.append(["编号", "地点", "问题描述"])
    for mark in marks:
        sheet.active.append([f"旧{mark}", "悦海花园", f"垃圾桶满了 {mark}"])
    sheet.save(out)
    books = "/desk/ledger/books/"
    answer = expect(line.form(books, {}, {"sheet": (f"{marks[0]}.xlsx", out.getvalue())}), 302)
    own = found(rf"({books}[0-9a-f-]{{36}}/)", answer.where)
    if not answer.where.endswith("/trial/"):  # nobody has said yet what its columns are
        expect(line.form(own, {"c0": "number", "c1": "place", "c2": "text", "finished": "wait"}), 302)
    found(rf"会新增.*?{len(marks)}", " ".join(line.get(f"{own}trial/").page.split()))
    expect(line.form(f"{own}begin/", {}), 302, 409)  # 409: it had begun when the answer was lost
    until = time.monotonic() + PATIENCE_SECONDS
    while "已导入 ·" not in (page := line.get(own).page):
        if time.monotonic() > until or "alert-error" in page:
            raise Refused(page[:1500])
        time.sleep(0.5)
    return dict.fromkeys(marks, "")


def phone(line: Line, marks: Sequence[str]) -> Told:
    """Chen at the telephone."""
    (mark,) = marks
    said = {
        "key": key_of(mark),
        "channel": "phone",
        "text": f"路灯坏了 {mark}",
        "place": line.office["place_id"],
    }
    return {mark: digest(found(CODE, expect(line.form("/desk/new/", said), 200).page))}


def solved(line: Line, marks: Sequence[str]) -> Told:
    """Wei found it, mended it and shows it."""
    (mark,) = marks
    place = line.office["place"]
    said = {
        "key": key_of(mark),
        "place": place,
        "typed": place,
        "category": "0501",
        "text": f"玻璃碎了 {mark}",
    }
    answer = expect(line.form("/my/found/", said, {"after": ("after.jpg", picture(mark))}), 303)
    return {mark: found(r"/my/found/([^/]+)/", answer.where)}


@dataclass(frozen=True)
class Door:
    """channel: how its reports are kept. people: how many speak through it at once, each so many voices at a time. as_whom: who is logged in.

    may_give_up: some do not try again when they hear no answer. may_tap: pressing twice is answered twice alike, at each step.
    """

    name: str
    channel: str
    speak: Callable[[Line, Sequence[str]], Told]
    people: int = 1
    batch: int = 1
    as_whom: str = ""
    may_give_up: bool = False
    may_tap: bool = True

    def mark(self, number: int) -> str:
        return f"{self.name}-{number:06d}"

    def line(self, where: Installation, office: Mapping[str, str], tally: Tally, person: int) -> Line:
        """One of its people, logged in where that is needed."""
        userids = list(LINKED.values())
        made = Line(where, office, self.name, tally, who=userids[person % len(userids)])
        if self.as_whom:
            made.enter(self.as_whom)
        return made


DOORS: Final = (
    Door("web", "qr", web, people=3, may_give_up=True),
    Door("photo", "qr", web),
    Door("api", "api", api, people=3, may_give_up=True),
    Door("open311", "open311", open311, people=2, may_give_up=True),
    Door("group", "group", group, batch=10, as_whom="chen"),
    Door("wecom", "wecom", wecom, people=len(LINKED)),
    Door("order", "order", order),
    Door("paper", "order", paper, as_whom="chen"),
    Door("book", "import", book, batch=200, as_whom="chen", may_tap=False),
    Door("phone", "phone", phone, as_whom="chen"),
    Door("found", "staff", solved, as_whom="wei"),
)
