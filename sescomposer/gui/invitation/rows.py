"""Rows of the form: a label, a control, and below it a sentence where a value cannot be used."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from sescomposer.core.invitation.event import Event
from sescomposer.gui.invitation.edits import EventEdits
from sescomposer.gui.panes.envelope_parts import title
from sescomposer.gui.widgets.field_line import FieldLine, UndoToWindow
from sescomposer.gui.widgets.note_line import NoteLine

_LABEL_WIDTH = 96


class WheelGuard(QObject):
    """An event filter: the wheel scrolls the form, and turns a value only where the focus is."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the form have the wheel."""
        if event.type() is QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


def tame(control: QWidget) -> None:
    """Let the window undo, and the form scroll, over a control."""
    control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    control.installEventFilter(WheelGuard(control))
    undo = UndoToWindow(control)
    if isinstance(control, QAbstractSpinBox | QComboBox):
        control.installEventFilter(undo)
    for line in control.findChildren(QLineEdit):
        line.installEventFilter(undo)


def beside(parent: QWidget, *controls: QWidget, stretch: int = -1) -> QWidget:
    """Put controls beside each other; the one at `stretch` takes the room, -1 leaves it empty at the end."""
    row = QWidget(parent)
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(8)
    for number, control in enumerate(controls):
        layout.addWidget(control, 1 if number == stretch else 0)
    if stretch < 0:
        layout.addStretch(1)
    return row


class Section(QWidget):
    """A titled group of rows; what it shows is given to it by `show_event`."""

    words = ""

    def __init__(self, edits: EventEdits, parent: QWidget) -> None:
        super().__init__(parent)
        self.edits = edits
        self.notes: dict[str, NoteLine] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        if self.words:
            column.addWidget(title(self.words, self))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnMinimumWidth(0, _LABEL_WIDTH)
        self._grid.setColumnStretch(1, 1)
        column.addLayout(self._grid)
        self.build()

    def build(self) -> None:
        """Make the rows."""
        raise NotImplementedError

    def show_event(self, event: Event) -> None:
        """Show an event."""
        raise NotImplementedError

    def add_row(
        self, name: str, label: str, control: QWidget, help_: str = "", named: QWidget | None = None
    ) -> NoteLine:
        """Add a row.

        Args:
            name: Name of its note in `notes`.
            label: Words before the control.
            control: The control, or a group of them.
            help_: A sentence for tool tip and screen readers.
            named: The control that the label is of, where `control` is a group.
        """
        target = named or control
        words = QLabel(label, self)
        words.setBuddy(target)
        target.setAccessibleName(target.accessibleName() or label.replace("&", ""))
        if help_:
            target.setToolTip(help_)
            target.setAccessibleDescription(help_)
        note = NoteLine(self)
        row = self._grid.rowCount()
        self._grid.addWidget(words, row, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._grid.addWidget(control, row, 1)
        self._grid.addWidget(note, row + 1, 1)
        words.setContentsMargins(0, 4, 0, 0)
        self.notes[name] = note
        return note

    def add_wide(self, control: QWidget) -> None:
        """Add a control below the others that takes the whole width."""
        self._grid.addWidget(control, self._grid.rowCount(), 0, 1, 2)

    def add_line(
        self, name: str, label: str, changed: Callable[[str], None], help_: str = "", hint: str = ""
    ) -> FieldLine:
        """Add a row with a line of text; `changed` gets the text with each key."""
        line = FieldLine(label.replace("&", ""), self)
        line.setPlaceholderText(hint)
        line.edited.connect(changed)
        self.add_row(name, label, line, help_)
        return line

    def say(self, name: str, sentence: str, *, role: str = "error", offer: str = "") -> None:
        """Say something at a row, nothing with ""."""
        if not sentence:
            self.notes[name].clear()
        elif sentence != self.notes[name].sentence:
            self.notes[name].say(sentence, role=role, offer=offer)
