"""Parameters of field bodies (RFC 2045 section 5.1; RFC 2231): reading, writing and editing one of them in place."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import unquote_to_bytes

from sescomposer.core import encoded_word
from sescomposer.core.address_value import quoted
from sescomposer.core.charset import decode_leniently
from sescomposer.core.defects import Defect
from sescomposer.core.parameter_scan import Segment, scan

Form = Literal["rfc2231", "rfc2047"]

FILE_NAMES = frozenset({"filename", "name"})
"""Parameters that get an ASCII form beside the one of RFC 2231, for readers that know no other."""

_TOKEN = re.compile(r"[!#$%&'*+.0-9A-Z^_`a-z{|}~-]+")
_UNQUOTED = re.compile(r"[A-Za-z0-9._+-]+")
"""Tokens that no reader in use misreads without quotes; the standard would allow more."""
_OPEN_MARKS = re.compile(r'["()\\;]')
_NO_PLAIN = re.compile(r'(?:["\\]|=\?)+')
_PRINTABLE = re.compile(r"[\x20-\x7e]*")
_ATTRIBUTE_CHARS = frozenset(b"!#$&+-.^_`{|}~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_CHUNK = 72
_LONGEST_QUOTED = 200
_KEPT_CHARACTERS = 300


@dataclass(frozen=True)
class Parameterized:
    """A field body read as value and parameters.

    Attributes:
        value: The main value, such as "text/plain", in the case it was written in.
        parameters: Pairs of lower-case name and decoded value, in order, each name once.

    >>> body = parse_parameters("text/plain; charset=utf-8; name*=utf-8''%C3%A9.txt")
    >>> body.value, body.get("Charset"), body.get("name"), body.get("boundary")
    ('text/plain', 'utf-8', 'é.txt', '')
    """

    value: str
    parameters: tuple[tuple[str, str], ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """Give the value of a parameter (in any case), `default` if it is not there."""
        wanted = name.lower()
        return next((value for key, value in self.parameters if key == wanted), default)


def parse_parameters(body: str) -> Parameterized:
    """Read a field body as it stands, folded or not. Never raises.

    The first of duplicates counts; the extended form counts before the plain one (RFC 2231, RFC 6266 section 4.3);
    encoded words are read although they do not belong there.
    """
    return _kept(body) if len(body) <= _KEPT_CHARACTERS else _parsed(body)


def _parsed(body: str) -> Parameterized:
    value, segments = scan(body)
    return Parameterized(value, tuple((name, _joined(own)) for name, own in by_name(segments).items()))


_kept = lru_cache(maxsize=512)(_parsed)
"""Each edit makes new entities whose fields say what they said before."""


def by_name(segments: Iterable[Segment]) -> dict[str, list[Segment]]:
    """Sort the segments by parameter, in order of their first appearance."""
    found: dict[str, list[Segment]] = {}
    for segment in segments:
        found.setdefault(segment.name, []).append(segment)
    return found


def _joined(segments: list[Segment]) -> str:
    """Value of one parameter: of `name*`, else of its continuations, else of the plain one."""
    single = next((s for s in segments if s.section < 0 and s.is_extended), None)
    if single is not None:
        return _from_extended([single])
    sections: dict[int, Segment] = {}
    for segment in segments:
        if segment.section >= 0:
            sections.setdefault(segment.section, segment)
    run: list[Segment] = []
    while len(run) in sections:
        run.append(sections[len(run)])
    if run:
        return _from_extended(run)
    plain = next((s for s in segments if s.section < 0), segments[0])
    return encoded_word.decode(plain.value) if "=?" in plain.value else plain.value


def _from_extended(run: list[Segment]) -> str:
    """Decode the sections of RFC 2231; the charset stands in the first alone."""
    charset = ""
    octets: list[bytes] = []
    for index, segment in enumerate(run):
        text = segment.value
        if index == 0 and segment.is_extended and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        raw = text.encode("utf-8", "surrogatepass")
        octets.append(unquote_to_bytes(raw) if segment.is_extended else raw)
    joined = b"".join(octets)
    decoded = decode_leniently(joined, charset or "us-ascii")
    return joined.decode("utf-8", "replace") if decoded is None else decoded


def ascii_file_name(name: str) -> str:
    """Give a readable ASCII form of a file name: accents dropped, other characters as one underscore a run.

    So are quotation marks, backslashes, and what would look like an encoded word.

    >>> ascii_file_name("Résumé.pdf"), ascii_file_name("रिपोर्ट.pdf"), ascii_file_name("日本")
    ('Resume.pdf', '_.pdf', '_')
    """
    plain = unicodedata.normalize("NFKD", name)
    kept = "".join(c if " " <= c <= "~" else '"' for c in plain if not unicodedata.combining(c))
    return _NO_PLAIN.sub("_", kept)


def format_parameter(name: str, value: str, *, form: Form = "rfc2231") -> tuple[str, ...]:
    """Give the chunks `name=value` that hold a parameter, each short enough for a line of its own.

    A value in printable ASCII is a token or quoted; others get percent signs and continuations (RFC 2231 sections 3
    and 4), or with form "rfc2047" encoded words in quotes, which no standard allows and some readers want.

    >>> format_parameter("name", "a b.txt"), format_parameter("name", "é")
    (('name="a b.txt"',), ("name*=utf-8''%C3%A9",))
    """
    if _UNQUOTED.fullmatch(value):
        chunk = f"{name}={value}"
    else:
        chunk = f"{name}={quoted(value)}"
    if _is_plain(value) and len(chunk) <= _LONGEST_QUOTED:
        return (chunk,)
    if form == "rfc2047":
        return (f'{name}="{encoded_word.encode(value, phrase=True)}"',)
    return _extended(name, value)


def _is_plain(value: str) -> bool:
    return _PRINTABLE.fullmatch(value) is not None and "=?" not in value


def _extended(name: str, value: str) -> tuple[str, ...]:
    characters = [_percent(character) for character in value]
    if len(name) + 9 + sum(map(len, characters)) <= _CHUNK:
        return (f"{name}*=utf-8''{''.join(characters)}",)
    sections: list[str] = []
    line = f"{name}*0*=utf-8''"
    for character in characters:
        if len(line) + len(character) > _CHUNK and not line.endswith("=") and not line.endswith("''"):
            sections.append(line)
            line = f"{name}*{len(sections)}*="
        line += character
    return (*sections, line)


def _percent(character: str) -> str:
    octets = character.encode("utf-8")
    return "".join(chr(octet) if octet in _ATTRIBUTE_CHARS else f"%{octet:02X}" for octet in octets)


def format_parameters(value: str, parameters: Iterable[tuple[str, str]], *, form: Form = "rfc2231") -> str:
    """Give a whole field body on one line; file names outside ASCII get an ASCII form before the other.

    >>> format_parameters("attachment", [("filename", "é.txt")])
    "attachment; filename=e.txt; filename*=utf-8''%C3%A9.txt"
    """
    chunks = [value]
    for name, text in parameters:
        chunks += format_with_fallback(name, text, form=form)
    return "; ".join(chunks)


def format_with_fallback(name: str, value: str, *, form: Form = "rfc2231") -> tuple[str, ...]:
    """Give the chunks of `format_parameter`, before them the ASCII form of a file name that needs one.

    File names with quotation marks or backslashes need one too: quoted pairs are misread by readers in use.
    """
    has_quotes = '"' in value or "\\" in value
    if name.lower() not in FILE_NAMES or form == "rfc2047" or (_is_plain(value) and not has_quotes):
        return format_parameter(name, value, form=form)
    return (*format_parameter(name, ascii_file_name(value)[:_CHUNK]), *_extended(name, value))


def set_parameter(body: str, name: str, value: str | None, *, form: Form = "rfc2231", line_end: str = "\r\n") -> str:
    """Set one parameter of a body and leave every other character as it is, folding included.

    Args:
        body: As it stands behind the colon; its line end at the end is kept.
        name: Parameter, in any case.
        value: Decoded value; None takes the parameter out. It holds no CR, LF or NUL.
        form: See `format_parameter`.
        line_end: Put before a new chunk that would make its line longer than 76 characters.

    >>> set_parameter("text/plain; charset=us-ascii;\\r\\n format=flowed\\r\\n", "Charset", "utf-8")
    'text/plain; charset=utf-8;\\r\\n format=flowed\\r\\n'
    """
    _, segments = scan(body)
    own = [segment for segment in segments if segment.name == name.lower()]
    chunks = () if value is None else format_with_fallback(name, value, form=form)
    if len(own) == len(chunks) == 1:
        chunk = body[own[0].name_start :][: len(name)] + chunks[0][len(name) :]
        edited = body[: own[0].name_start] + chunk + body[own[0].stop :]
    else:
        edited = _with_chunks(body, own, chunks, line_end)
    wanted = {key: text for key, text in parse_parameters(body).parameters if key != name.lower()}
    if value is not None:
        wanted[name.lower()] = value
    return edited if dict(parse_parameters(edited).parameters) == wanted else _rebuilt(body, wanted, form)


def _with_chunks(body: str, own: list[Segment], chunks: tuple[str, ...], line_end: str) -> str:
    """Body with `chunks` in place of the segments `own`; behind all others where there were none."""
    at = own[0].start if own else len(body.rstrip(" \t\r\n"))
    edges = [at, *(edge for segment in own for edge in (segment.start, segment.stop)), len(body)]
    kept = [body[edges[index] : edges[index + 1]] for index in range(0 if not own else 2, len(edges), 2)]
    return body[:at] + _appended(body[:at], chunks, line_end) + "".join(kept)


def _rebuilt(body: str, wanted: dict[str, str], form: Form) -> str:
    """The whole body anew, where quotes or comments without an end would swallow what is appended."""
    value = _OPEN_MARKS.sub("", parse_parameters(body).value)
    ending = body[len(body.rstrip("\r\n")) :]
    named = [pair for pair in wanted.items() if _TOKEN.fullmatch(pair[0])]
    return " " + format_parameters(value, named, form=form) + ending


def _appended(before: str, chunks: tuple[str, ...], line_end: str) -> str:
    """Chunks with semicolons before them, folded where the line would be too long."""
    column = len(before) - max(before.rfind("\n"), before.rfind("\r")) - 1
    if "\n" not in before and "\r" not in before:
        column += len("Content-Disposition:")
    added = ""
    for index, chunk in enumerate(chunks):
        added += "" if index == 0 and before.endswith(";") else ";"
        is_long = column + len(chunk) + 2 > 76
        added += f"{line_end} {chunk}" if is_long else f" {chunk}"
        column = (0 if is_long else column + 1) + len(chunk) + 1
    return added


def parameter_defects(body: str) -> tuple[Defect, ...]:
    """Give what is wrong with the parameters of a body, with character offsets in it.

    >>> [(defect.code, defect.start) for defect in parameter_defects("a/b; x; name=a b.txt; x=1; x=2")]
    [('parameter-without-value', 5), ('parameter-unquoted', 13), ('parameter-duplicate', 27)]
    """
    return _kept_defects(body) if len(body) <= _KEPT_CHARACTERS else _defects(body)


def _defects(body: str) -> tuple[Defect, ...]:
    seen: set[tuple[str, int, bool]] = set()
    defects: list[Defect] = []
    for segment in scan(body)[1]:
        key = (segment.name, segment.section, segment.is_extended)
        at = (segment.name_start, segment.stop)
        if not segment.has_value:
            defects.append(Defect("parameter-without-value", f"{segment.name!r} has no value.", *at, "RFC 2045 5.1"))
            continue
        if key in seen:
            text = f"The parameter {segment.name!r} stands here again; the first counts."
            defects.append(Defect("parameter-duplicate", text, *at, "RFC 2045 5.1"))
        seen.add(key)
        defects += _value_defects(segment)
    return tuple(defects)


_kept_defects = lru_cache(maxsize=512)(_defects)
"""The parts of a message often say the same of themselves."""


def _value_defects(segment: Segment) -> list[Defect]:
    at = (segment.value_start, segment.stop)
    if "=?" in segment.value and encoded_word.is_needed(segment.value):
        text = f"The value of {segment.name!r} is an encoded word, which does not belong into a parameter."
        return [Defect("parameter-encoded-word", text, *at, "RFC 2047 5")]
    if not segment.is_quoted and not _TOKEN.fullmatch(segment.value):
        text = f"The value of {segment.name!r} must stand in quotation marks."
        return [Defect("parameter-unquoted", text, *at, "RFC 2045 5.1")]
    return []
