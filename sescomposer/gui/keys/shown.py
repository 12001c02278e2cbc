"""What the pages of the window of keys show of one key, certificate or root: plain values, made on a worker."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sescomposer.core.findings import Severity
from sescomposer.gui.directions import isolated

if TYPE_CHECKING:
    from sescomposer.core.protection.certificates.certificate import Certificate
    from sescomposer.core.protection.certificates.suitability import CertificateFault
    from sescomposer.services.protection.protection_ports import KeyEntry, PersonKey, PgpKeyFacts

FINE = "ok"
_LONGEST = 120
_TWO_YEARS = 730
_LONG_WORD = re.compile(r"\S{41,}")
_PIECE = re.compile(r"[^@._/-]{1,39}[@._/-]?|[@._/-]")

_IN_SHORT = {
    "protect-expired": "Expired",
    "protect-not-yet": "Not yet valid",
    "protect-usage": "Not for this use",
    "protect-extended-usage": "Not for mail",
    "protect-address": "Another address",
    "protect-no-address": "No address",
    "protect-chain": "No way to a root",
    "protect-untrusted": "Root not trusted",
    "protect-weak": "Too weak",
    "protect-algorithm": "Not read by mail programs",
    "protect-expiring": "Expires soon",
    "protect-test": "For tests only",
    "protect-openpgp": "Cannot be used",
    "protect-decrypts": "Opens mail only",
}


@dataclass(frozen=True, slots=True)
class Told:
    """Something that speaks against a key, or is worth knowing.

    Attributes:
        code: As of a finding.
        sign: "error", "warning", "note" or "ok".
        sentence: What.
        mend: What to do about it, "" for nothing.
    """

    code: str
    sign: str
    sentence: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One row and what is told of it below.

    Attributes:
        id: Names it on its page.
        cells: The row; the last is its state in short.
        sign: Of the state.
        title: Above the details.
        facts: Names and words, in order.
        fingerprint: As it is compared, in groups; "" for none.
        told: What speaks against it.
        record: The DNS record of a DKIM key: name, value, line for a zone file; empty for others.
        origin: What it was made of: `KeyEntry`, `PersonKey`, or `Certificate` of a root.
        anchor: Of an own certificate that nobody vouches for: what has to be trusted so that it is.
    """

    id: str
    cells: tuple[str, ...]
    sign: str
    title: str
    facts: tuple[tuple[str, str], ...]
    fingerprint: str
    told: tuple[Told, ...] = ()
    record: tuple[tuple[str, str], ...] = ()
    origin: "KeyEntry | PersonKey | Certificate | None" = None
    anchor: "Certificate | None" = None

    def is_same(self, other: "Shown | None") -> bool:
        """Whether it looks the same."""
        return other is not None and (self.cells, self.facts, self.told) == (other.cells, other.facts, other.told)


def in_groups(fingerprint: str) -> str:
    """Give a fingerprint as people compare it: capitals in groups of four.

    >>> in_groups("a1b2c3d4")
    'A1B2 C3D4'
    """
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4)).upper()


def told_of(faults: "Iterable[CertificateFault]") -> tuple[Told, ...]:
    """Give faults of a certificate as they are told."""
    return tuple(Told(fault.code, fault.severity.value, fault.sentence, fault.mend) for fault in faults)


def state_of(told: Sequence[Told], fine: str = "Fine") -> tuple[str, str]:
    """Give the worst in short: sign and words.

    >>> state_of(())
    ('ok', 'Fine')
    """
    ranks = {severity.value: severity.rank for severity in Severity}
    worst = min(told, key=lambda each: ranks.get(each.sign, len(ranks)), default=None)
    if worst is None or worst.sign == FINE:
        return FINE, fine
    return worst.sign, _IN_SHORT.get(worst.code, worst.sentence)


def day(moment: datetime) -> str:
    """Give a day as it stands in a list.

    >>> from datetime import UTC
    >>> day(datetime(2026, 11, 21, tzinfo=UTC))
    '2026-11-21'
    """
    return f"{moment:%Y-%m-%d}"


def until(begins: datetime | None, ends: datetime | None, now: datetime) -> str:
    """Say how long something is valid, and how long that is from now.

    >>> from datetime import UTC, timedelta
    >>> now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    >>> until(now, now + timedelta(days=6), now)
    '2026-11-21 to 2026-11-27, 6 more days'
    """
    if ends is None:
        return f"from {day(begins)} on, without an end" if begins else "without an end"
    span = f"{day(begins)} to {day(ends)}" if begins else f"to {day(ends)}"
    days = (ends - now).days
    if begins is not None and now < begins:
        return f"{span}, not yet valid"
    if now > ends:
        return f"{span}, expired {_days(max((now - ends).days, 0))} ago"
    if days >= _TWO_YEARS:
        return f"{span}, {days // 365} more years"
    return f"{span}, {_days(days).replace(' ', ' more ', 1) if days else 'ends within a day'}"


def in_line(text: str) -> str:
    """Give what others wrote so that it stands on one line of a list, cut where it is very long.

    >>> in_line("Ann\\n Example")
    'Ann Example'
    """
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def breakable(text: str) -> str:
    """Give words for a label that wraps: long ones may break behind their signs, else anywhere.

    >>> breakable("short@example.org"), breakable("a" * 41).count("\\u200b")
    ('short@example.org', 1)
    """
    return _LONG_WORD.sub(lambda word: _PIECE.sub("\\g<0>\u200b", word[0]).rstrip("\u200b"), text)


def certificate_facts(certificate: "Certificate", now: datetime) -> tuple[tuple[str, str], ...]:
    """Give what a certificate says of itself."""
    return (
        ("Addresses", ", ".join(map(isolated, certificate.addresses)) or "none"),
        ("Issued by", isolated(in_line(certificate.issuer))),
        ("Valid", until(certificate.not_before, certificate.not_after, now)),
        ("Purposes", ", ".join(certificate.purposes) or "none that mail has use for"),
        ("Key", certificate.key_kind),
        ("Serial number", f"{certificate.serial:X}"),
    )


def pgp_facts(facts: "PgpKeyFacts", now: datetime) -> tuple[tuple[str, str], ...]:
    """Give what an OpenPGP key says of itself."""
    can = [(facts.can_sign, "sign mail"), (facts.can_encrypt, "encrypt mail")]
    return (
        ("User ids", "\n".join(isolated(in_line(user)) for user in facts.user_ids) or "none"),
        ("Addresses", ", ".join(map(isolated, facts.addresses)) or "none"),
        ("Valid", until(facts.created, facts.expires, now)),
        ("Purposes", ", ".join(words for is_so, words in can if is_so) or "none that mail has use for"),
        ("Key", f"OpenPGP, {facts.algorithm}"),
    )


def _days(count: int) -> str:
    return f"{count} day{'s' * (count != 1)}"
