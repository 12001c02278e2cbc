"""The header fields and texts of a message against the event in it: who sends, who gets it, what the text says."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from sescomposer.core.body_parts import body_parts
from sescomposer.core.checks.invitation import finding_in
from sescomposer.core.checks.invitation_place import Placed, finding, placed_in
from sescomposer.core.checks.invitation_rules import at_line
from sescomposer.core.checks.subject import Subject, at_field, fields_named
from sescomposer.core.entity import Entity
from sescomposer.core.envelope import mailboxes, recipients
from sescomposer.core.errors import EncodingError
from sescomposer.core.findings import Finding, Severity, Where
from sescomposer.core.html.plain_text import plain_text
from sescomposer.core.invitation.event import Event, event_of
from sescomposer.core.invitation.moments import Form, Moment
from sescomposer.core.invitation.people import key_of
from sescomposer.core.invitation.zones import abbreviation_at, canonical_zone

_UNREAD = re.compile(
    r"(?:no|not?|do-?not|never)[-_.]?reply|mailer-daemon|bounces?\b|unattended|unmonitored", re.IGNORECASE
)
_WORDS = {
    "CANCEL": re.compile(r"cancel|abgesagt|absage|annul|withdraw|zurückgezogen|cancelad", re.IGNORECASE),
    "REQUEST": re.compile(r"invit|einladung|updat|aktualisi|chang|geändert|verschoben|remind|erinner", re.IGNORECASE),
}
_LONGEST_READ = 200_000
_TAG = re.compile(r"\+[^@]*@")
_GENERIC = ("online", "zoom", "teams", "tba", "tbd")


def headers(subject: Subject) -> Iterator[Finding]:
    """Check the fields and the text of a message with an invitation."""
    placed = placed_in(subject.root)
    if placed is None or not placed.is_sent or not placed.calendar.events:
        return
    event = _read(placed)
    yield from _organizer(subject, placed, event)
    yield from _recipients(subject, placed, event)
    yield from _subject_line(placed)
    yield from _text(placed, event)
    if subject.is_aligned is False:
        yield _not_proven(subject.root)


def sender_not_proven(root: Entity) -> Iterator[Finding]:
    """Say of an invitation that nothing proves its sender; for who knows that beside the octets."""
    placed = placed_in(root)
    if placed is not None and placed.is_sent and placed.calendar.events:
        yield _not_proven(root)


def _not_proven(root: Entity) -> Finding:
    message = "Nothing proves that the sender may use the domain of From; Gmail then warns of an unknown sender."
    return finding("m20", message, _at(root, "From"))


def _read(placed: Placed) -> Event:
    return event_of(placed.calendar)


def _at(root: Entity, name: str) -> Where:
    found = fields_named(root, name)
    return at_field(root, *found[0]) if found else Where(root.key, name)


def _organizer(subject: Subject, placed: Placed, event: Event) -> Iterator[Finding]:
    root = subject.root
    organizer = event.organizer
    if organizer is None:
        return
    senders = {key_of(mailbox.addr_spec) for mailbox in mailboxes(root, "From")}
    if senders and not senders & {key_of(organizer.mailbox), key_of(organizer.sent_by)}:
        message = f"The sender is not the organiser {organizer.mailbox[:60]}; clients say on behalf of, or warn."
        yield finding("m15", message, _at(root, "From"))
    if _UNREAD.search(organizer.mailbox.rpartition("@")[0]):
        message = f"The answers of guests go to {organizer.mailbox[:60]}, which nobody seems to read."
        line = next(line for event in placed.calendar.events for line in event.all("ORGANIZER"))
        yield finding_in(placed.part, at_line("m19", line, message))


def _recipients(subject: Subject, placed: Placed, event: Event) -> Iterator[Finding]:
    root = subject.root
    organizer = key_of(event.organizer.mailbox) if event.organizer is not None else ""
    guests = {key_of(guest.mailbox) for guest in event.attendees}
    got = recipients(subject.message)
    for recipient in got:
        address = key_of(recipient.addr_spec)
        where = _at(root, recipient.source) if recipient.mailbox is not None else Where(None)
        if address == organizer:
            message = f"{recipient.addr_spec[:60]} is the organiser; who gets an own invitation sees no buttons."
            yield finding("m17", message, where)
        elif guests and address not in guests:
            yield _stranger(recipient.addr_spec, guests, where)
    hidden = [recipient for recipient in got if recipient.source == "Bcc"]
    if hidden:
        message = "Guests in Bcc: those named in the event are seen by all, those not named get no buttons."
        yield finding("m18", message, _at(root, "Bcc"))
    elif sum(recipient.seen_by_others for recipient in got) > 1:
        message = f"One message goes to {len(got)} people, who read each other's addresses; one for each keeps them."
        yield finding("m18", message, _at(root, "To"))


def _stranger(address: str, guests: set[str], where: Where) -> Finding:
    """Some servers take addresses that differ in a tag for one, clients do not."""
    if _TAG.sub("@", key_of(address)) in {_TAG.sub("@", guest) for guest in guests}:
        message = f"{address[:60]} is a guest only without or with another +tag; clients take them for two people."
        return replace(finding("m16", message, where), severity=Severity.WARNING)
    message = f"{address[:60]} is no guest of the event (ATTENDEE), so Gmail shows no Yes and No."
    return finding("m16", message, where)


def _subject_line(placed: Placed) -> Iterator[Finding]:
    text = placed.root.subject
    if not text:
        return
    start = text[:60]
    is_cancelled = placed.method == "CANCEL"
    if is_cancelled and not _WORDS["CANCEL"].search(start):
        message = "The subject does not start by saying that the event is cancelled."
    elif not is_cancelled and _WORDS["CANCEL"].match(start):
        message = "The subject says that the event is cancelled, and the event does not."
    elif not is_cancelled and not _WORDS["REQUEST"].search(start):
        message = "The subject does not start with a word such as Invitation or Updated."
    else:
        return
    yield finding("m21", message, _at(placed.root, "Subject"))


def _text(placed: Placed, event: Event) -> Iterator[Finding]:
    parts = body_parts(placed.root)
    leaf = parts.text or parts.html
    if leaf is None or (placed.part is not placed.root and parts.html is None):
        what = "no text" if leaf is None else "no HTML"
        message = f"The message has {what} beside the event, for readers whose client does not know invitations."
        yield finding("m11", message, Where(placed.root.key if leaf is None else leaf.key))
    if leaf is None or event.start is None:
        return
    missing = _missing(_words(leaf), event)
    if missing:
        message = f"The text does not say the {' and the '.join(missing)} of the event; some readers see nothing else."
        yield finding("m11", message, Where(leaf.key))


@lru_cache(maxsize=8)
def _words(leaf: Entity) -> str:
    """Words of a leaf, in lower case; "" where it cannot be read, which is another check's matter."""
    try:
        text = str(leaf.text())[:_LONGEST_READ]
    except EncodingError:
        return ""
    return (plain_text(text) if leaf.media_type == "text/html" else text).casefold()


def _missing(words: str, event: Event) -> list[str]:
    assert event.start is not None
    said = {"date": _says_day(words, event.start), "place": _says_place(words, event)}
    if not event.all_day:
        said["time"] = _says_time(words, event.start)
        said["time zone"] = _says_zone(words, event.start)
    return [what for what in ("date", "time", "time zone", "place") if not said.get(what, True)]


def _says_day(words: str, start: Moment) -> bool:
    return re.search(rf"(?<!\d)0?{start.day.day}(?!\d)", words) is not None


def _says_time(words: str, start: Moment) -> bool:
    """Any time at all: another zone than that of the event may be the one of the readers."""
    return re.search(r"(?<!\d)\d{1,2}(?:[:.h]\d{2}|\s?(?:am|pm|a\.m|p\.m|uhr|h)\b)", words) is not None


def _says_zone(words: str, start: Moment) -> bool:
    names = ["utc", "gmt", "time zone", "timezone"]
    zone = canonical_zone(start.zone)
    if start.form is Form.FLOATING:
        return True
    if zone:
        names += [zone, zone.rpartition("/")[2].replace("_", " "), abbreviation_at(zone, start.clock)]
    return any(name.casefold() in words for name in names) or "time)" in words or " time" in words


def _says_place(words: str, event: Event) -> bool:
    place = event.location.casefold().strip()
    if not place or place in _GENERIC:
        return True
    first = re.split(r"[,\n;]", place)[0].strip()
    return place in words or first in words or (bool(event.conference) and event.conference.casefold() in words)


__all__ = ["headers"]
