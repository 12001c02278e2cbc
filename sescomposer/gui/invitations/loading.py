"""Reads for the window of invitations what the ledger names; for workers. No Qt here."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from sescomposer.core.entity import Entity
from sescomposer.core.errors import MessageError, StoreError
from sescomposer.core.invitation.calendar import Calendar, read_calendar
from sescomposer.core.invitation.event import Event, event_of
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.occurrences import each_occurrence
from sescomposer.core.invitation.rules import read_rule
from sescomposer.core.invitation.zones import instant
from sescomposer.core.parse import parse
from sescomposer.gui.invitation.times import own_words
from sescomposer.gui.invitations.invitation_words import is_found
from sescomposer.services.invitation_ports import AnswerTaken, Invitation
from sescomposer.services.invitations import Invitations

_MOST_DATES = 60
_MOST_LOOKED_AT = 5000
_KEPT_EVENTS = 2000


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """A row of the list.

    Attributes:
        invitation: What the ledger knows.
        when, place: As it was sent last, in words.
    """

    invitation: Invitation
    when: str
    place: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal of another time: who made it, and both times in words."""

    answer: AnswerTaken
    now: str
    wanted: str


@dataclass(frozen=True, eq=False)
class LoadedInvitation:
    """An event ready to be shown.

    Attributes:
        invitation: What the ledger knows.
        event: As it was sent last; without anything where its octets are gone.
        calendar: The same as an object, with all guests; None where its octets are gone.
        roots: The message of each of `invitation.sendings`, None where it is gone.
        proposals: What guests would rather have.
        trouble: What is gone, "" for nothing.
    """

    invitation: Invitation
    event: Event
    calendar: Calendar | None
    roots: tuple[Entity | None, ...]
    proposals: tuple[Proposal, ...]
    trouble: str = ""


class EventReader:
    """Reads events of the content store, each once while it is in use."""

    def __init__(self, invitations: Invitations) -> None:
        self._invitations = invitations
        self._event = lru_cache(maxsize=_KEPT_EVENTS)(self._read_event)

    def rows(self, words: str) -> tuple[tuple[KnownEvent, ...], int]:
        """Give the events that have these words, and how many there are at all. Raises `StoreError`."""
        known = self._invitations.all()
        rows = map(self._row, known)
        return tuple(row for row in rows if is_found(row.invitation, row.place, words)), len(known)

    def load(self, uid: str) -> LoadedInvitation:
        """Read all that is shown of an event. Raises `StoreError` where the ledger cannot be read."""
        invitations = self._invitations
        invitation = invitations.find(uid)
        try:
            calendar, trouble = invitations.calendar(invitation), ""
        except StoreError as error:
            calendar, trouble = None, f"What was sent is not there any more. {error.sentence}"
        event = event_of(calendar) if calendar is not None else Event()
        roots = tuple(self._root(sent.intent.sha256) for sent, _ in invitation.sendings)
        return LoadedInvitation(invitation, event, calendar, roots, self._proposals(invitation, event), trouble)

    def _row(self, invitation: Invitation) -> KnownEvent:
        event = self._event(invitation.last.calendar)
        if event is None:
            return KnownEvent(invitation, "What was sent is not there any more.", "")
        return KnownEvent(invitation, when_words(event), event.location)

    def _read_event(self, sha256: str) -> Event | None:
        content = self._invitations.content
        return event_of(read_calendar(bytes(content.open(sha256)))) if content.holds(sha256) else None

    def _root(self, sha256: str) -> Entity | None:
        content = self._invitations.content
        if not content.holds(sha256):
            return None
        octets = content.open(sha256)
        # Counted here rather than where it is shown.
        octets.line_count()
        return parse(octets)

    def _proposals(self, invitation: Invitation, event: Event) -> tuple[Proposal, ...]:
        latest = {(answer.who, answer.occurrence): answer for answer in invitation.proposals}
        return tuple(self._proposal(answer, event) for answer in latest.values())

    def _proposal(self, answer: AnswerTaken, event: Event) -> Proposal:
        try:
            wanted = self._invitations.proposal(answer)
        except StoreError as error:
            return Proposal(answer, time_words_of(event), error.sentence)
        current = current_of(event, wanted)
        return Proposal(answer, time_words_of(current), time_words_of(wanted) if wanted is not None else "no time")


def current_of(event: Event, wanted: Event | None) -> Event:
    """Give what a proposal is about as it is now: the event, or the date of it that is meant."""
    original = wanted.recurrence_id if wanted is not None else None
    if original is None or event.start is None or not original.is_like(event.start):
        return event
    length = event.end.clock - event.start.clock if event.end is not None and event.end.is_like(event.start) else None
    end = original.moved(length) if length is not None else None
    return Event(start=original, end=end, duration=event.duration if end is None else None)


def when_words(event: Event) -> str:
    """Write when an event takes place, and that it repeats."""
    repeats = "Repeats from " if event.rule or event.rdates else ""
    return f"{repeats}{time_words_of(event)}"


def time_words_of(event: Event) -> str:
    """Write start and end, or why that cannot be said."""
    try:
        return own_words(event)
    except MessageError as error:
        return error.sentence


def next_dates(event: Event, now: Moment) -> tuple[Moment, ...]:
    """Give the next starts of a repeating event, at most 60; the last ones where all are over.

    Raises:
        MessageError: the rule cannot be read, or a zone is unknown.
    """
    if event.start is None or not (event.rule or event.rdates):
        return ()
    rule = read_rule(event.rule) if event.rule else None
    found = islice(each_occurrence(event.start, rule, event.exdates, event.rdates), _MOST_LOOKED_AT)
    dates = tuple(found)
    coming = tuple(date for date in dates if not _is_over(date, now))
    return coming[:_MOST_DATES] or dates[-_MOST_DATES:]


def _is_over(date: Moment, now: Moment) -> bool:
    try:
        return instant(date) < instant(now)
    except MessageError:
        return date.day < now.day


def names_of(guests: Iterable[str], most: int = 3) -> str:
    """Name the first addresses and count the others.

    >>> names_of(["a@b.example", "c@b.example"], 1)
    'a@b.example and 1 more'
    """
    every = list(guests)
    more = f" and {len(every) - most:,} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more
