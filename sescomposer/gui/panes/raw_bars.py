"""The two bars below a raw view: search, and go to a line, a part or an octet."""

import re

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from sescomposer.core.errors import UsageError
from sescomposer.core.octets import Octets
from sescomposer.gui.icons import icon

_ICON = QSize(16, 16)
_QUOTED = 24
"""Characters of what was typed that an answer repeats."""


_PART = re.compile(r"part\s*([1-9][\d.]*\+?|\+)|([1-9]\d*(?:\.\d+)+\+?|[1-9]\d*\+|\+)", re.IGNORECASE)


def part_named(text: str) -> str:
    """Give the part number that a person names, "" if it is none; a number without a dot is that of a line.

    >>> part_named("1.2"), part_named(" Part 2 "), part_named("3+"), part_named("2")
    ('1.2', '2', '3+', '')
    """
    found = _PART.fullmatch(text.strip())
    return found[1] or found[2] if found else ""


def place_of(octets: Octets, text: str) -> int:
    """Give the offset that a person names: a line from 1, or an octet from 0 behind `@`, decimal or with 0x.

    Raises:
        UsageError: it is neither, or beyond the end.

    >>> place_of(Octets.of(b"a\\nb"), "2"), place_of(Octets.of(b"a\\nb"), "@0x1")
    (2, 1)
    """
    at_octet = text.strip().startswith("@")
    try:
        number = int(text.strip().removeprefix("@").replace(",", ""), 0)
    except ValueError as error:
        sentence = f"{text[:_QUOTED]!r} is no line, no part such as 1.2 and no octet such as @1024."
        raise UsageError(sentence, value=text) from error
    most = len(octets) if at_octet else octets.newlines + 1
    if not (0 if at_octet else 1) <= number <= most:
        raise UsageError(f"There are {most:,} {'octets' if at_octet else 'lines'}.", value=text)
    return number if at_octet else octets.line_start(number - 1)


class Bar(QWidget):
    """A bar with a line edit that Escape closes.

    Signals:
        closed(): it was hidden by the user.
    """

    closed = Signal()

    def __init__(self, label: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.field = QLineEdit(self)
        self.field.setAccessibleName(label)
        self.field.setPlaceholderText(label)
        self.field.setClearButtonEnabled(True)
        self.answer = QLabel(self)
        self.answer.setAccessibleName("Result")
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(8, 4, 8, 4)
        self.row.setSpacing(8)
        self.row.addWidget(self.field, 1)
        self.hide()

    def open(self, text: str = "") -> None:
        """Show the bar and begin to type."""
        self.answer.clear()
        if text:
            self.field.setText(text)
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def tell(self, text: str) -> None:
        """Show a result."""
        self.answer.setText(text)

    @Slot()
    def close_bar(self) -> None:
        """Hide the bar."""
        self.hide()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        else:
            super().keyPressEvent(event)

    def add_button(self, name: str, words: str) -> QToolButton:
        """Put a button at the end."""
        button = QToolButton(self)
        button.setIcon(icon(name))
        button.setIconSize(_ICON)
        button.setAutoRaise(True)
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.row.addWidget(button)
        return button


class SearchBar(Bar):
    """What to search for.

    Signals:
        wanted(bool): search the text, forward (True) or backward.
        typed(): the text or a choice changed.
    """

    wanted = Signal(bool)
    typed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Find in the raw source", parent)
        self.case = QCheckBox("Match &case", self)
        self.row.addWidget(self.case)
        self.row.addWidget(self.answer)
        self.add_button("up", "Find previous (Shift+F3)").clicked.connect(self._on_previous)
        self.add_button("down", "Find next (F3)").clicked.connect(self._on_next)
        self.add_button("close", "Close the search (Esc)").clicked.connect(self.close_bar)
        self.field.textEdited.connect(self.typed)
        self.case.toggled.connect(self.typed)

    @property
    def needle(self) -> bytes:
        """What is searched for, as UTF-8."""
        return self.field.text().encode("utf-8", "replace")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter finds the next, Shift+Enter the previous."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.wanted.emit(not event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_previous(self) -> None:
        self.wanted.emit(False)

    @Slot()
    def _on_next(self) -> None:
        self.wanted.emit(True)


class GoToBar(Bar):
    """Where to go.

    Signals:
        wanted(str): what was typed, at Enter.
    """

    wanted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Go to a line such as 120, a part such as 1.2 or part 2, or an octet such as @4096", parent)
        self.field.setToolTip("A line: 120. A part: 1.2, part 2, or + for the message. An octet: @4096 or @0x1000.")
        self.field.setAccessibleDescription(self.field.toolTip())
        self.row.addWidget(self.answer)
        self.add_button("close", "Close (Esc)").clicked.connect(self.close_bar)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes there."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.wanted.emit(self.field.text())
        else:
            super().keyPressEvent(event)
