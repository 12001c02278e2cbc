"""Place, size and division of a window, kept for the next one; the arrangements divide it by their own rule."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, QPoint, QRect, QSize, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

from sescomposer.services.settings import ARRANGEMENT, GEOMETRY, LAYOUT, VIEWS, Arrangement, Settings

if TYPE_CHECKING:
    from PySide6.QtWidgets import QSplitter

    from sescomposer.gui.view_area import ViewArea

_SHARES = {Arrangement.WRITE: (56, 44), Arrangement.INSPECT: (40, 60), Arrangement.INVITE: (50, 50)}
_VIEW = {Arrangement.WRITE: "preview", Arrangement.INSPECT: "source", Arrangement.INVITE: "invitation"}
_FIRST_VIEW = "source"
_COMFORTABLE = QSize(1360, 860)
_AFTER_PAINT_MS = 0
_TWO_VIEWS = 900
"""Pixels below which two views beside each other are too narrow to read."""


class WindowLayout(QObject):
    """Divides one window.

    Args:
        window: The window.
        halves: Divides what writes from what explains.
        views: What explains.
        settings: Where it is kept.
    """

    def __init__(self, window: QMainWindow, halves: "QSplitter", views: "ViewArea", settings: Settings) -> None:
        super().__init__(window)
        self._window = window
        self._halves = halves
        self._views = views
        self._settings = settings
        self._later = QTimer(self, singleShot=True, interval=_AFTER_PAINT_MS)
        self._later.timeout.connect(self._restore_views)

    def restore(self) -> None:
        """Take the division of the last window; other views than tree and raw follow the first paint."""
        layout = self._settings.get(LAYOUT)
        if not layout or not self._halves.restoreState(_decoded(layout)):
            self._divide(self._settings.get(ARRANGEMENT))
        self._halves.setChildrenCollapsible(False)
        self._views.first.show_view(_FIRST_VIEW)
        if self._settings.get(VIEWS) != (_FIRST_VIEW,):
            self._later.start()

    def keep(self) -> None:
        """Keep everything for the next window.

        Raises:
            StoreError: the settings cannot be written.
        """
        self._later.stop()
        self._settings.set_all(
            (GEOMETRY, _encoded(self._window.saveGeometry())),
            (LAYOUT, _encoded(self._halves.saveState())),
            (VIEWS, self._views.shown_views()),
        )

    @Slot(bool)
    def make_room(self, split: bool) -> None:
        """Give two views the wider half."""
        if split and self._views.width() < _TWO_VIEWS:
            self._divide(Arrangement.INSPECT)

    def arrange(self, arrangement: Arrangement) -> None:
        """Divide the window for a task and show the view that goes with it; raises like `keep`."""
        self._views.set_split(False)
        self._views.show_view(_VIEW[arrangement])
        self._divide(arrangement)
        self._settings.set(ARRANGEMENT, arrangement)

    def _divide(self, arrangement: Arrangement) -> None:
        left, right = _SHARES[arrangement]
        width = self._window.width()
        self._halves.setSizes([width * left // 100, width * right // 100])

    @Slot()
    def _restore_views(self) -> None:
        self._views.show_views(self._settings.get(VIEWS))


def place(window: QMainWindow, settings: Settings) -> None:
    """Give a window the place and size of the last one."""
    window.setGeometry(_first_geometry())
    if geometry := settings.get(GEOMETRY):
        window.restoreGeometry(_decoded(geometry))


def _first_geometry() -> QRect:
    """Give a comfortable size within the screen, in its middle."""
    screen = QGuiApplication.primaryScreen().availableGeometry()
    size = _COMFORTABLE.boundedTo(screen.size() * 0.95)
    place = QRect(QPoint(0, 0), size)
    place.moveCenter(screen.center())
    return place


def _encoded(octets: QByteArray) -> str:
    return bytes(octets.toBase64().data()).decode("ascii")


def _decoded(words: str) -> QByteArray:
    return QByteArray.fromBase64(words.encode("ascii", "replace"))
