"""What SES would deliver of a submitted message (SES Developer Guide, header fields; seen in delivered mail).

Only what is documented is changed: Message-ID, Date and Return-Path are replaced and the control fields taken out. What
SES adds of its own (Received, its DKIM-Signature, Feedback-ID, X-SES-Outgoing) is said in words, never invented.
"""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from types import MappingProxyType

from sescomposer.core.entity import Entity
from sescomposer.core.header import HeaderField, HeaderSection
from sescomposer.services.changes import is_control

NO_FIELDS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Delivered:
    """The message as a recipient gets it.

    Attributes:
        root: Its tree; every octet but those of the fields named in `changes` is that of the submitted message.
        changes: One sentence for each change, in the order of the header section.
    """

    root: Entity
    changes: tuple[str, ...]


def message_id_of(reference: str, region: str) -> str:
    """Give the Message-ID that SES writes, with its angle brackets.

    >>> message_id_of("0100-abc-000000", "us-east-1"), message_id_of("0102-abc-000000", "eu-west-1")
    ('<0100-abc-000000@email.amazonses.com>', '<0102-abc-000000@eu-west-1.amazonses.com>')
    """
    domain = "email" if region == "us-east-1" else region
    return f"<{reference}@{domain}.amazonses.com>"


def feedback_path(reference: str, region: str) -> str:
    """Give the return path of the delivered message: an address of SES that collects bounces."""
    host = "amazonses.com" if region == "us-east-1" else f"{region}.amazonses.com"
    return f"<{reference}@{host}>"


def delivered(
    root: Entity, reference: str, region: str, now: datetime, replaced: Mapping[str, str] = NO_FIELDS
) -> Delivered:
    """Give what SES would deliver.

    Args:
        root: The submitted message.
        reference: The message id that SES answered.
        region: Such as "eu-west-1".
        now: When it was accepted; any offset.
        replaced: Bodies in ASCII by name of header fields that parameters of the API replace (From, Reply-To).
    """
    values = {
        "return-path": ("Return-Path", feedback_path(reference, region)),
        "date": ("Date", format_datetime(now.astimezone(UTC))),
        "message-id": ("Message-ID", message_id_of(reference, region)),
    }
    values |= {name.lower(): (name, body) for name, body in replaced.items()}
    changes: list[str] = []
    fields = _rewritten(root.header, values, changes)
    header = HeaderSection.of_fields(fields, root.header.line_end)
    separator = root.separator
    if not separator and not root.header.fields and len(root.body.octets):
        # Otherwise the first line of a message without header section would go on with our last field.
        separator = root.header.line_end
        changes.append("A blank line was put before the body, since there was no header section.")
    return Delivered(replace(root, header=header, separator=separator), tuple(changes))


def _rewritten(header: HeaderSection, values: dict[str, tuple[str, str]], changes: list[str]) -> list[HeaderField]:
    """Replace and remove fields in place; what was absent goes on top."""
    missing = dict(values)
    fields: list[HeaderField] = []
    for header_field in header.fields:
        name = header_field.name.lower()
        if is_control(name):
            changes.append(f"{header_field.name} was read by SES and taken out.")
        elif name in missing:
            fields.append(_written(*missing.pop(name), header.line_end))
            changes.append(f"{values[name][0]} was replaced.")
        elif name in values:
            changes.append(f"Another {values[name][0]} was taken out.")
        else:
            fields.append(header_field)
    added = [_written(name, value, header.line_end) for name, value in missing.values()]
    changes[:0] = [f"{name} was added." for name, _ in missing.values()]
    top = _top(fields)
    return [*fields[:top], *added, *fields[top:]]


def _top(fields: list[HeaderField]) -> int:
    """Give the place behind an mbox line or a byte order mark that stands before the first field."""
    first = next((place for place, header_field in enumerate(fields) if header_field.is_field), 0)
    return first if all(line.line_end or line.octets == codecs.BOM_UTF8 for line in fields[:first]) else 0


def _written(name: str, value: str, line_end: bytes) -> HeaderField:
    """Write one short ASCII field."""
    return HeaderField(f"{name}: {value}".encode("ascii") + line_end)
