"""Addresses as SES reads them: its own words for each fault, its lengths, its 7-bit rule."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sescomposer.core import limits
from sescomposer.core.address import Group, Mailbox, format_addresses, parse_addresses_leniently, punycode_local_part
from sescomposer.core.address_parser import TOO_LONG
from sescomposer.core.checks import fixes
from sescomposer.core.checks.subject import (
    MOST,
    Subject,
    at_field,
    at_words,
    count_by_name,
    fields_named,
    kept_in_header,
    most,
)
from sescomposer.core.entity import Entity
from sescomposer.core.envelope import recipients
from sescomposer.core.errors import HeaderError
from sescomposer.core.findings import Finding, Fix, Severity, Where
from sescomposer.core.header import HeaderField, make_field

FIELDS = ("From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Return-Path")
_ONE_MAILBOX = ("sender", "return-path")
_RECIPIENT_LISTS = ("to", "cc")
_MAY_BE_EMPTY = ("return-path", "bcc")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ATOMS = re.compile(rf"{_ATOM}(?:\.{_ATOM}|(?!))*+")
_REFUSED_IN_QUOTES = re.compile(r"[:@]")
_ANSWERS = "SES answers"
_ENOUGH = 2 * MOST
"""Findings after which no further field is read: some of them may be left out below."""


def address_fields(subject: Subject) -> Iterator[Finding]:
    """Check every address field of the message."""
    for name, finding in kept_in_header(subject.root, _in_fields):
        # Where nobody gets the message that is said once, not again for each empty field.
        is_said = finding.code == "field-without-address" and name in _RECIPIENT_LISTS
        if not is_said or recipients(subject.message):
            yield finding


def _in_fields(root: Entity) -> tuple[tuple[str, Finding], ...]:
    """Give the findings of the fields, each with the field's name in lower case."""
    found: list[tuple[str, Finding]] = []
    for index, field in fields_named(root, *FIELDS):
        found += [(field.name.lower(), finding) for finding in most(_of_field(root, index, field))]
        if len(found) > _ENOUGH:
            break
    return tuple(found)


def authors(subject: Subject) -> Iterator[Finding]:
    """Check that several authors name who of them sends (RFC 5322 section 3.6.2)."""
    yield from kept_in_header(subject.root, _authors)


def _authors(root: Entity) -> tuple[Finding, ...]:
    fields = fields_named(root, "From")
    if not fields or "sender" in count_by_name(root):
        return ()
    index, field = fields[0]
    mailboxes = list(_flat(parse_addresses_leniently(field.body)[0]))
    if len(mailboxes) < 2:
        return ()
    new = make_field("Sender", format_addresses(mailboxes[:1]), line_end=root.line_end)
    return (
        Finding(
            "no-sender",
            Severity.ERROR,
            f"From names {len(mailboxes)} mailboxes; a Sender field must say which one of them sends.",
            at_field(root, index, field),
            "RFC 5322 3.6.2",
            fixes.insert_field(root.key, "Sender", new, after="From"),
        ),
    )


def envelope_addresses(subject: Subject) -> Iterator[Finding]:
    """Check the addresses that the writer put into the envelope."""
    override = subject.message.envelope
    where = Where(field="envelope")
    for address in [*(override.rcpt_to or ()), *([override.mail_from] if override.mail_from else [])]:
        addresses, defects = parse_addresses_leniently(address)
        for defect in defects[:1]:
            yield _bad(where, defect.message, f"The envelope address {address[:80]!r} is none")
        if not addresses and not defects:
            yield _bad(where, "Missing final '@domain'", "The envelope holds an empty address")
        for found in _flat(addresses):
            yield from _mailbox(found, _Origin(where))


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where a mailbox stands; without a field it stands in the envelope."""

    where: Where
    root: Entity | None = None
    index: int = -1
    field: HeaderField | None = None


def _of_field(root: Entity, index: int, field: HeaderField) -> Iterator[Finding]:
    """Check one field."""
    name = field.name.lower()
    where = at_field(root, index, field)
    addresses, defects = parse_addresses_leniently(field.body)
    is_null = name == "return-path" and field.body.strip() == "<>"
    for defect in () if is_null else defects:
        place = at_words(root, index, field, defect.start, defect.stop)
        if defect.code == TOO_LONG:
            message = f"{field.name} is too long: {defect.message}"
            yield Finding("addresses-too-long", Severity.ERROR, message, place, defect.standard, refused=True)
            continue
        yield _bad(place, defect.message, f"{field.name} is no list of addresses")
    mailboxes = list(_flat(addresses))
    if not addresses and not defects and name not in _MAY_BE_EMPTY:
        yield Finding(
            "field-without-address",
            Severity.ERROR,
            f"{field.name} stands there without an address.",
            where,
            "RFC 5322 3.4",
            fixes.remove_field(root.key, index, field) if name != "from" else None,
            refused=True,
            answer="Missing final '@domain'",
        )
    if name in _ONE_MAILBOX and (len(mailboxes) > 1 or any(isinstance(address, Group) for address in addresses)):
        message = f"{field.name} holds {len(mailboxes)} addresses; exactly one may stand there."
        yield Finding("not-one-address", Severity.ERROR, message, where, "RFC 5322 3.6.2")
    for mailbox in mailboxes:
        yield from _mailbox(mailbox, _Origin(where, root, index, field))


def _flat(addresses: tuple[Mailbox | Group, ...]) -> Iterator[Mailbox]:
    """Give the mailboxes, those inside groups included."""
    for address in addresses:
        yield from address.mailboxes if isinstance(address, Group) else (address,)


def _bad(where: Where, wording: str, what: str) -> Finding:
    """Report a fault of syntax; its wording is SES's."""
    standard = "RFC 5322 3.4; SES answers"
    return Finding("bad-address", Severity.ERROR, f"{what}: {wording}.", where, standard, refused=True, answer=wording)


def _mailbox(mailbox: Mailbox, origin: _Origin) -> Iterator[Finding]:
    """Check characters and lengths of one mailbox."""
    if not mailbox.local_part.isascii():
        yield Finding(
            "local-part-not-ascii",
            Severity.ERROR,
            f"{mailbox.addr_spec!r}: before the @ SES takes ASCII alone. (Punycode there names another mailbox at most "
            "receivers.)",
            origin.where,
            "SES SendEmail, Destination",
            _punycode(origin),
            refused=True,
            answer="Local address contains control or whitespace",
        )
    elif not _ATOMS.fullmatch(mailbox.local_part):
        yield _quoted(mailbox, origin.where)
    yield from _domain(mailbox, origin.where)
    yield from _lengths(mailbox, origin.where)


def _quoted(mailbox: Mailbox, where: Where) -> Finding:
    """Report a local part that stands in quotes: some characters are refused, with others it is asking for trouble."""
    address = f"'<{mailbox.wire_addr_spec}>'"
    if _REFUSED_IN_QUOTES.search(mailbox.local_part):
        message = f"{mailbox.addr_spec!r}: SES takes neither ':' nor '@' before the @, not even in quotes."
        answer = f"Address contains illegal characters in user name: {address}."
    elif ">" in mailbox.local_part:
        message = f"{mailbox.addr_spec!r}: SES takes no '>' before the @, not even in quotes."
        answer = "501 Invalid RCPT TO address provided"
    else:
        message = f"{mailbox.addr_spec!r}: what stands before the @ needs quotes, which many servers do not take."
        return Finding("local-part-quoted", Severity.WARNING, message, where, "RFC 5321 4.1.2")
    return Finding("local-part-refused", Severity.ERROR, message, where, _ANSWERS, refused=True, answer=answer)


def _domain(mailbox: Mailbox, where: Where) -> Iterator[Finding]:
    """Check that the domain can be one of the Internet's."""
    if mailbox.domain.startswith("["):
        message = f"{mailbox.addr_spec!r} names a server by its number; SES may not take it."
        yield Finding("domain-literal", Severity.WARNING, message, where, "RFC 5321 4.1.3")
    elif "." not in mailbox.wire_addr_spec.rpartition("@")[2]:
        message = f"{mailbox.addr_spec!r}: the domain has no dot, so that nobody outside can reach it."
        yield Finding(
            "domain-without-dot",
            Severity.ERROR,
            message,
            where,
            "RFC 5321 2.3.5",
            refused=True,
            answer="Invalid domain name",
        )


def _punycode(origin: _Origin) -> Fix | None:
    """Give the fix that writes every local part of a field in ASCII; that is another mailbox at most receivers."""
    root, field = origin.root, origin.field
    if root is None or field is None:
        return None
    addresses, _ = parse_addresses_leniently(field.body)
    value = format_addresses([_ascii_local_parts(address) for address in addresses])
    try:
        new = make_field(field.name, value, line_end=root.line_end)
    except HeaderError:
        # A line end or a NUL inside the field is another finding, with a fix of its own.
        return None
    return fixes.replace_field(root.key, origin.index, field, new, "Write the local part in Punycode")


def _ascii_local_parts(address: Mailbox | Group) -> Mailbox | Group:
    """Give an address with Punycode for every local part that is not ASCII."""
    if isinstance(address, Group):
        return replace(address, mailboxes=tuple(punycode_local_part(mailbox) for mailbox in address.mailboxes))
    return punycode_local_part(address)


def _lengths(mailbox: Mailbox, where: Where) -> Iterator[Finding]:
    """Check the lengths that SMTP and SES allow, measured as they are written."""
    shown = mailbox.addr_spec[:80]
    written = format_addresses([mailbox])
    if len(written) > limits.ADDRESS_CHARACTERS:
        yield Finding(
            "address-too-long",
            Severity.ERROR,
            f"{shown!r} with its encoded name has {len(written)} characters; SES takes {limits.ADDRESS_CHARACTERS}.",
            where,
            _ANSWERS,
            refused=True,
            answer=f"Address length is more than {limits.ADDRESS_CHARACTERS} characters long: '{written}'.",
        )
    for part, length, largest in (
        ("local part", len(mailbox.local_part.encode()), limits.LOCAL_PART_OCTETS),
        ("domain", len(mailbox.wire_addr_spec.rpartition("@")[2]), limits.DOMAIN_OCTETS),
    ):
        if length > largest:
            message = f"The {part} of {shown!r} has {length} octets; at most {largest} are allowed."
            yield Finding(f"{part.replace(' ', '-')}-too-long", Severity.ERROR, message, where, "RFC 5321 4.5.3.1")
