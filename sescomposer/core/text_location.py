"""Where a line of a text stands in the octets of its part, and back, whatever the transfer encoding.

Offsets of octets count from the start of the entity; characters count as said. A place is good to the line: an
encoded line is what panes mark.
"""

import re
from itertools import accumulate

from sescomposer.core.entity import Entity, Made
from sescomposer.core.errors import EncodingError
from sescomposer.core.limits import ENCODED_LINE
from sescomposer.core.octets import Octets
from sescomposer.core.text import Text
from sescomposer.core.text_encoding import encode_text
from sescomposer.core.transfer_encoding import TransferEncoding

_HARD_LINE = re.compile(rb"(?<!=\r)(?<!=)\n")
_CONTENT_OF_LINE = ENCODED_LINE // 4 * 3


def octets_of_character(part: Entity, position: int) -> tuple[int, int]:
    """Give the octets of the line that holds a character.

    Args:
        part: A leaf with text.
        position: Characters from the start, in UTF-16 code units as editors count.

    Returns:
        Start and stop in the entity; the whole body where the text cannot be read.
    """
    head = len(part.header.octets) + len(part.separator)
    whole = (head, head + len(part.body.octets))
    try:
        text = part.text_value
    except EncodingError:
        return whole
    line = text.line_of(text.character_of_utf16(min(position, text.utf16_length)))
    match part.transfer_encoding:
        case TransferEncoding.BASE64:
            span = _base64_span(part, text, line)
        case TransferEncoding.QUOTED_PRINTABLE:
            span = (_quoted_start(part, text, line), _quoted_start(part, text, line + 1))
        case _:
            octets = part.body.octets
            span = (_line_start(octets, line), _line_start(octets, line + 1))
    return head + span[0], min(head + span[1], whole[1])


def character_of_octet(part: Entity, offset: int) -> int:
    """Give the start of the line of text that an octet of the part belongs to, in UTF-16 code units.

    0 for an octet of the header section, and where the text cannot be read.
    """
    inside = offset - len(part.header.octets) - len(part.separator)
    if inside <= 0:
        return 0
    try:
        text = part.text_value
        line = _line_of_octet(part, inside)
    except EncodingError:
        return 0
    return text.utf16_of_character(text.line_start(min(line, text.line_count - 1)))


def _line_of_octet(part: Entity, inside: int) -> int:
    """Give the number of the line of text that an octet of the body belongs to."""
    octets = part.body.octets
    match part.transfer_encoding:
        case TransferEncoding.BASE64:
            width = octets.line_start(1) or ENCODED_LINE
            content = inside // width * _CONTENT_OF_LINE + min(inside % width, ENCODED_LINE) * 3 // 4
            return part.content.read(0, content).decode(part.charset, "ignore").count("\n")
        case TransferEncoding.QUOTED_PRINTABLE:
            return len(_HARD_LINE.findall(octets.read(0, inside)))
        case _:
            return octets.line_of(min(inside, len(octets) - 1)) if len(octets) else 0


def _line_start(octets: Octets, line: int) -> int:
    """Give where an encoded line starts; the end where there is none."""
    return octets.line_start(line) if line < octets.line_count() else len(octets)


def _quoted_start(part: Entity, text: Text, line: int) -> int:
    """Give where a line of text starts in quoted-printable: soft line breaks do not count."""
    if line >= text.line_count:
        return len(part.body.octets)
    if not isinstance(part.body, Made):
        starts = _hard_starts(part)
        return starts[line] if line < len(starts) else len(part.body.octets)
    position = text.line_start(line)
    ends = tuple(accumulate((block.length for block in text.blocks), initial=0))
    count = sum(1 for end in ends[1:] if end <= position)
    # The blocks before keep their octets; only the block of the line itself is encoded up to it.
    before = Text(text.blocks[:count])
    within = Text.of(text.slice(ends[count], position))
    body = part.body
    return sum(len(encode_text(t, body.charset, body.encoding, body.line_end)) for t in (before, within) if len(t))


def _hard_starts(part: Entity) -> tuple[int, ...]:
    """Give where each line of text starts in a parsed quoted-printable body; kept on the entity."""
    kept: tuple[int, ...] | None = part.__dict__.get("_hard_starts")
    if kept is None:
        octets = bytes(part.body.octets)
        kept = (0, *(match.end() for match in _HARD_LINE.finditer(octets)))
        part.__dict__["_hard_starts"] = kept
    return kept


def _base64_span(part: Entity, text: Text, line: int) -> tuple[int, int]:
    """Give the base64 lines that hold a line of text, by arithmetic on the regular layout."""
    octets = part.body.octets
    width = octets.line_start(1) if octets.line_count() > 1 else len(octets)
    start = text.line_start(line)
    stop = text.line_start(line + 1) if line + 1 < text.line_count else len(text)
    before = _content_length(text.slice(0, start), part.charset)
    behind = before + _content_length(text.slice(start, stop), part.charset)
    first = before // _CONTENT_OF_LINE * width
    return first, max(first, (max(behind - 1, before) // _CONTENT_OF_LINE + 1) * width)


def _content_length(text: str, charset: str) -> int:
    """Give how many octets some text has inside base64, where its line ends are CRLF."""
    return len(text.encode(charset, "replace")) + text.count("\n")
