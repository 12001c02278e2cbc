"""An event described in TOML: for the command line, and for whoever makes invitations by a program.

`KEYS` declares what such a description holds; help and error sentences are made of it. Nothing is guessed: what cannot
be used is refused in a sentence with the key, the value and what is allowed.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from sescomposer.core.errors import MessageError, UnreadableError
from sescomposer.core.invitation import toml_values as values
from sescomposer.core.invitation.event import Event
from sescomposer.core.invitation.people import Attendee, Person, key_of
from sescomposer.core.invitation.toml_times import notes, times
from sescomposer.core.invitation.toml_values import Reader, list_of, number, one_of, refuse

MOST_OCTETS = 1_000_000
"""How long a description may be; the longest texts that calendars take are far shorter."""

_MOST_SEQUENCE = 999_999_999
_NEEDED = ("summary", "start", "end", "duration", "time_zone", "end_time_zone", "organizer", "attendees")
_MINUTES_OF_A_YEAR = 366 * 24 * 60
_FORM = "date, or date and time: 2027-03-01 or 2027-03-01T09:30:00"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a description.

    Attributes:
        name: As it is written.
        form: What stands there, in a few words.
        about: What it means.
        attribute: Of the event, "" for times, which are read together.
        read: Reads the value; None for times.
    """

    name: str
    form: str
    about: str
    attribute: str = ""
    read: Reader | None = None

    @property
    def is_text(self) -> bool:
        """Whether its value is a single text, which needs no quotes where there are no others."""
        return self.form.startswith("text")

    @property
    def is_time(self) -> bool:
        """Whether its value is a date or time."""
        return self.form == _FORM


KEYS: tuple[Key, ...] = (
    Key("summary", "text", "title of the event", "summary", values.one_line),
    Key("start", _FORM, "when it begins, by the clock of time_zone"),
    Key("end", _FORM, "when it ends; on whole days the day after the last one"),
    Key("duration", "text such as PT1H30M or P2D", "how long it lasts, in place of end"),
    Key("time_zone", "text such as Europe/Berlin", "zone of all times; UTC, or floating for none"),
    Key("end_time_zone", "text as in time_zone", "zone of end, where it is another"),
    Key("location", "text", "where it takes place", "location", values.text),
    Key("description", "text", "what it is about, of any number of lines", "description", values.text),
    Key("x-alt-desc", "text", "the description as HTML, which Outlook shows", "html_description", values.text),
    Key(
        "organizer", "mailbox, or table: mailbox, sent_by", "who calls; From without it", "organizer", values.organizer
    ),
    Key(
        "attendees",
        "list of mailboxes, or of tables: mailbox, role, rsvp, cutype",
        "the guests; --to without it",
        "attendees",
        list_of(values.attendee, "mailboxes or tables"),
    ),
    Key("rrule", "text such as FREQ=WEEKLY;COUNT=10", "how it repeats (RFC 5545 section 3.3.10)"),
    Key("exdates", "list of dates or times", "starts that the repetition leaves out"),
    Key("rdates", "list of dates or times", "starts beside those of the repetition"),
    Key(
        "alarm_minutes",
        "number, or list of numbers",
        "reminders, minutes before the start",
        "alarms_minutes",
        list_of(number(0, _MINUTES_OF_A_YEAR), "whole numbers", or_single=True),
    ),
    Key("conference", "text: an address such as https://...", "where to join online", "conference", values.uri),
    Key("uid", "text without blanks", "name of the event for ever; made at random without it", "uid", values.uid),
    Key("sequence", "number", "revision, 0 at first", "sequence", number(0, _MOST_SEQUENCE)),
    Key(
        "method",
        "text: REQUEST, PUBLISH or CANCEL",
        "REQUEST asks for answers, PUBLISH does not",
        "method",
        one_of("REQUEST", "PUBLISH", "CANCEL"),
    ),
    Key(
        "status",
        "text: CONFIRMED, TENTATIVE or CANCELLED",
        "whether it takes place",
        "status",
        one_of("CONFIRMED", "TENTATIVE", "CANCELLED"),
    ),
    Key(
        "class",
        "text: PUBLIC, PRIVATE or CONFIDENTIAL",
        "who may read it in the calendar",
        "class_",
        one_of("PUBLIC", "PRIVATE", "CONFIDENTIAL"),
    ),
    Key(
        "transp",
        "text: OPAQUE or TRANSPARENT",
        "whether it takes up the guest's time",
        "transparency",
        one_of("OPAQUE", "TRANSPARENT"),
    ),
    Key("priority", "number from 0 to 9", "1 is high, 5 normal, 9 low, 0 not said", "priority", number(0, 9)),
    Key("categories", "list of texts", "keywords", "categories", list_of(values.one_line, "texts")),
    Key(
        "attach",
        "list of addresses, or of tables: uri, fmttype, filename",
        "files that it links to",
        "attachments",
        list_of(values.attachment, "addresses or tables"),
    ),
    Key("url", "text: an address such as https://...", "web page of the event", "url", values.uri),
    Key("comment", "text", "remark for the guests", "comment", values.text),
)
"""All keys, in the order in which help lists them."""

_BY_NAME = {key.name: key for key in KEYS}
_DEFAULTS = Event()


def read_event(octets: bytes, organizer: Person | None = None, guests: Iterable[Attendee] = ()) -> Event:
    """Read an event from its description.

    Args:
        octets: TOML in UTF-8.
        organizer: Who calls where the description names nobody.
        guests: Who is invited beside those of the description.

    Raises:
        UnreadableError: it is no TOML.
        MessageError: a value cannot be used, something is missing, or two values contradict.

    >>> event = read_event(
    ...     b'summary = "Tea"\\nstart = 2027-03-01T15:00:00\\nend = 2027-03-01T16:00:00\\n'
    ...     b'time_zone = "Europe/London"\\norganizer = "a@example.com"\\nattendees = ["Bo <b@example.net>"]\\n'
    ... )
    >>> event.summary, event.start.zone, event.attendees[0].name
    ('Tea', 'Europe/London', 'Bo')
    """
    return event_from_table(read_table(octets), organizer, guests)


def read_table(octets: bytes) -> dict[str, object]:
    """Read the table of a description, its values as the TOML parser gives them.

    Raises:
        UnreadableError: it is too long, or no TOML.
    """
    if len(octets) > MOST_OCTETS:
        raise UnreadableError(
            f"The description has {len(octets)} octets; it may have {MOST_OCTETS} at most.",
            hint="Link to what is long.",
        )
    _refuse_others(octets.removeprefix(b"\xef\xbb\xbf").lstrip()[:100].lower())
    try:
        return tomllib.loads(octets.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnreadableError(
            f"The description is not UTF-8 at octet {error.start}.",
            hint="Save it as UTF-8.",
            position=error.start,
        ) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        why = "lists lie too deep in each other" if isinstance(error, RecursionError) else str(error).rstrip(".")
        raise UnreadableError(
            f"The description is no TOML: {why}.",
            hint="Texts stand in quotes; times are written with seconds, such as 2027-03-01T09:30:00.",
        ) from error


def _refuse_others(head: bytes) -> None:
    """Say what somebody took for a description."""
    kinds = {b"begin:vcalendar": "a calendar object (.ics)", b"<": "HTML", b"{": "JSON"}
    for start, kind in kinds.items():
        if head.startswith(start):
            raise UnreadableError(
                f"This is {kind}, no description of an event in TOML.",
                hint="`sescomposer invite --help` lists the keys of one; the window opens .ics files.",
            )


def event_from_table(
    table: Mapping[str, object], organizer: Person | None = None, guests: Iterable[Attendee] = ()
) -> Event:
    """Read an event from the table of its description; see `read_event`."""
    _check_names(table)
    if "summary" not in table:
        raise MessageError("summary is missing: the event needs a title.", hint='Write summary = "...".')
    event = Event(**_attributes(table), **times(table))
    known = {key_of(guest.mailbox) for guest in event.attendees}
    added = tuple(guest for guest in guests if key_of(guest.mailbox) not in known)
    event = replace(event, organizer=event.organizer or organizer, attendees=(*event.attendees, *added))
    if event.method == "CANCEL" and "status" not in table:
        event = replace(event, status="CANCELLED")
    _check_people(event)
    _check_method(event, table)
    return event


def changed_event(before: Event, table: Mapping[str, object], gone: Iterable[str] = ()) -> Event:
    """Give an event with some keys set anew; the rest stays as it is.

    Args:
        before: The event.
        table: Keys and values as a description has them.
        gone: Names of keys whose values go.

    Raises:
        MessageError: see `read_event`; or a key names what never changes, or what an event needs.

    >>> changed_event(Event(summary="Tea", organizer=Person("a@example.com")), {"summary": "Cake"}).summary
    'Cake'
    """
    names = tuple(gone)
    _check_names(table)
    _check_names(dict.fromkeys(names))
    for name in ("uid", "method"):
        if name in table or name in names:
            raise MessageError(f"{name} cannot be changed by an update.", hint="Leave it out.", value=name)
    for name in names:
        if name in _NEEDED:
            raise MessageError(f"{name} cannot be taken out: the event needs it.", hint="Give it a value.", value=name)
    without = {_attribute_of(name): getattr(_DEFAULTS, _attribute_of(name)) for name in names}
    base = replace(before, **without)
    event = replace(base, **{**_attributes(table), **times(table, base, are_changed="rrule" in names)})
    event = with_answers(event, before)
    if "attendees" in table or "organizer" in table:
        _check_people(event)
    return event


def revised_event(before: Event, table: Mapping[str, object]) -> Event:
    """Give an event as a whole description says it shall be; who is not named in it stays: organiser, or all guests.

    Raises:
        MessageError: see `read_event`; or it describes another event, or one that is to be cancelled or published.
    """
    if "uid" in table and table["uid"] != before.uid:
        refuse("uid", table["uid"], f"{before.uid!r} or nothing", "this is another event")
    if str(table.get("method", "REQUEST")).upper() != "REQUEST":
        refuse("method", table["method"], "REQUEST or nothing", "an update invites")
    guests = () if "attendees" in table else before.attendees
    event = event_from_table({**table, "uid": before.uid}, before.organizer, guests)
    return with_answers(event, before)


def _attribute_of(name: str) -> str:
    return _BY_NAME[name].attribute or {"rrule": "rule"}.get(name, name)


def with_answers(event: Event, before: Event) -> Event:
    """Give the event whose guests have answered what they had answered before."""
    known = {key_of(guest.mailbox): guest.partstat for guest in before.attendees}
    guests = (replace(guest, partstat=known.get(key_of(guest.mailbox), guest.partstat)) for guest in event.attendees)
    return replace(event, attendees=tuple(guests))


def read_change(text: str) -> tuple[str, object]:
    """Read KEY=VALUE as a command line has it: texts and times without quotes, all else as in TOML; None for no value.

    Raises:
        MessageError: it is not KEY=VALUE, the key is unknown, or the value cannot be read.

    >>> read_change("summary=Tea, cake"), read_change("priority=1"), read_change("location=")
    (('summary', 'Tea, cake'), ('priority', 1), ('location', None))
    """
    name, sign, value = text.partition("=")
    name, value = name.strip(), value.strip()
    if not sign:
        raise MessageError(f"{text[:80]!r} is no change: it has no equals sign.", hint="Write KEY=VALUE.", value=text)
    _check_names({name: value})
    if not value:
        return name, None
    key = _BY_NAME[name]
    if key.is_text:
        return name, value
    try:
        return name, _read_time(value) if key.is_time else _read_value(name, value)
    except (ValueError, RecursionError) as error:
        raise MessageError(
            f"{name} = {values.shown(value)} cannot be read.", hint=f"Allowed is: {key.form}.", value=value
        ) from error


def _read_time(text: str) -> date | datetime:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return datetime.fromisoformat(text)


def _read_value(name: str, text: str) -> object:
    if name == "organizer" and not text.startswith(("{", '"', "'")):
        return text
    table = tomllib.loads(f"value = {text}")
    if list(table) != ["value"]:
        raise ValueError
    found: object = table["value"]
    return found


def _check_names(table: Mapping[str, object]) -> None:
    for name in table:
        if name in _BY_NAME:
            continue
        near = get_close_matches(name.replace("-", "_").lower(), _BY_NAME, 1, 0.6)
        meant = f"Is {near[0]} meant? " if near else ""
        raise MessageError(
            f"{name[:80]!r} is no key of an event (its value is {values.shown(table[name])}).",
            hint=f"{meant}There are: {', '.join(_BY_NAME)}.",
            value=name,
        )


def _attributes(table: Mapping[str, object]) -> dict[str, Any]:
    return {key.attribute: key.read(key.name, table[key.name]) for key in KEYS if key.read and key.name in table}


def _check_people(event: Event) -> None:
    if event.organizer is None:
        raise MessageError("organizer is missing: answers go to them.", hint='Write organizer = "you@example.com".')
    host, seen = key_of(event.organizer.mailbox), set()
    for guest in event.attendees:
        key = key_of(guest.mailbox)
        if key == host:
            refuse(
                "attendees",
                guest.mailbox,
                "somebody else as guest; who calls is counted in anyway",
                "the organizer cannot be a guest too, or their mail program shows no buttons",
            )
        if key in seen:
            refuse("attendees", guest.mailbox, "each guest once", "this guest is there twice")
        seen.add(key)
    if not event.attendees and event.method != "PUBLISH":
        raise MessageError(
            "attendees is missing: nobody is invited.",
            hint='Write attendees = ["guest@example.net"], or method = "PUBLISH" for an event without answers.',
        )


def _check_method(event: Event, table: Mapping[str, object]) -> None:
    if event.method == "PUBLISH" and event.attendees:
        refuse("attendees", event.attendees[0].mailbox, "no guest beside PUBLISH", "a published event has none")
    if (event.status == "CANCELLED") is not (event.method == "CANCEL") and event.method != "PUBLISH":
        refuse("status", event.status, "CANCELLED beside CANCEL alone", f"the method is {event.method}")
    if event.method != "CANCEL":
        return
    if "uid" not in table or not event.sequence:
        missing = "uid" if "uid" not in table else "sequence"
        raise MessageError(
            f"{missing} is missing: a cancellation names the event and a higher sequence than was sent.",
            hint="`sescomposer invite cancel UID` knows both of what was sent from here.",
        )
    if event.alarms_minutes:
        refuse("alarm_minutes", list(event.alarms_minutes), "no reminder beside CANCEL")


__all__ = [
    "KEYS",
    "MOST_OCTETS",
    "Key",
    "changed_event",
    "event_from_table",
    "notes",
    "read_change",
    "read_event",
    "read_table",
    "revised_event",
    "with_answers",
]
