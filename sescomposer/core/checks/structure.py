"""Defects of parsed octets: readers disagree on such messages, and SES refuses some of them."""

from collections.abc import Callable, Iterator

from sescomposer.core.checks import fixes
from sescomposer.core.checks.subject import Subject, kept, most
from sescomposer.core.defects import Defect
from sescomposer.core.entity import Entity, Key
from sescomposer.core.entity_defects import entity_defects
from sescomposer.core.findings import Finding, Fix, Severity, Where
from sescomposer.core.header import HeaderField

ELSEWHERE = frozenset(
    {
        # Found by another check, with a better place or a fix.
        "bare-cr",
        "eight-bit",
        "field-repeated",
        "line-length",
        "mixed-line-ends",
        "nul",
        "parameter-duplicate",
        "parameter-encoded-word",
        "parameter-unquoted",
        "parameter-without-value",
        "too-many-parts",
    }
)

_ERRORS = {
    # What SES answers, where it has been seen.
    "start-boundary-missing": "Missing start boundary",
    "boundary-missing": "",
    "boundary-reused": "",
    "byte-order-mark": "Missing required header 'From'.",
    "header-line-without-colon": "",
    "mbox-line": "",
    "message-encoded": "",
    "multipart-encoded": "",
    "parts-missing": "",
}
_NOTES = frozenset({"base64-line-length", "delimiter-padding", "quoted-printable-line-length"})
_ENCODED_ANEW = frozenset(
    {
        "base64-after-padding",
        "base64-character",
        "base64-length",
        "base64-line-length",
        "base64-padding",
        "quoted-printable-character",
        "quoted-printable-escape",
        "quoted-printable-line-length",
    }
)
_NAMELESS = "Empty header names are illegal."
_FIXES: dict[str, Callable[[Key], Fix]] = {
    "close-delimiter-missing": fixes.add_close_delimiter,
    "header-line-without-colon": fixes.add_blank_line,
    "message-encoded": fixes.open_message,
    "multipart-encoded": fixes.honest_encoding,
    **dict.fromkeys(_ENCODED_ANEW, fixes.encode_part),
}


def structure(subject: Subject) -> Iterator[Finding]:
    """Report the defects of the octets as they were read."""
    for entity in subject.root.walk():
        yield from kept(entity, _of_root if entity is subject.root else _of_part)


def _of_root(entity: Entity) -> tuple[Finding, ...]:
    return most(_found(entity, is_root=True))


def _of_part(entity: Entity) -> tuple[Finding, ...]:
    return most(_found(entity, is_root=False))


def _found(entity: Entity, *, is_root: bool) -> Iterator[Finding]:
    for defect in entity_defects(entity):
        if defect.code in ELSEWHERE or (defect.code == "header-cut" and is_root and not len(entity.body.octets)):
            # A message that ends with its header section is complete.
            continue
        answer = _answer(entity, defect, is_root)
        yield Finding(
            defect.code,
            _severity(defect.code),
            defect.message,
            Where(entity.key, start=defect.start, stop=defect.stop),
            defect.standard,
            _fix(entity, defect),
            refused=bool(answer),
            answer=answer,
        )


def _severity(code: str) -> Severity:
    if code in _ERRORS:
        return Severity.ERROR
    return Severity.NOTE if code in _NOTES else Severity.WARNING


def _answer(entity: Entity, defect: Defect, is_root: bool) -> str:
    """Give what SES says; of a header line without a name only in the message's own header section."""
    if defect.code == "header-line-without-colon":
        first = entity.octets.read(defect.start, defect.start + 1)
        return _NAMELESS if is_root and first in (b":", b"\r") else ""
    return _ERRORS.get(defect.code, "")


def _fix(entity: Entity, defect: Defect) -> Fix | None:
    """Give the fix of a defect, if there is one."""
    if defect.code in ("byte-order-mark", "mbox-line"):
        field = _field_at(entity, defect)
        return None if field is None else fixes.remove_field(entity.key, *field)
    make = _FIXES.get(defect.code)
    return None if make is None else make(entity.key)


def _field_at(entity: Entity, defect: Defect) -> tuple[int, HeaderField] | None:
    """Give the line of the header section that a defect names."""
    octets = entity.octets.read(defect.start, defect.stop)
    for index, field in enumerate(entity.header.fields[:2]):
        if field.octets == octets:
            return index, field
    return None
