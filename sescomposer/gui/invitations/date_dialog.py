"""Chooses one date of a repeating event, to cancel it or to move it."""

from collections.abc import Sequence
from datetime import timedelta

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QListWidget, QVBoxLayout, QWidget

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.event import Event
from sescomposer.core.invitation.moments import Moment
from sescomposer.gui.invitation.moment_edit import MomentEdit
from sescomposer.gui.invitation.times import span_words

_DAY = timedelta(days=1)


class DateDialog(QDialog):
    """A list of the next dates; to move one, also its new start and end.

    Signals:
        cancel_wanted(object): the original start of the date that shall be cancelled.
        move_wanted(object, object, object): the original start, the new start, the new end (or None).
    """

    cancel_wanted = Signal(object)
    move_wanted = Signal(object, object, object)

    def __init__(
        self, event: Event, dates: Sequence[Moment], *, moves: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Move one date" if moves else "Cancel one date")
        self._event, self._dates, self._moves = event, tuple(dates), moves
        self.list = QListWidget(self)
        self.list.setAccessibleName("Dates of the event")
        self.list.addItems([span_words(date, self._end_of(date)) for date in dates])
        self.start, self.end = MomentEdit("New start", self), MomentEdit("New end", self)
        self.trouble = QLabel(self)
        self.trouble.setAccessibleName("What is wrong")
        self._build()
        self.list.currentRowChanged.connect(self._on_row)
        self.list.itemActivated.connect(self.accept)
        self.start.edited.connect(self._on_start)
        self.end.edited.connect(self._show_trouble)
        self.list.setCurrentRow(0)

    def sizeHint(self) -> QSize:
        """Room for some dates."""
        return QSize(480, 440)

    @property
    def original(self) -> Moment | None:
        """The start that the rule gives the chosen date."""
        row = self.list.currentRow()
        return self._dates[row] if 0 <= row < len(self._dates) else None

    @property
    def wanted(self) -> tuple[Moment, Moment | None] | None:
        """The new start and end, in the form and zone of the event; None without a date."""
        original = self.original
        if original is None:
            return None
        start, end = original.at(self.start.clock), self._end_of(original)
        if end is None or not end.is_like(original):
            return start, None
        return start, end.at(self.end.clock + (_DAY if end.is_date else timedelta()))

    def _build(self) -> None:
        words = "Choose the date that shall be " + ("moved." if self._moves else "cancelled.")
        label = QLabel(f"{words} All other dates stay as they are. You review the message before it is sent.", self)
        label.setWordWrap(True)
        label.setBuddy(self.list)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        name = "&Open the message" if self._moves else "&Open the cancellation"
        self.accept_button = self.buttons.addButton(name, QDialogButtonBox.ButtonRole.AcceptRole)
        self.accept_button.setDefault(True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(label)
        column.addWidget(self.list, 1)
        form = QFormLayout()
        form.addRow("New &start:", self.start)
        form.addRow("New &end:", self.end)
        column.addLayout(form)
        form.setRowVisible(self.start, self._moves)
        form.setRowVisible(self.end, self._moves)
        column.addWidget(self.trouble)
        column.addWidget(self.buttons)

    def _end_of(self, start: Moment) -> Moment | None:
        event = self._event
        try:
            finish = event.finish
            if event.start is None or finish is None or not finish.is_like(event.start):
                return None
            return start.moved(finish.clock - event.start.clock)
        except MessageError:
            return None  # past the year 9999; the checks of the message tell of it

    @Slot()
    def _on_row(self) -> None:
        original = self.original
        if original is not None:
            end = self._end_of(original)
            self.start.show_moment(original)
            self.end.show_moment(end, days_less=1 if end is not None and end.is_date else 0)
        self._show_trouble()

    @Slot()
    def _on_start(self) -> None:
        """The end moves along with the start."""
        original = self.original
        if original is not None:
            end = self._end_of(original.at(self.start.clock))
            self.end.show_moment(end, days_less=1 if end is not None and end.is_date else 0)
        self._show_trouble()

    @Slot()
    def _show_trouble(self) -> None:
        wanted, words = self.wanted, ""
        if wanted is None:
            words = "There is no date to choose."
        elif self._moves and wanted[1] is not None and wanted[1].clock < wanted[0].clock:
            words = "It ends before it starts."
        elif self._moves and (*wanted,) == (self.original, self._end_of(wanted[0])):
            words = "Choose another time."
        self.trouble.setText(words)
        self.accept_button.setEnabled(not words)

    @Slot()
    def accept(self) -> None:
        """Tell what was chosen; nothing while something is wrong."""
        original, wanted = self.original, self.wanted
        if not self.accept_button.isEnabled() or original is None or wanted is None:
            return
        super().accept()
        if self._moves:
            self.move_wanted.emit(original, *wanted)
        else:
            self.cancel_wanted.emit(original)


__all__ = ["DateDialog"]
