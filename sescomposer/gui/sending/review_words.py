"""What the send sheet says of one sealed message before it goes: who gets it, from whom, by which way. No Qt here."""

from collections.abc import Iterator

from sescomposer.core.control_fields import TRACE_TAG
from sescomposer.core.envelope import mailboxes, return_path
from sescomposer.core.message import Message
from sescomposer.core.options import carried
from sescomposer.core.seal import Sealed
from sescomposer.gui.accounts.account_words import in_short, quota_words
from sescomposer.gui.models.envelope_words import (
    EnvelopeRow,
    count_words,
    envelope_rows,
    return_path_words,
    unicode_form,
    who_sees_whom,
)
from sescomposer.gui.sending.way import Ready, Way
from sescomposer.gui.sizes import human_size
from sescomposer.services.changes import expected_changes
from sescomposer.services.regions import region
from sescomposer.services.review import Review
from sescomposer.services.verification import Verification, VerificationState, verification

FACTS = (
    "Recipients",
    "From",
    "MAIL FROM",
    "Goes to",
    "Region",
    "Road",
    "Size",
    "Options",
    "Trace",
    "Sealing",
    "SES will change",
    "SHA-256",
)
"""What is said, in this order."""

_SOURCES = (
    ("To", "To"),
    ("Cc", "Cc"),
    ("Bcc", "Bcc, hidden from the others"),
    ("override", "In the envelope alone"),
)


def facts_of(review: Review, index: int, way: Way, ready: Ready) -> dict[str, str]:
    """Give all that is said of one item; "" where there is nothing to say."""
    sealed, message = review.sealed[index], review.message_of(index)
    is_shared = is_copy(review, index)
    is_local = ready.transport.is_local
    return {
        "Recipients": copy_words(sealed) if is_shared else recipients_words(message),
        "From": identity_words(message, ready),
        "MAIL FROM": mail_from_words(message),
        "Goes to": destination_words(way, ready),
        "Region": "" if is_local else region_words(ready.transport.region),
        "Road": road_words(review, is_local),
        "Size": size_words(review),
        "Options": options_words(sealed),
        "Trace": f"{TRACE_TAG}={sealed.trace}" if sealed.trace else "",
        "Sealing": sealing_words(sealed),
        "SES will change": "\n".join(f"• {change}" for change in expected_changes(sealed.root)),
        "SHA-256": sealed.sha256,
    }


def is_copy(review: Review, index: int) -> bool:
    """Whether an item is one of several encrypted copies of one message."""
    message = review.message_of(index)
    return sum(review.message_of(other) is message for other in range(len(review.sealed))) > 1


def copy_words(sealed: Sealed) -> str:
    """Say who gets one copy of several, and who is named in it."""
    shown = [f"  \u200e\u2066{unicode_form(address)}\u2069" for address in sealed.envelope.rcpt_to]
    told = "This encrypted copy goes to these alone; it names nobody else who can read it, but you."
    return "\n".join((told, *shown))


def recipients_words(message: Message) -> str:
    """Say who gets the message, by field, and who sees whom."""
    rows = envelope_rows(message)
    parts = [count_words(message) + "."] + ([who_sees_whom(rows)] if rows else [])
    for source, title in _SOURCES:
        if named := [row for row in rows if row.is_in and row.source == source]:
            parts += [f"{title}:", *(f"  {_isolated(row)}" for row in named)]
    if left_out := [row for row in rows if not row.is_in]:
        parts += ["In the header, but gets no copy:", *(f"  {_isolated(row)}" for row in left_out)]
    return "\n".join(parts)


def _isolated(row: EnvelopeRow) -> str:
    """Keep a name written from right to left from turning the line around it, or from moving it to the other side.

    The first character decides the side: Qt looks into isolates for it, though UAX 9 P2 does not.
    """
    return f"\u200e\u2066{row.shown}\u2069"


def identity_words(message: Message, ready: Ready) -> str:
    """Say for each From mailbox whether it may send."""
    return "\n".join(_identity_lines(message, ready)) or "(nobody)"


def _identity_lines(message: Message, ready: Ready) -> Iterator[str]:
    for mailbox in mailboxes(message.root, "From"):
        address = mailbox.wire_addr_spec
        shown = f"\u200e\u2066{unicode_form(address)}\u2069"
        if ready.transport.is_local:
            yield f"{shown}: the local inbox asks for no verified identity."
        else:
            yield f"{shown}: {verified_words(verification(ready.known, address, ready.others))}"


def verified_words(found: Verification) -> str:
    """Say whether an identity is verified, and where else.

    >>> verified_words(Verification(VerificationState.VERIFIED, "a.example"))
    'verified, by the identity a.example.'
    """
    if found.state is VerificationState.VERIFIED:
        return f"verified, by the identity {found.by}."
    elsewhere = f" It is verified in {', '.join(found.elsewhere)}." if found.elsewhere else ""
    if found.state is VerificationState.UNVERIFIED:
        return f"not verified here.{elsewhere}"
    return f"whether it is verified was not read yet.{elsewhere}"


def mail_from_words(message: Message) -> str:
    """Say where bounces go and why there."""
    wire, _ = return_path(message.root, message.envelope)
    return f"{unicode_form(wire) or '(nobody)'}\n{return_path_words(message)}"


def destination_words(way: Way, ready: Ready) -> str:
    """Say where the message goes, why there, and how much the account may still send."""
    name = ready.transport.account
    if ready.transport.is_local:
        return f"{name.capitalize()}: nothing leaves this machine."
    account, quota = way.account, ready.known.quota if ready.known else None
    lines = [f"\u200e\u2066{name}\u2069"]
    lines += [f"{in_short(account)}{f' ({way.why})' if way.why else ''}"] if account else []
    lines += [f"{quota_words(quota)}."] if quota else []
    return "\n".join(lines)


def region_words(name: str) -> str:
    """Name a region for people.

    >>> region_words("eu-west-1")
    'eu-west-1, Europe (Ireland)'
    """
    found = region(name)
    return f"{name}, {found.place}" if name and found.is_listed else name


def road_words(review: Review, is_local: bool) -> str:
    """Say whose limits hold."""
    local = " The local inbox answers as this road would." if is_local else ""
    return f"{review.road.label}: its limits hold.{local}"


def size_words(review: Review) -> str:
    """Measure against the limit of the road."""
    sizes = [len(item.octets) for item in review.sealed]
    items = f"{len(sizes)} submissions, the largest: " if len(sizes) > 1 else ""
    return f"{items}{human_size(max(sizes))} of {human_size(review.road.octets)} ({max(sizes):,} octets)"


def options_words(sealed: Sealed) -> str:
    """Say what is asked of SES, and what carries it on this road."""
    lines = []
    for option in carried(sealed.options, sealed.road):
        text = option.text
        if option.info.name == "tags":
            text = ", ".join(f"{name}={value}" for name, value in sealed.options.tags if name != TRACE_TAG)
        how = f"by {option.carrier}" if option.carrier else "this road has no way for it: it is not asked"
        lines += [f"{option.info.label}: {text} ({how})"] if text else []
    return "\n".join(lines)


def sealing_words(sealed: Sealed) -> str:
    """Say what sealing added, asked for and took out."""
    at = f"Sealed {sealed.sealed_at:%H:%M:%S}."
    added = f" Added: {', '.join(sealed.stamped)}." if sealed.stamped else ""
    control = f" Control fields written: {', '.join(sealed.control)}." if sealed.control else ""
    removed = f" Taken out: {', '.join(sealed.hidden)}." if sealed.hidden else ""
    return at + added + control + removed


def marked_words(stamped: tuple[str, ...], control: tuple[str, ...] = ()) -> str:
    """Say what the marked octets are.

    >>> marked_words(("Date", "Message-ID"))
    'Date and Message-ID, marked above, were added by sealing.'
    >>> marked_words((), ("X-SES-TENANT",))
    'X-SES-TENANT, marked above, was written by sealing for SES, which takes it out.'
    """
    said = []
    if stamped:
        said.append(f"{_named(stamped)}, marked above, {_were(stamped)} added by sealing.")
    if control:
        them = "them" if len(control) > 1 else "it"
        said.append(
            f"{_named(control)}, marked above, {_were(control)} written by sealing for SES, which takes {them} out."
        )
    return " ".join(said)


def _named(names: tuple[str, ...]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _were(names: tuple[str, ...]) -> str:
    return "were" if len(names) > 1 else "was"
