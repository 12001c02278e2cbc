"""The form of an event: each row shows the event, hands in an edit, and says what cannot be used without losing it."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QDate, Qt, QTime
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QListWidget, QPlainTextEdit, QTableView, QWidget
from pytestqt.qtbot import QtBot

from sescomposer.core.envelope import mailboxes
from sescomposer.core.invitation.calendar import read_calendar
from sescomposer.core.invitation.event import Event, event_of
from sescomposer.core.invitation.layouts import Layout
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.people import Attendee, Person
from sescomposer.core.invitation.placement import calendar_of, layout_of
from sescomposer.core.invitation.rule_text import read_rule
from sescomposer.core.invitation.rule_value import Frequency
from sescomposer.core.message import Message
from sescomposer.core.parse import parse
from sescomposer.gui.composer import Composer
from sescomposer.gui.invitation import moves
from sescomposer.gui.invitation.event_pages import EventPages
from sescomposer.gui.invitation.form import EventForm
from sescomposer.gui.invitation.guests_model import COLUMNS
from sescomposer.gui.invitation.rule_choice import days_for, fresh, is_shown, with_days
from sescomposer.gui.invitation.spans import minutes_of, words_of
from sescomposer.gui.invitation.zone_picker import ZonePicker
from sescomposer.gui.widgets.field_line import FieldLine
from sescomposer.services.settings import INVITATION_ZONES

LETTER = b"From: jane@example.com\r\nTo: a@example.net\r\nSubject: Tea\r\nMIME-Version: 1.0\r\n\r\nHi\r\n"
START = Moment.zoned(datetime(2027, 3, 15, 9), "Europe/Berlin")


@pytest.fixture
def pages(composer: Composer, qtbot: QtBot) -> EventPages:
    composer.open_message(Message(parse(LETTER)))
    made = EventPages(composer, None)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.resize(520, 900)
    made.make()
    made.edits.change(lambda event: replace(event, start=START, end=START.at(datetime(2027, 3, 15, 10))), "put event")
    composer.message_changed.connect(made.show_event)
    made.show_event()
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def form(pages: EventPages) -> EventForm:
    return pages.form


def event_in(composer: Composer) -> Event:
    calendar = calendar_of(composer.root)
    assert calendar is not None
    return event_of(calendar)


def choose(box: QComboBox, value: object) -> None:
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def choose_zone(picker: ZonePicker, typed: str) -> None:
    """Type a zone and leave the field; without keys, for the offscreen platform has no popups."""
    picker.line.setText(typed)
    picker.line.editingFinished.emit()


# When


def test_another_start_moves_the_end_and_one_step_takes_it_back(form: EventForm, composer: Composer) -> None:
    form.when.start.date.setDate(QDate(2027, 7, 1))
    form.when.start.time.setTime(QTime(14, 30))
    event = event_in(composer)
    assert event.start == START.at(datetime(2027, 7, 1, 14, 30))
    assert event.end == START.at(datetime(2027, 7, 1, 15, 30))
    composer.undo()
    assert form.when.start.clock == START.clock


def test_an_end_before_the_start_is_kept_and_said(form: EventForm, composer: Composer) -> None:
    form.when.end.time.setTime(QTime(8, 0))
    assert event_in(composer).end == START.at(datetime(2027, 3, 15, 8))
    assert "before it starts" in form.when.notes["end"].sentence
    form.when.end.time.setTime(QTime(11, 0))
    assert form.when.notes["end"].sentence == ""


def test_a_time_that_the_clock_skips_is_said(form: EventForm) -> None:
    form.when.start.date.setDate(QDate(2027, 3, 28))
    form.when.start.time.setTime(QTime(2, 30))
    assert "skips 02:30" in form.when.notes["zone"].sentence


@pytest.mark.parametrize(
    "typed, zone", [("tokyo", "Asia/Tokyo"), ("Eastern Standard Time", "America/New_York"), ("utc", "UTC")]
)
def test_a_zone_is_found_by_its_city(form: EventForm, composer: Composer, typed: str, zone: str) -> None:
    choose_zone(form.when.zone, typed)
    event = event_in(composer)
    assert event.zone == zone
    assert event.start is not None
    assert event.start.clock == START.clock
    calendar = calendar_of(composer.root)
    assert calendar is not None
    assert [zone.text("TZID") for zone in calendar.root.components("VTIMEZONE")] == ([] if zone == "UTC" else [zone])


def test_an_unknown_zone_stays_as_typed_and_is_said(form: EventForm, composer: Composer) -> None:
    choose_zone(form.when.zone, "Atlantis")
    assert "Atlantis" in form.when.notes["zone"].sentence
    assert form.when.zone.currentText() == "Atlantis"
    assert event_in(composer).zone == "Europe/Berlin"


def test_the_times_of_two_more_zones_are_shown_and_kept(form: EventForm, composer: Composer) -> None:
    assert form.when.more_words[0].text().startswith("Mon 15 Mar 2027, 04:00 - 05:00 (UTC-04:00)")
    choose_zone(form.when.more_zones[0], "Asia/Kolkata")
    assert "13:30 - 14:30" in form.when.more_words[0].text()
    assert composer.services.settings.get(INVITATION_ZONES)[0] == "Asia/Kolkata"


def test_all_day_and_back(form: EventForm, composer: Composer) -> None:
    form.when.all_day.click()
    event = event_in(composer)
    assert event.start is not None
    assert event.end is not None
    assert (event.start.value, event.end.value) == ("20270315", "20270316")
    assert form.when.end.clock == datetime(2027, 3, 15)
    assert not form.when.zone.isVisible()
    composer.undo()
    assert event_in(composer).start == START


def test_a_length_is_typed_in_words(form: EventForm, composer: Composer) -> None:
    form.when.length.setEditText("1 h 30 min")
    form.when.length_line.editingFinished.emit()
    assert event_in(composer).end == START.at(datetime(2027, 3, 15, 10, 30))
    form.when.length_line.setFocus()
    form.when.length.setEditText("a while")
    form.when.length_line.editingFinished.emit()
    assert "no span of time" in form.when.notes["end"].sentence
    assert form.when.length.currentText() == "a while"


# Repetition


def test_a_repetition_is_made_said_and_previewed(form: EventForm, composer: Composer) -> None:
    section = form.repetition
    choose(section.frequency, "MONTHLY")
    assert event_in(composer).rule == "FREQ=MONTHLY;BYMONTHDAY=15"
    section.days.setCurrentIndex(section.days.findText("the third Monday"))
    section.days.activated.emit(section.days.currentIndex())
    choose(section.ends, "count")
    section.count.setValue(30)
    assert event_in(composer).rule == "FREQ=MONTHLY;COUNT=30;BYDAY=3MO"
    assert "third Monday" in section.sentence.text()
    assert section.dates.dates.count() == 20
    assert section.dates.dates.item(0).text() == "Mon 15 Mar 2027, 09:00 (UTC+01:00)"
    choose(section.frequency, "never")
    assert event_in(composer).rule == ""
    assert not section.dates.isVisible()


def test_an_end_on_a_date_is_written_in_utc(form: EventForm, composer: Composer) -> None:
    choose(form.repetition.frequency, "WEEKLY")
    choose(form.repetition.ends, "until")
    form.repetition.until.setDate(QDate(2027, 6, 28))
    assert event_in(composer).rule == "FREQ=WEEKLY;UNTIL=20270628T070000Z;BYDAY=MO"
    form.when.start.time.setTime(QTime(15, 0))
    assert event_in(composer).rule == "FREQ=WEEKLY;UNTIL=20270628T130000Z;BYDAY=MO"


def test_a_date_is_left_out_and_brought_back(form: EventForm, composer: Composer) -> None:
    choose(form.repetition.frequency, "WEEKLY")
    lists = form.repetition.dates
    lists.dates.setCurrentRow(1)
    lists.leave_button.click()
    left = START.at(datetime(2027, 3, 22, 9))
    assert event_in(composer).exdates == (left,)
    assert lists.dates.item(1).text().startswith("Mon 29 Mar")
    lists.left.setCurrentRow(0)
    QTest.keyClick(lists.left, Qt.Key.Key_Delete)
    assert event_in(composer).exdates == ()


def test_a_rule_that_the_editor_cannot_show_stays_and_is_said(form: EventForm, pages: EventPages) -> None:
    rule = "FREQ=DAILY;BYHOUR=9,17"
    pages.edits.change(lambda event: replace(event, rule=rule), "set repetition")
    assert form.repetition.frequency.currentText() == "As the text says"
    assert form.repetition.notes["sentence"].sentence
    QTest.keyClicks(form.title.title, "x")
    assert pages.edits.event.rule == rule


def test_a_rule_without_dates_is_said(form: EventForm, pages: EventPages) -> None:
    pages.edits.change(lambda event: replace(event, rule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "set repetition")
    assert "names no date" in form.repetition.dates.note.sentence


def test_a_start_outside_of_its_rule_can_be_moved_to_it(form: EventForm, pages: EventPages) -> None:
    pages.edits.change(lambda event: replace(event, rule="FREQ=WEEKLY;BYDAY=WE"), "set repetition")
    note = form.repetition.notes["sentence"]
    assert "none of the dates" in note.sentence
    note.button.click()
    assert pages.edits.event.start == START.at(datetime(2027, 3, 17, 9))


# People


def test_guests_are_added_changed_and_removed(form: EventForm, composer: Composer) -> None:
    people = form.people
    people.adder.setText("Bob <bob@example.org>, c@example.org, A@example.net")
    people.adder.returnPressed.emit()
    assert [guest.mailbox for guest in event_in(composer).attendees] == [
        "a@example.net",
        "bob@example.org",
        "c@example.org",
    ]
    assert "Already invited" in people.notes["adder"].sentence
    model = people.model
    model.setData(model.index(1, COLUMNS.index("role")), "OPT-PARTICIPANT")
    model.setData(model.index(1, COLUMNS.index("rsvp")), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    changed = Attendee("bob@example.org", "Bob", "OPT-PARTICIPANT", rsvp=False)
    assert event_in(composer).attendees[1] == changed
    people.table.selectRow(0)
    QTest.keyClick(people.table, Qt.Key.Key_Delete)
    assert len(event_in(composer).attendees) == 2


def test_a_guest_without_an_address_is_refused_and_stays_typed(form: EventForm, composer: Composer) -> None:
    form.people.adder.setText("Bob")
    form.people.adder.returnPressed.emit()
    assert form.people.notes["adder"].sentence
    assert form.people.adder.text() == "Bob"
    assert not form.people.model.setData(form.people.model.index(0, 0), "nobody")
    assert "nobody" in form.people.notes["guests"].sentence
    assert event_in(composer).attendees[0].mailbox == "a@example.net"


def test_guests_go_to_the_fields_and_come_from_them(form: EventForm, composer: Composer) -> None:
    guests = (Attendee("a@example.net"), Attendee("b@example.org", "שלום", "OPT-PARTICIPANT"), Attendee("c@d.example"))
    form.people.edits.change(lambda event: replace(event, attendees=guests), "add guests")
    form.people.give_button.click()
    assert [box.addr_spec for box in mailboxes(composer.root, "To")] == ["a@example.net", "c@d.example"]
    assert [str(box) for box in mailboxes(composer.root, "Cc")] == ["שלום <b@example.org>"]
    form.people.edits.change(lambda event: replace(event, attendees=()), "remove guests")
    form.people.take_button.click()
    assert {guest.mailbox for guest in event_in(composer).attendees} == {guest.mailbox for guest in guests}


def test_an_organiser_among_the_guests_is_said(form: EventForm, composer: Composer) -> None:
    form.people.edits.change(lambda e: replace(e, attendees=(Attendee("JANE@example.com"),)), "add guests")
    assert "guest too" in form.people.notes["organizer"].sentence
    form.people.organizer.setText("Max <max@example.com>")
    form.people.organizer.editingFinished.emit()
    assert event_in(composer).organizer == Person("max@example.com", "Max")
    assert "differ" in form.people.notes["organizer"].sentence
    form.people.from_button.click()
    assert event_in(composer).organizer == Person("jane@example.com")


def test_an_organiser_without_an_address_is_refused_and_stays_typed(form: EventForm, composer: Composer) -> None:
    form.people.organizer.setFocus()
    form.people.organizer.setText("Max")
    form.people.organizer.editingFinished.emit()
    assert form.people.notes["organizer"].sentence
    assert form.people.organizer.text() == "Max"
    assert event_in(composer).organizer == Person("jane@example.com")


# Texts, details, layout


@pytest.mark.parametrize("text", ["a, b; c\\ d", 'say "x"', "שלום עולם", "😀 é"])
def test_texts_come_back_as_typed(form: EventForm, composer: Composer, text: str) -> None:
    form.where.place.edited.emit(text)
    form.where.description.edited.emit(f"{text}\n\n{text}")
    form.where.html.edited.emit(f"<p>{text}</p>")
    event = event_in(composer)
    assert (event.location, event.description) == (text, f"{text}\n\n{text}")
    assert form.where.place.text() == text
    assert form.where.description.text == f"{text}\n\n{text}"
    assert form.where.html.text == f"<p>{text}</p>"


def test_details_are_set_and_undone(form: EventForm, composer: Composer) -> None:
    details = form.details
    choose(details.status, "TENTATIVE")
    choose(details.transparency, "TRANSPARENT")
    choose(details.class_, "PRIVATE")
    choose(details.priority, 1)
    details.alarms.setText("15 min, 1 day")
    details.alarms.editingFinished.emit()
    details.categories.setText('Work, "a, b"')
    details.categories.editingFinished.emit()
    details.attachments.edited.emit("https://example.com/a.pdf\n")
    event = event_in(composer)
    assert (event.status, event.transparency, event.class_, event.priority) == (
        "TENTATIVE",
        "TRANSPARENT",
        "PRIVATE",
        1,
    )
    assert event.alarms_minutes == (15, 1440)
    assert event.categories == ("Work", "a, b")
    assert [item.uri for item in event.attachments] == ["https://example.com/a.pdf"]
    details.alarms.setText("soon")
    details.alarms.editingFinished.emit()
    assert "no span" in details.notes["alarms"].sentence
    assert event_in(composer).alarms_minutes == (15, 1440)


@pytest.mark.parametrize("layout", [layout for layout in Layout if layout is not Layout.SINGLE])
def test_a_layout_is_chosen_with_who_reads_it(form: EventForm, composer: Composer, layout: Layout) -> None:
    before = event_in(composer)
    choose(form.layout_choice.layout_box, layout.value)
    assert layout_of(composer.root) is layout
    assert form.layout_choice.reads.text() == layout.facts.reads
    assert replace(event_in(composer), method="REQUEST") == before


def test_a_layout_without_room_for_the_text_is_refused(form: EventForm, composer: Composer) -> None:
    choose(form.layout_choice.layout_box, Layout.SINGLE.value)
    assert form.layout_choice.notes["layout"].sentence
    assert layout_of(composer.root) is Layout.RECOMMENDED
    assert form.layout_choice.layout_box.currentData() == Layout.RECOMMENDED.value


def test_every_control_has_a_name(form: EventForm) -> None:
    kinds = (QComboBox, QAbstractSpinBox, QPlainTextEdit, QTableView, QListWidget, FieldLine)
    for section in form.sections:
        for control in section.findChildren(QWidget):
            assert not isinstance(control, kinds) or control.accessibleName(), (section, control)


# Values


@given(st.integers(0, 5_000_000))
@settings(max_examples=100, deadline=None)
def test_spans_are_read_as_they_are_written(minutes: int) -> None:
    assert minutes_of(words_of(minutes)) == minutes


@given(
    st.sampled_from([Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY, Frequency.YEARLY]),
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),
)
@settings(max_examples=100, deadline=None)
def test_every_rule_that_the_editor_makes_it_can_show(frequency: Frequency, clock: datetime) -> None:
    start = Moment.floating(clock)
    rule = fresh(frequency, start, None)
    assert is_shown(rule)
    if frequency in (Frequency.MONTHLY, Frequency.YEARLY):
        for days in days_for(rule, start):
            made = with_days(rule, days)
            assert is_shown(read_rule(str(made)))
            assert days.is_of(made)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), st.integers(1, 5000))
@settings(max_examples=100, deadline=None)
def test_a_length_is_what_was_asked_for(clock: datetime, minutes: int) -> None:
    event = moves.with_length(Event(start=Moment.zoned(clock, "Europe/Berlin")), minutes)
    length = moves.length_of(event)
    assert length is not None
    # Where the clock shows the end twice, the first is meant, an hour before the second.
    assert length.total_seconds() / 60 in (minutes, minutes - 60, minutes + 60)


def test_an_event_that_cannot_be_read_can_still_be_seen(form: EventForm, pages: EventPages) -> None:
    broken = (
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Broken\r\nDTSTART:tomorrow\r\nDTEND;TZID=Mars/Base:20270301T090000\r\n"
        b"RRULE:FREQ=SOMETIMES\r\nATTENDEE:nobody\r\nORGANIZER:\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    pages.put(read_calendar(broken))
    assert form.title.title.text() == "Broken"
    assert "no start" in form.when.notes["start"].sentence
    assert not form.when.start.isEnabled()
