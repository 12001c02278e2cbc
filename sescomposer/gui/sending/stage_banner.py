"""The banner of the send sheet: sign, title, what it means, the service's own words, and a bar while something runs."""

from PySide6.QtCore import QRectF, Qt, QTimer, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from sescomposer.gui.theme import theme_of
from sescomposer.gui.widgets.fitting_text import FittingText
from sescomposer.gui.widgets.sign import Sign

_SIGN = 24
_RADIUS = 6.0
_SCALE = 1000
_PAINT_MS = 100


class StageBanner(QWidget):
    """A tinted banner; its kind is told by sign and words, the colour only repeats it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = "note"
        self._sign = Sign(_SIGN, self)
        self.title = QLabel(self)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        font = self.title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.15)
        self.title.setFont(font)
        self.sentence = FittingText("What this means", self, lines=4)
        self.answer = FittingText("The answer in the service's words", self, fixed=True, lines=4)
        self.explanation = FittingText("Explanation", self, lines=6)
        self.ids = FittingText("Ids of the service", self, fixed=True, lines=3)
        for text in (self.sentence, self.explanation):
            text.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.bar.setAccessibleName("Progress")
        self._noted = 0, 0
        self._paint = QTimer(self, singleShot=True, interval=_PAINT_MS)
        self._paint.timeout.connect(self._on_paint)
        column = QVBoxLayout()
        column.setSpacing(4)
        for widget in (self.title, self.sentence, self.answer, self.ids, self.explanation, self.bar):
            column.addWidget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(16)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)

    def say(self, kind: str, title: str, sentence: str, answer: str = "", explanation: str = "", ids: str = "") -> None:
        """Show something else; screen readers read it out.

        Args:
            kind: "note", "ok", "warning" or "error".
            title, sentence: Our words.
            answer: The service's words, shown in a fixed width.
            explanation: What they mean.
            ids: Code and ids of the service, one a line.
        """
        self.set_title(kind, title)
        self.sentence.say(sentence)
        self.answer.say(answer)
        self.ids.say(ids)
        self.explanation.say(explanation)
        spoken = " ".join(words for words in (title, sentence, answer, explanation) if words)
        self.setAccessibleName(spoken)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, spoken))

    def set_title(self, kind: str, title: str) -> None:
        """Show another sign and title; nothing is read out."""
        self.title.setText(title)
        if kind != self._kind or self._sign.pixmap().isNull():
            self._kind = kind
            self._sign.show_sign("send" if kind == "note" else kind, kind)
            self.update()

    def note_progress(self, done: int, total: int) -> None:
        """Move the bar soon: it paints itself at every step, and steps may come by the thousand."""
        self._noted = done, total
        if not self._paint.isActive():
            self._paint.start()

    @Slot()
    def _on_paint(self) -> None:
        self.show_progress(*self._noted)

    def show_progress(self, done: int, total: int) -> None:
        """Move the bar; total 0 for an end that is not known. Counts may be beyond 32 bits."""
        self._paint.stop()
        self.bar.setRange(0, _SCALE if total else 0)
        self.bar.setValue(_SCALE * done // total if total else 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Lay the tint under the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme_of(self).tint[self._kind])
        painter.drawRoundedRect(QRectF(self.rect()), _RADIUS, _RADIUS)
        painter.end()
