"""What the windows beside the composer windows share: one of each a process, its workers, and how it comes and goes."""

from collections.abc import Callable, Iterable
from typing import ClassVar, Self

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QMainWindow, QWidget

from sescomposer.bootstrap import Services
from sescomposer.core.errors import SesComposerError
from sescomposer.gui.companion import Companion
from sescomposer.gui.fonts import KEYS, apply_fonts
from sescomposer.gui.tasks import TaskRunner
from sescomposer.gui.widgets.notice import Notice

_TOLD_MS = 8000
_LEFT_FREE = QSize(32, 48)
"""Of the screen, for the frame of a window and what stands at its edges."""


class CompanionWindow(QMainWindow):
    """A window of which there is one a process; it goes with the last composer window.

    Attributes:
        services: What it acts through.
        runner: Runs the work.
        companion: Ends the window with the last composer window.
    """

    _shown: ClassVar["CompanionWindow | None"] = None

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.services = services
        self.runner = TaskRunner(self)
        self.runner.crashed.connect(self._on_crashed)
        self.companion = Companion(self)

    @classmethod
    def of_process(cls, services: Services, opener: QWidget | None) -> Self:
        """Give the one window of this kind, made if there is none; it goes with the last composer window."""
        window = cls.shown() or cls(services)
        cls._shown = window
        if opener is not None:
            window.companion.follow(opener)
        return window

    @classmethod
    def shown(cls) -> Self | None:
        """Give the window of this kind if there is one."""
        return cls._shown if isinstance(cls._shown, cls) else None

    def come_up(self) -> None:
        """Show it before all others."""
        self.show()
        self.activateWindow()

    def fit_screen(self) -> None:
        """Take the size that is hinted at, or what the screen has."""
        self.resize(self.sizeHint().boundedTo(self.screen().availableGeometry().size() - _LEFT_FREE))

    def take_keys(self, slots: Iterable[tuple[str, Callable[[], object]]] = ()) -> None:
        """Let keys act in the whole window: these, and those that close it."""
        for keys, slot in (*slots, ("Ctrl+W", self.close), ("Esc", self.close)):
            QShortcut(QKeySequence(keys), self).activated.connect(slot)

    def stop(self) -> None:
        """Stop what is not stopped with the window and its workers."""

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop the workers; the next call makes a new window."""
        self.stop()
        self.runner.close()
        if type(self)._shown is self:
            type(self)._shown = None
        super().closeEvent(event)

    @Slot(object)
    def _on_told(self, sentence: str) -> None:
        self.statusBar().showMessage(sentence, _TOLD_MS)

    @Slot(object)
    def _on_crashed(self, error: BaseException) -> None:
        from sescomposer.gui.crash import report

        report(error)


class LookingWindow(CompanionWindow):
    """One that looks again and again, while it is shown, whether what it shows changed; a failure is told above.

    Args:
        interval: Milliseconds from one look to the next.
    """

    notice: Notice

    def __init__(self, services: Services, parent: QWidget | None = None, *, interval: int) -> None:
        super().__init__(services, parent)
        self.runner.failed.connect(self._on_failed)
        self._stop_listening = services.settings.on_change(self._on_setting)
        self._timer = QTimer(self, interval=interval)
        self._timer.timeout.connect(self.look)

    @Slot()
    def look(self) -> None:
        """Look on a worker whether anything changed."""
        raise NotImplementedError

    def settle(self) -> None:
        """Take the fonts that were chosen and the size that fits; called once all is built."""
        apply_fonts(self, self.services.settings)
        self.fit_screen()

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()
        self._stop_listening()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to look."""
        super().showEvent(event)
        self.look()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Look no more."""
        super().hideEvent(event)
        self._timer.stop()

    @Slot(object)
    def _on_failed(self, error: SesComposerError) -> None:
        self.notice.say(f"{error.sentence} {error.hint}".strip(), "error")

    def _on_setting(self, key: str) -> None:
        """Use another font as soon as it is chosen."""
        if key in KEYS:
            apply_fonts(self, self.services.settings)
