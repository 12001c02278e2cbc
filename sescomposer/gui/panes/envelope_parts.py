"""Small parts of the envelope pane: titles, the count against the limit, and what an empty one teaches."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from sescomposer.core import limits
from sescomposer.gui.icons import icon
from sescomposer.gui.widgets.faint import Faint

_EMPTY = (
    "Write an address into To, Cc or Bcc, or add one below to the envelope alone.\n\n"
    "The header is what people read; the envelope is what the transport is told. Usually the second follows from the "
    "first: everybody named in To, Cc and Bcc gets a copy."
)


def title(words: str, parent: QWidget) -> QLabel:
    """Make a label for the title of a section."""
    label = QLabel(words, parent)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    return label


class Gauge(QWidget):
    """The number of recipients against what SES takes for one message, in words and as a bar."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.sign = QLabel(self)
        self.words = QLabel(self)
        self.bar = QProgressBar(self, textVisible=False)
        self.bar.setRange(0, limits.RECIPIENTS)
        self.bar.setFixedSize(88, 8)
        self.bar.setAccessibleName("Recipients against the limit")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for widget in (self.sign, self.words, self.bar):
            layout.addWidget(widget)

    def show_count(self, count: int, words: str) -> None:
        """Show a count; too many get a sign beside the words."""
        self.words.setText(words)
        self.bar.setValue(min(count, limits.RECIPIENTS))
        is_over = count > limits.RECIPIENTS
        self.sign.setVisible(is_over)
        self.sign.setPixmap(icon("error", "error").pixmap(QSize(16, 16)))
        self.setToolTip(f"SES refuses more than {limits.RECIPIENTS} recipients of one message." if is_over else "")


class NobodyYet(QWidget):
    """What stands in place of the table while nobody is named."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        sign = QLabel(self)
        sign.setPixmap(icon("envelope", "mark").pixmap(QSize(48, 48)))
        head = title("Nobody is in the envelope yet", self)
        words = Faint(_EMPTY, self)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.addStretch(1)
        layout.setContentsMargins(32, 16, 32, 16)
        for widget in (sign, head, words):
            widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(widget)
        layout.addStretch(2)
