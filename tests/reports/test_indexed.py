"""A number of somebody else's book is looked up by its index, however many reports the office has."""

from gezhi.reports.indexed import keyed, numbered
from gezhi.reports.models import Report
from tests.plans import on_sqlite, plan

NUMBERS = [str(number) for number in range(200)]


@on_sqlite
def test_numbers_and_keys_are_found_by_their_indices(office: object) -> None:
    asked = numbered(source="book", external_number__in=NUMBERS).values_list("external_number")
    assert "one_report_per_number_of_a_source (jurisdiction_id=? AND source=? AND external_number=?)" in plan(
        asked
    )
    assert "one_report_per_idempotency_key (jurisdiction_id=? AND key_digest=?)" in plan(keyed("x"))


@on_sqlite
def test_twin_asked_without_the_words_of_the_index_every_report_is_read(office: object) -> None:
    asked = Report.objects.filter(source="book", external_number__in=NUMBERS).values_list("external_number")
    assert "one_report_per_number_of_a_source" not in plan(asked)
    assert "one_report_per_idempotency_key" not in plan(Report.objects.filter(key_digest="x"))
