"""A count on a page is exact to a thousand."""

from gezhi.kernel import counting


def test_a_count_is_exact_to_a_thousand_and_open_beyond() -> None:
    shown = [counting.said(count) for count in (None, 0, 999, 1000, 1001, 90_000)]
    assert shown == ["", "0", "999", "1000", "1000+", "1000+"]
