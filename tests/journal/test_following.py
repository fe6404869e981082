"""One loop for all who follow the journal."""

from gezhi.journal.following import read_on


def test_it_reads_on_until_nothing_is_left() -> None:
    left = [3, 2, 1]
    assert read_on(left.pop, is_behind=lambda: bool(left)) == 6


def test_it_stops_after_so_many_batches() -> None:
    left = [3, 2, 1]
    assert read_on(left.pop, is_behind=lambda: bool(left), most=2) == 3
    assert left == [3]


def test_it_stops_when_another_worker_was_faster() -> None:
    assert read_on(lambda: 0, is_behind=lambda: True) == 0


def test_nothing_new_opens_no_batch() -> None:
    assert read_on(lambda: 1 // 0, is_behind=lambda: False) == 0
