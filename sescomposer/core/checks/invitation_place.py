"""Where the calendar object stands in a message, and how its part is written (RFC 6047 section 2.4)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from sescomposer.core.body_parts import body_parts
from sescomposer.core.checks import fixes
from sescomposer.core.checks.invitation_rules import RULES
from sescomposer.core.checks.subject import Subject, at_body, at_field, fields_named, kept
from sescomposer.core.entity import Entity
from sescomposer.core.findings import Finding, Fix, Where
from sescomposer.core.header import HeaderSection
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.invitation.calendar import Calendar, read_calendar
from sescomposer.core.invitation.parts import calendar_parts
from sescomposer.core.invitation.placement import FILE_NAME, calendar_of, calendar_part
from sescomposer.core.message import Message
from sescomposer.core.octets import Octets
from sescomposer.core.structure import attach
from sescomposer.core.structure.attachment import Attachment
from sescomposer.core.structure.fields import CONTENT_TYPE, with_parameter
from sescomposer.core.structure.header_edits import with_header
from sescomposer.core.structure.leaf import replaced_content
from sescomposer.core.structure.paths import path_to
from sescomposer.core.transfer_encoding import TransferEncoding

_TYPE = "text/calendar"
_SIGNED = "multipart/signed"
_SENT = ("REQUEST", "CANCEL")
_UTF8 = ("utf-8", "utf8")
Change = Callable[[HeaderSection], HeaderSection]
_ENCODED = (TransferEncoding.BASE64, TransferEncoding.QUOTED_PRINTABLE)


@dataclass(frozen=True)
class Placed:
    """The calendar object of a message.

    Attributes:
        root: The message.
        part: The part that counts.
        calendar: What it holds.
        method: METHOD, else what the part says; in capitals, "" for none.
    """

    root: Entity
    part: Entity
    calendar: Calendar
    method: str

    @property
    def is_body(self) -> bool:
        """Whether it is a part that clients take for an invitation."""
        return self.part.media_type == _TYPE and self.part.disposition != "attachment"

    @property
    def is_sent(self) -> bool:
        """Whether it is to bring buttons or take an event away."""
        return self.method in _SENT


def placed_in(root: Entity) -> Placed | None:
    """Give the calendar object of a message, None if it has none."""
    part = calendar_part(root)
    calendar = calendar_of(root) if part is not None else None
    if part is None or calendar is None:
        return None
    return Placed(root, part, calendar, calendar.method or (part.content_type.get("method") or "").upper())


def placement(subject: Subject) -> Iterator[Finding]:
    """Check the part, its place, and its copies."""
    placed = placed_in(subject.root)
    if placed is None:
        return
    yield from _protection(subject, placed)
    yield from _kind(placed)
    if placed.is_body or placed.is_sent:
        yield from _claims(placed)
        yield from _position(placed)
        yield from _writing(placed)
    yield from _others(placed)
    if placed.is_sent and placed.is_body:
        yield from _copy(placed)


def inside_a_signature(where: Where, *, is_encrypted: bool = False) -> Finding:
    """Find that only programs which know the protection see that there is an event."""
    what = "encryption" if is_encrypted else "a signature that shows nothing to others"
    message = f"The event lies inside {what}: a program without S/MIME or OpenPGP shows a file, and no buttons."
    return finding("m24", message, where)


def _protection(subject: Subject, placed: Placed) -> Iterator[Finding]:
    """Say what being signed changes for an event, where it is or will be."""
    facts, root = subject.protection, placed.root
    is_signed = root.media_type == _SIGNED
    if not placed.is_sent or not (is_signed or (facts is not None and (facts.signs or facts.encrypts))):
        return
    if facts is not None and not is_signed and (facts.encrypts or (facts.is_ours and not facts.is_detached)):
        yield inside_a_signature(Where(placed.part.key), is_encrypted=facts.encrypts)
        return
    message = (
        "The event is signed in the open, so programs find it all the same; some versions of Outlook were reported "
        "not to read invitations that are signed."
    )
    yield finding("m23", message, Where(placed.part.key))


def finding(number: str, message: str, where: Where, fix: Fix | None = None) -> Finding:
    """Make a finding by a rule."""
    rule = RULES[number]
    return Finding(rule.code, rule.severity, message, where, rule.standard, fix)


def _at(part: Entity, name: str) -> Where:
    found = fields_named(part, name)
    return at_field(part, *found[0]) if found else Where(part.key)


def _kind(placed: Placed) -> Iterator[Finding]:
    part = placed.part
    if placed.is_sent and part.media_type != _TYPE:
        message = f"The event is a part of type {part.media_type}; clients show buttons for text/calendar alone."
        yield finding("m01", message, _at(part, CONTENT_TYPE))
    elif placed.is_sent and part.disposition == "attachment":
        message = "The event is marked as attachment, so Outlook, Apple Mail and Evolution show a file without buttons."
        where = _at(part, "Content-Disposition")
        yield finding("m05", message, where, _header_fix(part, "Remove Content-Disposition", _without_disposition))
    elif placed.is_body and (part.disposition or part.content_id or part.content_type.get("name")):
        message = "The event has a file name, Content-ID or disposition; Thunderbird was seen to hide it then."
        name = next(n for n in ("Content-Disposition", "Content-ID", CONTENT_TYPE) if part.header.first(n) is not None)
        yield finding("m06", message, _at(part, name), _header_fix(part, "Remove them", _bare(placed.root.line_end)))


def _header_fix(part: Entity, label: str, change: Change) -> Fix:
    key = part.key
    return Fix(label, lambda message, ids: message.edited(lambda root: with_header(root, key, change)))


def _without_disposition(header: HeaderSection) -> HeaderSection:
    return header.without("Content-Disposition")


def _bare(line_end: bytes) -> Change:
    def change(header: HeaderSection) -> HeaderSection:
        header = header.without("Content-Disposition").without("Content-ID")
        return with_parameter(header, CONTENT_TYPE, "name", None, line_end)

    return change


def _says(part: Entity, name: str, value: str, line_end: bytes) -> Fix:
    """Write a parameter of Content-Type."""
    return _header_fix(
        part, f"Write {name}={value}", lambda header: with_parameter(header, CONTENT_TYPE, name, value, line_end)
    )


def _claims(placed: Placed) -> Iterator[Finding]:
    part, method, line_end = placed.part, placed.calendar.method, placed.root.line_end
    if part.media_type != _TYPE:
        return
    said = part.content_type.get("method")
    is_token = method.replace("-", "").isalnum() and method.isascii()
    mend = _says(part, "method", method, line_end) if is_token else None
    if not said:
        message = "The part does not say its method, so no client shows buttons."
        yield finding("m02", message, _at(part, CONTENT_TYPE), mend)
    elif method and said.upper() != method:
        message = f"The part says method={said}, the event {method}; Exchange refuses the message."
        yield finding("m03", message, _at(part, CONTENT_TYPE), mend)
    if part.charset not in _UTF8 and not placed.calendar.octets.isascii():
        message = f"The event has other characters than ASCII, and its part says {part.charset}; they show as garbage."
        yield finding("m04", message, _at(part, CONTENT_TYPE), _says(part, "charset", "UTF-8", line_end))


def _position(placed: Placed) -> Iterator[Finding]:
    root, part = placed.root, placed.part
    if part is root or part.media_type != _TYPE:
        return
    path = path_to(root, part.key)
    parent = path[-2]
    parts = body_parts(root)
    has_text = parts.text is not None or parts.html is not None
    if placed.method in ("PUBLISH", "ADD") and placed.is_body:
        message = f"A {placed.method} stands in the text, where Outlook prints its raw lines; attach it as a file."
        yield finding("m14", message, Where(part.key))
        return
    if parent.media_type != "multipart/alternative" and has_text:
        message = "The event is no alternative of the text, so Outlook shows a file or nothing."
        yield finding("m07", message, Where(part.key))
    elif parent.media_type == "multipart/alternative" and parent.children[-1] is not part:
        message = "The event is not the last alternative; what stands behind it hides it."
        yield finding("m07", message, Where(part.key))
    for outer, child in pairwise(path):
        if outer.media_type == "multipart/mixed" and outer.children[0] is not child:
            message = "What holds the event is not the first part of the message; Outlook looks nowhere else."
            yield finding("m08", message, Where(child.key))
            return


def _writing(placed: Placed) -> Iterator[Finding]:
    part = placed.part
    if part.transfer_encoding in _ENCODED:
        return
    longest = max(map(len, placed.calendar.octets.split(b"\n")), default=0)
    if not placed.calendar.octets.isascii() or longest > 999:
        what = "8-bit characters" if not placed.calendar.octets.isascii() else "a line over 998 octets"
        message = f"The event has {what} and is not encoded; SES and servers on the way may damage it."
        yield finding("m13", message, at_body(part), fixes.encode_part(part.key))


def _calendar(part: Entity) -> Calendar:
    return read_calendar(bytes(part.content))


def _uids(part: Entity) -> frozenset[str]:
    return frozenset(event.text("UID").strip() for event in kept(part, _calendar).events)


def _others(placed: Placed) -> Iterator[Finding]:
    own = kept(placed.part, _uids)
    for part in calendar_parts(placed.root):
        if part is placed.part:
            continue
        is_body = part.media_type == _TYPE and part.disposition != "attachment"
        differs = not (kept(part, _uids) & own)
        if is_body and placed.is_body:
            what = "another event" if differs else "the event again"
            message = f"A second part of the text holds {what}; clients pass over one of both or show it twice."
            yield finding("m10", message, Where(part.key))
        elif differs and kept(part, _calendar).is_calendar:
            message = "Another event is attached beside this one, so readers have two."
            yield finding("m22", message, Where(part.key))


def _copy(placed: Placed) -> Iterator[Finding]:
    files = [
        part for part in calendar_parts(placed.root) if part is not placed.part and part.disposition == "attachment"
    ]
    same = [part for part in files if kept(part, _uids) & kept(placed.part, _uids)]
    octets = placed.calendar.octets
    if not same and not files:
        message = "The event is not attached as a file too; clients that look at files alone show nothing."
        yield finding("m09", message, Where(placed.part.key), Fix("Attach invite.ics", _attached(octets)))
    for part in same:
        if bytes(part.content) != octets:
            message = "The attached copy of the event is not the same octet for octet, so guests may get it twice."
            yield finding("m09", message, at_body(part), Fix("Make the copy the same", _made_same(part, octets)))
        elif not part.file_name.lower().endswith(".ics"):
            message = (
                f"The attached copy is called {part.file_name[:60]!r}; only a name with .ics at its end is opened."
            )
            yield finding("m09", message, Where(part.key))


def _attached(octets: bytes) -> Callable[[Message, Identifiers], Message]:
    copy = Attachment(Octets.of(octets), FILE_NAME, f'application/ics; name="{FILE_NAME}"')
    return lambda message, ids: message.edited(lambda root: attach(root, copy, ids))


def _made_same(part: Entity, octets: bytes) -> Callable[[Message, Identifiers], Message]:
    key = part.key
    return lambda message, ids: message.edited(lambda root: replaced_content(root, key, Octets.of(octets), ids))


__all__ = ["Placed", "finding", "placed_in", "placement"]
