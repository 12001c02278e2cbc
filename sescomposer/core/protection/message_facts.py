"""Two facts of a signature that depend on the message around it: whose address it is for, and when it was made.

They are the same for S/MIME and OpenPGP (RFC 8550 section 3, RFC 8551 section 2.5.1).
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sescomposer.core.entity import Entity
from sescomposer.core.envelope import mailboxes
from sescomposer.core.protection.certificates.certificate import comparable
from sescomposer.core.protection.facts import Fact, Verdict

LONGEST_APART = timedelta(hours=1)
"""Thunderbird takes no signature whose time is further from Date."""

_NAMED = 5


def address_fact(root: Entity, addresses: Sequence[str]) -> Fact:
    r"""Say whether the signer's addresses hold those of From; every field From counts, in any case of letters.

    Args:
        root: The message.
        addresses: Addr-specs of the signer, as they stand in the certificate or key.

    >>> from sescomposer.core.parse import parse
    >>> address_fact(parse(b"From: Ann@b.example\r\n\r\n"), ["ann@B.example"]).verdict.value
    'good'
    """
    own = {comparable(address) for address in addresses}
    written = tuple(dict.fromkeys(mailbox.addr_spec for mailbox in mailboxes(root, "From")))
    if not written:
        return Fact(Verdict.BAD, "The message does not say who it is from.")
    if not own:
        return Fact(Verdict.BAD, f"The signer's certificate holds no address, so it cannot stand for {written[0]}.")
    others = [address for address in written if comparable(address) not in own]
    if not others:
        return Fact(Verdict.GOOD, f"The certificate is for {written[0]}, as From says.")
    if len(others) < len(written):
        return Fact(Verdict.UNKNOWN, f"From names {_listed(others)} too, and the certificate is not for that address.")
    return Fact(Verdict.BAD, f"From says {written[0]}, but the certificate is for {_listed(addresses)}.")


def _listed(addresses: Sequence[str]) -> str:
    more = len(addresses) - _NAMED
    named = ", ".join(addresses[:_NAMED])
    return f"{named} and {more:,} more" if more > 0 else named


def time_fact(
    root: Entity, signed_at: datetime | None, now: datetime, validity: tuple[datetime, datetime] | None = None
) -> Fact:
    """Say whether the time of signing fits Date, the clock and the validity of the certificate.

    Args:
        root: The message.
        signed_at: As the signature says, with an offset; None where it does not.
        now: Time with an offset.
        validity: From and until; None where no certificate is known.
    """
    if signed_at is None:
        return Fact(Verdict.UNKNOWN, "The signature does not say when it was made.")
    said = f"Signed {shown(signed_at)}"
    if validity and not validity[0] <= signed_at <= validity[1]:
        bounds = f"{shown(validity[0])} to {shown(validity[1])}"
        return Fact(Verdict.BAD, f"{said}, when the certificate was not valid: it is from {bounds}.")
    if signed_at > now + LONGEST_APART:
        return Fact(Verdict.BAD, f"{said}, which is still to come: a clock is wrong.")
    written = date_of(root)
    if written is None:
        return Fact(Verdict.UNKNOWN, f"{said}; the message has no Date to compare that with.")
    apart = abs(signed_at - written)
    if apart > LONGEST_APART:
        minutes = int(apart.total_seconds() // 60)
        return Fact(
            Verdict.BAD,
            f"{said}, but Date says {shown(written)}: {minutes:,} minutes apart, and mail programs accept 60.",
        )
    return Fact(Verdict.GOOD, f"{said}, as Date says.")


def date_of(root: Entity) -> datetime | None:
    r"""Give the time in Date with an offset; None where there is none, more than one, or one that is no date.

    >>> from sescomposer.core.parse import parse
    >>> date_of(parse(b"Date: Sat, 21 Nov 2026 12:00:00 +0100\r\n\r\n")).isoformat()
    '2026-11-21T12:00:00+01:00'
    """
    fields = root.header.all("Date")
    if len(fields) != 1:
        return None
    from email.utils import parsedate_to_datetime  # here: a start need not wait for it

    try:
        found = parsedate_to_datetime(fields[0].body)
        # "-0000" says that the offset is not known, the time is UTC (RFC 5322 section 3.3).
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        found.astimezone(UTC)  # where it is a time at all: with its offset it may lie beyond the last year
        return found
    except (ValueError, OverflowError, IndexError):
        return None


def shown(at: datetime) -> str:
    """Give a time for people, in UTC, to the minute.

    >>> shown(datetime(2026, 11, 21, 12, 0, 5, tzinfo=UTC))
    '2026-11-21 12:00 UTC'
    """
    at = at.astimezone(UTC)
    return f"{at.year:04}-{at:%m-%d %H:%M} UTC"
