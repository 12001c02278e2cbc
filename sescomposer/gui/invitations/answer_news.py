"""What an answer that came back says, and what is known of the event it answers; for workers. No Qt here."""

from dataclasses import dataclass

from sescomposer.core.entity import Entity
from sescomposer.core.envelope import mailboxes
from sescomposer.core.invitation.event import Event, event_of
from sescomposer.core.invitation.people import Attendee, key_of
from sescomposer.core.invitation.replies import Answer, Kind, answers_of
from sescomposer.core.message import Message
from sescomposer.gui.invitation.times import day_words
from sescomposer.gui.invitations.invitation_words import ANSWERS, person_words, title_of, verb_of
from sescomposer.gui.invitations.loading import current_of, time_words_of
from sescomposer.services.invitation_ports import AnswerTaken, Invitation
from sescomposer.services.invitations import Invitations

UNKNOWN = "No invitation with its UID was sent from here, so there is nothing to note it at."


@dataclass(frozen=True, slots=True)
class AnswerNews:
    """One answer, ready to be shown.

    Attributes:
        answer: What it says.
        invitation: What it answers; None where nothing with its UID was sent from here.
        is_noted: Whether the ledger has it.
        words: What it says, in sentences.
    """

    answer: Answer
    invitation: Invitation | None
    is_noted: bool
    words: str

    @property
    def can_be_noted(self) -> bool:
        """Whether noting it would change the ledger."""
        known = self.invitation is not None and self.answer.kind is not Kind.DECLINECOUNTER
        return known and not self.is_noted

    @property
    def has_proposal(self) -> bool:
        """Whether an update can be made of it."""
        proposal = self.answer.proposal
        return self.invitation is not None and proposal is not None and proposal.start is not None


def answers_in(invitations: Invitations, root: Entity) -> tuple[AnswerNews, ...]:
    """Read the answers of a message, also inside what nobody must be asked to open. Raises `StoreError`."""
    return tuple(_news(invitations, root, answer) for answer in answers_of(invitations.opening.plain(root)))


def note(invitations: Invitations, root: Entity) -> tuple[str, ...]:
    """Note the answers of a message; gives what is unusual about them, in sentences.

    Raises:
        MessageError, StoreError: see `Invitations.take`.
    """
    return tuple(taken.problem for taken in invitations.take(root) if taken.problem)


def update_of(invitations: Invitations, root: Entity, answer: Answer) -> Message:
    """Note the answers of a message, and make the update that the proposal of one of them asks for.

    Raises:
        MessageError, StoreError: see `Invitations.take` and `Invitations.accept`.
    """
    invitations.take(root)
    invitation = invitations.find(answer.uid)
    return invitations.accept(invitation, next(fact for fact in invitation.answers if _is_same(fact, answer)))


def _news(invitations: Invitations, root: Entity, answer: Answer) -> AnswerNews:
    invitation = invitations.known(answer.uid)
    is_noted = invitation is not None and any(_is_same(fact, answer) for fact in invitation.answers)
    said = [_said(answer, invitation), _proposed(invitations, answer, invitation)]
    said.append(f"They write: {answer.comment}" if answer.comment else "")
    said.append(_sent_by_another(root, answer))
    said.append(UNKNOWN if invitation is None else "")
    return AnswerNews(answer, invitation, is_noted, "\n".join(filter(None, said)))


def _said(answer: Answer, invitation: Invitation | None) -> str:
    who = person_words(Attendee(answer.who, answer.name)) if answer.who else "Somebody"
    what = f"“{title_of(invitation)}”" if invitation is not None else "an event"
    date = f" on {day_words(answer.occurrence)}" if answer.occurrence is not None else ""
    match answer.kind:
        case Kind.REPLY if answer.partstat == "DELEGATED" and answer.delegates:
            return f"{who} sends {', '.join(answer.delegates)} to {what}{date} instead."
        case Kind.REPLY:
            return f"{who} {verb_of(answer.partstat)} {what}{date}."
        case Kind.COUNTER:
            return f"{who} proposes another time for {what}{date} (answer: {ANSWERS[answer.partstat][0].lower()})."
        case Kind.REFRESH:
            return f"{who} asks to be sent {what} once more."
        case _:
            return f"The organiser does not take up the proposal for {what}{date}."


def _proposed(invitations: Invitations, answer: Answer, invitation: Invitation | None) -> str:
    wanted = answer.proposal
    if wanted is None:
        return ""
    if invitation is None or not invitations.content.holds(invitation.last.calendar):
        return f"Proposed: {time_words_of(wanted)}"
    current = current_of(event_of(invitations.calendar(invitation)), wanted)
    place = f", {wanted.location}" if wanted.location and wanted.location != _place_of(invitations, invitation) else ""
    return f"Proposed: {time_words_of(wanted)}{place}\nNow: {time_words_of(current)}"


def _place_of(invitations: Invitations, invitation: Invitation) -> str:
    event: Event = event_of(invitations.calendar(invitation))
    return event.location


def _sent_by_another(root: Entity, answer: Answer) -> str:
    """An answer is worth what its sender is worth, so a sender who is not the guest is named."""
    senders = mailboxes(root, "From")
    if not answer.who or not senders or answer.kind is Kind.DECLINECOUNTER:
        return ""
    if any(key_of(sender.addr_spec) == key_of(answer.who) for sender in senders):
        return ""
    return f"The message itself came from {senders[0].addr_spec}."


def _is_same(fact: AnswerTaken, answer: Answer) -> bool:
    stamp = answer.stamp.value if answer.stamp is not None else ""
    occurrence = answer.occurrence.value if answer.occurrence is not None else ""
    said = (answer.kind.value, answer.who, answer.partstat, answer.sequence, stamp, occurrence, answer.comment)
    return said == (*(fact.kind, fact.who, fact.partstat, fact.sequence, fact.stamp, fact.occurrence, fact.comment),)


__all__ = ["UNKNOWN", "AnswerNews", "answers_in", "note", "update_of"]
