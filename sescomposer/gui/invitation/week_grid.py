"""The week of an event as a calendar shows it: days across, hours down, and the hours of every chosen zone beside."""

from datetime import date, datetime, time, timedelta

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.event import Event
from sescomposer.core.invitation.moments import Form, Moment
from sescomposer.core.invitation.zones import canonical_zone, in_zone
from sescomposer.gui.invitation.times import day_words, in_words
from sescomposer.gui.theme import theme_of

_HOURS, _DAYS = 24, 7
_DAY = timedelta(days=1)
_GAP = 4


def city(zone: str) -> str:
    """Give the short name of a zone.

    >>> city("America/New_York"), city("")
    ('New York', 'Local')
    """
    return zone.rpartition("/")[2].replace("_", " ") or "Local"


class WeekGrid(QWidget):
    """Paints the dates of one week."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._monday = date(2027, 1, 4)
        self._zones: tuple[str, ...] = ()
        self._spans: tuple[tuple[datetime, datetime], ...] = ()
        self._title = ""
        self._is_all_day = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Week of the event")

    def show_event(self, event: Event, dates: tuple[Moment, ...], zones: tuple[str, ...]) -> None:
        """Show the dates of an event that lie in the week of the first of them, by the clock of the first zone."""
        self._zones = zones
        self._title = event.summary or "(no title)"
        self._is_all_day = event.all_day
        spans = tuple(span for moment in dates if (span := _span(event, moment, zones[0])) is not None)
        if spans:
            first = spans[0][0].date()
            self._monday = first - timedelta(days=first.weekday())
        week = (datetime.combine(self._monday, time()), datetime.combine(self._monday, time()) + _DAYS * _DAY)
        self._spans = tuple(span for span in spans if span[0] < week[1] and span[1] > week[0])
        self.setAccessibleDescription(". ".join(f"{city(zone)}: {in_words(event, zone)}" for zone in zones))
        self.setToolTip("\n".join(f"{city(zone)}: {in_words(event, zone)}" for zone in zones))
        self.updateGeometry()
        self.update()

    @property
    def spans(self) -> tuple[tuple[datetime, datetime], ...]:
        """Start and end of what is shown, by the clock of the first zone."""
        return self._spans

    def sizeHint(self) -> QSize:
        """All hours of the day."""
        return QSize(320, self._top + (0 if self._is_all_day else _HOURS * self._hour) + _GAP)

    def minimumSizeHint(self) -> QSize:
        """As high as wanted."""
        return QSize(240, self.sizeHint().height())

    @property
    def _hour(self) -> int:
        return self.fontMetrics().height()

    @property
    def _top(self) -> int:
        return 2 * self.fontMetrics().height() + (self.fontMetrics().height() + _GAP if self._is_all_day else _GAP)

    @property
    def _axis(self) -> int:
        return self.fontMetrics().horizontalAdvance("00:00 +1") + _GAP

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the grid."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
        left = 0 if self._is_all_day else self._axis * len(self._zones)
        width = max(1.0, (self.width() - left) / _DAYS)
        self._paint_days(painter, left, width)
        if not self._is_all_day:
            self._paint_axes(painter)
        for begin, end in self._spans:
            self._paint_span(painter, begin, end, left, width)
        painter.end()

    def _paint_days(self, painter: QPainter, left: int, width: float) -> None:
        line = theme_of(self).text["mark"]
        for number in range(_DAYS):
            day = Moment.on(self._monday + number * _DAY)
            words = day_words(day).rsplit(" ", 2)[0]
            x = left + number * width
            painter.setPen(self.palette().color(QPalette.ColorRole.Text))
            room = QRectF(x, 0, width, self._top)
            painter.drawText(room, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, words)
            painter.setPen(line)
            painter.setOpacity(0.4)
            painter.drawLine(int(x), self.fontMetrics().height(), int(x), self.height())
            painter.setOpacity(1.0)

    def _paint_axes(self, painter: QPainter) -> None:
        metrics, theme = self.fontMetrics(), theme_of(self)
        for number, zone in enumerate(self._zones):
            x = number * self._axis
            painter.setPen(self.palette().color(QPalette.ColorRole.Text))
            name = metrics.elidedText(city(zone), Qt.TextElideMode.ElideRight, self._axis - _GAP)
            painter.drawText(QRectF(x + 2, metrics.height(), self._axis, metrics.height()), name)
            painter.setPen(theme.text["mark"])
            for hour in range(0, _HOURS, 2):
                y = self._top + hour * self._hour
                painter.drawText(QRectF(x + 2, y, self._axis, self._hour), self._hour_words(hour, zone))
        painter.setOpacity(0.25)
        for hour in range(0, _HOURS + 1, 2):
            y = self._top + hour * self._hour
            painter.drawLine(0, y, self.width(), y)
        painter.setOpacity(1.0)

    def _hour_words(self, hour: int, zone: str) -> str:
        """Give what the clock of a zone shows when that of the first shows an hour of the first day shown."""
        day = self._spans[0][0].date() if self._spans else self._monday
        here = datetime.combine(day, time(hour))
        if zone == self._zones[0] or not zone or not self._zones[0]:
            return f"{here:%H:%M}"
        there = in_zone(Moment.zoned(here, self._zones[0]), zone).clock
        shift = (there.date() - day).days
        return f"{there:%H:%M}{f' {shift:+}' if shift else ''}"

    def _paint_span(self, painter: QPainter, begin: datetime, end: datetime, left: int, width: float) -> None:
        """Paint one date, a piece for each day that it touches."""
        theme = theme_of(self)
        for number in range(_DAYS):
            day = datetime.combine(self._monday + number * _DAY, time())
            start, stop = max(begin, day), min(end, day + _DAY)
            if start >= stop and not (start == stop == begin and begin < day + _DAY):
                continue
            room = self._room(start - day, stop - day, left + number * width, width)
            painter.fillRect(room, theme.tint["selection"] if "selection" in theme.tint else theme.tint["note"])
            painter.setPen(theme.text["note"])
            painter.drawRect(room)
            painter.setPen(self.palette().color(QPalette.ColorRole.Text))
            words = self._title if self._is_all_day else f"{start:%H:%M} {self._title}"
            flags = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(room.adjusted(3, 1, -2, -1), flags, words)

    def _room(self, start: timedelta, stop: timedelta, x: float, width: float) -> QRectF:
        if self._is_all_day:
            height = self.fontMetrics().height()
            return QRectF(x + 1, height + _GAP, width - 2, self.height() - height - 2 * _GAP)
        hour = timedelta(hours=1)
        top = self._top + start / hour * self._hour
        return QRectF(x + 1, top, width - 2, max((stop - start) / hour * self._hour, self._hour))

    def changeEvent(self, event: QEvent) -> None:
        """Follow font and palette."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange):
            self.updateGeometry()
            self.update()


def _span(event: Event, moment: Moment, zone: str) -> tuple[datetime, datetime] | None:
    """Give start and end of the event on one of its dates, by the clock of a zone; None for an unknown zone."""
    start, finish = event.start, event.finish
    if start is None:
        return None
    try:
        here = in_zone(moment, zone) if zone and moment.form not in (Form.DATE, Form.FLOATING) else moment
        length = timedelta()
        if finish is not None and finish.is_date is start.is_date:
            same = finish.is_like(start) or finish.form in (Form.DATE, Form.FLOATING)
            known = canonical_zone(start.zone) or "UTC"
            length = (finish if same else in_zone(finish, known)).clock - start.clock
        return here.clock, here.clock + max(length, timedelta())
    except (MessageError, OverflowError):
        return None
