"""Options of SES inside the message: tags, and the values of control fields (ses: answers and documentation)."""

import re
from collections.abc import Iterator

from sescomposer.core import limits
from sescomposer.core.checks import fixes
from sescomposer.core.checks.subject import Subject, at_field, fields_named, kept_in_header, most
from sescomposer.core.entity import Entity
from sescomposer.core.findings import Finding, Severity, Where
from sescomposer.core.message import Road

_NAME = re.compile(r"[A-Za-z0-9_-]*")
_VALUE = re.compile(r"[A-Za-z0-9_\-.@]*")
_SPECIAL_NAMES = ("ses:feedback-id-a", "ses:feedback-id-b")
_TAGS = "SES message tags"
_ARN = re.compile(r"arn:aws[a-z-]*:ses:[a-z0-9-]+:\d{12}:identity/\S+")
_LIST_OPTIONS = re.compile(r"[A-Za-z0-9_-]{1,64}\s*(?:;\s*(?:topic\s*=\s*[A-Za-z0-9_-]{1,64}\s*)?)?")
_TENANT = "X-SES-TENANT"

_VALUES: dict[str, tuple[re.Pattern[str], str]] = {
    "X-SES-CONFIGURATION-SET": (re.compile(r"[A-Za-z0-9_-]{1,64}"), "a name of up to 64 letters, digits, '_' and '-'"),
    "X-SES-SOURCE-ARN": (_ARN, "the ARN of an identity, such as arn:aws:ses:eu-west-1:123456789012:identity/a.example"),
    "X-SES-FROM-ARN": (_ARN, "the ARN of an identity"),
    "X-SES-RETURN-PATH-ARN": (_ARN, "the ARN of an identity"),
    "X-SES-LIST-MANAGEMENT-OPTIONS": (_LIST_OPTIONS, "'contactListName; topic=topicName', the topic if you like"),
    _TENANT: (re.compile(r"[A-Za-z0-9_-]{1,64}"), "a name of up to 64 letters, digits, '_' and '-'"),
}


def control_values(subject: Subject) -> Iterator[Finding]:
    """Check the values of the fields that SES reads and takes out."""
    yield from kept_in_header(subject.root, _control_values)
    if subject.road is not Road.SMTP:
        for index, field in fields_named(subject.root, _TENANT):
            message = f"{_TENANT} is documented for SMTP; the API has a parameter of its own."
            where = at_field(subject.root, index, field)
            yield Finding("control-field-of-smtp", Severity.NOTE, message, where, "SES header fields")


def _control_values(root: Entity) -> tuple[Finding, ...]:
    return most(_bad_values(root))


def _bad_values(root: Entity) -> Iterator[Finding]:
    known = {name.lower(): rule for name, rule in _VALUES.items()}
    for index, field in fields_named(root, *_VALUES):
        pattern, wanted = known[field.name.lower()]
        if pattern.fullmatch(field.body):
            continue
        is_set = field.name.lower() == "x-ses-configuration-set" and bool(field.body)
        yield Finding(
            "bad-control-value",
            Severity.ERROR,
            f"{field.name} holds {field.body[:80]!r}; it takes {wanted}.",
            at_field(root, index, field),
            "SES header fields",
            fixes.remove_field(root.key, index, field),
            refused=is_set,
            answer=f"Configuration set <{field.body}> does not exist." if is_set else "",
        )


def tags(subject: Subject) -> Iterator[Finding]:
    """Check the tags of the sending options and of X-SES-MESSAGE-TAGS."""
    for name, value in subject.message.options.tags:
        yield from tag(name, value, Where(field="tags"))
    yield from kept_in_header(subject.root, _tags_in_header)


def _tags_in_header(root: Entity) -> tuple[Finding, ...]:
    return most(found for index, field in fields_named(root, "X-SES-MESSAGE-TAGS") for found in _tags(root, index))


def _tags(root: Entity, index: int) -> Iterator[Finding]:
    field = root.header.fields[index]
    where = at_field(root, index, field)
    for pair in field.body.split(","):
        name, _, value = pair.partition("=")
        yield from tag(name.strip(), value.strip(), where)


def tag(name: str, value: str, where: Where) -> Iterator[Finding]:
    """Check one tag."""
    for kind, text in (("name", name), ("value", value)):
        if not text:
            yield _refused(f"A message tag has no {kind}.", where, f"The tag {kind} must be specified.")
        elif len(text) > limits.TAG_CHARACTERS:
            yield _refused(
                f"The {kind} of a message tag has {len(text)} characters; SES takes {limits.TAG_CHARACTERS}.",
                where,
                f"Tag {kind} cannot exceed {limits.TAG_CHARACTERS} characters.",
            )
    if not _NAME.fullmatch(name) and name not in _SPECIAL_NAMES:
        yield _refused(
            f"The tag name {name[:80]!r} holds other characters than letters, digits, '_' and '-'.",
            where,
            f"Invalid tag name <{name}>: only alphanumeric ASCII characters, '_',  '-' are allowed.",
        )
    if not _VALUE.fullmatch(value):
        yield _refused(
            f"The tag value {value[:80]!r} holds other characters than letters, digits, '_', '-', '.' and '@'.",
            where,
            f"Invalid tag value <{value}>: only alphanumeric ASCII characters, '_',  '-' , '.', '@' are allowed.",
        )
    elif not _NAME.fullmatch(value):
        message = f"The tag value {value[:80]!r} holds '.' or '@': SES takes them, its documentation does not say so."
        yield Finding("tag-undocumented", Severity.NOTE, message, where, _TAGS)


def _refused(message: str, where: Where, answer: str) -> Finding:
    """Make the error for a tag that SES refuses."""
    return Finding("bad-tag", Severity.ERROR, message, where, _TAGS, refused=True, answer=answer)
