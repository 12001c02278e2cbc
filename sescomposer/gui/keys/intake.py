"""Files of keys and certificates: read, sorted by what becomes of them, and imported; all of it on workers."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING

from sescomposer.core.errors import CertificateError, StoreError
from sescomposer.services.account import Secret
from sescomposer.services.protection.key_entries import KEY_FILE_LIMIT, check_size, is_pgp
from sescomposer.services.protection.protection_ports import KeyEntry, PersonKey

if TYPE_CHECKING:
    from sescomposer.bootstrap import Services
    from sescomposer.core.protection.certificates.certificate import Certificate

_SEQUENCE = b"\x30"


class Becomes(Enum):
    """What a file is for."""

    KEY = auto()
    PERSON = auto()
    ROOT = auto()


class Lock(Enum):
    """Whether a file of a key has a passphrase."""

    NONE = auto()
    NEEDED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Intake:
    """A file that was read and sorted; its `repr` says nothing of the octets, which may hold a key in the clear.

    Attributes:
        name: Of the file, or files that belong together.
        octets: Their content.
        becomes: What it is for.
        lock: Of a key.
        needs_address: Whether certificates of people say no address.
        owners: Of roots: name and fingerprint.
        is_lasting: Whether a keyring keeps passphrases.
        trouble: Why it does not, "" if it does.
    """

    name: str
    octets: bytes
    becomes: Becomes
    lock: Lock = Lock.NONE
    needs_address: bool = False
    owners: tuple[tuple[str, str], ...] = ()
    is_lasting: bool = True
    trouble: str = ""

    def __repr__(self) -> str:
        return f"<Intake of {self.name!r} as {self.becomes.name}>"


def read_files(services: "Services", paths: Sequence[Path], *, wants_roots: bool = False) -> tuple[Intake, ...]:
    """Read and sort files; a private key in PEM and its certificate in another file become one.

    Args:
        services: The keyring and OpenPGP.
        paths: The files.
        wants_roots: Whether authorities are wanted where a file holds people as well.

    Raises:
        CertificateError: One is no file of keys or certificates; none is imported then.
        StoreError: One cannot be read.
    """
    joined = _joined([(path.name, read_key_file(path)) for path in paths])
    is_lasting = services.secrets.is_lasting
    trouble = "" if is_lasting else services.keys.trouble
    return tuple(_sorted(services, name, octets, wants_roots, (is_lasting, trouble)) for name, octets in joined)


def import_key(services: "Services", intake: Intake, passphrase: Secret | None, *, asks_always: bool) -> KeyEntry:
    """Import a key; what comes without a passphrase gets the one that is given.

    Raises:
        PassphraseError: It is missing or wrong.
        CertificateError, KeyGoneError, StoreError: See `Keys.import_file`.
    """
    if passphrase is not None and intake.lock is Lock.NONE:
        return services.keys.import_open(intake.octets, passphrase, keep_passphrase=not asks_always)
    return services.keys.import_file(intake.octets, passphrase, keep_passphrase=not asks_always)


def import_person(services: "Services", intake: Intake, address: str = "") -> tuple[PersonKey, ...]:
    """Import certificates or keys of people; raises like `People.import_file`."""
    return services.people.import_file(intake.octets, intake.name, address)


def import_roots(services: "Services", intake: Intake) -> "tuple[Certificate, ...]":
    """Trust the authorities of a file; raises like `Roots.import_file`."""
    return services.roots.import_file(intake.octets)


def read_key_file(path: Path) -> bytes:
    """Read a file of keys; raises `CertificateError` for one that is too large, `StoreError`."""
    try:
        if path.stat().st_size > KEY_FILE_LIMIT:
            raise CertificateError(
                f"{path.name} is too large: files of keys and certificates have at most {KEY_FILE_LIMIT:,} octets.",
                hint="Choose the file that holds the key or certificate alone.",
                value=path.name,
            )
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(f"{path.name} cannot be read: {reason}.", hint="Choose another file.") from error


def _joined(files: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Put a PEM key without certificate together with the PEM certificates beside it."""
    bare = [name for name, octets in files if _has_key(octets) and b"BEGIN CERTIFICATE" not in octets]
    parts = [(name, octets) for name, octets in files if name in bare or _is_certificates(octets)]
    if len(bare) != 1 or len(parts) < 2:
        return files
    whole = (" and ".join(name for name, _ in parts), b"\n".join(octets for _, octets in parts))
    return [whole, *(file for file in files if file not in parts)]


def _has_key(octets: bytes) -> bool:
    return b"PRIVATE KEY-----" in octets and b"-----BEGIN PGP" not in octets


def _is_certificates(octets: bytes) -> bool:
    return b"BEGIN CERTIFICATE-" in octets and not _has_key(octets)


def _sorted(services: "Services", name: str, octets: bytes, wants_roots: bool, keyring: tuple[bool, str]) -> Intake:
    check_size(octets)
    if is_pgp(octets):
        return _sorted_pgp(services, name, octets, keyring)
    lock = _lock_of(services, octets)
    if lock is not None:
        return Intake(name, octets, Becomes.KEY, lock, is_lasting=keyring[0], trouble=keyring[1])
    from sescomposer.core.protection.certificates.certificate_files import read_certificates

    certificates = read_certificates(octets)
    authorities = [each for each in certificates if each.is_ca or (wants_roots and each.is_self_issued)]
    people = [each for each in certificates if not each.is_ca]
    if authorities and (wants_roots or not people):
        owners = tuple((each.owner, each.fingerprint) for each in authorities)
        return Intake(name, octets, Becomes.ROOT, owners=owners)
    return Intake(name, octets, Becomes.PERSON, needs_address=not any(each.addresses for each in people))


def _sorted_pgp(services: "Services", name: str, octets: bytes, keyring: tuple[bool, str]) -> Intake:
    facts = services.openpgp.read(octets)
    if any(each.has_secret for each in facts):
        return Intake(name, octets, Becomes.KEY, Lock.UNKNOWN, is_lasting=keyring[0], trouble=keyring[1])
    return Intake(name, octets, Becomes.PERSON, needs_address=not any(each.addresses for each in facts))


def _lock_of(services: "Services", octets: bytes) -> Lock | None:
    """Give the lock of a file of a key, None for a file of certificates; raises `CertificateError`."""
    is_der_key = octets[:1] == _SEQUENCE and not _holds_certificates(octets)
    if not (_has_key(octets) or is_der_key):
        return None
    return Lock.NEEDED if services.keys.needs_passphrase(octets) else Lock.NONE


def _holds_certificates(octets: bytes) -> bool:
    from sescomposer.core.protection.certificates.certificate_files import read_certificates

    try:
        return bool(read_certificates(octets))
    except CertificateError:
        # Why is told by whoever reads it as a key.
        return False
