"""The rows that few need: reminders, privacy, free or busy, priority, categories, files by link, status."""

import csv
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtWidgets import QComboBox

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.event import Event
from sescomposer.core.invitation.event_lists import Attachment
from sescomposer.gui.invitation.edits import sentence_of
from sescomposer.gui.invitation.rows import Section, tame
from sescomposer.gui.invitation.spans import list_of_minutes, words_of
from sescomposer.gui.invitation.text_box import TextBox

STATUS = {"": "Not said", "CONFIRMED": "Confirmed", "TENTATIVE": "Tentative", "CANCELLED": "Cancelled"}
CLASSES = {"": "Not said", "PUBLIC": "Public", "PRIVATE": "Private", "CONFIDENTIAL": "Confidential"}
TRANSPARENCY = {"": "Not said", "OPAQUE": "Busy", "TRANSPARENT": "Free"}
PRIORITIES: dict[int | None, str] = {
    None: "Not said",
    0: "0 (undefined)",
    1: "1 (highest)",
    **{number: str(number) for number in range(2, 9)},
    5: "5 (normal)",
    9: "9 (lowest)",
}


class DetailsSection(Section):
    """Edits the details of the event."""

    words = "Details"

    def build(self) -> None:
        """Make the rows."""
        self.alarms = self.add_line(
            "alarms",
            "&Reminders",
            lambda text: None,
            "How long before the start, with commas between.",
            "15 min, 1 day",
        )
        self.alarms.editingFinished.connect(self._on_alarms)
        self.status = self._box("status", "Stat&us", STATUS, "set status")
        self.transparency = self._box("transparency", "Sho&wn as", TRANSPARENCY, "set free or busy")
        self.class_ = self._box("class_", "Pri&vacy", CLASSES, "set privacy")
        self.priority = self._box("priority", "Priorit&y", PRIORITIES, "set priority")
        self.categories = self.add_line(
            "categories", "&Categories", _later, 'With commas between; "a, b" in quotes holds one itself.'
        )
        self.categories.editingFinished.connect(self._on_categories)
        self.attachments = TextBox("Files by link", self, lines=2)
        self.attachments.setPlaceholderText("https://example.com/agenda.pdf, one on each line")
        self.attachments.edited.connect(self._on_attachments)
        self.add_row("attachments", "&Files by link", self.attachments, "Links to files; one on each line.")

    def _box(self, name: str, label: str, choices: dict[Any, str], undo: str) -> QComboBox:
        box = QComboBox(self)
        for value, words in choices.items():
            box.addItem(words, value)
        box.activated.connect(partial(self._on_chosen, name, box, undo))
        tame(box)
        self.add_row(name, label, box)
        return box

    def show_event(self, event: Event) -> None:
        """Show the details."""
        boxes = {"status": self.status, "transparency": self.transparency, "class_": self.class_}
        for name, box in {**boxes, "priority": self.priority}.items():
            _show_choice(box, getattr(event, name))
        if not self.notes["alarms"].sentence or not self.alarms.hasFocus():
            self.alarms.show_text(", ".join(map(words_of, event.alarms_minutes)))
            self.say("alarms", "")
        if not self.categories.hasFocus():
            self.categories.show_text(_joined(event.categories))
        links = "\n".join(item.uri for item in event.attachments)
        if [line.strip() for line in self.attachments.text.split("\n") if line.strip()] != links.split("\n"):
            self.attachments.show_text(links)

    def _on_chosen(self, name: str, box: QComboBox, label: str, index: int) -> None:
        value = box.itemData(index)
        self.say(name, self.edits.change(lambda event: replace(event, **{name: value}), label))

    @Slot()
    def _on_alarms(self) -> None:
        try:
            minutes = list_of_minutes(self.alarms.text())
        except MessageError as error:
            self.say("alarms", sentence_of(error))
            return
        self.say("alarms", self.edits.change(lambda event: replace(event, alarms_minutes=minutes), "set reminders"))

    @Slot()
    def _on_categories(self) -> None:
        wanted = _split(self.categories.text())
        self.say("categories", self.edits.change(lambda e: replace(e, categories=wanted), "edit categories"))

    @Slot(str)
    def _on_attachments(self, text: str) -> None:
        known = {item.uri: item for item in self.edits.event.attachments}
        links = [line.strip() for line in text.split("\n") if line.strip()]
        wanted = tuple(known.get(link, Attachment(link)) for link in links)
        sentence = self.edits.change(lambda e: replace(e, attachments=wanted), "edit links to files", merge=True)
        bare = next((link for link in links if ":" not in link), "")
        self.say("attachments", sentence or (f"{bare[:60]!r} is no link: it has no https://." if bare else ""))


def _later(text: str) -> None:
    """Nothing while it is typed: it is read when the line is left."""


def _show_choice(box: QComboBox, value: object) -> None:
    """Show a value; one that is not among the choices is shown as it is written."""
    with QSignalBlocker(box):
        if box.findData(value) < 0:
            box.addItem(str(value), value)
        box.setCurrentIndex(box.findData(value))


def _joined(categories: tuple[str, ...]) -> str:
    return ", ".join(f'"{text}"' if "," in text else text for text in categories)


def _split(text: str) -> tuple[str, ...]:
    """Read categories with commas between.

    >>> _split('a, "b, c",, d')
    ('a', 'b, c', 'd')
    """
    rows = csv.reader([text], skipinitialspace=True)
    return tuple(part.strip() for row in rows for part in row if part.strip())
