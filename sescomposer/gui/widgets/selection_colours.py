"""What is selected in a list or a tree: strong where the keys go to, pale elsewhere, and readable in both."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex
from PySide6.QtGui import QIcon, QPalette
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from sescomposer.gui.theme import theme_of


class SelectionColours(QObject):
    """Gives one view the pale colours for as long as it has no focus; follows its palette.

    Qt paints a view without focus in the inactive colours of its palette, which most systems leave as the active ones.
    """

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view
        view.installEventFilter(self)
        view.setItemDelegate(Cells(view))
        self._colour()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the colours of another palette."""
        if watched is self._view and event.type() == QEvent.Type.PaletteChange:
            self._colour()
        return False

    def _colour(self) -> None:
        palette = self._view.palette()
        wanted = {
            QPalette.ColorRole.Highlight: theme_of(self._view).tint["chip_selected"],
            QPalette.ColorRole.HighlightedText: palette.color(QPalette.ColorRole.Text),
        }
        inactive = QPalette.ColorGroup.Inactive
        if any(palette.color(inactive, role) != colour for role, colour in wanted.items()):
            for role, colour in wanted.items():
                palette.setColor(inactive, role, colour)
            self._view.setPalette(palette)


class Cells(QStyledItemDelegate):
    """Leaves signs their own colour on a pale row, where that of the strong one could not be seen."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """See Qt."""
        super().initStyleOption(option, index)
        is_pale = option.state & QStyle.StateFlag.State_Selected and not option.state & QStyle.StateFlag.State_Active
        if is_pale and not option.icon.isNull():
            scale = option.widget.devicePixelRatioF()
            sign = option.icon.pixmap(option.decorationSize, scale)
            option.icon = QIcon(sign)
            option.icon.addPixmap(sign, QIcon.Mode.Selected)
