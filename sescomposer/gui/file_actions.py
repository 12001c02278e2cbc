"""What the File menu does: open, save, new windows; long work is on a worker with progress and cancel."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEventLoop, QObject, Slot
from PySide6.QtWidgets import QFileDialog

from sescomposer.core.errors import StoreError
from sescomposer.core.message import Message
from sescomposer.core.octets import Octets
from sescomposer.gui.dialogs.keep_draft import Keep, ask_discard, ask_keep
from sescomposer.gui.drops import CALENDAR
from sescomposer.gui.open_files import raise_window_with
from sescomposer.gui.part_saving import save_part
from sescomposer.gui.tasks import Context, Task
from sescomposer.gui.widgets.task_progress import show_progress
from sescomposer.services.documents import Documents
from sescomposer.services.settings import RECENT_FILES

if TYPE_CHECKING:
    from sescomposer.gui.main_window import MainWindow
    from sescomposer.gui.protection.saving import Saving
    from sescomposer.services.drafts import OfFile

FILTER = "Messages (*.eml *.mime *.txt);;All files (*)"
_OPENED = "Messages and events (*.eml *.mime *.txt *.ics);;All files (*)"
_RECENT = 10


class FileActions(QObject):
    """File work of one window."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._composer = window.composer
        self._trouble = ""

    @property
    def _documents(self) -> Documents:
        return self._window.services.documents

    def do_new(self) -> None:
        """Open a window with an empty message."""
        self._window.window_wanted.emit(None)

    def do_open(self) -> None:
        """Choose message files and open each."""
        names, _ = QFileDialog.getOpenFileNames(self._window, "Open message", "", _OPENED)
        for name in names:
            self.open_path(Path(name))

    def do_open_sample(self) -> None:
        """Open the sample in a window of its own."""
        from sescomposer.services.sample import sample_message

        self._window.window_wanted.emit(sample_message(self._window.services.ids))

    def open_path(self, path: Path) -> None:
        """Open a file: here if the window is untouched, else in a new one; a file that is open comes to the front."""
        if path.suffix.lower() == CALENDAR:
            self._window.invitation.open_path(path)
            return
        if raise_window_with(path):
            return

        services = self._window.services

        def operation(context: Context) -> tuple[Path, "OfFile"]:
            return path, services.drafts.of_file(path, services.documents.open(path, context))

        self.run(operation, f"Opening {path.name}", self._on_opened)

    def do_save(self) -> None:
        """Save the draft to its file; the first time, ask for one."""
        if self._composer.path is None:
            self.do_save_as()
        else:
            self._save_to(self._composer.path)

    def do_save_as(self) -> None:
        """Ask for a file and save the draft there."""
        path = self._ask_path("Save draft", f"{file_stem(self._composer.root.subject)}.eml")
        if path is not None:
            self._save_to(path)

    def do_save_sent(self) -> None:
        """Save the octets as they would be sent now."""
        path = self._ask_path("Save as sent", f"{file_stem(self._composer.root.subject)}.eml")
        if path is not None:
            self.save_sent(path)

    def save_sent(self, path: Path) -> None:
        """Save the octets as they would be sent now: signed and encrypted where that is to be."""
        from sescomposer.gui.keys.passphrase_prompt import ask_on_window
        from sescomposer.gui.protection.saving import Saving, is_wanted

        composer = self._composer
        if not is_wanted(composer):
            self.save_octets(composer.sealed_root().octets, path)
            return
        ask = ask_on_window(self._window)
        saving = Saving(self._window.services, composer.message, composer.road, path, ask)
        # By itself, so that no progress stands before the question for a passphrase.
        task = self._window.runner.start(lambda context: saving.opened())
        task.succeeded.connect(self._on_keys_opened)

    @Slot(object)
    def _on_keys_opened(self, saving: "Saving") -> None:
        self.run(saving.save, f"Saving {saving.path.name}", self._on_saved_sent)

    @Slot(object)
    def _on_saved_sent(self, told: str) -> None:
        if told:
            self._window.tell(told)

    def do_save_part(self) -> None:
        """Save the content of the selected part, decoded."""
        entity = self._composer.find(self._composer.selection.key) or self._composer.root
        save_part(self._composer, entity, self._window)

    def save_octets(self, octets: Octets, path: Path) -> None:
        """Save octets exactly."""

        def operation(context: Context) -> None:
            self._documents.save_octets(octets, path, context)

        self.run(operation, f"Saving {path.name}")

    def do_checkpoint(self) -> None:
        """Keep the message as it is now under a name."""
        from sescomposer.gui.drafts.checkpoint_name import CheckpointName

        dialog = CheckpointName(self._window)
        dialog.named.connect(self.keep_checkpoint)
        dialog.open()

    @Slot(str)
    def keep_checkpoint(self, name: str) -> None:
        """Keep the message as it is now under that name."""
        composer, drafts = self._composer, self._window.services.drafts
        draft, message, path = composer.draft, composer.message, composer.path

        def operation(context: Context) -> str:
            return drafts.checkpoint(draft, message, path, name).name

        self.run(operation, "Keeping a checkpoint", self._on_checkpoint)

    def do_drafts(self) -> None:
        """Open the list of drafts at this one."""
        from sescomposer.gui.drafts.drafts_window import DraftsWindow

        DraftsWindow.show_for(self._window.services, self._window, self._composer.draft)

    def may_close(self) -> bool:
        """Ask what to do with an unsaved draft; whether the window may close."""
        composer = self._composer
        composer.safekeeping.wait()
        if composer.is_saved:
            return True
        if composer.is_kept:
            composer.forget()
            return True
        self._window.activateWindow()
        match ask_keep(self._window, composer.root.subject.strip() or "New message"):
            case Keep.SAVE:
                return self._save_before_closing()
            case Keep.KEEP:
                return self._keep_before_closing()
            case Keep.DISCARD:
                return self._discard_before_closing()
            case Keep.CANCEL:
                return False

    def run(
        self, operation: Callable[[Context], object], words: str, succeeded: Callable[[Any], None] | None = None
    ) -> Task:
        """Run file work on a worker; after half a second it shows progress and a cancel button."""
        task = self._window.runner.start(operation)
        show_progress(task, words, self._window)
        if succeeded is not None:
            task.succeeded.connect(succeeded)
        return task

    @Slot(object)
    def _on_opened(self, answer: "tuple[Path, OfFile]") -> None:
        path, found = answer
        self._remember(path)
        if raise_window_with(path):
            # It was asked for twice before it was read.
            return
        if self._window.is_untouched:
            self._window.open_message(found.message, path, draft=found.draft)
        else:
            known = (found.draft,) if found.draft else ()
            self._window.window_wanted.emit((found.message, path, *known))
        if found.differs is not None:
            self._window.tell(
                f"A draft of {path.name} was kept on {found.differs:%Y-%m-%d %H:%M} that differs from the file; "
                "it is in the list of drafts."
            )

    def _save_to(self, path: Path) -> Task:
        message, draft, services = self._composer.message, self._composer.draft, self._window.services

        def operation(context: Context) -> tuple[Path, Message]:
            services.documents.save(message, path, context)
            services.drafts.saved(draft, message, path)
            return path, message

        return self.run(operation, f"Saving {path.name}", self._on_saved)

    @Slot(object)
    def _on_checkpoint(self, name: str) -> None:
        self._window.statusBar().showMessage(f"Checkpoint kept: {name}", 5000)

    @Slot(object)
    def _on_saved(self, answer: tuple[Path, Message]) -> None:
        path, message = answer
        self._remember(path)
        self._composer.saved_as(path, message)
        self._window.statusBar().showMessage(f"Saved as {path}", 5000)

    def _save_before_closing(self) -> bool:
        """Save and wait for it; a window whose draft could not be saved stays open."""
        path = self._composer.path or self._ask_path("Save draft", f"{file_stem(self._composer.root.subject)}.eml")
        if path is None:
            return False
        self._composer.safeguard("before its window was closed")
        self._wait_for(self._save_to(path))
        self._composer.safekeeping.wait()
        return self._composer.is_saved

    def _keep_before_closing(self) -> bool:
        """Keep the draft in the list and wait for it; a window whose draft could not be kept stays open."""
        composer, drafts = self._composer, self._window.services.drafts
        draft, message, path = composer.draft, composer.message, composer.path

        def operation(context: Context) -> None:
            drafts.safeguard(draft, message, path, "before its window was closed")
            drafts.keep(draft, message, path)

        self._wait_for(self.run(operation, "Keeping the draft", self._on_kept))
        return composer.is_kept

    @Slot(object)
    def _on_kept(self, _: None) -> None:
        self._composer.took_up()
        self._composer.forget()

    def _discard_before_closing(self) -> bool:
        """Keep a copy that can be brought back, and let go of the draft; where no copy can be kept, ask again."""
        composer, services = self._composer, self._window.services
        draft, message, path = composer.draft, composer.message, composer.path

        def operation(context: Context) -> str:
            try:
                services.drafts.discard(draft, message, path)
            except StoreError as error:
                return error.sentence
            return ""

        self._trouble = "The copy was cancelled."
        self._wait_for(self.run(operation, "Discarding the draft", self._on_discarded))
        if self._trouble and not ask_discard(self._window, self._trouble):
            return False
        composer.forget()
        return True

    @Slot(object)
    def _on_discarded(self, trouble: str) -> None:
        self._trouble = trouble

    def _wait_for(self, task: Task) -> None:
        """Wait for a task while the window goes on."""
        waiting = QEventLoop(self)
        task.finished.connect(waiting.quit)
        waiting.exec()

    def _ask_path(self, title: str, name: str) -> Path | None:
        """Ask where to save; None if cancelled."""
        folder = self._composer.path.parent if self._composer.path else Path.home()
        chosen, _ = QFileDialog.getSaveFileName(self._window, title, str(folder / name), FILTER)
        return Path(chosen) if chosen else None

    def _remember(self, path: Path) -> None:
        """Put a file on top of the recent ones."""
        settings = self._window.services.settings
        names = tuple(dict.fromkeys((str(path), *settings.get(RECENT_FILES))))[:_RECENT]
        self._window.try_to_keep(lambda: settings.set(RECENT_FILES, names))


def file_stem(subject: str, otherwise: str = "message") -> str:
    """Make a file name of a subject: what file systems refuse becomes a dash.

    >>> file_stem("Re: 50/50 offer?")
    'Re- 50-50 offer-'
    """
    kept = "".join("-" if ch in '/\\:*?"<>|' or ord(ch) < 32 else ch for ch in subject.strip())
    return kept[:80].strip(" .") or otherwise
