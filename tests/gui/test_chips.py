"""The chips editor, driven as a user drives it."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent, QGuiApplication, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from sescomposer.gui.widgets.chip import Chip
from sescomposer.gui.widgets.chips import RecipientEdit
from sescomposer.gui.widgets.recipient import Recipient, ends_item, items_of, recipient_of

THREE = "Ada <ada@example.org>, bob@example.org, عائشة <aisha@example.org>"


@pytest.fixture
def edit(qtbot: QtBot) -> RecipientEdit:
    made = RecipientEdit("To")
    qtbot.addWidget(made)
    made.resize(640, 40)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    made.line_edit.setFocus()
    qtbot.waitUntil(lambda: made.line_edit.hasFocus())
    return made


@pytest.fixture
def told(edit: RecipientEdit) -> list[str]:
    seen: list[str] = []
    edit.edited.connect(seen.append)
    return seen


def texts(edit: RecipientEdit) -> list[str]:
    return [chip.recipient.text for chip in edit.chips]


def test_text_is_shown_as_chips_and_stays_as_it_is(edit: RecipientEdit, told: list[str]) -> None:
    edit.show_text(THREE)
    assert edit.text() == THREE
    assert [chip.recipient.name for chip in edit.chips] == ["Ada", "", "عائشة"]
    assert [chip.recipient.address for chip in edit.chips] == [
        "ada@example.org",
        "bob@example.org",
        "aisha@example.org",
    ]
    assert told == []


@pytest.mark.parametrize("key", [",", ";", "\r"], ids=["comma", "semicolon", "Enter"])
def test_key_ends_an_item(qtbot: QtBot, edit: RecipientEdit, told: list[str], key: str) -> None:
    QTest.keyClicks(edit.line_edit, "a@x.example")
    assert told[-1] == "a@x.example"
    QTest.keyClicks(edit.line_edit, key)
    assert texts(edit) == ["a@x.example"]
    assert edit.line_edit.text() == ""
    assert told[-1] == "a@x.example"


def test_comma_in_a_quoted_name_ends_nothing(qtbot: QtBot, edit: RecipientEdit) -> None:
    QTest.keyClicks(edit.line_edit, '"Doe, Jane" <jane@example.org>,')
    assert texts(edit) == ['"Doe, Jane" <jane@example.org>']


def test_group_becomes_one_chip(qtbot: QtBot, edit: RecipientEdit) -> None:
    QTest.keyClicks(edit.line_edit, "Team: a@x.example, b@x.example;,")
    assert texts(edit) == ["Team: a@x.example, b@x.example;"]
    assert edit.chips[0].recipient.name == "Team"


@pytest.mark.parametrize("between", [", ", "; ", "\n", "\r\n", "\t", ",\n"])
def test_list_is_pasted_as_chips(edit: RecipientEdit, told: list[str], between: str) -> None:
    QGuiApplication.clipboard().setText(between.join(["a@x.example", "B <b@x.example>", "c@x.example"]))
    edit.line_edit.paste()
    assert texts(edit) == ["a@x.example", "B <b@x.example>", "c@x.example"]
    assert told == ["a@x.example, B <b@x.example>, c@x.example"]


def test_leaving_the_field_ends_the_item(qtbot: QtBot, edit: RecipientEdit) -> None:
    QTest.keyClicks(edit.line_edit, "a@x.example")
    other = RecipientEdit("Cc", edit.parentWidget())
    qtbot.addWidget(other)
    other.show()
    QApplication.instance().focusChanged.emit(edit.line_edit, other.line_edit)  # type: ignore[union-attr]
    assert texts(edit) == ["a@x.example"]


def test_arrows_step_over_chips_and_back(qtbot: QtBot, edit: RecipientEdit) -> None:
    edit.show_text(THREE)
    QTest.keyClick(edit.line_edit, Qt.Key.Key_Left)
    assert edit.chips[2].hasFocus()
    QTest.keyClick(edit.chips[2], Qt.Key.Key_Left)
    assert edit.chips[1].hasFocus()
    QTest.keyClick(edit.chips[1], Qt.Key.Key_Home)
    assert edit.chips[0].hasFocus()
    QTest.keyClick(edit.chips[0], Qt.Key.Key_Right)
    assert edit.chips[1].hasFocus()
    QTest.keyClick(edit.chips[1], Qt.Key.Key_End)
    assert edit.line_edit.hasFocus()


def test_arrows_follow_the_eye_from_right_to_left(qtbot: QtBot, edit: RecipientEdit) -> None:
    edit.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    edit.show_text(THREE)
    QTest.keyClick(edit.line_edit, Qt.Key.Key_Right)
    assert edit.chips[2].hasFocus()
    QTest.keyClick(edit.chips[2], Qt.Key.Key_Right)
    assert edit.chips[1].hasFocus()
    qtbot.waitUntil(lambda: edit.chips[0].x() > edit.chips[1].x())


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_key_removes_a_chip(qtbot: QtBot, edit: RecipientEdit, told: list[str], key: Qt.Key) -> None:
    edit.show_text(THREE)
    QTest.keyClick(edit.line_edit, Qt.Key.Key_Left)
    QTest.keyClick(edit.chips[2], key)
    assert told == ["Ada <ada@example.org>, bob@example.org"]


def test_backspace_in_an_empty_edit_steps_before_it_removes(qtbot: QtBot, edit: RecipientEdit, told: list[str]) -> None:
    edit.show_text(THREE)
    QTest.keyClick(edit.line_edit, Qt.Key.Key_Backspace)
    assert len(edit.chips) == 3
    assert edit.chips[2].hasFocus()
    assert told == []


@pytest.mark.parametrize("how", ["F2", "double click"])
def test_chip_is_edited_where_it_stands(qtbot: QtBot, edit: RecipientEdit, told: list[str], how: str) -> None:
    edit.show_text(THREE)
    chip = edit.chips[1]
    chip.setFocus()
    if how == "F2":
        QTest.keyClick(chip, Qt.Key.Key_F2)
    else:
        QTest.mouseDClick(chip, Qt.MouseButton.LeftButton)
    assert edit.line_edit.text() == "bob@example.org"
    assert edit.text() == THREE
    QTest.keyClick(edit.line_edit, Qt.Key.Key_End)
    QTest.keyClicks(edit.line_edit, ".uk")
    QTest.keyClick(edit.line_edit, Qt.Key.Key_Return)
    assert told[-1] == THREE.replace("bob@example.org", "bob@example.org.uk")
    assert len(edit.chips) == 3


def test_escape_takes_an_edit_back(qtbot: QtBot, edit: RecipientEdit) -> None:
    edit.show_text(THREE)
    edit.edit_chip(edit.chips[1])
    QTest.keyClicks(edit.line_edit, "oops")
    QTest.keyClick(edit.line_edit, Qt.Key.Key_Escape)
    assert edit.text() == THREE


def test_invalid_chip_is_told_in_words(edit: RecipientEdit) -> None:
    edit.show_text("oops, a@x.example")
    bad, good = edit.chips
    assert bad.recipient.fault
    assert bad.recipient.fault in bad.toolTip()
    assert "not valid" in bad.accessibleName()
    assert bad.accessibleDescription() == bad.recipient.fault
    assert not good.recipient.fault
    assert bad.sizeHint().width() > 0


def test_cross_removes(qtbot: QtBot, edit: RecipientEdit, told: list[str]) -> None:
    edit.show_text(THREE)
    chip = edit.chips[0]
    qtbot.waitUntil(lambda: chip.width() > 20)
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton, pos=chip._cross_rect().center())
    assert told == ["bob@example.org, عائشة <aisha@example.org>"]


def test_copy_and_cut_carry_the_text(qtbot: QtBot, edit: RecipientEdit, told: list[str]) -> None:
    edit.show_text(THREE)
    edit.chips[0].setFocus()
    QTest.keyClick(edit.chips[0], Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Ada <ada@example.org>"
    QTest.keyClick(edit.chips[0], Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier)
    assert told == ["bob@example.org, عائشة <aisha@example.org>"]


def test_what_is_typed_is_not_disturbed_by_its_own_echo(qtbot: QtBot, edit: RecipientEdit) -> None:
    edit.edited.connect(edit.show_text)
    QTest.keyClicks(edit.line_edit, "Zoe <zoe@example.org>")
    assert edit.chips == ()
    assert edit.line_edit.text() == "Zoe <zoe@example.org>"
    QTest.keyClicks(edit.line_edit, ",")
    assert texts(edit) == ["Zoe <zoe@example.org>"]


def test_other_text_replaces_what_is_shown(edit: RecipientEdit, told: list[str]) -> None:
    edit.show_text(THREE)
    first = edit.chips[0]
    edit.show_text("Ada <ada@example.org>, new@example.org")
    assert texts(edit) == ["Ada <ada@example.org>", "new@example.org"]
    assert edit.chips[0] is first
    assert told == []


def _drop(edit: RecipientEdit, text: str, x: float) -> None:
    carried = QMimeData()
    carried.setText(text)
    button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    edit.dropEvent(QDropEvent(QPointF(x, 12), Qt.DropAction.MoveAction, carried, button, keys))


def test_dropped_recipient_goes_where_the_mouse_is(qtbot: QtBot, edit: RecipientEdit, told: list[str]) -> None:
    edit.show_text("a@x.example, b@x.example")
    qtbot.waitUntil(lambda: edit.chips[1].x() > 0)
    _drop(edit, "new@x.example", edit.chips[1].x() + 4.0)
    assert told == ["a@x.example, new@x.example, b@x.example"]


def test_chip_moved_to_another_row_leaves_this_one(edit: RecipientEdit, told: list[str]) -> None:
    edit.show_text(THREE)
    edit.chips[0].moved_away.emit(edit.chips[0])
    assert told == ["bob@example.org, عائشة <aisha@example.org>"]


def test_many_rows_scroll(qtbot: QtBot, edit: RecipientEdit) -> None:
    edit.show_text(", ".join(f"person.number.{n}@example.org" for n in range(100)))
    low = edit.height()
    edit.show_text("a@x.example")
    assert 0 < edit.height() < low < 200


def test_names_for_screen_readers(edit: RecipientEdit) -> None:
    edit.show_text(THREE)
    assert edit.chips[0].accessibleName() == "Ada, ada@example.org"
    assert edit.line_edit.accessibleName() == "To, add a recipient"


@given(st.text(max_size=60))
def test_any_text_can_be_shown(text: str) -> None:
    for item in items_of(text):
        assert recipient_of(item).text == item
    assert ends_item(text) in (True, False)


@given(st.lists(st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.example", fullmatch=True), max_size=6))
def test_items_of_a_list_are_its_members(members: list[str]) -> None:
    joins: list[Callable[[list[str]], str]] = [", ".join, ";".join, "\n".join]
    for join in joins:
        assert list(items_of(join(members))) == members


def test_pasted_items_with_a_comma_behind_stand_apart(edit: RecipientEdit, told: list[str]) -> None:
    for item in ("Dana <dana@x.example>,", '"Ali, X" <ali@x.example>'):
        edit.line_edit.insert_text(item)
    assert texts(edit) == ["Dana <dana@x.example>"]
    assert edit.text() == 'Dana <dana@x.example>, "Ali, X" <ali@x.example>'


def test_a_name_is_painted_in_its_own_direction(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[tuple[str, Qt.LayoutDirection]] = []

    def note(painter: QPainter, rect: object, flags: object, text: str) -> None:
        painted.append((text, painter.layoutDirection()))

    parent = QWidget()
    qtbot.addWidget(parent)
    name = "\u05e9\u05dc\u05d5\u05dd Ada"
    chip = Chip(Recipient(f"{name} <ada@a.example>", name, "ada@a.example"), parent)
    chip.resize(chip.sizeHint())
    monkeypatch.setattr(QPainter, "drawText", note)
    chip.grab()
    assert painted[0] == (name, Qt.LayoutDirection.RightToLeft)
    assert painted[1] == ("ada@a.example", Qt.LayoutDirection.LeftToRight)
