"""Invitations that were sent, in words: states, answers, what each guest has. No Qt here."""

from collections import Counter
from datetime import datetime

from sescomposer.core.invitation.people import Attendee, Person, key_of
from sescomposer.services.invitation_ports import GuestState, Invitation, SentEvent

ANSWERS: dict[str, tuple[str, str, str]] = {
    "ACCEPTED": ("Accepted", "ok", "ok"),
    "DECLINED": ("Declined", "close", "error"),
    "TENTATIVE": ("Tentative", "warning", "warning"),
    "DELEGATED": ("Delegated", "more", "note"),
    "NEEDS-ACTION": ("No answer", "more", "note"),
}
"""Words, icon and colour of each answer."""

SENT, UPDATED, CANCELLED, PUBLISHED = "Sent", "Updated", "Cancelled", "Published"
SIGNS: dict[str, tuple[str, str]] = {
    SENT: ("ok", "ok"),
    UPDATED: ("redo", "note"),
    CANCELLED: ("close", "error"),
    PUBLISHED: ("file", "note"),
}
"""Icon and colour of each state of an event."""

_VERBS = {
    "ACCEPTED": "accepts",
    "DECLINED": "declines",
    "TENTATIVE": "accepts tentatively",
    "DELEGATED": "sends somebody else to",
    "NEEDS-ACTION": "has not decided about",
}


def state_of(invitation: Invitation) -> str:
    """Give the state of an event in a word, a key of `SIGNS`."""
    if invitation.is_cancelled:
        return CANCELLED
    if invitation.last.method == "PUBLISH":
        return PUBLISHED
    return UPDATED if len(invitation.sendings) > 1 and invitation.sequence else SENT


def title_of(invitation: Invitation) -> str:
    """Give the title, or words where there is none."""
    return " ".join(invitation.summary.split()) or "(no title)"


def time_words(moment: datetime) -> str:
    """Write a time of this place."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def person_words(person: Attendee | Person) -> str:
    """Write a name with its address.

    >>> person_words(Attendee("kai@example.org", "Kai")), person_words(Attendee("kai@example.org"))
    ('Kai <kai@example.org>', 'kai@example.org')
    """
    name = " ".join(person.name.split())
    return f"{name} <{person.mailbox}>" if name else person.mailbox


def invited_guests(invitation: Invitation) -> tuple[GuestState, ...]:
    """Give the guests who are asked to come: not the organiser, nobody who was taken off."""
    host = key_of(invitation.last.organizer)
    return tuple(
        state for state in invitation.guests if not state.is_off and (key_of(state.guest.mailbox) != host or not host)
    )


def counts_words(invitation: Invitation) -> str:
    """Count the guests by their answers: "2 accepted, 1 no answer"."""
    counts = Counter(answer_of(state) for state in invited_guests(invitation))
    found = (f"{counts[name]:,} {ANSWERS[name][0].lower()}" for name in ANSWERS if counts[name])
    return ", ".join(found) or "no guests"


def answer_of(state: GuestState) -> str:
    """Give the answer of a guest, a key of `ANSWERS`."""
    return state.guest.partstat if state.guest.partstat in ANSWERS else "NEEDS-ACTION"


def answered_words(state: GuestState) -> str:
    """Say when a guest answered, and whether it was to what they have; "" for no answer."""
    if state.answer is None:
        return ""
    older = " (to an earlier state)" if state.is_outdated else ""
    return f"{time_words(state.answer.at)}{older}"


def has_words(has: SentEvent | None) -> str:
    """Say what was sent."""
    if has is None:
        return "Nothing yet"
    return f"{what_words(has)}, SEQUENCE {has.sequence}, {time_words(has.at)}"


def what_words(sent: SentEvent) -> str:
    """Say what a sending was.

    >>> from sescomposer.services.invitation_ports import SentEvent
    >>> what_words(SentEvent("1", "", "CANCEL", 1, "", "CANCELLED", "", "", (), "", None, None))
    'Cancellation'
    """
    match sent.method, bool(sent.occurrence), bool(sent.status):
        case "CANCEL", True, _:
            return "Cancellation of one date"
        case "CANCEL", False, False:
            return "Withdrawal"
        case "CANCEL", _, _:
            return "Cancellation"
        case "PUBLISH", _, _:
            return "Published event"
        case _, True, _:
            return "Change of one date"
        case _:
            return "Update" if sent.sequence else "Invitation"


def verb_of(partstat: str) -> str:
    """Say what a guest does with an invitation."""
    return _VERBS.get(partstat, _VERBS["NEEDS-ACTION"])


def said_words(invitation: Invitation, state: GuestState) -> str:
    """Give what a guest wrote, and what they answered for single dates, a line each; "" for nothing."""
    answer, own = state.answer, key_of(state.guest.mailbox)
    lines = [f"{answer.name or answer.who}: {answer.comment}"] if answer is not None and answer.comment else []
    for single in invitation.answers:
        if single.occurrence and key_of(single.who) == own and single.kind != "DECLINECOUNTER":
            words = ANSWERS.get(single.partstat, ANSWERS["NEEDS-ACTION"])[0]
            comment = f": {single.comment}" if single.comment else ""
            lines.append(f"For {single.occurrence} alone: {words}{comment}")
    return "\n".join(lines)


def is_found(invitation: Invitation, place: str, words: str) -> bool:
    """Tell whether an event has all of these words in its title, place, people or UID."""
    people = (f"{state.guest.name} {state.guest.mailbox}" for state in invitation.guests)
    text = "\n".join((invitation.summary, place, invitation.last.organizer, invitation.uid, *people)).casefold()
    return all(word in text for word in words.casefold().split())
