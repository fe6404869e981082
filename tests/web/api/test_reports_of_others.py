"""What a program reports that is not ours to solve: refused in a whole sentence, with who it is for."""

import pytest

from tests.web.api.conftest import Programs, refusal

KEY = "0b0f4c2e-1111-4222-8333-444455556666"
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[122.1, 37.3], [122.3, 37.3], [122.3, 37.5], [122.1, 37.5], [122.1, 37.3]]],
}


@pytest.mark.django_db
def test_a_topic_above_all_that_is_not_ours_is_refused_in_a_whole_sentence(programs: Programs) -> None:
    answer = programs().post("reports", {"text": "x", "category": "00"})
    assert (refusal(answer), answer.json()["detail"]) == ((422, "not_a_leaf"), "请用小类的编号，不要用大类。")


@pytest.mark.django_db
def test_where_the_book_names_nobody_the_line_that_knows_is_named(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.catalogue.views.CategoryView.refer_to", lambda *_said: "")
    found = programs().post("reports", {"text": "x", "category": "0001"}).json()
    assert found["detail"].startswith("这类事不由这里受理，请找政务服务便民热线，电话 ")
    assert "，。" not in found["detail"].replace(" ", "")
