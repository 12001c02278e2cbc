"""Shows what differs between two states of a message: octets, tree, header fields, and what stands beside it."""

from PySide6.QtWidgets import QTabWidget, QWidget

from sescomposer.core.line_difference import DiffLine
from sescomposer.gui.widgets.diff_view import DiffView
from sescomposer.services.comparing import Comparison

_PAGES = (
    ("octets", "&Source", "Difference of the source"),
    ("tree", "&Tree", "Difference of the tree"),
    ("fields", "&Header fields", "Difference of the header fields"),
    ("beside", "&Beside the message", "Difference of envelope, options, protection and account"),
)


class ComparisonView(QTabWidget):
    """A tab for each kind of difference; its title is marked where there is one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Differences")
        self.setDocumentMode(True)
        self.pages = {name: DiffView(self) for name, _, _ in _PAGES}
        for name, title, words in _PAGES:
            self.pages[name].setAccessibleName(words)
            self.addTab(self.pages[name], title)

    def show_comparison(self, comparison: Comparison) -> None:
        """Show the differences."""
        for index, (name, title, _) in enumerate(_PAGES):
            lines: tuple[DiffLine, ...] = getattr(comparison, name)
            self.pages[name].show_difference(lines)
            self.setTabText(index, f"{title} *" if lines else title)
            self.setTabToolTip(index, "Something differs here." if lines else "Nothing differs here.")

    def say(self, words: str) -> None:
        """Show words in place of differences."""
        for index, (name, title, _) in enumerate(_PAGES):
            self.pages[name].setPlainText(words)
            self.setTabText(index, title)
            self.setTabToolTip(index, "")
