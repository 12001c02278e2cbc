"""The header form, driven as a user drives it: every edit reaches the root, and nothing else does."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import make_services
from sescomposer.core.compose import compose
from sescomposer.core.findings import Finding, Severity, Where
from sescomposer.core.location import Region, span
from sescomposer.core.message import Message
from sescomposer.core.parse import parse
from sescomposer.core.places import field_ends
from sescomposer.core.structure import with_header_field
from sescomposer.gui.composer import Composer, Selection
from sescomposer.gui.panes.field_row import FieldRow
from sescomposer.gui.panes.header_form import ORIGIN, HeaderForm
from sescomposer.gui.tasks import TaskRunner
from sescomposer.gui.widgets.chips import RecipientEdit
from sescomposer.gui.widgets.field_line import FieldLine
from sescomposer.store.folders import Folders

FIELDS = (("Comments", "first"), ("X-Mark", "1"), ("Comments", "second"))
# The offscreen platform says this of every popup.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", r"does not support raise\(\)", "grabbing the keyboard")
RIGHT_TO_LEFT, DEVANAGARI = "שלום עולם", "नमस्ते दुनिया"


@pytest.fixture
def composer(qtbot: QtBot, tmp_path: Path) -> Iterator[Composer]:
    services = make_services(Folders.below(tmp_path))
    runner = TaskRunner()
    mail = compose(
        "Ada <ada@example.org>", "bob@example.org", "Hello", text="Dear B,", headers=FIELDS, ids=services.ids
    )
    made = Composer(services, runner, mail)
    yield made
    made.close()
    runner.close()
    services.close()


@pytest.fixture
def form(qtbot: QtBot, composer: Composer) -> Iterator[HeaderForm]:
    window = QWidget()
    layout = QVBoxLayout(window)
    made = HeaderForm(composer, window)
    layout.addWidget(made)
    layout.addStretch(1)
    qtbot.addWidget(window)
    window.resize(600, 700)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    yield made
    window.hide()


def fields(composer: Composer) -> list[tuple[str, str]]:
    return [
        (field.name, field.decoded)
        for field in composer.root.header.fields
        if not field.name.lower().startswith(("content-", "mime-"))
    ]


def line(row: FieldRow) -> FieldLine:
    assert isinstance(row.value, FieldLine)
    return row.value


def chips(form: HeaderForm, name: str) -> RecipientEdit:
    value = form.main[name].value
    assert isinstance(value, RecipientEdit)
    return value


def type_text(edit: QLineEdit, text: str) -> None:
    """Type characters that QTest has no key for."""
    for character in text:
        edit.insert(character)


def popup_of(edit: QLineEdit) -> QAbstractItemView:
    completer = edit.completer()
    assert completer is not None
    popup = completer.popup()
    assert popup is not None
    return popup


def focus(qtbot: QtBot, widget: QWidget) -> None:
    widget.setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None and widget.hasFocus())


def test_rows_show_the_fields_of_the_root(form: HeaderForm) -> None:
    assert chips(form, "From").text() == "Ada <ada@example.org>"
    assert line(form.main["Subject"]).text() == "Hello"
    assert [row.name_edit.text() for row in form.further] == ["Comments", "X-Mark", "Comments"]
    assert [line(row).text() for row in form.further] == ["first", "1", "second"]
    assert [name for name, row in form.main.items() if row.isVisible()] == ["From", "To", "Subject"]


def test_typing_reaches_the_root_and_is_one_step_back(qtbot: QtBot, form: HeaderForm, composer: Composer) -> None:
    subject = line(form.main["Subject"])
    focus(qtbot, subject)
    QTest.keyClick(subject, Qt.Key.Key_End)
    QTest.keyClicks(subject, "oo ")
    assert subject.text() == "Hellooo "
    assert composer.root.subject.strip() == "Hellooo"
    QTest.keyClicks(subject, "you")
    assert composer.root.subject == "Hellooo you"
    composer.undo()
    composer.undo()
    assert composer.root.subject.strip() == subject.text().strip() == "Hello"
    assert subject.hasFocus()


def test_caret_stays_where_somebody_types_in_the_middle(qtbot: QtBot, form: HeaderForm, composer: Composer) -> None:
    subject = line(form.main["Subject"])
    focus(qtbot, subject)
    subject.setCursorPosition(1)
    type_text(subject, "äö")
    assert (composer.root.subject, subject.cursorPosition()) == ("Häöello", 3)


def test_input_method_is_not_disturbed_by_other_edits(qtbot: QtBot, form: HeaderForm, composer: Composer) -> None:
    subject = line(form.main["Subject"])
    focus(qtbot, subject)
    QApplication.sendEvent(subject, QInputMethodEvent("に", []))
    composer.edit_root(lambda root: with_header_field(root, root.key, "X-Mark", "2"), "other")
    commit = QInputMethodEvent("", [])
    commit.setCommitString("日本")
    QApplication.sendEvent(subject, commit)
    assert "日本" in composer.root.subject
    assert composer.root.header.get("X-Mark") == "2"


@pytest.mark.parametrize("text", [RIGHT_TO_LEFT, DEVANAGARI, "a" * 998, "é " * 998, "🌹", "=?utf-8?q?a?="])
@pytest.mark.parametrize("where", ["Subject", "further"])
def test_text_of_any_script_and_length_comes_back(form: HeaderForm, composer: Composer, where: str, text: str) -> None:
    row: FieldRow = form.main["Subject"] if where == "Subject" else form.further[2]
    line(row).clear()
    QGuiApplication.clipboard().setText(text)
    line(row).paste()
    assert composer.root.header.fields[row.index].decoded.strip() == text.strip()
    assert composer.root.octets.line_count() > 0
    assert max(len(part) for part in bytes(composer.root.header.octets).split(b"\r\n")) <= 998
    assert bytes(composer.root.header.octets).isascii()


def test_right_to_left_text_is_written_from_the_right(form: HeaderForm) -> None:
    subject = line(form.main["Subject"])
    subject.setText(RIGHT_TO_LEFT)
    assert subject.layoutDirection() == Qt.LayoutDirection.RightToLeft
    subject.setText("Hello")
    assert subject.layoutDirection() == Qt.LayoutDirection.LeftToRight


@pytest.mark.parametrize("text", ["x\r\nBcc: eve@x.example", "x\ny", "x\ry", "x\0y"], ids=["CRLF", "LF", "CR", "NUL"])
@pytest.mark.parametrize("where", ["Subject", "further"])
def test_pasted_line_ends_are_refused_at_the_row(form: HeaderForm, composer: Composer, where: str, text: str) -> None:
    row: FieldRow = form.main["Subject"] if where == "Subject" else form.further[2]
    before, shown = composer.message, line(row).text()
    QGuiApplication.clipboard().setText(text)
    line(row).paste()
    assert composer.message is before
    assert line(row).text() == shown
    assert "cannot hold" in row.note.sentence
    assert row.note.isVisible()


@pytest.mark.parametrize("where", ["Subject", "further", "To"])
def test_half_a_character_is_refused_at_the_row(form: HeaderForm, composer: Composer, where: str) -> None:
    row: FieldRow = form.further[2] if where == "further" else form.main[where]
    before = composer.message
    form._on_edited(row, "x\ud800")
    assert composer.message is before
    assert "unpaired surrogate" in row.note.sentence


def test_refused_text_is_offered_on_one_line(form: HeaderForm, composer: Composer) -> None:
    row = form.main["Subject"]
    line(row).clear()
    QGuiApplication.clipboard().setText("one\r\ntwo\n")
    line(row).paste()
    row.note.button.click()
    assert composer.root.subject == line(row).text() == "one two"
    assert row.note.sentence == ""


@pytest.mark.parametrize("text", ["a@x.example\r\nBcc: eve@x.example", "a@x.example\0"])
def test_pasted_line_ends_never_make_a_field_of_addresses(form: HeaderForm, composer: Composer, text: str) -> None:
    edit = chips(form, "To")
    QGuiApplication.clipboard().setText(text)
    edit.line_edit.paste()
    assert composer.root.header.first("Bcc") is None
    assert len(composer.root.header.all("To")) == 1


def test_a_value_that_is_too_long_is_refused(form: HeaderForm, composer: Composer) -> None:
    row = form.main["Subject"]
    before = composer.message
    QGuiApplication.clipboard().setText("x" * 30_000)
    line(row).paste()
    assert composer.message is before
    assert "30,005 characters" in row.note.sentence


def test_a_long_value_of_a_parsed_message_is_shown_by_its_beginning(form: HeaderForm, composer: Composer) -> None:
    octets = b"To: a@b.example\r\nSubject: " + b"x " * 15_000 + b"\r\n\r\n"
    composer.open_message(Message(parse(octets)))
    row = form.main["Subject"]
    assert row.long_value is not None
    assert row.long_value.isReadOnly()
    assert not row.value.isVisible()
    assert bytes(composer.root.octets) == octets


def test_addresses_reach_the_root_as_they_are_typed(qtbot: QtBot, form: HeaderForm, composer: Composer) -> None:
    edit = chips(form, "To")
    focus(qtbot, edit.line_edit)
    type_text(edit.line_edit, 'Zoë "Z" <z@bücher.example>')
    assert composer.root.header.get("To").endswith("<z@xn--bcher-kva.example>")
    assert edit.line_edit.text() == 'Zoë "Z" <z@bücher.example>'


def test_emptied_address_field_goes_and_comes_back_where_it_belongs(form: HeaderForm, composer: Composer) -> None:
    edit = chips(form, "To")
    edit.chips[0].remove_wanted.emit(edit.chips[0])
    assert [name for name, _ in fields(composer)][:2] == ["From", "Subject"]
    assert form.main["To"].isVisible()
    QTest.keyClicks(edit.line_edit, "c@x.example")
    assert fields(composer)[1] == ("To", "c@x.example")


@pytest.mark.parametrize("name", ["Cc", "Bcc", "Reply-To"])
def test_button_adds_a_row_with_the_focus(qtbot: QtBot, form: HeaderForm, composer: Composer, name: str) -> None:
    form.add_buttons[name].click()
    edit = chips(form, name)
    qtbot.waitUntil(edit.line_edit.hasFocus)
    assert not form.add_buttons[name].isVisible()
    QTest.keyClicks(edit.line_edit, "c@x.example")
    assert composer.root.header.get(name) == "c@x.example"
    form.main[name].cross.click()
    assert composer.root.header.first(name) is None
    assert not form.main[name].isVisible()


def test_bcc_says_that_it_is_not_sent(form: HeaderForm) -> None:
    form.add_field("Bcc")
    assert "Not sent" in form.main["Bcc"].hint.text()
    assert form.main["Bcc"].hint.isVisible()


def test_new_field_is_named_then_valued(qtbot: QtBot, form: HeaderForm, composer: Composer) -> None:
    form.add_field()
    row = form.rows[-1]
    assert row not in form.further
    name_edit = form._new.name_edit if form._new else None
    assert name_edit is not None
    qtbot.waitUntil(name_edit.hasFocus)
    QTest.keyClicks(name_edit, "x-new")
    popup_of(name_edit).hide()
    QTest.keyClick(name_edit, Qt.Key.Key_Return)
    assert fields(composer)[-1] == ("x-new", "")
    assert form.further[-1] is row
    assert row.value.hasFocus()
    QTest.keyClicks(row.value, "7")
    assert fields(composer)[-1] == ("x-new", "7")


def test_completion_explains_the_names(qtbot: QtBot, form: HeaderForm) -> None:
    form.add_field()
    assert form._new is not None
    edit = form._new.name_edit
    edit.setFocus()
    QTest.keyClick(edit, Qt.Key.Key_Down)
    completer = edit.completer()
    assert completer is not None
    qtbot.waitUntil(lambda: popup_of(edit).isVisible())
    popup_of(edit).hide()
    QTest.keyClicks(edit, "unsub")
    model = completer.completionModel()
    names = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert "List-Unsubscribe" in names
    help_text = model.index(names.index("List-Unsubscribe"), 0).data(Qt.ItemDataRole.UserRole)
    assert "leave" in help_text
    qtbot.waitUntil(lambda: popup_of(edit).isVisible())
    popup_of(edit).grab()
    popup_of(edit).hide()


@pytest.mark.parametrize("name", ["X A", "X:A", "Ünı", "X\r\nBcc", "X\0", " "])
def test_names_that_cannot_be_stored_are_refused(form: HeaderForm, composer: Composer, name: str) -> None:
    before = composer.message
    row = form.further[1]
    row.name_edit.setText(name)
    row.name_edit.editingFinished.emit()
    assert composer.message is before
    if name.strip():
        assert "cannot be stored" in row.note.sentence
        assert row.name_edit.text() == "X-Mark"


def test_field_is_renamed_in_its_place(form: HeaderForm, composer: Composer) -> None:
    row = form.further[1]
    row.name_edit.setText("X-Other")
    row.name_edit.editingFinished.emit()
    assert [name for name, _ in fields(composer)][3:] == ["Comments", "X-Other", "Comments"]
    assert form.further[1] is row


def test_name_of_an_address_field_opens_its_row(form: HeaderForm, composer: Composer) -> None:
    form.add_field()
    assert form._new is not None
    form._new.name_edit.setText("reply-to")
    form._new.name_edit.editingFinished.emit()
    assert form.main["Reply-To"].isVisible()
    assert form._new is None


def test_repeated_fields_are_edited_one_by_one(form: HeaderForm, composer: Composer) -> None:
    line(form.further[2]).end(False)
    QTest.keyClicks(line(form.further[2]), "!")
    assert fields(composer)[3:] == [("Comments", "first"), ("X-Mark", "1"), ("Comments", "second!")]
    form.further[0].cross.click()
    assert fields(composer)[3:] == [("X-Mark", "1"), ("Comments", "second!")]


def test_second_instance_of_a_main_field_has_a_row(form: HeaderForm, composer: Composer) -> None:
    composer.open_message(Message(parse(b"Subject: a\nTo: a@b.example\nSubject: b\n\n")))
    assert [(row.name, row.index) for row in form.further] == [("Subject", 2)]


def test_keys_move_a_field_and_the_focus_goes_with_it(qtbot: QtBot, form: HeaderForm, composer: Composer) -> None:
    row = form.further[2]
    focus(qtbot, row.value)
    QTest.keyClick(row.value, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert fields(composer)[3:] == [("Comments", "first"), ("Comments", "second"), ("X-Mark", "1")]
    assert form.further[1] is row
    assert row.value.hasFocus()
    QTest.keyClick(row.value, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(row.value, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert fields(composer)[3:] == list(FIELDS)
    composer.undo()
    assert form.further[1] is row


def test_key_removes_a_field_and_undo_brings_it_back(qtbot: QtBot, form: HeaderForm, composer: Composer) -> None:
    focus(qtbot, form.further[1].value)
    QTest.keyClick(form.further[1].value, Qt.Key.Key_Delete, Qt.KeyboardModifier.AltModifier)
    assert [row.name for row in form.further] == ["Comments", "Comments"]
    assert form.further[1].value.hasFocus()
    composer.undo()
    assert [row.name for row in form.further] == ["Comments", "X-Mark", "Comments"]


def test_mime_fields_are_shown_when_asked_for(form: HeaderForm, composer: Composer) -> None:
    assert form.mime_button.text() == "MIME fields (3)"
    form.mime_button.setChecked(True)
    assert [row.name for row in form.further][-3:] == ["MIME-Version", "Content-Type", "Content-Transfer-Encoding"]


def test_new_mime_field_is_not_hidden(form: HeaderForm, composer: Composer) -> None:
    form.add_field("Content-Language")
    assert form._new is not None
    form._new.name_edit.editingFinished.emit()
    assert "Content-Language" in [row.name for row in form.further]


def test_octets_are_shown_and_their_form_is_chosen(form: HeaderForm, composer: Composer) -> None:
    row = form.main["Subject"]
    line(row).clear()
    type_text(line(row), "Bücher an alle")
    row.braces.setChecked(True)
    assert row.octets is not None
    panel = row.octets
    assert panel.text.toPlainText() == "Subject: =?utf-8?q?B=C3=BCcher?= an alle"
    assert "1 line, 42 octets, CRLF" in panel.facts.text()
    panel.form_chosen.emit("b")
    assert panel.text.toPlainText() == "Subject: =?utf-8?b?QsO8Y2hlcg==?= an alle"
    QTest.keyClicks(line(row), "!")
    assert "?b?" in panel.text.toPlainText()
    assert panel.form.currentData() == "b"


def test_plain_field_has_no_choice_of_form(form: HeaderForm) -> None:
    form.further[1].braces.setChecked(True)
    assert form.further[1].octets is not None
    assert not form.further[1].octets.form.isVisible()


def test_focus_selects_the_octets_of_the_field(qtbot: QtBot, form: HeaderForm, composer: Composer) -> None:
    focus(qtbot, form.further[1].value)
    start, stop = span(composer.root, composer.root, Region.FIELD, form.further[1].index)
    assert composer.selection == Selection(composer.root.key, start, stop, ORIGIN)
    QTest.keyClicks(form.further[1].value, "23")
    assert composer.selection.stop == stop + 2


def test_selection_of_another_pane_marks_the_row_only(qtbot: QtBot, form: HeaderForm, composer: Composer) -> None:
    focus(qtbot, line(form.main["Subject"]))
    start, stop = span(composer.root, composer.root, Region.FIELD, form.further[1].index)
    composer.select(Selection(composer.root.key, start, stop, "raw"))
    assert [row for row in form.rows if row.is_marked] == [form.further[1]]
    assert line(form.main["Subject"]).hasFocus()
    form.grab()
    composer.select(Selection(composer.root.key, origin="tree"))
    assert not any(row.is_marked for row in form.rows)


def test_findings_stand_at_their_rows(form: HeaderForm, composer: Composer) -> None:
    key = composer.root.key
    index = form.further[1].index
    composer.findings_changed.emit(
        (
            Finding("a", Severity.ERROR, "Wrong mark.", Where(key, "X-Mark", index), "RFC 5322"),
            Finding("b", Severity.WARNING, "No sender.", Where(key, "From"), "RFC 5322"),
        )
    )
    assert form.further[1].sign.isVisible()
    assert form.further[1].sign.toolTip() == "<qt>error: Wrong mark.</qt>"
    assert "No sender." in form.main["From"].sign.toolTip()
    assert not form.further[0].sign.isVisible()
    assert "Wrong mark." in form.further[1].value.accessibleDescription()


def test_another_message_takes_the_place_of_everything(form: HeaderForm, composer: Composer) -> None:
    form.add_field()
    form.add_field("Cc")
    octets = b"\xef\xbb\xbfFrom nobody\nSubject: =?x-unknown?q?a?=\nX: \xe9\n\n"
    composer.open_message(Message(parse(octets)))
    assert form._new is None
    assert not form.main["Cc"].isVisible()
    assert form.further[-1].name == "X"
    assert bytes(composer.root.octets) == octets


def test_many_fields_are_shown_step_by_step(form: HeaderForm, composer: Composer) -> None:
    composer.open_message(Message(parse(b"".join(b"X-%d: v\n" % number for number in range(120)) + b"\n")))
    assert len(form.further) == 50
    form.more.click()
    assert len(form.further) == 100
    assert "20" in form.more.text()


def test_body_edits_leave_the_form_alone(form: HeaderForm, composer: Composer, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Callable[[], None]] = []
    monkeypatch.setattr(form, "_show", lambda: shown.append(form._show))
    composer.message_changed.emit(99)
    assert shown == []


def test_undo_keys_are_left_to_the_window(form: HeaderForm) -> None:
    subject = line(form.main["Subject"])
    QTest.keyClicks(subject, "x")
    QTest.keyClick(subject, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert subject.text() == "xHello"


def test_every_control_has_a_name(form: HeaderForm) -> None:
    form.add_field("Bcc")
    for row in form.rows:
        for widget in (*row.focus_order(), row.braces, row.cross):
            assert widget.accessibleName(), row.name
    for button in (*form.add_buttons.values(), form.any_button, form.mime_button):
        assert button.accessibleName()


def test_tab_goes_from_the_top_to_the_bottom(qtbot: QtBot, form: HeaderForm) -> None:
    focus(qtbot, chips(form, "From").line_edit)
    seen: list[QWidget | None] = []
    for _ in range(4):
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget())
    assert seen[:3] == [chips(form, "To").line_edit, form.main["Subject"].value, form.add_buttons["Cc"]]


def test_palette_change_is_followed(form: HeaderForm) -> None:
    form.main["Subject"].note.say("No.")
    QApplication.sendEvent(form.main["Subject"].note, QEvent(QEvent.Type.PaletteChange))
    assert form.main["Subject"].note.sentence == "No."


def test_selected_span_is_the_one_of_the_places(form: HeaderForm, composer: Composer) -> None:
    ends = field_ends(composer.root.header)
    composer.select(Selection(composer.root.key, ends[0], ends[1], "raw"))
    assert form.main["To"].is_marked
    composer.select(Selection(composer.root.key, ends[0], ends[2], "raw"))
    assert not any(row.is_marked for row in form.rows)
