"""The view that explains everything: the tree of parts above, every octet below."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from sescomposer.gui.composer import Composer
from sescomposer.gui.panes.source_pane import SourcePane
from sescomposer.gui.panes.tree_pane import TreePane
from sescomposer.gui.reading.strip import ReadingStrip

_SHARES = (36, 64)


class TreeAndSource(QWidget):
    """Tree and raw source, divided by a handle."""

    def __init__(self, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self.strip = ReadingStrip(composer.reader, self, has_details=True)
        self.strip.details_wanted.connect(self._on_details_wanted)
        self.tree = TreePane(composer, self)
        self.source = SourcePane(composer, self)
        self.storeys = QSplitter(Qt.Orientation.Vertical, self)
        self.storeys.addWidget(self.tree)
        self.storeys.addWidget(self.source)
        self.storeys.setChildrenCollapsible(False)
        for index, share in enumerate(_SHARES):
            self.storeys.setStretchFactor(index, share)
        self.storeys.setSizes([share * 10 for share in _SHARES])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.strip)
        layout.addWidget(self.storeys, 1)
        self.setFocusProxy(self.tree)

    @Slot()
    def open_search(self) -> None:
        """Search the raw source."""
        self.source.open_search()

    @Slot()
    def _on_details_wanted(self) -> None:
        self._composer.view_wanted.emit("signature")
