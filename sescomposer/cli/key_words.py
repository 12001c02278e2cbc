"""Keys and certificates as the command line tells them: as JSON values and in lines for people."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sescomposer.cli.streams import shown
from sescomposer.core.errors import KeyGoneError, UsageError
from sescomposer.core.protection.certificates.certificate import Certificate
from sescomposer.services.protection.passphrases import WHOSE
from sescomposer.services.protection.protection_ports import KeyEntry, PersonKey, PersonKind

_WARN_DAYS = 30


def found(entries: Sequence[KeyEntry], key: str) -> KeyEntry:
    """Give the key whose id or fingerprint begins so.

    Raises:
        KeyGoneError: there is none.
        UsageError: there are several.
    """
    wanted = key.replace(" ", "").replace(":", "").lower()
    fitting = [entry for entry in entries if wanted and (entry.id.startswith(wanted) or entry.fingerprint == wanted)]
    if not fitting:
        raise KeyGoneError(f"There is no key {shown(key)!r}.", hint="See `sescomposer keys list`.", value=key)
    if len(fitting) > 1:
        raise UsageError(f"{len(fitting)} keys begin with {shown(key)!r}.", hint="Give more of the id.", value=key)
    return fitting[0]


def key_json(entry: KeyEntry, now: datetime) -> dict[str, Any]:
    """Give an own key as JSON values; times in ISO 8601."""
    certificates = [Certificate(der) for der in entry.certificates]
    return {
        "id": entry.id,
        "kind": entry.kind.value,
        "owner": entry.label,
        "addresses": list(entry.addresses),
        "fingerprint": entry.fingerprint,
        "added": entry.added.isoformat() if entry.added else None,
        "asks_always": entry.asks_always,
        "details": _details(entry),
        "certificate": certificate_json(certificates[0], now) if certificates else None,
        "chain": [certificate.owner for certificate in certificates[1:]],
    }


def certificate_json(certificate: Certificate, now: datetime) -> dict[str, Any]:
    """Give a certificate as JSON values; `days_left` is negative once it has expired."""
    return {
        "owner": certificate.owner,
        "addresses": list(certificate.addresses),
        "issuer": certificate.issuer,
        "serial": f"{certificate.serial:x}",
        "not_before": certificate.not_before.isoformat(),
        "not_after": certificate.not_after.isoformat(),
        "days_left": (certificate.not_after - now).days,
        "algorithm": certificate.key_kind,
        "purposes": list(certificate.purposes),
        "fingerprint": certificate.fingerprint,
        "is_test": certificate.is_test,
    }


def person_json(key: PersonKey, now: datetime) -> dict[str, Any]:
    """Give a key of somebody else as JSON values."""
    is_smime = key.kind is PersonKind.SMIME
    return {
        "address": key.address,
        "kind": key.kind.value,
        "fingerprint": key.fingerprint,
        "source": key.source,
        "first_seen": key.first_seen.isoformat(),
        "last_used": key.last_used.isoformat() if key.last_used else None,
        "accepted": key.is_accepted,
        "certificate": certificate_json(Certificate(key.octets), now) if is_smime else None,
    }


def key_lines(entry: KeyEntry, now: datetime) -> list[str]:
    """Write an own key for people, a line for each notion."""
    certificate = Certificate(entry.certificates[0]) if entry.certificates else None
    lines = [f"{entry.id}  {entry.kind.value}  {entry.label}"]
    lines += [f"    {'address':<12} {address}" for address in entry.addresses]
    lines += certificate_lines(certificate, now) if certificate else []
    lines += [f"    {'chain':<12} {Certificate(der).owner}" for der in entry.certificates[1:]]
    lines += [f"    {name:<12} {text}" for name, text in _details(entry).items()]
    lines.append(f"    {'fingerprint':<12} {entry.fingerprint}")
    if entry.asks_always:
        lines.append(f"    {'passphrase':<12} asked for every time")
    return [shown(line) for line in lines]


def person_lines(key: PersonKey, now: datetime) -> list[str]:
    """Write a key of somebody else for people."""
    lines = [f"{key.address}  {key.kind.value}"]
    if key.kind is PersonKind.SMIME:
        certificate = Certificate(key.octets)
        lines += [f"    {'owner':<12} {certificate.owner}", *certificate_lines(certificate, now)]
    used = f"{key.last_used:%Y-%m-%d}" if key.last_used else "never"
    lines.append(f"    {'came from':<12} {key.source}, {key.first_seen:%Y-%m-%d}; used last: {used}")
    lines.append(f"    {'fingerprint':<12} {key.fingerprint}{'  accepted by you' if key.is_accepted else ''}")
    return [shown(line) for line in lines]


def certificate_lines(certificate: Certificate, now: datetime) -> list[str]:
    """Write what a certificate says, without whose it is and without its fingerprint."""
    named = {
        "issuer": certificate.issuer,
        "valid": f"{certificate.not_before:%Y-%m-%d} to {certificate.not_after:%Y-%m-%d}{_urgency(certificate, now)}",
        "algorithm": certificate.key_kind,
        "purposes": ", ".join(certificate.purposes) or "none that mail has use for",
        "note": "a test certificate: nobody else trusts it" if certificate.is_test else "",
    }
    return [f"    {name:<12} {text}" for name, text in named.items() if text]


def certificate_pem(certificate: Certificate) -> bytes:
    """Give a certificate as PEM (RFC 7468) with LF line ends."""
    from cryptography.hazmat.primitives.serialization import Encoding  # here: a start need not wait for it

    return certificate.x509.public_bytes(Encoding.PEM)


def _details(entry: KeyEntry) -> dict[str, str]:
    """Give what finds a key again; whose its passphrase is concerns nobody."""
    return {name: text for name, text in entry.details.items() if name != WHOSE}


def _urgency(certificate: Certificate, now: datetime) -> str:
    """Say that it is not valid, or soon will not be."""
    days = (certificate.not_after - now).days
    if now < certificate.not_before:
        return ", NOT YET VALID"
    if now > certificate.not_after:
        return ", EXPIRED"
    return f", EXPIRES IN {days} DAYS" if days <= _WARN_DAYS else ""
