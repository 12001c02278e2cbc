"""What an event has any number of: guests, exceptions, files, categories, alarms; read from lines, and written.

Writing keeps the octets of every line that says what it should already.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.component import Component, make_component
from sescomposer.core.invitation.durations import read_duration, written_duration
from sescomposer.core.invitation.lines import ContentLine, make_line, rewritten
from sescomposer.core.invitation.moments import Moment, read_moments
from sescomposer.core.invitation.parameters import Parameter
from sescomposer.core.invitation.people import Attendee, attendee_line, key_of, read_attendee
from sescomposer.core.invitation.text_value import escaped, escaped_list, unescaped, unescaped_list

_MINUTE = timedelta(minutes=1)
_REMINDER = "Reminder"
"""What an alarm shows of an event without a title."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that the event links to (RFC 5545 section 3.8.1.1).

    Attributes:
        uri: Where it is; any URI, such as https: or cid:.
        media_type: Such as "application/pdf", "" if it is not said.
        name: File name shown (RFC 8607 section 4.1), "" if none is said.
    """

    uri: str
    media_type: str = ""
    name: str = ""


def attendees_of(event: Component) -> tuple[Attendee, ...]:
    """Read the guests."""
    return tuple(map(read_attendee, event.all("ATTENDEE")))


def with_attendees(event: Component, attendees: Sequence[Attendee]) -> Component:
    """Write the guests; a line is kept or changed where one with the same address stands.

    Raises:
        AddressError: a guest has no address.
        MessageError: a name or another value cannot be written.
    """
    old = event.all("ATTENDEE")
    waiting: dict[Hashable, list[ContentLine]] = defaultdict(list)
    for line in reversed(old):
        waiting[key_of(read_attendee(line).mailbox)].append(line)
    new = []
    for attendee in attendees:
        same = waiting[key_of(attendee.mailbox)]
        held = same.pop() if same else None
        new.append(held if held is not None and read_attendee(held) == attendee else attendee_line(attendee, held))
    return event.with_lines(old, new)


def _dated(event: Component, name: str) -> list[tuple[ContentLine, tuple[Moment, ...]]]:
    """Lines whose whole value can be read as moments; others, such as periods, are nobody's here."""
    found = []
    for line in event.all(name):
        try:
            found.append((line, read_moments(line.value, line.parameter("TZID"))))
        except MessageError:
            continue  # the checks tell of it; a value that is no moment is none of the projection
    return found


def dates_of(event: Component, name: str) -> tuple[Moment, ...]:
    """Read EXDATE or RDATE; lines with anything but moments are left out."""
    return tuple(moment for _, moments in _dated(event, name) for moment in moments)


def with_dates(event: Component, name: str, moments: Sequence[Moment]) -> Component:
    """Write EXDATE or RDATE, one line each: some readers take only the first value of a list."""
    old = _dated(event, name)
    waiting: dict[Moment, list[tuple[ContentLine, tuple[Moment, ...]]]] = defaultdict(list)
    for line, held in reversed(old):
        waiting[held[0]].append((line, held))
    new = []
    place = 0
    while place < len(moments):
        same = waiting[moments[place]]
        if same and tuple(moments[place : place + len(same[-1][1])]) == same[-1][1]:
            line, held = same.pop()
            new.append(line)
            place += len(held)
        else:
            new.append(make_line(name, moments[place].value, moments[place].parameters))
            place += 1
    return event.with_lines([line for line, _ in old], new)


def _kept_or_made(
    event: Component,
    old: Sequence[ContentLine],
    wanted: Iterable[T],
    read: Callable[[ContentLine], T],
    write: Callable[[T], ContentLine],
) -> Component:
    waiting: dict[T, list[ContentLine]] = defaultdict(list)
    for line in reversed(old):
        waiting[read(line)].append(line)
    new = [waiting[value].pop() if waiting[value] else write(value) for value in wanted]
    return event.with_lines(old, new)


def _links(event: Component) -> tuple[ContentLine, ...]:
    return tuple(line for line in event.all("ATTACH") if line.parameter("VALUE").upper() != "BINARY")


def attachments_of(event: Component) -> tuple[Attachment, ...]:
    """Read the files linked to; one whose octets stand in the event itself is left out."""
    return tuple(map(_read_attachment, _links(event)))


def with_attachments(event: Component, attachments: Sequence[Attachment]) -> Component:
    """Write the files linked to.

    Raises:
        MessageError: a value cannot be written.
    """
    return _kept_or_made(event, _links(event), attachments, _read_attachment, _attachment_line)


def _read_attachment(line: ContentLine) -> Attachment:
    name = line.parameter("FILENAME") or line.parameter("X-FILENAME")
    return Attachment(line.value.strip(), line.parameter("FMTTYPE"), name)


def _attachment_line(attachment: Attachment) -> ContentLine:
    said = (("FMTTYPE", attachment.media_type), ("FILENAME", attachment.name))
    parameters = [Parameter(name, (value,)) for name, value in said if value]
    return make_line("ATTACH", attachment.uri.strip(), parameters)


def categories_of(event: Component) -> tuple[str, ...]:
    """Read the categories of all lines."""
    texts = (text for line in event.all("CATEGORIES") for text in unescaped_list(line.value))
    return tuple(text for text in texts if text)


def with_categories(event: Component, categories: Sequence[str]) -> Component:
    """Write the categories as one line.

    Raises:
        MessageError: one cannot be written.
    """
    wanted = [text for text in categories if text]
    line = [make_line("CATEGORIES", escaped_list(wanted))] if wanted else []
    return event.with_lines(event.all("CATEGORIES"), line)


def _minutes(alarm: Component) -> int | None:
    """Minutes before the start; None for an alarm that is set otherwise."""
    trigger = alarm.first("TRIGGER")
    if trigger is None or trigger.parameter("RELATED").upper() == "END":
        return None
    try:
        before = -read_duration(trigger.value)
    except MessageError:
        return None  # an absolute time, or a value that the checks tell of
    return before // _MINUTE if before % _MINUTE == timedelta() else None


def alarms_of(event: Component) -> tuple[int, ...]:
    """Read the alarms as whole minutes before the start, negative ones after it; others are left out."""
    minutes = map(_minutes, event.components("VALARM"))
    return tuple(before for before in minutes if before is not None)


def with_alarms(event: Component, minutes: Sequence[int]) -> Component:
    """Write the alarms; those that are set otherwise stay."""
    waiting: dict[int, list[Component]] = defaultdict(list)
    old = []
    for alarm in reversed(event.components("VALARM")):
        before = _minutes(alarm)
        if before is not None:
            waiting[before].append(alarm)
            old.append(alarm)
    new = [waiting[before].pop() if waiting[before] else _alarm(before, event.text("SUMMARY")) for before in minutes]
    return event.with_items(old[::-1], new)


def with_alarm_title(event: Component, before: str, after: str) -> Component:
    """Let the alarms that show the title of the event show its new one; those with words of their own stay."""
    value = escaped(after or _REMINDER, "The title")

    def titled(item: Component | ContentLine) -> Component | ContentLine:
        if not isinstance(item, Component) or item.name.upper() != "VALARM":
            return item
        line = item.first("DESCRIPTION")
        shows_it = line is not None and unescaped(line.value) == (before or _REMINDER)
        return item.replaced(line, rewritten(line, value, {})) if line is not None and shows_it else item

    return replace(event, items=tuple(map(titled, event.items)))


def _alarm(before: int, text: str) -> Component:
    try:
        trigger = written_duration(timedelta(minutes=-before))
    except OverflowError as error:
        raise MessageError(
            f"An alarm cannot sound {before} minutes before the start.", hint="Choose a shorter time.", value=before
        ) from error
    lines = [
        make_line("ACTION", "DISPLAY"),
        make_line("TRIGGER", trigger),
        make_line("DESCRIPTION", escaped(text or _REMINDER, "The title")),
    ]
    return make_component("VALARM", lines)


def html_lines(event: Component) -> tuple[ContentLine, ...]:
    """Give the lines that hold the description as HTML."""
    return tuple(line for line in event.all("X-ALT-DESC") if line.parameter("FMTTYPE").lower() == "text/html")


def with_html(event: Component, html: str) -> Component:
    """Write the description as HTML, "" for none.

    Raises:
        MessageError: it cannot be written.
    """
    value = escaped(html, "The HTML of the description")
    parameters = [Parameter("FMTTYPE", ("text/html",))]
    return event.with_lines(html_lines(event), [make_line("X-ALT-DESC", value, parameters)] if html else [])
