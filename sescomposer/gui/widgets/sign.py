"""A small sign beside words, which say the same: it follows the palette."""

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QLabel, QWidget

from sescomposer.gui.icons import pixmap
from sescomposer.gui.theme import theme_of


class Sign(QLabel):
    """Shows one icon in a colour of the theme.

    Args:
        side: Width and height.
        parent: Above it.
    """

    def __init__(self, side: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._side = QSize(side, side)
        self._name = self._role = ""
        self.setFixedSize(self._side)

    def show_sign(self, name: str, role: str = "") -> None:
        """Show another one: name of the icon, and what its colour stands for if that has another name."""
        self._name, self._role = name, role or name
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._name:
            self._draw()

    def _draw(self) -> None:
        colour = theme_of(self).text[self._role]
        self.setPixmap(pixmap(self._name, self._side, colour, self.devicePixelRatioF()))
