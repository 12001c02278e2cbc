"""An event in words, for the text and the HTML of its message: what, when with zone and UTC, where, who calls.

The guests are not named: what one of them is sent may be passed on. The words of an event are one block in a body, so
that they can be found there and written anew when the event changes.
"""

import html
from collections.abc import Iterator

from sescomposer.core.body_parts import body_parts
from sescomposer.core.entity import Entity
from sescomposer.core.errors import EditError, EncodingError, MessageError
from sescomposer.core.html.plain_text import plain_text
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.invitation.event import Event
from sescomposer.core.invitation.moments import Form, Moment
from sescomposer.core.invitation.rules import in_words, read_rule
from sescomposer.core.invitation.zones import canonical_zone, instant, offset_at, offset_text
from sescomposer.core.structure import with_html, with_text

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_LINKED = ("https://", "http://", "tel:", "mailto:")


def day_words(moment: Moment) -> str:
    """Write the date of a moment.

    >>> from datetime import datetime
    >>> day_words(Moment.floating(datetime(2027, 3, 1, 9, 30)))
    'Monday, 1 March 2027'
    """
    day = moment.day
    return f"{_DAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}"


def when_words(event: Event) -> tuple[str, ...]:
    """Write when an event takes place: by its own clocks, then in UTC where that is another reading.

    >>> from datetime import datetime
    >>> start = Moment.zoned(datetime(2027, 3, 1, 9, 30), "America/New_York")
    >>> when_words(Event(start=start, end=start.at(datetime(2027, 3, 1, 10))))
    ('Monday, 1 March 2027, 09:30 to 10:00 (America/New_York, UTC-05:00)', 'Monday, 1 March 2027, 14:30 to 15:00 (UTC)')
    """
    start = event.start
    if start is None:
        return ()
    try:
        end = event.finish or start
    except MessageError:
        end = start  # a duration that leaves the years with four digits: told by the checks
    if start.is_date:
        return (_whole_days(start, end),)
    own = _span(start, end)
    try:
        utc = _span(*(Moment.utc(instant(moment)) for moment in (start, end)))
    except MessageError:
        return (own,)  # a zone with rules of somebody else's: its name is all that can be said
    return (own,) if utc == own or start.form is Form.FLOATING else (own, utc)


def _whole_days(start: Moment, end: Moment) -> str:
    count = (end.day - start.day).days
    if count <= 1:
        return f"{day_words(start)} (the whole day)"
    return f"{day_words(start)} to {day_words(Moment.on(end.day.fromordinal(end.day.toordinal() - 1)))} ({count} days)"


def _span(start: Moment, end: Moment) -> str:
    if not start.is_like(end):
        return f"{day_words(start)}, {_time(start)} {_zone(start)} to {day_words(end)}, {_time(end)} {_zone(end)}"
    until = _time(end) if start.day == end.day else f"{day_words(end)}, {_time(end)}"
    span = _time(start) if start == end else f"{_time(start)} to {until}"
    return f"{day_words(start)}, {span} {_zone(start)}"


def _time(moment: Moment) -> str:
    return f"{moment.clock:%H:%M:%S}" if moment.clock.second else f"{moment.clock:%H:%M}"


def _zone(moment: Moment) -> str:
    if moment.form is not Form.ZONED:
        return "(UTC)" if moment.form is Form.UTC else "(your local time)"
    try:
        offset = offset_at(canonical_zone(moment.zone) or moment.zone, moment.clock)
    except MessageError:
        return f"({moment.zone})"  # as above
    return f"({moment.zone}, {offset_text(offset)})"


def facts(event: Event) -> tuple[tuple[str, str], ...]:
    """Give what is to be known of an event, as pairs of label and words; without what it does not have."""
    when = when_words(event)
    found = (
        ("When", when[0] if when else ""),
        ("That is", when[1] if len(when) > 1 else ""),
        ("Repeats", _repetition(event)),
        ("Not on", "; ".join(map(_date, event.exdates))),
        ("Also on", "; ".join(map(_date, event.rdates))),
        ("Where", " ".join(event.location.split())),
        ("Join", event.conference),
        ("Web page", event.url),
        ("Organiser", _organizer(event)),
    )
    return tuple((label, words) for label, words in found if words)


def _repetition(event: Event) -> str:
    if not event.rule or event.start is None:
        return ""
    try:
        return in_words(read_rule(event.rule), event.start)
    except MessageError:
        return event.rule  # told by the checks; the rule itself is better than nothing


def _date(moment: Moment) -> str:
    return day_words(moment) if moment.is_date else f"{day_words(moment)}, {_time(moment)}"


def _organizer(event: Event) -> str:
    person = event.organizer
    if person is None:
        return ""
    return f"{person.name} <{person.mailbox}>" if person.name else person.mailbox


def text_words(event: Event) -> str:
    """Write an event as text with LF line ends, the last one included."""
    rows = facts(event)
    width = max((len(label) for label, _ in rows), default=0) + 2
    lines = [event.summary, "", *(f"{label + ':':<{width}}{words}" for label, words in rows)]
    about = _about(event)
    return "\n".join([*lines, *(("", about) if about else ())]) + "\n"


def html_words(event: Event) -> str:
    """Write an event as a piece of HTML; all its texts are escaped."""
    rows = facts(event)
    lines = [f"<h1>{html.escape(event.summary)}</h1>", "<p>"]
    lines += [f"<strong>{label}:</strong> {_linked(words)}<br>" for label, words in rows]
    return "\n".join([*lines, "</p>", *paragraphs(_about(event))]) + "\n"


def html_page(title: str, body: str) -> str:
    """Write a whole HTML document around a piece of HTML.

    >>> html_page("A & B", "<p>x</p>").splitlines()[3]
    '<title>A &amp; B</title>'
    """
    head = f'<meta charset="utf-8">\n<title>{html.escape(title)}</title>'
    return f'<!DOCTYPE html>\n<html lang="en"><head>\n{head}\n</head><body>\n{body}</body></html>\n'


def paragraphs(text: str) -> Iterator[str]:
    """Write text as paragraphs of HTML, divided at blank lines.

    >>> list(paragraphs("a < b\\nc\\n\\nd"))
    ['<p>a &lt; b<br>\\nc</p>', '<p>d</p>']
    """
    for paragraph in text.split("\n\n"):
        if paragraph.strip():
            yield "<p>" + html.escape(paragraph.strip("\n"), quote=False).replace("\n", "<br>\n") + "</p>"


def _about(event: Event) -> str:
    if event.description.strip():
        return event.description.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    return plain_text(event.html_description).strip() if event.html_description.strip() else ""


def _linked(words: str) -> str:
    shown = html.escape(words)
    return f'<a href="{shown}">{shown}</a>' if words.lower().startswith(_LINKED) and " " not in words else shown


def with_words(root: Entity, before: Event, after: Event, ids: Identifiers) -> Entity:
    """Write the words of an event anew where its text and its HTML hold those of what it was before.

    Bodies without them stay as they are, and so does one that cannot be read or written back.
    """
    parts = body_parts(root)
    bodies = ((parts.text, text_words, with_text), (parts.html, html_words, with_html))
    for part, words, write in bodies:
        old, new = words(before), words(after)
        try:
            if part is not None and old != new and _stands(body := _body(part), old, new):
                root = write(root, body.replace(old, new, 1), ids)
        except (EncodingError, EditError):
            continue  # below a signature, or in a charset that is unknown or cannot hold it
    return root


def outdated(root: Entity, before: Event, after: Event) -> tuple[str, ...]:
    """Give which bodies, of "text" and "HTML", still hold words of what an event was before it changed.

    >>> from sescomposer.core.parse import parse
    >>> outdated(parse(b"\\r\\nTea\\n\\n"), Event(summary="Tea"), Event(summary="Cake"))
    ('text',)
    """
    parts = body_parts(root)
    found = []
    for name, part, words in (("text", parts.text, text_words), ("HTML", parts.html, html_words)):
        old, new = words(before), words(after)
        try:
            if part is not None and old != new and _stands(_body(part), old, new):
                found.append(name)
        except EncodingError:
            continue  # a charset that is unknown: nobody knows what it says
    return tuple(found)


def _stands(body: str, old: str, new: str) -> bool:
    """Old words can be the start of the new ones: then they are looked for beside them."""
    return old in (body.replace(new, "") if old in new else body)


def holds_words(root: Entity, event: Event) -> bool:
    """Tell whether text and HTML, as far as there are any, say of the event what is so."""
    parts = body_parts(root)
    bodies = ((parts.text, text_words(event)), (parts.html, html_words(event)))
    try:
        return all(part is None or words in _body(part) for part, words in bodies)
    except EncodingError:
        return False


def _body(part: Entity) -> str:
    text = part.text()
    return text if text.endswith("\n") else f"{text}\n"


__all__ = [
    "day_words",
    "facts",
    "holds_words",
    "html_page",
    "html_words",
    "outdated",
    "paragraphs",
    "text_words",
    "when_words",
    "with_words",
]
