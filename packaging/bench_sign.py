"""Jobs of the bench that sign and verify 40 MB, beside OpenSSL's own program on the same file with the same key.

Ours is measured in a process that has its libraries and its key, as the window has; OpenSSL's as a whole process.
"""

import mmap
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bench_tools import MB, ms_of, octets_file, private_mb, run_job

if TYPE_CHECKING:
    from sescomposer.core.octets import Octets
    from sescomposer.core.protection.certificates.key_pair import KeyPair

_MEGABYTES = 29
"""Of noise, which become 40 MB of base64."""

_NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _entity_file(folder: Path) -> Path:
    """Give a file of 40 MB that can be signed, made once in the folder."""
    import base64

    path = folder / "entity"
    if not path.exists():
        noise = octets_file(folder, _MEGABYTES).read_bytes()
        lines = base64.encodebytes(noise).replace(b"\n", b"\r\n")
        fields = b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        beside = path.with_suffix(".part")
        beside.write_bytes(fields + lines)
        beside.replace(path)
    return path


def _signer_files(folder: Path) -> tuple[Path, Path]:
    """Give a certificate that issued itself, and it with its RSA key of 2048 bits, both as PEM, made once."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    certificate, both = folder / "certificate.pem", folder / "signer.pem"
    if not both.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Bench")])
        alternative = x509.SubjectAlternativeName([x509.RFC822Name("bench@example.org")])
        until = _NOW + timedelta(days=3650)
        builder = x509.CertificateBuilder(name, name, key.public_key(), 7, _NOW - timedelta(days=365), until)
        builder = builder.add_extension(alternative, critical=False)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        made = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        certificate.write_bytes(made)
        both.write_bytes(key.private_bytes(*form) + made)
    return certificate, both


def _pair(folder: Path) -> "KeyPair":
    """Open the key, as the window does before it signs."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

    from sescomposer.core.protection.certificates.certificate import Certificate
    from sescomposer.core.protection.certificates.key_pair import KeyPair

    _, both = _signer_files(folder)
    key = load_pem_private_key(both.read_bytes(), None)
    assert isinstance(key, RSAPrivateKey)
    return KeyPair(Certificate(x509.load_pem_x509_certificate(both.read_bytes()).public_bytes(Encoding.DER)), key)


def _mapped(path: Path) -> "Octets":
    from sescomposer.core.octets import Octets

    with path.open("rb") as file:
        return Octets.of(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


class _Watching:
    """A progress that looks at the memory now and then."""

    def __init__(self) -> None:
        self.most_mb = self.before = private_mb()
        self._calls = 0

    def step(self, done: int, total: int) -> None:
        self._calls += 1
        if self._calls % 8 == 0 or done == total:
            self.most_mb = max(self.most_mb, private_mb())


def sign(folder: Path) -> dict[str, float]:
    """Make a signed message of 40 MB from a mapped file: checked for transport, hashed, signed, wrapped."""
    from sescomposer.core.identifiers import SeededIdentifiers
    from sescomposer.core.parse import parse
    from sescomposer.core.protection.signing import clear_signed

    ids, root, pair = SeededIdentifiers(1), parse(_mapped(_entity_file(folder))), _pair(folder)
    clear_signed(parse(b"Content-Type: text/plain\r\n\r\nonce\r\n"), pair, _NOW, ids)
    progress = _Watching()
    took = ms_of(lambda: clear_signed(root, pair, _NOW, ids, progress))
    assert len(root.octets) > 39 * MB
    return {"value": took, "memory": max(progress.most_mb, private_mb()) - progress.before}


def sign_peer(folder: Path) -> dict[str, float]:
    """The same by `openssl cms -sign`."""
    entity, (_, both) = _entity_file(folder), _signer_files(folder)
    words = ["openssl", "cms", "-sign", "-binary", "-in", str(entity), "-signer", str(both), "-outform", "DER"]
    return {"value": ms_of(_runs([*words, "-out", str(folder / "peer.p7s")]))}


def verify(folder: Path) -> dict[str, float]:
    """Verify 40 MB from a mapped file."""
    from sescomposer.core.octets import Octets
    from sescomposer.core.parse import parse
    from sescomposer.core.protection.certificates.trust import Trust
    from sescomposer.core.protection.signing import sign_detached
    from sescomposer.core.protection.verifying import verify_detached

    entity, pair = _mapped(_entity_file(folder)), _pair(folder)
    signature, small = Octets.of(sign_detached(entity, pair, _NOW)), Octets.of(b"once\r\n")
    root = parse(b"From: bench@example.org\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\n\r\n")
    trust = Trust((pair.certificate,))
    once = Octets.of(sign_detached(small, pair, _NOW))

    def check(octets: Octets, made: Octets) -> None:
        (facts,) = verify_detached(octets, made, root=root, trust=trust, now=_NOW)
        assert facts.is_good, facts.facts

    check(small, once)
    before = private_mb()
    took = ms_of(lambda: check(entity, signature))
    return {"value": took, "memory": private_mb() - before}


def verify_peer(folder: Path) -> dict[str, float]:
    """The same by `openssl cms -verify`."""
    entity, (certificate, both) = _entity_file(folder), _signer_files(folder)
    signature = folder / "peer-verified.p7s"
    words = ["openssl", "cms", "-sign", "-binary", "-in", str(entity), "-signer", str(both), "-outform", "DER"]
    _runs([*words, "-out", str(signature)])()
    words = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", str(signature), "-content", str(entity)]
    return {"value": ms_of(_runs([*words, "-CAfile", str(certificate), "-purpose", "any", "-out", "/dev/null"]))}


def _runs(words: list[str]) -> Callable[[], object]:
    return lambda: subprocess.run(words, check=True, capture_output=True)


if __name__ == "__main__":
    run_job({job.__name__: job for job in (sign, sign_peer, verify, verify_peer)})
