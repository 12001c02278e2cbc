"""An address field as chips: each recipient with name and address, typed, pasted, edited and dragged in place.

The field's text is the only state that counts: chips are its items, in order, and the line edit stands where the next
item goes or where one is being edited. Items that nobody edits keep every character.
"""

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QStyleOptionFrame,
    QVBoxLayout,
    QWidget,
)

from sescomposer.gui.widgets.chip import MIME_TYPE, Chip
from sescomposer.gui.widgets.flow_layout import FlowLayout
from sescomposer.gui.widgets.item_edit import ItemEdit
from sescomposer.gui.widgets.recipient import items_of, recipient_of

_ROWS = 4
_SPACING = 4
_MARGIN = 4


class RecipientEdit(QWidget):
    """The chips editor of one field.

    Args:
        name: Name of the field for people and screen readers, such as "To".

    Signals:
        edited(str): after every change by the user; the text of the whole field, what is being typed included.
    """

    edited = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._chips: list[Chip] = []
        self._at = 0
        self._original = ""
        self._drop_at = -1
        self.setAcceptDrops(True)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self._build()
        self._arrange()

    def _build(self) -> None:
        self._board = QWidget()
        self._board.setAutoFillBackground(False)
        self._board.installEventFilter(self)
        self._flow = FlowLayout(self._board, _SPACING)
        self.line_edit = ItemEdit(self._board)
        self.line_edit.setAccessibleName(f"{self._name}, add a recipient")
        self.line_edit.textEdited.connect(self._on_typed)
        self.line_edit.pasted.connect(self._on_pasted)
        self.line_edit.left_at_start.connect(self._on_left_at_start)
        self.line_edit.ended.connect(self._on_ended)
        self.line_edit.escaped.connect(self._on_escaped)
        self.line_edit.installEventFilter(self)
        self._area = QScrollArea(self)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(self._board)
        self._area.viewport().setAutoFillBackground(False)
        self._board.setAutoFillBackground(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        layout.addWidget(self._area)
        self.setFocusProxy(self.line_edit)
        QApplication.instance().focusChanged.connect(self._on_focus_changed)  # type: ignore[union-attr]

    @property
    def chips(self) -> tuple[Chip, ...]:
        """The chips, in the order of the field."""
        return tuple(self._chips)

    def text(self) -> str:
        """Give the text of the whole field, what is being typed included."""
        return ", ".join(self._items())

    def show_text(self, text: str) -> None:
        """Show the text of a field; what is being typed is left alone if it is the same."""
        items = items_of(text)
        if _essence(items) == _essence(self._items()):
            return
        self._set_items(items)

    def _items(self) -> tuple[str, ...]:
        texts = [chip.recipient.text for chip in self._chips]
        pending = self.line_edit.text().strip()
        return (*texts[: self._at], *([pending] if pending else []), *texts[self._at :])

    def _set_items(self, items: tuple[str, ...]) -> None:
        """Show exactly these items; chips that stay are kept with their focus."""
        kept = {chip.recipient.text: chip for chip in self._chips}
        chips = [kept.pop(item) if item in kept else self._new_chip(item) for item in items]
        for chip in set(self._chips) - set(chips):
            self._drop_chip(chip)
        self._chips = chips
        self._at = len(chips)
        self.line_edit.clear()
        self._original = ""
        self._arrange()

    def _new_chip(self, item: str) -> Chip:
        chip = Chip(recipient_of(item), self._board)
        chip.edit_wanted.connect(self.edit_chip)
        chip.remove_wanted.connect(self._on_remove_wanted)
        chip.stepped.connect(self._on_stepped)
        chip.moved_away.connect(self._on_moved_away)
        chip.typed.connect(self._on_typed_on_chip)
        chip.installEventFilter(self)
        chip.show()
        return chip

    def _drop_chip(self, chip: Chip) -> None:
        chip.removeEventFilter(self)
        chip.hide()
        chip.deleteLater()

    def _arrange(self) -> None:
        self.line_edit.setPlaceholderText("" if self._chips else "Name <address>, separated by commas")
        self.line_edit.updateGeometry()
        self._flow.place([*self._chips[: self._at], self.line_edit, *self._chips[self._at :]])
        self._fit_height()

    def _tell(self) -> None:
        self.edited.emit(self.text())

    # What the user does

    @Slot()
    def _on_typed(self) -> None:
        self.line_edit.updateGeometry()
        self._fit_height()
        self._tell()

    @Slot()
    def _on_ended(self) -> None:
        self.commit()
        self._show_edit()
        self._tell()

    @Slot(str)
    def _on_pasted(self, text: str) -> None:
        caret = self.line_edit.cursorPosition()
        typed = self.line_edit.text()
        self._insert_items(items_of(f"{typed[:caret]}{text}"))
        self.line_edit.setText(typed[caret:])
        self._show_edit()
        self._tell()

    def commit(self) -> None:
        """Turn what is being typed into chips; nothing is emitted, as the text of the field stays."""
        items = items_of(self.line_edit.text())
        self.line_edit.clear()
        self._original = ""
        self._insert_items(items)
        self._at = len(self._chips)
        self._arrange()

    def _insert_items(self, items: tuple[str, ...]) -> None:
        self._chips[self._at : self._at] = [self._new_chip(item) for item in items]
        self._at += len(items)
        self._arrange()

    @Slot(object)
    def edit_chip(self, chip: Chip) -> None:
        """Edit an item where it stands."""
        self.commit()
        self._at = self._chips.index(chip)
        self._chips.remove(chip)
        self._original = chip.recipient.text
        self.line_edit.setText(self._original)
        self._drop_chip(chip)
        self._arrange()
        self._show_edit()
        self.line_edit.selectAll()

    @Slot()
    def _on_escaped(self) -> None:
        """Take back what was typed; an item that was edited is as before."""
        self.line_edit.setText(self._original)
        self.commit()
        self._show_edit()
        self._tell()

    @Slot(object)
    def _on_remove_wanted(self, chip: Chip) -> None:
        index = self._remove(chip)
        self._tell()
        if index < len(self._chips):
            self._chips[index].setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._show_edit()

    def _remove(self, chip: Chip) -> int:
        index = self._chips.index(chip)
        self._chips.remove(chip)
        self._at -= index < self._at
        self._drop_chip(chip)
        self._arrange()
        return index

    @Slot(bool)
    def _on_left_at_start(self, remove: bool) -> None:
        if self._at == 0:
            return
        chip = self._chips[self._at - 1]
        if remove and self.line_edit.text():
            self.edit_chip(chip)
            return
        self._focus(chip)

    @Slot(object, int)
    def _on_stepped(self, chip: Chip, direction: int) -> None:
        if direction in (-1, 1) and self.isRightToLeft():
            direction = -direction
        if direction == -2:
            self._focus(self._chips[0])
            return
        order: list[QWidget] = [*self._chips[: self._at], self.line_edit, *self._chips[self._at :]]
        index = order.index(chip) + direction
        if direction == 2 or index >= len(order):
            self._show_edit()
        elif index >= 0:
            self._focus(order[index])

    @Slot(object, str)
    def _on_typed_on_chip(self, chip: Chip, text: str) -> None:
        self._show_edit()
        self.line_edit.insert(text)
        self._on_typed()

    def _focus(self, widget: QWidget) -> None:
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        self._area.ensureWidgetVisible(widget, 0, 0)

    def _show_edit(self) -> None:
        self._flow.activate()
        self._focus(self.line_edit)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Copy, cut and paste on chips, and an item that ends because the focus goes."""
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(watched, Chip) and isinstance(event, QKeyEvent):
            return self._on_chip_key(watched, event)
        if kind == QEvent.Type.ContextMenu and isinstance(watched, Chip) and isinstance(event, QContextMenuEvent):
            self._open_menu(watched, event.globalPos())
            return True
        if kind == QEvent.Type.MouseButtonPress and watched is self._board:
            self._show_edit()
        return super().eventFilter(watched, event)

    def _on_chip_key(self, chip: Chip, event: QKeyEvent) -> bool:
        keys = QKeySequence.StandardKey
        if event.matches(keys.Copy):
            QGuiApplication.clipboard().setMimeData(chip.mime_data())
        elif event.matches(keys.Cut):
            QGuiApplication.clipboard().setMimeData(chip.mime_data())
            self._on_remove_wanted(chip)
        elif event.matches(keys.Paste):
            self._show_edit()
            self.line_edit.paste()
            self._on_typed()
        else:
            return False
        return True

    def _open_menu(self, chip: Chip, where: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("&Edit", lambda: self.edit_chip(chip))
        menu.addAction("&Copy", lambda: QGuiApplication.clipboard().setMimeData(chip.mime_data()))
        menu.addAction("&Remove", lambda: self._on_remove_wanted(chip))
        menu.popup(where)

    @Slot(object, object)
    def _on_focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        left = old is self.line_edit and new is not None and new is not self.line_edit
        if left and self.line_edit.text().strip():
            self.commit()
        self.update()

    # Dragging

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take chips and text."""
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show where the chip would go."""
        if _dragged_text(event.mimeData()):
            self._drop_at = self._index_at(event.position().toPoint())
            event.acceptProposedAction()
            self.update()

    def dragLeaveEvent(self, event: QEvent) -> None:
        """Forget the place."""
        self._drop_at = -1
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        """Put the dragged items where the mouse is; a chip of this row moves."""
        self.commit()
        index = self._index_at(event.position().toPoint())
        items = items_of(_dragged_text(event.mimeData()))
        source = event.source()
        self._drop_at = -1
        if isinstance(source, Chip) and source in self._chips:
            index -= self._chips.index(source) < index
            self._chips.remove(source)
            self._chips.insert(index, source)
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._arrange()
        else:
            event.acceptProposedAction()
            self._at = index
            self._insert_items(items)
            self._at = len(self._chips)
            self._arrange()
        self.update()
        self._tell()

    @Slot(object)
    def _on_moved_away(self, chip: Chip) -> None:
        if chip in self._chips:
            self._remove(chip)
            self._tell()

    def _index_at(self, place: QPoint) -> int:
        """Index of the chip before which a drop at a place goes."""
        at = self._board.mapFrom(self, place)
        for index, chip in enumerate(self._chips):
            rect = chip.geometry()
            before = at.x() > rect.center().x() if self.isRightToLeft() else at.x() < rect.center().x()
            if at.y() < rect.top() or (at.y() <= rect.bottom() + _SPACING and before):
                return index
        return len(self._chips)

    # Size and looks

    def _row_height(self) -> int:
        return self.fontMetrics().height() + 6

    def _fit_height(self) -> None:
        width = self.width() - 2 * _MARGIN
        wanted = max(self._flow.heightForWidth(max(width, 1)), self._row_height())
        most = _ROWS * self._row_height() + (_ROWS - 1) * _SPACING
        self.setFixedHeight(min(wanted, most) + 2 * _MARGIN)
        layout = self.layout()
        if layout is not None and layout.geometry() != self.contentsRect():
            # While a widget is being shown, Qt tells its layout only of the first of two sizes.
            layout.setGeometry(self.contentsRect())

    def sizeHint(self) -> QSize:
        """Wide as there is room, high as its rows."""
        return QSize(320, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A new width may need another number of rows."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit_height()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on the frame begins to type."""
        self._show_edit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame that the style gives to a line edit."""
        option = QStyleOptionFrame()
        option.initFrom(self)
        option.lineWidth = self.style().pixelMetric(QStyle.PixelMetric.PM_DefaultFrameWidth, option, self)
        option.state |= QStyle.StateFlag.State_Sunken
        focus = QApplication.focusWidget()
        if focus is not None and self.isAncestorOf(focus):
            option.state |= QStyle.StateFlag.State_HasFocus
        painter = QPainter(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelLineEdit, option, painter, self.line_edit)
        if self._drop_at >= 0:
            painter.fillRect(self._drop_rect(), self.palette().color(QPalette.ColorRole.Highlight))
        painter.end()

    def _drop_rect(self) -> QRect:
        if not self._chips:
            return QRect(_MARGIN, _MARGIN, 2, self._row_height())
        last = self._drop_at >= len(self._chips)
        rect = self._chips[-1 if last else self._drop_at].geometry()
        after = last != self.isRightToLeft()
        corner = self._board.mapTo(self, rect.topRight() if after else rect.topLeft())
        return QRect(corner.x() + (2 if after else -3), corner.y(), 2, rect.height())


def _dragged_text(carried: QMimeData) -> str:
    if carried.hasFormat(MIME_TYPE):
        return bytes(carried.data(MIME_TYPE).data()).decode("utf-8", "surrogatepass")
    return carried.text() if carried.hasText() and not carried.hasUrls() else ""


def _essence(items: tuple[str, ...]) -> tuple[str, ...]:
    return tuple("".join(item.split()) for item in items)
