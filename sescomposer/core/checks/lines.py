"""Octets that do not travel: lines over 998 octets, 8-bit content, NUL, bare CR and bare LF.

Each part is read once, in chunks. Base64 of ours is not read at all: its lines are known.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sescomposer.core import limits
from sescomposer.core.checks import fixes
from sescomposer.core.checks.subject import Subject, at_body, kept, kept_in_body
from sescomposer.core.entity import Entity, Given, Made, Multipart
from sescomposer.core.findings import Finding, Fix, Severity, Where
from sescomposer.core.location import offset_of
from sescomposer.core.octets import Octets
from sescomposer.core.places import body_start, multipart_ends
from sescomposer.core.structure import normalise_line_ends
from sescomposer.core.transfer_encoding import TransferEncoding

_ENDS = "RFC 5322 2.3"
_HIGH = re.compile(rb"[\x80-\xff]")
_BARE_CR = re.compile(rb"\r(?!\n)")
_BARE_LF = re.compile(rb"(?<!\r)\n")


@dataclass(frozen=True, slots=True)
class LineFacts:
    """First offsets of each trouble in some octets, -1 where there is none; `long_stop` ends the over-long line.

    >>> facts = line_facts(Octets.of(b"a\\rb\\r\\n"))
    >>> (facts.bare_cr, facts.bare_lf, facts.long)
    (1, -1, -1)
    """

    long: int = -1
    long_stop: int = -1
    high: int = -1
    nul: int = -1
    bare_cr: int = -1
    bare_lf: int = -1


def line_facts(octets: Octets, chunk_octets: int = 1 << 18) -> LineFacts:
    """Find the first place of each trouble; linear, holds two chunks at most."""
    facts: dict[str, int] = {}
    length = len(octets)
    for start in range(0, length, chunk_octets):
        # One octet before and one long line behind, so that nothing is missed or invented at a seam.
        first = max(0, start - 1)
        window = octets.read(first, min(length, start + chunk_octets + limits.LINE_OCTETS + 2))
        _look(window, first, first + len(window) == length, facts)
        if len(facts) == 5:
            break
    long = facts.get("long", -1)
    stop = -1 if long < 0 else _line_stop(octets, long)
    return LineFacts(long, stop, *(facts.get(name, -1) for name in ("high", "nul", "bare_cr", "bare_lf")))


def _look(window: bytes, base: int, is_last: bool, facts: dict[str, int]) -> None:
    """Note the first place of each trouble in a window that starts at `base`."""
    if "long" not in facts and (found := first_long_line(window)) >= 0:
        facts["long"] = base + found
    patterns: list[tuple[str, re.Pattern[bytes]]] = []
    if not window.isascii():
        patterns.append(("high", _HIGH))
    pairs = window.count(b"\r\n")
    if window.count(b"\r") != pairs:
        patterns.append(("bare_cr", _BARE_CR))
    if window.count(b"\n") != pairs:
        patterns.append(("bare_lf", _BARE_LF))
    for name, pattern in patterns:
        if name in facts:
            continue
        for match in pattern.finditer(window):
            at_seam = (name == "bare_cr" and match.end() == len(window) and not is_last) or (
                name == "bare_lf" and match.start() == 0 and base > 0
            )
            if not at_seam:
                facts[name] = base + match.start()
                break
    if "nul" not in facts and (found := window.find(b"\0")) >= 0:
        facts["nul"] = base + found


def first_long_line(octets: bytes, longest: int = limits.LINE_OCTETS) -> int:
    """Give where the first line of more than `longest` octets starts, -1 if there is none.

    From each line it leaps to the last line end that is near enough: lines between need no look.

    >>> first_long_line(b"ab\\r\\nabcd\\n", 3), first_long_line(b"abc\\nabc", 3)
    (4, -1)
    """
    start = 0
    while len(octets) - start > longest:
        stop = start + longest + 1
        end = max(octets.rfind(b"\n", start, stop), octets.rfind(b"\r", start, stop))
        if end < 0:
            return start
        start = end + 1
    return -1


def _line_stop(octets: Octets, start: int) -> int:
    """Give where the line that holds `start` ends, without its line end."""
    ends = [found for found in (octets.find(b"\r", start), octets.find(b"\n", start)) if found >= 0]
    return min(ends, default=len(octets))


def content_lines(subject: Subject) -> Iterator[Finding]:
    """Check the octets of every body, and of what stands before and behind the parts of a multipart."""
    ends_with_cr = subject.root.line_end == b"\r"
    for entity in subject.root.walk():
        for finding in kept(entity, _of_entity):
            if not (ends_with_cr and finding.code == "bare-cr"):
                yield finding


def _of_entity(entity: Entity) -> tuple[Finding, ...]:
    match entity.body:
        case Given() | Made():
            return tuple(_of_leaf(entity, kept_in_body(entity, _facts)))
        case Multipart() as body:
            return tuple(_around_parts(entity, body))
        case _:
            return tuple(_claim(entity))


def _facts(entity: Entity) -> LineFacts:
    """Read a body once; content of ours in base64 is right by construction."""
    body = entity.body
    if isinstance(body, Made) and body.encoding is TransferEncoding.BASE64:
        return LineFacts()
    return line_facts(body.octets)


def _claim(entity: Entity) -> Iterator[Finding]:
    """Report a part that says that it may hold any octets."""
    span = entity.header.span("Content-Transfer-Encoding")
    if span and entity.transfer_encoding is TransferEncoding.BINARY:
        yield Finding(
            "encoding-binary",
            Severity.ERROR,
            "The part has the transfer encoding binary, which mail servers do not take.",
            Where(entity.key, "Content-Transfer-Encoding", start=span[0], stop=span[1]),
            "RFC 2045 6.2; SES content encodings",
            fixes.honest_encoding(entity.key) if entity.children else fixes.encode_part(entity.key),
        )


def _around_parts(entity: Entity, body: Multipart) -> Iterator[Finding]:
    """Check the octets that no part holds; no fix: they are nobody's content."""
    yield from _claim(entity)
    ends = multipart_ends(body)
    for start, octets in ((0, body.preamble), (ends[-2], body.epilogue)):
        if len(octets):
            yield from _findings(entity, line_facts(octets), start, None)


def _of_leaf(entity: Entity, facts: LineFacts) -> Iterator[Finding]:
    """Turn facts into findings with a fix that writes the part anew."""
    yield from _claim(entity)
    is_message = entity.media_type.startswith(("multipart/", "message/"))
    yield from _findings(entity, facts, 0, None if is_message else fixes.encode_part(entity.key))


def _findings(entity: Entity, facts: LineFacts, base: int, fix: Fix | None) -> Iterator[Finding]:
    if facts.long >= 0:
        yield Finding(
            "line-too-long",
            Severity.ERROR,
            f"A line has {facts.long_stop - facts.long:,} octets; at most {limits.LINE_OCTETS} travel unchanged.",
            at_body(entity, base + facts.long, base + facts.long_stop),
            "RFC 5322 2.1.1",
            fix,
        )
    if facts.high >= 0:
        is_said = not entity.transfer_encoding.is_identity or entity.transfer_encoding is TransferEncoding.SEVEN_BIT
        claim = f" and says {entity.transfer_encoding.value}" if is_said else ""
        yield Finding(
            "content-8bit",
            Severity.WARNING,
            f"The part has 8-bit octets{claim}; servers on the way, SES among them, may change them.",
            at_body(entity, base + facts.high, base + facts.high + 1),
            "RFC 2045 2.8; SES content encodings",
            fix,
        )
    for code, at, message, standard in (
        ("nul", facts.nul, "The part holds a NUL, which mail cannot carry unencoded.", "RFC 5322 2.2"),
        ("bare-cr", facts.bare_cr, "A CR stands without LF; readers disagree on whether it ends a line.", _ENDS),
    ):
        if at >= 0:
            yield Finding(code, Severity.ERROR, message, at_body(entity, base + at, base + at + 1), standard, fix)


def line_ends(subject: Subject) -> Iterator[Finding]:
    """Report, once for the message, lines that do not end with CRLF; sealing turns them all."""
    root = subject.root
    fix = Fix("Write CRLF throughout", lambda message, ids: message.edited(normalise_line_ends))
    if root.line_end == b"\r\n":
        found = next(_loose_line_feeds(root), None)
        if found is not None:
            at = offset_of(root, found[0].key) + found[1]
            message = "Some lines end with LF alone; sealing writes CRLF throughout."
            yield Finding("bare-lf", Severity.WARNING, message, Where(root.key, start=at, stop=at + 1), _ENDS, fix)
        return
    at = root.octets.find(root.line_end)
    name = "LF" if root.line_end == b"\n" else "CR"
    message = f"Lines end with {name} alone; sealing writes CRLF throughout."
    code = "bare-lf" if name == "LF" else "line-ends-cr"
    yield Finding(code, Severity.NOTE, message, Where(root.key, start=at, stop=at + 1), _ENDS, fix)


def _loose_line_feeds(root: Entity) -> Iterator[tuple[Entity, int]]:
    """Give the first LF without CR of each entity that has one, its parts left out."""
    for entity in root.walk():
        at = kept(entity, _first_line_feed)
        if at >= 0:
            yield entity, at


def _first_line_feed(entity: Entity) -> int:
    """Give the first LF without CR of an entity, -1 if there is none; content that is no text may hold any."""
    start, body = body_start(entity), entity.body
    runs: list[tuple[int, Octets]] = [(0, Octets.join((entity.header.octets, entity.separator)))]
    if isinstance(body, Multipart):
        ends = multipart_ends(body)
        marks = [(ends[2 * i], Octets.of(mark)) for i, mark in enumerate((*body.delimiters, body.close)) if mark]
        runs += [(start + at, octets) for at, octets in ((0, body.preamble), *marks, (ends[-2], body.epilogue))]
    for base, octets in runs:
        at = line_facts(octets).bare_lf
        if at >= 0:
            return base + at
    is_content = isinstance(body, Given | Made) and (
        entity.transfer_encoding is not TransferEncoding.BINARY or entity.media_type.startswith("text/")
    )
    at = kept_in_body(entity, _facts).bare_lf if is_content else -1
    return start + at if at >= 0 else -1
