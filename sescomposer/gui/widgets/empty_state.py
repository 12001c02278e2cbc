"""What an empty pane shows: a sign, a few words, and how something gets here."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from sescomposer.gui.widgets.sign import Sign

_SIGN = 48
_WIDTH = 480


class EmptyState(QWidget):
    """A column in the middle, narrow enough to be read."""

    def __init__(self, sign: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sign = Sign(_SIGN, self)
        self.sign.show_sign(sign, "mark")
        self.title = self._label()
        font = self.title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.15)
        self.title.setFont(font)
        self.words = self._label()
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 32, 32, 32)
        column.setSpacing(16)
        column.addStretch(1)
        column.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self.title, self.words):
            column.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)

    def say(self, title: str, words: str) -> None:
        """Show other words."""
        self.title.setText(title)
        self.words.setText(words)
        for label in (self.title, self.words):
            # A centred label would be given the height of another width.
            label.setFixedHeight(label.heightForWidth(_WIDTH))
        self.sign.setVisible(bool(title))
        self.setAccessibleName(f"{title} {words}".strip())

    def _label(self) -> QLabel:
        label = QLabel(self)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setFixedWidth(_WIDTH)
        return label
