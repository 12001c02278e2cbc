"""What guests answer: REPLY, COUNTER and their kin, read from a message or a calendar file (RFC 5546 section 3.2).

An answer belongs to an event by its UID and to a guest by their address. Nothing else is asked of it: Outlook.com
leaves ORGANIZER out, and others leave more.
"""

from dataclasses import dataclass
from enum import StrEnum

from sescomposer.core.entity import Entity
from sescomposer.core.envelope import mailboxes
from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.component import Component
from sescomposer.core.invitation.event import Event, event_from
from sescomposer.core.invitation.lines import ContentLine
from sescomposer.core.invitation.moments import Form, Moment
from sescomposer.core.invitation.people import Attendee, key_of, mailbox_of, read_attendee
from sescomposer.core.invitation.placement import calendar_of, calendar_part

_SIGNED = ("multipart/signed", "pkcs7-mime")
_PARTSTATS = frozenset({"NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED"})


class Kind(StrEnum):
    """The methods that come back from guests, and the organiser's no to a proposal."""

    REPLY = "REPLY"
    COUNTER = "COUNTER"
    REFRESH = "REFRESH"
    DECLINECOUNTER = "DECLINECOUNTER"

    @property
    def sentence(self) -> str:
        """What it is, for people."""
        return _SENTENCES[self]


_SENTENCES = {
    Kind.REPLY: "An answer to the invitation.",
    Kind.COUNTER: "A proposal of another time or place.",
    Kind.REFRESH: "The guest asks to be sent the event once more.",
    Kind.DECLINECOUNTER: "The organiser's no to a proposal of another time.",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of one guest.

    Attributes:
        kind: What it is.
        uid: Of the event.
        who: Address of the guest, decoded; "" where nothing tells it.
        name: Their name, "" for none.
        partstat: NEEDS-ACTION, ACCEPTED, DECLINED, TENTATIVE, DELEGATED; what is none of these counts as the first.
        comment: What they wrote, "" for nothing.
        sequence: SEQUENCE of the invitation answered.
        stamp: When they answered, None where it is not said.
        occurrence: Original start of the one occurrence that is meant, None for all of the event.
        proposal: Of a COUNTER the event as the guest would have it; None for other kinds.
        delegates: Who comes in their place.
    """

    kind: Kind
    uid: str
    who: str
    name: str = ""
    partstat: str = "NEEDS-ACTION"
    comment: str = ""
    sequence: int = 0
    stamp: Moment | None = None
    occurrence: Moment | None = None
    proposal: Event | None = None
    delegates: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[int, str]:
        """Sorts the answers of one guest: the later one counts (RFC 5546 section 2.1.5)."""
        is_timed = self.stamp is not None and self.stamp.form is Form.UTC
        return self.sequence, self.stamp.value if is_timed and self.stamp is not None else ""


def answers_of(source: Calendar | Entity) -> tuple[Answer, ...]:
    """Read the answers of a calendar object or of a message with one; nothing for anything else. Never raises.

    A message that is signed is read as what was signed; one that is encrypted must be opened before.

    >>> from sescomposer.core.invitation.calendar import read_calendar
    >>> octets = (
    ...     b"BEGIN:VCALENDAR\\r\\nMETHOD:REPLY\\r\\nBEGIN:VEVENT\\r\\nUID:1\\r\\n"
    ...     b"ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@example.net\\r\\nEND:VEVENT\\r\\nEND:VCALENDAR\\r\\n"
    ... )
    >>> [(answer.uid, answer.who, answer.partstat) for answer in answers_of(read_calendar(octets))]
    [('1', 'a@example.net', 'ACCEPTED')]
    """
    source = opened_source(source)
    calendar = calendar_of(source) if isinstance(source, Entity) else source
    kind = _kind(source, calendar)
    if calendar is None or kind is None:
        return ()
    senders = mailboxes(source, "From") if isinstance(source, Entity) else ()
    from_ = senders[0].addr_spec if len(senders) == 1 else ""
    found = (_answer(component, kind, from_) for component in calendar.events)
    return tuple(answer for answer in found if answer.uid)


def opened_source(source: Calendar | Entity) -> Calendar | Entity:
    """Give what is to be read of a message: what its signatures hold, where there are some; they are not verified."""
    if not isinstance(source, Entity) or not source.media_type.endswith(_SIGNED):
        return source
    from sescomposer.core.protection.unsigned import unsigned

    return unsigned(source)


def reply_of(source: Calendar | Entity) -> Answer:
    """Read the answer of a calendar object or of a message with one, the first of several.

    Raises:
        MessageError: it holds none, in words for the person who opened it.
    """
    found = answers_of(source)
    if found:
        return found[0]
    source = opened_source(source)
    calendar = calendar_of(source) if isinstance(source, Entity) else source
    if calendar is None or not calendar.is_calendar:
        raise MessageError("This holds no answer of a guest: there is no calendar object in it.", hint=_OPEN)
    if not calendar.method:
        raise MessageError("This holds no answer of a guest: the calendar object has no METHOD.", hint=_OPEN)
    raise MessageError(
        f"This holds no answer of a guest: the calendar object is a {calendar.method[:40]}.",
        hint=_OPEN,
        value=calendar.method,
    )


_OPEN = "Open the message that came back from the guest, saved as .eml, or its .ics attachment."


def _kind(source: Calendar | Entity, calendar: Calendar | None) -> Kind | None:
    """METHOD, or the parameter of the part where a relay or a client left the property out."""
    part = calendar_part(source) if isinstance(source, Entity) else None
    told = (part.content_type.get("method") or "") if part is not None else ""
    method = (calendar.method if calendar is not None else "") or told.strip().upper()
    return Kind(method) if method in set(Kind) else None


def _answer(component: Component, kind: Kind, from_: str) -> Answer:
    event = event_from(component, kind.value)
    line = _replier(component, from_)
    guest = read_attendee(line) if line is not None else Attendee(from_)
    comments = (component.text("COMMENT"), _outlook_comment(component, kind))
    return Answer(
        kind=kind,
        uid=event.uid.strip(),
        who=guest.mailbox,
        name=guest.name,
        partstat=guest.partstat if guest.partstat in _PARTSTATS else "NEEDS-ACTION",
        comment=next((text.strip() for text in comments if text.strip()), ""),
        sequence=event.sequence,
        stamp=event.stamp,
        occurrence=event.recurrence_id,
        proposal=event if kind is Kind.COUNTER else None,
        delegates=_delegates(component, guest),
    )


def _replier(component: Component, from_: str) -> ContentLine | None:
    """The guest who answers: the only one, else the sender of the message, else the only one who decided."""
    lines = component.all("ATTENDEE")
    if len(lines) == 1:
        return lines[0]
    own = [line for line in lines if from_ and key_of(read_attendee(line).mailbox) == key_of(from_)]
    decided = [line for line in lines if read_attendee(line).partstat not in ("NEEDS-ACTION", "DELEGATED")]
    delegating = [line for line in lines if read_attendee(line).partstat == "DELEGATED"]
    return next((group[0] for group in (own, delegating, decided) if len(group) == 1), None)


def _outlook_comment(component: Component, kind: Kind) -> str:
    """What the guest typed: Outlook writes it as the description of the answer."""
    return component.text("DESCRIPTION") if kind in (Kind.REPLY, Kind.COUNTER) else ""


def _delegates(component: Component, guest: Attendee) -> tuple[str, ...]:
    for line in component.all("ATTENDEE"):
        if key_of(read_attendee(line).mailbox) == key_of(guest.mailbox):
            return tuple(
                mailbox_of(uri) for item in line.parameters if item.name == "DELEGATED-TO" for uri in item.values
            )
    return ()


__all__ = ["Answer", "Kind", "answers_of", "opened_source", "reply_of"]
