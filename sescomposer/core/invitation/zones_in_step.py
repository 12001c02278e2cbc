"""VTIMEZONE components kept in step with the TZIDs that the other lines name (RFC 5545 sections 3.2.19, 3.6.5)."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.calendar import read_calendar
from sescomposer.core.invitation.component import Component
from sescomposer.core.invitation.moments import Moment, read_moments

ZoneOctets = Callable[[str, datetime, datetime], bytes]
"""Writes the VTIMEZONE of a TZID, right from the first clock reading to the last; raises `MessageError` for a name
that nobody knows."""

_ZONE = "VTIMEZONE"
_MOMENTS = ("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE")
_UNTIL = re.compile(r"\bUNTIL=([0-9TZ]+)", re.IGNORECASE)
_COUNT = re.compile(r"\bCOUNT=([0-9]{1,6})\b", re.IGNORECASE)
_INTERVAL = re.compile(r"\bINTERVAL=([0-9]{1,6})\b", re.IGNORECASE)
_STEP_DAYS = {"YEARLY": 366, "MONTHLY": 31, "WEEKLY": 7}
_ENDLESS = timedelta(days=3653)
"""How far a rule without an end is looked at: what the laws say ten years ahead will have changed by then."""

_MOST_DAYS = 36525


def zones_named(root: Component) -> tuple[str, ...]:
    """Give the TZIDs that lines outside of VTIMEZONEs name, each once, in order."""
    others = (item for item in root.components() if item.name != _ZONE)
    names = (line.parameter("TZID") for item in others for line in item.walk())
    return tuple(dict.fromkeys(name for name in names if name))


def span_of(root: Component) -> tuple[datetime, datetime] | None:
    """Give the first and last clock reading of all events, None if there is none.

    A rule that only counts is followed as far as its steps can reach, one without an end for ten years.
    """
    ends = [end for event in root.components("VEVENT") for end in _span_of_event(event)]
    return (min(ends), max(ends)) if ends else None


def _span_of_event(event: Component) -> list[datetime]:
    clocks = [moment.clock for name in _MOMENTS for line in event.all(name) for moment in _moments(line.value)]
    rules = [line.value for line in event.all("RRULE")]
    if clocks:
        clocks += [_last_of(min(clocks), rule) for rule in rules]
    return clocks


def _moments(value: str) -> tuple[Moment, ...]:
    try:
        return read_moments(value)
    except MessageError:
        return ()  # told by the checks; no clock can be read from it


def _last_of(first: datetime, rule: str) -> datetime:
    until, count, interval = (pattern.search(rule) for pattern in (_UNTIL, _COUNT, _INTERVAL))
    if until is not None:
        return next((moment.clock for moment in _moments(until[1])), first)
    reach = _ENDLESS
    if count is not None:
        days = next((days for name, days in _STEP_DAYS.items() if name in rule.upper()), 1)
        reach = timedelta(days=min(_MOST_DAYS, days * int(count[1]) * int(interval[1] if interval else 1)))
    return first + min(reach, datetime.max - first)


def with_zones(before: Component, root: Component, zone_octets: ZoneOctets) -> Component:
    """Give the VCALENDAR `root` with the VTIMEZONEs it needs.

    One is added for each zone that has none, before the first event. One goes when the zone was named before and is
    no longer. One that we wrote for other years is written anew; any other stays as it is.

    Raises:
        MessageError: a zone without a VTIMEZONE that `zone_octets` does not know.
    """
    named, named_before = zones_named(root), zones_named(before)
    span = span_of(root)
    known = {zone.text("TZID"): zone for zone in reversed(root.components(_ZONE))}
    for name, zone in known.items():
        if name in named_before and name not in named:
            root = root.without(zone)
    if span is None:
        return root
    for name in named:
        if name not in known:
            root = root.with_component(_zone(zone_octets(name, *span)), before="VEVENT")
        elif _is_ours(name, known[name], span_of(before), span, zone_octets):
            root = root.replaced(known[name], _zone(zone_octets(name, *span)))
    return root


def _is_ours(
    name: str,
    zone: Component,
    old: tuple[datetime, datetime] | None,
    new: tuple[datetime, datetime],
    zone_octets: ZoneOctets,
) -> bool:
    """Whether the component is what we wrote for the span before, so that the new span may want another."""
    if old is None or old == new:
        return False
    try:
        return zone_octets(name, *old) == zone.octets
    except MessageError:
        return False  # a name of somebody else's, with their own rules


def _zone(octets: bytes) -> Component:
    return next(item for item in read_calendar(octets).items if isinstance(item, Component))
