"""S2 by programs: two voices, one matter, joined, solved, checked, and the reporters hear what became of it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gezhi.cases import check
from tests.cast import Cast
from tests.evidence.pictures import photo
from tests.web.api.conftest import HERE, Program, Programs, refusal

pytestmark = pytest.mark.django_db


def picture(door: Program) -> str:
    """Kept; its id."""
    sent = {"file": SimpleUploadedFile("IMG_1.jpg", photo(), "image/jpeg")}
    answer = door.client.post(HERE + "evidence", sent)
    assert answer.status_code == 201, answer.content.decode()
    return str(answer.json()["id"])


def report(door: Program, **said: object) -> dict[str, str]:
    answer = door.post("reports", {"text": "楼道玻璃碎了", **said})
    assert answer.status_code == 201, answer.content.decode()
    return dict(answer.json())


def test_two_voices_by_programs_become_one_case_that_is_solved(cast: Cast, programs: Programs) -> None:
    door, chen, qian, zhao = programs(), programs(cast.chen), programs(cast.qian), programs(cast.zhao)
    place = cast.town.row(cast.town.stairwell).code
    first = report(door, place=place, category="0501", evidence=[picture(door)], contact="13800001234")
    second = report(door, place=place, category="0501", text="三楼窗户没玻璃")
    seen = door.get(f"reports/{first['code']}").json()
    assert (seen["code"], seen["step"], seen["case"]["state"]) == (first["code"], "received", "reported")
    one, other = seen["case"]["number"], door.get(f"reports/{second['code']}").json()["case"]["number"]

    assert [row["number"] for row in chen.get("cases", state="reported").json()["items"]] == [other, one]
    case = chen.case(one)
    assert {"event": "accept", "needs": []} in case["offers"]
    assert {"event": "join", "needs": ["into"]} in case["offers"]
    assert chen.act(one, "accept").json()["state"] == "opened"
    assert chen.act(other, "join", into=one).json()["ending"] == "duplicate"
    assert door.get(f"reports/{second['code']}").json()["case"] == {"number": one, "state": "opened"}

    assert {"id": str(cast.property), "name": "长峰物业"} in chen.case(one)["parties"]
    assert chen.act(one, "dispatch", party=str(cast.property)).json()["lead"]["name"] == "长峰物业"
    assert qian.act(one, "take").json()["state"] == "in_hand"
    done = qian.act(one, "done", evidence=[picture(qian)], note="换了新玻璃").json()
    assert (done["state"], [shown["kind"] for shown in done["evidence"]]) == ("to_check", ["photo_after"])
    assert refusal(qian.act(one, "pass_check", note="我看过")) == (403, "not_yours")
    assert zhao.act(one, "pass_check", note="已换好").json()["state"] == "to_confirm"
    assert door.get(f"reports/{second['code']}").json()["step"] == "please_confirm"
    assert chen.act(one, "satisfied", note="电话里说好了").json()["ending"] == "solved"
    told = door.get(f"reports/{first['code']}").json()
    assert (told["step"], told["ending"], told["case"]["state"]) == ("done", "solved", "closed")
    assert list(check.findings()) == []
