"""Events in words: when by which clock, nothing of the guests, nothing that HTML would take for markup."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.compose import compose
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.invitation.event import Event
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.people import Attendee, Person
from sescomposer.core.invitation.words import (
    facts,
    holds_words,
    html_page,
    html_words,
    outdated,
    text_words,
    when_words,
    with_words,
)
from sescomposer.core.parse import parse

IDS = SeededIdentifiers("words")
BERLIN, TOKYO = "Europe/Berlin", "Asia/Tokyo"
NIGHT = Moment.zoned(datetime(2027, 7, 1, 23, 30), BERLIN)
EVENT = Event(
    summary="Tea",
    start=NIGHT,
    end=NIGHT.at(datetime(2027, 7, 2, 1)),
    rule="FREQ=DAILY;COUNT=3",
    exdates=(NIGHT.at(datetime(2027, 7, 2, 23, 30)),),
    location="Room\n2nd floor",
    organizer=Person("events@example.com", "Events"),
    attendees=(Attendee("guest@example.net", "Guest"),),
    description="One\r\n\r\ntwo",
)


@pytest.mark.parametrize(
    "start, end, words",
    [
        (
            NIGHT,
            NIGHT.at(datetime(2027, 7, 2, 1)),
            [
                "Thursday, 1 July 2027, 23:30 to Friday, 2 July 2027, 01:00 (Europe/Berlin, UTC+02:00)",
                "Thursday, 1 July 2027, 21:30 to 23:00 (UTC)",
            ],
        ),
        (
            NIGHT,
            Moment.zoned(datetime(2027, 7, 2, 8), TOKYO),
            [
                "Thursday, 1 July 2027, 23:30 (Europe/Berlin, UTC+02:00)"
                " to Friday, 2 July 2027, 08:00 (Asia/Tokyo, UTC+09:00)",
                "Thursday, 1 July 2027, 21:30 to 23:00 (UTC)",
            ],
        ),
        (
            Moment.utc(datetime(2027, 7, 1, 9)),
            Moment.utc(datetime(2027, 7, 1, 9, 0, 30)),
            ["Thursday, 1 July 2027, 09:00 to 09:00:30 (UTC)"],
        ),
        (Moment.floating(datetime(2027, 7, 1, 9)), None, ["Thursday, 1 July 2027, 09:00 (your local time)"]),
        (
            Moment.zoned(datetime(2027, 7, 1, 9), "Custom 1"),
            Moment.zoned(datetime(2027, 7, 1, 10), "Custom 1"),
            ["Thursday, 1 July 2027, 09:00 to 10:00 (Custom 1)"],
        ),
        (Moment.on(date(2027, 6, 1)), None, ["Tuesday, 1 June 2027 (the whole day)"]),
        (
            Moment.on(date(2027, 6, 1)),
            Moment.on(date(2027, 6, 4)),
            ["Tuesday, 1 June 2027 to Thursday, 3 June 2027 (3 days)"],
        ),
        (None, None, []),
    ],
)
def test_when(start: Moment | None, end: Moment | None, words: list[str]) -> None:
    assert list(when_words(Event(start=start, end=end))) == words


def test_facts_name_everything_but_the_guests() -> None:
    found = dict(facts(EVENT))
    assert list(found) == ["When", "That is", "Repeats", "Not on", "Where", "Organiser"]
    assert (found["Repeats"], found["Not on"]) == ("Every day, 3 times", "Friday, 2 July 2027, 23:30")
    assert found["Where"] == "Room 2nd floor"
    assert "guest" not in (text_words(EVENT) + html_words(EVENT)).lower()
    assert text_words(EVENT).endswith("\n\nOne\n\ntwo\n")


def test_what_nobody_can_read_is_shown_as_it_is() -> None:
    found = dict(facts(replace(EVENT, rule="sometimes", end=None, duration=timedelta(days=999_999_999))))
    assert found["Repeats"] == "sometimes"
    assert found["When"].startswith("Thursday")


def test_html_alone_is_said_in_text_too() -> None:
    assert "Come here" in text_words(replace(EVENT, description="", html_description="<p>Come <b>here</b></p>"))


class Elements(HTMLParser):
    """Tells the elements and the text of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


ALLOWED = {"html", "head", "meta", "title", "body", "h1", "p", "strong", "br", "a"}
TYPED = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("<>&\"'\n"), max_size=40)


@given(TYPED, TYPED, TYPED, TYPED)
def test_no_text_becomes_markup(summary: str, location: str, description: str, name: str) -> None:
    event = replace(
        EVENT,
        summary=summary,
        location=location,
        description=f"x{description}",
        conference="https://a.example/?b=1&c=<2>",
        organizer=Person("events@example.com", name),
    )
    reader = Elements()
    reader.feed(html_page(summary, html_words(event)))
    reader.close()
    assert reader.elements <= ALLOWED
    assert " ".join(location.split()) in reader.text


@given(TYPED, TYPED)
def test_words_are_found_and_written_anew(before: str, after: str) -> None:
    old, new = replace(EVENT, location=before), replace(EVENT, location=after)
    text, html = f"Dear all,\n\n{text_words(old)}\nBye\n", html_page("x", f"<p>Hi</p>\n{html_words(old)}<p>Bye</p>\n")
    made = compose("a@example.com", "b@example.com", "x", text=text, html=html, ids=IDS)
    root = parse(made.root.octets)
    assert holds_words(root, old)
    changed = with_words(root, old, new, IDS)
    assert holds_words(changed, new)
    again = parse(with_words(changed, new, old, IDS).octets)
    assert holds_words(again, old)
    assert b"Dear all," in bytes(again.octets)


def test_a_body_without_the_words_stays() -> None:
    root = compose("a@example.com", "b@example.com", "x", text="Come.", ids=IDS).root
    assert with_words(root, EVENT, replace(EVENT, summary="Cake"), IDS) is root
    assert not holds_words(root, EVENT)
    unknown = parse(b"Content-Type: text/plain; charset=nobody\r\n\r\nx")
    assert with_words(unknown, EVENT, replace(EVENT, summary="Cake"), IDS) is unknown
    assert not holds_words(unknown, EVENT)


def test_words_that_a_change_left_behind_are_found() -> None:
    longer = replace(EVENT, description="One\n\ntwo\nthree")
    text, html = text_words(EVENT), html_page("x", html_words(EVENT))
    root = compose("a@example.com", "b@example.com", "x", text=text, html=html, ids=IDS).root
    assert outdated(root, EVENT, EVENT) == ()
    assert outdated(root, EVENT, longer) == ("text", "HTML")
    changed = with_words(root, EVENT, longer, IDS)
    assert outdated(changed, EVENT, longer) == ()
    assert with_words(changed, EVENT, longer, IDS) is changed
    assert outdated(changed, longer, EVENT) == ("text", "HTML")
