"""Rows of facts: a sign, a name, a verdict in words and its reason; nothing is told by colour alone."""

import re

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from sescomposer.gui.icons import icon
from sescomposer.gui.theme import theme_of

_SIGN = QSize(16, 16)
_LONG_WORD = re.compile(r"\S{17,}")
_PIECE = re.compile(r"[^@._/-]{1,12}[@._/-]?|[@._/-]")
_BREAK = "\u200b"


class Sign(QLabel):
    """A small icon in the colour of a role, or in that of text; other labels say what it means."""

    def __init__(self, name: str, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._role = role
        self.setFixedSize(_SIGN)
        self._draw()

    @property
    def role(self) -> str:
        """The role of its colour, "" for that of text."""
        return self._role

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._draw()

    def _draw(self) -> None:
        self.setPixmap(icon(self._name, self._role).pixmap(_SIGN))


class WrappingLabel(QLabel):
    """Words that wrap in a narrow pane, fingerprints and addresses too; the keys that copy leave the breaks out."""

    def say(self, words: str) -> None:
        """Show words."""
        self.setText(narrow(words))
        self.setAccessibleName(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy what was written, and not where it may break."""
        if event.matches(QKeySequence.StandardKey.Copy) and self.hasSelectedText():
            QGuiApplication.clipboard().setText(self.selectedText().replace(_BREAK, ""))
            return
        super().keyPressEvent(event)


def narrow(words: str) -> str:
    """Let long words break behind their signs, else anywhere.

    >>> narrow("ann@example.org"), narrow("a" * 24).count("\\u200b")
    ('ann@example.org', 1)
    """
    return _LONG_WORD.sub(lambda word: _BREAK.join(_PIECE.findall(word[0])), words)


def plain(words: str, parent: QWidget, *, name: str = "", bold: bool = False) -> QLabel:
    """Make a label that wraps, whose text can be selected and never is markup.

    Args:
        words: What it says; some of it may come from a message.
        parent: Where it stands.
        name: Name for screen readers, "" for the words themselves.
        bold: Whether it is a title.
    """
    label = WrappingLabel(parent)
    label.say(words)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    if name:
        label.setAccessibleName(name)
    if bold:
        font = label.font()
        font.setBold(True)
        label.setFont(font)
    return label


class FactRows(QWidget):
    """A table of facts without lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(3, 1)
        self.rows: list[tuple[str, str, str]] = []

    def add(self, sign: str, role: str, name: str, verdict: str, sentence: str) -> None:
        """Add a fact: its sign, the role of the sign's colour, its name, its verdict in words, and why."""
        row = len(self.rows)
        self.rows.append((name, verdict, sentence))
        named, told = QLabel(name, self), QLabel(verdict, self)
        for label in (named, told):
            label.setTextFormat(Qt.TextFormat.PlainText)
        font = told.font()
        font.setBold(True)
        told.setFont(font)
        why = plain(sentence, self, name=f"{name}: {verdict}. {sentence}")
        top = Qt.AlignmentFlag.AlignTop
        for column, widget in enumerate((Sign(sign, role, self), named, told)):
            self._grid.addWidget(widget, row, column, top)
        self._grid.addWidget(why, row, 3)


class Headline(QWidget):
    """What all of it comes to: a tinted line with a sign."""

    def __init__(self, kind: str, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        self.sentence = sentence
        self.setAutoFillBackground(True)
        self._sign = Sign(kind, kind, self)
        words = plain(sentence, self, bold=True)
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 8, 8, 8)
        grid.setHorizontalSpacing(8)
        grid.addWidget(self._sign, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(words, 0, 1)
        grid.setColumnStretch(1, 1)
        self._tint()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._tint()

    def _tint(self) -> None:
        colour = theme_of(self).tint[self.kind]
        palette = self.palette()
        if palette.color(self.backgroundRole()) != colour:
            palette.setColor(self.backgroundRole(), colour)
            self.setPalette(palette)
