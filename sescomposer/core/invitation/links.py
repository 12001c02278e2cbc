"""Add-to-calendar links of web calendars, and HTML with them.

A link makes a copy of the event in the calendar of whoever follows it: no later update or cancellation reaches that
copy, and nobody answers. The services document their addresses barely; the parameters are those that the community
wrote down (InteractionDesignFoundation/add-event-to-calendar-docs, 2026-11-20).
"""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import quote

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.event import Event
from sescomposer.core.invitation.moments import Form, Moment
from sescomposer.core.invitation.zones import canonical_zone, instant

LONGEST = 2000
"""Characters of an address that every browser and mail client takes."""

_CUT = "…"


class Service(StrEnum):
    """The web calendars, by the names that people know."""

    GOOGLE = "Google Calendar"
    OUTLOOK = "Outlook.com"
    MICROSOFT_365 = "Microsoft 365"
    YAHOO = "Yahoo Calendar"


@dataclass(frozen=True, slots=True)
class Link:
    """An add-to-calendar link.

    Attributes:
        service: Where it leads.
        url: The address, ASCII, at most `LONGEST` characters.
        notes: What of the event it does not carry, in sentences.
    """

    service: Service
    url: str
    notes: tuple[str, ...] = ()


class _Made(NamedTuple):
    base: str
    parameters: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def calendar_links(event: Event) -> tuple[Link, ...]:
    """Make the links of all services.

    Args:
        event: Its start is needed; guests are left out, for a link is for everybody who reads it.

    Raises:
        MessageError: the event has no start, ends before it, or lies in a zone that nobody knows.

    >>> from datetime import datetime
    >>> start = Moment.zoned(datetime(2027, 3, 1, 9, 30), "Europe/Berlin")
    >>> event = Event(summary="Tea & cake", start=start, end=start.at(datetime(2027, 3, 1, 10)))
    >>> calendar_links(event)[3].url
    'https://calendar.yahoo.com/?v=60&TITLE=Tea%20%26%20cake&ST=20270301T083000Z&ET=20270301T090000Z'
    """
    start, end = _span(event)
    return tuple(_link(service, make, event, start, end) for service, make in _MAKERS.items())


def calendar_link(event: Event, service: Service) -> Link:
    """Make the link of one service; see `calendar_links`."""
    return next(link for link in calendar_links(event) if link.service is service)


def links_html(links: Sequence[Link], label: str = "Add to calendar:") -> str:
    """Write links as a paragraph of HTML, addresses with `&amp;`.

    >>> links_html([Link(Service.GOOGLE, "https://a.example/?b=1&c=2")])
    '<p>Add to calendar: <a href="https://a.example/?b=1&amp;c=2">Google Calendar</a></p>'
    """
    anchors = (f'<a href="{html.escape(link.url)}">{html.escape(link.service.value)}</a>' for link in links)
    return f"<p>{html.escape(label)} {' | '.join(anchors)}</p>"


def _span(event: Event) -> tuple[Moment, Moment]:
    start, end = event.start, event.finish
    if start is None or end is None:
        raise MessageError("The event has no start, so no calendar link can be made.", hint="Give it a start.")
    if start.is_date is not end.is_date:
        raise MessageError(
            "The event starts on a date and ends at a time, or the other way round.",
            hint="Give two dates or two times.",
        )
    is_reversed = end.clock < start.clock if start.is_like(end) else instant(end) < instant(start)
    if is_reversed:
        raise MessageError("The event ends before it starts.", hint="Check its end.", value=end.value)
    return start, end


def _link(service: Service, make: "_Maker", event: Event, start: Moment, end: Moment) -> Link:
    made = make(event, start, end)
    url = _address(made)
    notes = made.notes
    for name in ("description", "location", "summary"):
        text = getattr(event, name)
        if len(url) > LONGEST and text:
            url, event = _shortened(event, name, lambda shorter: _address(make(shorter, start, end)))
            notes = (*notes, f"The {_WORDS[name]} is cut, for an address can have {LONGEST} characters.")
    if len(url) > LONGEST:
        raise MessageError(
            f"The event is too long for a link of {service.value}.", hint="Shorten its repetition.", value=url[:100]
        )
    return Link(service, url, notes)


_WORDS = {"description": "description", "location": "place", "summary": "title"}


def _shortened(event: Event, name: str, address: Callable[[Event], str]) -> tuple[str, Event]:
    """Cut a text as little as the longest address asks for."""
    text: str = getattr(event, name)

    def with_text(shorter: str) -> Event:
        changed: dict[str, Any] = {name: shorter}
        return replace(event, **changed)

    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        is_short = len(address(with_text(text[:middle] + _CUT))) <= LONGEST
        low, high = (middle, high) if is_short else (low, middle - 1)
    cut = with_text(text[:low].rstrip() + _CUT if low else "")
    return address(cut), cut


def _address(made: _Made) -> str:
    pairs = (f"{name}={_encoded(text)}" for name, text in made.parameters if text)
    return made.base + "&".join(pairs)


def _encoded(text: str) -> str:
    # An unpaired surrogate has no octets; what a browser would show in its place goes instead.
    return quote(text.encode("utf-8", "replace"), safe="")


def _details(event: Event) -> str:
    """The description, with the link to the meeting where it is not said there."""
    link = event.conference
    if not link or link in event.description or link in event.location:
        return event.description
    return f"{event.description}\n\n{link}".lstrip("\n")


def _utc(moment: Moment) -> Moment:
    return moment if moment.is_date or moment.form is Form.FLOATING else Moment.utc(instant(moment))


def _google(event: Event, start: Moment, end: Moment) -> _Made:
    zone = canonical_zone(start.zone) if start.form is Form.ZONED else ""
    in_one_zone = bool(zone) and end.form is Form.ZONED and canonical_zone(end.zone) == zone
    first, last = (start, end) if in_one_zone else (_utc(start), _utc(end))
    notes = []
    if event.exdates or event.rdates:
        notes.append("Dates left out of the repetition or added to it are not in the link.")
    if event.rule and not in_one_zone and start.form is Form.ZONED:
        notes.append("The repetition follows UTC, so its hour changes when clocks are changed.")
    parameters = (
        ("action", "TEMPLATE"),
        ("text", event.summary),
        ("dates", f"{first.value}/{last.value}"),
        ("ctz", zone if in_one_zone else ""),
        ("details", _details(event)),
        ("location", event.location),
        ("recur", f"RRULE:{event.rule}" if event.rule else ""),
        ("crm", "AVAILABLE" if event.transparency == "TRANSPARENT" else ""),
    )
    return _Made("https://calendar.google.com/calendar/render?", parameters, tuple(notes))


def _microsoft(host: str) -> "_Maker":
    def make(event: Event, start: Moment, end: Moment) -> _Made:
        notes = []
        if event.rule or event.rdates:
            notes.append("Only the first date is in the link: this calendar takes no repetition.")
        if start.is_date:
            notes.append("Whether the last day is counted is not documented; try the link before you send it.")
        parameters = (
            ("path", "/calendar/action/compose"),
            ("rru", "addevent"),
            ("subject", event.summary),
            ("startdt", _iso(start)),
            ("enddt", _iso(end)),
            ("allday", "true" if start.is_date else ""),
            ("body", _details(event)),
            ("location", event.location),
            ("freebusy", "free" if event.transparency == "TRANSPARENT" else ""),
        )
        return _Made(f"https://{host}/calendar/deeplink/compose?", parameters, tuple(notes))

    return make


def _iso(moment: Moment) -> str:
    if moment.is_date:
        return f"{moment.day:%Y-%m-%d}"
    utc = _utc(moment)
    return f"{utc.clock:%Y-%m-%dT%H:%M:%S}{'Z' if utc.form is Form.UTC else ''}"


def _yahoo(event: Event, start: Moment, end: Moment) -> _Made:
    notes = []
    if event.rule or event.rdates:
        notes.append("Only the first date is in the link: this calendar takes no repetition.")
    if start.is_date:
        notes.append("Whether the last day is counted is not documented; try the link before you send it.")
    parameters = (
        ("v", "60"),
        ("TITLE", event.summary),
        ("ST", _utc(start).value),
        ("ET", _utc(end).value),
        ("DESC", _details(event)),
        ("in_loc", event.location),
    )
    return _Made("https://calendar.yahoo.com/?", parameters, tuple(notes))


_Maker = Callable[[Event, Moment, Moment], _Made]

_MAKERS: dict[Service, _Maker] = {
    Service.GOOGLE: _google,
    Service.OUTLOOK: _microsoft("outlook.live.com"),
    Service.MICROSOFT_365: _microsoft("outlook.office.com"),
    Service.YAHOO: _yahoo,
}

__all__ = ["LONGEST", "Link", "Service", "calendar_link", "calendar_links", "links_html"]
