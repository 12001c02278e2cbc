"""Octets that transport may change, in what is to be signed in the open (RFC 8551 section 3.1).

Looked at as sealing writes them: a message with LF line ends is no fault, for sealing turns them. Each body and each
header section is read once, as in `lines`.
"""

from collections.abc import Iterator
from dataclasses import replace

from sescomposer.core.checks import fixes
from sescomposer.core.checks.protection import facts_of
from sescomposer.core.checks.subject import Subject, at_body, at_field, kept_in_body, kept_in_header
from sescomposer.core.entity import Entity, Key, Multipart, Nested
from sescomposer.core.findings import Finding, Fix, Severity, Where
from sescomposer.core.message import Message, Method
from sescomposer.core.octets import Octets
from sescomposer.core.places import multipart_ends
from sescomposer.core.protection.transport_faults import FROM_LINE, TRAILING_BLANK, TransportFault, transport_faults
from sescomposer.core.structure import normalise_line_ends
from sescomposer.core.structure.fields import is_content

_STANDARD = "RFC 8551 3.1"
_RISKS = (TRAILING_BLANK, FROM_LINE)
"""Most servers leave these alone: they stop nobody where they cannot be mended."""

Faults = tuple[tuple[int, TransportFault], ...]
"""Faults with the index of their field, or with where the run of octets starts in the body."""


def octets(subject: Subject) -> Iterator[Finding]:
    """Report the first place of each kind in each part; nothing where nobody signs in the open."""
    facts = facts_of(subject)
    if not facts.is_detached:
        return
    root = normalise_line_ends(subject.root)
    attached = _attached(root)
    otherwise = _INSIDE if facts.method is Method.SMIME else None
    for old, entity in zip(subject.root.walk(), root.walk(), strict=True):
        for finding in (*_in_fields(old, entity, is_root=entity is root), *_in_body(old, entity)):
            yield _mendable(finding, otherwise, is_attached=entity.key in attached)


def _attached(root: Entity) -> frozenset[Key]:
    """Give the entities of attached messages: they belong to somebody else."""
    return frozenset(
        inside.key for entity in root.walk() if isinstance(entity.body, Nested) for inside in entity.body.entity.walk()
    )


def _mendable(finding: Finding, otherwise: Fix | None, *, is_attached: bool) -> Finding:
    """Leave attached messages as they are, and offer the other form of signature where nothing else helps."""
    fix = otherwise if is_attached or finding.fix is None else finding.fix
    is_risk = finding.code in _RISKS and (is_attached or finding.fix is None)
    return replace(finding, fix=fix, severity=Severity.WARNING if is_risk else finding.severity)


def _inside(message: Message, ids: object) -> Message:
    del ids
    return replace(message, protection=replace(message.protection, opaque=True))


_INSIDE = Fix("Sign with everything inside the signature", _inside)


def _in_fields(old: Entity, entity: Entity, *, is_root: bool) -> Iterator[Finding]:
    """Fields `Content-*` of the root are signed, and every field of a part; `old` is the entity as it stands."""
    faults = kept_in_header(entity, _content_faults if is_root else _field_faults)
    fields = old.header.fields
    are_same = faults and len(fields) == len(entity.header.fields)
    for index, fault in faults:
        name = entity.header.fields[index].name or "A line of the header section"
        yield Finding(
            fault.code,
            Severity.ERROR,
            f"{name}: {fault.sentence}",
            at_field(old, index, fields[index]) if are_same else Where(old.key),
            _STANDARD,
            fixes.rewrite(old, index, fields[index]) if are_same else None,
        )


def _content_faults(entity: Entity) -> Faults:
    return tuple(
        (index, fault)
        for index, field in enumerate(entity.header.fields)
        if is_content(field) and field.name.lower() != "mime-version"
        for fault in transport_faults(Octets.of(field.octets))
    )


def _field_faults(entity: Entity) -> Faults:
    return tuple(
        (index, fault)
        for index, field in enumerate(entity.header.fields)
        for fault in transport_faults(Octets.of(field.octets))
    )


def _in_body(old: Entity, entity: Entity) -> Iterator[Finding]:
    if isinstance(entity.body, Nested):
        # The message inside is an entity of its own.
        return
    is_closed = entity.media_type.startswith(("multipart/", "message/"))
    fix = None if is_closed else fixes.encode_part(entity.key)
    faults = kept_in_body(entity, _outer_faults if isinstance(entity.body, Multipart) else _body_faults)
    for start, fault in faults:
        at = start + fault.offset
        # Where sealing turns line ends, the octets do not stand where the writer sees them.
        where = at_body(entity, at, at + 1) if old is entity else Where(entity.key)
        yield Finding(fault.code, Severity.ERROR, fault.sentence, where, _STANDARD, fix)


def _body_faults(entity: Entity) -> Faults:
    return tuple((0, fault) for fault in transport_faults(entity.body.octets))


def _outer_faults(entity: Entity) -> Faults:
    """Look at the octets that no part holds; nothing mends them, for they are nobody's content."""
    body = entity.body
    assert isinstance(body, Multipart)
    ends = multipart_ends(body)
    marks = [(ends[2 * i], Octets.of(mark)) for i, mark in enumerate((*body.delimiters, body.close)) if mark]
    runs = [(0, body.preamble), *marks, (ends[-2], body.epilogue)]
    return tuple((start, fault) for start, run in runs for fault in transport_faults(run))
