"""The rows for repetition: how often, on which days, until when, without which dates; in words, and as dates."""

from dataclasses import replace
from datetime import date, datetime, time
from functools import partial

from PySide6.QtCore import QDate, QSignalBlocker, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QSpinBox, QWidget

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.event import Event
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.occurrences import is_instance, occurrences
from sescomposer.core.invitation.rule_value import Frequency, Rule, Weekday, rule_faults
from sescomposer.core.invitation.rules import fits_outlook, in_words
from sescomposer.gui.invitation import moves
from sescomposer.gui.invitation.dates_list import DatesList
from sescomposer.gui.invitation.moment_edit import date_edit, day_of
from sescomposer.gui.invitation.rows import Section, beside, tame
from sescomposer.gui.invitation.rule_choice import (
    DAYS,
    UNITS,
    Days,
    days_for,
    fresh,
    is_shown,
    rule_of,
    simplified,
    with_days,
)
from sescomposer.gui.widgets.faint import Faint

_NEVER, _OTHER = "never", "other"
_FREQUENCIES = {
    _NEVER: "Never",
    Frequency.DAILY.name: "Every day",
    Frequency.WEEKLY.name: "Every week",
    Frequency.MONTHLY.name: "Every month",
    Frequency.YEARLY.name: "Every year",
}
_ENDS = {"": "Never", "count": "After a number of times", "until": "On a date"}
_MOST = 999


class RepetitionSection(Section):
    """Edits the rule of an event."""

    words = "Repetition"

    def build(self) -> None:
        """Make the rows."""
        self.frequency = self._box(_FREQUENCIES, self._on_frequency)
        self.interval = self._spin("Every how many", self._on_interval)
        self.add_row("frequency", "&Repeats", beside(self, self.frequency, self.interval), named=self.frequency)
        self.weekdays = [self._weekday(number) for number in range(len(DAYS))]
        self.week = beside(self, *self.weekdays)
        self.add_row("week", "On", self.week, named=self.weekdays[0])
        self.days = self._box({}, self._on_days)
        self.add_row("days", "On", self.days)
        self.ends = self._box(_ENDS, self._on_ends)
        self.count = self._spin("Number of times", self._on_count)
        self.until = date_edit("Last date", self)
        self.until.dateChanged.connect(self._on_until)
        self.ending = beside(self, self.ends, self.count, self.until)
        self.add_row("ends", "E&nds", self.ending, named=self.ends)
        self.sentence = Faint("", self)
        self.sentence.setAccessibleName("The repetition in words")
        self.add_row("sentence", "", self.sentence)
        self.notes["sentence"].accepted.connect(self._on_first_date)
        self.dates = DatesList(self.edits, self)
        self.add_wide(self.dates)

    def _box(self, choices: dict[str, str], chosen: object) -> QComboBox:
        box = QComboBox(self)
        for value, words in choices.items():
            box.addItem(words, value)
        box.activated.connect(chosen)
        tame(box)
        return box

    def _spin(self, name: str, changed: object) -> QSpinBox:
        spin = QSpinBox(self)
        spin.setRange(1, _MOST)
        spin.setAccessibleName(name)
        spin.valueChanged.connect(changed)
        tame(spin)
        return spin

    def _weekday(self, number: int) -> QCheckBox:
        box = QCheckBox(DAYS[number][:2], self)
        box.setAccessibleName(DAYS[number])
        box.setToolTip(DAYS[number])
        box.clicked.connect(partial(self._on_weekday, number))
        return box

    # Showing

    def show_event(self, event: Event) -> None:
        """Show the rule of an event."""
        self.setEnabled(event.start is not None)
        rule = rule_of(event.rule)
        can_edit = rule is not None and is_shown(rule)
        self._show_frequency(event, rule, can_edit=can_edit)
        self._show_row("week", self.week, can_edit and rule is not None and rule.frequency is Frequency.WEEKLY)
        by_month = rule is not None and rule.frequency in (Frequency.MONTHLY, Frequency.YEARLY)
        self._show_row("days", self.days, can_edit and by_month)
        self._show_row("ends", self.ending, rule is not None)
        if rule is not None and event.start is not None:
            self._show_days(rule, event.start)
            self._show_ends(rule, event.start)
        self._say_rule(event, rule)
        self.dates.show_event(event)

    def _show_row(self, name: str, control: QWidget, shown: bool) -> None:
        """Show a row or hide it, with its label."""
        control.setVisible(shown)
        place = self._grid.indexOf(control)
        row = self._grid.getItemPosition(place)[0]  # type: ignore[index]
        label = self._grid.itemAtPosition(row, 0)
        words = label.widget() if label is not None else None
        if words is not None:
            words.setVisible(shown)

    def _show_frequency(self, event: Event, rule: Rule | None, *, can_edit: bool) -> None:
        is_other = bool(event.rule) and not can_edit
        with QSignalBlocker(self.frequency), QSignalBlocker(self.interval):
            place = self.frequency.findData(_OTHER)
            if is_other and place < 0:
                self.frequency.addItem("As the text says", _OTHER)
            elif not is_other and place >= 0:
                self.frequency.removeItem(place)
            name = _OTHER if is_other else rule.frequency.name if rule is not None else _NEVER
            self.frequency.setCurrentIndex(self.frequency.findData(name))
            self.interval.setVisible(can_edit)
            if rule is not None and can_edit:
                self.interval.setPrefix("every ")
                self.interval.setSuffix(f" {UNITS[rule.frequency]}{'s' if rule.interval != 1 else ''}")
                self.interval.setValue(rule.interval)

    def _show_days(self, rule: Rule, start: Moment) -> None:
        named = {day.day for day in rule.by_day} or {start.day.weekday()}
        for number, box in enumerate(self.weekdays):
            box.setChecked(number in named)
        if self.days.isVisibleTo(self):
            options = days_for(rule, start)
            with QSignalBlocker(self.days):
                self.days.clear()
                for days in options:
                    self.days.addItem(days.words, days)
                own = simplified(rule)
                self.days.setCurrentIndex(next(i for i, days in enumerate(options) if days.is_of(own)))

    def _show_ends(self, rule: Rule, start: Moment) -> None:
        kind = "count" if rule.count else "until" if rule.until is not None else ""
        with QSignalBlocker(self.ends), QSignalBlocker(self.count), QSignalBlocker(self.until):
            self.ends.setCurrentIndex(self.ends.findData(kind))
            self.count.setVisible(kind == "count")
            self.count.setSuffix(" times")
            self.count.setValue(max(rule.count, 1))
            self.until.setVisible(kind == "until")
            if rule.until is not None:
                day = self._last_day(rule.until, start)
                self.until.setDate(QDate(day.year, day.month, day.day))

    def _last_day(self, until: Moment, start: Moment) -> date:
        try:
            return moves.last_day(until, start).date()
        except MessageError:
            return until.day  # an unknown zone; the row of the zone says so

    def _say_rule(self, event: Event, rule: Rule | None) -> None:
        """Say the rule in words, and what speaks against it."""
        start = event.start
        self.say("sentence", "")
        if rule is None or start is None:
            self.sentence.setText(f"The text has the rule {event.rule}, which cannot be read." if event.rule else "")
            return
        faults = rule_faults(rule, start)
        self.sentence.setText(event.rule if faults else in_words(rule, start))
        if faults:
            self.say("sentence", faults[0].sentence)
        elif reason := fits_outlook(rule):
            kept = "" if is_shown(rule) else " It stays as it is until you choose another."
            self.say("sentence", f"{reason}{kept}", role="warning")
        elif not is_shown(rule):
            self.say("sentence", "This editor cannot show the rule; it stays as it is.", role="note")
        elif not is_instance(start, rule) and occurrences(start, rule, limit=1):
            offer = "Start on the first date"
            self.say("sentence", "The start is none of the dates of the repetition.", role="warning", offer=offer)

    # Edits

    def _set(self, rule: Rule | None, label: str, *, merge: bool = False) -> None:
        text = "" if rule is None else str(rule)
        sentence = self.edits.change(lambda event: replace(event, rule=text), label, merge=merge)
        if sentence:
            self.say("frequency", sentence)

    def _now(self) -> tuple[Rule, Moment] | None:
        """Give the rule and the start of the moment."""
        event = self.edits.event
        rule = rule_of(event.rule)
        return (rule, event.start) if rule is not None and event.start is not None else None

    @Slot(int)
    def _on_frequency(self, index: int) -> None:
        chosen, event = self.frequency.itemData(index), self.edits.event
        if chosen == _NEVER:
            self._set(None, "remove repetition")
        elif chosen != _OTHER and event.start is not None:
            before = rule_of(event.rule)
            if before is None or before.frequency.name != chosen or not is_shown(before):
                self._set(fresh(Frequency[chosen], event.start, before), "set repetition")

    @Slot(int)
    def _on_interval(self, interval: int) -> None:
        if now := self._now():
            self._set(replace(now[0], interval=interval), "set repetition", merge=True)

    def _on_weekday(self, number: int, checked: bool = False) -> None:
        now = self._now()
        if now is None:
            return
        chosen = [Weekday(day) for day, box in enumerate(self.weekdays) if box.isChecked()]
        if chosen:
            self._set(replace(now[0], by_day=tuple(chosen)), "set weekdays")
        else:
            self.weekdays[number].setChecked(True)
            self.say("week", "A week needs at least one day.", role="note")

    @Slot(int)
    def _on_days(self, index: int) -> None:
        now, days = self._now(), self.days.itemData(index)
        if now is not None and isinstance(days, Days):
            self._set(with_days(now[0], days), "set days")

    @Slot(int)
    def _on_ends(self, index: int) -> None:
        now = self._now()
        if now is None:
            return
        rule, start = now
        match self.ends.itemData(index):
            case "count":
                self._set(replace(rule, count=rule.count or 10, until=None), "set end of repetition")
            case "until":
                self._set_until(rule, start, self._last_of(rule, start))
            case _:
                self._set(replace(rule, count=0, until=None), "set end of repetition")

    def _last_of(self, rule: Rule, start: Moment) -> date:
        """Give the last of the dates there are, the tenth of a rule without end."""
        try:
            return occurrences(start, replace(rule, until=None, count=rule.count or 10), limit=_MOST)[-1].day
        except (MessageError, IndexError):
            return start.day  # a rule without dates, or in an unknown zone, which is said elsewhere

    @Slot(int)
    def _on_count(self, count: int) -> None:
        if now := self._now():
            self._set(replace(now[0], count=count, until=None), "set end of repetition", merge=True)

    @Slot()
    def _on_until(self) -> None:
        if now := self._now():
            self._set_until(*now, day_of(self.until), merge=True)

    def _set_until(self, rule: Rule, start: Moment, day: date, *, merge: bool = False) -> None:
        try:
            until = moves.until_on(datetime.combine(day, time()), start)
        except MessageError as error:
            self.say("ends", error.sentence)
            return
        self._set(replace(rule, until=until, count=0), "set end of repetition", merge=merge)

    @Slot()
    def _on_first_date(self) -> None:
        """Move the start to the first date of the rule."""
        now = self._now()
        if now is not None:
            first = occurrences(now[1], now[0], limit=1)[0]
            self.edits.change(lambda event: moves.with_start(event, first), "move start")
