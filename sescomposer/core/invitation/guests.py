"""One copy for each guest, or one for all of them: whose addresses the calendar object and the header then tell.

RFC 5546 section 6.3: what a guest is sent may be passed on, so one who need not know the others gets a copy that names
nobody else.
"""

from dataclasses import dataclass, replace

from sescomposer.core.address_value import Mailbox
from sescomposer.core.entity import Entity
from sescomposer.core.errors import MessageError
from sescomposer.core.header import HeaderSection
from sescomposer.core.header_making import make_field
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.component import Component
from sescomposer.core.invitation.event import event_of
from sescomposer.core.invitation.lines import ContentLine, make_line
from sescomposer.core.invitation.people import Attendee, key_of, read_attendee
from sescomposer.core.invitation.placement import calendar_of, with_calendar

ONE_FOR_ALL = "One message for all: every guest reads the names and addresses of all the others, and can pass them on."
ONE_FOR_EACH = "One message for each guest: nobody reads who else is invited, and nobody sees who accepts."
"""What the choice means for the guests, in sentences."""

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
    wanted = key_of(guest)
    if all(key_of(attendee.mailbox) != wanted for attendee in event_of(calendar).attendees):
        raise MessageError(f"{guest[:80]!r} is not among the guests.", hint="Choose one of them.", value=guest)
    root = calendar.root
    for component in calendar.events:
        root = root.replaced(component, _with_guest_alone(component, wanted))
    return calendar.with_root(root)


def _with_guest_alone(component: Component, wanted: str) -> Component:
    gone = [line for line in component.all("ATTENDEE") if key_of(read_attendee(line).mailbox) != wanted]
    for line in component.all("ATTENDEE"):
        if line not in gone:
            component = component.replaced(line, _without(line, ("MEMBER", "DELEGATED-TO", "DELEGATED-FROM")))
    for alarm in component.components("VALARM"):
        component = component.replaced(alarm, _with_guest_alone(alarm, wanted))
    return component.without(*gone)


def guest_copies(root: Entity) -> tuple[GuestCopy, ...]:
    """Make one message for each guest of the event in a message, in the order of the guests.

    To names the guest; Cc and Bcc go. Texts stay as they were written, names of others in them too.

    Raises:
        MessageError: the message has no event or no guest, or a guest has no address.
        EditError: it is signed or encrypted: then the copies are made first.
    """
    calendar = calendar_of(root)
    guests = {key_of(guest.mailbox): guest for guest in event_of(calendar).attendees} if calendar is not None else {}
    if calendar is None or not guests:
        raise MessageError("Nobody is invited, so there is no guest to make a message for.", hint="Add guests first.")
    return tuple(
        GuestCopy(guest, with_calendar(_to_guest(root, guest), for_guest(calendar, guest.mailbox)))
        for guest in guests.values()
    )


def _to_guest(root: Entity, guest: Attendee) -> Entity:
    local, _, domain = guest.mailbox.rpartition("@")
    if not (local and domain):
        raise MessageError(
            f"The guest {guest.mailbox[:80]!r} has no mail address.", hint="Add it.", value=guest.mailbox
        )
    field = make_field("To", str(Mailbox(guest.name, local, domain)), line_end=root.line_end)
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
