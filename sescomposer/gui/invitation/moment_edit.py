"""A date and a time of day, each in its own field."""

from datetime import date, datetime, time

from PySide6.QtCore import QDate, QSignalBlocker, QTime, Signal
from PySide6.QtWidgets import QDateEdit, QHBoxLayout, QTimeEdit, QWidget

from sescomposer.core.invitation.moments import Moment
from sescomposer.gui.invitation.rows import tame

_DATE, _TIME, _SECONDS = "yyyy-MM-dd", "HH:mm", "HH:mm:ss"
_FIRST, _LAST = QDate(1, 1, 1), QDate(9999, 12, 31)


def date_edit(name: str, parent: QWidget) -> QDateEdit:
    """Make a field for a date, with a calendar to choose from."""
    edit = QDateEdit(parent)
    edit.setCalendarPopup(True)
    edit.setDisplayFormat(_DATE)
    edit.setDateRange(_FIRST, _LAST)
    edit.setAccessibleName(name)
    edit.setToolTip("Year, month, day.")
    tame(edit)
    return edit


def day_of(edit: QDateEdit) -> date:
    """Give the date that is shown."""
    shown = edit.date()
    return date(shown.year(), shown.month(), shown.day())


class MomentEdit(QWidget):
    """Edits what a clock shows.

    Signals:
        edited(object): the `datetime` that the user chose, midnight without a time of day.
    """

    edited = Signal(object)

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.date = date_edit(f"{name}: date", self)
        self.time = QTimeEdit(self)
        self.time.setDisplayFormat(_TIME)
        self.time.setAccessibleName(f"{name}: time")
        self.time.setToolTip("Hours and minutes, of 24 hours.")
        tame(self.time)
        self.setFocusProxy(self.date)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.date)
        row.addWidget(self.time)
        self.date.dateChanged.connect(self._on_changed)
        self.time.timeChanged.connect(self._on_changed)

    @property
    def clock(self) -> datetime:
        """What is shown."""
        shown = self.time.time()
        moment = time(shown.hour(), shown.minute(), shown.second())
        return datetime.combine(day_of(self.date), moment if self.time.isVisibleTo(self) else time())

    def show_moment(self, moment: Moment | None, *, days_less: int = 0) -> None:
        """Show a moment; `days_less` shows a date that many days earlier. None shows nothing that can be edited."""
        self.setEnabled(moment is not None)
        if moment is None:
            return
        self.time.setVisible(not moment.is_date)
        clock = moment.clock
        day = QDate(clock.year, clock.month, clock.day).addDays(-days_less)
        with QSignalBlocker(self.date), QSignalBlocker(self.time):
            self.time.setDisplayFormat(_SECONDS if clock.second else _TIME)
            if self.date.date() != day:
                self.date.setDate(day)
            if not moment.is_date and self.time.time() != QTime(clock.hour, clock.minute, clock.second):
                self.time.setTime(QTime(clock.hour, clock.minute, clock.second))

    def _on_changed(self) -> None:
        self.edited.emit(self.clock)
