"""The form of an event: sections below each other, each of which shows the event and hands in edits."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.event import event_of
from sescomposer.gui.invitation.details_section import DetailsSection
from sescomposer.gui.invitation.edits import EventEdits
from sescomposer.gui.invitation.layout_section import LayoutSection
from sescomposer.gui.invitation.people_section import PeopleSection
from sescomposer.gui.invitation.repetition_section import RepetitionSection
from sescomposer.gui.invitation.rows import Section
from sescomposer.gui.invitation.what_sections import TitleSection, WhereSection
from sescomposer.gui.invitation.when_section import WhenSection


class EventForm(QScrollArea):
    """Edits the event of the message."""

    def __init__(self, edits: EventEdits, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Form of the event")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # What is as high as its width wants and a bar that comes and goes would drive each other.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        content = QWidget(self)
        self.title = TitleSection(edits, content)
        self.when = WhenSection(edits, content)
        self.repetition = RepetitionSection(edits, content)
        self.where = WhereSection(edits, content)
        self.people = PeopleSection(edits, content)
        self.details = DetailsSection(edits, content)
        self.layout_choice = LayoutSection(edits, content)
        column = QVBoxLayout(content)
        column.setContentsMargins(8, 8, 8, 16)
        column.setSpacing(16)
        for section in self.sections:
            column.addWidget(section)
        column.addStretch(1)
        self.setWidget(content)
        self.setFocusProxy(self.title.title)

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sections in order."""
        return (
            self.title,
            self.when,
            self.people,
            self.where,
            self.repetition,
            self.details,
            self.layout_choice,
        )

    def show_calendar(self, calendar: Calendar) -> None:
        """Show a calendar object."""
        event = event_of(calendar)
        for section in self.sections:
            section.show_event(event)

    def focusNextPrevChild(self, is_next: bool) -> bool:
        """Move on, and bring what has the focus into view."""
        moved = super().focusNextPrevChild(is_next)
        focus = self.window().focusWidget()
        if focus is not None and self.isAncestorOf(focus):
            self.ensureWidgetVisible(focus, 0, 48)
        return moved
