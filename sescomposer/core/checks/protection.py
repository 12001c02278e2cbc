"""What stands against signing or encrypting a message as wanted (RFC 8551 section 3.1, SES on protected messages).

Nothing is said of a message that is not to be protected. Keys are not opened: what is known of them comes in
as `ProtectionFacts`.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from sescomposer.core.checks.subject import Subject, at_field, fields_named, kept_in_header
from sescomposer.core.control_fields import effective
from sescomposer.core.entity import Entity
from sescomposer.core.envelope import Recipient, recipients
from sescomposer.core.findings import Finding, Fix, Severity, Where
from sescomposer.core.message import Message, Method, Road, SendingOptions, Tracking
from sescomposer.core.protection.preflight import UNPROTECTED, ProtectionFacts
from sescomposer.core.sender_domain import sender_domain
from sescomposer.core.structure import without_header_fields

_TRACKED = "SES open and click tracking"
_LIST_OPTIONS = "X-SES-LIST-MANAGEMENT-OPTIONS"
_ENVELOPES = ("application/pkcs7-mime", "application/x-pkcs7-mime")

_APART = timedelta(minutes=15)
"""Our own: mail programs allow an hour between Date and time of signing; a message may wait 45 minutes of it."""

_SIGNATURE_OCTETS = 12_288
"""Our own: a signature with a chain of three certificates, as base64."""


def facts_of(subject: Subject) -> ProtectionFacts:
    """Give what is known of the protection of a message."""
    return subject.protection or UNPROTECTED


def keys(subject: Subject) -> Iterator[Finding]:
    """Report what is wrong with the own certificate or key, and the recipients that have none."""
    facts, root = facts_of(subject), subject.root
    author = next(iter(fields_named(root, "From")), None)
    where = Where(root.key, "From") if author is None else at_field(root, *author)
    for fault in facts.faults:
        words = " ".join(part for part in (fault.sentence, fault.mend) if part)
        yield Finding(fault.code, Severity(fault.severity), words, where, "RFC 8550")
    if facts.encrypts and facts.missing:
        yield from _missing(subject, facts)


def _missing(subject: Subject, facts: ProtectionFacts) -> Iterator[Finding]:
    root = subject.root
    named = {recipient.addr_spec.lower(): recipient.source for recipient in recipients(subject.message)}
    thing = "OpenPGP key" if facts.method is Method.OPENPGP else "certificate"
    for address in facts.missing:
        found = fields_named(root, named.get(address.lower(), "To"))
        yield Finding(
            "protect-no-certificate",
            Severity.ERROR,
            f"There is no {thing} for {address}: import one, or take the recipient out.",
            at_field(root, *found[0]) if found else Where(root.key),
            "RFC 8551 2.7",
        )


def twice(subject: Subject) -> Iterator[Finding]:
    """Report a message that would be signed or encrypted twice, or by nobody who can."""
    facts, root = facts_of(subject), subject.root
    where = _at_type(root)
    wraps_again = (facts.signs and _is_protected(root)) or (facts.encrypts and _is_encrypted(root))
    if wraps_again:
        message = (
            "The message is signed or encrypted already; mail programs show an error where it is done twice. "
            "Switch signing and encrypting off to send it as it stands."
        )
        yield Finding("protect-double", Severity.ERROR, message, where, "RFC 8551 3")
    is_signed_by_us = facts.signs and facts.method is not Method.SES
    if facts.set_signs and (is_signed_by_us or _is_signed(root)):
        message = (
            "The configuration set lets SES sign as well, and mail programs show an error where a message is signed "
            "twice. Choose another configuration set, or let SES alone sign."
        )
        yield Finding("protect-double", Severity.ERROR, message, Where(), "SES message security options")
    if facts.encrypts and facts.method is Method.SES:
        message = "SES signs but does not encrypt. Choose S/MIME or OpenPGP, or switch encrypting off."
        yield Finding("protect-method", Severity.ERROR, message, Where(), "SES message security options")


def _at_type(root: Entity) -> Where:
    found = fields_named(root, "Content-Type")
    return at_field(root, *found[0]) if found else Where(root.key)


def _is_protected(root: Entity) -> bool:
    return _is_signed(root) or _is_encrypted(root)


def _is_signed(root: Entity) -> bool:
    """Whether a signature is the outermost layer."""
    return root.media_type == "multipart/signed" or _smime_type(root) == "signed-data"


def _is_encrypted(root: Entity) -> bool:
    return root.media_type == "multipart/encrypted" or _smime_type(root) in ("enveloped-data", "authenveloped-data")


def _smime_type(root: Entity) -> str:
    """Give the kind of a CMS body in lower case; encrypted where it does not say."""
    if root.media_type not in _ENVELOPES:
        return ""
    return (root.content_type.get("smime-type") or "enveloped-data").lower()


def service(subject: Subject) -> Iterator[Finding]:
    """Report what the service would change in a message whose octets are signed where everybody sees them."""
    facts = facts_of(subject)
    if not (facts.is_detached or facts.dkim or (subject.protection and subject.root.media_type == "multipart/signed")):
        return
    options = effective(subject.message.options, subject.root)
    if subject.message.account != "":
        yield from _tracking(subject, facts, options)
    if options.contact_list:
        message = (
            "List management lets SES write links into the text and header fields into the message: "
            "the signature would be broken."
        )
        where = next((at_field(subject.root, *found) for found in fields_named(subject.root, _LIST_OPTIONS)), Where())
        fix = Fix("Send without list management", _without_list)
        yield Finding("protect-list-management", Severity.ERROR, message, where, "SES subscription management", fix)


def _tracking(subject: Subject, facts: ProtectionFacts, options: SendingOptions) -> Iterator[Finding]:
    """Report tracking that is on, or may be; SES changes nothing but HTML."""
    wanted = {options.opens, options.clicks}
    overrides = subject.road is Road.SES_V2
    is_off = wanted == {Tracking.DISABLED} and overrides
    has_html = any(entity.media_type == "text/html" for entity in subject.root.walk())
    is_on = (Tracking.ENABLED in wanted and overrides) or (facts.tracks is True and has_html)
    if is_off or (facts.tracks is False and not is_on) or not (is_on or has_html):
        return
    state = "is on" if is_on else "may be on in the configuration set"
    mend = (
        "Switch it off for this message."
        if overrides
        else "Over this road it cannot be switched off for one message: choose a configuration set without it."
    )
    message = f"Tracking {state}: SES then adds an image and rewrites links, which breaks the signature. {mend}"
    fix = Fix("Switch tracking off for this message", _untracked) if overrides else None
    yield Finding("protect-tracking", Severity.ERROR if is_on else Severity.WARNING, message, Where(), _TRACKED, fix)


def _untracked(message: Message, ids: object) -> Message:
    del ids
    return replace(message, options=replace(message.options, opens=Tracking.DISABLED, clicks=Tracking.DISABLED))


def _without_list(message: Message, ids: object) -> Message:
    del ids
    root = message.root
    if root.header.first(_LIST_OPTIONS) is not None:
        root = without_header_fields(root, root.key, _LIST_OPTIONS)
    return replace(message, root=root, options=replace(message.options, contact_list="", topic=""))


def date(subject: Subject) -> Iterator[Finding]:
    """Report a Date that is far from the time of signing: mail programs compare both."""
    facts, root, now = facts_of(subject), subject.root, subject.now
    if now is None or not (facts.signs and facts.is_ours):
        return
    from email.utils import parsedate_to_datetime  # here: a start need not wait for it

    for index, field in fields_named(root, "Date"):
        try:
            apart = abs(parsedate_to_datetime(field.body).astimezone(now.tzinfo) - now)
        except (ValueError, OverflowError):
            # What is no date is a finding of its own.
            continue
        if apart > _APART:
            minutes = int(apart.total_seconds() // 60)
            yield Finding(
                "protect-date",
                Severity.WARNING,
                f"Date is {minutes:,} minutes from now, the time of signing; mail programs doubt a signature that is "
                "more than an hour from Date.",
                at_field(root, index, field),
                "RFC 8551 2.5.1",
                Fix("Let Date be written when it is signed", _without_date),
            )


def _without_date(message: Message, ids: object) -> Message:
    del ids
    return message.edited(lambda root: without_header_fields(root, root.key, "Date"))


def copies(subject: Subject) -> Iterator[Finding]:
    """Say that hidden recipients get copies of their own, and that what is protected is larger than what is written."""
    facts, root = facts_of(subject), subject.root
    if not facts.is_ours:
        return
    hidden = _hidden(subject) if facts.encrypts else []
    if hidden:
        count = f"{len(hidden)} recipients are" if len(hidden) > 1 else f"{hidden[0].addr_spec} is"
        message = (
            f"{count} not to be seen by the others, but an encrypted message names everybody who can read it: "
            "each of them gets an encrypted copy of their own."
        )
        found = fields_named(root, "Bcc")
        where = at_field(root, *found[0]) if found else Where()
        yield Finding("protect-bcc", Severity.NOTE, message, where, "RFC 8551 3.3")
    length, largest = _protected_octets(len(root.octets), facts), subject.road.octets
    if len(root.octets) <= largest < length:
        message = (
            f"Signed or encrypted the message has about {length:,} octets; {subject.road.label} takes {largest:,}. "
            "Take an attachment out, or send it in parts."
        )
        yield Finding("protect-size", Severity.ERROR, message, Where(root.key), "SES quotas")


def _hidden(subject: Subject) -> list[Recipient]:
    return [recipient for recipient in recipients(subject.message) if not recipient.seen_by_others]


def _protected_octets(length: int, facts: ProtectionFacts) -> int:
    """Give about how many octets the protected message has."""
    if facts.signs:
        length += _SIGNATURE_OCTETS
    if facts.is_detached:
        return length
    # In base64 four characters stand for three octets, and 78 octets are a line of 76 characters.
    return length * 4 * 78 // (3 * 76)


def own_dkim(subject: Subject) -> Iterator[Finding]:
    """Say what SES adds to a DKIM signature of our own, and report what it would refuse."""
    facts, root = facts_of(subject), subject.root
    if not facts.dkim:
        return
    found = fields_named(root, "DKIM-Signature")
    for index, field in found:
        yield Finding(
            "protect-dkim-double",
            Severity.ERROR,
            "The message has a DKIM-Signature already; SES refuses a message with a second one.",
            at_field(root, index, field),
            "SES header fields",
            Fix("Take the old DKIM-Signature out", _without_dkim),
            refused=True,
            answer="Duplicate header 'DKIM-Signature'.",
        )
    if not found:
        message = (
            f"The message gets a DKIM signature of ours for {facts.dkim}. SES adds its own for amazonses.com, and one "
            "for your domain where DKIM is on for the identity; ours covers neither Date nor Message-ID, for SES "
            "writes both anew."
        )
        yield Finding("protect-dkim", Severity.NOTE, message, Where(root.key), "RFC 6376; SES manual DKIM signing")
    yield from _not_aligned(root, facts.dkim)


def _without_dkim(message: Message, ids: object) -> Message:
    del ids
    return message.edited(lambda root: without_header_fields(root, root.key, "DKIM-Signature"))


def _not_aligned(root: Entity, domain: str) -> Iterator[Finding]:
    author = kept_in_header(root, _author_domain)
    wanted = domain.lower().rstrip(".")
    if not author or author == wanted or author.endswith("." + wanted) or wanted.endswith("." + author):
        return
    index, field = fields_named(root, "From")[0]
    message = f"The DKIM signature is for {wanted}, From is of {author}: for DMARC it proves nothing."
    yield Finding("protect-dkim-domain", Severity.WARNING, message, at_field(root, index, field), "RFC 7489 3.1.1")


def _author_domain(root: Entity) -> str:
    return sender_domain(root).lower()
