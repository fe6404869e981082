"""Through every page by its links: each kind of page is looked at once, by the first who may open it."""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from playwright.sync_api import Page

from tests.browser.looking import Eye, findings, glance, too_wide
from tests.browser.people import Town

LINK = re.compile(r"""<a\b[^>]*?\shref=["']([^"'#]+)""")
VARIED = {"desk:move": "event", "my_move": "event"}  # one page for each value of this part of its address
# What was looked at already is opened again for the links it holds for this person: so many of a kind for each.
AGAIN = {"desk:case": 14, "desk:map": 1, "my_case": 8, "desk:inbox": 2, "my_work": 3, "my_duty": 4}
AGAIN |= {"desk:party": 2}  # one's own is often the intake desk, which offers less
AGAIN |= dict.fromkeys(
    (
        "desk:catalogue",
        "desk:category",
        "desk:parties",
        "desk:places",
        "desk:place",
        "desk:cells",
        "desk:orders",
        "desk:fixture",
    ),
    1,
)

# Not pages to look at, by name: the reason. Everything else has to be met by the walks.
NOT_A_PAGE = {
    "find_report": "POST; its refusal is the home page again",
    "photo": "a picture",
    "set_look": "POST",
    "set_language": "POST",
    "healthz": "for programs",
    "readyz": "for programs",
    "robots": "for robots",
    "favicon": "a picture",
    "manifest": "for browsers",
    "service_worker": "a script",
    "unsent_token": "for the outbox",
    "danger": "for the form, while somebody types",
    "account_logout": "POST",
    "account_inactive": "of the log-in library; nobody is inactive here, posts end instead",
    "account_signup": "closed: 404",
    "account_email": "closed: 404",
    "account_revoke_token": "POST",
    "account_email_verification_sent": "closed: 404",
    "account_set_password": "closed: 404",
    "account_confirm_login_code": "closed: 404",
    "mfa_download_recovery_codes": "a download",
    "api:openapi": "for programs",
    "api:reports": "for programs",
    "api:report": "for programs",
    "api:evidence": "for programs",
    "api:suggest": "for programs",
    "api:cases": "for programs",
    "api:case": "for programs",
    "api:case_events": "for programs",
    "api:locate": "for programs",
    "api:places": "for programs",
    "api:categories": "for programs",
    "api:map": "for programs",
    "open311:discovery": "for programs",
    "open311:services": "for programs",
    "open311:service": "for programs",
    "open311:requests": "for programs",
    "open311:request": "for programs",
    "open311:updates": "for programs",
    "open311:token": "for programs",
    "desk:end_open_key": "POST",
    "desk:task": "of a case that is shared; looked at by itself in tests/browser/test_shared_case.py",
    "desk:task_move": "as above",
    "desk:map_spot": "what a sign on the map holds, beside it; looked at in test_map.py",
    "desk:bulk": "the bar of the list leads there; looked at in test_bulk.py",
    "desk:bulk_deed": "of one's own deed; looked at in test_bulk.py",
    "desk:do_bulk": "POST",
    "desk:export_bulk": "POST; a download",
    "desk:undo_bulk": "POST",
    "desk:stop_bulk": "POST",
    "desk:practice_used": "POST",
    "desk:learn": "of a closed case; the one of the small demonstration has its practice already",
    "desk:case_fixture": "POST",
    "my_practice_used": "POST",
    "desk:wecom_act": "POST",
    "desk:end_robot": "POST",
    "wecom_callback": "for programs",
    "wecom_login": "leads away to WeCom",
    "wecom_back": "leads on to where somebody wanted to go",
    "desk:case_qr": "a picture",
    "desk:place_qr": "a picture",
    "desk:fixture_qr": "a picture",
    "desk:find_places": "a fragment of a page",
    "desk:find_conditions": "a fragment of a page",
    "desk:suggest": "POST; a fragment of a page",
    "desk:find_paste_places": "a fragment of a page",
    "desk:take_paste": "POST; its answer is the answer to the group, which tests/browser/test_paste.py reads",
    "find_spots": "for the report form, while somebody types or pans",
    "find_map": "for the map of the report form",
    "find_cells": "for maps",
    "public_points": "for the public map",
    "feed": "for feed readers",
    "open_data_cases": "a download",
    "desk:map_points": "for the map",
    "desk:case_map": "for the small map in the page of a case",
    "desk:map_cells": "for maps",
    "desk:upload_plan": "POST",
    "desk:lay_plan": "begins with an upload; looked at by itself in tests/browser/test_map.py",
    "desk:show_plan": "POST",
    "desk:remove_plan": "POST",
    "desk:ledger_download": "a download",
    "desk:month_book": "POST leads there; looked at by itself in tests/web/desk/test_ledgers.py",
    "desk:month_book_lines": "beside it; looked at by itself in tests/web/desk/test_month_lines.py",
    "desk:month_book_file": "a download",
    "desk:ledger_files": "a large ledger leads there; looked at by itself in tests/web/desk/test_ledgers.py",
    "desk:ledger_file": "POST leads there, and only for as long as the file is kept",
    "desk:ledger_file_taken": "a download",
    "desk:sheet_form": "begins with an upload; looked at by itself in tests/web/desk/test_ledgers.py",
    "desk:map_sheet_form": "of an upload, as above",
    "desk:drop_sheet_form": "POST",
    "desk:case_file": "a download",
    "desk:posters_job": "POST leads there, and only for as long as the file is kept",
    "desk:posters_file": "a download",
    "desk:album_progress": "a fragment of a page",
    "desk:album_file": "a download",
    "desk:brief_word": "a download",
    "desk:brief_pdf": "POST",
    "desk:brief_job": "POST leads there, and only for as long as the file is kept",
    "desk:brief_file": "a download",
    "desk:end_wall": "POST",
    "wall": "begins with a secret that is shown once; looked at by itself in tests/browser/test_wall.py",
    "wall_now": "a fragment of a page",
    "desk:book_in": "begins with an upload; looked at by itself in tests/web/desk/test_books_in.py",
    "desk:book_trial": "of an upload, as above",
    "desk:book_findings": "a download",
    "desk:begin_book": "POST",
    "desk:take_book_back": "POST",
    "desk:order_form_own": "a download",
    "desk:drop_order_form": "POST",
    "desk:order_verdict": "POST",
    "desk:order_paper": "POST; a download",
    "desk:voice": "a sound",
    "api:figures": "for programs",
    "desk:exclusion_review": "POST",
    "api:orders": "for programs",
    "api:order_verdict": "for programs",
    "desk:try_again": "POST",
    "desk:notice": "POST; its answer is the case",
    "desk:notices_read": "POST",
    "desk:end_mailbox": "POST",
    "desk:view_act": "POST",
    "desk:columns": "POST",
    "desk:renew_secret": "POST; its answer is the page of the receiver",
    "desk:receiver_act": "POST",
    "my_notice": "POST; its answer is the case",
    "my_notices_read": "POST",
    "desk:drop_shift": "POST",
    "desk:close_rule": "POST",
    "desk:withdraw_rule": "POST",
    "desk:reorder_rules": "POST",
    "desk:reset_password": "POST; its answer is the page of the account",
    "desk:switch_account": "POST",
    "my_contact": "POST; its answer is the page of the case",
    "my_confirm": "POST",
}


def names(patterns: Iterable[URLPattern | URLResolver] | None = None, space: str = "") -> set[str]:
    """The names of all addresses of the product."""
    found = set()
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            found |= names(one.url_patterns, space + (f"{one.namespace}:" if one.namespace else ""))
        else:
            found.add(f"{space}{one.name}")
    return found


def unmet(all_names: Iterable[str], met: Iterable[str]) -> list[str]:
    """Pages that nobody looked at."""
    return sorted(set(all_names) - set(NOT_A_PAGE) - {one.partition(" ")[0] for one in met})


class Walk:
    """met: kinds of pages looked at ("desk:move accept"); wrong: what was found on the way."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.met: dict[str, str] = {}
        self.wrong: list[str] = []

    def by(self, who: str, starts: Iterable[str], *, within: str = "/") -> None:
        """Follow one person's links, below `within`, from where he begins."""
        page, english = self._screens(who)
        eye, waiting, known, again = Eye(page), deque(starts), set(starts), Counter[str]()
        while waiting:
            path = waiting.popleft()
            kind = _kind(path)
            if kind is None or kind.partition(" ")[0] in NOT_A_PAGE:
                continue
            if kind not in self.met:
                look = glance if self._is_like_one_met(kind) else findings
                self.met[kind] = f"{who}:{path}"
                html = self._looked_at(eye, english, who, path, look)
            elif again[kind] < AGAIN.get(kind, 0):
                html = page.context.request.get(path).text()
            else:
                continue
            again[kind] += 1
            fresh = [one for one in _links(html, path) if one.startswith(within) and one not in known]
            known.update(fresh)
            waiting.extend(fresh)
        page.context.close()
        english.context.close()

    def scene(self, name: str, eye: Eye) -> None:
        """Look at a page that no link leads to, as it stands."""
        self.met[name] = eye.page.url
        self.wrong += [f"{name}: {one}" for one in findings(eye)]

    def _screens(self, who: str) -> tuple[Page, Page]:
        english = self.town.context(who, viewport={"width": 390, "height": 844}, locale="en")
        english.add_cookies([{"name": "django_language", "value": "en", "url": self.town.served.url}])
        return self.town.page(who), english.new_page()

    def _is_like_one_met(self, kind: str) -> bool:
        """Whether a page of this view was looked at, with another value of the part that varies."""
        view, _, value = kind.partition(" ")
        return bool(value) and any(one.startswith(f"{view} ") for one in self.met)

    def _looked_at(
        self, eye: Eye, english: Page, who: str, path: str, look: Callable[[Eye], list[str]]
    ) -> str:
        answer = eye.page.goto(path)
        if answer is None or answer.status != 200:
            self.wrong.append(f"{who}:{path}: {answer and answer.status}")
        html = eye.page.content()
        english.goto(path, wait_until="domcontentloaded")
        found = [*look(eye), *(f"en: {one}" for one in too_wide(english))]
        self.wrong += [f"{who}:{path}: {one}" for one in found]
        return html


def _kind(path: str) -> str | None:
    """The name of an address, with what varies in it; None for what is not ours."""
    try:
        match = resolve(urlsplit(path).path)
    except Resolver404:
        return None
    part = VARIED.get(match.view_name)
    return f"{match.view_name} {match.kwargs[part]}" if part else match.view_name


def _links(html: str, path: str) -> Iterator[str]:
    for address in LINK.findall(html):
        whole = urlsplit(urljoin(path, address.replace("&amp;", "&")))
        if not whole.scheme and not whole.netloc:
            yield whole.path + (f"?{whole.query}" if whole.query else "")
