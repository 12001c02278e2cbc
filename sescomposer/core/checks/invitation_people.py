"""Who invites and who is invited: ORGANIZER, ATTENDEE and what their parameters say (RFC 5545 section 3.8.4)."""

import re
from collections.abc import Iterator

from sescomposer.core.checks.invitation_rules import Fault, at_line, removing, replacing
from sescomposer.core.errors import AddressError
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.component import Component
from sescomposer.core.invitation.lines import ContentLine, folded, rewritten
from sescomposer.core.invitation.people import key_of, mailbox_of, uri_of

_VALUES = {
    "ROLE": ("CHAIR", "REQ-PARTICIPANT", "OPT-PARTICIPANT", "NON-PARTICIPANT"),
    "PARTSTAT": ("NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED"),
    "CUTYPE": ("INDIVIDUAL", "GROUP", "RESOURCE", "ROOM", "UNKNOWN"),
    "RSVP": ("TRUE", "FALSE"),
}
_NEAR = {
    **{"".join(filter(str.isalpha, value)): value for values in _VALUES.values() for value in values},
    "REQUIRED": "REQ-PARTICIPANT",
    "REQUIREDPARTICIPANT": "REQ-PARTICIPANT",
    "OPTIONAL": "OPT-PARTICIPANT",
    "OPTIONALPARTICIPANT": "OPT-PARTICIPANT",
    "YES": "TRUE",
    "NO": "FALSE",
    "ACCEPT": "ACCEPTED",
    "NEEDACTION": "NEEDS-ACTION",
    "PENDING": "NEEDS-ACTION",
    "PERSON": "INDIVIDUAL",
}
_OF_GUESTS = ("ROLE", "PARTSTAT", "RSVP")
_NO_ANSWER = ("NON-PARTICIPANT", "CHAIR")
_THINGS = ("ROOM", "RESOURCE")
_ADDRESS = re.compile(r"mailto:[^@\s]+@[^@\s]+", re.IGNORECASE)


def people(calendar: Calendar) -> Iterator[Fault]:
    """Check organiser and guests."""
    method = calendar.method
    for event in calendar.events:
        yield from _organizer(event, method)
        yield from _guests(event, method)
        for line in event.all("ATTENDEE"):
            yield from _values(line)


def _organizer(event: Component, method: str) -> Iterator[Fault]:
    lines = event.all("ORGANIZER")
    if not lines and method:
        yield at_line("t07", event.begin, "The event has no ORGANIZER; Gmail says: Unknown organizer.")
    for line in lines[1:]:
        yield at_line("t07", line, "ORGANIZER stands twice.", "Remove this one", removing(line))
    for line in lines[:1]:
        if not _ADDRESS.fullmatch(line.value.strip()):
            message = f"ORGANIZER is {line.value[:60]!r}; it must be a mailto: with an address."
            yield at_line("t07", line, message, "Write mailto:", replacing(_with_mailto(line)) if _bare(line) else None)
        found = [item.name for item in line.parameters if item.name in _OF_GUESTS]
        if found:
            message = f"ORGANIZER has {', '.join(found)}, which only guests have."
            new = rewritten(line, line.value, dict.fromkeys(found, ""))
            yield at_line("t07", line, message, "Remove it", replacing([(line, new.octets)]))


def _bare(line: ContentLine) -> bool:
    value = line.value.strip()
    return ":" not in value and "@" in value and bool(_with_mailto(line))


def _with_mailto(line: ContentLine) -> list[tuple[ContentLine, bytes]]:
    base = line.unfolded[: len(line.unfolded) - len(line.value)]
    try:
        return [(line, folded(base + uri_of(line.value.strip())))]
    except AddressError:
        return []  # no address either way


def _guests(event: Component, method: str) -> Iterator[Fault]:
    guests = event.all("ATTENDEE")
    if method == "PUBLISH":
        for line in guests:
            yield at_line("t08", line, "A published event must not name guests.", "Remove this guest", removing(line))
        if any(line.parameter("RSVP").upper() == "TRUE" for line in guests):
            message = "The event is published, so nobody is asked for an answer; send REQUEST to get buttons."
            yield at_line("t03", guests[0], message)
        return
    if method != "REQUEST":
        return
    if not guests:
        message = "The invitation names no guest (ATTENDEE); Gmail offers only to add it, without buttons."
        yield at_line("t04", event.begin, message)
    for line in guests:
        if not _ADDRESS.fullmatch(line.value.strip()):
            message = f"The guest {line.value[:60]!r} has no address of the form mailto:jane@example.com."
            yield at_line("t04", line, message, "Write mailto:", replacing(_with_mailto(line)) if _bare(line) else None)
    yield from _answers(event, guests)


def _answers(event: Component, guests: tuple[ContentLine, ...]) -> Iterator[Fault]:
    """A guest's answer of earlier stays in an update; without one an answer is asked for."""
    organizer = key_of(mailbox_of(event.value("ORGANIZER")))
    is_first = event.value("SEQUENCE").strip() in ("", "0")
    for line in guests:
        is_asked = line.parameter("RSVP").upper() == "TRUE"
        state = _near("PARTSTAT", line.parameter("PARTSTAT")) or "NEEDS-ACTION"
        role = _near("ROLE", line.parameter("ROLE"))
        is_exempt = role in _NO_ANSWER or line.parameter("CUTYPE").upper() in _THINGS
        if is_exempt or key_of(mailbox_of(line.value)) == organizer or (state != "NEEDS-ACTION" and not is_first):
            continue
        if not is_asked or state != "NEEDS-ACTION":
            said = "is not asked for an answer (RSVP=TRUE)" if not is_asked else f"has answered already ({state})"
            message = f"The guest {mailbox_of(line.value)[:60]} {said}; some clients show no buttons then."
            new = rewritten(line, line.value, {"PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"})
            yield at_line("t05", line, message, "Ask for an answer", replacing([(line, new.octets)]))


def _near(name: str, value: str) -> str:
    """Give the value of the standard that was meant, "" if nobody knows."""
    wanted = _NEAR.get("".join(filter(str.isalpha, value.upper())), "")
    return wanted if wanted in _VALUES[name] else ""


def _values(line: ContentLine) -> Iterator[Fault]:
    for name, known in _VALUES.items():
        value = line.parameter(name).upper()
        if not value or value in known or value.startswith("X-"):
            continue
        near = _near(name, value)
        if near:
            new = replacing([(line, rewritten(line, line.value, {name: near}).octets)])
            message = f"{name}={value[:40]} is not how it is spelt: {near}. Clients pass over it."
            yield at_line("t06", line, message, f"Write {near}", new)
        else:
            yield at_line("t17", line, f"{name}={value[:40]} is no value of the standard; clients pass over it.")


__all__ = ["people"]
