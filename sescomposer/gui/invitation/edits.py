"""Edits of the event in the composer's message; the calendar object in the tree is all there is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sescomposer.core.entity import Entity
from sescomposer.core.errors import MessageError
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.invitation.calendar import Calendar, read_calendar
from sescomposer.core.invitation.event import Event, event_of, with_event
from sescomposer.core.invitation.layouts import Layout, layout_for
from sescomposer.core.invitation.placement import (
    calendar_of,
    calendar_part,
    layout_of,
    place,
    with_calendar,
    without_calendar,
)
from sescomposer.core.invitation.vtimezone import vtimezone
from sescomposer.gui.composer import Composer
from sescomposer.gui.invitation.making import followed
from sescomposer.gui.models.header_rows import merges

NO_CALENDAR = "It holds no calendar object: nothing in it starts with BEGIN:VCALENDAR."


def zone_octets(name: str, first: datetime, last: datetime) -> bytes:
    """Write the VTIMEZONE of a zone; see `zones_in_step.ZoneOctets`."""
    return vtimezone(name, first, last).octets


def sentence_of(error: MessageError) -> str:
    """Give what went wrong and what to do, on one line."""
    return f"{error.sentence} {error.hint}".strip()


class EventEdits:
    """Reads the event of the message and changes it; each change is one step of undo.

    What no calendar object can hold is refused with a sentence, and the message stays as it is.
    """

    def __init__(self, composer: Composer) -> None:
        self._composer = composer

    @property
    def composer(self) -> Composer:
        """The composer whose message it is."""
        return self._composer

    @property
    def part(self) -> Entity | None:
        """The part that counts, None if the message has no event."""
        return calendar_part(self._composer.root)

    @property
    def calendar(self) -> Calendar | None:
        """The calendar object, None if the message has none."""
        return calendar_of(self._composer.root)

    @property
    def event(self) -> Event:
        """The event; one without anything if there is none."""
        calendar = self.calendar
        return Event() if calendar is None else event_of(calendar)

    @property
    def layout(self) -> Layout | None:
        """Where it stands in the message."""
        return layout_of(self._composer.root)

    def change(self, change: Callable[[Event], Event], label: str, *, merge: bool = False) -> str:
        """Change the event.

        Args:
            change: Pure function from event to event.
            label: Words for the undo menu, as `Composer.apply` wants them.
            merge: Whether it goes on with what is being typed.

        Returns:
            Why it was refused, "" if it was made.
        """

        def edit(root: Entity) -> Entity:
            calendar = calendar_of(root) or read_calendar(b"")
            event = event_of(calendar)
            wanted = change(event)
            if wanted == event:
                return root
            root = with_calendar(root, with_event(calendar, wanted, zone_octets))
            return followed(root, event, wanted, self._composer.ids)

        return self.edit(edit, label, merge=merge)

    def change_text(self, name: str, text: str, label: str) -> str:
        """Set a text of the event that is being typed; see `change`."""
        before: str = getattr(self.event, name)
        value: dict[str, Any] = {name: text}
        return self.change(lambda event: replace(event, **value), label, merge=merges(before, text))

    def edit(self, edit: Callable[[Entity], Entity], label: str, *, merge: bool = False) -> str:
        """Make an edit of the tree; gives why it was refused, "" if it was made."""
        try:
            root = edit(self._composer.root)
        except MessageError as error:
            return sentence_of(error)
        if root is not self._composer.root:
            self._composer.edit_root(lambda _: root, label, merge=merge)
        return ""

    def written(self, root: Entity, octets: bytes) -> Entity:
        """Give the root with other octets in the place of its calendar object and of all copies of it.

        Raises:
            EditError: there is none, or it is signed or encrypted.
        """
        return with_calendar(root, read_calendar(octets))

    def put(self, calendar: Calendar, label: str) -> str:
        """Put a calendar object into the message, where its method belongs; see `change`."""
        ids = self._composer.ids
        return self.edit(lambda root: placed(root, calendar, ids), label)

    def move_to(self, layout: Layout) -> str:
        """Put the event elsewhere in the message, with a method that the layout is right for; see `change`."""
        calendar, ids = self.calendar, self._composer.ids
        if calendar is None:
            return ""

        def edit(root: Entity) -> Entity:
            return place(root, _with_method_for(layout, calendar), layout, ids)

        return self.edit(edit, "move event")

    def remove(self) -> str:
        """Take the event out of the message; see `change`."""
        ids = self._composer.ids
        return self.edit(lambda root: without_calendar(root, ids), "remove event")


def _with_method_for(layout: Layout, calendar: Calendar) -> Calendar:
    if calendar.method in layout.facts.methods:
        return calendar
    return with_event(calendar, replace(event_of(calendar), method=layout.facts.methods[0]))


def placed(root: Entity, calendar: Calendar, ids: Identifiers) -> Entity:
    """Put a calendar object where its method belongs; one without a method becomes an invitation.

    Raises:
        EditError: something there is signed or encrypted.
        MessageError: it is no calendar object.
    """
    if not calendar.is_calendar:
        raise MessageError(NO_CALENDAR, hint="Choose the file of an event, such as invite.ics.")
    if not calendar.method and calendar.events:
        calendar = with_event(calendar, replace(event_of(calendar), method="REQUEST"))
    return place(root, calendar, layout_for(calendar.method), ids)
