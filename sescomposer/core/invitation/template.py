"""A calendar object that somebody else made, as the start of an event of one's own (RFC 5546 section 6.1).

Reusing its UID would change another person's event in every calendar that has it; so what names that event, its people
and the software it went through goes, and the rest stays octet for octet.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from sescomposer.core.identifiers import Identifiers
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.component import Component
from sescomposer.core.invitation.event import PRODID, event_of, principal, with_event
from sescomposer.core.invitation.guests import without_schedule_parameters
from sescomposer.core.invitation.lines import ContentLine, make_line
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.people import Person

_OTHERS = ("ORGANIZER", "ATTENDEE", "REQUEST-STATUS", "RECURRENCE-ID", "CREATED", "LAST-MODIFIED", "COMMENT", "CONTACT")
_FEED = ("X-WR-CALNAME", "X-WR-CALDESC", "X-WR-TIMEZONE", "X-WR-RELCALID", "X-PUBLISHED-TTL", "X-PRIMARY-CALENDAR")
_INTERNAL = (
    "X-GOOGLE-",
    "X-MOZ-",
    "X-MS-OLK-",
    "X-APPLE-",
    "X-MICROSOFT-CDO-APPT-SEQUENCE",
    "X-MICROSOFT-CDO-OWNER",
    "X-MICROSOFT-CDO-ATTENDEE",
    "X-MICROSOFT-CDO-INSTTYPE",
    "X-MICROSOFT-CDO-REPLYTIME",
    "X-MICROSOFT-DONOTFORWARDMEETING",
    "X-MICROSOFT-LOCATIONS",
    "X-MICROSOFT-ONLINEMEETING",
    "X-MICROSOFT-SKYPETEAMS",
)
"""Starts of names by which software speaks to itself about the old event."""


@dataclass(frozen=True, slots=True)
class Template:
    """An event of one's own made of somebody's.

    Attributes:
        calendar: The new object, a REQUEST without guests.
        removed: Names of the properties that were taken out, each once, in order.
    """

    calendar: Calendar
    removed: tuple[str, ...]


def as_template(calendar: Calendar, ids: Identifiers, now: datetime, organizer: Person | None = None) -> Template:
    """Make an event of one's own of a calendar object; occurrences that differ from it go.

    Args:
        calendar: Somebody's, such as a file that was opened.
        ids: Maker of the new UID.
        now: The time of the new object.
        organizer: Who calls now, None for nobody yet.

    Raises:
        AddressError, MessageError: the organiser cannot be written.
    """
    main = principal(calendar)
    root = calendar.root
    if main is None:
        return Template(calendar, ())
    root = root.without(*(other for other in root.components("VEVENT") if other is not main))
    gone = [line for line in root.lines if line.name in _FEED or line.name == "METHOD"]
    gone_inside = [line for line in main.lines if _is_others(line)]
    kept = without_schedule_parameters(main.without(*gone_inside))
    root = _with_product(root.replaced(main, kept).without(*gone))
    own = replace(
        event_of(calendar.with_root(root)),
        uid=str(uuid.UUID(hex=ids.token(), version=4)),
        sequence=0,
        stamp=Moment.utc(now),
        method="REQUEST",
        status="CONFIRMED",
        organizer=organizer,
    )
    removed = dict.fromkeys(line.name for line in (*gone, *gone_inside) if line.name != "METHOD")
    return Template(with_event(calendar.with_root(root), own), tuple(removed))


def _is_others(line: ContentLine) -> bool:
    return line.name in _OTHERS or line.name.startswith(_INTERNAL)


def _with_product(root: Component) -> Component:
    line = root.first("PRODID")
    new = make_line("PRODID", PRODID)
    return root.replaced(line, new) if line is not None else root.with_items_at(0, new)


__all__ = ["Template", "as_template"]
