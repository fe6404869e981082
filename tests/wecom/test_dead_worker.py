"""A worker that dies over what was said in WeCom: it is filed once, and who said it is answered once."""

from gezhi.channels.wecom import filing
from gezhi.config import worker
from gezhi.journal import outbox
from gezhi.reports.models import Report
from tests.wecom.envelopes import text


def test_a_worker_that_dies_before_its_commit_files_it_once(chat, clock, monkeypatch):
    chat.says(text("井盖松了"), text("提交", id="2"))
    worker.do_errands(clock.at)

    def dies(*_a, **_k):
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(filing, "_empty", dies)
        chat.postman.deliver()
    assert not Report.objects.exists()
    clock.go(minutes=1)
    chat.work()
    assert (Report.objects.count(), len(chat.standin.texts("weige"))) == (1, 1)


def test_whose_first_message_a_dead_worker_still_holds_is_answered_all_the_same(chat, clock):
    chat.says(text("井盖松了", id="1"))
    outbox.claim(at=clock.at, limit=1)  # by a worker that dies: nobody else gets it for a minute
    chat.says(text("提交", id="2"))
    chat.work()
    assert (Report.objects.get().text, len(chat.standin.texts("weige"))) == ("井盖松了", 1)
    clock.go(minutes=2)
    chat.work()
    assert (Report.objects.count(), len(chat.standin.texts("weige")), outbox.parked().count()) == (1, 1, 0)
