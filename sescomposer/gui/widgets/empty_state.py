"""What an empty pane shows: a sign, a few words, and how something gets here."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from sescomposer.gui.widgets.sign import Sign

_SIGN = 48
_WIDTH, _LEAST = 480, 160
_MARGIN, _SPACING = 32, 16
_MOST = 1 << 16


class EmptyState(QWidget):
    """A column in the middle, narrow enough to be read; in a narrow pane it is narrower still."""

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
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(_SPACING)
        column.addStretch(1)
        column.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self.title, self.words):
            column.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)

    def say(self, title: str, words: str) -> None:
        """Show other words."""
        self.title.setText(title)
        self.words.setText(words)
        self._fit()
        self.sign.setVisible(bool(title))
        self.setAccessibleName(f"{title} {words}".strip())

    def minimumSizeHint(self) -> QSize:
        """Room for a narrow column, as high as a wide one: no window grows for a pane that nobody looks at."""
        words = sum(_height(label, _WIDTH) for label in (self.title, self.words))
        return QSize(_LEAST + 2 * _MARGIN, 2 * (_MARGIN + _SPACING) + _SIGN + words)

    def hasHeightForWidth(self) -> bool:
        """No: what is not shown keeps the width it had, and would ask for a height that goes with it."""
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take the width that is there."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        width = max(_LEAST, min(_WIDTH, self.width() - 2 * _MARGIN))
        for label in (self.title, self.words):
            # A centred label would be given the height of another width.
            label.setFixedSize(width, _height(label, width))

    def _label(self) -> QLabel:
        label = QLabel(self)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label


def _height(label: QLabel, width: int) -> int:
    """Give the height that words need; the label's own answer would never be less than the height it was given."""
    room = QRect(0, 0, width, _MOST)
    return (
        label.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, label.text()).height() if label.text() else 0
    )
