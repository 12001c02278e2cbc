"""The rows for when: start and end with their zones, whole days, length, and the times that other places read."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QPushButton, QSizePolicy

from sescomposer.core.errors import MessageError, StoreError
from sescomposer.core.invitation.event import Event
from sescomposer.core.invitation.moments import Form, Moment
from sescomposer.core.invitation.zones import canonical_zone, reading
from sescomposer.gui.invitation import moves
from sescomposer.gui.invitation.edits import sentence_of
from sescomposer.gui.invitation.moment_edit import MomentEdit
from sescomposer.gui.invitation.rows import Section, beside, tame
from sescomposer.gui.invitation.spans import length_words, minutes_of
from sescomposer.gui.invitation.system_zone import chosen_zones, system_zone
from sescomposer.gui.invitation.times import in_words
from sescomposer.gui.invitation.zone_picker import ZonePicker, zone_words
from sescomposer.gui.widgets.field_line import FieldLine
from sescomposer.services.settings import INVITATION_ZONES

_LENGTHS = ("15 min", "30 min", "45 min", "1 h", "1 h 30 min", "2 h", "3 h", "1 day")
_DAY = timedelta(days=1)


class WhenSection(Section):
    """Edits start, end, zone and length."""

    words = "When"

    def build(self) -> None:
        """Make the rows."""
        now = self.edits.composer.services.clock.now()
        self.start = MomentEdit("Start", self)
        self.end = MomentEdit("End", self)
        self.all_day = QCheckBox("All day", self)
        self.zone = ZonePicker("Time zone", now, self)
        self.end_zone = ZonePicker("Time zone of the end", now, self)
        self.other_zone = QPushButton("End in another zone", self)
        self.length = self._length_box()
        self.add_row("start", "&Start", beside(self, self.start, self.all_day), named=self.start.date)
        self.add_row("zone", "Time &zone", self.zone, "The zone by whose rules the event keeps its hour.")
        self.add_row("end", "&End", beside(self, self.end, self.length), named=self.end.date)
        self.other_zone.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.add_row("end_zone", "", beside(self, self.other_zone, self.end_zone), named=self.end_zone)
        self._build_elsewhere(now)
        self.start.edited.connect(self._on_start)
        self.end.edited.connect(self._on_end)
        self.all_day.clicked.connect(self._on_all_day)
        self.zone.chosen.connect(self._on_zone)
        self.zone.refused.connect(partial(self.say, "zone"))
        self.end_zone.chosen.connect(self._on_end_zone)
        self.end_zone.refused.connect(partial(self.say, "end_zone"))
        self.other_zone.clicked.connect(self._on_other_zone)

    def _length_box(self) -> QComboBox:
        box = QComboBox(self)
        self.length_line = FieldLine("Length", box)
        box.setEditable(True)
        box.setLineEdit(self.length_line)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.addItems(list(_LENGTHS))
        box.setAccessibleName("Length")
        box.setToolTip("How long it takes, such as 90, 1 h 30 min or 2 days.")
        box.activated.connect(self._on_length)
        self.length_line.editingFinished.connect(self._on_length)
        tame(box)
        return box

    def _build_elsewhere(self, now: datetime) -> None:
        """Make the rows of the viewer's zone and of two more."""
        self.viewer = QLabel(self)
        self.viewer.setAccessibleName("Start and end in your time zone")
        self.viewer.setToolTip(f"In the time zone of this computer, {zone_words(system_zone(), now)}.")
        self.add_row("viewer", "For you", self.viewer)
        self.more_zones: list[ZonePicker] = []
        self.more_words: list[QLabel] = []
        for number in range(2):
            picker = ZonePicker(f"Another time zone {number + 1}", now, self)
            words = QLabel(self)
            words.setWordWrap(True)
            words.setAccessibleName(f"Start and end in another time zone {number + 1}")
            picker.chosen.connect(partial(self._on_more_zone, number))
            picker.refused.connect(partial(self.say, f"more{number}"))
            self.more_zones.append(picker)
            self.more_words.append(words)
            self.add_row(f"more{number}", "Elsewhere" if not number else "", picker)
            self.add_row(f"words{number}", "", words)

    # Showing

    def show_event(self, event: Event) -> None:
        """Show times and zones."""
        finish = self._finish(event)
        self.start.show_moment(event.start)
        self.end.show_moment(finish, days_less=1 if event.all_day and finish is not None and finish.is_date else 0)
        with QSignalBlocker(self.all_day):
            self.all_day.setChecked(event.all_day)
        self.all_day.setEnabled(event.start is not None)
        for widget in (self.zone, self.length):
            widget.setEnabled(event.start is not None)
        self._show_zones(event, finish)
        length = moves.length_of(event)
        if not self.length_line.hasFocus() or not self.notes["end"].sentence:
            self.length.setEditText(length_words(length) if length is not None else "")
        self._show_elsewhere(event)
        self._say_start(event)
        self._say_end(event, length)

    def _finish(self, event: Event) -> Moment | None:
        try:
            return event.finish
        except MessageError:
            return None  # a length that leaves the calendar; the checks tell of it

    def _show_zones(self, event: Event, finish: Moment | None) -> None:
        self.zone.setVisible(not event.all_day)
        self.zone.show_zone(event.zone)
        differs = finish is not None and event.start is not None and not finish.is_like(event.start)
        self.end_zone.setVisible(differs and not event.all_day)
        self.other_zone.setVisible(not differs and not event.all_day and finish is not None)
        if differs and finish is not None:
            self.end_zone.show_zone("UTC" if finish.form is Form.UTC else finish.zone)

    def _show_elsewhere(self, event: Event) -> None:
        self.viewer.setText(in_words(event, system_zone()))
        chosen = chosen_zones(self.edits.composer.services.settings)
        for picker, words, zone in zip(self.more_zones, self.more_words, chosen, strict=True):
            picker.show_zone(zone)
            words.setText(in_words(event, zone))

    def _say_start(self, event: Event) -> None:
        if event.start is None:
            self.say("start", "The text has no start that can be read. Correct it in the iCalendar text.")
            return
        self.say("start", "")
        known = canonical_zone(event.zone)
        if event.start.form is Form.ZONED and not known:
            self.say("zone", f"{event.zone[:60]!r} is no time zone that is known here. Choose one by its city.")
            return
        found = reading(known, event.start.clock) if event.start.form is Form.ZONED else None
        self.say("zone", found.sentence if found is not None else "", role="warning")

    def _say_end(self, event: Event, length: timedelta | None) -> None:
        if event.start is not None and length is not None and length < timedelta():
            self.say("end", "The event ends before it starts. Choose a later end.")
        elif event.all_day and length == timedelta():
            self.say("end", "The event ends when it starts. Choose a later end.")
        elif event.end is not None and event.end.is_date is not event.all_day:
            self.say("end", "Start and end are of two kinds: one is a date, the other has a time. Choose the end anew.")
        else:
            self.say("end", "")

    # Edits

    @Slot(object)
    def _on_start(self, clock: datetime) -> None:
        start = self.edits.event.start
        if start is not None:
            wanted = start.at(clock)
            self.say("start", self.edits.change(lambda e: moves.with_start(e, wanted), "set start", merge=True))

    @Slot(object)
    def _on_end(self, clock: datetime) -> None:
        event = self.edits.event
        if event.start is None:
            return
        like = self._finish(event) or event.start
        wanted = like.at(clock + _DAY if event.all_day and like.is_date else clock)
        self._told("end", self.edits.change(lambda e: replace(e, end=wanted, duration=None), "set end", merge=True))

    def _told(self, name: str, sentence: str) -> None:
        """Say why an edit was refused; what the event itself says stays otherwise."""
        if sentence:
            self.say(name, sentence)

    @Slot(bool)
    def _on_all_day(self, checked: bool) -> None:
        zone = self.zone.zone or system_zone()
        change = moves.as_all_day if checked else partial(moves.as_timed, zone=zone)
        self._told("start", self.edits.change(change, "set all day" if checked else "set times"))

    @Slot(str)
    def _on_zone(self, zone: str) -> None:
        self._told("zone", self.edits.change(lambda e: moves.with_zone(e, zone), "set time zone"))

    @Slot(str)
    def _on_end_zone(self, zone: str) -> None:
        clock = self.end.clock
        self._told("end_zone", self.edits.change(lambda e: moves.with_end(e, clock, zone), "set time zone of the end"))

    @Slot()
    def _on_other_zone(self) -> None:
        """Take the viewer's zone for the end, or UTC where that is the start's: it is chosen anew then."""
        other = system_zone() if system_zone() != self.zone.zone else "Etc/UTC"
        self._on_end_zone(other)
        self.end_zone.setFocus()

    @Slot()
    def _on_length(self) -> None:
        event, typed = self.edits.event, self.length.currentText()
        length = moves.length_of(event)
        if event.start is None or (length is not None and typed == length_words(length)):
            return
        try:
            minutes = minutes_of(typed)
        except MessageError as error:
            self.say("end", sentence_of(error))
            return
        self._told("end", self.edits.change(lambda e: moves.with_length(e, minutes), "set length"))

    def _on_more_zone(self, number: int, zone: str) -> None:
        """Keep which zones are shown; they are nothing of the message."""
        composer = self.edits.composer
        chosen = list(chosen_zones(composer.services.settings))
        chosen[number] = zone or "UTC"
        try:
            composer.services.settings.set(INVITATION_ZONES, tuple(chosen))
        except StoreError as error:
            composer.refused.emit(error)
        self.say(f"more{number}", "")
        self._show_elsewhere(self.edits.event)
