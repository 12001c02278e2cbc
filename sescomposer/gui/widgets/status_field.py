"""A field of the status bar: words that can be clicked, marked where they tell of trouble."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QIcon, QPalette
from PySide6.QtWidgets import QToolButton, QWidget

from sescomposer.gui.icons import icon
from sescomposer.gui.theme import theme_of
from sescomposer.gui.tips import tip

_ICON = QSize(14, 14)


class StatusField(QToolButton):
    """A flat button. Trouble is told by an icon, by the words, and by colour."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._level = ""
        self.setAutoRaise(True)
        self.setIconSize(_ICON)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @property
    def level(self) -> str:
        """ "" where all is well, else "warning" or "error"."""
        return self._level

    def tell(self, words: str, explanation: str = "", level: str = "") -> None:
        """Show words; `explanation` becomes the tool tip; `level` is "", "warning" or "error"."""
        if words != self.text():
            self.setText(words.replace("&", "&&"))
            self.setAccessibleName(f"{self._name}: {words}")
        self.setToolTip(tip(explanation))
        if level != self._level:
            self._level = level
            self.setIcon(icon(level, level) if level else QIcon())
            self._colour()

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of a new palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationPaletteChange:
            self._colour()

    def _colour(self) -> None:
        palette = QPalette()
        if self._level:
            palette.setColor(QPalette.ColorRole.ButtonText, theme_of(self).text[self._level])
        self.setPalette(palette)
