"""What is known of the invitations that were sent, and what the services need to keep it.

The ledger is a list of facts in the order in which they happened: what was sent, what came back. Everything else is
read from it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Protocol

from sescomposer.core.invitation.people import Attendee, key_of, mailbox_of
from sescomposer.services.ports import Intent


@dataclass(frozen=True, slots=True)
class SentEvent:
    """A message with an event that was accepted.

    Attributes:
        uid: Of the event.
        occurrence: RECURRENCE-ID as it is written, "" for all of the event.
        method: REQUEST, CANCEL, PUBLISH or what else it was, in capitals.
        sequence, stamp: SEQUENCE, and DTSTAMP as it is written.
        status: STATUS, "" where a guest was taken off.
        organizer: Their address.
        summary: The title.
        guests: Whom that calendar object named.
        calendar: Hash of the calendar object in the content store.
        intent: What was submitted: hash of the message, recipients, account, options.
        at: When it was accepted.
    """

    uid: str
    occurrence: str
    method: str
    sequence: int
    stamp: str
    status: str
    organizer: str
    summary: str
    guests: tuple[Attendee, ...]
    calendar: str
    intent: Intent
    at: datetime

    @property
    def recipients(self) -> tuple[str, ...]:
        """Addresses it went to, decoded."""
        return tuple(mailbox_of(f"mailto:{address}") for address in self.intent.envelope.rcpt_to)

    @property
    def order(self) -> tuple[int, str, datetime]:
        """Sorts the copies of one event: the later one counts."""
        return self.sequence, self.stamp, self.at


@dataclass(frozen=True, slots=True)
class AnswerTaken:
    """An answer of a guest that was taken up.

    Attributes:
        uid, occurrence: See `SentEvent`.
        kind: REPLY, COUNTER, REFRESH; or DECLINECOUNTER, our no to a COUNTER of `who`.
        who, name: The guest; "" where nothing tells who it was.
        partstat: What they answered.
        comment: What they wrote.
        sequence, stamp: SEQUENCE of what they answered, DTSTAMP of the answer as it is written.
        calendar: Hash of the answer's calendar object in the content store.
        at: When it was taken up.
    """

    uid: str
    occurrence: str
    kind: str
    who: str
    name: str
    partstat: str
    comment: str
    sequence: int
    stamp: str
    calendar: str
    at: datetime

    @property
    def order(self) -> tuple[int, str, datetime]:
        """Sorts the answers of one guest: the later one counts."""
        return self.sequence, self.stamp, self.at


@dataclass(frozen=True, slots=True)
class GuestState:
    """Where one guest stands.

    Attributes:
        guest: As they were last named, with the answer that counts.
        has: What they got last of all of the event, None for one who was named and never written to.
        answer: Their last answer, None for none.
        is_outdated: Whether that answer was to an earlier SEQUENCE than what they have.
        is_off: Whether they were taken off.
    """

    guest: Attendee
    has: SentEvent | None
    answer: AnswerTaken | None
    is_outdated: bool
    is_off: bool


@dataclass(frozen=True)
class Invitation:
    """All that is known of one event that was sent.

    Attributes:
        uid: Its name.
        sent: What was sent, in order.
        answers: What came back, in order.
    """

    uid: str
    sent: tuple[SentEvent, ...]
    answers: tuple[AnswerTaken, ...] = ()

    @cached_property
    def last(self) -> SentEvent:
        """The copy that shows the event as it is: of all of it if possible, never one that takes a guest off."""
        whole = [sent for sent in self.sent if not sent.occurrence]
        about = [sent for sent in whole if sent.method != "CANCEL" or sent.status] or whole or list(self.sent)
        return max(about, key=lambda sent: sent.order)

    @property
    def summary(self) -> str:
        """The title."""
        return self.last.summary

    @property
    def is_cancelled(self) -> bool:
        """Whether all of it was cancelled."""
        return self.last.method == "CANCEL" and not self.last.occurrence and bool(self.last.status)

    @property
    def sequence(self) -> int:
        """The highest SEQUENCE that anybody was sent, of the event or of an occurrence."""
        return max(sent.sequence for sent in self.sent)

    @cached_property
    def sendings(self) -> tuple[tuple[SentEvent, frozenset[str]], ...]:
        """What was sent and to whom (`key_of` addresses), in order; copies for single guests of one sending are one."""
        groups: dict[tuple[str, str, int, str], list[SentEvent]] = {}
        for sent in self.sent:
            groups.setdefault((sent.occurrence, sent.method, sent.sequence, sent.stamp), []).append(sent)
        return tuple(
            (group[-1], frozenset(key_of(address) for sent in group for address in sent.recipients))
            for group in groups.values()
        )

    def last_of(self, occurrence: str) -> SentEvent | None:
        """Give what was last sent of one occurrence, None for nothing."""
        about = [sent for sent in self.sent if sent.occurrence == occurrence]
        return max(about, key=lambda sent: sent.order, default=None)

    @cached_property
    def guests(self) -> tuple[GuestState, ...]:
        """Where each guest stands, in the order in which they were first named."""
        named: dict[str, Attendee] = {}
        has: dict[str, SentEvent] = {}
        for sent in sorted((sent for sent in self.sent if not sent.occurrence), key=lambda sent: sent.order):
            named.update({key_of(guest.mailbox): guest for guest in sent.guests})
            has.update({key_of(address): sent for address in sent.recipients})
        answers = self._answers()
        return tuple(_state(guest, has.get(key), answers.get(key)) for key, guest in named.items())

    def _answers(self) -> Mapping[str, AnswerTaken]:
        """The answer of each guest that counts for all of the event."""
        about = (answer for answer in self.answers if not answer.occurrence and answer.kind in ("REPLY", "COUNTER"))
        return {key_of(answer.who): answer for answer in sorted(about, key=lambda answer: answer.order)}

    @property
    def proposals(self) -> tuple[AnswerTaken, ...]:
        """Proposals of another time that were not declined, in order."""
        return tuple(answer for answer in self.answers if answer.kind == "COUNTER" and not self._is_declined(answer))

    def _is_declined(self, proposal: AnswerTaken) -> bool:
        about = (key_of(proposal.who), proposal.occurrence)
        return any(
            answer.kind == "DECLINECOUNTER"
            and (key_of(answer.who), answer.occurrence) == about
            and answer.at >= proposal.at
            for answer in self.answers
        )

    @property
    def named_content(self) -> frozenset[str]:
        """Hashes of the content store that are needed: what each guest has, answers, and the last message."""
        has = {guest.has.calendar for guest in self.guests if guest.has is not None}
        latest = {sent.occurrence: sent for sent in sorted(self.sent, key=lambda sent: sent.order)}
        whole = {self.last.calendar, self.last.intent.sha256}
        single = {name for sent in latest.values() for name in (sent.calendar, sent.intent.sha256)}
        return frozenset(has | whole | single | {answer.calendar for answer in self.answers})


def _state(guest: Attendee, has: SentEvent | None, answer: AnswerTaken | None) -> GuestState:
    is_off = has is not None and has.method == "CANCEL" and not has.status
    is_outdated = has is not None and answer is not None and answer.sequence < has.sequence
    partstat = answer.partstat if answer is not None and not is_outdated else "NEEDS-ACTION"
    known = guest if answer is None else Attendee(guest.mailbox, guest.name, guest.role, guest.type, partstat, True)
    return GuestState(known, has, answer, is_outdated, is_off)


class InvitationLedger(Protocol):
    """Keeps the facts; two processes may use one."""

    def note(self, fact: SentEvent | AnswerTaken) -> None:
        """Keep a fact durably before returning. Raises `StoreError`."""

    def facts(self) -> Iterable[SentEvent | AnswerTaken]:
        """Give all facts in order; what is damaged is left out and kept aside. Raises `StoreError`."""

    def forget(self, uid: str) -> None:
        """Remove all that is known of an event but which submissions it was. Raises `StoreError`."""

    def forgotten(self) -> frozenset[str]:
        """Give the ids of the submissions that were forgotten, which nobody is to note again. Raises `StoreError`."""

    def version(self) -> tuple[int, int]:
        """Give what is another value whenever something was changed, by whomever; cheap. Raises `StoreError`."""


__all__ = ["AnswerTaken", "GuestState", "Invitation", "InvitationLedger", "SentEvent"]
