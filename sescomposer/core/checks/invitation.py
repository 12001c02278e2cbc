"""Invitations: what the checks of a calendar object find, as findings with their place in the message or file.

A calendar object is checked once and what was found is kept on its part, so that a key in the text costs nothing here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice

from sescomposer.core.checks.invitation_clients import clients
from sescomposer.core.checks.invitation_life import Sent, life, recipients_unknown
from sescomposer.core.checks.invitation_lines import properties
from sescomposer.core.checks.invitation_matrix import matrix
from sescomposer.core.checks.invitation_meaning import meaning
from sescomposer.core.checks.invitation_people import people
from sescomposer.core.checks.invitation_place import Placed, placed_in
from sescomposer.core.checks.invitation_repetition import repetition
from sescomposer.core.checks.invitation_rules import RULES, Fault, Mend
from sescomposer.core.checks.invitation_syntax import syntax
from sescomposer.core.checks.invitation_zones import zones
from sescomposer.core.checks.subject import MOST, Subject, at_body, kept
from sescomposer.core.encoded_place import encoded_span
from sescomposer.core.entity import Body, Entity, Given, Made
from sescomposer.core.envelope import recipients
from sescomposer.core.errors import EditError
from sescomposer.core.findings import Finding, Fix, Severity, Where
from sescomposer.core.header import HeaderSection
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.invitation.calendar import Calendar, read_calendar
from sescomposer.core.invitation.parts import calendar_parts
from sescomposer.core.message import Message
from sescomposer.core.octets import EMPTY, Octets
from sescomposer.core.quoted_printable import quoted_printable
from sescomposer.core.structure.fields import TRANSFER_ENCODING, encoding_field
from sescomposer.core.structure.leaf import is_clean
from sescomposer.core.structure.paths import editable_path, grafted
from sescomposer.core.transfer_encoding import TransferEncoding

_LARGE_OCTETS = 200_000
_MOST_IN_LARGE = 50
"""Our own: to find the place of one octet in a large encoded part takes time, and nobody reads more."""

_STEP = timedelta(minutes=10)
_OF_LINE_ENDS = (RULES["s02"], RULES["m12"])
_FAMILIES: tuple[Callable[[Calendar], Iterator[Fault]], ...] = (
    syntax,
    properties,
    matrix,
    people,
    zones,
    repetition,
    clients,
)


def faults_of(calendar: Calendar, now: datetime | None = None) -> Iterator[Fault]:
    """Give what is wrong with a calendar object by itself.

    Args:
        calendar: Any octets, read.
        now: The time, aware; None if nothing is to be said of past and future.
    """
    yield from syntax(calendar)
    if calendar.is_calendar:
        for family in _FAMILIES[1:]:
            yield from family(calendar)
        yield from meaning(calendar, now)


def calendar_object(subject: Subject) -> Iterator[Finding]:
    """Check the calendar object of a message."""
    placed = placed_in(subject.root)
    if placed is not None:
        for finding in kept(placed.part, _checked_at(_rounded(subject.now))):
            yield from _in_message(placed, finding)


def earlier_objects(subject: Subject) -> Iterator[Finding]:
    """Check the calendar object of a message against what was sent before."""
    placed = placed_in(subject.root)
    if placed is None or not subject.sent_before:
        return
    got = [recipient.addr_spec for recipient in recipients(subject.message)]
    for fault in (
        *life(placed.calendar, subject.sent_before),
        *recipients_unknown(placed.calendar, subject.sent_before, got),
    ):
        yield finding_in(placed.part, fault)


def check_calendar(octets: bytes, now: datetime | None = None, sent: Sequence[Sent] = ()) -> tuple[Finding, ...]:
    r"""Check a file that holds a calendar object.

    Args:
        octets: The file.
        now: The time, aware; None if nothing is to be said of past and future.
        sent: What was sent of the event before.

    Returns:
        Findings, worst first; the places are octets of the file, and a fix edits `file_message(octets)`.

    >>> [finding.code for finding in check_calendar(b"<html>")]
    ['s01-unbalanced']
    """
    entity = _file(octets)
    calendar = read_calendar(octets)
    faults = (*islice(faults_of(calendar, now), MOST), *life(calendar, sent))
    found = [_of_file(entity, _as_file(fault)) for fault in faults]
    return tuple(sorted(found, key=lambda finding: finding.severity.rank))


def file_message(octets: bytes) -> Message:
    """Give a calendar file in the form that a fix of `check_calendar` edits; its octets are those of the file."""
    return Message(_file(octets))


@lru_cache(maxsize=1)
def _file(octets: bytes) -> Entity:
    return Entity(HeaderSection.of_octets(EMPTY), b"", Given(Octets.of(octets)))


def _as_file(fault: Fault) -> Fault:
    """A file has no part whose transfer encoding could have lost the line ends."""
    return replace(fault, rule=RULES["s02"]) if fault.rule is RULES["m12"] else fault


def _of_file(entity: Entity, fault: Fault) -> Finding:
    mend = fault.mend
    fix = None if mend is None else Fix(fault.label, lambda message, ids: _mended_file(message, mend))
    where = Where(entity.key, start=fault.start, stop=fault.stop)
    return Finding(fault.rule.code, fault.rule.severity, fault.message, where, fault.rule.standard, fix)


def _mended_file(message: Message, mend: Mend) -> Message:
    root = message.root
    return message.with_root(replace(root, body=Given(Octets.of(mend(bytes(root.body.octets))))))


def _rounded(now: datetime | None) -> datetime | None:
    """The next ten minutes, so that what is found can be kept for a while."""
    if now is None:
        return None
    return now - (now - now.replace(hour=0, minute=0, second=0, microsecond=0)) % _STEP + _STEP


@lru_cache(maxsize=4)
def _checked_at(now: datetime | None) -> Callable[[Entity], tuple[Finding, ...]]:
    return lambda part: _checked(part, now)


def _checked(part: Entity, now: datetime | None) -> tuple[Finding, ...]:
    calendar = read_calendar(bytes(part.content))
    most = MOST if len(calendar.octets) < _LARGE_OCTETS else _MOST_IN_LARGE
    faults = faults_of(calendar, now)
    found = tuple(finding_in(part, fault) for fault in islice(faults, most))
    if next(faults, None) is None:
        return found
    message = f"There are more problems in the event; the first {most:,} are listed."
    return (*found, Finding("findings-cut", Severity.NOTE, message, Where(part.key), "limit"))


def finding_in(part: Entity, fault: Fault) -> Finding:
    """Give a fault of a calendar object as finding of the part that holds it."""
    rule, mend = fault.rule, fault.mend
    fix = None if mend is None else Fix(fault.label, _fix(part, mend))
    return Finding(rule.code, rule.severity, fault.message, _where(part, fault), rule.standard, fix)


def _where(part: Entity, fault: Fault) -> Where:
    length = len(part.content)
    if fault.start < 0 or not length:
        return at_body(part)
    stop = min(max(fault.stop, fault.start + 1), length)
    start = min(fault.start, stop - 1)
    return at_body(part, *encoded_span(part.body.octets, part.transfer_encoding, start, stop))


def _in_message(placed: Placed, finding: Finding) -> Iterator[Finding]:
    """What holds in a message alone: sealing mends its line ends, and a plain file claims no method."""
    is_encoded = placed.part.transfer_encoding is TransferEncoding.BASE64
    if finding.code in (rule.code for rule in _OF_LINE_ENDS) and not is_encoded:
        if placed.root.line_end == b"\r\n":
            yield finding
        return
    is_file = not placed.is_body and not placed.method
    if finding.code == RULES["t01"].code and is_file:
        yield replace(finding, severity=Severity.WARNING)
        return
    yield finding


def _fix(part: Entity, mend: Mend) -> Callable[[Message, Identifiers], Message]:
    """Mend the octets in the part, and in every copy that has the same."""
    key = part.key

    def edit(message: Message, ids: Identifiers) -> Message:
        root = message.root
        found = root.find(key)
        if found is None:
            raise EditError("The event is no longer where it was when it was checked.", hint="Check again.")
        old = bytes(found.content)
        new = mend(old)
        for other in calendar_parts(root):
            if bytes(other.content) == old:
                root = _with_octets(root, other, new)
        return message.with_root(root)

    return edit


def _with_octets(root: Entity, part: Entity, octets: bytes) -> Entity:
    path = editable_path(root, part.key)
    body, encoding = _encoded(part, octets, root.line_end)
    header = part.header
    if encoding is not part.transfer_encoding:
        header = header.with_field(TRANSFER_ENCODING, encoding_field(encoding, root.line_end))
    return grafted(path, replace(part, header=header, body=body, separator=part.separator or root.line_end))


def _encoded(part: Entity, octets: bytes, line_end: bytes) -> tuple[Body, TransferEncoding]:
    """Octets in the transfer encoding of the part where that can hold them, else in base64."""
    encoding = part.transfer_encoding
    written = octets
    if encoding is TransferEncoding.QUOTED_PRINTABLE:
        written = quoted_printable(octets, line_end=line_end)
    is_plain = encoding in (TransferEncoding.SEVEN_BIT, TransferEncoding.EIGHT_BIT, TransferEncoding.QUOTED_PRINTABLE)
    crlf = written if line_end == b"\r\n" else written.replace(line_end, b"\r\n")
    is_safe = encoding is TransferEncoding.EIGHT_BIT or is_clean(Octets.of(crlf))
    has_same_ends = line_end == b"\r\n" or b"\r" not in written
    if is_plain and is_safe and has_same_ends and b"\n--" not in b"\n" + written:
        return Given(Octets.of(written)), encoding
    return Made(Octets.of(octets), "", TransferEncoding.BASE64, line_end), TransferEncoding.BASE64


__all__ = ["calendar_object", "check_calendar", "earlier_objects", "faults_of", "file_message", "finding_in"]
