"""The list of attachment cards: rows of equal cards that wrap, and files to drag out."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QMetaType,
    QMimeData,
    QModelIndex,
    QSize,
    Qt,
    QTemporaryDir,
    QUrl,
    Signal,
    Slot,
)
from PySide6.QtGui import QDrag, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QSizePolicy, QWidget

from sescomposer.core.entity import Entity
from sescomposer.core.errors import StoreError
from sescomposer.gui.models.attachment_model import AttachmentModel
from sescomposer.gui.widgets.attachment_card import WIDTH, CardDelegate

_ROWS = 2
_URLS = "text/uri-list"
WritePart = Callable[[Entity, Path], Path]


class AttachmentView(QListView):
    """Cards side by side; the view is as high as its rows, two at most, and scrolls beyond.

    Signals:
        remove_wanted(): the cross of the current card was clicked.
        drag_failed(object): the `StoreError` because of which no file could be dragged out.
    """

    remove_wanted = Signal()
    drag_failed = Signal(object)

    def __init__(self, model: AttachmentModel, write_part: WritePart, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._write_part = write_part
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
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
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
        """Drag the selected parts out as files, which are written when somebody takes them."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        parts = [self._model.parts[row] for row in rows]
        if parts:
            drag = QDrag(self)
            drag.setMimeData(FileMime(lambda: self.write_files(parts)))
            drag.setPixmap(self.viewport().grab(self.visualRect(self.currentIndex())))
            drag.exec(Qt.DropAction.CopyAction, Qt.DropAction.CopyAction)

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
