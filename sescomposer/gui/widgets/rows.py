"""How every list of this program looks whose rows stand by themselves, without a tree."""

from PySide6.QtWidgets import QTreeView

from sescomposer.gui.widgets.selection_colours import SelectionColours


def in_rows(view: QTreeView, name: str, *, striped: bool = True) -> None:
    """Make a flat list of a tree view.

    Args:
        view: With one row for each entry, all of the same height.
        name: For those who do not see it.
        striped: Whether every other row is shaded.
    """
    view.setAccessibleName(name)
    SelectionColours(view)
    view.setRootIsDecorated(False)
    view.setUniformRowHeights(True)
    view.setAlternatingRowColors(striped)
    view.setAllColumnsShowFocus(True)
