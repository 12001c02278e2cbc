"""Addresses as SES reads them: its own words for each fault, its lengths, its 7-bit rule."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from sescomposer.core import limits
from sescomposer.core.address import Group, Mailbox, format_addresses, parse_addresses_leniently, punycode_local_part
from sescomposer.core.checks.subject import Subject, at_field, fields_named
from sescomposer.core.defects import Defect
from sescomposer.core.entity import Entity
from sescomposer.core.findings import Finding, Fix, Severity, Where
from sescomposer.core.header import HeaderField
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.message import Message
from sescomposer.core.structure import with_header_field

FIELDS = ("From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Return-Path")
_ONE_MAILBOX = ("Sender", "Return-Path")
_MAY_BE_EMPTY = ("Return-Path", "Bcc")


def address_fields(subject: Subject) -> Iterator[Finding]:
    """Check every address field of the message."""
    for index, header_field in fields_named(subject.root, *FIELDS):
        yield from _field(subject.root, index, header_field)


def envelope_addresses(subject: Subject) -> Iterator[Finding]:
    """Check the addresses that the writer put into the envelope."""
    override = subject.message.envelope
    wanted = [*(override.rcpt_to or ()), *([override.mail_from] if override.mail_from else [])]
    for address in wanted:
        addresses, defects = parse_addresses_leniently(address)
        for defect in defects[:1]:
            yield _bad(Where(field="envelope"), defect, f"The envelope address {address!r}")
        for found in addresses:
            if isinstance(found, Mailbox):
                yield from _mailbox(Where(field="envelope"), found, None)


def _field(root: Entity, index: int, header_field: HeaderField) -> Iterator[Finding]:
    """Check one field."""
    name = header_field.name
    where = at_field(root, index, header_field)
    addresses, defects = parse_addresses_leniently(header_field.body)
    for defect in defects:
        yield _bad(where, defect, name)
    if not addresses and not defects and name.title() not in _MAY_BE_EMPTY and header_field.body.strip() != "<>":
        yield Finding(
            "field-without-address",
            Severity.ERROR,
            f"{name} stands there without an address.",
            where,
            "RFC 5322 3.4",
            refused=True,
            answer="Missing final '@domain'",
        )
    for mailbox in _flat(addresses):
        yield from _mailbox(where, mailbox, (root, index, header_field))


def _flat(addresses: tuple[Mailbox | Group, ...]) -> Iterator[Mailbox]:
    """Give the mailboxes, those inside groups included."""
    for address in addresses:
        yield from address.mailboxes if isinstance(address, Group) else (address,)


def _bad(where: Where, defect: Defect, name: str) -> Finding:
    """Report a fault of syntax; the defect's message is SES's wording."""
    return Finding(
        "bad-address",
        Severity.ERROR,
        f"{name} is no list of addresses: {defect.message}",
        where,
        "RFC 5322 3.4; SES answers",
        refused=True,
        answer=defect.message,
    )


def _mailbox(where: Where, mailbox: Mailbox, origin: tuple[Entity, int, HeaderField] | None) -> Iterator[Finding]:
    """Check lengths and characters of one mailbox."""
    if not mailbox.local_part.isascii():
        yield Finding(
            "local-part-not-ascii",
            Severity.ERROR,
            f"{mailbox.addr_spec!r}: before the @ SES takes ASCII alone.",
            where,
            "SES SendEmail, Destination",
            None if origin is None else Fix("Write the local part in Punycode", _punycode(*origin)),
            refused=True,
            answer="Local address contains control or whitespace",
        )
    yield from _lengths(where, mailbox)


def _punycode(root: Entity, index: int, header_field: HeaderField) -> Callable[[Message, Identifiers], Message]:
    """Give the edit that writes every local part of a field in ASCII; that is another mailbox at most receivers."""

    def edit(message: Message, ids: Identifiers) -> Message:
        addresses, _ = parse_addresses_leniently(header_field.body)
        value = format_addresses([_ascii_local_parts(address) for address in addresses])
        name = header_field.name
        return message.edited(lambda current: with_header_field(current, root.key, name, value, index=index))

    return edit


def _ascii_local_parts(address: Mailbox | Group) -> Mailbox | Group:
    """Give an address with Punycode for every local part that is not ASCII."""
    if isinstance(address, Group):
        return replace(address, mailboxes=tuple(punycode_local_part(mailbox) for mailbox in address.mailboxes))
    return punycode_local_part(address)


def _lengths(where: Where, mailbox: Mailbox) -> Iterator[Finding]:
    """Check the lengths that SMTP and SES allow, measured as they are written."""
    written = len(format_addresses([mailbox]))
    if written > limits.ADDRESS_CHARACTERS:
        yield Finding(
            "address-too-long",
            Severity.ERROR,
            f"{mailbox.addr_spec!r} with its encoded name has {written} characters; SES takes "
            f"{limits.ADDRESS_CHARACTERS}.",
            where,
            "SES answers",
            refused=True,
            answer=f"Address length is more than {limits.ADDRESS_CHARACTERS} characters long: '{mailbox.addr_spec}'.",
        )
    for part, length, largest in (
        ("local part", len(mailbox.local_part.encode()), limits.LOCAL_PART_OCTETS),
        ("domain", len(mailbox.wire_addr_spec.rpartition("@")[2]), limits.DOMAIN_OCTETS),
    ):
        if length > largest:
            yield Finding(
                f"{part.replace(' ', '-')}-too-long",
                Severity.ERROR,
                f"The {part} of {mailbox.addr_spec!r} has {length} octets; at most {largest} are allowed.",
                where,
                "RFC 5321 4.5.3.1",
            )
