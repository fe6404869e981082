"""Over https the certificate must name the host that was asked for, although the connection goes to a judged address."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gezhi.channels import outward
from gezhi.channels.outward import Unreachable, post

NAME = "localhost"


def certificate(folder: Path) -> Path:
    """A certificate for NAME that signs itself, with its key, in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def secured(tmp_path: Path, settings) -> Iterator[tuple[int, Path]]:
    """A server with a certificate: its port, and the file to trust."""
    settings.GEZHI_WEBHOOK_NETS = (ip_network("127.0.0.0/8"), ip_network("::1"))
    file = certificate(tmp_path)
    server = HTTPServer(("127.0.0.1", 0), Handler)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(file)
    server.socket = own.wrap_socket(server.socket, server_side=True)
    running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    running.start()
    try:
        yield server.server_address[1], file
    finally:
        server.shutdown()
        server.server_close()
        running.join()


@pytest.fixture
def trusted(secured: tuple[int, Path], monkeypatch: pytest.MonkeyPatch) -> int:
    """The same, trusted by this machine: its port."""
    port, file = secured
    trusting = ssl.create_default_context(cafile=str(file))
    monkeypatch.setattr(outward.ssl, "create_default_context", lambda: trusting)
    return port


def leads_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name leads to the server of this test."""
    address = outward.ip_address("127.0.0.1")
    monkeypatch.setattr(outward, "judged", lambda to, nets: address)


def test_a_server_whose_certificate_names_it_is_told(trusted: int, monkeypatch) -> None:
    leads_here(monkeypatch)
    assert post(f"https://{NAME}:{trusted}/hook", b"{}", {}) == 204


def test_a_server_under_another_name_is_not(trusted: int, monkeypatch) -> None:
    leads_here(monkeypatch)
    with pytest.raises(Unreachable) as refused:
        post(f"https://platform.example:{trusted}/hook", b"{}", {})
    assert "Hostname mismatch" in str(refused.value.details["problem"])


def test_a_server_that_nobody_vouches_for_is_not(secured: tuple[int, Path], monkeypatch) -> None:
    leads_here(monkeypatch)
    with pytest.raises(Unreachable):
        post(f"https://{NAME}:{secured[0]}/hook", b"{}", {})


def test_twin_a_connection_that_checks_no_name_would_tell_it(trusted: int, monkeypatch) -> None:
    leads_here(monkeypatch)
    outward.ssl.create_default_context().check_hostname = False
    assert post(f"https://platform.example:{trusted}/hook", b"{}", {}) == 204
