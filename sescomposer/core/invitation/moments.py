"""Points on a calendar as iCalendar writes them (RFC 5545 sections 3.3.4, 3.3.5, 3.2.19): the value alone.

A `Moment` is what a clock or calendar shows, in one of four forms (`Form`): a date, a clock reading that floats from
zone to zone, one in UTC, or one in a named zone. It knows nothing of the rules of zones: what a clock in a zone does,
and how far apart two moments of different forms are, is the business of the modules about zones.

Names: `Form` (DATE, FLOATING, UTC, ZONED); `Moment(clock, form, zone)` with `Moment.on(day)`, `Moment.floating(clock)`,
`Moment.utc(clock)`, `Moment.zoned(clock, zone)`, and its `day`, `is_date`, `value`, `parameters`, `is_like`,
`is_before`, `moved`, `at`; `read_moment(value, zone)`, `read_moments(value, zone)`, `zone_parameter(parameters)`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.parameters import Parameter

_WRITTEN = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?", re.ASCII | re.IGNORECASE)
_LEAP_SECOND = 60


class Form(Enum):
    """The four forms in which a moment is written."""

    DATE = "date"
    FLOATING = "floating"
    UTC = "utc"
    ZONED = "zoned"


@dataclass(frozen=True, slots=True)
class Moment:
    """One date or clock reading.

    Attributes:
        clock: What the clock shows, without a zone and in whole seconds; midnight for a date.
        form: How it is written.
        zone: The TZID as it is written, "" for every form but ZONED.

    >>> Moment.zoned(datetime(2027, 3, 1, 9, 30), "America/New_York").value
    '20270301T093000'
    >>> Moment.utc(datetime(2027, 3, 1, 14, 30)).value, Moment.on(date(2027, 3, 1)).value
    ('20270301T143000Z', '20270301')
    """

    clock: datetime
    form: Form = Form.FLOATING
    zone: str = ""

    @classmethod
    def on(cls, day: date) -> "Moment":
        """Make a date."""
        return cls(datetime.combine(date(day.year, day.month, day.day), time()), Form.DATE)

    @classmethod
    def floating(cls, clock: datetime) -> "Moment":
        """Make a clock reading that is the same wherever the viewer is."""
        return cls(_plain(clock))

    @classmethod
    def utc(cls, clock: datetime) -> "Moment":
        """Make one in UTC; an aware `clock` is converted, one without a zone is taken to be in UTC."""
        return cls(_plain(clock if clock.tzinfo is None else clock.astimezone(UTC)), Form.UTC)

    @classmethod
    def zoned(cls, clock: datetime, zone: str) -> "Moment":
        """Make a clock reading in the zone of that name; no zone makes it float."""
        return cls(_plain(clock), Form.ZONED, zone) if zone else cls.floating(clock)

    @property
    def day(self) -> date:
        """The date that the clock shows."""
        return self.clock.date()

    @property
    def is_date(self) -> bool:
        """Whether it has no time of day."""
        return self.form is Form.DATE

    @property
    def value(self) -> str:
        """The property value."""
        day = f"{self.clock.year:04}{self.clock.month:02}{self.clock.day:02}"
        if self.is_date:
            return day
        reading = f"{self.clock.hour:02}{self.clock.minute:02}{self.clock.second:02}"
        return f"{day}T{reading}{'Z' if self.form is Form.UTC else ''}"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters that must stand with the value: VALUE for a date, TZID in a zone, none else."""
        if self.is_date:
            return (Parameter("VALUE", ("DATE",)),)
        return (Parameter("TZID", (self.zone,)),) if self.form is Form.ZONED else ()

    def is_like(self, other: "Moment") -> bool:
        """Tell whether both have the same form and zone, so that their clocks can be compared."""
        return (self.form, self.zone) == (other.form, other.zone)

    def is_before(self, other: "Moment") -> bool:
        """Tell whether the clock shows less than the other's.

        Raises:
            MessageError: the forms or zones differ, so that only the rules of the zones could tell.

        >>> Moment.on(date(2027, 3, 1)).is_before(Moment.on(date(2027, 3, 2)))
        True
        """
        if not self.is_like(other):
            raise MessageError(
                f"{self.value!r} and {other.value!r} cannot be compared: one is of another form or zone.",
                hint="Give both in the same time zone, or both as dates.",
                value=other.value,
            )
        return self.clock < other.clock

    def moved(self, span: timedelta) -> "Moment":
        """Give the moment whose clock shows that much more: nominal, as if no clock were ever changed.

        Raises:
            MessageError: the clock would leave the years 1 to 9999.
        """
        try:
            return self.at(self.clock + span)
        except OverflowError as error:
            raise MessageError(
                f"{self.value!r} cannot be moved by {span}: years have four digits.",
                hint="Choose a shorter span.",
                value=self.value,
            ) from error

    def at(self, clock: datetime) -> "Moment":
        """Give the moment of the same form and zone whose clock shows `clock`, midnight of it for a date."""
        return Moment.on(clock) if self.is_date else replace(self, clock=_plain(clock))


def _plain(clock: datetime) -> datetime:
    return clock.replace(microsecond=0, tzinfo=None, fold=0)


def zone_parameter(parameters: Iterable[Parameter]) -> str:
    """Give the TZID among parameters, "" if there is none."""
    return next((item.values[0] for item in parameters if item.name == "TZID" and item.values), "")


def read_moment(value: str, zone: str = "") -> Moment:
    """Read a DATE or DATE-TIME.

    Args:
        value: The property value. A trailing Z counts more than a zone, and a date has none.
        zone: The TZID that stands with it.

    Raises:
        MessageError: it is neither, or no day or time of a clock; the 60th second is read as the 59th.

    >>> read_moment("20270301T093000", "Europe/Berlin").parameters
    (Parameter(name='TZID', values=('Europe/Berlin',)),)
    >>> read_moment("20270230")
    Traceback (most recent call last):
    sescomposer.core.errors.MessageError: '20270230' is no date or time: day is out of range for month.
    """
    match = _WRITTEN.fullmatch(value.strip(" \t"))
    if match is None:
        raise _unreadable(value, "20270301, 20270301T093000 and 20270301T143000Z are")
    year, month, day = (int(part) for part in match.groups()[:3])
    try:
        if match[4] is None:
            return Moment.on(date(year, month, day))
        second = min(int(match[6]), _LEAP_SECOND - 1) if int(match[6]) <= _LEAP_SECOND else int(match[6])
        clock = datetime(year, month, day, int(match[4]), int(match[5]), second)
    except ValueError as error:
        raise _unreadable(value, str(error).partition(",")[0]) from error
    return Moment.utc(clock) if match[7] else Moment.zoned(clock, zone)


def _unreadable(value: str, why: str) -> MessageError:
    return MessageError(
        f"{value[:80]!r} is no date or time: {why}.",
        hint="Write year, month and day, then T and hour, minute and second; Z at the end stands for UTC.",
        value=value,
    )


def read_moments(value: str, zone: str = "") -> tuple[Moment, ...]:
    """Read a list of them with commas between, as EXDATE and RDATE have it.

    Raises:
        MessageError: one of them cannot be read.

    >>> [moment.value for moment in read_moments("20270301,20270308")]
    ['20270301', '20270308']
    """
    return tuple(read_moment(part, zone) for part in value.split(","))
