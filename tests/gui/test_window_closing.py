"""Closing a composer window: what is asked, what is kept, and what comes back."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot
from window_hands import boxes, type_text

from sescomposer.bootstrap import Services, make_services
from sescomposer.core.errors import StoreError
from sescomposer.gui import file_actions
from sescomposer.gui.dialogs.keep_draft import Keep
from sescomposer.gui.drafts.checkpoint_name import CheckpointName
from sescomposer.gui.main_window import MainWindow
from sescomposer.store.folders import Folders

MakeWindow = Callable[..., MainWindow]


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = make_services(Folders.below(tmp_path / "home"))
    yield made
    made.close()


def refuse(*arguments: object, **keywords: object) -> None:
    raise StoreError("The disk is full.", hint="Make room.")


def test_a_saved_window_closes_without_a_question(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_actions, "ask_keep", lambda parent, name: pytest.fail("asked"))
    assert window.close()


def test_cancel_keeps_the_window_and_discard_forgets_the_draft(
    make_window: MakeWindow, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window()
    type_text(window, "Hi")
    services.journal.flush()
    monkeypatch.setattr(file_actions, "ask_keep", lambda parent, name: Keep.CANCEL)
    assert not window.close()
    assert window.isVisible()
    monkeypatch.setattr(file_actions, "ask_keep", lambda parent, name: Keep.DISCARD)
    assert window.close()
    services.journal.flush()
    assert list(services.folders.journal.glob("*.log")) == []


def test_save_at_closing_saves_and_closes(
    make_window: MakeWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window()
    type_text(window, "Hi")
    path = tmp_path / "a.eml"
    monkeypatch.setattr(file_actions, "ask_keep", lambda parent, name: Keep.SAVE)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments, **keywords: (str(path), ""))
    assert window.close()
    assert b"Hi" in path.read_bytes()


def test_keep_at_closing_puts_the_draft_into_the_list(
    make_window: MakeWindow, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window()
    type_text(window, "A text that somebody would miss.")
    monkeypatch.setattr(file_actions, "ask_keep", lambda parent, name: Keep.KEEP)
    assert window.close()
    services.journal.flush()
    assert services.journal.look() == ()
    (draft,) = services.drafts.all()
    assert [one.name for one in draft.checkpoints] == ["before its window was closed"]
    found = services.drafts.open(draft.draft)
    again = make_window()
    again.recover(found.draft, found.message, found.path, kept=True)
    # It is as it was kept: nothing to ask.
    monkeypatch.setattr(file_actions, "ask_keep", lambda parent, name: pytest.fail("asked"))
    assert again.close()
    assert services.drafts.all() == (draft,)


def test_a_discarded_draft_can_be_brought_back(make_window: MakeWindow, services: Services) -> None:
    window = make_window()
    type_text(window, "A text that somebody would miss.")
    assert window.close()
    assert services.drafts.all() == ()
    (draft,) = services.drafts.all(removed=True)
    services.drafts.bring_back(draft.draft)
    assert "somebody" in services.drafts.open(draft.draft).message.root.text()


def test_where_no_copy_can_be_kept_discarding_asks_again(
    make_window: MakeWindow, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window()
    type_text(window, "A text that somebody would miss.")
    asked: list[str] = []

    def keep_it(parent: QWidget, sentence: str) -> bool:
        asked.append(sentence)
        return False

    monkeypatch.setattr(services.drafts._store, "keep", refuse)
    monkeypatch.setattr(file_actions, "ask_discard", keep_it)
    assert not window.close()
    assert window.isVisible()
    monkeypatch.setattr(file_actions, "ask_discard", lambda parent, sentence: True)
    assert window.close()
    assert asked


def test_what_no_file_holds_comes_back_with_the_file(
    make_window: MakeWindow, services: Services, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.eml"
    window = make_window()
    type_text(window, "Hi")
    window.composer.apply(lambda message: replace(message, account="work"), "set account")
    window.files._save_to(path)
    qtbot.waitUntil(lambda: window.composer.is_saved)
    monkeypatch.setattr(file_actions, "ask_keep", lambda parent, name: pytest.fail("asked"))
    assert window.close()
    again = make_window()
    again.files.open_path(path)
    qtbot.waitUntil(lambda: again.composer.path == path)
    assert again.composer.message.account == "work"
    assert again.composer.is_saved
    assert again.composer.draft == window.composer.draft


def test_a_checkpoint_is_kept_under_its_name(make_window: MakeWindow, services: Services, qtbot: QtBot) -> None:
    window = make_window()
    window.trigger("checkpoint")
    (dialog,) = window.findChildren(CheckpointName)
    dialog.name.setText(" before the  layout ")
    dialog.keep_button.click()
    qtbot.waitUntil(lambda: window.runner.running == 0)
    assert [one.name for one in services.drafts.checkpoints(window.composer.draft)] == ["before the layout"]
    assert "before the layout" in window.statusBar().currentMessage()


def test_a_draft_that_cannot_be_saved_keeps_its_window(
    make_window: MakeWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, services: Services
) -> None:
    window = make_window()
    type_text(window, "Hi")
    monkeypatch.setattr(file_actions, "ask_keep", lambda parent, name: Keep.SAVE)
    path = str(tmp_path / "no folder" / "a.eml")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments, **keywords: (path, ""))
    assert not window.close()
    assert window.isVisible()
    (box,) = boxes(window)
    assert "a.eml" in box.text()
    box.close()
    services.journal.flush()
    assert len(list(services.folders.journal.glob("*.log"))) == 1
    monkeypatch.setattr(file_actions, "ask_keep", lambda parent, name: Keep.DISCARD)


def test_layout_that_cannot_be_kept_stops_nothing(
    window: MainWindow, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.settings._store, "save", refuse)
    assert window.close()
