"""The windows of the process, and what begins once the first one is painted."""

import linecache
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QPoint, QRect, QTimer, Slot

from sescomposer.core.errors import SesComposerError
from sescomposer.core.lazy import lazy
from sescomposer.gui import crash
from sescomposer.gui.start_log import StartLog
from sescomposer.gui.tasks import Context, TaskRunner

if TYPE_CHECKING:
    from sescomposer.bootstrap import Services
    from sescomposer.core.message import Message
    from sescomposer.gui.main_window import MainWindow
    from sescomposer.gui.recovery import Recovery
    from sescomposer.gui.single_lines import LineListener
    from sescomposer.gui.theme import Scheme
    from sescomposer.services.ports import RecoveredDraft
    from sescomposer.services.unknown import UnknownSubmission

_DRAFT_SCHEME = "draft:"
"""Before the id of a draft, in place of a file's name, it opens the draft."""

_STEP = QPoint(32, 32)
_PAINTED_MS = 250
"""By then the first window is painted; an event loop that is idle once may still wait for the window system."""

_IDLE_KEYS_MS = 60_000
"""How often keys that nobody uses any more are closed."""

_SWEEP_MS = 20_000
"""When the content store is looked through; by then nobody waits for the disk."""


class Windows(QObject):
    """Opens windows, for arguments, for other windows, and for drafts that a crash left."""

    def __init__(self, services: "Services", place: str, log: StartLog) -> None:
        super().__init__()
        self._services = services
        services.has_window = True
        self._place = place
        self._log = log
        self._runner = TaskRunner(self)
        self._runner.crashed.connect(self._on_crashed)
        self._open: list[MainWindow] = []
        self._is_first_start = False
        self._listener: LineListener | None = None
        self._sweep = QTimer(self, singleShot=True, interval=_SWEEP_MS)
        self._sweep.timeout.connect(self._on_sweep)
        self._idle_keys = QTimer(self, interval=_IDLE_KEYS_MS)
        self._idle_keys.timeout.connect(self._on_idle_keys)
        if self._appearance() != "system":
            self._set_scheme()
        self._stop_listening = services.settings.on_change(self._on_setting)

    @lazy
    def _recovery(self) -> "Recovery":
        from sescomposer.gui.recovery import Recovery

        return Recovery(self._services, self._runner, lambda: self.open_windows, self._new_window, self)

    @property
    def open_windows(self) -> "tuple[MainWindow, ...]":
        """The windows that are open, oldest first."""
        return tuple(self._open)

    def open_first(self, arguments: Sequence[str]) -> None:
        """Open the windows that a start asks for; listener, log and recovery follow when they are painted."""
        from sescomposer.services.settings import FIRST_START_DONE

        self._is_first_start = not arguments and not self._services.settings.get(FIRST_START_DONE)
        if arguments:
            self.open_arguments(arguments)
        else:
            self._new_window(self._sample if self._is_first_start else None, staged=True)
        QTimer.singleShot(_PAINTED_MS, self._on_idle)

    def _sample(self) -> "Message":
        from sescomposer.services.sample import sample_message

        return sample_message(self._services.ids)

    @Slot(object)
    def open_arguments(self, arguments: Sequence[str]) -> None:
        """Open a window for each argument: an absolute path, a `file:`, `mailto:` or `draft:` URL; one for none."""
        from PySide6.QtCore import QUrl

        from sescomposer.gui.open_files import raise_window_with

        for argument in arguments:
            if argument.lower().startswith("mailto:"):
                self._open_mailto(argument)
            elif argument.startswith(_DRAFT_SCHEME):
                self._open_draft(argument.removeprefix(_DRAFT_SCHEME))
            else:
                url = QUrl(argument)
                path = Path(url.toLocalFile() if url.isLocalFile() else argument)
                if not raise_window_with(path):
                    self._new_window().files.open_path(path)
        if not arguments:
            self._new_window()

    def close(self) -> None:
        """Stop what runs in the background, after the last window was closed; raises `StoreError`."""
        self._sweep.stop()
        self._idle_keys.stop()
        if self._listener is not None:
            self._listener.close()
        self._stop_listening()
        self._services.stop_aside()
        self._runner.close()
        self._services.close()

    def _new_window(self, message: "Message | Callable[[], Message] | None" = None, **keywords: object) -> "MainWindow":
        from sescomposer.gui.main_window import MainWindow

        window = MainWindow(self._services, message, **keywords)  # type: ignore[arg-type]
        window.window_wanted.connect(self._on_window_wanted)
        window.closed.connect(self._on_closed)
        if self._open:
            _put_beside(window, self._open[-1])
        self._open.append(window)
        window.show()
        window.activateWindow()
        return window

    def _open_draft(self, draft: str) -> None:
        """Open a draft by its id; a start with nothing else shows an empty window until it is there."""
        if not self._open:
            self._new_window()
        self._recovery.open_draft(draft)

    def _open_mailto(self, uri: str) -> None:
        from sescomposer.core.mailto import parse_mailto

        try:
            wish = parse_mailto(uri)
            window = self._new_window(self._services.documents.from_mailto(wish))
        except SesComposerError as error:
            self._new_window().show_error(error)
            return
        if wish.refused:
            names = ", ".join(wish.refused)
            window.tell(f"The link also wanted to set {names}, which no link may.", "warning")

    @Slot()
    def _on_idle(self) -> None:
        from sescomposer.gui.single import new_listener

        self._follow_scheme()
        for window in self._open:
            window.complete()
        self._log.start()
        self._let_codes_be_asked()
        self._listener = new_listener(self._place, self)
        self._listener.arguments_received.connect(self.open_arguments)
        self._listener.listen()
        self._tell_settings()
        recovery = self._runner.start(self._recover, quiet=True)
        recovery.succeeded.connect(self._on_recovered)
        recovery.failed.connect(self._on_recovery_failed)
        unknown = self._runner.start(self._find_unknown, quiet=True)
        unknown.succeeded.connect(self._on_unknown)
        unknown.failed.connect(self._on_trouble)
        self._look_for_batches()
        self._look_for_expiring_keys()
        self._sweep.start()
        self._idle_keys.start()
        # Qt's import hook read the source of every module after it, and the lines stay in memory.
        linecache.clearcache()

    def _let_codes_be_asked(self) -> None:
        """Let whoever needs the code of a second factor ask the user."""
        from sescomposer.gui.accounts.code_prompt import CodePrompts

        self._services.prompts = CodePrompts(self).prompts

    def _tell_settings(self) -> None:
        """Tell what of the settings cannot be used, and note that there was a first start."""
        from sescomposer.services.settings import FIRST_START_DONE

        for sentence in self._services.settings.problems:
            self._tell(sentence, "warning")
        if self._is_first_start:
            try:
                self._services.settings.set(FIRST_START_DONE, True)
            except SesComposerError as error:
                self._on_trouble(error)

    @Slot()
    def _on_sweep(self) -> None:
        """Tend the history, then let the content store go of what nobody names."""
        self._runner.start(self._tidy, quiet=True).failed.connect(self._on_trouble)

    def _tidy(self, context: Context) -> None:
        self._services.history.tend(context)
        self._services.sweep()

    @Slot(object)
    def _on_trouble(self, error: SesComposerError) -> None:
        self._tell(f"{error.sentence} {error.hint}".strip(), "warning")

    def _tell(self, sentence: str, kind: str) -> None:
        """Tell it in the window that was opened last; it concerns all."""
        if self._open:
            self._open[-1].tell(sentence, kind)

    def _recover(self, context: Context) -> "tuple[RecoveredDraft, ...]":
        return self._services.journal.recover()

    @Slot(object)
    def _on_recovered(self, drafts: "tuple[RecoveredDraft, ...]") -> None:
        self._recovery.take_up(drafts)

    @Slot(object)
    def _on_recovery_failed(self, error: SesComposerError) -> None:
        self._on_trouble(error)
        self._recovery.take_up(())

    def _find_unknown(self, context: Context) -> "tuple[UnknownSubmission, ...]":
        return self._services.unknown_submissions()

    @Slot(object)
    def _on_unknown(self, unknown: "tuple[UnknownSubmission, ...]") -> None:
        """Name what a crash left without an answer; it is never sent again by itself."""
        if not unknown or not self._open:
            return
        from sescomposer.gui.sending.unknown_dialog import UnknownDialog

        dialog = UnknownDialog(unknown, self._open[0])
        dialog.settled.connect(self._on_settled)
        dialog.show()

    def _look_for_batches(self) -> None:
        """Offer to go on with the batches that a crash cut short; nothing of them is sent by itself."""
        from sescomposer.gui.sending.interrupted import InterruptedBatches

        if self._open:
            interrupted = InterruptedBatches(self._services, self._runner, self)
            interrupted.troubled.connect(self._on_trouble)
            interrupted.look(self._open[0])

    def _look_for_expiring_keys(self) -> None:
        """Tell of keys that end soon, while there is time to get others."""
        from sescomposer.gui.keys.expiry_notice import expiry_notice

        services = self._services
        task = self._runner.start(lambda context: expiry_notice(services, context), quiet=True)
        task.succeeded.connect(self._on_expiring_keys)
        task.failed.connect(self._on_trouble)

    @Slot()
    def _on_idle_keys(self) -> None:
        if "keys" in vars(self._services):  # else none was ever opened
            self._services.keys.drop_idle()

    @Slot(object)
    def _on_expiring_keys(self, notice: tuple[str, str]) -> None:
        if notice[0]:
            self._tell(*notice)

    @Slot(object)
    def _on_settled(self, unknown: "tuple[UnknownSubmission, ...]") -> None:
        records, sending = [item.record for item in unknown], self._services.sending
        self._runner.start(lambda context: sending.settle(records), quiet=True).failed.connect(self._on_trouble)

    @Slot(object)
    def _on_window_wanted(self, wish: object) -> None:
        match wish:
            case (message, path):
                self._new_window(cast("Message", message), path=path)
            case (message, path, draft):
                self._new_window(cast("Message", message), path=path, draft=draft)
            case str(draft):
                self._recovery.open_draft(draft)
            case message:
                self._new_window(cast("Message | None", message))

    @Slot(object)
    def _on_closed(self, window: "MainWindow") -> None:
        self._open.remove(window)

    @Slot(object)
    def _on_crashed(self, error: BaseException) -> None:
        crash.report(error)

    def _on_setting(self, key: str) -> None:
        from sescomposer.services.settings import APPEARANCE

        if key == APPEARANCE.key:
            self._set_scheme()

    def _set_scheme(self) -> None:
        from sescomposer.gui.theme import set_scheme

        set_scheme(self._appearance())

    def _follow_scheme(self) -> None:
        """Outline switches now and for every palette that the system changes to."""
        from PySide6.QtCore import Qt
        from PySide6.QtGui import QGuiApplication

        self._on_scheme_changed()
        hints = QGuiApplication.styleHints()
        # Queued: the palette of the new scheme comes with it, in no set order.
        hints.colorSchemeChanged.connect(self._on_scheme_changed, Qt.ConnectionType.QueuedConnection)

    @Slot()
    def _on_scheme_changed(self) -> None:
        from sescomposer.gui.theme import outline_switches

        outline_switches()

    def _appearance(self) -> "Scheme":
        from sescomposer.services.settings import APPEARANCE

        return self._services.settings.get(APPEARANCE).value


def _put_beside(window: "MainWindow", before: "MainWindow") -> None:
    """Put a window not exactly over the one before, with all of its frame on the screen, smaller if need be.

    The window system frames a window once it is shown, so the frame is taken to be that of the one before.
    """
    screen = before.screen().availableGeometry()
    frame = before.frameGeometry().size() - before.geometry().size()
    window.resize(window.size().boundedTo(screen.size() - frame))
    place = QRect(before.frameGeometry().topLeft() + _STEP, window.size() + frame)
    window.move(place.topLeft() if screen.contains(place) else screen.topLeft())
