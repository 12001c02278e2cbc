"""A column of details in which what is marked comes first and stays readable where there is little room."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QStyleOptionViewItem

from sescomposer.gui.widgets.selection_colours import Cells


class MarkedDetails(Cells):
    """Cuts the words of rows with a sign at their end; other rows are cut as the view says."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """See Qt."""
        super().initStyleOption(option, index)
        if index.data(Qt.ItemDataRole.DecorationRole) is not None:
            option.textElideMode = Qt.TextElideMode.ElideRight
