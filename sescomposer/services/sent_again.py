"""A message that was submitted, as a new one to write on: what sealing did to it is taken back."""

from dataclasses import replace
from typing import TYPE_CHECKING

from sescomposer.core.control_fields import TRACE_TAG, fields_for
from sescomposer.core.entity import Entity
from sescomposer.core.envelope import envelope_of
from sescomposer.core.errors import HeaderError
from sescomposer.core.header_making import make_field
from sescomposer.core.message import NOT_CHOSEN, EnvelopeOverride, Message, Method, Protection
from sescomposer.core.protection.unsigned import unsigned
from sescomposer.core.seal import STAMPED_FIELDS
from sescomposer.services.ports import Intent
from sescomposer.services.unknown import LOCAL_ACCOUNT

if TYPE_CHECKING:
    from sescomposer.core.protection.protector import Evidence

_PGP_SIGNATURE = "application/pgp-signature"
_SIGNED_ALONG = ("DKIM-Signature",)


def as_new_message(root: Entity, intent: Intent) -> Message:
    """Give a copy of a submitted message.

    Date and Message-ID go, since it is another message, and so does a DKIM signature of ours. Control fields that say
    what the options say go, for sealing writes them anew; the options stay, but for the tag that made the old one
    traceable. Recipients that no field names come back as Bcc; what that cannot say stays in the envelope.

    Args:
        root: The tree of the sealed octets.
        intent: What is known of the submission.
    """
    header = root.header
    for name in (*STAMPED_FIELDS, *(_SIGNED_ALONG if intent.evidence is not None else ())):
        header = header.without(name)
    for name, body in fields_for(intent.options, intent.road):
        if (field := header.first(name)) is not None and field.body.strip() == body:
            header = header.without(name)
    tags = tuple(tag for tag in intent.options.tags if tag[0] != TRACE_TAG)
    options = replace(intent.options, tags=tags, traceable=bool(intent.trace))
    account = "" if intent.account == LOCAL_ACCOUNT else intent.account
    message = Message(replace(root, header=header), options=options, account=account)
    return _with_envelope(_with_bcc(message, intent), intent)


def protection_again(evidence: "Evidence | None") -> Protection:
    """Give the protection that a message had, for a copy of it or the next one of its event: never less than it had.

    >>> from sescomposer.core.protection.protector import Evidence
    >>> protection_again(Evidence("smime", "signed and encrypted", signer="ab")).encrypt
    True
    """
    if evidence is None or evidence.method not in set(Method):
        return NOT_CHOSEN
    method = Method(evidence.method)
    is_signed = bool(evidence.signer) or method is Method.SES
    is_closed = "encrypted" in evidence.form
    if not (is_signed or is_closed):
        return NOT_CHOSEN
    return Protection(is_signed or None, is_closed or None, method, opaque=evidence.form == "opaque")


def signed_again(root: Entity) -> tuple[Entity, Protection]:
    """Give a submitted message without the signatures around it, and what signs the next one like that.

    A signature is good for an hour around its Date, and another message has another Date: it is signed anew when it is
    sealed. What has no signature around it, or one that cannot be taken off, comes back as it is.

    >>> from sescomposer.core.parse import parse
    >>> signed_again(parse(b"Subject: Hi\\r\\n\\r\\n"))[1].sign is None
    True
    """
    plain = unsigned(root)
    if plain is root:
        return root, NOT_CHOSEN
    is_pgp = (root.content_type.get("protocol") or "").lower() == _PGP_SIGNATURE
    method = Method.OPENPGP if is_pgp else Method.SMIME
    return plain, Protection(sign=True, method=method, opaque=not root.is_multipart)


def _with_bcc(message: Message, intent: Intent) -> Message:
    """Name the recipients again that sealing took out of the header."""
    named = envelope_of(message).rcpt_to
    hidden = [address for address in intent.envelope.rcpt_to if address not in named]
    if not hidden:
        return message
    root = message.root
    try:
        field = make_field("Bcc", ", ".join(hidden), line_end=root.line_end)
    except HeaderError:
        # What no field can hold stays in the envelope.
        return message
    fields = root.header.fields
    index = max((i for i, known in enumerate(fields) if known.name.lower() in ("to", "cc", "from")), default=-1)
    return message.with_root(replace(root, header=root.header.inserted(index + 1, field)))


def _with_envelope(message: Message, intent: Intent) -> Message:
    """Override what the fields say otherwise than the envelope did."""
    named, given = envelope_of(message), intent.envelope
    mail_from = None if named.mail_from == given.mail_from else given.mail_from
    rcpt_to = None if set(named.rcpt_to) == set(given.rcpt_to) else given.rcpt_to
    return replace(message, envelope=EnvelopeOverride(mail_from, rcpt_to))
