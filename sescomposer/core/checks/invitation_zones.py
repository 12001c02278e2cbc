"""Time zones of a calendar object: names, their VTIMEZONEs, and the times that use them (RFC 5545 section 3.6.5)."""

import re
from collections import Counter
from collections.abc import Iterator

from sescomposer.core.checks.invitation_lines import DATES, OFFSET
from sescomposer.core.checks.invitation_meaning import moment_of
from sescomposer.core.checks.invitation_rules import Fault, Mend, at_line, removing, replacing
from sescomposer.core.checks.invitation_zone_facts import difference, fresh_zone, is_listed, observances, rule_parts
from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.calendar import Calendar, read_calendar
from sescomposer.core.invitation.component import Component
from sescomposer.core.invitation.lines import ContentLine, rewritten
from sescomposer.core.invitation.moments import Form, Moment, read_moments
from sescomposer.core.invitation.zone_data import footer
from sescomposer.core.invitation.zones import Clock, canonical_zone, in_zone, is_canonical, reading
from sescomposer.core.invitation.zones_in_step import zones_named

_OFFSET_VALUE = re.compile(r"[+-]\d{4}(?:\d{2})?", re.ASCII)
_MOVED = ("DTSTART", "DTEND", "EXDATE", "RECURRENCE-ID")


def zones(calendar: Calendar) -> Iterator[Fault]:
    """Check zones, their components, and times."""
    root = calendar.root
    known: dict[str, Component] = {}
    named = zones_named(root)
    for component in root.components("VTIMEZONE"):
        name = component.value("TZID").strip()
        if name in known:
            message = f"The zone {name[:40]} is described twice."
            yield at_line("z01", component.begin, message, "Remove this one", _without(component))
            continue
        known[name] = component
        if name not in named:
            message = f"The zone {name[:40]} is described and no time uses it."
            yield at_line("z01", component.begin, message, "Remove it", _without(component))
        yield from _component(root, component, name, is_used=name in named)
    for name in named:
        if name not in known:
            yield from _missing(calendar, name)
        if not is_canonical(name):
            yield from _name(calendar, name)
    for event in root.components("VEVENT"):
        yield from _times(calendar, event)


def _without(component: Component) -> Mend:
    return removing(*(line for line in component.walk() if line.octets))


def _first_use(calendar: Calendar, name: str) -> ContentLine:
    inside = (line for item in calendar.root.components() if item.name != "VTIMEZONE" for line in item.walk())
    return next(line for line in inside if line.parameter("TZID") == name)


def _missing(calendar: Calendar, name: str) -> Iterator[Fault]:
    octets = fresh_zone(calendar.root, name)
    first = next((item for item in calendar.root.components()), None)
    mend = None
    if octets and first is not None:
        mend = replacing([(first.begin, octets + first.begin.octets)])
    message = f"The zone {name[:60]} is used and not described by a VTIMEZONE, so that clients guess the hour."
    yield at_line("z01", _first_use(calendar, name), message, "Describe the zone", mend)


def _name(calendar: Calendar, name: str) -> Iterator[Fault]:
    canonical = canonical_zone(name)
    message = f"{name[:60]!r} is no name of the time zone database; clients show a zone of their own making."
    mend = None
    if canonical and canonical not in zones_named(calendar.root):
        mend = _renamed(name, canonical)
        message = f"{name[:60]!r} is another name for {canonical}, which all clients know."
    yield at_line("z04", _first_use(calendar, name), message, f"Write {canonical}", mend)


def _renamed(name: str, canonical: str) -> Mend:
    def mend(octets: bytes) -> bytes:
        calendar = read_calendar(octets)
        changes = []
        for line in calendar.walk():
            if line.parameter("TZID") == name:
                changes.append((line, rewritten(line, line.value, {"TZID": canonical}).octets))
            elif line.name == "TZID" and line.value.strip() == name:
                changes.append((line, rewritten(line, canonical, {}).octets))
        return replacing(changes)(octets)

    return mend


def _component(root: Component, component: Component, name: str, *, is_used: bool) -> Iterator[Fault]:
    octets = fresh_zone(root, name) if is_used else b""
    mend = _replaced(component, octets) if octets else None
    faults = list(_incomplete(component))
    if not name:
        yield at_line("z05", component.begin, "A VTIMEZONE has no TZID.")
    for line, message in faults:
        yield at_line("z05", line, message, "Write the zone anew", mend)
    if faults:
        return
    if is_used and is_listed(root, name):
        message = f"No yearly rule says what the clock of {name[:40]} does then; single events in UTC are safe."
        yield at_line("z06", component.begin, message)
    else:
        yield from _form(component, name, mend)
    if is_used and (why := difference(root, component, name)):
        yield at_line("z06", component.begin, why)


def _replaced(component: Component, octets: bytes) -> Mend:
    begin, *rest = (line for line in component.walk() if line.octets)
    return replacing([(begin, octets), *((line, b"") for line in rest)])


def _incomplete(component: Component) -> Iterator[tuple[ContentLine, str]]:
    parts = observances(component)
    if not parts:
        yield component.begin, "The VTIMEZONE has neither STANDARD nor DAYLIGHT, so it says nothing."
    for part in parts:
        for name in ("TZOFFSETFROM", "TZOFFSETTO"):
            line = part.first(name)
            if line is None or not _OFFSET_VALUE.fullmatch(line.value.strip()):
                yield line or part.begin, f"{part.name} has no proper {name}; Exchange refuses the message."
        start = part.first("DTSTART")
        moment = moment_of(start)
        if moment is None or moment.form is not Form.FLOATING:
            yield start or part.begin, f"{part.name} has no DTSTART in local time."


def _form(component: Component, name: str, mend: Mend | None) -> Iterator[Fault]:
    parts = observances(component)
    summer = [part for part in parts if part.name == "DAYLIGHT"]
    canonical = canonical_zone(name)
    stands_still = bool(canonical) and "," not in footer(canonical)
    if (stands_still and summer) or (not summer and any(part.first("RRULE") is not None for part in parts)):
        message = "The zone has no summer time, and its VTIMEZONE has a DAYLIGHT or a rule; Outlook refuses it."
        yield at_line("z08", component.begin, message, "Write the zone anew", mend)
        return
    yield from _yearly(component, parts, mend)
    for part in parts:
        for line in part.all("RRULE"):
            values = rule_parts(line)
            if "BYDAY" in values and "BYMONTHDAY" in values:
                message = "The clock is changed on a weekday within a span of days, which Outlook may not take."
                yield at_line("c08", line, message)


def _yearly(component: Component, parts: tuple[Component, ...], mend: Mend | None) -> Iterator[Fault]:
    counts = Counter(part.name for part in parts)
    doubled = next((name for name, count in counts.items() if count > 1), "")
    if doubled:
        message = f"The zone has {counts[doubled]} times {doubled}; Outlook takes one of them, and the hour shifts."
        yield at_line("z07", component.begin, message, "Write the zone anew", mend)
        return
    for part in parts:
        line = part.first("RDATE") or next(iter(part.all("RRULE")[1:]), None) or _odd_rule(part)
        if line is not None:
            message = f"{part.name} lists dates or has a rule of another form than a weekday of a month each year."
            yield at_line("z07", line, message, "Write the zone anew", mend)
            return


def _odd_rule(part: Component) -> ContentLine | None:
    line = part.first("RRULE")
    if line is None:
        return None
    values = rule_parts(line)
    is_nth = re.fullmatch(r"[+-]?[1-5](?:MO|TU|WE|TH|FR|SA|SU)", values.get("BYDAY", "")) is not None
    has_days = "BYMONTHDAY" in values
    is_known = values.get("FREQ") == "YEARLY" and ("BYMONTH" in values or is_nth or has_days) and (is_nth or has_days)
    return None if is_known else line


def _times(calendar: Calendar, event: Component) -> Iterator[Fault]:
    for line in event.lines:
        if line.name in DATES:
            yield from _zone_of_value(line)
    for name in ("DTSTART", "DTEND"):
        for line in event.all(name)[:1]:
            yield from _clock(line)
    start = event.first("DTSTART")
    moment = moment_of(start)
    if start is not None and moment is not None and moment.form is Form.UTC and event.first("RRULE") is not None:
        message = "The event repeats in UTC, so its hour shifts by one when guests change their clocks."
        yield at_line("z10", start, message, "Write local time", _local(calendar, event))


def _zone_of_value(line: ContentLine) -> Iterator[Fault]:
    value = line.value.strip()
    if OFFSET.search(value):
        yield at_line("z02", line, f"{line.name} has an offset, which no time may have; write it in UTC or a zone.")
    elif line.parameter("TZID"):
        is_date = line.parameter("VALUE").upper() == "DATE" or (len(value) == 8 and value.isdigit())
        if value.upper().endswith("Z"):
            yield at_line("z02", line, f"{line.name} is in UTC and in a zone at once; readers take either.")
        elif is_date:
            yield at_line("z02", line, f"{line.name} is a date, which has no zone.")


def _clock(line: ContentLine) -> Iterator[Fault]:
    moment = moment_of(line)
    if moment is None or OFFSET.search(line.value):
        return
    if moment.form is Form.FLOATING:
        yield at_line("z03", line, f"{line.name} has no time zone, so it means another hour for each guest.")
    elif moment.form is Form.ZONED and (zone := canonical_zone(moment.zone)):
        found = reading(zone, moment.clock)
        if found.clock is not Clock.PLAIN:
            yield at_line("z09", line, found.sentence)


def _local(calendar: Calendar, event: Component) -> Mend | None:
    """Write the times in the one zone that the object names anywhere; None where it names none."""
    names = [component.value("TZID").strip() for component in calendar.root.components("VTIMEZONE")]
    names += [line.value.strip() for line in calendar.root.all("X-WR-TIMEZONE")]
    zone = next((canonical_zone(name) and name for name in names if canonical_zone(name)), "")
    if not zone:
        return None
    changes = []
    for line in event.lines:
        if line.name in _MOVED and line.value.strip().upper().endswith("Z"):
            try:
                moments = [_in(moment, zone) for moment in read_moments(line.value)]
            except MessageError:
                return None  # a date that cannot be read is told elsewhere
            value = ",".join(moment.value for moment in moments)
            changes.append((line, rewritten(line, value, {"TZID": zone}).octets))
    return _described(replacing(changes), zone)


def _described(mend: Mend, zone: str) -> Mend:
    """Describe the zone too, where that is not done yet."""

    def edit(octets: bytes) -> bytes:
        changed = mend(octets)
        root = read_calendar(changed).root
        first = next(iter(root.components()), None)
        if first is None or any(part.value("TZID").strip() == zone for part in root.components("VTIMEZONE")):
            return changed
        return replacing([(first.begin, fresh_zone(root, zone) + first.begin.octets)])(changed)

    return edit


def _in(moment: Moment, zone: str) -> Moment:
    return in_zone(moment, canonical_zone(zone))


__all__ = ["zones"]
