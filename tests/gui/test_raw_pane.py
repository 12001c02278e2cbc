"""The raw source pane: what it shows, how it is moved through, searched and copied, and what a screen reader gets."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QColor, QFont, QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from sescomposer.core.errors import UsageError
from sescomposer.core.octets import EMPTY, Octets, base64_octets
from sescomposer.core.parse import parse
from sescomposer.gui.panes import raw_accessible
from sescomposer.gui.panes.raw_accessible import RawAccessible
from sescomposer.gui.panes.raw_bars import place_of
from sescomposer.gui.panes.raw_caret import Move, moved
from sescomposer.gui.panes.raw_page import CLIP, Page
from sescomposer.gui.panes.raw_pane import RawPane, RawState
from sescomposer.gui.panes.raw_view import MAXIMUM_COPY
from sescomposer.gui.tasks import TaskRunner
from sescomposer.gui.theme import theme_of

MESSAGE = "Subject: Zoë 🌹\r\nTo: a@x.example\r\n\r\nשלום abc\r\nHello world, this is a text.\r\n".encode()
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[TaskRunner]:
    made = TaskRunner()
    yield made
    made.close()


@pytest.fixture
def pane(qtbot: QtBot, runner: TaskRunner) -> RawPane:
    made = RawPane(runner)
    qtbot.addWidget(made)
    made.resize(700, 400)
    made.show()
    qtbot.waitExposed(made)
    made.show_octets(Octets.of(MESSAGE), 1)
    made.activateWindow()
    made.view.setFocus()
    qtbot.waitUntil(made.view.hasFocus)
    return made


@pytest.fixture
def told(pane: RawPane) -> list[int]:
    seen: list[int] = []
    pane.caret_moved.connect(seen.append)
    return seen


def big(head: bytes = b"Subject: x\r\n\r\n", mebibytes: int = 3) -> Octets:
    return Octets.join([head, base64_octets(Octets.of(os.urandom(mebibytes << 20))), b"--end\r\n"])


def place_in(pane: RawPane, offset: int) -> QPoint:
    row = pane.view.page.row_of(offset)
    x = pane.view.text_left() + row.x_of(offset)
    return QPoint(round(x), (row.number - pane.view.top) * pane.view.page.height + 4)


# What is shown


def test_rows_are_the_lines_and_one_empty_behind_the_last(pane: RawPane) -> None:
    rows = pane.view.visible_rows()
    assert [row.run.text for row in rows] == [
        "Subject: Zoë 🌹",
        "To: a@x.example",
        "",
        "שלום abc",
        "Hello world, this is a text.",
        "",
    ]
    assert pane.revision == 1


def test_nothing_can_be_shown(pane: RawPane) -> None:
    pane.show_octets(EMPTY, 2)
    pane.grab()
    assert [row.run.text for row in pane.view.visible_rows()] == [""]
    QTest.keyClick(pane.view, Qt.Key.Key_Down)
    QTest.keyClick(pane.view, Qt.Key.Key_Right)
    assert pane.view.caret == 0


def test_place_and_selection_stay_when_the_octets_change(pane: RawPane) -> None:
    pane.select_span(3, 9)
    pane.show_octets(Octets.of(MESSAGE + b"more"), 2)
    assert pane.view.selection == (3, 9)
    pane.show_octets(Octets.of(b"short"), 3)
    assert pane.view.selection == (3, 5)


def test_only_what_is_in_view_is_made(pane: RawPane) -> None:
    octets = big()
    pane.show_octets(octets, 2)
    pane.grab()
    pane.place_caret(len(octets) // 2)
    pane.grab()
    assert len(pane.view.page._rows) < 200


def test_part_is_tinted(pane: RawPane) -> None:
    pane.tint(len(MESSAGE.partition(b"To:")[0]), MESSAGE.index(b"\r\n\r\n") + 2)
    pane.mark_provisional([(0, 8)])
    image = pane.view.viewport().grab().toImage()
    theme = theme_of(pane.view)
    ratio = image.devicePixelRatio()

    def colour(x: int, row: int) -> QColor:
        y = row * pane.view.page.height + 1
        return image.pixelColor(round(x * ratio), round(y * ratio))

    far = pane.view.viewport().width() - 5
    assert colour(far, 1) == theme.tint["selection"]
    assert colour(far, 3) != theme.tint["selection"]
    assert colour(round(pane.view.text_left()) + 2, 0) == theme.tint["provisional"]


def test_states_are_offered_and_told(qtbot: QtBot, pane: RawPane) -> None:
    with qtbot.waitSignal(pane.state_wanted) as blocker:
        pane._buttons[RawState.SEALED].click()
    assert blocker.args == [RawState.SEALED]
    with qtbot.assertNotEmitted(pane.state_wanted):
        pane.set_state(RawState.DRAFT)
    assert pane._buttons[RawState.DRAFT].isChecked()


# Long lines


def test_long_line_is_cut_with_a_mark(pane: RawPane) -> None:
    pane.show_octets(Octets.of(b"x" * 1_240_000 + b"\r\nend\r\n"), 2)
    row = pane.view.page.row(0)
    assert row.after.strip() == f"… {1_240_000 - CLIP:,} octets more"
    assert row.before == ""
    assert pane.view.horizontalScrollBar().maximum() > 0
    assert pane.view.page.row(1).run.text == "end"


def test_every_octet_of_a_long_line_can_be_reached(pane: RawPane) -> None:
    octets = b"x" * 500_000 + b"needle" + "é".encode() * 300_000
    pane.show_octets(Octets.of(octets), 2)
    pane.select_span(500_000, 500_006)
    row = pane.view.page.row(0)
    assert row.first <= 500_000 < 500_006 <= row.last
    assert row.before
    assert row.after
    assert pane.view.viewport().rect().contains(place_in(pane, 500_000))
    QTest.keyClick(pane.view, Qt.Key.Key_End)
    assert pane.view.caret == len(octets)
    assert pane.view.page.row(0).last == len(octets)
    QTest.keyClick(pane.view, Qt.Key.Key_Left)
    assert pane.view.caret == len(octets) - 2
    QTest.keyClick(pane.view, Qt.Key.Key_Home)
    assert pane.view.page.row(0).first == 0


# Moving


def test_characters_are_stepped_over_whole(pane: RawPane, told: list[int]) -> None:
    pane.place_caret(MESSAGE.index("ë".encode()))
    assert told == []
    QTest.keyClick(pane.view, Qt.Key.Key_Right)
    QTest.keyClick(pane.view, Qt.Key.Key_Right)
    QTest.keyClick(pane.view, Qt.Key.Key_Right)
    assert told[-1] == MESSAGE.index(b"\r\n")
    QTest.keyClick(pane.view, Qt.Key.Key_Right)
    assert told[-1] == MESSAGE.index(b"To:")
    QTest.keyClick(pane.view, Qt.Key.Key_Left)
    QTest.keyClick(pane.view, Qt.Key.Key_Left)
    assert told[-1] == MESSAGE.index("🌹".encode())


def test_rows_are_moved_through_at_one_column(pane: RawPane) -> None:
    start = MESSAGE.index(b"To:")
    pane.place_caret(start + 6)
    QTest.keyClick(pane.view, Qt.Key.Key_Down)
    assert pane.view.caret == MESSAGE.index(b"\r\n\r\n") + 2
    QTest.keyClick(pane.view, Qt.Key.Key_Up)
    assert pane.view.caret == start + 6


def test_words_and_document(pane: RawPane) -> None:
    hello = MESSAGE.index(b"Hello")
    pane.place_caret(hello)
    QTest.keyClick(pane.view, Qt.Key.Key_Right, CTRL)
    assert pane.view.caret == hello + 6
    QTest.keyClick(pane.view, Qt.Key.Key_Right, CTRL | SHIFT)
    assert pane.view.selection == (hello + 6, hello + 13)
    QTest.keyClick(pane.view, Qt.Key.Key_Left, CTRL)
    assert pane.view.caret == hello + 6
    QTest.keyClick(pane.view, Qt.Key.Key_End, CTRL)
    assert pane.view.caret == len(MESSAGE)
    QTest.keyClick(pane.view, Qt.Key.Key_Home, CTRL)
    assert pane.view.caret == 0


def test_pages_are_turned(pane: RawPane) -> None:
    pane.show_octets(Octets.of(b"line\r\n" * 1000), 2)
    QTest.keyClick(pane.view, Qt.Key.Key_PageDown)
    assert pane.view.octets.line_of(pane.view.caret) == pane.view.screen_rows
    QTest.keyClick(pane.view, Qt.Key.Key_PageUp)
    assert pane.view.caret == 0


@given(st.binary(max_size=80), st.lists(st.sampled_from(Move), max_size=8), st.integers(0, 80))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_moves_stay_inside_and_show_the_caret(qapp: object, octets: bytes, moves: list[Move], start: int) -> None:
    page = Page(QFont("monospace"))
    page.show(Octets.of(octets))
    caret = min(start, len(octets))
    for move in moves:
        before = caret
        caret = moved(page, caret, move, 20.0, 3)
        assert 0 <= caret <= len(octets)
        if move is Move.RIGHT:
            assert caret > before or before == len(octets)
        if move is Move.LEFT:
            assert caret < before or before == 0


# Selecting and copying


def test_mouse_selects(pane: RawPane, told: list[int]) -> None:
    start, stop = MESSAGE.index(b"Hello"), MESSAGE.index(b", this")
    viewport = pane.view.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=place_in(pane, start))
    QTest.mouseMove(viewport, place_in(pane, stop))
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=place_in(pane, stop))
    assert pane.view.selection == (start, stop)
    assert told[0] == start
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, SHIFT, place_in(pane, stop + 3))
    assert pane.view.selection == (start, stop + 3)


def test_double_click_takes_a_word_and_a_third_the_line(pane: RawPane) -> None:
    start = MESSAGE.index(b"world")
    viewport = pane.view.viewport()
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=place_in(pane, start + 2))
    assert pane.view.selection == (start, start + 5)
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=place_in(pane, start + 2))
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=place_in(pane, start + 2))
    assert pane.view.selection == (MESSAGE.index(b"Hello"), len(MESSAGE))


def test_copy_crosses_pieces(pane: RawPane) -> None:
    octets = big()
    pane.show_octets(octets, 2)
    pane.select_span(5, 2_000_000)
    QTest.keyClick(pane.view, Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == octets.read(5, 2_000_000).decode().replace("\r\n", "\n")


def test_too_long_a_copy_is_told(qtbot: QtBot, pane: RawPane) -> None:
    pane.show_octets(base64_octets(Octets.of(bytes(MAXIMUM_COPY))), 2)
    QTest.keyClick(pane.view, Qt.Key.Key_A, CTRL)
    QGuiApplication.clipboard().setText("before")
    with qtbot.waitSignal(pane.told):
        QTest.keyClick(pane.view, Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == "before"


# Searching and going to places


def test_search_opens_finds_and_goes_round(qtbot: QtBot, pane: RawPane, told: list[int]) -> None:
    QTest.keyClick(pane.view, Qt.Key.Key_F, CTRL)
    assert pane.search_bar.isVisible()
    QTest.keyClicks(pane.search_bar.field, "EX")
    first, second = MESSAGE.index(b"example"), MESSAGE.index(b"ext.")
    assert pane.view.selection == (first, first + 2)
    QTest.keyClick(pane.search_bar.field, Qt.Key.Key_Return)
    assert pane.view.selection == (second, second + 2)
    QTest.keyClick(pane, Qt.Key.Key_F3)
    assert pane.view.selection == (first, first + 2)
    assert pane.search_bar.answer.text() == "Went round the end"
    QTest.keyClick(pane, Qt.Key.Key_F3, SHIFT)
    assert pane.view.selection == (second, second + 2)
    assert told[-1] == second
    pane.search_bar.case.setChecked(True)
    assert pane.search_bar.answer.text() == "Not found"
    QTest.keyClick(pane.search_bar.field, Qt.Key.Key_Escape)
    assert not pane.search_bar.isVisible()
    assert pane.view.hasFocus()


def test_search_far_away_is_on_a_worker(qtbot: QtBot, pane: RawPane) -> None:
    octets = Octets.join([big(), "à la fin\r\n".encode()])
    pane.show_octets(octets, 2)
    pane.open_search()
    with qtbot.waitSignal(pane._finder.found):
        pane.search_bar.field.setText("à la")
        QTest.keyClick(pane.search_bar.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not pane._finder.is_searching)
    assert bytes(octets[slice(*pane.view.selection)]) == "à la".encode()
    with qtbot.waitSignal(pane._finder.missed):
        pane.search_bar.field.setText("là")
        QTest.keyClick(pane.search_bar.field, Qt.Key.Key_Return)


def test_search_is_cancelled_by_new_octets(qtbot: QtBot, pane: RawPane, runner: TaskRunner) -> None:
    pane.show_octets(big(), 2)
    pane.open_search()
    with qtbot.assertNotEmitted(pane._finder.missed):
        QTest.keyClicks(pane.search_bar.field, "~")
        pane.show_octets(Octets.of(MESSAGE), 3)
        qtbot.waitUntil(lambda: runner.running == 0)


def test_go_to(pane: RawPane, told: list[int]) -> None:
    QTest.keyClick(pane.view, Qt.Key.Key_G, CTRL)
    QTest.keyClicks(pane.go_to_bar.field, "99")
    QTest.keyClick(pane.go_to_bar.field, Qt.Key.Key_Return)
    assert "6 lines" in pane.go_to_bar.answer.text()
    pane.go_to_bar.field.setText("2")
    QTest.keyClick(pane.go_to_bar.field, Qt.Key.Key_Return)
    assert told == [MESSAGE.index(b"To:")]
    assert not pane.go_to_bar.isVisible()


def test_go_to_a_part(pane: RawPane, told: list[int]) -> None:
    octets = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHi\r\n--b\r\nX: 1\r\n\r\nHo\r\n--b--\r\n"
    field, key = pane.go_to_bar.field, Qt.Key.Key_Return
    pane.open_go_to()
    assert "part" in field.placeholderText()
    field.setText("part 2")
    QTest.keyClick(field, key)
    assert "no part 2" in pane.go_to_bar.answer.text()
    root = parse(octets)
    pane.follow_parts(lambda: root)
    pane.show_octets(root.octets, 2)
    for text, place in (("part 2", b"X: 1"), ("PART 1", b"\r\nHi"), ("+", b"Content-Type")):
        pane.open_go_to()
        field.setText(text)
        QTest.keyClick(field, key)
        assert told[-1] == octets.index(place), text
    pane.open_go_to()
    field.setText("1.9")
    QTest.keyClick(field, key)
    assert "no part 1.9" in pane.go_to_bar.answer.text()


@pytest.mark.parametrize("text", ["", "x", "0", "-1", "@-1", "@999", "1.5"])
def test_places_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        place_of(Octets.of(MESSAGE), text)


# Screen readers


def test_screen_reader_gets_the_rows_in_view(pane: RawPane) -> None:
    words = RawAccessible(pane.view).words
    text = words.text(0, words.characterCount())
    assert text.startswith("Subject: Zoë 🌹\nTo: a@x.example\n")
    pane.place_caret(MESSAGE.index(b"Hello"))
    units = text.encode("utf-16-le")
    assert units[2 * words.cursorPosition() :].decode("utf-16-le").startswith("Hello world")
    words.setCursorPosition(words.cursorPosition() + 6)
    assert pane.view.caret == MESSAGE.index(b"world")
    assert words.characterRect(words.cursorPosition()).isValid()


def test_screen_reader_never_gets_everything(pane: RawPane) -> None:
    octets = big()
    pane.show_octets(octets, 2)
    pane.place_caret(len(octets) - 3)
    words = RawAccessible(pane.view).words
    assert words.characterCount() < 20_000
    assert words.text(0, -1).rstrip().endswith("--end")


def test_qt_finds_what_a_screen_reader_gets_and_lets_it_go_with_the_view(qtbot: QtBot, runner: TaskRunner) -> None:
    made = RawPane(runner)
    known = QAccessible.queryAccessibleInterface(made.view)
    assert isinstance(known, RawAccessible)
    number = QAccessible.uniqueId(known)
    assert raw_accessible._kept[number] is known
    made.deleteLater()
    qtbot.waitUntil(lambda: number not in raw_accessible._kept)
    assert not isValid(known)
