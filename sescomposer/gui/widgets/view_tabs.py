"""Tabs with icon and name; where there is no room for both the names stay, and where not for those the icons."""

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QFontMetrics, QIcon, QResizeEvent
from PySide6.QtWidgets import QTabBar, QWidget

_AROUND_NAME = 26
"""Margins of one tab in pixels; rather too many than too few, so that no name is cut."""

_BESIDE_NAME = 44
"""The same with an icon and its gap."""


class ViewTabs(QTabBar):
    """A row of tabs that shows whole names or none: a name of three letters tells nobody anything.

    The chosen one is always named. Screen readers and tool tips have every name, whatever is shown.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, documentMode=True, drawBase=False, expanding=False)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self._tabs: list[tuple[QIcon, str]] = []
        self.currentChanged.connect(self._fit)

    def add(self, symbol: QIcon, title: str, help_: str) -> None:
        """Add a tab with the title as its name and a sentence of help."""
        index = self.addTab(symbol, title)
        self._tabs.append((symbol, title))
        self.setTabToolTip(index, f"{title}: {help_}")
        self.setAccessibleTabName(index, title)
        self._fit()

    def _has_room(self, around: int) -> bool:
        """Whether the names of all tabs have room beside each other, each with so many pixels around it."""
        metrics = QFontMetrics(self.font())
        return sum(metrics.horizontalAdvance(title) + around for _, title in self._tabs) <= self.width()

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
        has_icons = not self._has_room(_AROUND_NAME) or self._has_room(_BESIDE_NAME)
        has_names = self._has_room(_AROUND_NAME)
        for index, (symbol, title) in enumerate(self._tabs):
            shown = title if has_names or index == self.currentIndex() else ""
            if self.tabText(index) != shown:
                self.setTabText(index, shown)
            if self.tabIcon(index).isNull() == has_icons:
                self.setTabIcon(index, symbol if has_icons else QIcon())
