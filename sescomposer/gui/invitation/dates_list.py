"""The next dates of an event, of which each can be left out, and the dates that are left out, which can come back."""

from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QDate, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QListWidget, QListWidgetItem, QPushButton, QWidget

from sescomposer.core.invitation.event import Event
from sescomposer.core.invitation.moments import Moment
from sescomposer.gui.invitation.dates import SHOWN, Dates, next_dates
from sescomposer.gui.invitation.edits import EventEdits
from sescomposer.gui.invitation.moment_edit import date_edit, day_of
from sescomposer.gui.invitation.times import in_words
from sescomposer.gui.widgets.note_line import NoteLine

_MOMENT = Qt.ItemDataRole.UserRole


class _List(QListWidget):
    """A list of moments; Delete and Enter do what its button does.

    Signals:
        wanted(): the button's action is wanted for the current row.
    """

    wanted = Signal()

    def __init__(self, name: str, lines: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._lines = lines
        self.setAccessibleName(name)
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)

    @property
    def moment(self) -> Moment | None:
        """The moment of the current row."""
        item = self.currentItem()
        found = item.data(_MOMENT) if item is not None else None
        return found if isinstance(found, Moment) else None

    def show_moments(self, moments: tuple[Moment, ...], zone: str) -> None:
        """Show moments in words; the current row stays where it is."""
        row = self.currentRow()
        self.clear()
        for moment in moments:
            item = QListWidgetItem(in_words(Event(start=moment), zone), self)
            item.setData(_MOMENT, moment)
        self.setCurrentRow(min(row, len(moments) - 1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do it with a key."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.wanted.emit()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """A few rows."""
        return QSize(240, self.fontMetrics().lineSpacing() * self._lines + 24)

    def minimumSizeHint(self) -> QSize:
        """As high as wanted."""
        return QSize(120, self.sizeHint().height())


class DatesList(QWidget):
    """Shows the next dates, and edits the exceptions."""

    def __init__(self, edits: EventEdits, parent: QWidget) -> None:
        super().__init__(parent)
        self._edits = edits
        self.words = QLabel(self)
        self.dates = _List("Next dates", 6, self)
        self.leave_button = QPushButton("Leave out", self)
        self.leave_button.setToolTip("The event does not take place on the selected date.")
        self.left_words = QLabel("Left out", self)
        self.left = _List("Dates left out", 6, self)
        self.back_button = QPushButton("Bring back", self)
        self.back_button.setToolTip("The event takes place on the selected date after all.")
        self.day = date_edit("Date to leave out", self)
        self.day_button = QPushButton("Leave out this date", self)
        self.note = NoteLine(self)
        self._build()
        self.leave_button.clicked.connect(self._on_leave)
        self.dates.wanted.connect(self._on_leave)
        self.back_button.clicked.connect(self._on_back)
        self.left.wanted.connect(self._on_back)
        self.day_button.clicked.connect(self._on_day)
        self.dates.currentRowChanged.connect(self._show_buttons)
        self.left.currentRowChanged.connect(self._show_buttons)

    def _build(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        grid.addWidget(self.words, 0, 0, 1, 2)
        grid.addWidget(self.left_words, 0, 2, 1, 2)
        grid.addWidget(self.dates, 1, 0, 1, 2)
        grid.addWidget(self.left, 1, 2, 1, 2)
        grid.addWidget(self.leave_button, 2, 0)
        grid.addWidget(self.back_button, 2, 2)
        grid.addWidget(self.day, 3, 0)
        grid.addWidget(self.day_button, 3, 1, 1, 3, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(self.note, 4, 0, 1, 4)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)

    def show_event(self, event: Event) -> None:
        """Show the dates of an event that repeats; nothing for one that does not."""
        repeats = bool(event.rule or event.rdates or event.exdates)
        self.setVisible(repeats)
        if not repeats or event.start is None:
            return
        found = next_dates(event, self._edits.composer.services.clock.now())
        self.words.setText(_title(found, event))
        self.dates.show_moments(found.moments, event.zone or "UTC")
        self.left.show_moments(event.exdates, event.zone or "UTC")
        if found.reason:
            self.note.say(found.reason)
        else:
            self.note.clear()
        if not self.day.hasFocus() and found.moments:
            first = found.moments[0].day
            self.day.setDate(QDate(first.year, first.month, first.day))
        self._show_buttons()

    @Slot()
    def _show_buttons(self) -> None:
        self.leave_button.setEnabled(self.dates.moment is not None)
        self.back_button.setEnabled(self.left.moment is not None)

    @Slot()
    def _on_leave(self) -> None:
        if (moment := self.dates.moment) is not None:
            self._leave_out(moment)

    @Slot()
    def _on_day(self) -> None:
        start = self._edits.event.start
        if start is not None:
            self._leave_out(start.at(datetime.combine(day_of(self.day), start.clock.time())))

    def _leave_out(self, moment: Moment) -> None:
        def change(event: Event) -> Event:
            return event if moment in event.exdates else replace(event, exdates=(*event.exdates, moment))

        self._say(self._edits.change(change, "remove date"))

    @Slot()
    def _on_back(self) -> None:
        moment = self.left.moment
        if moment is not None:
            left = tuple(other for other in self._edits.event.exdates if other != moment)
            self._say(self._edits.change(lambda event: replace(event, exdates=left), "restore date"))

    def _say(self, sentence: str) -> None:
        if sentence:
            self.note.say(sentence)


def _title(found: Dates, event: Event) -> str:
    zone = f", in {event.zone}" if event.zone else ""
    if found.are_past:
        return f"All dates are past{zone}"
    return f"The next {SHOWN} dates{zone}" if found.has_more else f"All dates to come{zone}"
