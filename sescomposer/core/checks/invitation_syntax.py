"""Calendar objects that break the grammar (RFC 5545 section 3.1): read from the raw octets, for parsers hide it."""

import re
from collections.abc import Iterator

from sescomposer.core.checks.invitation_rules import Fault, Mend, at_line, at_value, of_whole, removing, replacing
from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.calendar import Calendar, read_calendar
from sescomposer.core.invitation.component import Component, Item
from sescomposer.core.invitation.lines import ContentLine, folded, make_line
from sescomposer.core.invitation.parameters import is_name, written_value

_ENDS = re.compile(rb"\r*\n")
_BARE = re.compile(rb"(?<!\r)\n|\r(?=\r+\n)")
_FOLD = re.compile(rb"\r?\n[ \t]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f]")
_CONTROL_OCTETS = re.compile(rb"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f]")
_BOM = "\ufeff"
_FULL_LINE = 70
_NESTING = {
    "no-calendar": "There is no BEGIN:VCALENDAR, so this is no calendar object.",
    "two-calendars": "There is a second VCALENDAR; readers take the first, or none.",
    "no-end": "A component has no END.",
    "stray-end": "An END closes nothing.",
    "too-deep": "Components are nested too deep.",
    "outside": "A line stands outside the VCALENDAR.",
}
_MENDABLE = ("no-end", "stray-end", "outside")


def syntax(calendar: Calendar) -> Iterator[Fault]:
    """Check nesting, line ends, lines and parameters."""
    yield from _nesting(calendar)
    if not calendar.is_calendar:
        return
    yield from _line_ends(calendar)
    before: ContentLine | None = None
    for line in calendar.walk():
        if line.octets:
            yield from _line(line, before)
            before = line


def _nesting(calendar: Calendar) -> Iterator[Fault]:
    if not calendar.is_calendar:
        yield of_whole("s01", _NESTING["no-calendar"])
        return
    lines = {line.offset: line for line in calendar.walk() if line.octets}
    for defect in sorted(calendar.structure_defects, key=lambda defect: defect.start):
        if defect.code not in _NESTING:
            continue
        message = _NESTING[defect.code]
        mend: Mend | None = balanced if defect.code in _MENDABLE else None
        yield at_line("s01", lines[defect.start], message, "Close what is open and remove what is outside", mend)


def balanced(octets: bytes) -> bytes:
    r"""Write every END that is missing, and leave out what closes nothing or stands outside.

    >>> balanced(b"x:1\r\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VCALENDAR\r\n")
    b'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n'
    """
    calendar = read_calendar(octets)
    if not calendar.is_calendar:
        return octets
    return b"".join(_closed(item) for item in calendar.items if isinstance(item, Component))


def _closed(item: Item) -> bytes:
    if isinstance(item, ContentLine):
        return b"" if item.name in ("BEGIN", "END") else item.octets
    inner = b"".join(map(_closed, item.items))
    head = item.begin.octets + inner
    if item.end.octets:
        return head + item.end.octets
    return head + (b"" if head.endswith(b"\n") else b"\r\n") + make_line("END", item.name).octets


def _line_ends(calendar: Calendar) -> Iterator[Fault]:
    octets = calendar.octets
    found = _BARE.search(octets)
    at, message = (found.start(), "A line does not end with CR LF; strict readers refuse it.") if found else (-1, "")
    if not found and not octets.endswith(b"\n"):
        at, message = len(octets) - 1, "The last line does not end with CR LF."
    if message:
        number = "s02" if b"\r\n" in octets or not found else "m12"
        said = message if number == "s02" else "The lines of the event end with LF alone; strict readers refuse them."
        last = [line for line in calendar.walk() if line.octets and line.offset <= at][-1]
        start = at - last.offset
        fault = at_line(number, last, said, "Write CR LF throughout", with_line_ends)
        yield Fault(fault.rule, fault.message, last.offset + start, at + 1, fault.label, fault.mend)


def with_line_ends(octets: bytes) -> bytes:
    r"""Let every line end with CR LF.

    >>> with_line_ends(b"A:1\nB:2\r\r\nC:3")
    b'A:1\r\nB:2\r\nC:3\r\n'
    """
    changed = _ENDS.sub(b"\r\n", octets)
    return changed if changed.endswith(b"\n") or not changed else changed + b"\r\n"


def _line(line: ContentLine, before: ContentLine | None) -> Iterator[Fault]:
    codes = {defect.code for defect in line.defects}
    if codes & {"control-character", "byte-order-mark"}:
        yield from _controls(line)
    if not line.unfolded.strip():
        yield at_line(
            "s05", line, "A line is empty; readers stop there or refuse the object.", "Remove it", removing(line)
        )
        return
    if codes & {"no-colon", "bad-name"} and "byte-order-mark" not in codes:
        yield from _no_property(line, before)
        return
    if "cut-character" in codes:
        yield from _cut(line)
    elif "long-line" in codes:
        longest = max(len(part.rstrip(b"\r\n")) for part in line.octets.split(b"\n"))
        message = f"A line of {line.name} has {longest} octets; more than 75 are to be folded."
        yield at_line("s03", line, message, "Fold the line", replacing([(line, folded(line.unfolded))]))
    yield from _parameters(line, codes)


def _controls(line: ContentLine) -> Iterator[Fault]:
    text = line.unfolded
    found = _CONTROL.search(text)
    if found is not None:
        clean = _CONTROL_OCTETS.sub(b"", line.octets)
        message = f"A line of {line.name or 'the event'} holds the control character U+{ord(found[0]):04X}."
        mend = replacing([(line, clean)])
        yield at_value("s10", line, found.start(), found.end(), message, "Remove control characters", mend)
    elif text.startswith(_BOM):
        mend = replacing([(line, line.octets.removeprefix(_BOM.encode()))])
        yield at_value("s10", line, 0, 1, "The event starts with a byte order mark.", "Remove it", mend)
    if "\r" in text:
        at = text.index("\r")
        message = (
            f"A line of {line.name or 'the event'} holds a CR that ends no line; readers may see a property there."
        )
        yield at_value("s11", line, at, at + 1, message)


def _no_property(line: ContentLine, before: ContentLine | None) -> Iterator[Fault]:
    """A continuation that lost its blank where the line before is full, else a line end that was not escaped."""
    mend = None
    if before is not None and before.name not in ("BEGIN", "END", "") and ":" in before.unfolded:
        last = before.octets.rstrip(b"\r\n").rpartition(b"\n")[2]
        joint = "" if len(last) >= _FULL_LINE else "\\n"
        both = [(before, folded(f"{before.unfolded}{joint}{line.unfolded}")), (line, b"")]
        mend = replacing(both)
    message = f"The line {line.unfolded[:40]!r} is no property: what was meant by it is lost."
    yield at_line("s05", line, message, "Join it with the line before", mend)


def _cut(line: ContentLine) -> Iterator[Fault]:
    joined = _FOLD.sub(b"", line.octets).rstrip(b"\r\n")
    mend = None
    try:
        mend = replacing([(line, folded(joined.decode("utf-8")))])
        message = f"A fold of {line.name} cuts a character; it shows as a question mark."
    except UnicodeDecodeError:
        message = f"The line of {line.name} is no UTF-8."
    yield at_line("s04", line, message, "Fold between characters", mend)


_LISTS = frozenset({"MEMBER", "DELEGATED-TO", "DELEGATED-FROM", "FEATURE", "DISPLAY", "TYPE"})
_PEOPLE = ("ATTENDEE", "ORGANIZER")
_CN = re.compile(
    r";CN=(?P<name>.*?)(?=;(?:CUTYPE|ROLE|PARTSTAT|RSVP|SENT-BY|DIR|EMAIL|LANGUAGE|MEMBER|DELEGATED-TO|DELEGATED-FROM"
    r"|SCHEDULE-[A-Z-]+|X-[A-Z0-9-]+)=|:(?:mailto:|[a-z+.-]+:)[^:]*$)",
    re.IGNORECASE | re.DOTALL,
)


def _parameters(line: ContentLine, codes: set[str]) -> Iterator[Fault]:
    is_split = any(len(item.values) > 1 and item.name not in _LISTS and is_name(item.name) for item in line.parameters)
    is_cut = line.name in _PEOPLE and re.match(r"[^:]*\S[^:]*:mailto:", line.value, re.IGNORECASE) is not None
    if codes & {"bad-parameter", "bad-quote"} or is_split or is_cut:
        message = f"A parameter of {line.name} is not written as it must be; a value with , ; or : stands in quotes."
        yield at_line("s08", line, message, "Put the name in quotes", _quoted(line))
    for item in line.parameters:
        if item.name == "CN" and any('"' in value or "\n" in value for value in item.values):
            message = f"The name {item.values[0][:40]!r} holds a quote or line end, which old clients show as ^' or ^n."
            yield at_line("s09", line, message)


def _quoted(line: ContentLine) -> Mend | None:
    """Write the name of a guest anew; a double quote within becomes a single one. None where that is not the fault."""
    found = _CN.search(line.unfolded)
    if line.name not in _PEOPLE or found is None:
        return None
    name = found["name"].strip()
    bare = (name[1:-1] if len(name) > 1 and name[0] == name[-1] == '"' else name).replace('"', "'")
    try:
        written = written_value("CN", bare)
    except MessageError:
        return None  # control characters are to go first
    new = ContentLine(folded(f"{line.unfolded[: found.start()]};CN={written}{line.unfolded[found.end() :]}"))
    is_sound = not {"bad-parameter", "bad-quote", "no-colon"} & {defect.code for defect in new.defects}
    return replacing([(line, new.octets)]) if is_sound else None


__all__ = ["balanced", "syntax", "with_line_ends"]
