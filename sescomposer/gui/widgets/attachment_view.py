"""The list of attachment cards: rows of equal cards that wrap, to be dragged to another place or out as files."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QMetaType,
    QMimeData,
    QModelIndex,
    QPoint,
    QSize,
    Qt,
    QTemporaryDir,
    QUrl,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QSizePolicy, QWidget

from sescomposer.core.entity import Entity, Key
from sescomposer.core.errors import StoreError
from sescomposer.gui.models.attachment_model import AttachmentModel
from sescomposer.gui.widgets.attachment_card import WIDTH, CardDelegate
from sescomposer.gui.widgets.card_drop import CardDrop

_ROWS = 2
_URLS = "text/uri-list"
_BESIDE_MOUSE = QPoint(-12, -20)
WritePart = Callable[[Entity, Path], Path]
MayLand = Callable[[Sequence[Key], int], bool]


class AttachmentView(QListView):
    """Cards side by side; the view is as high as its rows, two at most, and scrolls beyond.

    Signals:
        remove_wanted(): the cross of the current card was clicked.
        drag_failed(object): the `StoreError` because of which no file could be dragged out.
        move_wanted(object, int): keys of cards that were dropped before the card of that number.
    """

    remove_wanted = Signal()
    drag_failed = Signal(object)
    move_wanted = Signal(object, int)

    def __init__(
        self, model: AttachmentModel, write_part: WritePart, may_land: MayLand, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._write_part = write_part
        self._may_land = may_land
        self._dragged: tuple[Key, ...] = ()
        self.landing = CardDrop(self)
        self._folder: QTemporaryDir | None = None
        self.setModel(model)
        self.setAccessibleName("Attachments and inline parts")
        self.setAccessibleDescription("Enter shows properties, Delete removes, Ctrl+V attaches what was copied.")
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.cards = CardDelegate(self)
        # Queued: the view is still handling the click, and the row will be gone.
        self.cards.remove_wanted.connect(self._on_cross, Qt.ConnectionType.QueuedConnection)
        self.setItemDelegate(self.cards)

    def sizeHint(self) -> QSize:
        """As high as the rows that are shown."""
        return QSize(WIDTH, self._height())

    def minimumSizeHint(self) -> QSize:
        """One card wide."""
        return QSize(WIDTH, self._height())

    @Slot()
    def fit(self) -> None:
        """Divide the width evenly, and take the height of the rows."""
        columns = max(1, self._room() // WIDTH)
        policies = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policies.ScrollBarAsNeeded if self._is_scrolled() else policies.ScrollBarAlwaysOff
        )
        # One pixel less: the view wraps a row that fills its width to the last pixel.
        grid = QSize((self._room() - 1) // columns, self.cards.height())
        if grid != self.gridSize():
            self.cards.width = grid.width()
            self.setGridSize(grid)
        if self.height() != self._height():
            self.updateGeometry()

    def select_rows(self, rows: Sequence[int]) -> None:
        """Select rows without telling anybody."""
        selection = QItemSelection()
        for row in rows:
            index = self._model.index(row)
            selection.select(index, index)
        model = self.selectionModel()
        model.blockSignals(True)
        model.select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if not rows:
            model.setCurrentIndex(QModelIndex(), QItemSelectionModel.SelectionFlag.NoUpdate)
        model.blockSignals(False)
        self.viewport().update()

    def _room(self) -> int:
        """Width for cards, room for the scroll bar left where there will be one."""
        width = max(WIDTH, self.width())
        return width - (self.verticalScrollBar().sizeHint().width() if self._is_scrolled() else 0)

    def _is_scrolled(self) -> bool:
        """Whether there are more cards than two rows take."""
        return self._model.rowCount() > max(1, self.width() // WIDTH) * _ROWS

    def _height(self) -> int:
        columns = max(1, self._room() // WIDTH)
        rows = -(-self._model.rowCount() // columns)
        return min(max(rows, 1), _ROWS) * self.cards.height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Divide the new width."""
        super().resizeEvent(event)
        self.fit()

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Drag the selected cards: within the view they move, elsewhere they are files, written when asked for."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        parts = [self._model.parts[row] for row in rows]
        if not parts:
            return
        drag = QDrag(self)
        drag.setMimeData(FileMime(lambda: self.write_files(parts)))
        drag.setPixmap(self.viewport().grab(self.visualRect(self.currentIndex())))
        drag.setHotSpot(_BESIDE_MOUSE)
        self._dragged = tuple(part.key for part in parts)
        drag.exec(Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, Qt.DropAction.CopyAction)
        self._dragged = ()
        self.landing.end()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take our own cards; files from elsewhere are for the strip around us."""
        if event.source() is not self or not self._dragged:
            event.ignore()
            return
        keys = self._dragged
        self.landing.begin(lambda gap: self._may_land(keys, gap))
        # Entering is accepted even where nothing lands, or the moves would not come.
        event.setDropAction(Qt.DropAction.MoveAction)
        event.accept()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Mark where the cards would land; where they may not, the mouse says so."""
        if self.landing.is_active and self.landing.move(event.position().toPoint()):
            event.setDropAction(Qt.DropAction.MoveAction)
            event.accept()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Take the mark away."""
        self.landing.end()

    def dropEvent(self, event: QDropEvent) -> None:
        """Ask for the move."""
        if not self.landing.is_active:
            event.ignore()
            return
        self.landing.move(event.position().toPoint())
        gap = self.landing.gap
        self.landing.end()
        if gap < 0:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.MoveAction)
        event.accept()
        self.move_wanted.emit(self._dragged, gap)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cards, and the mark of a drop above them."""
        super().paintEvent(event)
        if self.landing.gap >= 0:
            painter = QPainter(self.viewport())
            self.landing.paint(painter)
            painter.end()

    def write_files(self, parts: Sequence[Entity]) -> list[QUrl]:
        """Write parts into a folder that lasts as long as this window, each in one of its own."""
        if self._folder is None:
            self._folder = QTemporaryDir()
        urls = []
        for part in parts:
            folder = Path(self._folder.path()) / str(part.key)
            try:
                folder.mkdir(exist_ok=True)
                urls.append(QUrl.fromLocalFile(str(self._write_part(part, folder))))
            except StoreError as error:
                self.drag_failed.emit(error)
            except OSError as error:
                self.drag_failed.emit(StoreError(f"No temporary file can be written: {error.strerror}."))
        return urls

    @Slot(int)
    def _on_cross(self, row: int) -> None:
        """Remove that card alone, whatever else is selected."""
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().setCurrentIndex(self._model.index(row), flag)
        self.remove_wanted.emit()


class FileMime(QMimeData):
    """Names files that are written when they are asked for."""

    def __init__(self, write: Callable[[], list[QUrl]]) -> None:
        super().__init__()
        self._write = write
        self._urls: list[QUrl] | None = None

    def formats(self) -> list[str]:
        """Files only."""
        return [_URLS]

    def hasFormat(self, format_name: str) -> bool:
        """Files only."""
        return format_name == _URLS

    def retrieveData(self, format_name: str, kind: QMetaType | QMetaType.Type) -> Any:
        """Write the files the first time they are asked for."""
        if format_name != _URLS:
            return None
        if self._urls is None:
            self._urls = self._write()
        return self._urls
