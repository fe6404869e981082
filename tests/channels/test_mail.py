"""A party's mailbox hears of its work by a real mail server: what, which case, where, by when, and nothing of whoever reported it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core.exceptions import ImproperlyConfigured

from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.channels import mail
from gezhi.config import check, environment, worker
from gezhi.config.environment import Mailer, mailer
from gezhi.flows import herald_check
from gezhi.journal import outbox
from gezhi.journal.models import Errand
from gezhi.journal.outbox import ROAD_PAUSES
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.refusal import Invalid, NotYours
from gezhi.notices.models import Notice
from gezhi.parties.mailboxes import add_mailbox, end_mailbox
from tests.cast import walk
from tests.faults.installation import free_port

FROM = "gezhi@hg.example"
BOX = "changfeng@example.cn"
WORDS = "王大爷家漏水，电话13800001234"


@dataclass
class Postbox:
    """What came in; refused: recipients that the server does not know."""

    came: list[tuple[list[str], bytes]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.came.append((list(envelope.rcpt_tos), bytes(envelope.content or b"")))
        return "250 OK"

    @property
    def mails(self) -> list[Any]:
        return [message_from_bytes(content, policy=policy.default) for _, content in self.came]


@pytest.fixture
def postbox(settings) -> Iterator[Postbox]:
    """A mail server on loopback that takes our mails."""
    found = Postbox()
    server = Controller(found, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.GEZHI_MAIL = Mailer("127.0.0.1", server.port, "", "", "", FROM)
    try:
        yield found
    finally:
        server.stop()


@pytest.fixture
def sent(cast, noon, postbox, postman) -> Case:
    """Lin's words, given to the property company, whose mailbox heard of it."""
    add_mailbox(cast.property, BOX, actor=SYSTEM, at=noon)
    case = give(cast, noon)
    worker.keep_books(noon)
    postman.deliver()
    return case


def give(cast, at) -> Case:
    case = cast.lin_reports(at, WORDS, contact="13800001234")
    return walk(case, (cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property)), at=at)


def test_the_mailbox_hears_of_new_work_in_plain_words(sent, postbox):
    ((to, _),) = postbox.came
    (message,) = postbox.mails
    assert (to, message["From"], message["To"]) == ([BOX], FROM, BOX)
    assert message["Subject"].strip() == f"新派来的事 {sent.number} 悦海社区 悦海花园 3号楼 2单元"
    assert message.get_content_type() == "text/plain"
    assert message.get_content().splitlines()[:3] == [
        f"新派来的事：{sent.number}",
        "位置：悦海社区 悦海花园 3号楼 2单元",
        f"类别：{catalogue.by_code('0501').label('zh-hans')}",
    ]
    assert "时限：" in message.get_content()


def test_nothing_of_the_reporter_is_in_it(sent, postbox):
    (_, content), (message,) = postbox.came[0], postbox.mails
    whole = content.decode() + message.get_content()
    assert not [word for word in ("王大爷", "漏水", "13800001234", "魏", "孙") if word in whole]


def test_it_says_that_a_machine_wrote_it_and_keeps_its_id(sent, postbox):
    (message,) = postbox.mails
    errand = Errand.objects.get(kind="mail")
    assert message["Message-ID"].strip() == f"<{errand.key.replace(':', '.')}@hg.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "<work.371072.hg.example>"


def test_the_link_stands_where_the_office_has_a_name(sent, postbox, settings):
    notice, key = Notice.objects.get(mails=1), "a:b"
    settings.ALLOWED_HOSTS, settings.GEZHI_HTTPS = ["localhost", "gezhi.example.cn"], True
    body = mail.render(notice, BOX, key).body
    assert f"https://gezhi.example.cn/desk/cases/{sent.number}/" in body
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    assert "请登录格治，按编号查找。" in mail.render(notice, BOX, key).body


def test_a_name_with_line_breaks_begins_no_header(cast, noon, sent, postbox):
    """Bad input class 40: what would be a header stays in the subject, on its line."""
    notice = Notice.objects.get(mails=1)
    row = replace(cast.town.row(cast.town.stairwell), full_name="2单元\r\nBcc: evil@example.cn")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mail.places, "by_ids", lambda ids: {row.id: row})
        message = mail.render(notice, BOX, "a:b").message()
    assert message["Bcc"] is None


@pytest.mark.parametrize(
    "address",
    ["", "x", "a@b", "a@example.cn\r\nBcc: b@example.cn", "a@example.cn,b@example.cn", "孙 <a@example.cn>", "a b@example.cn",
     "孙@example.cn", "a@例子.cn", "a" * 250 + "@example.cn", "a@example.cn\x00"],
    ids=range(11),
)  # fmt: skip
def test_what_is_no_address_is_not_taken(address, cast, noon):
    with pytest.raises(Invalid) as refused:
        add_mailbox(cast.property, address, actor=SYSTEM, at=noon)
    assert (refused.value.field, refused.value.code) == ("address", "not_an_address")


def test_mailboxes_are_an_administrators_and_few(cast, noon):
    with pytest.raises(NotYours):
        add_mailbox(cast.property, BOX, actor=cast.sun, at=noon)
    for number in range(5):
        add_mailbox(cast.property, f"box{number}@Example.CN", actor=SYSTEM, at=noon)
    for address, code in ((BOX, "too_many"), ("box0@example.cn", "taken")):
        with pytest.raises(Invalid) as refused:
            add_mailbox(cast.property, address, actor=SYSTEM, at=noon)
        assert refused.value.code == code


def test_a_mailbox_that_was_taken_out_meanwhile_hears_nothing(cast, noon, postbox, postman):
    box = add_mailbox(cast.property, BOX, actor=SYSTEM, at=noon)
    give(cast, noon)
    worker.keep_books(noon)
    end_mailbox(box, actor=SYSTEM, at=noon)
    assert postman.deliver() == 1
    assert postbox.came == []


def test_a_company_hears_nothing_of_what_turned_out_to_complain_of_it(cast, noon, postbox, postman):
    add_mailbox(cast.property, BOX, actor=SYSTEM, at=noon)
    case = give(cast, noon)
    worker.keep_books(noon)
    complaint = next(one for one in catalogue.leaves() if one.complains_of_party)
    advance(case.id, Move("correct", category=complaint.id), actor=cast.chen, at=noon)
    assert postman.deliver() == 1
    assert postbox.came == []


def test_a_mailbox_that_the_server_refuses_holds_up_no_other(cast, noon, postbox, postman, clock):
    for address in (BOX, "second@example.cn"):
        add_mailbox(cast.property, address, actor=SYSTEM, at=noon)
    postbox.refused = {BOX}
    give(cast, noon)
    worker.keep_books(noon)
    postman.deliver()
    assert [to for to, _ in postbox.came] == [["second@example.cn"]]
    postbox.refused = set()
    clock.at += timedelta(seconds=ROAD_PAUSES[0])
    postman.deliver()
    assert [to for to, _ in postbox.came] == [["second@example.cn"], [BOX]]


def test_a_mail_server_that_is_away_costs_one_try_and_everything_comes_later(
    cast, noon, postbox, postman, clock, settings
):
    add_mailbox(cast.property, BOX, actor=SYSTEM, at=noon)
    there = settings.GEZHI_MAIL
    settings.GEZHI_MAIL = there._replace(port=free_port())
    cases = [give(cast, noon) for _ in range(3)]
    worker.keep_books(noon)
    assert postman.deliver() == 1
    settings.GEZHI_MAIL = there
    clock.at += timedelta(seconds=60)
    postman.deliver()
    assert sorted(one["Subject"].split()[1] for one in postbox.mails) == [case.number for case in cases]


def test_without_a_server_no_mail_is_queued_and_the_check_says_so(cast, noon):
    add_mailbox(cast.property, BOX, actor=SYSTEM, at=noon)
    give(cast, noon)
    worker.keep_books(noon)
    assert not Errand.objects.filter(kind="mail").exists()
    assert [(one.invariant, one.where) for one in herald_check.findings(noon)] == [
        ("warning", "GEZHI_MAIL_URL")
    ]


def test_the_check_names_a_notice_without_its_mail(sent, noon):
    assert list(herald_check.findings(noon)) == []
    Errand.objects.filter(kind="mail").delete()
    (found,) = herald_check.findings(noon)
    assert (found.invariant, found.what) == ("I12", "1 of 1 mails are missing")
    assert not outbox.parked()


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("", None),
        ("smtp://mail.example.cn", Mailer("mail.example.cn", 25, "", "", "", FROM)),
        ("smtp://u%40x:p%2F1@mail:587?starttls", Mailer("mail", 587, "u@x", "p/1", "starttls", FROM)),
        ("smtps://u:p@mail", Mailer("mail", 465, "u", "p", "tls", FROM)),
    ],
    ids=["off", "plain", "starttls", "tls"],
)
def test_a_mail_server_is_reached_as_its_url_says(url, found, monkeypatch):
    monkeypatch.setenv("GEZHI_MAIL_URL", url)
    monkeypatch.setenv("GEZHI_MAIL_FROM", FROM)
    assert mailer("GEZHI_MAIL_URL", "GEZHI_MAIL_FROM") == found


@pytest.mark.parametrize(
    ("url", "sender", "named"),
    [
        ("mail.example.cn", FROM, "GEZHI_MAIL_URL"),
        ("http://mail", FROM, "GEZHI_MAIL_URL"),
        ("smtp://", FROM, "GEZHI_MAIL_URL"),
        ("smtp://mail:x", FROM, "GEZHI_MAIL_URL"),
        ("smtp://mail:99999", FROM, "GEZHI_MAIL_URL"),
        ("smtp://mail?tls", FROM, "GEZHI_MAIL_URL"),
        ("smtps://mail?starttls", FROM, "GEZHI_MAIL_URL"),
        ("smtp://mail/inbox", FROM, "GEZHI_MAIL_URL"),
        ("smtp://mail", "", "GEZHI_MAIL_FROM"),
        ("smtp://mail", "nobody", "GEZHI_MAIL_FROM"),
        ("smtp://mail", "a@b.cn\nBcc: c@d.cn", "GEZHI_MAIL_FROM"),
        ("smtp://mail", "a@b.cn, c@d.cn", "GEZHI_MAIL_FROM"),
    ],
    ids=range(12),
)
def test_a_wrong_setting_stops_the_boot_and_names_itself(url, sender, named, monkeypatch):
    monkeypatch.setenv("GEZHI_MAIL_URL", url)
    monkeypatch.setenv("GEZHI_MAIL_FROM", sender)
    with pytest.raises(ImproperlyConfigured, match=named):
        mailer("GEZHI_MAIL_URL", "GEZHI_MAIL_FROM")


def test_networks_are_read_and_a_wrong_one_stops_the_boot(monkeypatch):
    monkeypatch.setenv("GEZHI_WEBHOOK_NETS", "10.0.0.0/8, ::1")
    assert [str(one) for one in environment.networks("GEZHI_WEBHOOK_NETS")] == ["10.0.0.0/8", "::1/128"]
    monkeypatch.setenv("GEZHI_WEBHOOK_NETS", "10.0.0.1/8")
    with pytest.raises(ImproperlyConfigured, match="GEZHI_WEBHOOK_NETS"):
        environment.networks("GEZHI_WEBHOOK_NETS")


@pytest.mark.parametrize(
    ("security", "is_warned"), [("", True), ("starttls", False)], ids=["plain", "starttls"]
)
def test_a_password_in_the_clear_is_warned_of(security, is_warned, office, noon, settings):
    settings.GEZHI_MAIL = Mailer("mail", 25, "u", "p", security, FROM)
    assert ("GEZHI_MAIL_URL" in {one.where for one in check._installation(noon)}) is is_warned
