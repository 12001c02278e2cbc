"""One copy for each guest, or one for all of them: whose addresses the calendar object and the header then tell.

RFC 5546 section 6.3: what a guest is sent may be passed on, so one who need not know the others gets a copy that names
nobody else.
"""

from dataclasses import dataclass, replace

from sescomposer.core.entity import Entity
from sescomposer.core.errors import MessageError
from sescomposer.core.header import HeaderSection
from sescomposer.core.header_making import make_field
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.component import Component
from sescomposer.core.invitation.event import event_of
from sescomposer.core.invitation.lines import ContentLine, make_line
from sescomposer.core.invitation.people import Attendee, as_mailbox, key_of, read_attendee
from sescomposer.core.invitation.placement import calendar_of, with_calendar

ONE_FOR_ALL = "One message for all: every guest reads the names and addresses of all the others, and can pass them on."
ONE_FOR_EACH = "One message for each guest: nobody reads who else is invited, and nobody sees who accepts."
"""What the choice means for the guests, in sentences."""

_OF_OTHERS = ("MEMBER", "DELEGATED-TO", "DELEGATED-FROM")
"""Parameters of a guest that name others."""

_PRIVATE = ("To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc")


@dataclass(frozen=True, slots=True)
class GuestCopy:
    """The message for one guest.

    Attributes:
        guest: Who gets it.
        root: The message; its To names that guest alone.
    """

    guest: Attendee
    root: Entity


def for_guest(calendar: Calendar, guest: str) -> Calendar:
    """Give the calendar object that names one guest and nobody else; all other lines keep their octets.

    Args:
        calendar: With all guests.
        guest: Address of the one.

    Raises:
        MessageError: nobody of that address is a guest.
    """
    copier = _Copier(calendar)
    if key_of(guest) not in copier.guests:
        raise MessageError(f"{guest[:80]!r} is not among the guests.", hint="Choose one of them.", value=guest)
    return copier.copy_for(key_of(guest))


class _Copier:
    """Makes copies for single guests; what all copies share is made once, for there may be thousands."""

    def __init__(self, calendar: Calendar) -> None:
        self.guests = {key_of(guest.mailbox): guest for guest in event_of(calendar).attendees}
        self._lines: list[dict[str, ContentLine]] = []
        root = calendar.root
        for component in calendar.events:
            root = root.replaced(component, self._with_first_guest(component))
        self.shared = calendar.with_root(root)

    def _with_first_guest(self, component: Component) -> Component:
        """Keep the first guest's line, where that of each guest is put, and remember all of them."""
        lines = component.all("ATTENDEE")
        self._lines.append({key_of(read_attendee(line).mailbox): _without(line, _OF_OTHERS) for line in lines[::-1]})
        for alarm in component.components("VALARM"):
            component = component.replaced(alarm, alarm.without("ATTENDEE"))
        return component.without(*lines[1:])

    def copy_for(self, key: str) -> Calendar:
        root = self.shared.root
        for component, lines in zip(self.shared.events, self._lines, strict=True):
            line = component.first("ATTENDEE")
            if line is not None:
                own = [lines[key]] if key in lines else []
                root = root.replaced(component, component.replaced(line, *own))
        return self.shared.with_root(root)


def guest_copies(root: Entity) -> tuple[GuestCopy, ...]:
    """Make one message for each guest of the event in a message, in the order of the guests.

    To names the guest; Cc and Bcc go. Texts stay as they were written, names of others in them too.

    Raises:
        MessageError: the message has no event or no guest, or a guest has no address.
        EditError: it is signed or encrypted: then the copies are made first.
    """
    calendar = calendar_of(root)
    copier = _Copier(calendar) if calendar is not None else None
    if copier is None or not copier.guests:
        raise MessageError("Nobody is invited, so there is no guest to make a message for.", hint="Add guests first.")
    shared = with_calendar(root, copier.shared)
    return tuple(
        GuestCopy(guest, with_calendar(_to_guest(shared, guest), copier.copy_for(key)))
        for key, guest in copier.guests.items()
    )


def _to_guest(root: Entity, guest: Attendee) -> Entity:
    mailbox = as_mailbox(guest)
    if not (mailbox.local_part and mailbox.domain):
        raise MessageError(
            f"The guest {guest.mailbox[:80]!r} has no mail address.", hint="Add it.", value=guest.mailbox
        )
    field = make_field("To", str(mailbox), line_end=root.line_end)
    header = _without_fields(root.header, _PRIVATE[1:])
    index = next((i for i, known in enumerate(header.fields) if known.name.lower() == "to"), None)
    if index is None:
        index = next((i + 1 for i, known in enumerate(header.fields) if known.name.lower() == "from"), 0)
    header = _without_fields(header, ("To",))
    return replace(root, header=header.inserted(min(index, len(header.fields)), field))


def _without_fields(header: HeaderSection, names: tuple[str, ...]) -> HeaderSection:
    for name in names:
        header = header.without(name)
    return header


def without_schedule_parameters(component: Component) -> Component:
    """Take out the parameters that speak to a calendar server alone (RFC 6638 section 7)."""
    for line in component.lines:
        names = [item.name for item in line.parameters if item.name.startswith("SCHEDULE-")]
        if names:
            component = component.replaced(line, _without(line, names))
    return component


def _without(line: ContentLine, names: tuple[str, ...] | list[str]) -> ContentLine:
    """Take parameters out of a line, which stays as it is if it has none of them."""
    kept = [parameter for parameter in line.parameters if parameter.name not in names]
    return line if len(kept) == len(line.parameters) else make_line(line.name, line.value, kept)


__all__ = ["ONE_FOR_ALL", "ONE_FOR_EACH", "GuestCopy", "for_guest", "guest_copies", "without_schedule_parameters"]
