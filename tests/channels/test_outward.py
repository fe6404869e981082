"""Bad input class 29: a receiver's address leads to one public machine, or nothing is sent."""

import socket
import threading
import time
from ipaddress import ip_address, ip_network

import pytest

from gezhi.channels import outward
from gezhi.channels.outward import Target, Unreachable, judged, may_reach, post, target
from gezhi.kernel.refusal import Invalid
from tests.channels.listening import HOST, listening

LOOPBACK = (ip_network("127.0.0.0/8"),)
INSIDE = (
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.2.1",
    "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:53aa:64c:0:fbff:80ff:fffe", "2001:db8::1",
)  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_not_a_public_machine_is_not_reached(address):
    assert not may_reach(ip_address(address), ())


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_a_public_machine_is_reached(address):
    assert may_reach(ip_address(address), ())


def test_a_network_that_the_office_allows_is_reached_and_no_other():
    assert may_reach(ip_address("127.0.0.1"), LOOPBACK)
    assert not may_reach(ip_address("10.0.0.1"), LOOPBACK)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://example.cn/", "not_a_url"),
        ("https://", "not_a_url"),
        ("https:///x", "not_a_url"),
        ("javascript:alert(1)", "not_a_url"),
        ("file:///etc/passwd", "not_a_url"),
        ("https://example.cn/a b", "not_a_url"),
        ("https://example.cn/\r\nX-Evil: 1", "not_a_url"),
        ("https://例子.cn/", "not_a_url"),
        ("https://example.cn:99999/", "not_a_url"),
        ("https://example.cn:0/", "not_a_url"),
        ("https://[::1/", "not_a_url"),
        ("https://" + "a" * 500, "not_a_url"),
        ("https://user:pass@example.cn/", "credentials"),
        ("https://example.cn@10.0.0.1/", "credentials"),
        ("http://example.cn/", "https_only"),
    ],
    ids=range(15),
)
def test_an_address_is_refused_with_its_reason(url, code, settings):
    settings.GEZHI_WEBHOOK_NETS = ()
    with pytest.raises(Invalid) as refused:
        target(url)
    assert (refused.value.field, refused.value.code) == ("url", code)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]"])
def test_however_it_is_written_the_own_machine_is_refused(host, settings):
    settings.GEZHI_WEBHOOK_NETS = ()
    with pytest.raises(Invalid) as refused:
        judged(target(f"https://{host}/"), ())
    assert refused.value.code == "forbidden"


def test_one_bad_address_of_a_name_refuses_them_all(monkeypatch):
    both = [(0, 0, 0, "", ("8.8.8.8", 443)), (0, 0, 0, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    with pytest.raises(Invalid):
        judged(Target("https", "example.cn", 443, "/"), ())
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both[:1])
    assert judged(Target("https", "example.cn", 443, "/"), ()) == ip_address("8.8.8.8")


def test_plain_http_goes_into_an_allowed_network_only(monkeypatch, settings):
    settings.GEZHI_WEBHOOK_NETS = LOOPBACK
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("8.8.8.8", 80))])
    with pytest.raises(Invalid) as refused:
        judged(target("http://example.cn/"), LOOPBACK)
    assert refused.value.code == "https_only"


def test_the_name_is_looked_up_once_and_connected_to_where_it_was_judged(monkeypatch, settings):
    """A name that leads elsewhere a moment later (rebinding) leads nobody there: it is not asked again."""
    settings.GEZHI_WEBHOOK_NETS = LOOPBACK
    asked = []
    real = socket.getaddrinfo

    def once(host, port, *how, **more):
        if host == "rebinding.example":
            asked.append(host)
            host = HOST if len(asked) == 1 else "10.0.0.1"
        return real(host, port, *how, **more)

    monkeypatch.setattr(socket, "getaddrinfo", once)
    with listening() as found:
        assert post(f"http://rebinding.example:{found.port}/", b"{}", {}) == 204
        assert found.came[0][0]["host"] == f"rebinding.example:{found.port}"
    assert asked == ["rebinding.example"]


def test_a_redirect_is_an_answer_and_is_not_followed(settings):
    settings.GEZHI_WEBHOOK_NETS = LOOPBACK
    with listening(lambda headers, body: 302) as found:
        assert post(found.url, b"{}", {}) == 302
        assert len(found.came) == 1


def test_whoever_hangs_is_cut_off(settings, monkeypatch):
    settings.GEZHI_WEBHOOK_NETS = LOOPBACK
    monkeypatch.setattr(outward, "WHOLE_SECONDS", 0.3)
    with listening(held=1.2) as found:
        begun = time.monotonic()
        with pytest.raises(Unreachable):
            post(found.url, b"{}", {})
        assert time.monotonic() - begun < 1


def test_whoever_drips_is_cut_off_too(settings, monkeypatch):
    """Each sign comes in time, the whole does not: a time-out for each read would wait for ever."""
    settings.GEZHI_WEBHOOK_NETS = LOOPBACK
    monkeypatch.setattr(outward, "WHOLE_SECONDS", 0.5)
    with socket.create_server((HOST, 0)) as server:

        def drip() -> None:
            line, _ = server.accept()
            with line:
                for _ in range(30):
                    try:
                        line.sendall(b"H")
                    except OSError:
                        return
                    time.sleep(0.1)

        dripping = threading.Thread(target=drip)
        dripping.start()
        begun = time.monotonic()
        with pytest.raises(Unreachable):
            post(f"http://{HOST}:{server.getsockname()[1]}/", b"{}", {})
        assert time.monotonic() - begun < 2
        dripping.join()


def test_nobody_there_is_said_so(settings):
    settings.GEZHI_WEBHOOK_NETS = LOOPBACK
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        with pytest.raises(Unreachable):
            post(f"http://{HOST}:{probe.getsockname()[1]}/", b"{}", {})
