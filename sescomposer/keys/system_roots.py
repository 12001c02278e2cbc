"""The roots that the operating system trusts, read once: those for the web, for few systems list others for mail."""

import os
import ssl
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sescomposer.core.errors import CertificateError

if TYPE_CHECKING:
    from sescomposer.core.protection.certificates.certificate import Certificate

_BUNDLES = (
    "/etc/pki/ca-trust/extracted/pem/email-ca-bundle.pem",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Of distributions, that for mail first; the first that is there counts."""
_KEYCHAINS = ("/System/Library/Keychains/SystemRootCertificates.keychain", "/Library/Keychains/System.keychain")
_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"


@cache
def system_roots() -> "tuple[Certificate, ...]":
    """Give the roots of the operating system; empty where it has none that can be read. Slow the first time."""
    match sys.platform:
        case "win32":
            found = _of_windows()
        case "darwin":
            found = _of_keychains()
        case _:
            found = _of_files()
    return _readable(found)


def _readable(encoded: Iterable[bytes]) -> "tuple[Certificate, ...]":
    """Give those that can be read, each once: a broken one vouches for nobody."""
    from sescomposer.core.protection.certificates.certificate import Certificate

    found: dict[bytes, Certificate] = {}
    for der in encoded:
        try:
            found.setdefault(der, Certificate(der))
        except CertificateError:
            continue
    return tuple(found.values())


def _of_files() -> list[bytes]:
    """Read the bundle that the user's environment names, else that of the distribution, else OpenSSL's own."""
    own = ssl.get_default_verify_paths()
    files = [os.environ.get(own.openssl_cafile_env, ""), *_BUNDLES, own.openssl_cafile]
    for file in files:
        found = _pem(_octets(Path(file))) if file else []
        if found:
            return found
    folder = Path(own.openssl_capath)
    return [der for path in (sorted(folder.iterdir()) if folder.is_dir() else ()) for der in _pem(_octets(path))]


def _octets(path: Path) -> bytes:
    """Read a file; nothing where it is not there or not for us: another place is looked at then."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _pem(octets: bytes) -> list[bytes]:
    """Give the certificates of PEM text, and leave out what is no base64.

    >>> _pem(b"# Root" + _BEGIN + b"AAEC" + _END)
    [b'\\x00\\x01\\x02']
    """
    import binascii

    found: list[bytes] = []
    for block in octets.split(_BEGIN)[1:]:
        try:
            found.append(binascii.a2b_base64(block.partition(_END)[0]))
        except binascii.Error:
            continue
    return found


def _of_windows() -> list[bytes]:
    # Other systems have no such function.
    stores = [each for name in ("ROOT", "CA") for each in getattr(ssl, "enum_certificates")(name)]  # noqa: B009
    return [der for der, encoding, trust in stores if encoding == "x509_asn" and trust]


def _of_keychains() -> list[bytes]:
    command = ["/usr/bin/security", "find-certificate", "-a", "-p", *_KEYCHAINS]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return _pem(done.stdout)
