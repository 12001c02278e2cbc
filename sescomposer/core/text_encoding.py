"""From a text to octets: charset, transfer encoding and line end; what did not change is not encoded again.

The octets are a function of the text alone, never of how it was typed: quoted-printable and unencoded text is encoded
by line, a very long line by segments that the line itself determines (see `block`). Blocks keep their octets, so that
one key encodes one block. Base64 text is virtual.
"""

from functools import lru_cache
from operator import attrgetter

from sescomposer.core.block import Block, Cost
from sescomposer.core.charset import codec_name
from sescomposer.core.errors import EncodingError
from sescomposer.core.limits import LINE_OCTETS
from sescomposer.core.octets import Octets, base64_octets
from sescomposer.core.quoted_printable import encode_lines, quoted_printable
from sescomposer.core.text import Text
from sescomposer.core.transfer_encoding import TransferEncoding

UNICODE = "utf-8"
CANONICAL_LINE_END = b"\r\n"
_PRINTABLE = bytes([9, 10, *range(32, 61), *range(62, 127)])
_IS_SEVEN_BIT, _OCTETS, _ESCAPED = attrgetter("is_seven_bit"), attrgetter("octets"), attrgetter("escaped")
_NOT_BY_LINE = frozenset({"iso2022_kr", "utf-8-sig"})


def encode_text(text: Text, charset: str, encoding: TransferEncoding, line_end: bytes = CANONICAL_LINE_END) -> Octets:
    """Write a text in a charset and a transfer encoding.

    Args:
        text: Any text; nothing is checked against the encoding, so that 7bit, 8bit and binary give the same octets.
        charset: Name of a known charset that can hold the text (see `choose_charset`).
        encoding: Any; an unknown one writes the octets as they are.
        line_end: Written for each LF and between encoded lines. Inside base64, text always has CRLF line ends.

    Raises:
        EncodingError: the charset is unknown or cannot hold the text.

    Standard: RFC 2045 section 6, RFC 2046 section 4.1.1.

    >>> bytes(encode_text(Text.of("Grüße\\n"), "utf-8", TransferEncoding.QUOTED_PRINTABLE))
    b'Gr=C3=BC=C3=9Fe\\r\\n'
    """
    codec = _codec(charset)
    encoding = TransferEncoding.EIGHT_BIT if encoding.is_identity else encoding
    key = (codec, encoding.value, line_end)
    octets = text.octets_cache.get(key)
    return octets if octets is not None else text.octets_cache.setdefault(key, _encode(text, codec, encoding, line_end))


def decoded_octets(text: Text, charset: str, encoding: TransferEncoding, line_end: bytes) -> Octets:
    """Give the octets of a text as a reader finds them behind its transfer encoding; arguments as of `encode_text`.

    >>> bytes(decoded_octets(Text.of("a\\n"), "utf-8", TransferEncoding.BASE64, b"\\n"))
    b'a\\r\\n'
    """
    inner = CANONICAL_LINE_END if encoding is TransferEncoding.BASE64 else line_end
    return encode_text(text, charset, TransferEncoding.EIGHT_BIT, inner)


def choose_charset(text: Text, wanted: str) -> str:
    """Keep the charset while it is known and can hold the text, else take UTF-8.

    >>> choose_charset(Text.of("naïve"), "iso-8859-1"), choose_charset(Text.of("日本"), "iso-8859-1")
    ('iso-8859-1', 'utf-8')
    """
    codec = _codec_name(wanted)
    if codec is None:
        return UNICODE
    by_line = _is_by_line(codec)
    for block in text.blocks:
        if not (by_line and block.facts.is_ascii) and _cost(block, codec) is None:
            return UNICODE
    return wanted


def choose_encoding(text: Text, charset: str) -> TransferEncoding:
    """Choose the transfer encoding of a text of ours.

    7bit where its octets are ASCII without NUL and CR, no line starts with `From `, is a lone `.`, ends with a blank or
    is longer than 998 octets. Else quoted-printable, but base64 where escapes would make that more than 1.6 times as
    long as the octets of the text, and for charsets that do not contain ASCII.

    Raises:
        EncodingError: the charset is unknown or cannot hold the text.

    >>> choose_encoding(Text.of("plain\\n"), "utf-8").value, choose_encoding(Text.of("नमस्ते\\n"), "utf-8").value
    ('7bit', 'base64')
    """
    codec = _codec(charset)
    if not _is_by_line(codec):
        return TransferEncoding.BASE64
    if all(map(_IS_SEVEN_BIT, text.blocks)):
        return TransferEncoding.SEVEN_BIT
    costs = [block.costs.get(codec) or _known_cost(text, index, codec) for index, block in enumerate(text.blocks)]
    if all(map(_IS_SEVEN_BIT, costs)):
        return TransferEncoding.SEVEN_BIT
    octets, escaped = sum(map(_OCTETS, costs)), sum(map(_ESCAPED, costs))
    # Each escape is two octets longer: 2 * escaped > 0.6 * octets, in whole numbers.
    return TransferEncoding.BASE64 if 10 * escaped > 3 * octets else TransferEncoding.QUOTED_PRINTABLE


_codec_name = lru_cache(maxsize=64)(codec_name)


def _codec(charset: str) -> str:
    codec = _codec_name(charset)
    if codec is None:
        raise EncodingError(f"The charset {charset!r} is not known.", hint="Change it to utf-8.", value=charset)
    return codec


@lru_cache(maxsize=64)
def _is_by_line(codec: str) -> bool:
    """Whether ASCII is written as itself, and lines may be encoded one by one."""
    return codec not in _NOT_BY_LINE and "Az9 =\n".encode(codec) == b"Az9 =\n"


def _cost(block: Block, codec: str) -> Cost | None:
    if codec not in block.costs:
        block.costs[codec] = _measured(block, codec)
    return block.costs[codec]


def _measured(block: Block, codec: str) -> Cost | None:
    try:
        octets = block.text.encode(codec)
    except UnicodeEncodeError:
        return None
    escaped = len(octets.translate(None, _PRINTABLE))
    seven_bit = octets.isascii() and block.facts.is_plain and max(map(len, octets.split(b"\n"))) <= LINE_OCTETS
    return Cost(len(octets), escaped, seven_bit)


def _known_cost(text: Text, index: int, codec: str) -> Cost:
    cost = _cost(text.blocks[index], codec)
    if cost is None:
        raise _misfit(text, index, codec)
    return cost


def _misfit(text: Text, index: int, codec: str) -> EncodingError:
    block = text.blocks[index]
    try:
        block.text.encode(codec)
    except UnicodeEncodeError as error:
        at = text.ends[index] - block.length + error.start
        character = block.text[error.start]
        return EncodingError(
            f"The charset {codec} cannot hold {character!r} (U+{ord(character):04X}), character {at} of the text.",
            hint="Change the charset to utf-8.",
            value=character,
            position=at,
        )
    raise AssertionError("the block can be encoded")


def _encode(text: Text, codec: str, encoding: TransferEncoding, line_end: bytes) -> Octets:
    if encoding is TransferEncoding.BASE64:
        return base64_octets(_plain(text, codec, CANONICAL_LINE_END), line_end)
    if encoding is TransferEncoding.EIGHT_BIT:
        return _plain(text, codec, line_end)
    if not _is_by_line(codec):
        octets = bytes(_plain(text, codec, CANONICAL_LINE_END))
        return Octets.of(quoted_printable(octets, line_end=line_end, binary=True))
    return _by_block(text, codec, encoding, line_end)


def _plain(text: Text, codec: str, line_end: bytes) -> Octets:
    if _is_by_line(codec):
        return _by_block(text, codec, TransferEncoding.EIGHT_BIT, line_end)
    characters = str(text).replace("\n", line_end.decode("ascii"))
    try:
        return Octets.of(characters.encode(codec))
    except UnicodeEncodeError as error:
        raise EncodingError(
            f"The charset {codec} cannot hold the text.", hint="Change it to utf-8.", value=codec
        ) from error


def _by_block(text: Text, codec: str, encoding: TransferEncoding, line_end: bytes) -> Octets:
    key = (codec, encoding.value, line_end)
    parts = []
    for index, block in enumerate(text.blocks):
        octets = block.encodings.get(key)
        if octets is None:
            if not block.facts.is_ascii:
                _known_cost(text, index, codec)
            octets = block.encodings.setdefault(key, Octets.of(_encoded_block(block, codec, encoding, line_end)))
        parts.append(octets)
    return Octets.join(parts)


def _encoded_block(block: Block, codec: str, encoding: TransferEncoding, line_end: bytes) -> bytes:
    octets = block.text.encode(codec)
    if encoding is TransferEncoding.EIGHT_BIT:
        return octets.replace(b"\n", line_end)
    return encode_lines(octets, line_end, continued=block.continues, plain=block.facts.is_plain)
