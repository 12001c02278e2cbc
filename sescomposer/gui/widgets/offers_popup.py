"""A list below a line edit of what may be meant there: opened by typing or by Alt+Down, chosen by Enter or a click."""

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QIcon, QPainter, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QCompleter,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from sescomposer.gui.icons import icon
from sescomposer.gui.models.from_offers import Offer
from sescomposer.gui.theme import theme_of
from sescomposer.gui.tips import tip
from sescomposer.gui.widgets.item_edit import ItemEdit

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_WORDS_ROLE = Qt.ItemDataRole.UserRole
_SIGN_ROLE = Qt.ItemDataRole.UserRole + 1
_ROWS = 8
_PAD = 8
_GAP = 4
_SIGN = 16
_WIDTH = 400


class OffersModel(QAbstractListModel):
    """One row for each offer."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.offers: tuple[Offer, ...] = ()

    def show_offers(self, offers: tuple[Offer, ...]) -> None:
        """Show other offers."""
        self.beginResetModel()
        self.offers = offers
        self.endResetModel()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        """Give the number of offers."""
        return 0 if parent.isValid() else len(self.offers)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give text, sign and words of an offer."""
        offer = self.offers[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return offer.text
            case Qt.ItemDataRole.DecorationRole:
                return icon(offer.sign, offer.sign)
            case Qt.ItemDataRole.ToolTipRole:
                return tip(offer.text, offer.words)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{offer.text}, {offer.words}"
            case _ if role == _WORDS_ROLE:
                return offer.words
            case _ if role == _SIGN_ROLE:
                return offer.sign
        return None


class OffersPopup(QObject):
    """Offers for a line edit.

    Signals:
        chosen(str): the text of the offer that was chosen.
    """

    chosen = Signal(str)

    def __init__(self, edit: ItemEdit, name: str) -> None:
        super().__init__(edit)
        self._edit = edit
        self.model = OffersModel(self)
        # Not the line edit's own, which would write into it what the arrow keys pass by.
        self.completer = QCompleter(self.model, self)
        self.completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.completer.setMaxVisibleItems(_ROWS)
        self.list = QListView()
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(name)
        self.completer.setPopup(self.list)
        self.list.setItemDelegate(_OfferDelegate(self.list))
        self.completer.setWidget(edit)
        self.completer.activated.connect(self._on_activated)
        edit.offers = self.list

    @property
    def is_open(self) -> bool:
        """Whether it is in view."""
        return self.list.isVisible()

    def show_offers(self, offers: tuple[Offer, ...]) -> None:
        """Show offers below the line edit; none close the list."""
        self.model.show_offers(offers)
        if not offers:
            self.close()
            return
        width = max(_WIDTH, self._edit.width())
        self.completer.complete(QRect(QPoint(0, 0), QSize(width, self._edit.height())))

    def choose_first(self) -> None:
        """Let Enter choose the first offer."""
        self.list.setCurrentIndex(self.completer.completionModel().index(0, 0))

    def close(self) -> None:
        """Show nothing."""
        self.list.hide()

    @Slot(str)
    def _on_activated(self, text: str) -> None:
        self.chosen.emit(text)


class _OfferDelegate(QStyledItemDelegate):
    """Draws the sign, the mailbox, and what is known of it below."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Two lines with air around them."""
        return QSize(_WIDTH // 2, 2 * option.fontMetrics.height() + 3 * _GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw one row; what has no room is elided, the tool tip has it all."""
        widget: QWidget = option.widget
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        QApplication.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, widget)
        palette = widget.palette()
        roles = QPalette.ColorRole
        ink = palette.color(roles.HighlightedText if chosen else roles.Text)
        whole: QRect = option.rect.adjusted(_PAD, _GAP, -_PAD, -_GAP)
        place = QRect(whole.left(), whole.top(), _SIGN, _SIGN)
        painter.save()
        sign = str(index.data(_SIGN_ROLE))
        mode = QIcon.Mode.Selected if chosen else QIcon.Mode.Normal
        spot = QStyle.visualRect(option.direction, whole, place)
        icon(sign, sign).paint(painter, spot, Qt.AlignmentFlag.AlignCenter, mode)
        box = QStyle.visualRect(option.direction, whole, whole.adjusted(_SIGN + _PAD, 0, 0, 0))
        start = QStyle.visualAlignment(option.direction, Qt.AlignmentFlag.AlignLeft)
        faint = ink if chosen else theme_of(widget).text["mark"]
        for words, edge, colour in (
            (str(index.data()), Qt.AlignmentFlag.AlignTop, ink),
            (str(index.data(_WORDS_ROLE)), Qt.AlignmentFlag.AlignBottom, faint),
        ):
            painter.setPen(colour)
            elided = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, box.width())
            painter.drawText(box, edge | start, elided)
        painter.restore()
