"""A sentence below a field: why a value was refused, and perhaps a way out."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from sescomposer.gui.icons import icon
from sescomposer.gui.theme import theme_of

_ICON = QSize(16, 16)


class NoteLine(QWidget):
    """An icon, a sentence that wraps, and a button; hidden while there is nothing to say.

    Signals:
        accepted(): the button was pressed.
    """

    accepted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role = "error"
        self._sign = QLabel(self)
        self.label = QLabel(self)
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.button = QPushButton(self)
        self.button.clicked.connect(self.accepted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def sentence(self) -> str:
        """What is said now, "" if nothing."""
        return self.label.text()

    def say(self, sentence: str, *, offer: str = "", role: str = "error") -> None:
        """Say something.

        Args:
            sentence: What happened and what can be done.
            offer: Words of the button, "" for none.
            role: Severity: colour of the icon.
        """
        self._role = role
        self.label.setText(sentence)
        self.button.setText(offer)
        self.button.setVisible(bool(offer))
        self._recolour()
        self.show()

    def clear(self) -> None:
        """Say nothing."""
        if self.sentence:
            self.label.clear()
            self.hide()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.sentence:
            self._recolour()

    def _recolour(self) -> None:
        self._sign.setPixmap(icon(self._role, self._role).pixmap(_ICON))
        colour = theme_of(self).text[self._role]
        palette = self.label.palette()
        if palette.color(QPalette.ColorRole.WindowText) != colour:
            palette.setColor(QPalette.ColorRole.WindowText, colour)
            self.label.setPalette(palette)
