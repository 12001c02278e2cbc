"""A line with a sign and a sentence; the sign is told in a word to screen readers, the colour only repeats it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from sescomposer.gui.widgets.sign import Sign

_SIGN = 16
_SPOKEN = {"ok": "good", "note": "note", "warning": "warning", "error": "bad"}


class MarkedLine(QWidget):
    """Sign and words of one fact."""

    def __init__(self, parent: QWidget | None = None, *, bold: bool = False) -> None:
        super().__init__(parent)
        self.kind = "note"
        self._sign = Sign(_SIGN, self)
        self.words = QLabel(self)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        if bold:
            font = self.words.font()
            font.setBold(True)
            self.words.setFont(font)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)

    def say(self, kind: str, sentence: str, spoken: str = "") -> None:
        """Show something else.

        Args:
            kind: "ok", "note", "warning" or "error".
            sentence: Plain text.
            spoken: What the sign means here, "" for the usual word.
        """
        self.kind = kind
        self.words.setText(sentence)
        self._sign.setToolTip(spoken or _SPOKEN[kind])
        self.words.setAccessibleName(f"{spoken or _SPOKEN[kind]}: {sentence}")
        self._sign.show_sign(kind)
