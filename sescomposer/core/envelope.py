"""Who gets a message: the envelope (RFC 5321 section 2.3.1) derived from header fields and the writer's override."""

from dataclasses import dataclass

from sescomposer.core.address import Group, Mailbox, parse_addresses_leniently
from sescomposer.core.entity import Entity
from sescomposer.core.message import EnvelopeOverride, Message

RECIPIENT_FIELDS = ("To", "Cc", "Bcc")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the transport is told.

    Attributes:
        mail_from: Return path as addr-spec in its wire form (domain in A-labels); "" if nobody is named.
        rcpt_to: Recipients in the same form, each once, in the order of their fields.
    """

    mail_from: str
    rcpt_to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient and the reason for it.

    Attributes:
        addr_spec: Wire form.
        mailbox: As it stands in the header; None where only the override names it.
        source: "To", "Cc", "Bcc", or "override".
        seen_by_others: Whether the other recipients read the address in the header.
    """

    addr_spec: str
    mailbox: Mailbox | None
    source: str
    seen_by_others: bool


def mailboxes(root: Entity, name: str) -> tuple[Mailbox, ...]:
    """Give the mailboxes of every field `name` of the root, those inside groups included; what is none is left out."""
    found: list[Mailbox] = []
    for header_field in root.header.all(name):
        addresses, _ = parse_addresses_leniently(header_field.body)
        for address in addresses:
            found.extend(address.mailboxes if isinstance(address, Group) else (address,))
    return tuple(found)


def named_recipients(root: Entity) -> tuple[Recipient, ...]:
    """Give who the fields To, Cc and Bcc name, each wire address once: the first field that names it counts."""
    found: dict[str, Recipient] = {}
    for source in RECIPIENT_FIELDS:
        for mailbox in mailboxes(root, source):
            address = mailbox.wire_addr_spec
            found.setdefault(address, Recipient(address, mailbox, source, source != "Bcc"))
    return tuple(found.values())


def recipients(message: Message) -> tuple[Recipient, ...]:
    """Give who gets the message and why: the override where there is one, else the header fields."""
    named = named_recipients(message.root)
    wanted = message.envelope.rcpt_to
    if wanted is None:
        return named
    by_address = {recipient.addr_spec: recipient for recipient in named}
    return tuple(by_address.get(a, Recipient(a, None, "override", False)) for a in dict.fromkeys(wanted))


def return_path(root: Entity, override: EnvelopeOverride) -> tuple[str, str]:
    """Give the envelope sender in wire form and where it comes from.

    The source is "override", "Return-Path", "Sender", "From" or "" in that order (RFC 5322 section 3.6.2).
    """
    if override.mail_from is not None:
        return override.mail_from, "override"
    for name in ("Return-Path", "Sender", "From"):
        named = mailboxes(root, name)
        if named:
            return named[0].wire_addr_spec, name
    return "", ""


def envelope_of(message: Message) -> Envelope:
    """Give the envelope of a message."""
    mail_from, _ = return_path(message.root, message.envelope)
    return Envelope(mail_from, tuple(recipient.addr_spec for recipient in recipients(message)))
