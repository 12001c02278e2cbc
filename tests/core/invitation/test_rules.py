"""Rules of repetition: read and written, what contradicts, their dates with exceptions, Outlook, and words."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.rules import (
    Frequency,
    Rule,
    Weekday,
    checked,
    emptiness,
    fits_outlook,
    has_occurrence,
    in_words,
    is_instance,
    occurrences,
    read_rule,
    rule_faults,
)
from sescomposer.core.invitation.zones import instant

BERLIN = Moment.zoned(datetime(2027, 3, 2, 9, 30), "Europe/Berlin")
DAY = Moment.on(datetime(2027, 3, 2))


def _numbers(smallest: int, largest: int) -> st.SearchStrategy[tuple[int, ...]]:
    values = st.integers(smallest, largest).filter(lambda value: smallest >= 0 or value != 0)
    return st.lists(values, max_size=3).map(tuple)


WEEKDAYS = st.builds(Weekday, st.integers(0, 6), st.integers(-5, 5))
RULES = st.builds(
    Rule,
    st.sampled_from(Frequency),
    st.integers(1, 400),
    st.integers(0, 999),
    st.sampled_from([None, DAY, Moment.utc(datetime(2028, 1, 1)), Moment.floating(datetime(2028, 1, 1))]),
    _numbers(0, 60),
    _numbers(0, 59),
    _numbers(0, 23),
    st.lists(WEEKDAYS, max_size=3).map(tuple),
    _numbers(-31, 31),
    _numbers(-366, 366),
    _numbers(-53, 53),
    _numbers(1, 12),
    _numbers(-366, 366),
    st.integers(0, 6),
    st.sampled_from([(), (("RSCALE", "CHINESE"),)]),
)


@given(RULES)
def test_every_rule_is_read_as_written(rule: Rule) -> None:
    assert read_rule(str(rule)) == rule
    assert read_rule(str(rule).lower()) == rule
    assert str(rule).startswith("FREQ=")


@given(RULES)
def test_every_rule_can_be_said_in_one_line_of_words(rule: Rule) -> None:
    words = in_words(rule, BERLIN)
    assert words.startswith("Every ")
    assert "  " not in words
    assert "\n" not in words


@given(st.text(st.sampled_from("FREQ=WEKLYDAI;,-0123BMOSTUNCVA"), max_size=40))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    refusal = MessageError(".", hint="None.")
    try:
        rule = read_rule(text)
    except MessageError as error:
        refusal = error
    else:
        assert read_rule(str(rule)) == rule
    assert refusal.sentence.endswith(".")
    assert refusal.hint


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "cannot be read"),
        ("INTERVAL=2", "no FREQ"),
        ("FREQ=FORTNIGHTLY", "FREQ is one of"),
        ("FREQ=DAILY;FREQ=DAILY", "only once"),
        ("FREQ=DAILY;COUNT=0", "a number from 1"),
        ("FREQ=DAILY;INTERVAL=-1", "a number from 1"),
        ("FREQ=DAILY;UNTIL=2027-03-01", "UNTIL is a date"),
        ("FREQ=WEEKLY;BYDAY=MON", "a weekday is written"),
        ("FREQ=MONTHLY;BYDAY=0MO", "a weekday is written"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "from 1 to 31 or -1 to -31"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "from 1 to 31 or -1 to -31"),
        ("FREQ=YEARLY;BYMONTH=0", "from 1 to 12"),
        ("FREQ=WEEKLY;WKST=XX", "a weekday is one of"),
        ("FREQ=WEEKLY;BYDAY", "a name, an equals sign"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(text: str, said: str) -> None:
    with pytest.raises(MessageError, match=said):
        read_rule(text)


@pytest.mark.parametrize(
    "text, start, codes",
    [
        ("FREQ=WEEKLY;BYDAY=MO;UNTIL=20280101T000000Z", BERLIN, []),
        ("FREQ=WEEKLY;BYDAY=2MO", BERLIN, ["R01"]),
        ("FREQ=WEEKLY;BYMONTHDAY=1", BERLIN, ["R01"]),
        ("FREQ=MONTHLY;BYYEARDAY=1", BERLIN, ["R01"]),
        ("FREQ=MONTHLY;BYWEEKNO=1", BERLIN, ["R01"]),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", BERLIN, ["R01"]),
        ("FREQ=MONTHLY;BYSETPOS=1", BERLIN, ["R01"]),
        ("FREQ=DAILY;BYHOUR=9", DAY, ["R01"]),
        ("FREQ=HOURLY", DAY, ["R01"]),
        ("FREQ=DAILY;UNTIL=20280101", BERLIN, ["R02"]),
        ("FREQ=DAILY;UNTIL=20280101T000000", BERLIN, ["R02"]),
        ("FREQ=DAILY;UNTIL=20280101T000000Z", DAY, ["R02"]),
        ("FREQ=DAILY;UNTIL=20280101T000000Z", Moment.floating(datetime(2027, 1, 1)), ["R02"]),
        ("FREQ=DAILY;UNTIL=20280101T000000Z;COUNT=2", BERLIN, ["R03"]),
    ],
)
def test_what_contradicts_has_the_code_of_its_check(text: str, start: Moment, codes: list[str]) -> None:
    faults = rule_faults(read_rule(text), start)
    assert [fault.code for fault in faults] == codes
    if codes:
        with pytest.raises(MessageError, match=r".*"):
            checked(read_rule(text), start)


def test_an_event_stays_at_its_hour_when_the_clock_is_changed() -> None:
    start = Moment.zoned(datetime(2027, 3, 1, 9, 30), "America/New_York")
    found = occurrences(start, read_rule("FREQ=WEEKLY;BYDAY=MO;UNTIL=20270628T133000Z"))
    assert len(found) == 18
    hours = [f"{instant(moment):%H:%M}" for moment in found]
    assert hours == ["14:30"] * 2 + ["13:30"] * 16


def test_a_skipped_hour_means_the_offset_before_the_change() -> None:
    start = Moment.zoned(datetime(2027, 3, 27, 2, 30), "Europe/Berlin")
    found = occurrences(start, read_rule("FREQ=DAILY;COUNT=3"))
    assert [f"{moment.clock:%H:%M}" for moment in found] == ["02:30"] * 3
    assert [f"{instant(moment):%H:%M}" for moment in found] == ["01:30", "01:30", "00:30"]


def test_exceptions_and_further_dates_are_points_in_time() -> None:
    exdates = [Moment.utc(datetime(2027, 3, 9, 8, 30)), BERLIN.moved(timedelta(days=14))]
    rdates = [BERLIN.moved(timedelta(days=1)), BERLIN]
    found = occurrences(BERLIN, read_rule("FREQ=WEEKLY;COUNT=4"), exdates, rdates)
    assert [moment.clock.day for moment in found] == [2, 3, 23]
    assert [moment.clock.day for moment in occurrences(BERLIN, None, (), rdates)] == [2, 3]


def test_until_is_inclusive_and_the_list_is_cut() -> None:
    assert len(occurrences(DAY, read_rule("FREQ=DAILY;UNTIL=20270305"))) == 4
    assert len(occurrences(DAY, read_rule("FREQ=DAILY"))) == 20
    assert len(occurrences(DAY, read_rule("FREQ=DAILY"), limit=1000)) == 1000


def test_instances_are_found() -> None:
    rule = read_rule("FREQ=WEEKLY")
    assert is_instance(BERLIN, rule)
    assert has_occurrence(Moment.utc(datetime(2027, 3, 9, 8, 30)), BERLIN, rule)
    assert not has_occurrence(BERLIN.moved(timedelta(days=8)), BERLIN, rule)
    assert not has_occurrence(DAY, BERLIN, rule)
    assert not has_occurrence(BERLIN.moved(timedelta(days=70)), BERLIN, read_rule("FREQ=WEEKLY;COUNT=2"))


@pytest.mark.parametrize(
    "text, exdates, said",
    [
        ("FREQ=WEEKLY", (), ""),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", (), "names no date that exists"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", (), "names no date that exists"),
        ("FREQ=DAILY;UNTIL=20260101T000000Z", (), "ends before its first date"),
        ("FREQ=DAILY;COUNT=1", (BERLIN,), "taken out by an exception"),
    ],
)
def test_a_rule_without_instances_ends_with_a_sentence(text: str, exdates: tuple[Moment, ...], said: str) -> None:
    sentence = emptiness(BERLIN, read_rule(text), exdates)
    assert said in sentence
    assert bool(sentence) is bool(said)


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY;INTERVAL=3;COUNT=5",
        "FREQ=WEEKLY;BYDAY=MO,TU,WE;WKST=SU",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        "FREQ=MONTHLY;BYDAY=4TH",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1",
        "FREQ=YEARLY",
        "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=5",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=30",
    ],
)
def test_outlook_takes(text: str) -> None:
    assert fits_outlook(read_rule(text)) == ""


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=HOURLY",
        "FREQ=MINUTELY",
        "FREQ=SECONDLY",
        "FREQ=DAILY;BYDAY=MO",
        "FREQ=WEEKLY;BYMONTH=3",
        "FREQ=MONTHLY;BYMONTHDAY=1,15",
        "FREQ=MONTHLY;BYMONTHDAY=-2",
        "FREQ=MONTHLY;BYDAY=1MO,3MO",
        "FREQ=MONTHLY;BYDAY=5MO",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        "FREQ=MONTHLY;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1",
        "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1,2",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=1",
        "FREQ=MONTHLY;BYHOUR=9;BYSETPOS=1",
        "FREQ=YEARLY;BYMONTH=3,6",
        "FREQ=YEARLY;BYDAY=20MO",
        "FREQ=YEARLY;BYYEARDAY=100",
        "FREQ=YEARLY;BYWEEKNO=20",
        "FREQ=DAILY;BYHOUR=9,17",
        "FREQ=DAILY;RSCALE=CHINESE",
    ],
)
def test_outlook_does_not_take(text: str) -> None:
    assert fits_outlook(read_rule(text)).startswith("O")


@pytest.mark.parametrize(
    "text, words",
    [
        ("FREQ=DAILY", "Every day"),
        ("FREQ=DAILY;INTERVAL=3;COUNT=1", "Every third day, once"),
        ("FREQ=WEEKLY", "Every Tuesday"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "Every working day"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,MO", "Every second week on Monday and Wednesday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;UNTIL=20270302T233000Z", "Every second Tuesday until 3 March 2027"),
        ("FREQ=MONTHLY", "Every month on day 2"),
        ("FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=1,15,-1", "Every second month on days 1 and 15 and the last day"),
        ("FREQ=MONTHLY;BYDAY=1MO,3MO", "Every month on the first Monday and third Monday"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "Every month on the last working day"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "Every month on day 13 of the month if it is Friday"),
        ("FREQ=YEARLY", "Every year on 2 March"),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "Every year on the last Sunday in March"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "Every year in week 20 on Monday"),
        ("FREQ=HOURLY;INTERVAL=2;BYDAY=MO", "Every second hour on Monday"),
        ("FREQ=DAILY;BYHOUR=9,17;BYMINUTE=0", "Every day at 09:00 and 17:00"),
    ],
)
def test_words(text: str, words: str) -> None:
    assert in_words(read_rule(text), BERLIN) == words
