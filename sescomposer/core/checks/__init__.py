"""Preflight: everything known to go wrong with a message on its road, as findings with place, reason and fix.

One module a family. A check of one entity is memoised on it (`subject.kept`), one of header fields on the header
section, one of encoded octets on the body, so that a key in the text costs only the checks of the text.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from sescomposer.core.checks import (
    addresses,
    content_ids,
    field_values,
    file_types,
    header_fields,
    header_start,
    lines,
    list_fields,
    options,
    size,
    structure,
    writing,
)
from sescomposer.core.checks.subject import MOST, Check, Subject
from sescomposer.core.entity import Entity, Key
from sescomposer.core.findings import Finding, Severity, Where
from sescomposer.core.invitation.parts import calendar_parts
from sescomposer.core.message import Message, Road

if TYPE_CHECKING:
    from sescomposer.core.checks.invitation_life import Sent
    from sescomposer.core.protection.preflight import ProtectionFacts

FAMILIES: tuple[Check, ...] = (
    header_start.header_start,
    header_fields.required_fields,
    size.recipient_count,
    addresses.address_fields,
    addresses.authors,
    addresses.envelope_addresses,
    header_fields.single_fields,
    header_fields.field_forms,
    header_fields.control_fields,
    field_values.message_fields,
    field_values.content_fields,
    list_fields.unsubscribe,
    list_fields.list_management,
    list_fields.placeholders,
    size.octets,
    size.part_count,
    file_types.file_types,
    structure.structure,
    content_ids.content_ids,
    lines.content_lines,
    lines.line_ends,
    options.tags,
    options.control_values,
    writing.text_alternative,
    writing.forgotten_attachment,
)

_SIGNED = ("multipart/signed", "multipart/encrypted")


def check(
    message: Message,
    road: Road = Road.SES_V2,
    *,
    forgotten_attachment: bool = True,
    more_attachment_words: tuple[str, ...] = (),
    now: datetime | None = None,
    sent_before: tuple["Sent", ...] = (),
    is_aligned: bool | None = None,
    protection: "ProtectionFacts | None" = None,
) -> tuple[Finding, ...]:
    """Check a message for a road.

    Args:
        message: Parsed or composed.
        road: The road whose limits hold.
        forgotten_attachment: Whether to warn of words that promise an attachment where there is none.
        more_attachment_words: Such words beside ours.
        now, sent_before, is_aligned: What is known beside the message of an invitation in it, see `Subject`.
        protection: How it will be signed and encrypted, and what is known of the keys; None to say nothing of that.

    Returns:
        Findings, worst first, within one severity in the order of the families; of each family at most 1000 and a note.
        None has a fix that would change what is signed or encrypted.

    >>> from sescomposer.core.parse import parse
    >>> found = check(Message(parse(b"From: a@a.example\\r\\nSubject: Hi\\r\\n\\r\\nHi\\r\\n")))
    >>> [finding.code for finding in found]
    ['no-recipient']
    """
    subject = Subject(
        message, road, forgotten_attachment, more_attachment_words, now, sent_before, is_aligned, protection
    )
    sealed = _protected(message.root)
    found = [_fixable(finding, sealed) for family in _families(subject) for finding in _limited(family, subject)]
    return tuple(sorted(found, key=lambda finding: finding.severity.rank))


def _families(subject: Subject) -> tuple[Check, ...]:
    """Give the families that have something to look at; what others need is not imported."""
    return (*FAMILIES, *_for_invitations(subject), *_for_protection(subject))


def _for_invitations(subject: Subject) -> tuple[Check, ...]:
    if not calendar_parts(subject.root):
        return _for_signed_invitations(subject)
    from sescomposer.core.checks import invitation, invitation_headers, invitation_place

    return (
        invitation_place.placement,
        invitation_headers.headers,
        invitation.calendar_object,
        invitation.earlier_objects,
    )


def _for_signed_invitations(subject: Subject) -> tuple[Check, ...]:
    if not subject.root.media_type.endswith("pkcs7-mime"):
        return ()
    from sescomposer.core.checks.invitation_signed import within_signature

    return (within_signature,)


def _for_protection(subject: Subject) -> tuple[Check, ...]:
    if subject.protection is None:
        return ()
    from sescomposer.core.checks import protection, protection_octets

    return (
        protection.keys,
        protection.twice,
        protection.service,
        protection_octets.octets,
        protection.date,
        protection.copies,
        protection.own_dkim,
    )


def _limited(family: Check, subject: Subject) -> Iterator[Finding]:
    """Give the first findings of a family, and say so where there are more."""
    findings = iter(family(subject))
    yield from islice(findings, MOST)
    more = next(findings, None)
    if more is not None:
        message = f"There are more problems of this kind; the first {MOST:,} are listed."
        yield Finding("findings-cut", Severity.NOTE, message, Where(subject.root.key), "limit")


def _protected(root: Entity) -> frozenset[Key]:
    """Give the entities that nothing may change: they are signed or encrypted."""
    return frozenset(
        inside.key
        for entity in root.walk()
        if entity.is_multipart and entity.media_type in _SIGNED
        for child in entity.children
        for inside in child.walk()
    )


def _fixable(finding: Finding, protected: frozenset[Key]) -> Finding:
    """Take the fix away that would break a signature."""
    return replace(finding, fix=None) if finding.fix is not None and finding.where.key in protected else finding
