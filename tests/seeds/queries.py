"""What stands in addresses: closed lists given something else (class 28), numbers that are none (27), times that never were (24)."""

MARK = "zqxj"  # stands in every injection, so that it is found again in a statement

NAMES = (
    "view", "clock", "channel", "category", "party", "place", "q", "page", "since", "until", "state", "words", "on",
    "opened", "order_by", "sort", "ordering", "per_page", "limit", "offset", "fields", "lon", "lat", "try-words",
    "place_words", "pick", "new", "next", "username", "size", "id__in", "jurisdiction_id",
)  # fmt: skip


def injections() -> tuple[str, ...]:
    """28: what a sorting, filtering or paging parameter must never be able to say."""
    shapes = (
        "{m}", "-{m}", "{m} DESC", "{m}__password", "account__password__startswith={m}", "?{m}", "{m}; DROP TABLE cases_case--",
        "CASE WHEN (1=1) THEN {m} ELSE number END", "(SELECT {m} FROM parties_account)", "0x{m}", "{m}' OR '1'='1", '{m}" OR ""="',
        "{m}) UNION SELECT NULL--", "{m}/**/OR/**/1=1", "{m}%27%20OR%201", "{m}\\'", "`{m}`", "[{m}]", "{{{m}}}", "%{m}%",
        "_{m}_", "{m}*", "{m}\u2019 OR 1=1", "../{m}", "{m}:1 OR 2:*", 'NEAR("{m}" 5)', "{m} AND NOT {m}", '"{m}', "^{m}", "-{m} OR *",
    )  # fmt: skip
    return tuple(shape.format(m=MARK) for shape in shapes)


def numbers() -> tuple[str, ...]:
    """27: where a number is asked."""
    return (
        "-1", "0", "1e999", "NaN", "Infinity", "-Infinity", "9" * 1000, "1" * 100_000, "٣", "３", "①", "1_000", "0x10", "1.5",
        " 1 ", "+1", "--1", "1,000", "true", "null", "[]", "{}", "", "2147483648", "9223372036854775808", "1e-999",
    )  # fmt: skip


def moments() -> tuple[str, ...]:
    """24: no zone, 24:00, leap seconds, the ends of counting, days that never were, hours that clocks skip."""
    return (
        "2026-03-01T24:00", "2026-12-31T23:59:60", "2026-02-29", "2024-02-29", "1970-01-01", "1969-12-31T23:59", "2038-01-19T03:14:08",
        "9999-12-31", "9999-12-31T23:59", "0001-01-01", "0000-00-00", "2026-13-01", "2026-00-10", "2026-03-32", "1986-05-04T02:30",
        "1940-06-01T00:30", "1900-12-31T23:54:17", "2026-03-02T12:00Z", "2026-03-02T12:00+24:00", "2026-03-02T12:00-99:99",
        "2026-03-02 25:61", "２０２６-０３-０２", "二〇二六年三月二日", "2026-3-2", "46083", "1772424000", "1e10", "-2026-03-02", "+12026-03-02",
        "2026-W10-1", "2026-061", "20260302", "03/02/2026", "now", "today", "2026-03-02T12:00:00.1234567890", "2026-03-02T",
    )  # fmt: skip
