"""Every page of residents, of the pocket and around the log-in, looked at as those of the desk are."""

import base64
import hmac
import struct
import time

from playwright.sync_api import Page, expect

from tests.browser import deeds
from tests.browser.looking import Eye
from tests.browser.people import PHONE, Town, broken_picture, camera, log_in
from tests.browser.walking import Walk, names, unmet

SHOWN_STORIES = ("01", "02", "04", "07", "12")  # closed, put to a meeting, to confirm, just received, paused
STEP_SECONDS = 30  # of a time-based one-time password (RFC 6238)


def test_every_other_page_is_for_everybody(town: Town) -> None:
    walk = Walk(town)
    code = _residents(town, walk)
    place = deeds.place_code(town.page())
    walk.by("", ["/", "/r/", f"/t/{code}", f"/p/{place}"])
    _far_and_near(town, walk)
    for who, starts in {
        "wei": ["/my/"],
        "ding": ["/my/"],
        "zhao": ["/my/"],
        "sun": ["/my/", "/my/duty/"],
    }.items():
        walk.by(who, starts, within="/my/")
    walk.by("wei", ["/account/me/", "/account/password/"], within="/account/")
    _found_and_solved(town, walk)
    _token(town, walk)
    _second_factor(town, walk)
    assert not walk.wrong, "\n".join(walk.wrong)
    assert unmet((name for name in names() if not name.startswith("desk:")), walk.met) == []


def _residents(town: Town, walk: Walk) -> str:
    """What only a sent form shows: the form with an error, others who do it faster, the receipt, a page that is not there."""
    page = town.page(viewport=PHONE)
    eye, address = Eye(page), f"/r/{deeds.place_code(page)}"
    page.goto(address)
    deeds.fill_report(page, "坏照片", [camera("好照片"), broken_picture()])
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_be_visible()
    walk.scene("report refused", eye)
    page.get_by_role("radio", name="邻里纠纷").check()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="这些事找别人更快")).to_be_visible()
    walk.scene("report referred", eye)
    page.goto(address)
    deeds.fill_report(page, "好照片", [camera("好照片")])
    code = deeds.send(page)
    walk.scene("status new", eye)
    page.goto("/nowhere/")
    walk.scene("not there", eye)
    page.context.close()
    return code


def _far_and_near(town: Town, walk: Walk) -> None:
    """Status pages of the demonstration, from received to closed; one is paused."""
    page, codes = town.page(viewport=PHONE), town.served.codes()
    eye = Eye(page)
    for number in sorted(codes):
        if number[-2:] in SHOWN_STORIES:
            page.goto(f"/t/{codes[number]}")
            walk.scene(f"status {number}", eye)
    page.context.close()


def _found_and_solved(town: Town, walk: Walk) -> None:
    """From the list of places to the thanks."""
    page = town.page("wei", viewport=PHONE)
    eye, code = Eye(page), deeds.place_code(page)
    page.goto(f"/my/found/?place={code}")
    walk.scene("my_found form", eye)
    page.locator("#id_after").set_input_files([camera("修好了")])
    page.get_by_role("radio", name="小广告").check()
    page.get_by_role("button", name="修好了，办结").last.click()
    expect(page.get_by_text("编号").first).to_be_visible()
    walk.scene("my_found_result", eye)
    page.context.close()


def _token(town: Town, walk: Walk) -> None:
    """Sun makes a token for a program, is asked for the password first, sees it once and revokes it."""
    page = town.page("sun", viewport=PHONE)
    eye = Eye(page)
    page.goto("/account/tokens/new/")
    _say_password(page, town.served.passwords["sun"], "**/tokens/new/")
    page.get_by_role("button", name="新建令牌").click()
    walk.scene("account_new_token", eye)
    page.get_by_label("给哪个程序用").fill("物业工单系统")
    for label in ("查看我能看到的案件", "办理归我办的案件"):
        page.get_by_role("checkbox", name=label).check()
    page.get_by_role("button", name="新建令牌").click()
    expect(page.locator("code")).to_contain_text("gezhi_")
    walk.scene("account_tokens", eye)
    page.get_by_role("button", name="撤销").first.click()
    expect(page.get_by_text("令牌已撤销")).to_be_visible()
    walk.scene("account_tokens revoked", eye)
    page.context.close()


def _second_factor(town: Town, walk: Walk) -> None:
    """Mo adds a one-time password to his log-in, sees every page of it, logs in with it and takes it away again."""
    page = town.page("mo", viewport=PHONE)
    eye, password = Eye(page), town.served.passwords["mo"]
    for path, name in (
        ("/account/reauthenticate/", "account_reauthenticate"),
        ("/account/2fa/", "mfa_index"),
    ):
        page.goto(path)
        walk.scene(name, eye)
    page.goto("/account/2fa/totp/activate/")
    _say_password(page, password, "**/activate/**")
    walk.scene("mfa_activate_totp", eye)
    page.get_by_label("六位数字").fill(one_time_password(page.locator("code").inner_text()))
    page.get_by_role("button", name="启用", exact=True).click()
    page.wait_for_url("**/2fa/recovery-codes/**")
    walk.scene("mfa_view_recovery_codes", eye)
    for path, name in (
        ("recovery-codes/generate", "mfa_generate_recovery_codes"),
        ("totp/deactivate", "mfa_deactivate_totp"),
        ("reauthenticate", "mfa_reauthenticate"),
    ):
        page.goto(f"/account/2fa/{path}/")
        walk.scene(name, eye)
    page.context.clear_cookies()
    log_in(page, "mo", password)
    walk.scene("mfa_authenticate", eye)
    page.context.close()


def _say_password(page: Page, password: str, then: str) -> None:
    if "reauthenticate" in page.url:
        page.get_by_label("密码").fill(password)
        page.locator("main form").get_by_role("button").first.click()
        page.wait_for_url(then)


def one_time_password(secret: str, steps_ahead: int = 0) -> str:
    """Six digits as an app would show them now (RFC 6238 with SHA-1)."""
    counter = struct.pack(">Q", int(time.time()) // STEP_SECONDS + steps_ahead)
    digest = hmac.digest(base64.b32decode(secret.replace(" ", "")), counter, "sha1")
    (number,) = struct.unpack(">I", digest[digest[-1] & 15 :][:4])
    return f"{(number & 0x7FFFFFFF) % 10**6:06d}"
