"""The window of drafts: what it lists and finds, what differs between states, and what can be done and taken back."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QListWidget, QMainWindow, QPushButton, QTreeView, QWidget
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services, make_services
from sescomposer.core import compose
from sescomposer.core.message import Message
from sescomposer.core.structure import with_text
from sescomposer.gui.composer import Composer
from sescomposer.gui.drafts.drafts_window import DraftsWindow
from sescomposer.gui.tasks import TaskRunner
from sescomposer.store.folders import Folders

LONG = "Sentences that somebody would miss. " * 10


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = make_services(Folders.below(tmp_path))
    yield made
    made.close()


def letter(services: Services, subject: str = "Plan", text: str = LONG) -> Message:
    return compose("Ada <ada@a.example>", "b@b.example", subject, text=text, ids=services.ids)


class Opener(QMainWindow):
    """Stands for a composer window."""

    window_wanted = Signal(object)
    closed = Signal(object)


Show = Callable[..., DraftsWindow]


@pytest.fixture
def show(qtbot: QtBot, services: Services) -> Iterator[Show]:
    """Show the window and wait until it has looked."""

    def show_it(opener: QWidget | None = None, draft: str = "") -> DraftsWindow:
        window = DraftsWindow.show_for(services, opener, draft)
        looked(qtbot, window)
        return window

    yield show_it
    shown = DraftsWindow.shown()
    if shown is not None:
        shown.close()


def looked(qtbot: QtBot, window: DraftsWindow) -> None:
    """Wait until the window shows what there is now."""
    qtbot.waitUntil(lambda: window.runner.running == 0 and not window._looking)
    window.look()
    qtbot.waitUntil(lambda: window.runner.running == 0 and not window._looking)


def test_an_empty_window_teaches(show: Show) -> None:
    window = show()
    assert window.pages.currentWidget() is window.empty
    assert "Ctrl+Alt+S" in window.empty.words.text()
    assert window.count.text() == "0 drafts"
    assert not window.open_button.isEnabled()
    window.removed.setChecked(True)


def test_it_lists_and_finds(show: Show, services: Services, qtbot: QtBot) -> None:
    for number in range(3):
        services.drafts.keep(f"d{number}", letter(services, f"Number {number}"), None)
    window = show(draft="d1")
    assert window.current is not None
    assert window.current.draft == "d1"
    assert window.count.text() == "3 drafts"
    window.search.setText("number 2")
    qtbot.waitUntil(lambda: len(window.model.rows) == 1)
    assert window.count.text() == "1 of 3"
    window.search.setText("nothing")
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.empty)
    assert window.empty.title.text() == "Nothing found"
    window.search.clear()
    qtbot.waitUntil(lambda: len(window.model.rows) == 3)
    words = window.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "Kept as draft" in words


def test_two_states_are_compared(show: Show, services: Services, qtbot: QtBot) -> None:
    services.drafts.checkpoint("one", letter(services, "First"), None, "first")
    services.drafts.checkpoint("one", letter(services, "Second"), None, "second")
    services.drafts.keep("one", replace(letter(services, "Now"), account="work"), None)
    window = show()
    detail = window.detail
    assert detail.list.count() == 2
    qtbot.waitUntil(lambda: "Account: work" in detail.differences.pages["beside"].toPlainText())
    assert "- Subject: Second" in detail.differences.pages["octets"].toPlainText()
    assert detail.differences.tabText(3).endswith("*")
    detail.other.setCurrentIndex(detail.other.findData(1))
    qtbot.waitUntil(lambda: "+ Subject: First" in detail.differences.pages["octets"].toPlainText())
    detail.list.setCurrentRow(1)
    qtbot.waitUntil(lambda: "Nothing differs" in detail.words.text())


def test_removing_can_be_taken_back(show: Show, services: Services, qtbot: QtBot) -> None:
    services.drafts.keep("one", letter(services), None)
    window = show()
    window.list.setFocus()
    QTest.keyClick(window.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: window.undo_button.isVisible())
    looked(qtbot, window)
    assert window.model.rowCount() == 0
    window.undo_button.click()
    looked(qtbot, window)
    assert [draft.draft for draft in window.model.rows] == ["one"]
    assert not window.undo_button.isVisible()
    window.remove_current()
    looked(qtbot, window)
    window.removed.setChecked(True)
    qtbot.waitUntil(lambda: len(window.model.rows) == 1)
    assert window.back_button.isVisible()
    assert not window.open_button.isEnabled()
    window.back_button.click()
    qtbot.waitUntil(lambda: len(window.model.rows) == 0)
    assert len(services.drafts.all()) == 1


def test_a_copy_is_a_draft_of_its_own(show: Show, services: Services, qtbot: QtBot) -> None:
    services.drafts.keep("one", letter(services), None)
    window = show()
    window.copy_button.click()
    qtbot.waitUntil(lambda: len(window.model.rows) == 2)
    assert window.current is not None
    assert window.current.draft != "one"


def test_open_asks_the_opener(show: Show, services: Services, qtbot: QtBot) -> None:
    services.drafts.keep("one", letter(services), None)
    opener = Opener()
    qtbot.addWidget(opener)
    opener.show()
    asked: list[object] = []
    opener.window_wanted.connect(asked.append)
    window = show(opener)
    QTest.keyClick(window.list, Qt.Key.Key_Return)
    assert asked == ["one"]
    opener.closed.emit(opener)
    assert not window.isVisible()


def test_a_closed_draft_is_restored_where_it_is_kept(show: Show, services: Services, qtbot: QtBot) -> None:
    services.drafts.checkpoint("one", letter(services, "Then"), None, "then")
    services.drafts.keep("one", letter(services, "Now"), None)
    window = show()
    window.detail.restore_button.click()
    qtbot.waitUntil(lambda: "Restored" in window.notice.sentence)
    looked(qtbot, window)
    assert services.drafts.state("one").message.root.subject == "Then"
    assert window.detail.list.count() == 2


def test_an_open_draft_is_restored_as_one_step(show: Show, services: Services, qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    runner = TaskRunner(holder)
    composer = Composer(services, runner, letter(services, "Now"), draft="one", parent=holder)
    holder.composer = composer  # type: ignore[attr-defined]
    holder.show()
    before = composer.message
    services.drafts.checkpoint("one", letter(services, "Then"), None, "then")
    window = show(draft="one")
    window.removed.setChecked(False)
    window.restore("one", 1)
    qtbot.waitUntil(lambda: composer.root.subject == "Then")
    assert composer.undo_list.undo_label == "restore checkpoint"
    qtbot.waitUntil(lambda: len(services.drafts.checkpoints("one")) == 2)
    assert services.drafts.state("one", 2).message.root.subject == "Now"
    composer.undo()
    assert composer.message is before
    qtbot.waitUntil(lambda: runner.running == 0)
    composer.close()
    runner.close()


def test_taking_much_away_keeps_what_was_there(services: Services, qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    runner = TaskRunner(holder)
    composer = Composer(services, runner, letter(services), draft="one", parent=holder)

    def type_text(text: str) -> None:
        composer.edit_root(lambda root: with_text(root, text, composer.ids), "edit text")

    for length in range(len(LONG), 20, -20):
        type_text(LONG[:length])
    composer.safekeeping.wait()
    first = services.drafts.checkpoints("one")
    assert first
    assert all(one.is_automatic for one in first)
    assert LONG.strip() in services.drafts.state("one", 1).message.root.text()
    type_text("")
    composer.safekeeping.wait()
    services.journal.flush()
    assert len(services.drafts.checkpoints("one")) == len(first) + 1
    (draft,) = services.drafts.all(removed=False)
    assert draft.length < 400
    qtbot.waitUntil(lambda: runner.running == 0)
    composer.close()
    runner.close()


def test_every_control_has_a_name(show: Show, services: Services) -> None:
    services.drafts.keep("one", letter(services), None)
    window = show()
    for kind in (QTreeView, QListWidget, QComboBox, QLineEdit):
        for widget in window.findChildren(kind):
            if widget.window() is window and widget.isVisible():
                assert widget.accessibleName(), widget
    for button in window.findChildren(QPushButton):
        assert button.text()


def test_trouble_is_told(show: Show, services: Services, qtbot: QtBot) -> None:
    services.drafts.keep("one", letter(services), None)
    (services.folders.drafts / "two.log").write_bytes(b"nonsense")
    window = show()
    assert "two.log" in window.notice.sentence
    services.journal.note("one", letter(services))
    services.journal.flush()
    window.runner.start(lambda context: services.drafts.remove("one"))
    qtbot.waitUntil(lambda: "open in a window" in window.notice.sentence)
