"""An event made of what the message says: subject, sender, recipients; and what the message says made of the event."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sescomposer.core.body_parts import body_parts
from sescomposer.core.entity import Entity
from sescomposer.core.envelope import mailboxes
from sescomposer.core.errors import EncodingError
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.invitation.event import Event
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.people import Attendee, Person, as_mailbox, key_of
from sescomposer.core.invitation.words import with_words
from sescomposer.core.structure import insert_header_field, with_header_field, with_html, with_text
from sescomposer.gui.models.header_rows import place_for
from sescomposer.services.invitation_making import bodies
from sescomposer.services.invitation_messages import subject_for

_HOUR = timedelta(hours=1)
REQUIRED, OPTIONAL = "REQ-PARTICIPANT", "OPT-PARTICIPANT"


def next_full_hour(clock: datetime) -> datetime:
    """Give the next hour that starts after a clock reading.

    >>> next_full_hour(datetime(2027, 3, 1, 9, 30)).hour
    10
    """
    return clock.replace(minute=0, second=0, microsecond=0) + _HOUR


def event_of_message(root: Entity, clock: datetime, zone: str) -> Event:
    """Make an event of a message.

    Args:
        root: Its Subject gives the title, From the organiser, To and Cc the guests.
        clock: What the clock of the zone shows now, without a zone of its own.
        zone: Where the event takes place, "" for a time that floats.
    """
    start = Moment.zoned(next_full_hour(clock), zone)
    return Event(
        summary=" ".join(root.subject.split()),
        start=start,
        end=start.moved(_HOUR),
        organizer=sender_of(root),
        attendees=guests_of(root),
    )


def followed(root: Entity, before: Event, after: Event, ids: Identifiers) -> Entity:
    """Let Subject, and the words of the event in text and HTML, follow an event that was changed.

    Subject follows as long as it is empty, is the old title, or is what we call a message of the event.

    Raises:
        EditError, HeaderError: the field cannot be written.
    """
    root = with_words(root, before, after, ids)
    said, title = root.subject.strip(), " ".join(before.summary.split())
    if before.summary != after.summary and said in ("", title):
        return _with_subject(root, after.summary)
    is_ours = said == subject_for(replace(before, summary=title)).strip() and subject_for(before) != subject_for(after)
    return _with_subject(root, subject_for(after)) if is_ours else root


def _with_subject(root: Entity, text: str) -> Entity:
    words = " ".join(text.split())
    if root.header.first("Subject") is None:
        return insert_header_field(root, root.key, place_for(root, "Subject"), "Subject", words) if words else root
    return with_header_field(root, root.key, "Subject", words)


def with_first_words(root: Entity, event: Event, ids: Identifiers) -> Entity:
    """Say the event in words in a message that has neither text nor HTML yet; any other stays as it is.

    Raises:
        EditError: it is signed or encrypted.
    """
    parts = body_parts(root)
    try:
        is_empty = not any(part.text().strip() for part in (parts.text, parts.html) if part is not None)
    except EncodingError:
        return root  # nobody knows what it says
    if not is_empty:
        return root
    text, html = bodies(event, None, None)
    return with_html(with_text(root, text, ids), html, ids)


def sender_of(root: Entity) -> Person | None:
    """Give the first mailbox of From, None if there is none."""
    found = mailboxes(root, "From")
    return Person(found[0].addr_spec, found[0].display_name) if found else None


def guests_of(root: Entity) -> tuple[Attendee, ...]:
    """Give the guests that To and Cc name, each once, without who sends: To must come, Cc may."""
    sender = sender_of(root)
    known = {key_of(sender.mailbox)} if sender is not None else set()
    found = []
    for name, role in (("To", REQUIRED), ("Cc", OPTIONAL)):
        for mailbox in mailboxes(root, name):
            key = key_of(mailbox.addr_spec)
            if key not in known:
                known.add(key)
                found.append(Attendee(mailbox.addr_spec, mailbox.display_name, role))
    return tuple(found)


def with_more(guests: Iterable[Attendee], more: Iterable[Attendee]) -> tuple[Attendee, ...]:
    """Give the guests with those further ones that are none of them.

    >>> len(with_more((Attendee("a@b.example"),), (Attendee("A@b.example"), Attendee("c@b.example"))))
    2
    """
    there = tuple(guests)
    new: dict[str, Attendee] = {}
    for guest in more:
        new.setdefault(key_of(guest.mailbox), guest)
    for guest in there:
        new.pop(key_of(guest.mailbox), None)
    return (*there, *new.values())


def with_recipients(root: Entity, guests: Iterable[Attendee]) -> Entity:
    """Write the guests into To and, those who may come, into Cc; addresses that stand there stay.

    Raises:
        EditError, HeaderError: a field cannot be written.
    """
    known = {key_of(mailbox.addr_spec) for name in ("To", "Cc", "Bcc") for mailbox in mailboxes(root, name)}
    new = [guest for guest in guests if "@" in guest.mailbox and key_of(guest.mailbox) not in known]
    for name, is_wanted in (("To", False), ("Cc", True)):
        added = [str(as_mailbox(guest)) for guest in new if (guest.role == OPTIONAL) is is_wanted]
        if added:
            root = _with_addresses(root, name, added)
    return root


def _with_addresses(root: Entity, name: str, added: list[str]) -> Entity:
    field = root.header.first(name)
    if field is None:
        return insert_header_field(root, root.key, place_for(root, name), name, ", ".join(added))
    before = [field.decoded.strip().rstrip(",")] if field.decoded.strip() else []
    return with_header_field(root, root.key, name, ", ".join([*before, *added]))
