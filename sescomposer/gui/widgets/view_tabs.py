"""Tabs with an icon each, whose names give way where there is no room: the chosen one keeps its own."""

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QFontMetrics, QIcon, QResizeEvent
from PySide6.QtWidgets import QTabBar, QWidget

_BESIDE_NAME = 44
"""Icon, gaps and margins of one tab, in pixels; rather too many than too few, so that no name is cut."""


class ViewTabs(QTabBar):
    """A row of tabs that shows whole names or none: a name of three letters tells nobody anything.

    Screen readers and tool tips have every name, whatever is shown.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, documentMode=True, drawBase=False, expanding=False)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self._titles: list[str] = []
        self.currentChanged.connect(self._fit)

    def add(self, symbol: QIcon, title: str, help_: str) -> None:
        """Add a tab with the title as its name and a sentence of help."""
        index = self.addTab(symbol, title)
        self._titles.append(title)
        self.setTabToolTip(index, f"{title}: {help_}")
        self.setAccessibleTabName(index, title)
        self._fit()

    @property
    def is_narrow(self) -> bool:
        """Whether the names of all tabs have no room beside each other."""
        metrics = QFontMetrics(self.font())
        return sum(metrics.horizontalAdvance(title) + _BESIDE_NAME for title in self._titles) > self.width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Find out anew which names have room."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Another font needs another room."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    @Slot()
    def _fit(self) -> None:
        is_narrow = self.is_narrow
        for index, title in enumerate(self._titles):
            shown = title if index == self.currentIndex() or not is_narrow else ""
            if self.tabText(index) != shown:
                self.setTabText(index, shown)
