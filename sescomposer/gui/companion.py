"""A window of which there is one a process, beside the composer windows: it goes when the last of those goes."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication, QWidget


class Companion(QObject):
    """Closes its window when no composer window is left.

    Attributes:
        opener: The composer window that it was opened from last, None if there is none.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.opener: QWidget | None = None

    def follow(self, opener: QWidget) -> None:
        """Stay as long as this composer window, or another one then."""
        if opener is self.opener:
            return
        self.opener = opener
        closed = getattr(opener, "closed", None)
        if closed is not None:
            closed.connect(self._on_opener_closed)

    @Slot(object)
    def _on_opener_closed(self, opener: QWidget) -> None:
        if opener is not self.opener:
            return
        composers = [window for window in QApplication.topLevelWidgets() if hasattr(window, "window_wanted")]
        others = [window for window in composers if window is not opener and window.isVisible()]
        self.opener = None
        if others:
            self.follow(others[0])
        else:
            self._window.close()
