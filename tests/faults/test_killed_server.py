"""F1: the server dies again and again while people report: nothing acknowledged is lost, nothing is there twice."""

import time
from collections import Counter

from gezhi.kernel.ids import digest
from tests.faults.crowd import Crowd
from tests.faults.installation import Installation, kill

REPORTS, KILLS = 2000, 5
DOUBLE_TAP_EVERY = 10


def keys(count: int) -> list[str]:
    """One key a report; every tenth is tapped twice at once."""
    return [
        f"report-{number:012d}"
        for number in range(count)
        for _ in range(1 + (number % DOUBLE_TAP_EVERY == 0))
    ]


def lost(crowd: Crowd, where: Installation) -> set[str]:
    """Acknowledged codes that no stored report answers to."""
    stored = {row[0] for row in where.rows("SELECT code_digest FROM reports_report")}
    return {code for codes in crowd.codes.values() for code in codes if digest(code) not in stored}


def doubled(crowd: Crowd, where: Installation) -> set[str]:
    """Keys that were answered with more than one code, or texts that are stored more than once."""
    by_text = Counter(row[0] for row in where.rows("SELECT text FROM reports_report"))
    told = {key for key, codes in crowd.codes.items() if len(set(codes)) > 1}
    return told | {text for text, count in by_text.items() if count > 1}


def test_two_thousand_reports_under_five_kills(installation: Installation) -> None:
    server, crowd = installation.serve(), Crowd(installation)
    try:
        people = crowd.begin(keys(REPORTS))
        for number in range(1, KILLS + 1):
            while crowd.acknowledged < REPORTS * number // (KILLS + 1) and any(
                one.is_alive() for one in people
            ):
                time.sleep(0.01)
            kill(server)
            server = installation.serve()
        for one in people:
            one.join(timeout=120)
        assert (crowd.acknowledged, set(crowd.statuses) - {303, 503}) == (REPORTS, set())
        assert crowd.lost_answers > 0  # the kills did hit somebody
        last = next(reversed(crowd.codes.values()))[0]
        assert installation.get(f"/t/{last}")[0] == 200
    finally:
        kill(server)
    assert (lost(crowd, installation), doubled(crowd, installation)) == (set(), set())
    tables = ("reports_report", "cases_case", "cases_casereport")
    assert [installation.rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables] == [REPORTS] * 3
    assert installation.is_whole()


def test_twin_without_the_key_in_the_database_a_double_tap_is_two_reports(installation: Installation) -> None:
    installation.rows("DROP INDEX one_report_per_idempotency_key")
    server, crowd = installation.serve(), Crowd(installation)
    try:
        for one in crowd.begin([key for key in keys(20) for _ in range(2)]):
            one.join(timeout=60)
    finally:
        kill(server)
    assert doubled(crowd, installation) >= {f"report-{number:012d}" for number in range(20)}
    assert lost(crowd, installation) == set()


def test_twin_an_acknowledged_report_that_is_gone_is_found(installation: Installation) -> None:
    server, crowd = installation.serve(), Crowd(installation)
    try:
        for one in crowd.begin(keys(5)):
            one.join(timeout=60)
    finally:
        kill(server)
    gone = crowd.codes["report-000000000003"][0]
    installation.rows("UPDATE reports_report SET code_digest = 'gone' WHERE text LIKE '%000000000003'")
    assert lost(crowd, installation) == {gone}
