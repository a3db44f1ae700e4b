"""An authority and the certificates it signs, made anew for each test run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ADDRESS = "127.0.0.1"
"""What the server's certificate vouches for; `localhost` is another host to it."""
FOR = timedelta(days=1)


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Pair:
    """Files in PEM form: a certificate and its private key."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class Authority:
    """Signs certificates into `folder`."""

    folder: Path
    name: str
    _key: ec.EllipticCurvePrivateKey = field(default_factory=_new_key, repr=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.certificate.write_bytes(self._signed(self.name, self._key, server=False, authority=True))

    @property
    def certificate(self) -> Path:
        return self.folder / f"{self.name}.pem"

    def sign(self, name: str, *, server: bool = False, password: str = "") -> Pair:
        """A certificate for a server at ADDRESS, or for the user `name`."""
        key = _new_key()
        pair = Pair(self.folder / f"{name}.crt", self.folder / f"{name}.key")
        pair.certificate.write_bytes(self._signed(name, key, server=server, authority=False))
        pair.key.write_bytes(_pem(key, password))
        pair.key.chmod(0o600)
        return pair

    def _signed(self, name: str, key: ec.EllipticCurvePrivateKey, *, server: bool, authority: bool) -> bytes:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(_named(self.name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - FOR)
            .not_valid_after(now + FOR)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if server:
            names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(ADDRESS))])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(key: ec.EllipticCurvePrivateKey, password: str) -> bytes:
    shut = serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, shut)
