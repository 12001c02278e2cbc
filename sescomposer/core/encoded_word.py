"""Encoded words: text outside ASCII in header fields (RFC 2047).

Reading is lenient, as real mail demands: adjacent words are joined octet by octet, so that a character cut in two by
its sender comes out whole; broken base64 gives what can be read; a word in an unknown charset stays as it stands.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sescomposer.core import limits
from sescomposer.core.charset import codec_name, decode_leniently
from sescomposer.core.errors import EncodingError

Form = Literal["auto", "q", "b"]

_OPENING = re.compile(r"=\?([^\s?=]{1,75})\?([QqBb])\?")
_NEEDS = re.compile(r"[^\t\x20-\x7e]")
_ESCAPE = re.compile(rb"=([0-9A-Fa-f]{2})")
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")

_PHRASE_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_TEXT_PLAIN = frozenset(range(0x21, 0x7F)) - frozenset(b"=?_")


@dataclass(frozen=True, slots=True)
class Word:
    """An encoded word found in a text, at `[start, stop)`; `octets` are its content, without transfer encoding."""

    start: int
    stop: int
    charset: str
    octets: bytes


def is_needed(text: str) -> bool:
    """Tell whether a field can hold `text` only by encoding some of it.

    That is so for characters outside printable ASCII, and for text that could be read as the start of an encoded word.

    >>> is_needed("plain"), is_needed("é"), is_needed("=?utf-8?q?a?=")
    (False, True, True)
    """
    return _NEEDS.search(text) is not None or _OPENING.search(text) is not None


def find_words(text: str) -> Iterator[Word]:
    """Give the encoded words of `text` in order; those in unknown charsets are left out."""
    position = terminator = 0
    while (opening := _OPENING.search(text, position)) is not None:
        if terminator < opening.end():
            terminator = text.find("?=", opening.end())
            if terminator < 0:
                return
        found = _word(opening, text, terminator)
        if found is not None:
            yield found
        position = found.stop if found is not None else opening.end()


def _word(opening: re.Match[str], text: str, terminator: int) -> Word | None:
    charset = opening[1].partition("*")[0]
    form = opening[2].lower()
    content = text[opening.end() : terminator]
    if "\n" in content or "\r" in content or codec_name(charset) is None:
        return None
    if form == "b" and (" " in content or "\t" in content):
        return None
    octets = content.encode("utf-8", "surrogatepass")
    return Word(opening.start(), terminator + 2, charset, _from_b(octets) if form == "b" else _from_q(octets))


def _from_q(octets: bytes) -> bytes:
    return _ESCAPE.sub(lambda escape: bytes((int(escape[1], 16),)), octets.replace(b"_", b" "))


def _from_b(octets: bytes) -> bytes:
    digits = _NO_BASE64.sub(b"", octets)
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def decode(text: str) -> str:
    """Decode every encoded word of an unfolded text; all else stays as it is. Never raises.

    >>> decode("=?utf-8?q?Gr=C3=BC=C3?= =?utf-8?q?=9Fe?= aus =?x-unknown?q?Bonn?=")
    'Grüße aus =?x-unknown?q?Bonn?='
    """
    pieces: list[str] = []
    pending: list[Word] = []
    done = 0
    for word in find_words(text):
        between = text[done : word.start]
        if pending and between.strip(" \t\r\n"):
            pieces.append(_joined(pending))
            pending = []
        if not pending:
            pieces.append(between)
        pending.append(word)
        done = word.stop
    pieces.append(_joined(pending))
    pieces.append(text[done:])
    return "".join(pieces)


def _joined(words: list[Word]) -> str:
    """Text of adjacent words; neighbours in one charset are read as one run of octets."""
    pieces: list[str] = []
    run: list[bytes] = []
    for index, word in enumerate(words):
        run.append(word.octets)
        if index + 1 == len(words) or words[index + 1].charset.lower() != word.charset.lower():
            pieces.append(decode_leniently(b"".join(run), word.charset) or "")
            run = []
    return "".join(pieces)


def encode(
    text: str,
    *,
    charset: str = "utf-8",
    form: Form = "auto",
    first_width: int = limits.ENCODED_WORD,
    width: int = limits.ENCODED_WORD,
    phrase: bool = False,
) -> str:
    """Encode all of `text`, blanks included, as encoded words with one blank between them.

    Args:
        text: Any text that `charset` can hold.
        charset: Its name as it shall stand in the words.
        form: "q", "b", or "auto" for the shorter one (Q where they are equal).
        first_width: Most characters of the first word, for a field whose name stands before it.
        width: Most characters of the others, at most 75. A word holds one character at least, whatever it takes.
        phrase: Restrict Q to what a phrase may hold (RFC 2047 section 5 (3)).

    Returns:
        ASCII. Words are cut between characters only (section 5).

    Raises:
        EncodingError: The charset is unknown or lacks a character.

    >>> encode("Grüße", form="q"), encode("Grüße", form="b", charset="iso-8859-1")
    ('=?utf-8?q?Gr=C3=BC=C3=9Fe?=', '=?iso-8859-1?b?R3L832U=?=')
    """
    characters = _encoded_characters(text, charset)
    plain = _PHRASE_PLAIN if phrase else _TEXT_PLAIN
    costs = [_q_cost(octets, plain) for octets in characters]
    chosen = _shorter(characters, costs) if form == "auto" else form
    if chosen == "b":
        costs = [len(octets) for octets in characters]
    opening = f"=?{charset}?{chosen}?"
    words: list[str] = []
    start = 0
    while start < len(characters):
        room = (width if words else first_width) - len(opening) - 2
        stop = _cut(costs, start, room if chosen == "q" else room // 4 * 3)
        octets = b"".join(characters[start:stop])
        content = _to_q(octets, plain) if chosen == "q" else binascii.b2a_base64(octets, newline=False).decode("ascii")
        words.append(f"{opening}{content}?=")
        start = stop
    return " ".join(words)


def _encoded_characters(text: str, charset: str) -> list[bytes]:
    codec = codec_name(charset)
    if codec is None:
        raise EncodingError(f"The charset {charset!r} is not known.", hint="Use utf-8.", value=charset)
    try:
        text.encode(codec)
        return [character.encode(codec) for character in text]
    except UnicodeEncodeError as error:
        raise EncodingError(
            f"The charset {charset!r} cannot hold {text[error.start : error.start + 1]!r}.",
            hint="Use utf-8.",
            value=text,
            position=error.start,
        ) from error


def _q_cost(octets: bytes, plain: frozenset[int]) -> int:
    return sum(1 if octet in plain or octet == 0x20 else 3 for octet in octets)


def _shorter(characters: list[bytes], costs: list[int]) -> Literal["q", "b"]:
    return "q" if sum(costs) <= (sum(map(len, characters)) + 2) // 3 * 4 else "b"


def _cut(costs: list[int], start: int, room: int) -> int:
    """Index behind the last character that fits into `room`; one always does."""
    used = costs[start]
    stop = start + 1
    while stop < len(costs) and used + costs[stop] <= room:
        used += costs[stop]
        stop += 1
    return stop


def _to_q(octets: bytes, plain: frozenset[int]) -> str:
    return "".join(chr(o) if o in plain else "_" if o == 0x20 else f"={o:02X}" for o in octets)
