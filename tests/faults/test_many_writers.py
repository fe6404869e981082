"""F15: more writers than a single file can take at once: nobody is told "locked", nobody is left out."""

import pytest

from tests.faults.crowd import TAKEN, Crowd
from tests.faults.installation import Installation, kill
from tests.faults.test_killed_server import doubled, keys, lost

SLOWEST_SECONDS = 2.0  # of 99 in 100, on a machine that has nothing else to do


def reported_by(installation: Installation, people: int, reports: int) -> Crowd:
    """So many people report at the same time; everything must have been taken at the first try."""
    server, crowd = installation.serve(), Crowd(installation, people=people)
    try:
        for one in crowd.begin(keys(reports)):
            one.join(timeout=600)
    finally:
        kill(server)
    assert (crowd.acknowledged, set(crowd.statuses), crowd.lost_answers) == (reports, TAKEN, 0)
    assert (lost(crowd, installation), doubled(crowd, installation)) == (set(), set())
    return crowd


def test_nobody_of_twenty_four_is_refused_or_left_out(installation: Installation) -> None:
    crowd = reported_by(installation, 24, 360)
    fair = 360 / 24
    assert len(crowd.answered) == 24
    assert min(crowd.answered.values()) >= fair / 4
    assert installation.is_whole()


@pytest.mark.soak
def test_sixty_four_writers_wait_no_longer_than_two_seconds(installation: Installation) -> None:
    crowd = reported_by(installation, 64, 6400)
    crowd.seconds.sort()
    assert crowd.seconds[len(crowd.seconds) * 99 // 100] < SLOWEST_SECONDS
    assert installation.is_whole()
