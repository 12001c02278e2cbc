"""Entries of own keys: made of what was imported, and what each says of its own end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sescomposer.core.errors import CertificateError
from sescomposer.services.protection.protection_ports import KeyEntry, KeyKind, PgpKeyFacts

if TYPE_CHECKING:
    from sescomposer.core.protection.certificates.certificate import Certificate

NOTICE_DAYS = 30
WARNING_DAYS = 7
ID_DIGITS = 16
KEY_FILE_LIMIT = 1 << 20
"""Octets; a file of keys is some thousand octets long."""


class Urgency(StrEnum):
    """How near the end of a key is."""

    NOTICE = "notice"
    WARNING = "warning"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Expiring:
    """A key, or a certificate of its chain, that ends within 30 days.

    Attributes:
        entry: The key.
        ends: When, UTC.
        days: Whole days until then; negative once it is over.
        urgency: `NOTICE` from 30 days on, `WARNING` from 7 days on.
        sentence: For people.
    """

    entry: KeyEntry
    ends: datetime
    days: int
    urgency: Urgency
    sentence: str


def expiring(entry: KeyEntry, ends: datetime, now: datetime, what: str = "The key") -> Expiring | None:
    """Tell of a key that ends soon, None where that is more than 30 days off.

    >>> from datetime import UTC, timedelta
    >>> now = datetime(2026, 11, 21, tzinfo=UTC)
    >>> entry = KeyEntry("a1", KeyKind.FILE, "Ann", (), "a1")
    >>> expiring(entry, now + timedelta(days=6), now).sentence
    "The key 'Ann' ends in 6 days."
    """
    left = ends - now
    if left > timedelta(days=NOTICE_DAYS):
        return None
    days = left.days
    if ends <= now:
        urgency, words = Urgency.EXPIRED, f"has expired on {ends:%Y-%m-%d}"
    else:
        urgency = Urgency.WARNING if left <= timedelta(days=WARNING_DAYS) else Urgency.NOTICE
        words = "ends within a day" if days == 0 else f"ends in {days} day{'s' * (days != 1)}"
    return Expiring(entry, ends, days, urgency, f"{what} {entry.label!r} {words}.")


def certificate_entry(
    certificates: "Sequence[Certificate]", kind: KeyKind, details: Mapping[str, str], added: datetime, asks_always: bool
) -> KeyEntry:
    """Give the entry of a key with a certificate.

    Args:
        certificates: Own certificate, then its chain, nearest first.
        kind: `FILE` or `CARD`.
        details: See `KeyEntry`.
        added: When.
        asks_always: See `KeyEntry`.
    """
    own = certificates[0]
    return KeyEntry(
        id=own.fingerprint[:ID_DIGITS],
        kind=kind,
        label=own.owner,
        addresses=own.addresses,
        fingerprint=own.fingerprint,
        certificates=tuple(certificate.der for certificate in certificates),
        details=dict(details),
        asks_always=asks_always,
        added=added,
    )


def pgp_entry(
    facts: PgpKeyFacts, public: bytes, kind: KeyKind, details: Mapping[str, str], added: datetime, asks_always: bool
) -> KeyEntry:
    """Give the entry of an OpenPGP key; `public` is its certificate (binary)."""
    fingerprint = facts.fingerprint.lower()
    return KeyEntry(
        id=fingerprint[:ID_DIGITS],
        kind=kind,
        label=next(iter(facts.user_ids), fingerprint[:ID_DIGITS]),
        addresses=facts.addresses,
        fingerprint=fingerprint,
        public=public,
        details=dict(details),
        asks_always=asks_always,
        added=added,
    )


def dkim_entry(
    domain: str, selector: str, public: bytes, details: Mapping[str, str], added: datetime, asks_always: bool
) -> KeyEntry:
    """Give the entry of a DKIM key; `public` is its SubjectPublicKeyInfo in DER."""
    import hashlib  # here: its library is large

    fingerprint = hashlib.sha256(public).hexdigest()
    return KeyEntry(
        id=fingerprint[:ID_DIGITS],
        kind=KeyKind.DKIM,
        label=f"{selector}._domainkey.{domain}",
        addresses=(),
        fingerprint=fingerprint,
        public=public,
        details={"domain": domain, "selector": selector, **details},
        asks_always=asks_always,
        added=added,
    )


def is_pgp(octets: bytes) -> bool:
    """Tell whether a file of keys is OpenPGP, armored or binary (RFC 9580 section 4.2); DER begins with 0x30.

    >>> is_pgp(b"-----BEGIN PGP PRIVATE KEY BLOCK-----"), is_pgp(bytes.fromhex("c558")), is_pgp(b"0\\x82")
    (True, True, False)
    """
    return b"-----BEGIN PGP " in octets[:65536] or (bool(octets) and octets[0] >= 0x80)


def check_size(octets: bytes) -> None:
    """Refuse what is too large for a file of keys; raises `CertificateError`.

    >>> check_size(b"x" * (KEY_FILE_LIMIT + 1))
    Traceback (most recent call last):
    sescomposer.core.errors.CertificateError: This file has 1048577 octets; files of keys have at most 1048576.
    """
    if len(octets) > KEY_FILE_LIMIT:
        raise CertificateError(
            f"This file has {len(octets)} octets; files of keys have at most {KEY_FILE_LIMIT}.",
            hint="Choose the file that holds the key alone.",
            value=len(octets),
        )
