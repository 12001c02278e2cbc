"""Where the name of a header field is typed, with completion that explains each name."""

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QCompleter,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from sescomposer.gui.models.field_names import HELP_ROLE, STANDARD_ROLE
from sescomposer.gui.theme import theme_of
from sescomposer.gui.widgets.field_line import FieldLine

_POPUP_WIDTH = 460
_ROWS = 7
_PAD = 8
_GAP = 4


class FieldNameEdit(FieldLine):
    """A line for a field name.

    Args:
        names: Model of known names, see `models.field_names`.
    """

    def __init__(self, names: QAbstractItemModel, parent: QWidget | None = None) -> None:
        super().__init__("Name of the field", parent)
        self._names = names
        self.setPlaceholderText("Name (Down lists all)")

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Make the completion when it is first needed."""
        if self.completer() is None:
            self.setCompleter(self._make_completer())
        super().focusInEvent(event)

    def _make_completer(self) -> QCompleter:
        completer = QCompleter(self._names, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(_ROWS)
        popup = QListView()
        popup.setMinimumWidth(_POPUP_WIDTH)
        popup.setUniformItemSizes(True)
        popup.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        popup.setAccessibleName("Known header fields")
        completer.setPopup(popup)
        popup.setItemDelegate(FieldNameDelegate(popup))
        return completer

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the list of names that fit by the Down key."""
        completer = self.completer()
        if completer is None or event.key() != Qt.Key.Key_Down or event.modifiers():
            super().keyPressEvent(event)
        else:
            completer.setCompletionPrefix(self.text())
            completer.complete()


class FieldNameDelegate(QStyledItemDelegate):
    """Draws a name and its standard, and the sentence of help below."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Two lines with air around them."""
        return QSize(_POPUP_WIDTH // 2, 2 * option.fontMetrics.height() + _GAP + 2 * _GAP)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one row; the sentence is elided where there is no room, its tooltip has it all."""
        widget: QWidget = option.widget
        rect: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        QApplication.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, widget)
        palette = widget.palette()
        roles = QPalette.ColorRole
        ink = palette.color(roles.HighlightedText if chosen else roles.Text)
        faint = ink if chosen else theme_of(widget).text["mark"]
        font = option.font
        box = rect.adjusted(_PAD, _GAP, -_PAD, -_GAP)
        painter.save()
        painter.setPen(faint)
        painter.drawText(box, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight, str(index.data(STANDARD_ROLE)))
        help_text = painter.fontMetrics().elidedText(
            str(index.data(HELP_ROLE)), Qt.TextElideMode.ElideRight, box.width()
        )
        painter.drawText(box, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, help_text)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(ink)
        painter.drawText(box, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, str(index.data()))
        painter.restore()
