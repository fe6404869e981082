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


@pytest.mark.soak
def test_soak_every_backup_beside_a_crowd_passes_the_check_and_half_a_restore_never_starts(
    busy: Installation,
    tmp_path: Path,
) -> None:
    office, points = busy.copy(tmp_path / "office"), sorted(RESTORE_POINTS)
    crowd = office.begin("tests.faults.few_cases", "10000000")
    try:
        while office.rows(REPORTS)[0][0] < 20:
            time.sleep(0.05)
        for number in range(ROUNDS):
            room = tmp_path / f"round-{number}"
            room.mkdir()
            to, half = room / "office.tar", empty(busy, room / "half")
            done = office.gezhi("backup", "--to", str(to), "--verify")
            assert (done.returncode, done.stderr) == (0, ""), number
            assert half.run("tests.config.backing_up", points[number % len(points)], str(to)).returncode == -9
            assert "was broken off" in sentence(half.gezhi("check"))
            shutil.rmtree(room)
            assert crowd.poll() is None
    finally:
        kill(crowd)
