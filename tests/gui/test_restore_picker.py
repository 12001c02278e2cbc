"""After a crash: one intact draft opens at once, several or a damaged one are shown first."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services, make_services
from sescomposer.core import compose
from sescomposer.core.message import Message
from sescomposer.gui.drafts.drafts_model import STATE, DraftsModel
from sescomposer.gui.drafts.restore_picker import AT, DAMAGE, SUBJECT, RestorePicker
from sescomposer.gui.open_files import drafts_to_restore
from sescomposer.gui.recovery import Recovery
from sescomposer.gui.tasks import TaskRunner
from sescomposer.services.ports import RecoveredDraft
from sescomposer.store.folders import Folders

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = make_services(Folders.below(tmp_path))
    yield made
    made.close()


def letter(services: Services, subject: str) -> Message:
    return compose("Ada <ada@a.example>", "b@b.example", subject, text="Hello", ids=services.ids)


Found = Callable[..., tuple[RecoveredDraft, ...]]


@pytest.fixture
def found(services: Services) -> Found:
    """Leave drafts as a crash does, and find them."""

    def leave(*subjects: str) -> tuple[RecoveredDraft, ...]:
        crashed = make_services(services.folders)
        for subject in subjects:
            crashed.journal.note(subject.lower(), letter(services, subject))
        crashed.journal.close()
        return services.journal.recover()

    return leave


Picker = Callable[[tuple[RecoveredDraft, ...]], RestorePicker]


@pytest.fixture
def pick(services: Services, qtbot: QtBot) -> Iterator[Picker]:
    made: list[RestorePicker] = []

    def show(drafts: tuple[RecoveredDraft, ...]) -> RestorePicker:
        picker = RestorePicker(services, drafts)
        made.append(picker)
        picker.show()
        return picker

    yield show
    for picker in made:
        if picker.model.rows:
            picker.reject()


def test_it_lists_time_subject_and_damage(pick: Picker, found: Found, services: Services, qtbot: QtBot) -> None:
    one, two = found("One", "Two")
    picker = pick((replace(one, damaged="The last 9 octets could not be read."), two))
    model = picker.model
    assert {model.index(row, SUBJECT).data() for row in range(2)} == {"One", "Two"}
    row = next(row for row in range(2) if model.index(row, SUBJECT).data() == "One")
    assert model.index(row, DAMAGE).data() == "Damaged"
    assert model.index(row, AT).data().startswith("20")
    picker.list.setCurrentIndex(model.index(row, 0))
    assert "9 octets" in picker.words.text()
    qtbot.waitUntil(lambda: "never saved" in picker.words.text())
    assert f"Subject: {picker.chosen[0].message.root.subject}" in picker.differences.pages["octets"].toPlainText()
    assert "never saved" in picker.differences.pages["tree"].toPlainText()


def test_the_difference_to_the_last_checkpoint_is_shown(
    pick: Picker, found: Found, services: Services, qtbot: QtBot
) -> None:
    services.drafts.checkpoint("one", letter(services, "Before"), None, "mine")
    picker = pick(found("One", "Two"))
    row = next(row for row in range(2) if picker.model.index(row, SUBJECT).data() == "One")
    picker.list.setCurrentIndex(picker.model.index(row, 0))
    qtbot.waitUntil(lambda: "its checkpoint of" in picker.words.text())
    assert "- Subject: Before" in picker.differences.pages["octets"].toPlainText()


def test_open_all(pick: Picker, found: Found, qtbot: QtBot) -> None:
    picker = pick(found("One", "Two"))
    with qtbot.waitSignal(picker.opened) as opened:
        picker.all_button.click()
    assert [draft.draft for draft in opened.args[0]] == ["one", "two"]


def test_chosen_ones_are_opened_or_discarded_and_the_rest_is_left(pick: Picker, found: Found, qtbot: QtBot) -> None:
    picker = pick(found("One", "Two", "Three"))
    said: dict[str, list[str]] = {"opened": [], "discarded": [], "left": []}
    for name in said:
        getattr(picker, name).connect(lambda drafts, name=name: said[name].extend(d.draft for d in drafts))
    picker.list.setCurrentIndex(picker.model.index(0, 0))
    picker.chosen_button.click()
    picker.list.setCurrentIndex(picker.model.index(0, 0))
    picker.discard_button.click()
    picker.later_button.click()
    assert [len(drafts) for drafts in said.values()] == [1, 1, 1]
    assert sorted(draft for drafts in said.values() for draft in drafts) == ["one", "three", "two"]


# --- who opens what ------------------------------------------------------------------------------------------------


class FakeWindow(QObject):
    """Notes what a composer window is asked."""

    is_untouched = False

    def __init__(self, message: Message | None = None, **keywords: Any) -> None:
        super().__init__()
        self.told_raised = False
        self.message, self.keywords = message, keywords
        self.told: list[str] = []

    def tell(self, sentence: str, kind: str = "note") -> None:
        self.told.append(sentence)

    def complete(self) -> None:
        pass

    def activateWindow(self) -> None:
        pass

    def raise_(self) -> None:
        self.told_raised = True

    @property
    def composer(self) -> Any:
        return self

    def took_up(self) -> None:
        self.told.append("took up")


@pytest.fixture
def recovery(services: Services, qtbot: QtBot) -> Iterator[tuple[Recovery, list[FakeWindow], TaskRunner]]:
    windows: list[FakeWindow] = []
    holder = QObject()
    runner = TaskRunner(holder)

    def new_window(message: Message, **keywords: Any) -> FakeWindow:
        windows.append(FakeWindow(message, **keywords))
        return windows[-1]

    yield Recovery(services, runner, lambda: (), new_window, holder), windows, runner  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: runner.running == 0)
    for picker in _pickers():
        picker.reject()
    runner.close()
    holder.deleteLater()


def _pickers() -> list[RestorePicker]:
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, RestorePicker) and one.isVisible()]


def test_one_intact_draft_opens_at_once(recovery: Any, found: Found) -> None:
    made, windows, _ = recovery
    made.take_up(found("One"))
    (window,) = windows
    assert window.keywords == {"path": None, "draft": "one", "saved": False}
    assert window.told[0].startswith("Recovered as of ")


def test_several_are_shown_first_and_left_or_discarded(
    recovery: Any, found: Found, services: Services, qtbot: QtBot
) -> None:
    made, windows, runner = recovery
    made.take_up(found("One", "Two", "Three"))
    assert windows == []
    (picker,) = _pickers()
    picker.list.setCurrentIndex(picker.model.index(0, 0))
    gone = picker.chosen[0].draft
    picker.discard_button.click()
    qtbot.waitUntil(lambda: runner.running == 0)
    assert [draft.draft for draft in services.drafts.all(removed=True)] == [gone]
    picker.chosen_button.click()
    assert len(windows) == 1
    picker.later_button.click()
    again = make_services(services.folders)
    assert len(again.journal.recover()) == 1
    again.close()


def test_one_that_waits_for_a_choice_is_told_and_opens_from_the_list_of_drafts(
    recovery: Any, found: Found, services: Services
) -> None:
    made, windows, _ = recovery
    made.take_up(found("One", "Two"))
    (picker,) = _pickers()
    assert picker.parent() is None
    assert drafts_to_restore() == {"one", "two"}
    model = DraftsModel(picker)
    model.to_restore = drafts_to_restore()
    rows = {draft.draft: model.cells(draft)[STATE] for draft in services.drafts.all()}
    assert rows == {"one": "Left by a crash", "two": "Left by a crash"}
    made.open_draft("one")
    (window,) = windows
    assert window.keywords["draft"] == "one"
    assert window.told_raised
    assert [draft.draft for draft in picker.model.rows] == ["two"]
    assert drafts_to_restore() == {"two"}


def test_a_damaged_one_is_shown_first(recovery: Any, found: Found) -> None:
    made, windows, _ = recovery
    (one,) = found("One")
    made.take_up((replace(one, damaged="Something is missing."),))
    assert windows == []
    (picker,) = _pickers()
    picker.all_button.click()
    assert "Something is missing." in windows[0].told[0]


def test_a_draft_asked_for_at_the_start_is_not_asked_about(recovery: Any, found: Found) -> None:
    made, windows, _ = recovery
    made.open_draft("one")
    assert windows == []
    made.take_up(found("One", "Two"))
    assert sorted(window.keywords["draft"] for window in windows) == ["one", "two"]


def test_a_kept_draft_opens_as_kept(recovery: Any, services: Services, qtbot: QtBot) -> None:
    made, windows, _ = recovery
    services.drafts.keep("one", letter(services, "One"), None)
    made.take_up(())
    made.open_draft("on")
    qtbot.waitUntil(lambda: bool(windows))
    assert windows[0].told == ["took up"]
