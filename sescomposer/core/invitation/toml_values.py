"""Values of the TOML description of an event: each read as what an event holds, or refused in a sentence.

Every reader takes the name of the key, for its sentences, and the value that the TOML parser gave.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, time, timedelta
from typing import Any, NoReturn

from sescomposer.core import domain as domains
from sescomposer.core.address import Mailbox, parse_mailbox
from sescomposer.core.address_value import format_local_part
from sescomposer.core.errors import AddressError, MessageError
from sescomposer.core.invitation.durations import read_duration
from sescomposer.core.invitation.event_lists import Attachment
from sescomposer.core.invitation.people import Attendee, Person

Reader = Callable[[str, object], Any]

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LINE_END = re.compile("[\r\n]")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x1f\x7f]+")
_LONGEST_SHOWN = 80
_ROLES = ("REQ-PARTICIPANT", "OPT-PARTICIPANT", "NON-PARTICIPANT", "CHAIR")
_TYPES = ("INDIVIDUAL", "GROUP", "RESOURCE", "ROOM", "UNKNOWN")


def shown(value: object) -> str:
    """Write a value nearly as TOML has it, for sentences; a long one is cut.

    >>> shown("Tea"), shown(True), shown(date(2027, 3, 1))
    ("'Tea'", 'true', '2027-03-01')
    """
    match value:
        case bool():
            text = str(value).lower()
        case date() | time():
            text = value.isoformat()
        case dict():
            text = f"the table with {', '.join(map(str, value))}" if value else "an empty table"
        case _:
            text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def refuse(key: str, value: object, allowed: str, why: str = "") -> NoReturn:
    """Refuse a value: say the key, the value and what is allowed.

    Raises:
        MessageError: always.
    """
    reason = f": {why}" if why else " cannot be used"
    raise MessageError(f"{key} = {shown(value)}{reason}.", hint=f"Allowed is {allowed}.", value=value)


def text(key: str, value: object) -> str:
    """Read text of any number of lines."""
    allowed = "text in quotes"
    if not isinstance(value, str):
        refuse(key, value, allowed)
    found = _CONTROL.search(value)
    if found is not None:
        refuse(key, value, f"{allowed}, without control characters", f"it holds {found[0]!a}")
    return value


def one_line(key: str, value: object) -> str:
    """Read text of one line that is not empty.

    >>> one_line("summary", "Tea\\nCake")
    Traceback (most recent call last):
    sescomposer.core.errors.MessageError: summary = 'Tea\\nCake': it holds a line end.
    """
    found = text(key, value)
    if _LINE_END.search(found):
        refuse(key, value, "text on one line", "it holds a line end")
    if not found.strip():
        refuse(key, value, "text with at least one character", "it is empty")
    return found.strip()


def uid(key: str, value: object) -> str:
    """Read the name of an event, which calendars keep for ever (RFC 5545 section 3.8.4.7)."""
    found = one_line(key, value)
    if len(found.encode()) > 255 or re.search(r"\s", found):
        refuse(key, value, "up to 255 octets without blanks")
    return found


def uri(key: str, value: object) -> str:
    """Read an address such as https:."""
    found = one_line(key, value)
    if not _URI.fullmatch(found):
        refuse(key, value, "an address with its scheme and without blanks, such as https://example.com/room")
    return found


def one_of(*allowed: str) -> Reader:
    """Make the reader of a value of the standard, in any case."""

    def read(key: str, value: object) -> str:
        if not isinstance(value, str) or value.upper() not in allowed:
            refuse(key, value, _listed(allowed))
        return value.upper()

    return read


def _listed(names: Sequence[str]) -> str:
    *most, last = [f'"{name}"' for name in names]
    return f"{', '.join(most)} or {last}" if most else last


def number(first: int, last: int) -> Reader:
    """Make the reader of a whole number."""

    def read(key: str, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not first <= value <= last:
            refuse(key, value, f"a whole number from {first} to {last}")
        return value

    return read


def list_of(read: Reader, what: str, *, or_single: bool = False) -> Reader:
    """Make the reader of a list; the key of an item has its number, counted from 1."""

    def read_all(key: str, value: object) -> tuple[Any, ...]:
        if or_single and not isinstance(value, list):
            return (read(key, value),)
        if not isinstance(value, list):
            refuse(key, value, f"a list of {what} in brackets")
        return tuple(read(f"{key}[{place}]", item) for place, item in enumerate(value, 1))

    return read_all


def duration(key: str, value: object) -> timedelta:
    """Read how long it lasts."""
    allowed = 'a duration such as "PT1H30M", "P1D" or "P2W"'
    if not isinstance(value, str):
        refuse(key, value, allowed)
    try:
        span = read_duration(value)
    except MessageError as error:
        raise MessageError(f"{key} = {shown(value)} is no duration.", hint=f"Write {allowed}.", value=value) from error
    if span <= timedelta():
        refuse(key, value, "a duration above nothing")
    return span


def organizer(key: str, value: object) -> Person:
    """Read who calls: a mailbox, or a table with `mailbox` and `sent_by`."""
    table = _table(key, value, ("mailbox", "sent_by"))
    mailbox = _mailbox(key, table["mailbox"])
    sender = _mailbox(f"{key}.sent_by", table["sent_by"]) if "sent_by" in table else None
    return Person(address_of(mailbox), mailbox.display_name, address_of(sender) if sender is not None else "")


def attendee(key: str, value: object) -> Attendee:
    """Read one guest: a mailbox, or a table with `mailbox`, `role`, `rsvp` and `cutype`."""
    table = _table(key, value, ("mailbox", "role", "rsvp", "cutype"))
    mailbox = _mailbox(key, table["mailbox"])
    role = one_of(*_ROLES)(f"{key}.role", table.get("role", _ROLES[0]))
    type_ = one_of(*_TYPES)(f"{key}.cutype", table.get("cutype", _TYPES[0]))
    rsvp = table.get("rsvp", True)
    if not isinstance(rsvp, bool):
        refuse(f"{key}.rsvp", rsvp, "true or false")
    return Attendee(address_of(mailbox), mailbox.display_name, role, type_, rsvp=rsvp)


def attachment(key: str, value: object) -> Attachment:
    """Read a file that the event links to: an address, or a table with `uri`, `fmttype` and `filename`."""
    table = _table(key, value, ("uri", "fmttype", "filename"))
    type_, name = (one_line(f"{key}.{part}", table[part]) if part in table else "" for part in ("fmttype", "filename"))
    return Attachment(uri(key, table["uri"]), type_, name)


def _table(key: str, value: object, names: Sequence[str]) -> dict[str, object]:
    """Give a table; a value that is none stands for the first name."""
    if not isinstance(value, dict):
        return {names[0]: value}
    for name in value:
        if name not in names:
            refuse(f"{key}.{name}", value[name], f"a table with {', '.join(names)}", "there is no such key")
    if names[0] not in value:
        refuse(key, value, f"a table with {', '.join(names)}", f"{names[0]} is missing")
    return value


def _mailbox(key: str, value: object) -> Mailbox:
    allowed = 'a mailbox such as "Jane Doe <jane@example.com>"'
    if not isinstance(value, str):
        refuse(key, value, allowed)
    try:
        found = parse_mailbox(one_line(key, value))
        address_of(found)
    except AddressError as error:
        raise AddressError(
            f"{key} = {shown(value)} has no address that mail can go to: {error.sentence.rstrip('.')}.",
            hint=f"Write {allowed}.",
            value=value,
        ) from error
    return found


def address_of(mailbox: Mailbox) -> str:
    """Give the address of a mailbox as events have it: its domain in Unicode; raises `AddressError`."""
    domains.to_ascii(mailbox.domain)
    return f"{format_local_part(mailbox.local_part)}@{domains.to_unicode(mailbox.domain)}"
