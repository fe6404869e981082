"""F24 in full: backups while a crowd reports, and restores that are killed, round after round (`make soak`)."""

import shutil
import time
from pathlib import Path

import pytest

from tests.config.backing_up import RESTORE_POINTS
from tests.config.test_backup import REPORTS, busy, empty, sentence
from tests.faults.installation import Installation, kill

__all__ = ["busy"]  # the office of tests/config/test_backup.py, as a fixture here, too
ROUNDS = 50
POINTS = sorted(RESTORE_POINTS)


def backed_up_beside_a_crowd(office: Installation, to: Path) -> None:
    """A backup that is restored and checked, made while reports come in as fast as this machine takes them."""
    crowd = office.begin("tests.faults.few_cases", "10000000")
    try:
        while office.rows(REPORTS)[0][0] < 20:
            time.sleep(0.05)
        done = office.gezhi("backup", "--to", str(to), "--verify", seconds=600)
        assert (done.returncode, crowd.poll()) == (0, None), done.stderr
    finally:
        kill(crowd)


@pytest.mark.soak
def test_soak_every_backup_beside_a_crowd_passes_the_check_and_half_a_restore_never_starts(
    busy: Installation, tmp_path: Path
) -> None:
    for number in range(ROUNDS):
        room = tmp_path / f"round-{number}"
        room.mkdir()
        # an office of each round's own: one that grew from round to round would make the last take hours
        backed_up_beside_a_crowd(busy.copy(room / "office"), room / "office.tar")
        half = empty(busy, room / "half")
        killed = half.run("tests.config.backing_up", POINTS[number % len(POINTS)], str(room / "office.tar"))
        assert killed.returncode == -9, (number, killed.stderr)
        assert "was broken off" in sentence(half.gezhi("check"))
        shutil.rmtree(room)
