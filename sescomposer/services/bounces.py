"""What became of a message, explained: bounces (hard, soft, suppressed), complaints and the other events of SES.

The words are those of SES (Developer Guide, contents of event notifications); upper and lower case do not count.
"""

from dataclasses import dataclass
from enum import StrEnum

from sescomposer.services.knowledge import EventKind


class BounceKind(StrEnum):
    """What a bounce means for the address."""

    HARD = "hard"
    """The address cannot be reached, now or later."""
    SOFT = "soft"
    """It may be reached later, or with another message."""
    SUPPRESSED = "suppressed"
    """SES did not try: the address is on a suppression list."""
    UNDETERMINED = "undetermined"
    """The receiver's words do not tell."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """One sort of bounce: `sentence` says what happened, `hint` what to do."""

    kind: BounceKind
    sentence: str
    hint: str

    @property
    def text(self) -> str:
        """Both in one line, with the kind before them."""
        return f"{self.kind.value.capitalize()} bounce: {self.sentence} {self.hint}"


_HARD_HINT = "Take the address off your lists; do not send to it again."
_SOFT = (
    ("general", "the receiver refused the message for now.", "It may take a later one; SES has stopped trying this."),
    ("mailboxfull", "the mailbox is full.", "Send it again when its owner has made room."),
    ("messagetoolarge", "the message is too large for the receiver.", "Send a smaller one, with links to the files."),
    (
        "contentrejected",
        "the receiver does not take this content.",
        "Change what may look like spam.",
    ),
    ("attachmentrejected", "the receiver does not take an attachment.", "Send it as another kind of file, or a link."),
    (
        "customtimeoutexceeded",
        "it could not be delivered within the time that the configuration set gives.",
        "Give it more time, or send it again.",
    ),
)
_BOUNCES = {
    ("permanent", "general"): Bounce(BounceKind.HARD, "the receiver refused it for good.", _HARD_HINT),
    ("permanent", "noemail"): Bounce(BounceKind.HARD, "there is no such address.", _HARD_HINT),
    ("permanent", "suppressed"): Bounce(
        BounceKind.SUPPRESSED,
        "the address is on the global suppression list of SES, because it bounced lately for some sender.",
        "SES did not try to deliver it; an address leaves that list after some days.",
    ),
    ("permanent", "onaccountsuppressionlist"): Bounce(
        BounceKind.SUPPRESSED,
        "the address is on the suppression list of your account.",
        "SES did not try to deliver it; take the address off the list if it is good again.",
    ),
    ("permanent", "unsubscribedrecipient"): Bounce(
        BounceKind.SUPPRESSED,
        "the recipient has unsubscribed from this topic or list.",
        "SES did not try to deliver it; respect the wish.",
    ),
    **{("transient", sub): Bounce(BounceKind.SOFT, sentence, hint) for sub, sentence, hint in _SOFT},
}
_BY_TYPE = {
    "permanent": _BOUNCES["permanent", "general"],
    "transient": _BOUNCES["transient", "general"],
}
_UNDETERMINED = Bounce(
    BounceKind.UNDETERMINED,
    "the receiver's words do not say why.",
    "Read them; if they come again and again, take the address off your lists.",
)

_FEEDBACK = {
    "abuse": "the recipient reported the message as spam.",
    "auth-failure": "the receiver reports that the sender could not be authenticated.",
    "fraud": "the recipient reported the message as fraud.",
    "not-spam": "the recipient reported that the message is no spam.",
    "virus": "the receiver reports a virus in the message.",
}

_EVENTS = {
    EventKind.SEND: "SES took the message and tries to deliver it.",
    EventKind.REJECT: "SES took the message, found a virus in it and dropped it; nobody gets it.",
    EventKind.DELIVERY: "The receiver's mail server took the message; whether it lies in the inbox is not known.",
    EventKind.OPEN: "The message was opened, or a program fetched its pictures.",
    EventKind.CLICK: "A link was followed, by the recipient or by a program that checks links.",
    EventKind.RENDERING_FAILURE: "A template could not be filled in; nothing was sent.",
    EventKind.DELIVERY_DELAY: "It could not be delivered yet; SES goes on trying.",
    EventKind.SUBSCRIPTION: "The recipient changed a subscription.",
    EventKind.OTHER: "An event that this version does not know.",
}


def bounce_of(bounce_type: str, sub_type: str = "") -> Bounce:
    """Give what a bounce means by SES's type and sub-type; of a sub-type that is not known, what its type means.

    >>> bounce_of("PERMANENT", "OnAccountSuppressionList").kind.value
    'suppressed'
    >>> bounce_of("Transient", "Novel").kind.value, bounce_of("").kind.value
    ('soft', 'undetermined')
    """
    kind = bounce_type.lower()
    return _BOUNCES.get((kind, sub_type.lower())) or _BY_TYPE.get(kind, _UNDETERMINED)


def complaint(sub_type: str = "", feedback: str = "") -> str:
    """Explain a complaint by its sub-type and kind of feedback (RFC 5965 section 7.3).

    >>> complaint(feedback="abuse")
    'Complaint: the recipient reported the message as spam. Do not send to this address again.'
    """
    if sub_type.lower() == "onaccountsuppressionlist":
        return (
            "Complaint: the address is on the suppression list of your account, because of an earlier complaint. SES"
            " did not deliver the message."
        )
    sentence = _FEEDBACK.get(feedback.lower(), "the recipient complained about the message.")
    if feedback.lower() == "not-spam":
        return f"Complaint: {sentence}"
    return f"Complaint: {sentence} Do not send to this address again."


def explained(
    kind: EventKind, *, bounce_type: str = "", sub_type: str = "", feedback: str = "", diagnostic: str = ""
) -> str:
    """Explain an event of a message in our words.

    Args:
        kind: What happened.
        bounce_type: Of a bounce.
        sub_type: Of a bounce or a complaint.
        feedback: Kind of feedback of a complaint.
        diagnostic: The receiver's own words, "" for none.

    >>> explained(EventKind.BOUNCE, bounce_type="TRANSIENT", sub_type="MailboxFull")
    'Soft bounce: the mailbox is full. Send it again when its owner has made room.'
    """
    match kind:
        case EventKind.BOUNCE:
            bounce = bounce_of(bounce_type, sub_type)
            return f"{bounce.text} The receiver said: {diagnostic}" if diagnostic else bounce.text
        case EventKind.COMPLAINT:
            return complaint(sub_type, feedback)
        case _:
            return _EVENTS[kind]


def bounce_kind(details: str) -> BounceKind | None:
    """Give the kind of a bounce from `MessageEvent.details`, None where they name no bounce type.

    >>> bounce_kind("PERMANENT, NoEmail, 550 5.1.1").value
    'hard'
    """
    first, _, rest = details.partition(", ")
    if first.lower() not in ("permanent", "transient", "undetermined"):
        return None
    return bounce_of(first, rest.partition(", ")[0]).kind
