"""The first message of an event: its header, text and HTML in words where none are given, and the calendar object."""

from collections.abc import Sequence
from datetime import datetime

from sescomposer.core.compose import compose
from sescomposer.core.errors import UsageError
from sescomposer.core.html.plain_text import plain_text
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.invitation.event import Event, event_of, new_calendar
from sescomposer.core.invitation.layouts import Layout, layout_for
from sescomposer.core.invitation.lifecycle import as_sent
from sescomposer.core.invitation.people import Attendee, Person, as_mailbox
from sescomposer.core.invitation.placement import place
from sescomposer.core.invitation.vtimezone import vtimezone
from sescomposer.core.invitation.words import html_page, html_words, paragraphs, text_words
from sescomposer.core.message import Message
from sescomposer.services.invitation_messages import subject_for


def zone_octets(name: str, first: datetime, last: datetime) -> bytes:
    """Write the VTIMEZONE of a zone; raises `MessageError` for a name that nobody knows."""
    return vtimezone(name, first, last).octets


def mailbox_text(person: Person | Attendee) -> str:
    """Write a person for a header field.

    >>> mailbox_text(Person("jane@example.com", "Doe, Jane"))
    '"Doe, Jane" <jane@example.com>'
    """
    return str(as_mailbox(person))


def first_message(
    event: Event,
    ids: Identifiers,
    now: datetime,
    *,
    from_: str = "",
    to: Sequence[str] = (),
    text: str | None = None,
    html: str | None = None,
    layout: Layout | None = None,
) -> Message:
    """Make the message that brings an event to its guests.

    Args:
        event: With its organiser, and its guests unless it is published.
        ids: Maker of the UID and of boundaries.
        now: The time of the calendar object.
        from_: Author, "" for the organiser.
        to: Recipients; nobody for all guests.
        text, html: Bodies. One alone is the other too, as text or HTML; without both the event is said in words.
        layout: Where the calendar object stands; None for the one that the method wants.

    Raises:
        UsageError: the layout is not for this method.
        MessageError: the event cannot be written, or the layout has no room for a text.
    """
    wanted = layout or layout_for(event.method)
    if event.method not in wanted.facts.methods:
        fit = ", ".join(item.value for item in Layout if event.method in item.facts.methods)
        raise UsageError(
            f"The layout {wanted.value!r} is not for {event.method}.", hint=f"Take one of: {fit}.", value=wanted.value
        )
    made = new_calendar(event, ids, now, zone_octets)
    calendar = as_sent(made, event_of(made), zone_octets)
    plain, markup = ("", None) if wanted is Layout.SINGLE and text is html is None else bodies(event, text, html)
    message = compose(
        from_ or (mailbox_text(event.organizer) if event.organizer is not None else ""),
        list(to) or [mailbox_text(guest) for guest in event.attendees],
        subject_for(event),
        text=plain,
        html=markup,
        ids=ids,
    )
    return message.edited(lambda root: place(root, calendar, wanted, ids))


def bodies(event: Event, text: str | None, html: str | None) -> tuple[str, str]:
    """Give text and HTML of a message, made of what is given; of the event in words where nothing is.

    >>> bodies(Event(), "Come!", None)[1].splitlines()[5]
    '<p>Come!</p>'
    """
    if text is None and html is None:
        return text_words(event), html_page(event.summary, html_words(event))
    made_html = html if html is not None else html_page(event.summary, "\n".join(paragraphs(text or "")) + "\n")
    return text if text is not None else plain_text(html or ""), made_html
