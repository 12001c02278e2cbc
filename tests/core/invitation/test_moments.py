"""Moments and durations: values of the standard in both directions."""

from datetime import UTC, date, datetime, timedelta, timezone

import hypothesis.strategies as st
import pytest
from hypothesis import given

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.durations import read_duration, written_duration
from sescomposer.core.invitation.moments import Form, Moment, read_moment, read_moments, zone_parameter

CLOCKS = st.datetimes().map(lambda clock: clock.replace(microsecond=0))
MOMENTS = st.one_of(
    CLOCKS.map(Moment.on),
    CLOCKS.map(Moment.floating),
    CLOCKS.map(Moment.utc),
    st.builds(Moment.zoned, CLOCKS, st.sampled_from(["Europe/Berlin", "Any: name, at all"])),
)


@given(MOMENTS)
def test_a_moment_comes_back(moment: Moment) -> None:
    assert read_moment(moment.value, zone_parameter(moment.parameters)) == moment


@given(
    MOMENTS.filter(lambda moment: 300 < moment.clock.year < 9700), st.timedeltas(timedelta(-99999), timedelta(99999))
)
def test_a_moment_moves_by_its_clock_and_keeps_its_form(moment: Moment, span: timedelta) -> None:
    moved = moment.moved(span)
    assert moved.is_like(moment)
    clock = (moment.clock + span).replace(microsecond=0)
    assert moved == (Moment.on(clock) if moment.is_date else moment.at(clock))


def test_a_moment_stays_within_the_years_of_four_digits() -> None:
    with pytest.raises(MessageError):
        Moment.on(date(9999, 12, 31)).moved(timedelta(days=1))


@pytest.mark.parametrize(
    "value, form, clock",
    [
        ("20270301", Form.DATE, datetime(2027, 3, 1)),
        ("20270301T093000", Form.ZONED, datetime(2027, 3, 1, 9, 30)),
        ("20270301T093000Z", Form.UTC, datetime(2027, 3, 1, 9, 30)),
        (" 20270301t093000z", Form.UTC, datetime(2027, 3, 1, 9, 30)),
        ("20161231T235960Z", Form.UTC, datetime(2016, 12, 31, 23, 59, 59)),
    ],
)
def test_values_are_read_beside_a_zone(value: str, form: Form, clock: datetime) -> None:
    moment = read_moment(value, "Europe/Berlin")
    assert (moment.form, moment.clock, moment.zone == "Europe/Berlin") == (form, clock, form is Form.ZONED)


@pytest.mark.parametrize(
    "value",
    [
        *("", "2027", "2027-03-01", "20270301T0930", "20270301T093000-0500", "20270229", "20270301T250000", "00000101"),
        *("20270301T093061", "20270301T", "２０２７０３０１", "20270301\n", "tomorrow", "20270301T093000Z/PT1H"),
    ],
)
def test_other_values_are_refused_in_a_sentence(value: str) -> None:
    with pytest.raises(MessageError) as caught:
        read_moment(value)
    assert caught.value.value == value
    assert "is no date or time" in caught.value.sentence


def test_an_aware_clock_is_brought_to_utc() -> None:
    clock = datetime(2027, 3, 1, 9, 30, 5, 999, tzinfo=timezone(timedelta(hours=-5)))
    assert Moment.utc(clock).value == "20270301T143005Z"
    assert Moment.utc(datetime(2027, 3, 1, tzinfo=UTC)).value == "20270301T000000Z"


def test_only_moments_of_one_form_are_compared() -> None:
    early, late = (Moment.zoned(datetime(2027, 3, day), "Europe/Berlin") for day in (1, 2))
    assert early.is_before(late)
    assert not late.is_before(early)
    for other in (Moment.on(date(2027, 3, 2)), Moment.utc(late.clock), Moment.zoned(late.clock, "Europe/Paris")):
        with pytest.raises(MessageError):
            early.is_before(other)


def test_lists_are_read_whole_or_refused() -> None:
    assert [moment.zone for moment in read_moments("20270301T000000,20270302T000000", "A/B")] == ["A/B", "A/B"]
    with pytest.raises(MessageError):
        read_moments("20270301,")


@given(
    st.timedeltas(timedelta(-99999), timedelta(99999)).map(lambda span: timedelta(seconds=span // timedelta(seconds=1)))
)
def test_a_duration_comes_back(span: timedelta) -> None:
    assert read_duration(written_duration(span)) == span


@pytest.mark.parametrize(
    "value, span",
    [
        ("P1W", timedelta(weeks=1)),
        ("P15DT5H0M20S", timedelta(days=15, hours=5, seconds=20)),
        ("-PT15M", timedelta(minutes=-15)),
        ("+pt0s", timedelta()),
        ("-P1D", timedelta(days=-1)),
    ],
)
def test_durations_are_read(value: str, span: timedelta) -> None:
    assert read_duration(value) == span


@pytest.mark.parametrize(
    "value", ["", "P", "PT", "15M", "P1", "P1DT", "PT1.5H", "P99999999999999D", "P" + "9" * 99 + "D", "20270301"]
)
def test_what_is_no_duration_is_refused(value: str) -> None:
    with pytest.raises(MessageError):
        read_duration(value)
