"""What a VTIMEZONE says, beside what the zone's clock does by the bundled database."""

from datetime import UTC, timedelta
from itertools import islice

from sescomposer.core.checks.invitation_meaning import moment_of
from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.component import Component
from sescomposer.core.invitation.lines import ContentLine
from sescomposer.core.invitation.moments import Form, Moment
from sescomposer.core.invitation.observances import ZoneClock, zone_of
from sescomposer.core.invitation.occurrences import each_occurrence
from sescomposer.core.invitation.rule_text import read_rule
from sescomposer.core.invitation.vtimezone import LISTED, VTimezone, vtimezone
from sescomposer.core.invitation.zone_data import database_version
from sescomposer.core.invitation.zones import canonical_zone, instant, offset_at, offset_text
from sescomposer.core.invitation.zones_in_step import span_of

_DATES_COMPARED = 300


def observances(component: Component) -> tuple[Component, ...]:
    """Give the STANDARD and DAYLIGHT components of a VTIMEZONE."""
    return tuple(part for part in component.components() if part.name in ("STANDARD", "DAYLIGHT"))


def rule_parts(line: ContentLine) -> dict[str, str]:
    """Give the parts of a rule by their names, all in capitals."""
    return dict(part.partition("=")[::2] for part in line.value.strip().upper().split(";"))


def _generated(root: Component, name: str) -> VTimezone | None:
    span = span_of(root)
    if span is None or not canonical_zone(name):
        return None
    try:
        return vtimezone(name, *span)
    except MessageError:
        return None  # a Windows name or alias of something that the database has no rules for


def fresh_zone(root: Component, name: str) -> bytes:
    """Give the VTIMEZONE that we would write for a zone, without octets for a zone that nobody knows."""
    made = _generated(root, name)
    return b"" if made is None else made.octets


def is_listed(root: Component, name: str) -> bool:
    """Tell whether no rule says what the zone's clock does in the years of the events."""
    made = _generated(root, name)
    return made is not None and LISTED in made.notes


def difference(root: Component, component: Component, name: str) -> str:
    """Say where a VTIMEZONE shows another hour than the zone has, "" where it does not or nobody can tell."""
    canonical = canonical_zone(name)
    if not canonical:
        return ""
    try:
        clock = zone_of(component)
        for moment in _moments(root, name):
            said = _differs(clock, moment, canonical)
            if said:
                return said
    except MessageError:
        return ""  # what cannot be read is told by other rules
    return ""


def _moments(root: Component, name: str) -> list[Moment]:
    found = []
    for event in root.components("VEVENT"):
        line = event.first("RRULE")
        for field in ("DTSTART", "DTEND", "RECURRENCE-ID"):
            moment = moment_of(event.first(field))
            if moment is None or moment.form is not Form.ZONED or moment.zone != name:
                continue
            found.append(moment)
            if field == "DTSTART" and line is not None:
                found += islice(each_occurrence(moment, read_rule(line.value)), _DATES_COMPARED)
    return found


def _differs(clock: ZoneClock, moment: Moment, canonical: str) -> str:
    point = instant(Moment.zoned(moment.clock, canonical)).astimezone(UTC)
    said, true = clock.offset_at_instant(point.replace(tzinfo=None)), offset_at(canonical, point)
    if abs(said - true) < timedelta(minutes=1):
        return ""
    return (
        f"On {moment.day} the VTIMEZONE has {offset_text(said)} and {canonical} has {offset_text(true)}"
        f" (time zone database {database_version()})."
    )


__all__ = ["difference", "fresh_zone", "is_listed", "observances", "rule_parts"]
