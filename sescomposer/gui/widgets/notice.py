"""A line above a pane: a sign, a sentence and what can be done about it; hidden where there is nothing to say."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from sescomposer.gui.theme import theme_of
from sescomposer.gui.widgets.sign import Sign

_SIGN = 16


class Notice(QWidget):
    """A tinted line; its kind is told by sign and words, the colour only repeats it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = "note"
        self._sign = Sign(_SIGN, self)
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setAccessibleName(name)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 4, 8, 4)
        self._row.setSpacing(8)
        self._row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignVCenter)
        self._row.addWidget(self.words, 1)
        self.hide()

    @property
    def sentence(self) -> str:
        """What it says, "" while hidden."""
        return self.words.text()

    def add_button(self, words: str, tip: str) -> QPushButton:
        """Add a button at the end of the line, hidden at first."""
        button = QPushButton(words, self)
        button.setToolTip(tip)
        button.hide()
        self._row.addWidget(button)
        return button

    def add_widget(self, widget: QWidget) -> None:
        """Put a control of the caller's at the end of the line."""
        self._row.addWidget(widget)

    def say(self, sentence: str, kind: str = "note") -> None:
        """Show a sentence, or hide with "". `kind` is "note", "warning" or "error"."""
        self._kind = kind
        self.words.setText(sentence)
        self._sign.show_sign(kind)
        self.update()
        self.setVisible(bool(sentence))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Lay the tint under the words."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme_of(self).tint[self._kind])
        painter.end()
