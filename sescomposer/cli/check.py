"""The verb `check`: preflight of message and calendar files, for people and for continuous integration."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from sescomposer.cli.look import JsonOption
from sescomposer.cli.streams import Inputs, print_json, shown
from sescomposer.core.checks import check as preflight
from sescomposer.core.checks.invitation import check_calendar, file_message
from sescomposer.core.entity import Entity
from sescomposer.core.errors import ExitCode
from sescomposer.core.findings import Finding, Severity
from sescomposer.core.location import offset_of
from sescomposer.core.message import Message, Road
from sescomposer.core.numbering import part_number
from sescomposer.core.parse import parse

_CALENDAR_NAMES = (".ics", ".ical", ".ifb")
_BEGIN = b"BEGIN:VCALENDAR"
_LOOKED_AT = 100


def check(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Message or calendar files; '-' is standard input.")
    ],
    road: Annotated[Road, typer.Option("--for", help="The road whose limits hold.")] = Road.SES_V2,
    as_json: JsonOption = False,
) -> None:
    """Check messages and calendar files; ends with status 1 if there is an error."""
    inputs = Inputs()
    found = [(name, _checked(inputs, name, road)) for name in files]
    if as_json:
        print_json({"road": road.value, "files": [{"file": n, "findings": f} for n, f in found]})
    else:
        for name, rows in found:
            _print(name, rows)
    if any(row["severity"] == Severity.ERROR for _, rows in found for row in rows):
        raise typer.Exit(ExitCode.FINDINGS)


def _checked(inputs: Inputs, name: str, road: Road) -> list[dict[str, Any]]:
    """Check one file and give its findings as JSON values."""
    octets = inputs.message(name)
    now = datetime.now(UTC)
    if is_calendar_file(name, octets.read(0, _LOOKED_AT)):
        root = file_message(bytes(octets)).root
        return [{**as_json(root, finding), "part": None} for finding in check_calendar(bytes(octets), now)]
    root = parse(octets)
    return [as_json(root, finding) for finding in preflight(Message(root), road, now=now)]


def is_calendar_file(name: str, start: bytes) -> bool:
    r"""Tell whether a file holds a calendar object and no message, by its name or its first octets.

    >>> is_calendar_file("invite.ICS", b""), is_calendar_file("-", b"BEGIN:VCALENDAR\r\n")
    (True, True)
    """
    return name.lower().endswith(_CALENDAR_NAMES) or start.lstrip(b"\xef\xbb\xbf \t\r\n").upper().startswith(_BEGIN)


def as_json(root: Entity, finding: Finding) -> dict[str, Any]:
    """Give a finding as JSON values.

    `span` are octet offsets in the message and `line` counts from 1; both are null where the place is no span.
    """
    where = finding.where
    entity = root if where.key is None else root.find(where.key)
    span = None
    if entity is not None and where.start >= 0:
        offset = offset_of(root, entity.key)
        span = [offset + where.start, offset + where.stop]
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "part": part_number(root, entity) if entity is not None else None,
        "span": span,
        "line": root.octets.line_of(span[0]) + 1 if span and len(root.octets) else None,
        "standard": finding.standard,
        "fix": finding.fix.label if finding.fix else None,
        "answer": finding.answer or None,
    }


def _print(name: str, rows: list[dict[str, Any]]) -> None:
    """Print one line a finding, in the form that editors and terminals link."""
    for row in rows:
        part = f"part {row['part']}: " if row["part"] else ""
        fix = f" [fix: {row['fix']}]" if row["fix"] else ""
        text = f"{name}:{row['line'] or 1}: {row['severity']}: {part}{row['message']} ({row['standard']}){fix}"
        print(shown(text))
    if not rows:
        print(shown(f"{name}: nothing found"))
