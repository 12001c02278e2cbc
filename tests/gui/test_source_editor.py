"""The editor of one text: it tells what happened, whatever Qt reports, and nothing from outside moves the caret."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QImage, QInputMethodEvent, QKeyEvent, QTextCharFormat, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from sescomposer.core.text import Text
from sescomposer.gui.widgets.source_editor import SourceEditor

Told = list[tuple[int, int, str]]
PIECES = ["a", "\n", "😀", "é", "\t", " ", "word", "\u00a0", "שלום", "नमस्ते", "𝒳\n", "line\nline\n", "e\u0301", "\u2028"]


class Follower:
    """Somebody else's text, kept by nothing but what the editor tells."""

    def __init__(self, editor: SourceEditor) -> None:
        self.editor = editor
        self.text = Text.of("")
        self.told: Told = []
        self.accepts = True
        editor.edited.connect(self.on_edited)

    def on_edited(self, position: int, removed: int, added: str) -> None:
        self.told.append((position, removed, added))
        if self.accepts:
            self.text = self.text.splice(position, removed, added, utf16=True)
        self.editor.show_text(self.text)

    def show(self, text: str) -> None:
        self.text = Text.of(text)
        self.editor.show_text(self.text)


@pytest.fixture
def editor(qtbot: QtBot) -> SourceEditor:
    made = SourceEditor("Source")
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def follower(editor: SourceEditor) -> Follower:
    return Follower(editor)


def content(editor: SourceEditor) -> str:
    """What the document holds; `toPlainText` would turn no-break spaces into blanks."""
    return editor.document().toRawText().replace("\u2029", "\n")


def check(follower: Follower) -> None:
    assert content(follower.editor) == str(follower.text) == str(follower.editor.shown)


def test_keys_are_told_one_by_one(editor: SourceEditor, follower: Follower) -> None:
    QTest.keyClicks(editor, "ab")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QTest.keyClick(editor, Qt.Key.Key_Backspace)
    QTest.keyClick(editor, Qt.Key.Key_Backspace)
    assert follower.told == [(0, 0, "a"), (1, 0, "b"), (2, 0, "\n"), (2, 1, ""), (1, 1, "")]
    check(follower)


def test_shift_enter_is_a_line_end_of_mail(editor: SourceEditor, follower: Follower) -> None:
    QTest.keyClick(editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert follower.told == [(0, 0, "\n")]
    assert editor.blockCount() == 2


def test_select_all_and_delete_or_type(editor: SourceEditor, follower: Follower) -> None:
    follower.show("one\ntwo 😀\n")
    editor.selectAll()
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    assert follower.told == [(0, 11, "")]
    follower.show("one\ntwo\n")
    editor.selectAll()
    QTest.keyClicks(editor, "x")
    check(follower)
    assert str(follower.text) == "x"


def test_replacing_by_the_same_tells_nothing(editor: SourceEditor, follower: Follower) -> None:
    follower.show("one\ntwo\n")
    editor.cursor_at(0, 8).insertText("one\ntwo\n")
    editor.cursor_at(0, 8).mergeCharFormat(QTextCharFormat())
    assert follower.told == []
    check(follower)


def test_replace_all_in_one_block_is_one_edit(editor: SourceEditor, follower: Follower) -> None:
    follower.show("tea and tea and tea\n")
    cursor = editor.cursor_at(0)
    cursor.beginEditBlock()
    for start in (16, 8, 0):
        editor.cursor_at(start, start + 3).insertText("coffee")
    cursor.endEditBlock()
    assert len(follower.told) == 1
    check(follower)
    assert str(follower.text) == "coffee and coffee and coffee\n"


def test_moving_a_selection_by_mouse_is_one_edit(editor: SourceEditor, follower: Follower) -> None:
    follower.show("first\nsecond\nthird\n")
    cursor = editor.cursor_at(0, 6)
    target = editor.cursor_at(13)
    target.beginEditBlock()
    text = cursor.selectedText()
    cursor.removeSelectedText()
    target.insertText(text)
    target.endEditBlock()
    assert len(follower.told) == 1
    assert str(follower.text) == "second\nfirst\nthird\n"
    check(follower)


def test_composed_text_is_told_when_it_is_committed(editor: SourceEditor, follower: Follower) -> None:
    follower.show("ab\nc")
    editor.move_caret(1)
    QApplication.sendEvent(editor, QInputMethodEvent("に", []))
    QApplication.sendEvent(editor, QInputMethodEvent("にほ", []))
    assert follower.told == []
    commit = QInputMethodEvent("", [])
    commit.setCommitString("日本")
    QApplication.sendEvent(editor, commit)
    assert follower.told == [(1, 0, "日本")]
    check(follower)


def test_refused_edit_goes_back(editor: SourceEditor, follower: Follower) -> None:
    follower.show("kept 😀 text\n")
    follower.accepts = False
    editor.move_caret(5)
    QTest.keyClicks(editor, "x")
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    editor.selectAll()
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    assert len(follower.told) == 3
    assert content(editor) == "kept 😀 text\n"


@pytest.mark.parametrize("act", ["insert", "remove first half", "remove second half", "over"])
def test_half_a_character_is_never_left(editor: SourceEditor, follower: Follower, act: str) -> None:
    follower.show("a😀b")
    cursor = editor.cursor_at(2)
    if act == "insert":
        cursor.insertText("x")
    elif act == "remove first half":
        editor.cursor_at(0, 2).insertText("")
    elif act == "remove second half":
        editor.cursor_at(2, 4).insertText("")
    else:
        editor.cursor_at(2, 3).insertText("yy")
    assert follower.told == []
    assert content(editor) == "a😀b"


def test_change_from_outside_keeps_caret_selection_and_scroll(editor: SourceEditor, follower: Follower) -> None:
    lines = [f"line {number}" for number in range(400)]
    follower.show("\n".join(lines))
    text = str(follower.text)
    start = text.index("line 205")
    editor.setTextCursor(editor.cursor_at(start, start + 4))
    editor.verticalScrollBar().setValue(200)
    follower.show("new\n\nlines\n" + text)
    assert editor.textCursor().selectedText() == "line"
    assert editor.firstVisibleBlock().text() == "line 200"
    follower.show(text)
    assert editor.textCursor().selectedText() == "line"
    assert editor.firstVisibleBlock().text() == "line 200"
    assert follower.told == []


def test_caret_is_told_after_the_edit(editor: SourceEditor, follower: Follower) -> None:
    seen: list[tuple[int, str]] = []
    editor.caret_moved.connect(lambda position: seen.append((position, str(follower.text))))
    QTest.keyClicks(editor, "xy")
    assert (1, "x") in seen
    assert (2, "xy") in seen
    assert all(position <= len(text) for position, text in seen)


def test_undo_keys_are_left_to_the_window(editor: SourceEditor, follower: Follower) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    for modifiers in (control, control | Qt.KeyboardModifier.ShiftModifier):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Z, modifiers)
        event.ignore()
        QApplication.sendEvent(editor, event)
        assert not event.isAccepted()


def test_large_paste_is_one_edit(editor: SourceEditor, follower: Follower) -> None:
    text = "\r\n".join(f"line {number} 😀" for number in range(60_000))
    data = QMimeData()
    data.setText(text)
    editor.insertFromMimeData(data)
    assert len(follower.told) == 1
    assert str(follower.text) == text.replace("\r\n", "\n")
    QTest.keyClicks(editor, "!")
    check(follower)


def test_files_and_images_are_handed_on_with_a_place_that_follows(editor: SourceEditor, follower: Follower) -> None:
    follower.show("one two")
    files: list[tuple[list[str], QTextCursor]] = []
    images: list[QImage] = []
    editor.files_dropped.connect(lambda names, place: files.append((names, place)))
    editor.image_pasted.connect(lambda image, place: images.append(image))
    editor.move_caret(4)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/nowhere/a.png"), QUrl("https://example.com/")])
    editor.insertFromMimeData(data)
    follower.show("three " + str(follower.text))
    names, place = files[0]
    assert names == ["/nowhere/a.png"]
    assert place.position() == 10
    data = QMimeData()
    data.setImageData(QImage(4, 4, QImage.Format.Format_RGB32))
    editor.insertFromMimeData(data)
    assert len(images) == 1
    check(follower)


def test_drop_of_files_puts_the_place_under_the_mouse(editor: SourceEditor, follower: Follower) -> None:
    follower.show("one\ntwo\nthree")
    places: list[int] = []
    editor.files_dropped.connect(lambda names, place: places.append(place.position()))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/nowhere/a.png")])
    where = QPointF(editor.cursorRect(editor.cursor_at(4)).center())
    event = QDropEvent(where, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    editor.dropEvent(event)
    assert places == [4]


def test_nothing_reads_the_whole_document_for_a_key(
    editor: SourceEditor, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower.show("word " * 40_000)

    def refuse(*arguments: object) -> str:
        raise AssertionError("the whole text was asked for")

    monkeypatch.setattr(SourceEditor, "toPlainText", refuse)
    monkeypatch.setattr(Text, "__str__", refuse)
    editor.move_caret(99_000)
    QTest.keyClicks(editor, "x")
    QTest.keyClick(editor, Qt.Key.Key_Backspace)
    assert follower.told == [(99_000, 0, "x"), (99_000, 1, "")]


def test_right_to_left_layout_has_the_numbers_on_the_right(qtbot: QtBot, editor: SourceEditor) -> None:
    editor.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    editor.resize(520, 300)
    numbers = editor.findChild(QWidget, "line numbers")
    assert isinstance(numbers, QWidget)
    assert numbers.geometry().left() > editor.viewport().geometry().left()


@st.composite
def acts(draw: st.DrawFn) -> tuple[str, int, int, str]:
    kind = draw(st.sampled_from(["insert", "replace", "delete", "block", "outside", "word", "back", "format", "all"]))
    place = draw(st.integers(0, 400))
    return kind, place, draw(st.integers(0, 12)), draw(st.sampled_from(PIECES))


def perform(editor: SourceEditor, follower: Follower, act: tuple[str, int, int, str]) -> None:
    kind, place, count, piece = act
    length = max(1, editor.document().characterCount())
    start = place % length
    match kind:
        case "insert":
            editor.cursor_at(start).insertText(piece)
        case "replace":
            editor.cursor_at(start, start + count).insertText(piece)
        case "delete":
            editor.cursor_at(start, start + count).removeSelectedText()
        case "block":
            cursor = editor.cursor_at(start)
            cursor.beginEditBlock()
            for step in random.Random(place).choices(range(length + 20), k=count % 5 + 1):
                editor.cursor_at(step, step + count).insertText(piece if step % 2 else "")
            cursor.endEditBlock()
        case "outside":
            text = str(follower.text)
            at = start % (len(text) + 1)
            follower.show(text[:at] + piece + text[at + count :])
        case "word":
            editor.move_caret(start)
            QTest.keyClick(editor, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
        case "back":
            editor.move_caret(start)
            QTest.keyClick(editor, Qt.Key.Key_Backspace)
        case "format":
            form = QTextCharFormat()
            form.setFontItalic(bool(count % 2))
            editor.cursor_at(start, start + count).mergeCharFormat(form)
        case _:
            editor.selectAll()
            editor.textCursor().insertText(piece * count)


def test_caret_inside_what_is_replaced_stays_at_its_place(editor: SourceEditor, follower: Follower) -> None:
    follower.show("tea 😀 and tea\n" * 50)
    editor.move_caret(205)
    follower.show(str(follower.text).replace("tea", "TEA"))
    assert editor.textCursor().position() == 205
    assert follower.told == []


def test_any_edits_keep_text_and_document_equal(editor: SourceEditor, follower: Follower) -> None:
    @settings(max_examples=120, deadline=None)
    @given(st.lists(acts(), max_size=25))
    def run(steps: list[tuple[str, int, int, str]]) -> None:
        follower.show("")
        for step in steps:
            perform(editor, follower, step)
            check(follower)

    run()
