"""Structured header fields whose value is not what their standard says (RFC 5322 section 3.6, RFC 2045, RFC 2183)."""

import re
from collections.abc import Callable, Iterator

from sescomposer.core.checks import fixes
from sescomposer.core.checks.parameters import parameter_findings
from sescomposer.core.checks.subject import Subject, at_field, at_words, fields_named, kept_in_header, most
from sescomposer.core.entity import Entity
from sescomposer.core.errors import HeaderError
from sescomposer.core.findings import Finding, Fix, Severity
from sescomposer.core.header import HeaderField, make_field
from sescomposer.core.parameter import parse_parameters
from sescomposer.core.structure import with_content_id, with_disposition, with_media_type
from sescomposer.core.structure.fields import checked_content_id

_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_DAYS, _MONTHS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun", "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_DATE = re.compile(
    rf"(?:(?:{_DAYS})\s*,\s*)?(?:0?[1-9]|[12]\d|3[01])\s+(?:{_MONTHS})\s+\d{{2,}}\s+"
    r"(?:[01]\d|2[0-3])\s*:\s*[0-5]\d(?:\s*:\s*(?:[0-5]\d|60))?\s+(?:[+-]\d{2}[0-5]\d|[A-Z]{1,5})",
    re.IGNORECASE,
)
_ID_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+"
_MSG_ID = re.compile(rf"<(?:{_ID_ATOM}|\"[^\"\s<>]*\")@(?:{_ID_ATOM}|\[[^\[\]<>\s]*\])>")
_TOKEN = r"[!#$%&'*+.0-9A-Z^_`a-z{|}~-]+"
_TYPE = re.compile(rf"{_TOKEN}/{_TOKEN}")
_WORD = re.compile(_TOKEN)
_LONGEST_READ = 65_536

FieldCheck = Callable[[Entity, int, HeaderField], Iterator[Finding]]


def message_fields(subject: Subject) -> Iterator[Finding]:
    """Check the structured fields of the message that have a standard of their own."""
    yield from kept_in_header(subject.root, _of_message)


def _of_message(root: Entity) -> tuple[Finding, ...]:
    return most(_checked(root, _MESSAGE_FIELDS))


def content_fields(subject: Subject) -> Iterator[Finding]:
    """Check the fields of MIME of every part."""
    for entity in subject.root.walk():
        yield from kept_in_header(entity, _of_content)


def _of_content(entity: Entity) -> tuple[Finding, ...]:
    return most(_checked(entity, _CONTENT_FIELDS))


def _checked(entity: Entity, checks: dict[str, FieldCheck]) -> Iterator[Finding]:
    for index, field in fields_named(entity, *checks):
        yield from checks[field.name.lower()](entity, index, field)


def _bare(body: str) -> str:
    """Give a field body without its comments."""
    return _COMMENT.sub(" ", body[:_LONGEST_READ]).strip() if "(" in body else body.strip()


def _is_date(body: str) -> bool:
    """Tell whether a body is a date-time, also in its obsolete form (RFC 5322 sections 3.3 and 4.3).

    >>> _is_date("Sat, 21 Nov 2026 12:43:39 +0000 (UTC)"), _is_date("2026-11-21T12:43:39Z")
    (True, False)
    """
    return _DATE.fullmatch(_bare(body)) is not None


def _date(root: Entity, index: int, field: HeaderField) -> Iterator[Finding]:
    if not _is_date(field.body):
        message = f"The date {field.body[:80]!r} is not written as mail has it; sealing writes one where none stands."
        where, fix = at_field(root, index, field), fixes.remove_field(root.key, index, field)
        yield Finding("bad-date", Severity.WARNING, message, where, "RFC 5322 3.3", fix)


def _message_id(root: Entity, index: int, field: HeaderField) -> Iterator[Finding]:
    if not _MSG_ID.fullmatch(_bare(field.body)):
        message = f"{field.body[:80]!r} is no message identifier; sealing writes one where none stands."
        where, fix = at_field(root, index, field), fixes.remove_field(root.key, index, field)
        yield Finding("bad-message-id", Severity.WARNING, message, where, "RFC 5322 3.6.4", fix)


def _message_ids(root: Entity, index: int, field: HeaderField) -> Iterator[Finding]:
    """Check a list of identifiers; the fix keeps those that are some."""
    body = field.body
    if not _MSG_ID.sub("", _bare(body)).strip() and _MSG_ID.search(body):
        return
    known = _MSG_ID.findall(body)
    fix = fixes.remove_field(root.key, index, field)
    if known:
        new = make_field(field.name, " ".join(known), line_end=root.line_end)
        fix = fixes.replace_field(root.key, index, field, new, "Keep the identifiers alone")
    message = f"{field.name} holds something else than message identifiers in angle brackets; threads may break."
    yield Finding("bad-message-ids", Severity.WARNING, message, at_field(root, index, field), "RFC 5322 3.6.4", fix)


def _version(root: Entity, index: int, field: HeaderField) -> Iterator[Finding]:
    if re.sub(r"\s", "", _bare(field.body)) != "1.0":
        new = make_field("MIME-Version", "1.0", line_end=root.line_end)
        fix = fixes.replace_field(root.key, index, field, new, "Write 1.0")
        message = f"MIME-Version is {field.body[:40]!r}; the only one there is is 1.0."
        yield Finding("bad-mime-version", Severity.WARNING, message, at_field(root, index, field), "RFC 2045 4", fix)


def _content_type(entity: Entity, index: int, field: HeaderField) -> Iterator[Finding]:
    body = field.body[:_LONGEST_READ]
    value = parse_parameters(body).value.strip()
    if not _TYPE.fullmatch(value):
        stop = min(len(value), len(body))
        yield Finding(
            "bad-content-type",
            Severity.ERROR,
            f"{value[:80]!r} is no media type; readers take the part for text/plain.",
            at_words(entity, index, field, 0, stop),
            "RFC 2045 5.1",
            _typed(entity, value),
            refused=True,
            answer=_type_answer(value, has_more=";" in body),
        )
    yield from parameter_findings(entity, index, field)


def _typed(entity: Entity, value: str) -> Fix | None:
    """Write the type that readers take it for; of a container nobody can tell."""
    if entity.children or value.lower().startswith(("multipart", "message")):
        return None
    key = entity.key
    return Fix("Write text/plain", lambda message, ids: message.edited(lambda r: with_media_type(r, key, "text/plain")))


def _type_answer(value: str, *, has_more: bool) -> str:
    """Give what SES says, which reads word by word: type, slash, subtype, semicolon.

    >>> _type_answer("text", has_more=True), _type_answer("text/html: x", has_more=False)
    ("Expected '/', got ;", 'Expected \\';\\', got ":"')
    """
    kind = _WORD.match(value)
    if kind is None:
        return f"Expected MIME type, got {value[:1] or 'null'}"
    rest = value[kind.end() :].lstrip()
    if not rest.startswith("/"):
        word = _WORD.match(rest)
        return f"Expected '/', got {word[0] if word else rest[:1] or (';' if has_more else 'null')}"
    subtype = _WORD.match(rest[1:].lstrip())
    if subtype is None:
        return f"Expected MIME subtype, got {rest[1:].lstrip()[:1] or (';' if has_more else 'null')}"
    behind = rest[1:].lstrip()[subtype.end() :].lstrip()
    word = _WORD.match(behind)
    return f"Expected ';', got \"{word[0] if word else behind[:1]}\""


def _disposition(entity: Entity, index: int, field: HeaderField) -> Iterator[Finding]:
    body = field.body[:_LONGEST_READ]
    value = parse_parameters(body).value.strip()
    if not _WORD.fullmatch(value):
        key = entity.key
        kind = "inline" if entity.content_id else "attachment"
        mend = Fix(f"Write {kind}", lambda message, ids: message.edited(lambda r: with_disposition(r, key, kind)))
        yield Finding(
            "bad-disposition",
            Severity.ERROR,
            f"{value[:80]!r} is no disposition, which is 'inline', 'attachment' or another single word.",
            at_words(entity, index, field, 0, min(len(value), len(body))),
            "RFC 2183 2",
            mend if "=?" not in value else fixes.remove_field(key, index, field),
            refused=True,
            answer=f"Expected disposition, got {value[:1] or 'null'}",
        )
    yield from parameter_findings(entity, index, field)


def _content_id(entity: Entity, index: int, field: HeaderField) -> Iterator[Finding]:
    """Check that a Content-ID stands in angle brackets."""
    body = _bare(field.body)
    if body.startswith("<") and body.endswith(">") and " " not in body and len(body) > 2:
        return
    message = f"The Content-ID {body[:80]!r} does not stand in angle brackets or holds a blank."
    fix = None
    try:
        bare = checked_content_id(body)
    except HeaderError:
        fix = fixes.remove_field(entity.key, index, field)
    else:
        key = entity.key
        fix = Fix("Write angle brackets", lambda m, ids: m.edited(lambda root: with_content_id(root, key, bare)))
    yield Finding("bad-content-id", Severity.WARNING, message, at_field(entity, index, field), "RFC 2045 7", fix)


_MESSAGE_FIELDS: dict[str, FieldCheck] = {
    "date": _date,
    "message-id": _message_id,
    "in-reply-to": _message_ids,
    "references": _message_ids,
    "mime-version": _version,
}
_CONTENT_FIELDS: dict[str, FieldCheck] = {
    "content-type": _content_type,
    "content-disposition": _disposition,
    "content-id": _content_id,
}
