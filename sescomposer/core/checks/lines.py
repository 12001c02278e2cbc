"""Octets that do not travel: lines over 998 octets, 8-bit content, NUL, bare CR and bare LF.

Each part is read once, in chunks. Base64 of ours is not read at all: its lines are known.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sescomposer.core import limits
from sescomposer.core.checks.subject import Subject, at_body, every_entity
from sescomposer.core.entity import Entity, Given, Made
from sescomposer.core.findings import Finding, Fix, Severity
from sescomposer.core.octets import Octets
from sescomposer.core.structure import normalise_line_ends, remake
from sescomposer.core.transfer_encoding import TransferEncoding

_LONG = re.compile(rb"[^\r\n]{%d,}" % (limits.LINE_OCTETS + 1))
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
    patterns = [("long", _LONG)]
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


def _line_stop(octets: Octets, start: int) -> int:
    """Give where the line that holds `start` ends, without its line end."""
    ends = [found for found in (octets.find(b"\r", start), octets.find(b"\n", start)) if found >= 0]
    return min(ends, default=len(octets))


def content_lines(subject: Subject) -> Iterator[Finding]:
    """Check the octets of every leaf."""
    yield from every_entity(subject.root, _leaf)


def _leaf(entity: Entity) -> tuple[Finding, ...]:
    """Check one leaf; content of ours in base64 is right by construction."""
    body = entity.body
    if isinstance(body, Made) and body.encoding is TransferEncoding.BASE64:
        return ()
    if not isinstance(body, Given | Made):
        return ()
    return tuple(_findings(entity, line_facts(body.octets)))


def _findings(entity: Entity, facts: LineFacts) -> Iterator[Finding]:
    """Turn facts into findings with a fix that writes the part anew."""
    fix = Fix("Encode the part", lambda message, ids: message.edited(lambda root: remake(root, entity.key, ids)))
    if facts.long >= 0:
        yield Finding(
            "line-too-long",
            Severity.ERROR,
            f"A line has {facts.long_stop - facts.long:,} octets; at most {limits.LINE_OCTETS} travel unchanged.",
            at_body(entity, facts.long, facts.long_stop),
            "RFC 5322 2.1.1",
            fix,
        )
    if facts.high >= 0:
        yield Finding(
            "content-8bit",
            Severity.WARNING,
            "The part has 8-bit octets; SES changes them when it edits the message.",
            at_body(entity, facts.high, facts.high + 1),
            "RFC 2045 2.8; SES content encodings",
            fix,
        )
    if facts.nul >= 0:
        yield Finding(
            "nul",
            Severity.ERROR,
            "The part holds a NUL, which mail cannot carry unencoded.",
            at_body(entity, facts.nul, facts.nul + 1),
            "RFC 5322 2.2",
            fix,
        )
    yield from _line_ends(entity, facts, fix)


def _line_ends(entity: Entity, facts: LineFacts, fix: Fix) -> Iterator[Finding]:
    """Report CR and LF that stand alone."""
    if facts.bare_cr >= 0:
        yield Finding(
            "bare-cr",
            Severity.ERROR,
            "A CR stands without LF; readers disagree on whether it ends a line.",
            at_body(entity, facts.bare_cr, facts.bare_cr + 1),
            "RFC 5322 2.3",
            fix,
        )
    if facts.bare_lf >= 0:
        yield Finding(
            "bare-lf",
            Severity.NOTE,
            "Lines end with LF alone; sealing writes CRLF.",
            at_body(entity, facts.bare_lf, facts.bare_lf + 1),
            "RFC 5322 2.3",
            Fix("Write CRLF throughout", lambda message, ids: message.edited(normalise_line_ends)),
        )
