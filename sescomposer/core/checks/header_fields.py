"""Header fields that SES refuses or readers trip over: missing, repeated, misspelt, unencoded."""

from collections.abc import Iterator

from sescomposer.core import limits
from sescomposer.core.checks.subject import Subject, at_field, every_entity, fields_named
from sescomposer.core.entity import Entity, Key
from sescomposer.core.findings import Finding, Fix, Severity, Where
from sescomposer.core.header import HeaderField
from sescomposer.core.header_registry import info
from sescomposer.core.structure import remove_header_field, with_header_field

_ADDRESS_LISTS = ("to", "cc", "bcc")


def required_fields(subject: Subject) -> Iterator[Finding]:
    """Check that From is there, and Subject."""
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


def single_fields(subject: Subject) -> Iterator[Finding]:
    """Check fields of the message that may stand only once."""
    seen: dict[str, int] = {}
    root = subject.root
    for index, header_field in enumerate(root.header.fields):
        name = header_field.name.lower()
        known = info(name)
        classes = known.ses if known else ()
        if name in seen and ("single" in classes or name in _ADDRESS_LISTS):
            yield _repeated(root, index, header_field, refused="single" in classes)
        elif name in seen and "control" in classes:
            yield _control_repeated(root, index, header_field)
        seen.setdefault(name, index)


def _repeated(root: Entity, index: int, header_field: HeaderField, *, refused: bool) -> Finding:
    """Report the second instance of a field."""
    return Finding(
        "field-repeated",
        Severity.ERROR,
        f"{header_field.name} stands more than once.",
        at_field(root, index, header_field),
        "SES header fields" if refused else "RFC 5322 3.6",
        _removal(root.key, index, header_field.name),
        refused=refused,
        answer=f"Duplicate header '{header_field.name}'." if refused else "",
    )


def _control_repeated(root: Entity, index: int, header_field: HeaderField) -> Finding:
    """Report a second control field, which SES does not read."""
    return Finding(
        "control-field-repeated",
        Severity.WARNING,
        f"{header_field.name} stands more than once; SES reads the first alone.",
        at_field(root, index, header_field),
        "SES header fields",
        _removal(root.key, index, header_field.name),
    )


def _removal(key: Key, index: int, name: str) -> Fix:
    """Give the fix that takes a field out."""
    return Fix(
        f"Remove this {name}", lambda message, ids: message.edited(lambda root: remove_header_field(root, key, index))
    )


def field_forms(subject: Subject) -> Iterator[Finding]:
    """Check the octets of every header field of every entity."""
    yield from every_entity(subject.root, _fields_of)


def _fields_of(entity: Entity) -> tuple[Finding, ...]:
    """Check the fields of one entity: at most as many as the limit, the rest is one span."""
    found: list[Finding] = []
    for index, header_field in enumerate(entity.header.fields[: limits.HEADER_FIELDS]):
        found.extend(_form(entity, index, header_field))
    return tuple(found)


def _form(entity: Entity, index: int, header_field: HeaderField) -> Iterator[Finding]:
    """Check one field."""
    where = at_field(entity, index, header_field)
    if not header_field.name.strip() and header_field.octets.strip():
        yield Finding(
            "no-field-name",
            Severity.ERROR,
            "A line of the header section has no field name.",
            where,
            "RFC 5322 2.2",
            _removal(entity.key, index, "line"),
            refused=True,
            answer="Empty header names are illegal.",
        )
    if not header_field.octets.isascii():
        yield Finding(
            "field-8bit",
            Severity.ERROR,
            f"{header_field.name or 'A header line'} holds octets that are not ASCII.",
            where,
            "RFC 5322 2.2; SES content encodings",
            _encoding(entity.key, index, header_field),
        )
    longest = max((len(line) for line in header_field.octets.splitlines()), default=0)
    if longest > limits.LINE_OCTETS:
        yield Finding(
            "field-line-too-long",
            Severity.ERROR,
            f"A line of {header_field.name} has {longest:,} octets; at most {limits.LINE_OCTETS} are allowed.",
            where,
            "RFC 5322 2.1.1",
            _encoding(entity.key, index, header_field),
        )


def _encoding(key: Key, index: int, header_field: HeaderField) -> Fix:
    """Give the fix that writes a field anew, encoded and folded."""

    name, value = header_field.name, header_field.decoded
    return Fix(
        f"Write {name} anew",
        lambda message, ids: message.edited(lambda root: with_header_field(root, key, name, value, index=index)),
    )


def unknown_control_fields(subject: Subject) -> Iterator[Finding]:
    """Warn of fields that look like control fields of SES and are none."""
    for index, header_field in enumerate(subject.root.header.fields):
        name = header_field.name.lower()
        known = info(name)
        if name.startswith("x-ses-") and not (known and "control" in known.ses):
            yield Finding(
                "unknown-control-field",
                Severity.WARNING,
                f"{header_field.name} looks like a control field, but SES documents none of that name.",
                at_field(subject.root, index, header_field),
                "SES header fields",
            )


def unsubscribe(subject: Subject) -> Iterator[Finding]:
    """Check that one-click unsubscription has what it needs (RFC 8058 section 3.1)."""
    root = subject.root
    for index, header_field in fields_named(root, "List-Unsubscribe-Post"):
        if "https:" not in root.header.get("List-Unsubscribe").lower():
            yield Finding(
                "one-click-without-https",
                Severity.WARNING,
                "List-Unsubscribe-Post needs a List-Unsubscribe with an https address.",
                at_field(root, index, header_field),
                "RFC 8058 3.1",
            )
