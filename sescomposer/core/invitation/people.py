"""Who calls and who is called: ORGANIZER and ATTENDEE (RFC 5545 sections 3.8.4.1, 3.8.4.3), their value a URI."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from sescomposer.core import domain as domains
from sescomposer.core.address_value import Mailbox
from sescomposer.core.errors import AddressError
from sescomposer.core.invitation.lines import ContentLine, make_line, rewritten
from sescomposer.core.invitation.parameters import Parameter

_MAILTO = "mailto:"
_ESCAPED = re.compile(r"\\(.)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_MISFIT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_SAFE = "!$'()+*@=&"
"""What stays as it is in an address, beside letters, digits and `_.-~` (RFC 6068 section 2)."""


@dataclass(frozen=True, slots=True)
class Person:
    """The organiser.

    Attributes:
        mailbox: Address such as "jane@example.com", decoded, its domain in Unicode; a URI that is no mailto: as it is.
        name: Name shown, "" for none.
        sent_by: Address of who sends for them, "" for nobody.
    """

    mailbox: str
    name: str = ""
    sent_by: str = ""


@dataclass(frozen=True, slots=True)
class Attendee:
    """One guest; the values of the standard in capitals. Read from a line, what it does not say is the default.

    Attributes:
        mailbox, name: See `Person`.
        role: REQ-PARTICIPANT, OPT-PARTICIPANT, CHAIR, NON-PARTICIPANT.
        type: INDIVIDUAL, GROUP, RESOURCE, ROOM, UNKNOWN.
        partstat: NEEDS-ACTION, ACCEPTED, DECLINED, TENTATIVE, DELEGATED.
        rsvp: Whether an answer is asked for; a line that does not say so asks for none.
    """

    mailbox: str
    name: str = ""
    role: str = "REQ-PARTICIPANT"
    type: str = "INDIVIDUAL"
    partstat: str = "NEEDS-ACTION"
    rsvp: bool = True


def mailbox_of(uri: str) -> str:
    """Read the address from a CAL-ADDRESS; one without "mailto:" is taken as it stands.

    >>> mailbox_of("MAILTO:jane@xn--bcher-kva.example"), mailbox_of("jane@example.com")
    ('jane@bücher.example', 'jane@example.com')
    """
    text = uri.strip()
    if text[: len(_MAILTO)].lower() != _MAILTO:
        return text
    local, at, domain = unquote(text[len(_MAILTO) :].partition("?")[0]).rpartition("@")
    return f"{local}{at}{domains.to_unicode(domain)}"


def uri_of(mailbox: str) -> str:
    """Write an address as a CAL-ADDRESS, its domain in A-labels; another URI stays as it is.

    Raises:
        AddressError: it has no "@", or holds what no address can.

    >>> uri_of("zoë@bücher.example"), uri_of("urn:uuid:1")
    ('mailto:zo%C3%AB@xn--bcher-kva.example', 'urn:uuid:1')
    """
    text = mailbox.strip(" \t")
    misfit = _MISFIT.search(text)
    if misfit is not None:
        raise AddressError(
            f"The address {text[:80]!r} holds a line end or another control character.",
            hint="Write the address on one line.",
            value=mailbox,
            position=misfit.start(),
        )
    if _SCHEME.match(text) and not text.lower().startswith(_MAILTO):
        return text
    local, at, domain = (mailbox_of(text) if _SCHEME.match(text) else text).rpartition("@")
    if not (local and at and domain):
        raise AddressError(
            f"{text[:80]!r} is no address: a guest or organiser needs one with a name, an @ and a domain.",
            hint="Write the address in full, such as jane@example.com.",
            value=mailbox,
        )
    return _MAILTO + quote(f"{local}@{domains.to_ascii(domain)}", safe=_SAFE)


def key_of(mailbox: str) -> str:
    """Give what two ways to write one address have in common.

    >>> key_of("Jane@BÜCHER.example") == key_of("jane@xn--bcher-kva.example")
    True
    >>> key_of('"a b"@example.com') == key_of("a b@example.com")
    True
    """
    local, at, domain = mailbox.strip().rpartition("@")
    return f"{_unquoted(local)}{at}{domains.to_unicode(domain)}".casefold()


def as_mailbox(person: Person | Attendee) -> Mailbox:
    """Give a person as header fields have one; without an "@" its local part is empty.

    >>> str(as_mailbox(Person('"a b"@example.com', "Jane")))
    'Jane <"a b"@example.com>'
    """
    local, _, domain = person.mailbox.strip().rpartition("@")
    return Mailbox(person.name, _unquoted(local), domain)


def _unquoted(local: str) -> str:
    is_quoted = len(local) > 1 and local[0] == local[-1] == '"'
    return _ESCAPED.sub(r"\1", local[1:-1]) if is_quoted else local


def read_person(line: ContentLine) -> Person:
    """Read an ORGANIZER line."""
    return Person(_address(line), line.parameter("CN"), mailbox_of(line.parameter("SENT-BY")))


def read_attendee(line: ContentLine) -> Attendee:
    """Read an ATTENDEE line."""
    return Attendee(
        mailbox=_address(line),
        name=line.parameter("CN"),
        role=line.parameter("ROLE").upper() or "REQ-PARTICIPANT",
        type=line.parameter("CUTYPE").upper() or "INDIVIDUAL",
        partstat=line.parameter("PARTSTAT").upper() or "NEEDS-ACTION",
        rsvp=line.parameter("RSVP").upper() == "TRUE",
    )


def _address(line: ContentLine) -> str:
    """The EMAIL parameter tells the address where the value is another URI (RFC 7986 section 6.2)."""
    value = line.value.strip()
    is_other = _SCHEME.match(value) is not None and not value.lower().startswith(_MAILTO)
    return (line.parameter("EMAIL") if is_other else "") or mailbox_of(value)


_PERSON: dict[str, tuple[str, Callable[[Any], str]]] = {
    "CN": ("name", str),
    "SENT-BY": ("sent_by", lambda mailbox: uri_of(mailbox) if mailbox else ""),
}
_ATTENDEE: dict[str, tuple[str, Callable[[Any], str]]] = {
    "CUTYPE": ("type", str.upper),
    "ROLE": ("role", str.upper),
    "PARTSTAT": ("partstat", str.upper),
    "RSVP": ("rsvp", lambda asked: "TRUE" if asked else "FALSE"),
    "CN": ("name", str),
}
"""Parameters in the order in which they are written: the attribute, and how its value is written."""


def person_line(person: Person, old: ContentLine | None = None) -> ContentLine:
    r"""Write an ORGANIZER line, or the changes of it in the line that there was.

    Raises:
        AddressError: an address cannot be written.
        MessageError: the name cannot be written.

    >>> person_line(Person("events@example.com", "Events, Inc.")).octets
    b'ORGANIZER;CN="Events, Inc.":mailto:events@example.com\r\n'
    """
    before = read_person(old) if old is not None else None
    return _line("ORGANIZER", person, _PERSON, old, before)


def attendee_line(attendee: Attendee, old: ContentLine | None = None) -> ContentLine:
    """Write an ATTENDEE line, or the changes of it in the line that there was.

    Raises:
        AddressError: the address cannot be written.
        MessageError: the name or another value cannot be written.

    >>> attendee_line(Attendee("guest@example.net")).unfolded
    'ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:guest@example.net'
    """
    before = read_attendee(old) if old is not None else None
    return _line("ATTENDEE", attendee, _ATTENDEE, old, before)


def _line(
    name: str,
    who: Person | Attendee,
    table: dict[str, tuple[str, Callable[[Any], str]]],
    old: ContentLine | None,
    before: Person | Attendee | None,
) -> ContentLine:
    if old is None or before is None:
        written = ((key, write(getattr(who, attribute))) for key, (attribute, write) in table.items())
        return make_line(name, uri_of(who.mailbox), [Parameter(key, (text,)) for key, text in written if text])
    changes = {
        key: write(getattr(who, attribute))
        for key, (attribute, write) in table.items()
        if getattr(who, attribute) != getattr(before, attribute)
    }
    if who.mailbox == before.mailbox:
        return rewritten(old, old.value, changes)
    return rewritten(old, uri_of(who.mailbox), {**changes, "EMAIL": ""})
