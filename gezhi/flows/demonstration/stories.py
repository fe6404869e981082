"""A first week of Huangguan's life, told by the product's own actions so that journal and ledger are true.

Days are counted back from the day the demonstration is made. Persons are the fixed cast; what they say is invented.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from gezhi.cases import queries as cases
from gezhi.cases.lifecycle import Ending
from gezhi.cases.move import PICTURE_KINDS, Move, Shown
from gezhi.catalogue import queries as catalogue
from gezhi.evidence import actions as evidence
from gezhi.evidence.actions import Kept
from gezhi.flows.demonstration.album import Upload
from gezhi.flows.demonstration.pictures import drawn, scene_of
from gezhi.flows.demonstration.places import Names
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.flows.route import advance_and_route
from gezhi.kernel.actor import VISITOR, Actor, reporter
from gezhi.places.queries import by_ids
from gezhi.reports.intake import OURS, Intake

YUEHAI = "悦海社区 悦海花园小区"


@dataclass(frozen=True, slots=True)
class Step:
    """hours after the report, who (user name, or "lin" for the reporter), and what he does. needs_photo: an after picture."""

    hours: float
    who: str
    move: Move
    needs_photo: bool = False
    party: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """One matter: place by its full name, category by code, what was said, how many days ago and at what hour (local)."""

    place: str
    category: str
    text: str
    days_ago: int
    hour: float
    steps: tuple[Step, ...] = ()
    channel: str = "qr"
    photo: bool = True
    contact: str = ""

    def begin(self, now: datetime) -> datetime:
        """When it was said: so many days before this local moment, half an hour ago at the latest."""
        day = (now - timedelta(days=self.days_ago)).replace(hour=0, minute=0, second=0, microsecond=0)
        return min(day + timedelta(hours=self.hour), now - timedelta(minutes=30))


def _accepted(*rest: Step, party: str = "YHWY", who: str = "chen") -> tuple[Step, ...]:
    send = Step(0.6, who, Move("dispatch", note="请到现场查看"), party=party)
    return (Step(0.4, who, Move("accept")), send, *rest)


TAKE = Step(1.2, "ding", Move("take"))
DONE = Step(5, "ding", Move("done", note="已处理完毕，现场清理干净", count=1), needs_photo=True)
PASS = Step(22, "zhao", Move("pass_check", note="到现场看过，符合要求"))
YES = Step(25, "lin", Move("satisfied"))

STORIES: tuple[Story, ...] = (
    Story(
        f"{YUEHAI} 3号楼",
        "0501",
        "单元门的玻璃碎了，地上都是碎片，孩子进出不安全",
        6,
        8.5,
        _accepted(TAKE, DONE, PASS, YES),
    ),
    Story(
        f"{YUEHAI} 西门",
        "0306",
        "上下班时候西门堵得厉害，车和人挤在一起",
        5,
        18.2,
        _accepted(
            Step(2, "ding", Move("take")),
            Step(20, "ding", Move("put_to_meeting", note="提请物业联席会研究：路桩、疏导、道路修缮")),
        ),
    ),
    Story(f"{YUEHAI} 1号楼", "0504", "三楼楼道灯不亮，晚上看不见台阶", 4, 19.5, _accepted(TAKE, DONE)),
    Story(
        f"{YUEHAI} 2号楼",
        "0202",
        "楼前空地堆了好多旧家具和纸箱",
        4,
        9.1,
        _accepted(
            Step(1, "sun", Move("return", reason="堆放物属于商户，请社区先联系")),
            Step(3, "chen", Move("dispatch", note="已联系商户，请物业清运"), party="YHWY"),
            Step(4, "ding", Move("take")),
            Step(8, "ding", Move("done", note="已清运", count=1), needs_photo=True),
            Step(23, "zhao", Move("fail_check", note="看了现场", reason="墙角还剩一堆纸箱")),
            Step(26, "ding", Move("done", note="全部清完", count=2), needs_photo=True),
            Step(30, "zhao", Move("pass_check", note="清干净了")),
        ),
    ),
    Story(f"{YUEHAI} 4号楼", "0503", "电梯停在四楼不动了，没有人被困", 1, 7.4, _accepted(TAKE)),
    Story(f"{YUEHAI} 5号楼", "0401", "雨后楼前积水，出门要蹚水", 1, 10.5, _accepted()),
    Story(f"{YUEHAI} 3号楼", "0901", "楼道里又贴满了小广告", 0, 8.2),
    Story(
        f"{YUEHAI} 6号楼",
        "0703",
        "有人从五楼拉线下来给电动车充电",
        0,
        9.3,
        (Step(0.3, "chen", Move("accept")),),
    ),
    Story(
        "韩乐坊社区 韩乐坊 中街",
        "0301",
        "下午停车把路堵了，公交车过不去",
        2,
        16.0,
        _accepted(party="ZHZF", who="zhou"),
    ),
    Story(
        "韩乐坊社区 韩乐坊 西街",
        "1001",
        "路口摆摊的占了人行道",
        3,
        17.1,
        _accepted(
            Step(2, "gao", Move("take")),
            Step(6, "gao", Move("done", note="已劝离，登记 3 个摊位去向", count=3), needs_photo=True),
            Step(24, "zhao", Move("pass_check", note="通道已清")),
            party="ZHZF",
            who="zhou",
        ),
    ),
    Story(
        f"{YUEHAI} 7号楼",
        "1204",
        "楼道一个星期没有打扫了",
        2,
        11.0,
        (Step(0.5, "chen", Move("accept")),),
        contact="0631-000-0186",
    ),
    Story(
        f"{YUEHAI} 8号楼",
        "0505",
        "顶楼下雨就漏，墙皮掉了",
        6,
        14.3,
        _accepted(
            TAKE,
            Step(9, "zhou", Move("carry_forward", reason="等维修资金应急审批")),
        ),
    ),
    Story(
        f"{YUEHAI} 2号楼",
        "0605",
        "健身器材有一个踏板松了",
        5,
        15.2,
        _accepted(
            TAKE,
            Step(
                4, "ding", Move("not_found", note="踏板已由厂家修好，现场正常", ending=Ending.NO_LONGER_THERE)
            ),
            Step(20, "zhao", Move("pass_check", note="现场正常")),
        ),
    ),
    Story(
        f"{YUEHAI} 1号楼",
        "0601",
        "门口路灯坏了两盏",
        0,
        7.0,
        photo=False,
        channel="phone",
        contact="0631-000-0187",
    ),
)


@dataclass
class Telling:
    """Who tells the stories and when it is now."""

    names: Names
    people: Mapping[str, Actor]
    parties: Mapping[str, UUID]
    now: datetime
    told: list[str] = field(default_factory=list)
    pictures: dict[tuple[str, bool], list[UUID]] = field(default_factory=dict)

    def keep_pictures(self) -> None:
        """Draw and keep every picture that the stories show, before any of them is told."""
        for story in STORIES:
            scene = scene_of(story.category)
            mended = len(_asked(story)) * sum(step.needs_photo for step in story.steps)
            for is_mended, count in ((False, int(story.photo)), (True, mended)):
                picture = drawn(scene, story.text, is_mended=is_mended) if count else b""
                drawings = [Upload("drawn.jpg", picture) for _ in range(count)]
                kept = evidence.keep(drawings, at=story.begin(self.now)) if drawings else []
                self.pictures[story.text, is_mended] = [one.id for one in kept if isinstance(one, Kept)]

    def tell(self) -> list[str]:
        """All stories, one after the other; the case numbers."""
        for story in STORIES:
            self._tell(story)
        return self.told

    def _tell(self, story: Story) -> None:
        at = story.begin(self.now)
        place = by_ids([self.names.places[story.place]])[self.names.places[story.place]]
        photos = tuple(self.pictures[story.text, False])
        intake = Intake(
            story.channel,
            text=story.text,
            place=place.id,
            place_path=place.path,
            category=catalogue.by_code(story.category).id,
            evidence=photos,
            contact=story.contact,
            may_call=bool(story.contact),
            key=f"demonstration-{len(self.told):04d}",
            maker=OURS,
        )
        received = receive_report(Voice(intake, place), actor=VISITOR, at=at)
        case = cases.of_report(received.report_id)
        for step in story.steps:
            when = at + timedelta(hours=step.hours)
            if when >= self.now:
                break
            actor = reporter(received.report_id) if step.who == "lin" else self.people[step.who]
            advance_and_route(case.id, self._move(story, step, when), actor=actor, at=when)
        self.told.append(case.number)

    def _move(self, story: Story, step: Step, at: datetime) -> Move:
        move = step.move
        shown = tuple(self._after(story)) if step.needs_photo else ()
        until = at + timedelta(days=7) if move.event in {"put_to_meeting", "carry_forward"} else None
        party = self.parties[step.party] if step.party else None
        return Move(
            move.event,
            note=move.note,
            reason=move.reason,
            shown=shown,
            party=party,
            until=until,
            ending=move.ending,
            count=move.count,
        )

    def _after(self, story: Story) -> Iterator[Shown]:
        for kind in _asked(story):
            yield Shown(self.pictures[story.text, True].pop(), kind)


def _asked(story: Story) -> list[str]:
    """Which kinds of picture the category's closing proof asks for."""
    return [
        one for one in catalogue.proof(catalogue.by_code(story.category).id).kinds if one in PICTURE_KINDS
    ]
