"""Brings drafts back into windows: those that a crash left, and those of the list."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from sescomposer.core.errors import SesComposerError
from sescomposer.gui.open_files import window_with_draft
from sescomposer.gui.tasks import Context, TaskRunner

if TYPE_CHECKING:
    from sescomposer.bootstrap import Services
    from sescomposer.gui.drafts.restore_picker import RestorePicker
    from sescomposer.gui.main_window import MainWindow
    from sescomposer.services.ports import RecoveredDraft


class Recovery(QObject):
    """Opens drafts in the windows of the process.

    Args:
        services: What it acts through.
        runner: Runs the work.
        windows: Gives the open windows.
        new_window: Makes a window; keywords as those of `MainWindow`.
    """

    def __init__(
        self,
        services: "Services",
        runner: TaskRunner,
        windows: "Callable[[], tuple[MainWindow, ...]]",
        new_window: "Callable[..., MainWindow]",
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._runner = runner
        self._windows = windows
        self._new_window = new_window
        self._is_done = False
        self._wanted: list[str] = []
        self._picker: RestorePicker | None = None

    def take_up(self, drafts: "tuple[RecoveredDraft, ...]") -> None:
        """Open the one intact draft that a crash left; where there are several, or damage, let the user choose."""
        wanted, self._wanted, self._is_done = self._wanted, [], True
        asked = tuple(draft for draft in drafts if draft.draft in wanted)
        rest = tuple(draft for draft in drafts if draft.draft not in wanted)
        self.open_recovered(asked)
        if len(rest) == 1 and not rest[0].damaged:
            self.open_recovered(rest)
        elif rest:
            self._pick(rest)
        for draft in wanted:
            self.open_draft(draft)
        for sentence in self._services.journal.newer():
            self._tell(sentence)

    def open_draft(self, draft: str) -> None:
        """Open a draft of the list by its id, or bring its window to the front; not before `take_up`."""
        if not self._is_done:
            self._wanted.append(draft)
            return
        window = window_with_draft(draft)
        if window is not None:
            window.activateWindow()
            return
        if self._picker is not None and self._picker.open_one(draft):
            return
        services = self._services

        def operation(context: Context) -> "tuple[RecoveredDraft, bool]":
            found = services.drafts.open(services.drafts.get(draft).draft)
            is_kept = all(one.found.draft != found.draft for one in services.journal.look())
            return found, is_kept

        task = self._runner.start(operation, quiet=True)
        task.succeeded.connect(self._on_opened)
        task.failed.connect(self._on_failed)

    @Slot(object)
    def open_recovered(self, drafts: "tuple[RecoveredDraft, ...]") -> None:
        """Open a window on each draft and say what it is."""
        for draft in drafts:
            window = self._window_for(draft)
            window.raise_()
            file = f" of {draft.path}" if draft.path else ""
            told = f"Recovered as of {draft.saved:%Y-%m-%d %H:%M:%S}: the draft{file} was open when the program ended."
            window.tell(f"{told} {draft.damaged}".strip(), "warning" if draft.damaged else "note")

    def _pick(self, drafts: "tuple[RecoveredDraft, ...]") -> None:
        from sescomposer.gui.drafts.restore_picker import RestorePicker

        # A window of its own: one of a composer would stay above the drafts that it opens.
        picker = RestorePicker(self._services, drafts)
        picker.opened.connect(self.open_recovered)
        picker.discarded.connect(self._on_discarded)
        picker.left.connect(self._on_left)
        picker.finished.connect(self._on_picked)
        # Nobody else holds it.
        self._picker = picker
        picker.show()

    @Slot()
    def _on_picked(self) -> None:
        self._picker = None

    @Slot(object)
    def _on_opened(self, answer: "tuple[RecoveredDraft, bool]") -> None:
        found, is_kept = answer
        window = window_with_draft(found.draft)
        if window is not None:
            window.activateWindow()
            return
        window = self._window_for(found, kept=is_kept)
        if found.damaged:
            window.tell(found.damaged, "warning")

    @Slot(object)
    def _on_discarded(self, drafts: "tuple[RecoveredDraft, ...]") -> None:
        """Keep a copy of each, then let it go."""
        services = self._services

        def operation(context: Context) -> None:
            for draft in drafts:
                services.drafts.discard(draft.draft, draft.message, draft.path)
                services.journal.drop(draft.draft)

        self._runner.start(operation, quiet=True).failed.connect(self._on_failed)

    @Slot(object)
    def _on_left(self, drafts: "tuple[RecoveredDraft, ...]") -> None:
        for draft in drafts:
            self._services.journal.leave(draft.draft)

    @Slot(object)
    def _on_failed(self, error: SesComposerError) -> None:
        self._tell(f"{error.sentence} {error.hint}".strip())

    def _window_for(self, draft: "RecoveredDraft", *, kept: bool = False) -> "MainWindow":
        """Take an untouched window, or open one."""
        for window in self._windows():
            if window.is_untouched:
                window.recover(draft.draft, draft.message, draft.path, kept=kept)
                window.activateWindow()
                return window
        window = self._new_window(draft.message, path=draft.path, draft=draft.draft, saved=False)
        if kept:
            window.complete()
            window.composer.took_up()
        return window

    def _tell(self, sentence: str) -> None:
        windows = self._windows()
        if windows:
            windows[-1].tell(sentence, "warning")
