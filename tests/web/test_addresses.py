"""Behind our own proxy everybody comes from one address; who tries is whom the proxy wrote down."""

from datetime import datetime
from typing import Any

import pytest
import time_machine
from allauth.account.adapter import get_adapter
from axes.models import AccessAttempt
from django.core.cache import cache
from django.test import Client, RequestFactory

from gezhi.web import limits
from tests.cast import PASSWORD, Cast

PROXY = "10.0.0.1"


@pytest.fixture
def behind_a_proxy(settings: Any) -> None:
    settings.GEZHI_HTTPS, settings.AXES_ENABLED = True, True
    cache.clear()


def log_in(sender: str, password: str = "wrong-wrong-wrong") -> Any:
    door = Client(HTTP_HOST="localhost", REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=f"6.6.6.6, {sender}")
    with time_machine.travel(datetime.fromisoformat("2026-03-02T12:00+08:00"), tick=False):
        return door.post("/account/login/", {"login": "chen", "password": password})


@pytest.mark.usefixtures("behind_a_proxy")
def test_eight_wrong_tries_from_elsewhere_lock_nobody_else_out(cast: Cast) -> None:
    for _try in range(8):
        answer = log_in("198.51.100.7")
    assert "试错次数太多" in answer.content.decode()
    assert "试错次数太多" in log_in("198.51.100.7", PASSWORD).content.decode()
    assert log_in("203.0.113.9", PASSWORD).status_code == 302


@pytest.mark.usefixtures("behind_a_proxy")
def test_twin_by_the_proxys_address_all_are_locked_out(cast: Cast, settings: Any) -> None:
    settings.AXES_CLIENT_IP_CALLABLE = None
    settings.AXES_IPWARE_META_PRECEDENCE_ORDER = ["REMOTE_ADDR"]
    for _try in range(8):
        log_in("198.51.100.7")
    assert "试错次数太多" in log_in("203.0.113.9", PASSWORD).content.decode()


@pytest.mark.parametrize(
    ("said", "counted"),
    [("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("198.51.100.7", "198.51.100.7"), ("no address", "::")],
)
@pytest.mark.usefixtures("behind_a_proxy")
def test_whatever_the_proxy_wrote_down_can_be_counted_and_kept(cast: Cast, said: str, counted: str) -> None:
    assert log_in(said).status_code == 200
    assert [attempt.ip_address for attempt in AccessAttempt.objects.all()] == [counted]


@pytest.mark.usefixtures("behind_a_proxy")
def test_the_second_factor_counts_by_the_same_address() -> None:
    request = RequestFactory(REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR="6.6.6.6, 198.51.100.7").post("/")
    assert get_adapter(request).get_client_ip(request) == limits.address(request) == "198.51.100.7"


def test_without_a_proxy_a_sender_cannot_say_who_he_is() -> None:
    request = RequestFactory(REMOTE_ADDR="198.51.100.7", HTTP_X_FORWARDED_FOR="6.6.6.6").post("/")
    assert get_adapter(request).get_client_ip(request) == limits.address(request) == "198.51.100.7"


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("198.51.100.7:51234", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("", "::"),
        ("unknown", "::"),
        ("1.2.3.4.5:6", "::"),
        ("[::1", "::"),
    ],
)
def test_an_address_counts_as_one_household_however_it_is_written(
    settings: Any, said: str, counted: str
) -> None:
    """IPv4 whole, IPv6 by its /64; all of IPv4 in the one /64 of mapped addresses are still many."""
    assert limits.address({"REMOTE_ADDR": said}) == counted
    settings.GEZHI_HTTPS = True
    assert limits.address({"REMOTE_ADDR": PROXY, "HTTP_X_FORWARDED_FOR": f"6.6.6.6, {said}"}) == counted
