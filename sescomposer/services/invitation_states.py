"""What the facts of the ledger add up to: events by UID, who is concerned, and what is odd about an answer."""

from collections.abc import Iterable

from sescomposer.core.entity import Entity
from sescomposer.core.envelope import named_recipients
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.event import Event, event_of
from sescomposer.core.invitation.people import Attendee, key_of
from sescomposer.core.invitation.replies import Answer, Kind
from sescomposer.services.invitation_ports import AnswerTaken, GuestState, Invitation, SentEvent

_MANY = 200


def gathered(facts: Iterable[SentEvent | AnswerTaken]) -> dict[str, Invitation]:
    """Give what is known of each event, by UID."""
    sent: dict[str, list[SentEvent]] = {}
    answers: dict[str, list[AnswerTaken]] = {}
    for fact in facts:
        if isinstance(fact, SentEvent):
            sent.setdefault(fact.uid, []).append(fact)
        else:
            answers.setdefault(fact.uid, []).append(fact)
    return {uid: Invitation(uid, tuple(found), tuple(answers.get(uid, ()))) for uid, found in sent.items()}


def addresses(guests: Iterable[Attendee], states: Iterable[GuestState]) -> dict[str, str]:
    """Give the address of everybody who is or was a guest, by key."""
    named = {key_of(state.guest.mailbox): state.guest.mailbox for state in states}
    return {key_of(guest.mailbox): guest.mailbox for guest in guests} | named


def concerned(root: Entity, calendar: Calendar) -> frozenset[str]:
    """Addresses that a message names, as keys."""
    named = [recipient.addr_spec for recipient in named_recipients(root)]
    guests = [guest.mailbox for guest in event_of(calendar).attendees]
    return frozenset(map(key_of, (*named, *guests)))


def those(recipients: frozenset[str], concerned: frozenset[str]) -> frozenset[str]:
    """Of thousands of recipients those that matter, and one more: none at all would say that nobody knows."""
    if len(recipients) <= _MANY:
        return recipients
    return (concerned & recipients) | {next(iter(recipients))}


def least_sequence(invitation: Invitation, event: Event) -> int:
    """The SEQUENCE that guests who were taken off and are asked again must see: not less than what took them off."""
    guests = {key_of(guest.mailbox) for guest in event.attendees}
    off = (state for state in invitation.guests if state.is_off and key_of(state.guest.mailbox) in guests)
    return max((event.sequence, *(state.has.sequence for state in off if state.has is not None)))


def problem(answer: Answer, invitation: Invitation) -> str:
    """Say what is unusual about an answer, "" for nothing."""
    states = {key_of(state.guest.mailbox): state for state in invitation.guests}
    state = states.get(key_of(answer.who))
    if not answer.who:
        return "Nothing tells which guest this is from."
    if state is None:
        return f"{answer.who} was not invited: the invitation was passed on, or answered from another address."
    if state.is_off:
        return f"The invitation of {answer.who} was withdrawn before."
    if answer.occurrence is None and state.has is not None and answer.sequence < state.has.sequence:
        return "It answers an earlier state of the event; what changed since is not answered yet."
    return answer.kind.sentence if answer.kind is not Kind.REPLY else ""


__all__ = ["addresses", "concerned", "gathered", "least_sequence", "problem", "those"]
