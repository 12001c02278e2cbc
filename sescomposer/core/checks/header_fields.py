"""Header fields that SES refuses or readers trip over: missing, repeated, misspelt, unencoded."""

import re
from collections.abc import Iterator

from sescomposer.core import limits
from sescomposer.core.checks import fixes
from sescomposer.core.checks.subject import Subject, at_field, count_by_name, kept_in_header, most
from sescomposer.core.entity import Entity
from sescomposer.core.findings import Finding, Severity, Where
from sescomposer.core.header import BYTE_ORDER_MARK, HeaderField, make_field
from sescomposer.core.header_registry import RFC_SINGLE, info

_ADDRESS_LISTS = frozenset({"to", "cc", "bcc", "reply-to"})
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)")
_SES_FIELDS = "SES header fields"


def required_fields(subject: Subject) -> Iterator[Finding]:
    """Check that From is there, Subject, and MIME-Version where the message has fields of MIME."""
    root = subject.root
    if root.header.first("From") is None:
        yield Finding(
            "no-from",
            Severity.ERROR,
            "There is no From field.",
            Where(root.key, "From"),
            "RFC 5322 3.6",
            refused=True,
            answer="Missing required header 'From'.",
        )
    if not root.subject.strip():
        yield Finding(
            "no-subject",
            Severity.WARNING,
            "The message has no subject.",
            Where(root.key, "Subject"),
            "RFC 5322 3.6.5",
        )
    if root.header.first("MIME-Version") is None and root.header.first("Content-Type") is not None:
        yield Finding(
            "no-mime-version",
            Severity.WARNING,
            "There is no MIME-Version field; readers may then show the parts as text.",
            Where(root.key, "MIME-Version"),
            "RFC 2045 4",
            fixes.insert_field(root.key, "MIME-Version", make_field("MIME-Version", "1.0", line_end=root.line_end)),
        )


def single_fields(subject: Subject) -> Iterator[Finding]:
    """Check fields that may stand only once: those of the message, and those of MIME in every part."""
    yield from kept_in_header(subject.root, _repeated_in_root)
    for entity in subject.root.walk():
        if entity is not subject.root:
            yield from kept_in_header(entity, _repeated_in_part)


def _repeated_in_root(root: Entity) -> tuple[Finding, ...]:
    return most(_repeated(root))


def _repeated(root: Entity) -> Iterator[Finding]:
    for name, indices in count_by_name(root).items():
        if not name or len(indices) < 2:
            continue
        known = info(name)
        classes = known.ses if known else frozenset()
        for index in indices[1:]:
            field = root.header.fields[index]
            if "single" in classes or name in RFC_SINGLE:
                yield _stands_again(root, index, field, is_refused="single" in classes)
            elif "control" in classes:
                message = f"{field.name} stands more than once; SES reads the first alone."
                where, fix = at_field(root, index, field), fixes.remove_field(root.key, index, field)
                yield Finding("control-field-repeated", Severity.WARNING, message, where, _SES_FIELDS, fix)


def _stands_again(root: Entity, index: int, field: HeaderField, *, is_refused: bool) -> Finding:
    """Report a second instance of a field."""
    fix = fixes.remove_field(root.key, index, field)
    if field.name.lower() in _ADDRESS_LISTS:
        fix = fixes.join_fields(root.key, field.name, root.line_end)
    return Finding(
        "field-repeated",
        Severity.ERROR,
        f"{field.name} stands more than once.",
        at_field(root, index, field),
        _SES_FIELDS if is_refused else "RFC 5322 3.6",
        fix,
        refused=is_refused,
        answer=f"Duplicate header '{field.name}'." if is_refused else "",
    )


def _repeated_in_part(entity: Entity) -> tuple[Finding, ...]:
    """Check the fields of MIME of one part; readers take either."""
    return most(
        Finding(
            "part-field-repeated",
            Severity.WARNING,
            f"{entity.header.fields[index].name} stands more than once in this part; readers take either.",
            at_field(entity, index, entity.header.fields[index]),
            "RFC 2045 3",
            fixes.remove_field(entity.key, index, entity.header.fields[index]),
        )
        for name, indices in count_by_name(entity).items()
        if name.startswith("content-") and name in RFC_SINGLE
        for index in indices[1:]
    )


def field_forms(subject: Subject) -> Iterator[Finding]:
    """Check the octets of every header field of every entity."""
    for entity in subject.root.walk():
        yield from kept_in_header(entity, _fields_of)


def _fields_of(entity: Entity) -> tuple[Finding, ...]:
    """Check the fields of one entity; what stands beyond the limit is one span."""
    return most(found for index, field in enumerate(entity.header.fields) for found in _form(entity, index, field))


def _form(entity: Entity, index: int, field: HeaderField) -> Iterator[Finding]:
    """Check one field."""
    if field.is_opaque or field.octets == BYTE_ORDER_MARK or _is_mbox_line(field):
        return
    if not field.is_field:
        if field.octets.strip():
            yield _nameless(entity, index, field)
        return
    for code, severity, message, standard in _faults(field, entity.line_end):
        where, fix = at_field(entity, index, field), fixes.rewrite(entity, index, field)
        yield Finding(code, severity, message, where, standard, fix)


def _is_mbox_line(field: HeaderField) -> bool:
    return not field.is_field and field.octets.startswith((b"From ", b">From "))


def _nameless(entity: Entity, index: int, field: HeaderField) -> Finding:
    return Finding(
        "no-field-name",
        Severity.ERROR,
        "A line of the header section has no field name.",
        at_field(entity, index, field),
        "RFC 5322 2.2",
        fixes.remove_field(entity.key, index, field),
        refused=True,
        answer="Empty header names are illegal.",
    )


def _faults(field: HeaderField, line_end: bytes) -> Iterator[tuple[str, Severity, str, str]]:
    """Give code, severity, sentence and standard of each fault of the octets of one field."""
    octets = field.octets
    if not octets.isascii():
        sentence = f"{field.name} holds octets that are not ASCII; SES takes 7-bit header fields alone."
        yield "field-8bit", Severity.ERROR, sentence, "RFC 5322 2.2; SES content encodings"
    if _CONTROL.search(octets.replace(b"\r", b"") if line_end == b"\r" else octets):
        sentence = f"{field.name} holds a control character, such as a NUL or a CR that stands alone."
        yield "field-control", Severity.ERROR, sentence, "RFC 5322 2.2"
    longest = max(map(len, octets.splitlines()), default=0) if len(octets) > limits.LINE_OCTETS else 0
    if longest > limits.LINE_OCTETS:
        sentence = f"A line of {field.name} has {longest:,} octets; at most {limits.LINE_OCTETS} are allowed."
        yield "field-line-too-long", Severity.ERROR, sentence, "RFC 5322 2.1.1"
    if fixes.has_blank_line(field):
        sentence = f"A line of {field.name} holds nothing but blanks; servers may take it for the end of the header."
        yield "field-blank-line", Severity.WARNING, sentence, "RFC 5322 3.2.2"
    if octets[len(field.name) : len(field.name) + 1] != b":":
        sentence = f"A blank stands between {field.name} and its colon; servers may refuse that."
        yield "field-name-blank", Severity.WARNING, sentence, "RFC 5322 4.5"


def control_fields(subject: Subject) -> Iterator[Finding]:
    """Warn of fields that look like control fields of SES and are none."""
    root = subject.root
    for name, indices in count_by_name(root).items():
        known = info(name)
        if not name.startswith("x-ses-") or (known and "control" in known.ses):
            continue
        for index in indices:
            field = root.header.fields[index]
            yield Finding(
                "unknown-control-field",
                Severity.WARNING,
                f"{field.name} looks like a control field, but SES reads none of that name.",
                at_field(root, index, field),
                _SES_FIELDS,
                fixes.remove_field(root.key, index, field),
            )
