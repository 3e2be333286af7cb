"""https: the certificate must be good for the name, although the connection goes to an address."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_server

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from providers.web import NotSent, SentButUnclear, WebClient
from tests.providers.stand_in import Behaviour, answering, dripping, read_request

NAME = "secure.example.com"


def make_certificate(folder: Path) -> Path:
    """A self-signed certificate for ``NAME``, with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


class SecureServer:
    """Serves one connection over TLS and notes the name it was asked for."""

    def __init__(self, certificate: Path) -> None:
        self.certificate = certificate
        self.behave: Behaviour = answering(200, b"safe")
        self.names: list[str | None] = []
        self.received: list[bytes] = []
        self._listener = create_server(("127.0.0.1", 0))
        self._listener.settimeout(5)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def client(self, trusting: bool = True) -> WebClient:
        """A client that finds every name here."""
        return WebClient(
            frozenset({NAME, "other.example.com"}),
            resolver=lambda _host, _port: ["127.0.0.1"],
            ca_file=str(self.certificate) if trusting else None,
        )

    def stop(self) -> None:
        self._thread.join(10)
        self._listener.close()

    def _serve(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        plain, _ = self._listener.accept()
        plain.settimeout(5)
        try:
            with context.wrap_socket(plain, server_side=True) as connection:
                self.received.append(read_request(connection))
                self.behave(connection)
        except OSError:
            plain.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SecureServer]:
    server = SecureServer(make_certificate(tmp_path))
    yield server
    server.stop()


def test_the_name_is_asked_for_and_verified_at_the_checked_address(server: SecureServer) -> None:
    assert server.client().get(f"https://{NAME}:{server.port}/").content == b"safe"
    assert server.names == [NAME]


def test_a_certificate_for_another_name_stops_everything(server: SecureServer) -> None:
    with pytest.raises(NotSent, match="certificate"):
        server.client().post(f"https://other.example.com:{server.port}/", content=b"secret")
    assert not server.received


def test_a_certificate_nobody_vouches_for_stops_everything(server: SecureServer) -> None:
    with pytest.raises(NotSent, match="certificate"):
        server.client(trusting=False).post(f"https://{NAME}:{server.port}/", content=b"secret")
    assert not server.received


def test_the_time_limit_holds_inside_a_secure_connection(server: SecureServer) -> None:
    server.behave = dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
    with pytest.raises(SentButUnclear, match="in time"):
        server.client().get(f"https://{NAME}:{server.port}/", timeout_s=0.7)
