"""Messages of the life of an event: the last one sent as the start of the next, with the event that it shall carry."""

import html
import re
from dataclasses import replace

from sescomposer.core.body_parts import body_parts
from sescomposer.core.entity import Entity
from sescomposer.core.errors import EditError, EncodingError
from sescomposer.core.header_making import make_field
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.changes import shown_moment
from sescomposer.core.invitation.event import Event, event_of
from sescomposer.core.invitation.layouts import Layout, layout_for
from sescomposer.core.invitation.people import Attendee, as_mailbox
from sescomposer.core.invitation.placement import calendar_of, layout_of, place
from sescomposer.core.invitation.words import with_words
from sescomposer.core.message import EnvelopeOverride, Message
from sescomposer.core.structure import with_header_field, with_html, with_text

_PREFIXES = ("Invitation: ", "Updated invitation: ", "Cancelled: ", "Invitation withdrawn: ")
_BODY_TAG = re.compile(r"<body\b[^>]*>", re.IGNORECASE)


def subject_for(event: Event) -> str:
    """Give the subject of a message that carries the event.

    >>> subject_for(Event(summary="Tea", method="REQUEST", sequence=1))
    'Updated invitation: Tea'
    """
    match event.method, event.status:
        case "CANCEL", "":
            return f"{_PREFIXES[3]}{event.summary}"
        case "CANCEL", _:
            return f"{_PREFIXES[2]}{event.summary}"
        case "DECLINECOUNTER", _:
            return f"Proposal declined: {event.summary}"
        case "REQUEST", _:
            return f"{_PREFIXES[1 if event.sequence else 0]}{event.summary}"
        case _:
            return event.summary


def notice_for(event: Event) -> str:
    """Say in a sentence what the message does to the event, "" where it invites.

    >>> notice_for(Event(method="CANCEL", status=""))
    'Your invitation to this event was withdrawn. The event itself takes place.'
    """
    original = shown_moment(event.recurrence_id)
    if event.method == "DECLINECOUNTER":
        about = f"The date {original}" if original else "The event"
        return f"The time that you proposed was not taken up. {about} stays as it is."
    if event.method == "CANCEL":
        if not event.status:
            return "Your invitation to this event was withdrawn. The event itself takes place."
        if original:
            return f"The date {original} was cancelled. All other dates stay as they are."
        return "This event was cancelled."
    if original and event.start != event.recurrence_id:
        return f"The date {original} was moved to {shown_moment(event.start)}. All other dates stay as they are."
    return ""


def message_for(last: Message, calendar: Calendar, ids: Identifiers) -> Message:
    """Make the next message of an event's life out of the last one.

    Subject and recipients follow the event, and so do its words where text and HTML hold them (see `words`). What was
    done to the event is said before text and HTML, which else stay as they were for the writer to change.

    Args:
        last: The message sent last, as a new one.
        calendar: What it shall carry.
        ids: Maker of boundaries.

    Raises:
        EditError: the message is signed or encrypted.
        MessageError: a guest's address cannot be written.
    """
    event = event_of(calendar)
    layout = layout_of(last.root)
    if layout is None or (layout is Layout.PUBLISH_FILE) is (event.method in ("REQUEST", "CANCEL")):
        layout = layout_for(event.method)
    before = calendar_of(last.root)
    root = place(last.root, calendar, layout, ids)
    if before is not None:
        root = with_words(root, event_of(before), event, ids)
        root = without_notice(root, notice_for(event_of(before)), ids)
    root = with_notice(root, notice_for(event), ids)
    root = with_header_field(root, root.key, "Subject", subject_for(event))
    root = with_recipients(root, event.attendees) if event.attendees else root
    return replace(last, root=root, envelope=replace(last.envelope, rcpt_to=None))


def with_recipients(root: Entity, guests: tuple[Attendee, ...]) -> Entity:
    """Let To name these guests and nobody else; Cc and Bcc go."""
    words = ", ".join(str(as_mailbox(guest)) for guest in guests)
    header = root.header
    for name in ("Cc", "Bcc"):
        header = header.without(name)
    if header.first("To") is None:
        index = next((i + 1 for i, field in enumerate(header.fields) if field.name.lower() == "from"), 0)
        return replace(root, header=header.inserted(index, make_field("To", words, line_end=root.line_end)))
    return replace(root, header=header.with_field("To", make_field("To", words, line_end=root.line_end)))


def with_notice(root: Entity, sentence: str, ids: Identifiers) -> Entity:
    """Put a sentence before the text and the HTML; a body that cannot be written back stays as it is."""
    if not sentence:
        return root
    for edit in (_before_text, _before_html):
        try:
            root = edit(root, sentence, ids)
        except (EncodingError, EditError):
            continue  # a body in an unknown charset or below a signature: the subject says it too
    return root


def without_notice(root: Entity, sentence: str, ids: Identifiers) -> Entity:
    """Take a sentence that `with_notice` put there out again; a body without it stays as it is."""
    parts = body_parts(root)
    bodies = ((parts.text, f"{sentence}\n\n", with_text), (parts.html, f"<p>{html.escape(sentence)}</p>\n", with_html))
    for part, notice, write in bodies if sentence else ():
        try:
            text = part.text() if part is not None else ""
            root = write(root, text.replace(notice, "", 1), ids) if notice in text else root
        except (EncodingError, EditError):
            continue  # as above
    return root


def _before_text(root: Entity, sentence: str, ids: Identifiers) -> Entity:
    part = body_parts(root).text
    if part is None:
        return root
    text = part.text()
    return root if text.startswith(sentence) else with_text(root, f"{sentence}\n\n{text}", ids)


def _before_html(root: Entity, sentence: str, ids: Identifiers) -> Entity:
    part = body_parts(root).html
    if part is None:
        return root
    text = part.text()
    line = f"<p>{html.escape(sentence)}</p>\n"
    if line in text:
        return root
    tag = _BODY_TAG.search(text)
    place_of = tag.end() if tag else 0
    return with_html(root, f"{text[:place_of]}{line}{text[place_of:]}", ids)


def without_envelope(message: Message) -> Message:
    """Take the recipients from the header again."""
    return replace(message, envelope=EnvelopeOverride())


__all__ = ["message_for", "notice_for", "subject_for", "with_notice", "with_recipients", "without_envelope"]
