"""The next dates of an event, or why there are none to show."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.event import Event
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.occurrences import each_occurrence, emptiness
from sescomposer.core.invitation.rule_text import read_rule
from sescomposer.core.invitation.rule_value import Rule, checked
from sescomposer.core.invitation.zones import instant

SHOWN = 20
_LOOKED_AT = 2000


@dataclass(frozen=True, slots=True)
class Dates:
    """What is known of the dates of an event.

    Attributes:
        moments: The next ones, at most `SHOWN`; all lie behind us where `are_past`.
        are_past: Whether none is to come among those looked at, so that the first ones are given.
        has_more: Whether there are more behind them.
        reason: Why there is none, "" if there is.
    """

    moments: tuple[Moment, ...] = ()
    are_past: bool = False
    has_more: bool = False
    reason: str = ""


def next_dates(event: Event, now: datetime) -> Dates:
    """Give the next dates of an event after `now`, which has a zone.

    >>> from datetime import UTC
    >>> event = Event(start=Moment.utc(datetime(2027, 3, 1, 9)), rule="FREQ=DAILY;COUNT=2")
    >>> [moment.value for moment in next_dates(event, datetime(2027, 3, 2, tzinfo=UTC)).moments]
    ['20270302T090000Z']
    """
    start = event.start
    if start is None:
        return Dates(reason="The event has no start.")
    try:
        rule = checked(read_rule(event.rule)) if event.rule else None
        return _dates(event, start, rule, now)
    except MessageError as error:
        return Dates(reason=error.sentence)


def _dates(event: Event, start: Moment, rule: Rule | None, now: datetime) -> Dates:
    reason = emptiness(start, rule, event.exdates, event.rdates)
    if reason:
        return Dates(reason=reason)
    found = tuple(islice(each_occurrence(start, rule, event.exdates, event.rdates), _LOOKED_AT))
    coming = tuple(moment for moment in found if instant(moment) >= now)
    shown = coming or found
    return Dates(shown[:SHOWN], not coming, len(shown) > SHOWN)
