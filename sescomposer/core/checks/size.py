"""Sizes that the chosen road refuses: octets of the message, of its header section, recipients and parts."""

from collections.abc import Iterator

from sescomposer.core import limits
from sescomposer.core.checks.subject import Subject
from sescomposer.core.envelope import named_recipients, recipients
from sescomposer.core.findings import Finding, Severity, Where
from sescomposer.core.message import Road

QUOTAS = "SES quotas"


def octets(subject: Subject) -> Iterator[Finding]:
    """Check the size of the message and of its header section."""
    size = len(subject.root.octets)
    largest = subject.road.octets
    if size > largest:
        yield Finding(
            "too-large",
            Severity.ERROR,
            f"The message has {size:,} octets; {subject.road.label} takes {largest:,}.",
            Where(),
            QUOTAS,
            refused=True,
            answer=_answer(subject.road, size),
        )
    elif size > limits.SES_V2_OCTETS_SAFE:
        yield Finding(
            "large-in-decimal",
            Severity.WARNING,
            f"The message has {size:,} octets: under 40 MB of 1,048,576 octets, over 40 MB of 1,000,000. SES does not "
            "say which it counts.",
            Where(),
            QUOTAS,
        )
    yield from _header_section(subject)


def _answer(road: Road, size: int) -> str:
    """What SES says to a message that is too large, where it is known."""
    match road:
        case Road.SES_V1:
            return f"Message length is more than {limits.SES_V1_OCTETS} bytes long: '{size}'."
        case Road.SMTP:
            return "552 Message is too long"
        case _:
            return ""


def _header_section(subject: Subject) -> Iterator[Finding]:
    """Warn of a header section that may be too long for SES."""
    length = len(subject.root.header.octets)
    if length > limits.HEADER_SECTION_WARNING:
        yield Finding(
            "header-section-long",
            Severity.WARNING,
            f"The header section has {length:,} octets; SES refuses long ones and does not say from what length on.",
            Where(subject.root.key, start=0, stop=length),
            "SES answers",
            answer="Header section too long.",
        )


def recipient_count(subject: Subject) -> Iterator[Finding]:
    """Check that somebody gets the message, and not too many at once."""
    count = len(recipients(subject.message))
    if count == 0:
        field = "" if named_recipients(subject.root) else "To"
        yield Finding(
            "no-recipient",
            Severity.ERROR,
            "Nobody is named as recipient: To, Cc and Bcc hold no address.",
            Where(subject.root.key, field),
            "RFC 5321 3.3",
            refused=True,
            answer="Missing required header 'To'.",
        )
    elif count > limits.RECIPIENTS:
        yield Finding(
            "too-many-recipients",
            Severity.ERROR,
            f"There are {count} recipients; SES takes {limits.RECIPIENTS} in one message.",
            Where(subject.root.key, "To"),
            QUOTAS,
            refused=True,
            answer=f"Recipient count exceeds {limits.RECIPIENTS}.",
        )


def part_count(subject: Subject) -> Iterator[Finding]:
    """Check the number of MIME parts."""
    count = sum(1 for entity in subject.root.walk() if not entity.is_multipart)
    if count > limits.PARTS:
        yield Finding(
            "too-many-parts",
            Severity.ERROR,
            f"The message has {count} parts; SES takes {limits.PARTS}.",
            Where(subject.root.key),
            QUOTAS,
            refused=True,
        )
