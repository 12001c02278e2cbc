"""Reading rules of repetition (RECUR, RFC 5545 section 3.3.10) from text."""

import re
from typing import Any

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.moments import Moment, read_moment
from sescomposer.core.invitation.rule_value import NUMBERS, WEEKDAYS, Frequency, Rule, Weekday

_WEEKDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,3}", re.ASCII)
_POSITIVE = re.compile(r"\d{1,9}", re.ASCII)
_PART_NAME = re.compile(r"[A-Z0-9-]+", re.ASCII)
_MOST_WEEKS = 53


def read_rule(text: str) -> Rule:
    """Read the value of an RRULE property; parts may come in any order, names and values in any case.

    A rule whose parts contradict each other is read all the same (see `rule_value.rule_faults`).

    Raises:
        MessageError: a part cannot be read, stands twice, or FREQ is missing; `value` is the part.

    >>> rule = read_rule("freq=monthly;BYDAY=-1FR;UNTIL=20270301T143000Z")
    >>> str(rule)
    'FREQ=MONTHLY;UNTIL=20270301T143000Z;BYDAY=-1FR'
    >>> read_rule("INTERVAL=2")
    Traceback (most recent call last):
    sescomposer.core.errors.MessageError: The rule has no FREQ, which says how often the event repeats.
    """
    values: dict[str, Any] = {}
    others = []
    for name, value in _parts(text):
        read = _read_part(name, value)
        if read is None:
            others.append((name, value))
        else:
            values[read[0]] = read[1]
    if "frequency" not in values:
        raise MessageError(
            "The rule has no FREQ, which says how often the event repeats.",
            hint="Start it with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY.",
            value=text,
        )
    return Rule(**values, others=tuple(others))


def _parts(text: str) -> list[tuple[str, str]]:
    parts = []
    seen = set()
    for part in text.strip().removesuffix(";").upper().split(";"):
        name, sign, value = part.strip().partition("=")
        if not sign or not value or not _PART_NAME.fullmatch(name):
            raise _fault(part, "a part is a name, an equals sign and a value, such as FREQ=WEEKLY")
        if name in seen:
            raise _fault(part, f"{name} may stand only once")
        seen.add(name)
        parts.append((name, value))
    return parts


def _read_part(name: str, value: str) -> tuple[str, object] | None:
    """Give attribute and value, None for a part that we do not know."""
    if name in NUMBERS:
        return NUMBERS[name][0], tuple(_number(name, item) for item in value.split(","))
    match name:
        case "FREQ" if value in Frequency.__members__:
            return "frequency", Frequency[value]
        case "FREQ":
            raise _fault(f"{name}={value}", f"FREQ is one of {', '.join(Frequency.__members__)}")
        case "INTERVAL" | "COUNT":
            return name.lower(), _positive(name, value)
        case "UNTIL":
            return "until", _until(value)
        case "BYDAY":
            return "by_day", tuple(_weekday(item) for item in value.split(","))
        case "WKST" if value in WEEKDAYS:
            return "week_start", WEEKDAYS.index(value)
        case "WKST":
            raise _fault(f"{name}={value}", f"a weekday is one of {', '.join(WEEKDAYS)}")
    return None


def _number(name: str, item: str) -> int:
    _, smallest, largest = NUMBERS[name]
    is_number = bool(_NUMBER.fullmatch(item.strip()))
    number = int(item) if is_number else 0
    if not is_number or not smallest <= number <= largest or (smallest < 0 and not number):
        bounds = f"1 to {largest} or -1 to {smallest}" if smallest < 0 else f"{smallest} to {largest}"
        raise _fault(f"{name}={item}", f"its numbers go from {bounds}")
    return number


def _positive(name: str, value: str) -> int:
    if not _POSITIVE.fullmatch(value) or not int(value):
        raise _fault(f"{name}={value}", f"{name} is a number from 1 on")
    return int(value)


def _until(value: str) -> Moment:
    try:
        return read_moment(value)
    except MessageError as error:
        raise _fault(f"UNTIL={value}", "UNTIL is a date or a date and time in UTC") from error


def _weekday(item: str) -> Weekday:
    match = _WEEKDAY.fullmatch(item.strip())
    nth = int(match[1] or 0) if match else 0
    if match is None or abs(nth) > _MOST_WEEKS or (match[1] and not nth):
        raise _fault(f"BYDAY={item}", "a weekday is written MO, or 2MO for the second one and -1MO for the last")
    return Weekday(WEEKDAYS.index(match[2]), nth)


def _fault(part: str, why: str) -> MessageError:
    return MessageError(
        f"{part[:80]!r} in the rule cannot be read: {why}.", hint="Mend this part of the rule.", value=part
    )
