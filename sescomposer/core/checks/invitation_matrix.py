"""What each method of a calendar object must and must not have (RFC 5546 section 3.2), as tables."""

from collections.abc import Iterator

from sescomposer.core.checks.invitation_rules import Fault, at_line, of_whole, removing
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.component import Component
from sescomposer.core.invitation.lines import ContentLine

COMPOSED = ("PUBLISH", "REQUEST", "CANCEL", "DECLINECOUNTER")
"""Methods that an organiser sends; those of guests belong to their calendars."""

KNOWN = (*COMPOSED, "REPLY", "ADD", "REFRESH", "COUNTER")
"""All methods of RFC 5546 for events."""

_ONE_UID = ("REQUEST", "REPLY", "CANCEL", "DECLINECOUNTER")
_NEEDED = {
    "PUBLISH": ("UID", "DTSTART", "SUMMARY"),
    "REQUEST": ("UID", "DTSTART", "SUMMARY"),
    "REPLY": ("UID", "ATTENDEE"),
    "ADD": ("UID", "DTSTART", "SUMMARY", "SEQUENCE"),
    "CANCEL": ("UID",),
    "REFRESH": ("UID", "ATTENDEE"),
    "COUNTER": ("UID", "DTSTART", "SUMMARY", "SEQUENCE"),
    "DECLINECOUNTER": ("UID", "ATTENDEE", "SEQUENCE"),
}
_FORBIDDEN = {
    "PUBLISH": ("REQUEST-STATUS",),
    "REQUEST": ("REQUEST-STATUS",),
    "ADD": ("RECURRENCE-ID", "RRULE", "RDATE", "EXDATE", "REQUEST-STATUS"),
    "CANCEL": ("REQUEST-STATUS",),
    "REFRESH": ("DTSTART", "DTEND", "DURATION", "SUMMARY", "SEQUENCE", "STATUS", "RRULE", "RDATE", "EXDATE"),
}
_NO_ALARM = ("REPLY", "REFRESH", "DECLINECOUNTER")
_OTHER_COMPONENTS = ("VTODO", "VJOURNAL", "VFREEBUSY")
_OF_INSTANCE = ("RRULE", "RDATE", "EXDATE")
_STATUSES = {"ADD": ("TENTATIVE", "CONFIRMED"), "DECLINECOUNTER": ("TENTATIVE", "CONFIRMED")}


def matrix(calendar: Calendar) -> Iterator[Fault]:
    """Check the method, and which properties and components go with it."""
    root, method = calendar.root, calendar.method
    line = root.first("METHOD")
    if method not in COMPOSED:
        yield from _method(root, line, method)
    for component in root.components():
        if component.name in _OTHER_COMPONENTS:
            message = f"A {component.name} stands in the object; invitations are made of VEVENTs alone."
            yield at_line("t02", component.begin, message)
    if not calendar.events:
        yield of_whole("t02", "The calendar object holds no VEVENT, so there is no event.")
    for event in calendar.events:
        yield from _event(event, method)
    yield from _together(calendar, method)


def _method(root: Component, line: ContentLine | None, method: str) -> Iterator[Fault]:
    if not method:
        message = "There is no METHOD, so clients take the event for a file and show no buttons."
        yield at_line("t01", line or root.begin, message)
    elif method in KNOWN:
        assert line is not None
        yield at_line("t01", line, f"METHOD {method} is for the calendars of guests; send REQUEST, CANCEL or PUBLISH.")
    else:
        assert line is not None
        yield at_line("t01", line, f"METHOD {method[:40]!r} is none; send REQUEST, CANCEL or PUBLISH.")


def _event(event: Component, method: str) -> Iterator[Fault]:
    for name in _NEEDED.get(method, ()):
        if event.first(name) is None:
            yield at_line("t02", event.begin, f"The event has no {name}, which {method} must have.")
    for name in _FORBIDDEN.get(method, ()):
        for line in event.all(name):
            yield at_line("t02", line, f"{name} must not stand in {method}.", f"Remove {name}", removing(line))
    if method in _NO_ALARM:
        for alarm in event.components("VALARM"):
            yield at_line("t02", alarm.begin, f"An alarm must not stand in {method}.")
    if event.first("RECURRENCE-ID") is not None:
        for name in _OF_INSTANCE:
            for line in event.all(name):
                message = f"{name} stands in an event that is one occurrence (RECURRENCE-ID)."
                yield at_line("t02", line, message, f"Remove {name}", removing(line))
    status = event.first("STATUS")
    if status is not None and method in _STATUSES and status.value.strip().upper() not in _STATUSES[method]:
        yield at_line("t02", status, f"STATUS {status.value[:40]} must not stand in {method}.")


def _together(calendar: Calendar, method: str) -> Iterator[Fault]:
    events = calendar.events
    uids = [event.text("UID").strip() for event in events]
    if method in _ONE_UID:
        for event, uid in zip(events[1:], uids[1:], strict=True):
            if uid != uids[0]:
                message = f"The events of a {method} must have one UID; this one has another."
                yield at_line("t10", event.first("UID") or event.begin, message)
    if method in ("REQUEST", "CANCEL") and len(events) > 1:
        message = f"The object holds {len(events)} events; Outlook takes the first alone. Send one message for each."
        yield at_line("t11", events[1].begin, message)


__all__ = ["COMPOSED", "KNOWN", "matrix"]
