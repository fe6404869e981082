"""Every earlier release's data are there after the upgrade, row by row, also when the upgrade was killed on its way (F19)."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db.migrations.loader import MigrationLoader

from tests.blank import database_like
from tests.config.release import ours
from tests.faults.installation import Installation, free_port

RELEASES = sorted((Path(__file__).parent / "releases").glob("*.json"))
OLDEST = Path(__file__).parent / "releases" / "first_loop.json"
Left = Callable[[Path, Path], Installation]  # of a release, into a folder
of_each_release = pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.stem)


@pytest.fixture(scope="module")
def left(server: str, tmp_path_factory: pytest.TempPathFactory) -> Left:
    """Offices as the releases left them, one made once for each; a copy may be changed."""
    made: dict[Path, Installation] = {}

    def office(release: Path, folder: Path) -> Installation:
        if release not in made:
            made[release] = loaded(release, tmp_path_factory.mktemp("left") / "office", server)
        return made[release].copy(folder)

    return office


def loaded(release: Path, folder: Path, server: str) -> Installation:
    folder.mkdir(mode=0o700)
    office = Installation(folder, database_like(server) if server else "", free_port())
    done = office.run("tests.config.release", "load", str(release))
    assert done.returncode == 0, done.stderr
    return office


def upgraded(office: Installation) -> Installation:
    done = office.gezhi("migrate")
    assert done.returncode == 0, done.stderr
    return office


def counted(office: Installation, release: Path) -> dict[str, int]:
    """Rows of each table that the release had."""
    labels = json.loads(release.read_text(encoding="utf-8"))["tables"]
    tables = [label.replace(".", "_") for label in labels]
    return {table: office.rows(f'SELECT count(*) FROM "{table}"')[0][0] for table in tables}


def newer(release: Path) -> int:
    """How many of the product's migrations came after that release."""
    known = json.loads(release.read_text(encoding="utf-8"))["migrations"]
    graph = MigrationLoader(None).graph
    then = {step for node in known.items() for step in graph.forwards_plan(node)}
    return len([step for step in graph.nodes if step[0] in ours() and step not in then])


def has_all(office: Installation, release: Path) -> None:
    """Every row is there and says what it said, and the product's own proof finds nothing broken."""
    compared = office.run("tests.config.release", "compare", str(release))
    assert (compared.stdout.strip(), compared.returncode) == ("", 0), compared.stderr
    proof = office.gezhi("check")
    assert (proof.returncode, proof.stdout.splitlines()[-1].split(",")[0]) == (0, "0 broken"), proof.stdout


@of_each_release
def test_every_row_of_an_earlier_release_is_there_after_the_upgrade(
    release: Path, left: Left, tmp_path: Path
) -> None:
    office = upgraded(left(release, tmp_path / "office"))
    has_all(office, release)
    rows = counted(office, release)
    assert min(rows["cases_case"], rows["journal_seal"], rows["evidence_evidence"]) > 0
    assert counted(upgraded(office), release) == rows  # once more does nothing


@of_each_release
def test_twin_a_row_that_is_lost_and_one_that_is_altered_are_named(
    release: Path, left: Left, tmp_path: Path
) -> None:
    office = upgraded(left(release, tmp_path / "office"))
    office.rows("DELETE FROM cases_escalation")
    office.rows("UPDATE cases_case SET level = 'district' WHERE number LIKE '%0000001'")
    compared = office.run("tests.config.release", "compare", str(release))
    lines = compared.stdout.strip().splitlines()
    assert compared.returncode == 1
    assert {line.split()[0] for line in lines} == {"cases.case", "cases.escalation"}
    assert [line.split(": ")[1] for line in lines if "case " in line] == ["level was 'community'"]


def killed_on_its_way(office: Installation, number: int, how: str = "within") -> Installation:
    died = office.run("tests.config.release", f"die {how}", str(number))
    assert died.returncode == -9, died.stderr
    return office


@of_each_release
def test_an_upgrade_that_is_killed_goes_on_where_it_was(release: Path, left: Left, tmp_path: Path) -> None:
    if newer(release):
        office = killed_on_its_way(left(release, tmp_path / "office"), (newer(release) + 1) // 2)
        has_all(upgraded(office), release)


@of_each_release
def test_an_upgrade_that_is_killed_after_each_commit_knows_what_it_has_committed(
    release: Path, left: Left, tmp_path: Path
) -> None:
    office = left(release, tmp_path / "office")
    done = office.run("tests.config.release", "die after each", "-", seconds=300)
    *died, last = map(int, done.stdout.split())
    assert (set(died) <= {-9}, last, len(died) <= newer(release)) == (True, 0, True), done.stderr
    assert died or not newer(release)
    has_all(office, release)


def test_twin_what_is_committed_and_not_written_down_stops_the_next_upgrade(
    left: Left, tmp_path: Path
) -> None:
    again = killed_on_its_way(left(OLDEST, tmp_path / "office"), 1, "careless").gezhi("migrate")
    assert (again.returncode, "already exists" in again.stderr) == (1, True), again.stderr


@pytest.mark.soak
@of_each_release
def test_soak_an_upgrade_may_be_killed_within_any_of_its_steps(
    release: Path, left: Left, tmp_path: Path
) -> None:
    for number in range(1, newer(release) + 1):
        office = killed_on_its_way(left(release, tmp_path / f"office-{number}"), number)
        has_all(upgraded(office), release)


@pytest.mark.soak
def test_soak_tables_are_what_django_itself_would_make(server: str, tmp_path: Path) -> None:
    """`migrate` makes fewer historical models anew than Django does (tenancy/rendering.py)."""
    ours, plain = (
        Installation(tmp_path / name, database_like(server) if server else "", free_port())
        for name in ("ours", "plain")
    )
    for office, made in ((ours, upgraded), (plain, plainly)):
        office.folder.mkdir(mode=0o700)
        made(office)
    assert len(schema(ours)) > 500
    assert schema(ours) == schema(plain)


def plainly(office: Installation) -> None:
    done = office.run("tests.config.release", "plainly", "-", seconds=600)
    assert done.returncode == 0, done.stderr


def schema(office: Installation) -> list[tuple[object, ...]]:
    """Each table, index, column and rule, as the engine says it."""
    if not office.url:
        return sorted(office.rows("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master"))
    columns = (
        "table_name, column_name, data_type, is_nullable, coalesce(column_default, ''), ordinal_position"
    )
    return [
        *sorted(
            office.rows(f"SELECT {columns} FROM information_schema.columns WHERE table_schema = 'public'")
        ),
        *sorted(office.rows("SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'")),
        *sorted(
            office.rows(
                "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            )
        ),
    ]


@pytest.mark.both_engines
def test_every_migration_is_one_transaction() -> None:
    """Of one that is not, half could stand, and the next upgrade would have to be able to do it once more."""
    assert [f"{one}" for one in MigrationLoader(None).graph.nodes.values() if not one.atomic] == []
