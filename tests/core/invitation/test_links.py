"""Add-to-calendar links: what each service is told, read back by the standard library."""

from dataclasses import replace
from datetime import date, datetime
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.event import Event
from sescomposer.core.invitation.links import LONGEST, Service, calendar_link, calendar_links, links_html
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.people import Attendee

BERLIN = "Europe/Berlin"
EVENT = Event(
    summary="Tea & cake; more, 日本",
    start=Moment.zoned(datetime(2027, 3, 1, 9, 30), BERLIN),
    end=Moment.zoned(datetime(2027, 3, 1, 10), BERLIN),
    location="Room 2",
    description="First line\nsecond",
    conference="https://meet.example/a?b=c&d",
    attendees=(Attendee("guest@example.net"),),
)


def told(event: Event, service: Service) -> dict[str, str]:
    url = calendar_link(event, service).url
    assert url.isascii()
    assert "guest@" not in url
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query, strict_parsing=True).items()}


def test_google_is_told_local_times_and_the_zone() -> None:
    found = told(replace(EVENT, rule="FREQ=WEEKLY;COUNT=3"), Service.GOOGLE)
    assert found == {
        "action": "TEMPLATE",
        "text": EVENT.summary,
        "dates": "20270301T093000/20270301T100000",
        "ctz": BERLIN,
        "details": "First line\nsecond\n\nhttps://meet.example/a?b=c&d",
        "location": "Room 2",
        "recur": "RRULE:FREQ=WEEKLY;COUNT=3",
    }


def test_google_is_told_utc_where_two_zones_or_none_are() -> None:
    flight = replace(EVENT, end=Moment.zoned(datetime(2027, 3, 1, 9), "America/New_York"))
    assert told(flight, Service.GOOGLE)["dates"] == "20270301T083000Z/20270301T140000Z"
    link = calendar_link(replace(flight, rule="FREQ=DAILY;COUNT=2", exdates=(flight.start,)), Service.GOOGLE)  # type: ignore[arg-type]
    assert len(link.notes) == 2
    floating = replace(EVENT, start=Moment.floating(datetime(2027, 3, 1, 9)), end=None)
    found = told(floating, Service.GOOGLE)
    assert (found["dates"], "ctz" in found) == ("20270301T090000/20270301T090000", False)
    windows = Moment.zoned(datetime(2027, 3, 1, 9), "W. Europe Standard Time")
    assert told(replace(EVENT, start=windows), Service.GOOGLE)["ctz"] == BERLIN


@pytest.mark.parametrize(
    "service, host", [(Service.OUTLOOK, "outlook.live.com"), (Service.MICROSOFT_365, "outlook.office.com")]
)
def test_microsoft_is_told_utc_and_no_repetition(service: Service, host: str) -> None:
    link = calendar_link(replace(EVENT, rule="FREQ=DAILY"), service)
    assert urlsplit(link.url).netloc == host
    assert link.notes == ("Only the first date is in the link: this calendar takes no repetition.",)
    found = told(replace(EVENT, transparency="TRANSPARENT"), service)
    assert (found["startdt"], found["enddt"], found["subject"]) == (
        "2027-03-01T08:30:00Z",
        "2027-03-01T09:00:00Z",
        EVENT.summary,
    )
    assert (found["path"], found["freebusy"], "allday" in found) == ("/calendar/action/compose", "free", False)


def test_days_are_told_as_dates() -> None:
    days = replace(EVENT, start=Moment.on(date(2027, 6, 1)), end=Moment.on(date(2027, 6, 4)))
    assert told(days, Service.GOOGLE)["dates"] == "20270601/20270604"
    found = told(days, Service.OUTLOOK)
    assert (found["startdt"], found["enddt"], found["allday"]) == ("2027-06-01", "2027-06-04", "true")
    found = told(replace(days, end=None), Service.YAHOO)
    assert (found["ST"], found["ET"]) == ("20270601", "20270602")


def test_yahoo_is_told_utc() -> None:
    found = told(EVENT, Service.YAHOO)
    assert (found["v"], found["TITLE"], found["ST"], found["in_loc"]) == (
        "60",
        EVENT.summary,
        "20270301T083000Z",
        "Room 2",
    )


@pytest.mark.parametrize(
    "changed, words",
    [
        ({"start": None}, "no start"),
        ({"end": Moment.zoned(datetime(2027, 3, 1, 9), BERLIN)}, "before it starts"),
        ({"end": Moment.on(date(2027, 3, 2))}, "date"),
        ({"start": Moment.zoned(datetime(2027, 3, 1, 9), "Nowhere/Land")}, "Nowhere"),
        ({"rule": "FREQ=DAILY;" + "X" * 2100}, "too long"),
    ],
)
def test_what_no_link_can_say_is_told(changed: dict[str, object], words: str) -> None:
    with pytest.raises(MessageError, match=words):
        calendar_links(replace(EVENT, **changed))  # type: ignore[arg-type]


class _Anchors(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.append(dict(attrs)["href"] or "")


def test_html_holds_the_addresses() -> None:
    links = calendar_links(EVENT)
    text = links_html(links)
    assert _Anchors(text).found == [link.url for link in links]
    assert "&amp;" in text


TEXTS = st.text(max_size=900)


@given(summary=TEXTS, description=TEXTS, location=TEXTS)
def test_any_text_fits_and_comes_back_as_far_as_it_does(summary: str, description: str, location: str) -> None:
    event = replace(EVENT, summary=summary, description=description, location=location, conference="")
    names = {
        Service.GOOGLE: ("text", "details", "location"),
        Service.OUTLOOK: ("subject", "body", "location"),
        Service.MICROSOFT_365: ("subject", "body", "location"),
        Service.YAHOO: ("TITLE", "DESC", "in_loc"),
    }
    for link in calendar_links(event):
        assert len(link.url) <= LONGEST
        found = parse_qs(urlsplit(link.url).query, keep_blank_values=True)
        whole = dict(zip(names[link.service], (summary, description, location), strict=True))
        for name, text in whole.items():
            shown = found.get(name, [""])[0]
            clean = text.encode("utf-8", "replace").decode()
            assert shown == clean or (link.notes and clean.startswith(shown.removesuffix("…")))
