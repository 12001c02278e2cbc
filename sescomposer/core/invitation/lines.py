"""Content lines (RFC 5545 sections 3.1 and 3.2): a name, parameters and a value, and the octets they were read from.

Reading takes any octets and loses none; what breaks the grammar is a defect of its line. Names come in capitals, values
as text without folds, their escapes left in place: what they mean depends on the property (see `text_value`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from sescomposer.core.defects import Defect
from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.parameters import (
    Parameter,
    check_characters,
    is_name,
    read_value,
    written_parameter,
)

LINE_OCTETS = 75
"""Longest line without its CRLF, the blank that leads a continuation counted (RFC 5545 section 3.1)."""

_BYTE_ORDER_MARK = "\ufeff"
_LINE = re.compile(rb"[^\n]*+(?:\n[ \t][^\n]*+|(?!))*+\n?")
_FOLD = re.compile(rb"\r?\n[ \t]")
_NAME_END = re.compile("[;:]")
_PARAMETER_NAME = re.compile('([^=;:,"]*+)(=?)')
_PARAMETER_VALUE = re.compile('"([^"]*+)"|([^;:,]*+)')
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f]")


class _Parts(NamedTuple):
    name: str
    parameters: tuple[Parameter, ...]
    value: str
    faults: tuple[str, ...]


@dataclass(frozen=True)
class ContentLine:
    r"""One content line with its folds; two are equal when their octets are.

    Attributes:
        octets: As it is written, with folds and line end; a line that stands for none has none.
        offset: Where it starts in the octets it was read from; 0 in a line that was made.
        number: Its first physical line there, from 1.

    >>> line = ContentLine(b'ATTENDEE;CN="Doe, Jane";RSVP=TRUE:mailto:ja\r\n ne@example.com\r\n')
    >>> line.name, line.parameter("cn"), line.value
    ('ATTENDEE', 'Doe, Jane', 'mailto:jane@example.com')
    """

    octets: bytes
    offset: int = field(default=0, compare=False)
    number: int = field(default=1, compare=False)

    @property
    def name(self) -> str:
        """Name in capitals; "" for a line that has none, such as an empty one."""
        return self._parts.name

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Parameters in their order, names in capitals, values decoded; one without "=" has no values."""
        return self._parts.parameters

    @property
    def value(self) -> str:
        """Unfolded value; what is no UTF-8 shows as U+FFFD. The whole line where there is no name."""
        return self._parts.value

    def parameter(self, name: str) -> str:
        """First value of the first parameter of that name, "" if there is none."""
        wanted = name.upper()
        return next((item.values[0] for item in self.parameters if item.name == wanted and item.values), "")

    @cached_property
    def unfolded(self) -> str:
        """The line as text without folds and line end."""
        octets = _FOLD.sub(b"", self.octets) if b"\n" in self.octets[:-1] else self.octets
        return octets.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "replace")

    @cached_property
    def _parts(self) -> _Parts:
        return _split(self.unfolded)

    @property
    def defects(self) -> tuple[Defect, ...]:
        """What breaks the grammar, with offsets of the whole line in the octets it was read from."""
        return tuple(self._defects())

    def _defects(self) -> Iterator[Defect]:
        for code in (*self._parts.faults, *_octet_faults(self.octets)):
            message, standard = FAULTS[code]
            yield Defect(code, message, self.offset, self.offset + len(self.octets), standard)


FAULTS = {
    "no-colon": ("The line has no colon, so it is no property.", "RFC 5545 3.1"),
    "bad-name": ("The name of the property has other characters than letters, digits and hyphens.", "RFC 5545 3.1"),
    "bad-parameter": ("A parameter of the line has no proper name or no value.", "RFC 5545 3.1"),
    "bad-quote": ("A double quote stands where none can be.", "RFC 5545 3.1.1"),
    "control-character": ("The line holds a control character.", "RFC 5545 3.1"),
    "byte-order-mark": ("The line starts with a byte order mark, which is none of its text.", "RFC 5545 3.1.4"),
    "no-crlf": ("The line does not end with CR LF throughout.", "RFC 5545 3.1"),
    "long-line": ("The line is longer than 75 octets without a fold.", "RFC 5545 3.1"),
    "cut-character": ("A fold or the line cuts a character, or the line is no UTF-8.", "RFC 5545 3.1"),
}
"""What `ContentLine.defects` can say: a sentence and the rule, by code."""


def _split(text: str) -> _Parts:
    """Divide an unfolded line; what cannot be divided is all value."""
    faults = ["control-character"] if _CONTROL.search(text) else []
    if text.startswith(_BYTE_ORDER_MARK):
        faults.append("byte-order-mark")
    end = _NAME_END.search(text)
    if end is None:
        return _Parts("", (), text, (*faults, "no-colon") if text else tuple(faults))
    name = text[: end.start()].removeprefix(_BYTE_ORDER_MARK)
    parameters, position, found = _read_parameters(text, end.start())
    faults += found
    if position >= len(text):
        return _Parts("", (), text, (*faults, "no-colon"))
    if not is_name(name):
        faults.append("bad-name")
    return _Parts(name.upper(), parameters, text[position + 1 :], tuple(dict.fromkeys(faults)))


def _read_parameters(text: str, position: int) -> tuple[tuple[Parameter, ...], int, list[str]]:
    """Read what starts with semicolons; give the parameters, where the colon stands, and codes of faults."""
    parameters = []
    faults: list[str] = []
    while position < len(text) and text[position] == ";":
        named = _PARAMETER_NAME.match(text, position + 1)
        assert named is not None
        position = named.end()
        values: list[str] = []
        if named[2]:
            position = _read_values(text, position, values, faults)
        if not is_name(named[1].strip()) or not values:
            faults.append("bad-parameter")
        mark = _next_mark(text, position)
        if mark > position:
            faults.append("bad-quote" if values else "bad-parameter")
        position = mark
        parameters.append(Parameter(named[1].strip().upper(), tuple(values)))
    return tuple(parameters), position, faults


def _read_values(text: str, position: int, values: list[str], faults: list[str]) -> int:
    """Add the values that start here; give where they end."""
    while True:
        match = _PARAMETER_VALUE.match(text, position)
        assert match is not None
        written = match[1] if match[1] is not None else match[2]
        if '"' in written:
            faults.append("bad-quote")
        position = match.end()
        values.append(read_value(written))
        if position >= len(text) or text[position] != ",":
            return position
        position += 1


def _next_mark(text: str, position: int) -> int:
    mark = _NAME_END.search(text, position)
    return mark.start() if mark is not None else len(text)


def _octet_faults(octets: bytes) -> Iterator[str]:
    if not octets:
        return
    physical = octets.removesuffix(b"\n").split(b"\n")
    if not octets.endswith(b"\n") or not all(line.endswith(b"\r") for line in physical):
        yield "no-crlf"
    if any(len(line.removesuffix(b"\r")) > LINE_OCTETS for line in physical):
        yield "long-line"
    if not all(map(_is_utf8, physical)):
        yield "cut-character"


def _is_utf8(octets: bytes) -> bool:
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def read_lines(octets: bytes) -> tuple[ContentLine, ...]:
    r"""Divide any octets into content lines; joined, their octets are the same again.

    A line ends with LF, usually after CR, where no blank follows. Never raises.

    >>> [(line.name, line.offset, line.number) for line in read_lines(b"A:1\r\n 2\r\nB:3\r\n")]
    [('A', 0, 1), ('B', 9, 3)]
    """
    lines = []
    offset, number = 0, 1
    while offset < len(octets):
        match = _LINE.match(octets, offset)
        assert match is not None
        lines.append(ContentLine(match[0], offset, number))
        number += match[0].count(b"\n")
        offset = match.end()
    return tuple(lines)


def make_line(name: str, value: str, parameters: Iterable[Parameter] = ()) -> ContentLine:
    r"""Write a content line, folded at 75 octets and never inside a character, with CRLF line ends.

    Args:
        name: Name of the property; it is written in capitals.
        value: Value as its type wants it, such as text that `text_value.escaped` gave; one line.
        parameters: In the order in which they shall stand; line ends in their values become `^n` (RFC 6868).

    Raises:
        MessageError: the name, a parameter or the value cannot stand in a line: another character in a name, a line
            end in the value, a control character or unpaired surrogate anywhere.

    >>> make_line("summary", "Office hours", [Parameter.of("language", "en")]).octets
    b'SUMMARY;LANGUAGE=en:Office hours\r\n'
    """
    if not is_name(name):
        raise MessageError(
            f"{name[:80]!r} cannot be the name of a property: only letters, digits and hyphens can.",
            hint="Check the name.",
            value=name,
        )
    check_characters(f"The value of {name.upper()}", value)
    head = name.upper() + "".join(map(written_parameter, parameters))
    return ContentLine(folded(f"{head}:{value}"))


def rewritten(line: ContentLine, value: str, changes: Mapping[str, str]) -> ContentLine:
    r"""Write a line anew with another value; parameters that nobody names stay in their places.

    Args:
        line: The line as it was; what cannot be written again of its other parameters is left out.
        value: See `make_line`.
        changes: New values of parameters by name in capitals; "" takes one away, one not there yet is added last.

    Raises:
        MessageError: see `make_line`.

    >>> rewritten(make_line("DTSTART", "20270301", [Parameter.of("VALUE", "DATE")]), "20270301T0930", {"VALUE": ""})
    ContentLine(octets=b'DTSTART:20270301T0930\r\n', offset=0, number=1)
    """
    kept = []
    left = dict(changes)
    for parameter in line.parameters:
        if parameter.name not in changes:
            kept += [_writable(parameter)] if is_name(parameter.name) and parameter.values else []
        elif left.get(parameter.name):
            kept.append(Parameter(parameter.name, (left.pop(parameter.name),)))
    kept += [Parameter(name, (text,)) for name, text in left.items() if text]
    return make_line(line.name, value, kept)


def _writable(parameter: Parameter) -> Parameter:
    values = (_CONTROL.sub(lambda match: "\n" if match[0] == "\n" else "", value) for value in parameter.values)
    return Parameter(parameter.name, tuple(values))


def folded(text: str) -> bytes:
    r"""Fold one unfolded line of text into physical lines of at most 75 octets; each ends with CRLF.

    >>> folded("SUMMARY:" + "日" * 30).split(b"\r\n")[0].decode() == "SUMMARY:" + "日" * 22
    True
    """
    octets = text.encode("utf-8")
    pieces = []
    start, room = 0, LINE_OCTETS
    while len(octets) - start > room:
        stop = start + room
        while octets[stop] & 0xC0 == 0x80:
            stop -= 1
        pieces.append(octets[start:stop])
        start, room = stop, LINE_OCTETS - 1
    return b"\r\n ".join([*pieces, octets[start:]]) + b"\r\n"
