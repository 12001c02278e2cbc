"""The invitation tab: an event is made, shown as a form and as text, and stands in the tree at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from sescomposer.core.body_parts import body_parts
from sescomposer.core.invitation.calendar import Calendar, read_calendar
from sescomposer.core.invitation.event import Event, event_of, with_event
from sescomposer.core.invitation.layouts import Layout
from sescomposer.core.invitation.placement import calendar_of, copies, layout_of, with_calendar
from sescomposer.core.invitation.words import holds_words, html_page, html_words, text_words
from sescomposer.core.message import Message
from sescomposer.core.parse import parse
from sescomposer.core.structure import with_header_field, with_html, with_text
from sescomposer.gui.composer import Composer, Selection
from sescomposer.gui.invitation import event_pages
from sescomposer.gui.invitation.event_pages import FORM, TEXT, EventPages
from sescomposer.gui.invitation.system_zone import system_zone
from sescomposer.gui.panes.body_editors import BodyEditors

LETTER = (
    b"From: Jane Doe <jane@example.com>\r\nTo: a@example.net, Jane <jane@example.com>\r\n"
    b"Cc: =?utf-8?b?16nXnNeV150=?= <b@example.org>\r\nSubject: Lunch on Friday\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nDear all\r\n"
)
FOREIGN = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\nX-WHATEVER;X-P=1:kept\r\nMETHOD:REQUEST\r\n"
    b"BEGIN:VEVENT\r\nUID:1@example.org\r\nDTSTAMP:20270101T000000Z\r\nDTSTART:20270301T090000Z\r\n"
    b"DTEND:20270301T100000Z\r\nSUMMARY:Theirs\r\nX-ODD:stays\r\nORGANIZER:mailto:them@example.org\r\n"
    b"ATTENDEE:mailto:jane@example.com\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    made = QMainWindow()
    made.resize(620, 700)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def editors(composer: Composer, window: QMainWindow, qtbot: QtBot) -> BodyEditors:
    composer.open_message(Message(parse(LETTER)))
    made = BodyEditors(composer, window)
    window.setCentralWidget(made)
    window.show()
    made.tabs.setCurrentIndex(2)
    qtbot.waitExposed(window)
    return made


@pytest.fixture
def pages(editors: BodyEditors) -> EventPages:
    return editors.invitation.pages


def calendar_in(composer: Composer) -> Calendar:
    found = calendar_of(composer.root)
    assert found is not None
    return found


def event_in(composer: Composer) -> Event:
    return event_of(calendar_in(composer))


def test_without_an_event_the_tab_teaches_how_to_get_one(pages: EventPages) -> None:
    assert pages.stack.currentWidget() is pages.empty
    assert "Yes, Maybe and No" in pages.empty.words.text()
    assert not pages.bar.isVisible()


def test_an_invitation_is_made_of_the_message(pages: EventPages, composer: Composer) -> None:
    now = composer.services.clock.now()
    pages.empty.make_button.click()
    event = event_in(composer)
    assert event.summary == "Lunch on Friday"
    assert event.organizer is not None
    assert (event.organizer.mailbox, event.organizer.name) == ("jane@example.com", "Jane Doe")
    assert [(guest.mailbox, guest.role) for guest in event.attendees] == [
        ("a@example.net", "REQ-PARTICIPANT"),
        ("b@example.org", "OPT-PARTICIPANT"),
    ]
    assert event.start is not None
    assert event.start.zone == system_zone()
    assert event.start.clock > now.astimezone().replace(tzinfo=None) or event.start.zone
    assert event.start.clock.minute == 0
    assert layout_of(composer.root) is Layout.RECOMMENDED
    assert calendar_in(composer).root.components("VTIMEZONE")
    assert composer.undo_list.undo_label == "make an invitation"
    assert pages.stack.currentWidget() is pages.form
    composer.undo()
    assert calendar_of(composer.root) is None
    assert pages.stack.currentWidget() is pages.empty


def test_what_is_typed_into_the_form_is_in_every_copy_and_one_step(pages: EventPages, composer: Composer) -> None:
    pages.make()
    steps = len(composer.undo_list.steps)
    title = pages.form.title.title
    title.selectAll()
    QTest.keyClicks(title, "Dinner")
    assert event_in(composer).summary == "Dinner"
    assert len({bytes(part.content) for part in copies(composer.root)}) == 1
    assert len(copies(composer.root)) == 2
    assert len(composer.undo_list.steps) <= steps + 2
    while composer.undo_list.undo_label == "edit title":
        composer.undo()
    assert title.text() == "Lunch on Friday"


def test_form_and_text_move_together(pages: EventPages, composer: Composer) -> None:
    pages.make()
    pages.ways.setCurrentIndex(TEXT)
    editor = pages.text.editor
    shown = editor.toPlainText()
    assert shown.startswith("BEGIN:VCALENDAR\nPRODID:")
    editor.setTextCursor(editor.cursor_at(shown.index("Lunch")))
    QTest.keyClicks(editor, "Big ")
    assert event_in(composer).summary == "Big Lunch on Friday"
    assert len({bytes(part.content) for part in copies(composer.root)}) == 1
    assert b"\r\nSUMMARY:Big Lunch" in calendar_in(composer).octets
    pages.ways.setCurrentIndex(FORM)
    assert pages.form.title.title.text() == "Big Lunch on Friday"
    composer.undo()
    assert pages.form.title.title.text() != "Big Lunch on Friday"


def test_text_that_cannot_be_read_stays_and_is_said(pages: EventPages, composer: Composer) -> None:
    pages.make()
    pages.ways.setCurrentIndex(TEXT)
    editor = pages.text.editor
    editor.setTextCursor(editor.cursor_at(editor.toPlainText().index("END:VEVENT")))
    editor.insertPlainText("no colon here\n")
    assert b"no colon here\r\nEND:VEVENT" in calendar_in(composer).octets
    assert pages.text.notice.isVisible()
    assert "Line" in pages.text.notice.sentence
    editor.selectAll()
    QTest.keyClicks(editor, "x")
    assert calendar_in(composer).octets == b"x"
    pages.ways.setCurrentIndex(FORM)
    assert "no calendar object" in pages.notice.sentence
    composer.undo()
    assert event_in(composer).summary == "Lunch on Friday"


def test_an_edit_in_the_form_keeps_what_nobody_knows(pages: EventPages, composer: Composer) -> None:
    pages.put(read_calendar(FOREIGN))
    QTest.keyClicks(pages.form.where.place, "Room 4")
    octets = calendar_in(composer).octets
    for line in FOREIGN.splitlines(keepends=True):
        assert line in octets
    assert b"LOCATION:Room 4\r\n" in octets


def test_an_event_of_somebody_else_can_be_made_ones_own(pages: EventPages, composer: Composer) -> None:
    pages.put(read_calendar(FOREIGN))
    assert "them@example.org is the organiser" in pages.notice.sentence
    assert pages.mine_button.isVisible()
    pages.mine_button.click()
    event = event_in(composer)
    assert event.uid != "1@example.org"
    assert event.organizer is not None
    assert event.organizer.mailbox == "jane@example.com"
    assert b"X-ODD:stays" in calendar_in(composer).octets
    assert not pages.notice.isVisible()


def test_a_large_object_is_shown_only_when_asked_for(pages: EventPages, composer: Composer) -> None:
    large = FOREIGN.replace(b"X-ODD:stays\r\n", b"X-ODD:stays\r\n" * (event_pages.LARGE // 10))
    pages.put(read_calendar(large))
    assert pages.stack.currentWidget() is pages.large
    pages.anyway_button.click()
    assert pages.stack.currentWidget() is pages.form
    assert pages.form.title.title.text() == "Theirs"


def test_the_event_is_removed_and_comes_back(pages: EventPages, composer: Composer) -> None:
    pages.make()
    pages._on_remove()
    assert copies(composer.root) == ()
    assert pages.stack.currentWidget() is pages.empty
    composer.undo()
    assert event_in(composer).summary == "Lunch on Friday"


def test_selecting_the_part_brings_the_tab(editors: BodyEditors, pages: EventPages, composer: Composer) -> None:
    pages.make()
    editors.tabs.setCurrentIndex(0)
    composer.select(Selection(copies(composer.root)[0].key, origin="tree"))
    assert editors.tabs.currentWidget() is editors.invitation


def test_a_hidden_tab_costs_nothing(
    editors: BodyEditors, pages: EventPages, composer: Composer, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    editors.tabs.setCurrentIndex(1)
    show: Callable[[EventPages], None] = EventPages.show_event

    def counted(self: EventPages) -> None:
        calls.append(1)
        show(self)

    monkeypatch.setattr(EventPages, "show_event", counted)
    QTest.keyClicks(editors.text.editor, "abc")
    assert calls == []
    editors.tabs.setCurrentIndex(2)
    assert calls == [1]


def test_times_are_those_of_the_clock_of_the_zone(pages: EventPages, composer: Composer) -> None:
    pages.make()
    start = event_in(composer).start
    assert start is not None
    assert pages.form.when.start.clock == start.clock
    assert isinstance(pages.form.when.start.clock, datetime)


def test_words_that_a_change_leaves_behind_are_said_and_updated_in_one_step(
    pages: EventPages, composer: Composer
) -> None:
    pages.make()
    event, ids = event_in(composer), composer.ids
    html = html_page("x", html_words(event))
    composer.edit_root(lambda root: with_html(with_text(root, text_words(event), ids), html, ids), "edit text")
    assert holds_words(composer.root, event)
    assert not pages.words_notice.isVisible()
    other = with_event(calendar_in(composer), replace(event, summary="Dinner"))
    composer.edit_root(lambda root: with_calendar(root, other), "edit event")
    assert pages.words_notice.isVisible()
    assert pages.sizeHint().height() < pages.form.sizeHint().height(), "it would push header fields away"
    assert "text and the HTML" in pages.words_notice.sentence
    steps = len(composer.undo_list.steps)
    pages.words_button.click()
    assert holds_words(composer.root, event_in(composer))
    assert not pages.words_notice.isVisible()
    assert len(composer.undo_list.steps) == steps + 1
    composer.undo()
    assert holds_words(composer.root, event)
    assert pages.words_notice.isVisible()
    composer.undo()
    assert not pages.words_notice.isVisible()


def test_words_and_subject_follow_what_is_typed_into_the_form(pages: EventPages, composer: Composer) -> None:
    pages.make()
    event, ids = event_in(composer), composer.ids
    composer.edit_root(lambda root: with_text(root, f"Hi\n\n{text_words(event)}Bye\n", ids), "edit text")
    title = pages.form.title.title
    title.selectAll()
    QTest.keyClicks(title, "Dinner")
    assert composer.root.subject == "Dinner"
    assert text_of(composer) == f"Hi\n\n{text_words(event_in(composer))}Bye\n"
    assert not pages.words_notice.isVisible()
    while composer.undo_list.undo_label == "edit title":
        composer.undo()
    assert (composer.root.subject, event_in(composer).summary) == ("Lunch on Friday", "Lunch on Friday")
    assert text_of(composer) == f"Hi\n\n{text_words(event)}Bye\n"


@pytest.mark.parametrize(
    "subject, then",
    [
        ("", "Dinner"),
        ("Lunch", "Dinner"),
        ("Invitation: Lunch", "Invitation: Dinner"),
        ("Lunch with all of you", "Lunch with all of you"),
        ("Re: Lunch", "Re: Lunch"),
    ],
)
def test_subject_follows_the_title_in_one_step_as_long_as_it_says_nothing_else(
    pages: EventPages, composer: Composer, subject: str, then: str
) -> None:
    pages.make()
    composer.edit_root(lambda root: with_header_field(root, root.key, "Subject", subject), "edit Subject")
    composer.edit_root(lambda root: with_calendar(root, titled(composer, "Lunch")), "edit event")
    assert not pages.edits.change(lambda event: replace(event, summary="Dinner"), "edit title")
    assert composer.root.subject == then
    composer.undo()
    assert (composer.root.subject, event_in(composer).summary) == (subject, "Lunch")


def test_a_message_without_a_subject_field_gets_one(pages: EventPages, composer: Composer) -> None:
    composer.open_message(Message(parse(b"From: a@a.example\r\nTo: b@b.example\r\n\r\n")))
    pages.make()
    assert composer.root.header.first("Subject") is None
    assert not pages.edits.change_text("summary", "T", "edit title")
    assert composer.root.subject == "T"
    assert not pages.edits.change_text("summary", "Te", "edit title")
    assert composer.root.subject == "Te"
    composer.undo()
    assert composer.root.header.first("Subject") is None


def test_making_an_invitation_says_the_event_in_an_empty_message(pages: EventPages, composer: Composer) -> None:
    octets = b"From: a@a.example\r\nTo: b@b.example\r\nSubject: Tea\r\n\r\n"
    composer.open_message(Message(parse(octets)))
    pages.make()
    assert holds_words(composer.root, event_in(composer))
    parts = body_parts(composer.root)
    assert parts.html is not None
    assert layout_of(composer.root) is Layout.RECOMMENDED
    assert not pages.edits.change(lambda event: replace(event, location="Hall"), "edit place")
    assert "Hall" in text_of(composer)
    assert "Hall" in parts_html(composer)
    composer.undo()
    composer.undo()
    assert bytes(composer.root.octets) == octets


def test_what_somebody_wrote_stays_when_an_invitation_is_made(pages: EventPages, composer: Composer) -> None:
    before = text_of(composer)
    assert before.strip()
    pages.make()
    assert text_of(composer) == before


def titled(composer: Composer, title: str) -> Calendar:
    return with_event(calendar_in(composer), replace(event_in(composer), summary=title))


def text_of(composer: Composer) -> str:
    part = body_parts(composer.root).text
    assert part is not None
    return part.text()


def parts_html(composer: Composer) -> str:
    part = body_parts(composer.root).html
    assert part is not None
    return part.text()
