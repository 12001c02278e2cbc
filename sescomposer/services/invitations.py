"""Invitations over time: what was sent to whom, opened again, changed, cancelled; and what the guests answered.

Every accepted message that holds an event is noted. A message for the next step is made from the last one: nothing is
sent from here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock

from sescomposer.core.checks.invitation_life import Sent
from sescomposer.core.entity import Entity
from sescomposer.core.errors import StoreError
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.invitation import lifecycle
from sescomposer.core.invitation.calendar import Calendar, read_calendar
from sescomposer.core.invitation.changes import Change, changes
from sescomposer.core.invitation.event import Event, event_from, event_of, principal, with_event
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.people import Attendee, key_of
from sescomposer.core.invitation.placement import calendar_of
from sescomposer.core.invitation.replies import Answer, Kind, answers_of, reply_of
from sescomposer.core.invitation.vtimezone import vtimezone
from sescomposer.core.invitation.zones_in_step import ZoneOctets
from sescomposer.core.message import Message
from sescomposer.core.parse import parse
from sescomposer.core.protection.unsigned import unsigned
from sescomposer.services.invitation_messages import message_for, without_envelope
from sescomposer.services.invitation_opening import Opening, without_shown_subject, written_anew
from sescomposer.services.invitation_ports import AnswerTaken, Invitation, InvitationLedger, SentEvent
from sescomposer.services.invitation_states import addresses, concerned, gathered, least_sequence, problem, those
from sescomposer.services.ports import Clock, ContentStore, SubmissionRecord, SubmissionState
from sescomposer.services.sent_again import as_new_message, protection_again

_OVERLAP = timedelta(hours=2)

_MET = ("REQUEST", "CANCEL", "PUBLISH", "ADD", "")
"""Methods of an organiser, and none: an answer that somebody forwards is no event of ours."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What some guests have, against what is about to be sent.

    Attributes:
        guests: Their addresses.
        has: What they got last, None for guests who got nothing yet.
        changes: What would change for them.
        is_left_out: Whether they have the event and are guests no longer: they need to be told.
    """

    guests: tuple[str, ...]
    has: SentEvent | None
    changes: tuple[Change, ...]
    is_left_out: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """An answer that was read.

    Attributes:
        answer: What it says.
        invitation: What it answers, with it; None where we sent none with that UID.
        problem: What is unusual about it, in a sentence; "" for nothing.
    """

    answer: Answer
    invitation: Invitation | None
    problem: str = ""


def _zone_octets(name: str, first: datetime, last: datetime) -> bytes:
    return vtimezone(name, first, last).octets


@dataclass
class Invitations:
    """What the front ends do with invitations; its parts are the ports it needs.

    Attributes:
        ledger: The facts.
        content: Where octets lie.
        clock, ids: Time and randomness.
        opening: Looks into what was signed or encrypted.
        records: Gives the submissions that the log knows, to catch up with what was missed.
        zone_octets: Writes VTIMEZONEs.
    """

    ledger: InvitationLedger
    content: ContentStore
    clock: Clock
    ids: Identifiers
    records: Callable[[], Iterable[SubmissionRecord]] = tuple
    zone_octets: ZoneOctets = _zone_octets
    opening: Opening = field(default_factory=Opening)
    _lock: Lock = field(default_factory=Lock, repr=False)
    _read: tuple[tuple[int, int], dict[str, Invitation]] = field(default=((-1, -1), {}), repr=False)

    # --- what is known ---

    def all(self) -> tuple[Invitation, ...]:
        """Give every event that was sent, the one sent last first. Raises `StoreError`."""
        return tuple(sorted(self._by_uid().values(), key=lambda known: known.sent[-1].at, reverse=True))

    def find(self, uid: str) -> Invitation:
        """Give one event by its UID or an unambiguous start of it.

        Raises:
            StoreError: there is none or more than one, or the ledger cannot be read.
        """
        known = self._by_uid()
        if uid in known:
            return known[uid]
        found = [invitation for name, invitation in known.items() if uid and name.startswith(uid)]
        if len(found) == 1:
            return found[0]
        many = "Several invitations that were sent have" if found else "No invitation that was sent has"
        raise StoreError(f"{many} a UID that starts with {uid!r}.", hint="Look at the list of invitations.", value=uid)

    def known(self, uid: str) -> Invitation | None:
        """Give one event by its exact UID, None if nothing was sent with it. Raises `StoreError`."""
        return self._by_uid().get(uid)

    def version(self) -> tuple[int, int]:
        """Give what is another value whenever something was changed, by whomever; cheap. Raises `StoreError`."""
        return self.ledger.version()

    def forget(self, uid: str) -> None:
        """Remove all that is known of an event, for good; guests keep what they have. Raises `StoreError`."""
        self.ledger.forget(uid)

    def named_content(self) -> frozenset[str]:
        """Hashes of the content store that the ledger needs. Raises `StoreError`."""
        return frozenset().union(*(known.named_content for known in self._by_uid().values()))

    def _by_uid(self) -> dict[str, Invitation]:
        version = self.ledger.version()
        with self._lock:
            if self._read[0] != version:
                self._read = (version, gathered(self.ledger.facts()))
            return self._read[1]

    # --- what happens ---

    def note(self, record: SubmissionRecord) -> bool:
        """Note a submission if it was accepted and holds an event of an organiser; tell whether it was noted.

        Raises:
            StoreError: its octets are gone, or the ledger cannot be written.
        """
        if record.state is not SubmissionState.ACCEPTED or record.outcome is None:
            return False
        sha256 = record.intent.sha256
        calendar = self.opening.calendar_in(sha256, parse(self.content.open(sha256)))
        if calendar is not None and calendar.method == Kind.DECLINECOUNTER:
            return self._note_declined(calendar, record.outcome.at)
        if calendar is None or calendar.method not in _MET:
            return False
        component = principal(calendar)
        event = event_of(calendar)
        if component is None or not event.uid:
            return False
        self.ledger.note(
            SentEvent(
                uid=event.uid,
                occurrence=component.value("RECURRENCE-ID").strip(),
                method=calendar.method or "PUBLISH",
                sequence=event.sequence,
                stamp=component.value("DTSTAMP").strip(),
                status=event.status or ("CONFIRMED" if calendar.method != "CANCEL" else ""),
                organizer=event.organizer.mailbox if event.organizer is not None else "",
                summary=event.summary,
                guests=event.attendees,
                calendar=self.content.keep(calendar.octets).sha256,
                intent=record.intent,
                at=record.outcome.at,
            )
        )
        return True

    def _note_declined(self, calendar: Calendar, at: datetime) -> bool:
        """Note our no to a proposal, once."""
        answer = next(iter(answers_of(calendar)), None)
        invitation = self.known(answer.uid) if answer is not None else None
        if answer is None or invitation is None:
            return False
        fact = _fact(answer, self.content.keep(calendar.octets).sha256, at)
        if any(replace(known, at=at) == fact for known in invitation.answers):
            return False
        self.ledger.note(fact)
        return True

    def catch_up(self) -> int:
        """Note what was accepted and missed, because the program ended; gives how many that were.

        Raises:
            StoreError: the log, the content or the ledger cannot be used.
        """
        sent = [fact for fact in self.ledger.facts() if isinstance(fact, SentEvent)]
        seen = {fact.intent.submission for fact in sent} | self.ledger.forgotten()
        since = max((fact.at for fact in sent), default=None)
        missed = [
            record
            for record in self.records()
            if record.intent.submission not in seen
            and record.outcome is not None
            and (since is None or record.outcome.at > since - _OVERLAP)
            and self.content.holds(record.intent.sha256)
        ]
        return sum(self.note(record) for record in missed)

    def take(self, source: Entity | Calendar) -> tuple[Taken, ...]:
        """Take up the answers in a message or calendar object; one that was taken up before changes nothing.

        Raises:
            MessageError: there is none, in words for the person who opened it.
            StoreError: the ledger cannot be written.
        """
        source = self.opening.plain(source) if isinstance(source, Entity) else source
        reply_of(source)
        calendar = calendar_of(source) if isinstance(source, Entity) else source
        octets = calendar.octets if calendar is not None else b""
        return tuple(self._taken(answer, octets) for answer in answers_of(source))

    def _taken(self, answer: Answer, octets: bytes) -> Taken:
        invitation = self.known(answer.uid)
        if invitation is None:
            return Taken(answer, None, "No invitation with this UID was sent from here.")
        if answer.kind is not Kind.DECLINECOUNTER:
            fact = _fact(answer, self.content.keep(octets).sha256, self.clock.now())
            if all(replace(known, at=fact.at) != fact for known in invitation.answers):
                self.ledger.note(fact)
                invitation = self._by_uid()[answer.uid]
        return Taken(answer, invitation, problem(answer, invitation))

    # --- the next message ---

    def calendar(self, invitation: Invitation) -> Calendar:
        """Give the event as it was sent last, with all guests who have it and their answers.

        Raises:
            StoreError: its octets are gone.
        """
        calendar = read_calendar(bytes(self.content.open(invitation.last.calendar)))
        event = event_of(calendar)
        guests = tuple(state.guest for state in invitation.guests if not state.is_off)
        event = replace(event, attendees=guests or event.attendees)
        return with_event(calendar, event, self.zone_octets)

    def last_message(self, invitation: Invitation) -> Message:
        """Give the message sent last as a new one to write on, its event with all guests. Raises `StoreError`.

        What it was signed or encrypted with is taken off and wanted again; where it cannot be opened any more, it is
        written anew, the event in words.
        """
        intent = invitation.last.intent
        outer = parse(self.content.open(intent.sha256))
        root = self.opening.plain(outer)
        if root is not outer:
            root = without_shown_subject(root, self.ids)
        if calendar_of(root) is None:
            root = written_anew(outer, read_calendar(bytes(self.content.open(invitation.last.calendar))), self.ids)
        message = without_envelope(as_new_message(root, intent))
        return replace(message, protection=protection_again(intent.evidence))

    def update(self, invitation: Invitation, after: Event | None = None) -> Message:
        """Make the message that updates the event.

        Args:
            invitation: The event.
            after: What shall be; None for what guests have, to be changed: its SEQUENCE and DTSTAMP are then set by
                `revised` once it was.

        Raises:
            StoreError: what was sent is gone.
            MessageError: the event cannot be written so.
        """
        calendar = self.calendar(invitation)
        before = event_of(calendar)
        wanted = self._with_cancelled_dates(invitation, before if after is None else after)
        wanted = replace(wanted, sequence=least_sequence(invitation, wanted))
        if invitation.is_cancelled and wanted.status == "CANCELLED":
            wanted = replace(wanted, status="CONFIRMED")
        return self._message(invitation, calendar, lifecycle.updated(before, wanted, self.clock.now()))

    def revised(self, calendar: Calendar, *, ask_again: bool | None = None) -> lifecycle.Revision | None:
        """Tell what an edited event changes for those who have it; None for an event that nobody was sent.

        `ask_again` is that of `lifecycle.revision`.

        Raises:
            StoreError: what was sent is gone.
        """
        after = event_of(calendar)
        invitation = self.known(after.uid)
        if invitation is None or after.recurrence_id is not None:
            return None
        after = replace(after, sequence=least_sequence(invitation, after))
        before = event_of(self.calendar(invitation))
        return lifecycle.revision(before, after, self.clock.now(), ask_again=ask_again)

    def resend(self, invitation: Invitation, guests: tuple[str, ...] = ()) -> Message:
        """Make the same invitation once more, for all guests or for some. Raises `StoreError`."""
        calendar = self.calendar(invitation)
        event = lifecycle.resent(event_of(calendar), self.clock.now())
        if guests:
            wanted = set(map(key_of, guests))
            event = replace(event, attendees=tuple(g for g in event.attendees if key_of(g.mailbox) in wanted))
        return self._message(invitation, calendar, event)

    def cancel(self, invitation: Invitation) -> Message:
        """Make the message that cancels all of the event, for all who have it. Raises `StoreError`."""
        calendar = self.calendar(invitation)
        event = replace(event_of(calendar), sequence=invitation.sequence)
        return self._message(invitation, calendar, lifecycle.cancelled(event, self.clock.now()))

    def cancel_occurrence(self, invitation: Invitation, original: Moment) -> Message:
        """Make the message that cancels one date of a repeating event.

        Raises:
            MessageError: the event does not repeat, or `original` is given otherwise than its start.
            StoreError: what was sent is gone.
        """
        calendar, event = self._for_occurrence(invitation, original)
        return self._message(invitation, calendar, lifecycle.cancelled_instance(event, original, self.clock.now()))

    def move_occurrence(self, invitation: Invitation, original: Moment, start: Moment, end: Moment | None) -> Message:
        """Make the message that moves one date of a repeating event; errors as `cancel_occurrence`."""
        calendar, event = self._for_occurrence(invitation, original)
        moved = lifecycle.moved_instance(event, original, start, end, self.clock.now())
        return self._message(invitation, calendar, moved)

    def withdraw(self, invitation: Invitation, guest: str) -> Message:
        """Make the message that takes one guest off, for that guest alone.

        Raises:
            MessageError: nobody of that address is a guest.
            StoreError: what was sent is gone.
        """
        calendar = self.calendar(invitation)
        return self._message(invitation, calendar, lifecycle.withdrawn(event_of(calendar), guest, self.clock.now()))

    def proposal(self, answer: AnswerTaken) -> Event | None:
        """Give the event as a guest proposed it; None for an answer without a proposal. Raises `StoreError`."""
        if answer.kind != Kind.COUNTER:
            return None
        calendar = read_calendar(bytes(self.content.open(answer.calendar)))
        components = [found for found in calendar.events if found.text("UID").strip() == answer.uid]
        return event_from(components[0], calendar.method) if components else None

    def accept(self, invitation: Invitation, answer: AnswerTaken) -> Message:
        """Make the update that a proposal asks for: its time, and its place if it names one.

        Raises:
            StoreError: the proposal or what was sent is gone, or it proposes no time.
            MessageError: the event cannot be changed so.
        """
        wanted = self.proposal(answer)
        if wanted is None or wanted.start is None:
            raise StoreError("The answer proposes no time.", hint="Change the event by hand.", value=answer.uid)
        if wanted.recurrence_id is not None:
            return self.move_occurrence(invitation, wanted.recurrence_id, wanted.start, wanted.end)
        event = event_of(self.calendar(invitation))
        after = replace(event, start=wanted.start, end=wanted.end, duration=wanted.duration)
        return self.update(invitation, replace(after, location=wanted.location or event.location))

    def decline(self, invitation: Invitation, answer: AnswerTaken) -> Message:
        """Make the message that says no to a proposal, for who made it.

        Raises:
            StoreError: the proposal or what was sent is gone.
            MessageError: the date that is meant cannot be told.
        """
        wanted = self.proposal(answer)
        calendar = self.calendar(invitation)
        original = wanted.recurrence_id if wanted is not None else None
        guest = Attendee(answer.who, answer.name, partstat=answer.partstat)
        event = lifecycle.declined(event_of(calendar), guest, answer.sequence, original, self.clock.now())
        return self._message(invitation, calendar, event)

    def standings(self, calendar: Calendar) -> tuple[Standing, ...]:
        """Compare an event that is about to be sent with what each guest has; guests with the same stand together.

        Raises:
            StoreError: what was sent is gone.
        """
        after = event_of(calendar)
        invitation = self.known(after.uid)
        states = {key_of(state.guest.mailbox): state for state in invitation.guests} if invitation else {}
        groups: dict[tuple[object, ...], tuple[SentEvent | None, bool, list[str]]] = {}
        for key, address in addresses(after.attendees, states.values()).items():
            has = states[key].has if key in states else None
            is_guest = any(key_of(guest.mailbox) == key for guest in after.attendees)
            if not is_guest and (has is None or states[key].is_off):
                continue
            same = (is_guest, *((has.method, has.sequence, has.stamp) if has is not None else ()))
            groups.setdefault(same, (has, not is_guest, []))[2].append(address)
        return tuple(
            Standing(tuple(names), has, () if has is None or is_out else self._changes(has, after), is_out)
            for has, is_out, names in groups.values()
        )

    def sent_before(self, root: Entity) -> tuple[Sent, ...]:
        """Give what was sent of the event in a message, in order, for the checks; copies of one sending as one.

        Raises:
            StoreError: the ledger cannot be read.
        """
        root = unsigned(root)
        calendar = calendar_of(root)
        invitation = self.known(event_of(calendar).uid) if calendar is not None else None
        if calendar is None or invitation is None:
            return ()
        named = concerned(root, calendar)
        return tuple(
            Sent(read_calendar(bytes(self.content.open(sent.calendar))), those(recipients, named))
            for sent, recipients in invitation.sendings
            if self.content.holds(sent.calendar)
        )

    def _changes(self, has: SentEvent, after: Event) -> tuple[Change, ...]:
        """What differs but for the guests, of whom each copy may name one alone."""
        before = event_of(read_calendar(bytes(self.content.open(has.calendar))))
        return tuple(change for change in changes(before, after) if change.name != "ATTENDEE")

    def _message(self, invitation: Invitation, calendar: Calendar, event: Event) -> Message:
        wanted = lifecycle.as_sent(calendar, event, self.zone_octets)
        return message_for(self.last_message(invitation), wanted, self.ids)

    def _for_occurrence(self, invitation: Invitation, original: Moment) -> tuple[Calendar, Event]:
        """The event with the SEQUENCE that the occurrence has."""
        calendar = self.calendar(invitation)
        event, before = event_of(calendar), invitation.last_of(original.value)
        return calendar, event if before is None else replace(event, sequence=max(event.sequence, before.sequence))

    def _with_cancelled_dates(self, invitation: Invitation, event: Event) -> Event:
        """Leave out of the rule what was cancelled date by date, so that an update does not bring it back."""
        for occurrence in {sent.occurrence for sent in invitation.sent if sent.occurrence}:
            last = invitation.last_of(occurrence)
            if last is None or last.method != "CANCEL" or not last.status:
                continue
            gone = event_of(read_calendar(bytes(self.content.open(last.calendar)))).recurrence_id
            event = event if gone is None else lifecycle.without_instance(event, gone)
        return event


def _fact(answer: Answer, calendar: str, at: datetime) -> AnswerTaken:
    """Give an answer as the ledger keeps it."""
    return AnswerTaken(
        uid=answer.uid,
        occurrence=answer.occurrence.value if answer.occurrence is not None else "",
        kind=answer.kind.value,
        who=answer.who,
        name=answer.name,
        partstat=answer.partstat,
        comment=answer.comment,
        sequence=answer.sequence,
        stamp=answer.stamp.value if answer.stamp is not None else "",
        calendar=calendar,
        at=at,
    )


__all__ = ["Invitations", "Standing", "Taken"]
