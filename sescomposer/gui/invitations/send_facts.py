"""What is to be known of a message with an event before it is reviewed: against what guests have; for workers."""

from collections import Counter
from dataclasses import dataclass

from sescomposer.core.entity import Entity
from sescomposer.core.envelope import recipients
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.changes import Weight
from sescomposer.core.invitation.event import Event, event_of, with_event
from sescomposer.core.invitation.lifecycle import Revision
from sescomposer.core.invitation.people import Attendee, key_of
from sescomposer.core.invitation.placement import calendar_of, with_calendar
from sescomposer.core.invitation.vtimezone import vtimezone
from sescomposer.core.message import Message
from sescomposer.core.structure import with_header_field
from sescomposer.services.invitation_messages import notice_for, subject_for
from sescomposer.services.invitation_ports import Invitation
from sescomposer.services.invitations import Invitations, Standing

_ORGANISED = ("REQUEST", "CANCEL")


@dataclass(frozen=True, eq=False)
class SendFacts:
    """A message with an event, about to be reviewed.

    Attributes:
        event: Its event.
        guests: Who is asked, without the organiser.
        others: Recipients who are no guests.
        invitation: What was sent of the event before, None for nothing.
        standings: What guests have, against what they would get.
        revision: What the update is, None where it is none; SEQUENCE by our choice.
        other: The same by the other choice, None where the standard leaves none.
        was_each: Whether the last sending was one message for each guest.
    """

    event: Event
    guests: tuple[Attendee, ...]
    others: tuple[str, ...]
    invitation: Invitation | None
    standings: tuple[Standing, ...]
    revision: Revision | None
    other: Revision | None
    was_each: bool

    @property
    def has_choice(self) -> bool:
        """Whether one message for each guest differs from one for all."""
        return len(self.guests) > 1

    @property
    def is_worth_showing(self) -> bool:
        """Whether there is anything to choose or to know."""
        return self.has_choice or self.invitation is not None

    @property
    def head(self) -> str:
        """What the message does, in a sentence."""
        count = f"{len(self.guests):,} guest{'' if len(self.guests) == 1 else 's'}"
        notice = notice_for(self.event)
        if self.event.method == "CANCEL":
            return f"For {count}: {notice}"
        if notice or self.event.recurrence_id is not None:
            return f"For {count}: {notice or 'one date of a repeating event is changed.'}"
        if self.invitation is None:
            return f"This invites {count}. Nobody was sent this event before."
        new = [guest for guest in self.guests if key_of(guest.mailbox) not in self._has_it]
        first = f" {len(new):,} of them get it for the first time." if new else ""
        return f"This is an update for {count}.{first}"

    @property
    def _has_it(self) -> frozenset[str]:
        """Who has the event, as `key_of` gives it."""
        have = (standing for standing in self.standings if standing.has is not None)
        return frozenset(key_of(guest) for standing in have for guest in standing.guests)


def facts_of(invitations: Invitations, message: Message) -> SendFacts | None:
    """Gather the facts; None for a message without an event of an organiser. Raises `StoreError`."""
    calendar = calendar_of(message.root)
    if calendar is None or calendar.method not in _ORGANISED:
        return None
    event = event_of(calendar)
    host = key_of(event.organizer.mailbox) if event.organizer is not None else ""
    guests = tuple(guest for guest in event.attendees if key_of(guest.mailbox) != host)
    keys = {key_of(guest.mailbox) for guest in event.attendees} | {host}
    addresses = dict.fromkeys(recipient.addr_spec for recipient in recipients(message))
    invitation = invitations.known(event.uid)
    is_update = event.method == "REQUEST"
    revision = invitations.revised(calendar) if is_update else None
    return SendFacts(
        event=event,
        guests=guests,
        others=tuple(address for address in addresses if key_of(address) not in keys),
        invitation=invitation,
        standings=_standings(invitations, message.root, event) if invitation is not None else (),
        revision=revision,
        other=_other(invitations, calendar, revision),
        was_each=invitation is not None and _was_each(invitation),
    )


def _other(invitations: Invitations, calendar: Calendar, revision: Revision | None) -> Revision | None:
    """The update by the other choice where raising SEQUENCE is up to the organiser."""
    if revision is None or any(change.weight is Weight.MUST for change in revision.changes):
        return None
    if not any(change.weight is Weight.SHOULD for change in revision.changes):
        return None
    return invitations.revised(calendar, ask_again=not revision.is_raised)


def _standings(invitations: Invitations, root: Entity, event: Event) -> tuple[Standing, ...]:
    calendar = calendar_of(root)
    found = invitations.standings(calendar) if calendar is not None else ()
    is_for_some = event.method == "CANCEL" and not event.status
    if is_for_some or event.recurrence_id is not None:
        return tuple(standing for standing in found if not standing.is_left_out)
    return found


def _was_each(invitation: Invitation) -> bool:
    last = invitation.last
    same = Counter((sent.occurrence, sent.method, sent.sequence, sent.stamp) for sent in invitation.sent)
    return same[(last.occurrence, last.method, last.sequence, last.stamp)] > 1 and len(last.recipients) == 1


def with_revision(message: Message, revision: Revision) -> Message:
    """Write SEQUENCE, DTSTAMP and the answers of an update into a message; a subject of ours follows.

    Raises:
        EditError: it is signed or encrypted.
        MessageError: the event cannot be written so.
    """
    root = message.root
    calendar = calendar_of(root)
    if calendar is None:
        return message
    before = event_of(calendar)
    after = with_event(calendar, revision.event, lambda name, first, last: vtimezone(name, first, last).octets)
    changed = with_calendar(root, after)
    if " ".join(root.subject.split()) == subject_for(before):
        changed = with_header_field(changed, changed.key, "Subject", subject_for(revision.event))
    return message.with_root(changed)
