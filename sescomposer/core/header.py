"""The header section of an entity (RFC 5322 section 2.2): its octets, searched in place, split only when asked for."""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sescomposer.core import limits
from sescomposer.core.folding import fold
from sescomposer.core.header_field import HeaderField
from sescomposer.core.header_making import check_name, check_value, is_name, make_field
from sescomposer.core.lazy import lazy
from sescomposer.core.octets import Octets

__all__ = ["HeaderField", "HeaderSection", "check_name", "check_value", "fold", "make_field"]

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_WINDOW = 65536
_SHORT = 4096
_FEW_LINES = 64
_MAY_PRECEDE_COLON = (b":", b" ", b"\t", b"")
_NAMES = {newline: re.compile(newline + rb"([!-9;-~]++)[ \t]*+:") for newline in (b"\n", b"\r")}
_FOLDLESS = {b"\n": re.compile(rb"\n(?![ \t])"), b"\r": re.compile(rb"\r(?![ \t])")}


@dataclass(frozen=True, eq=False)
class HeaderSection:
    """A header section: fields in order, without the blank line that ends it.

    Attributes:
        octets: All fields, exactly as they stand.
        line_end: The line end new fields get: CRLF, LF or CR. Lines are told apart by its last octet.

    Every edit gives a new section and leaves all other fields as they are.

    >>> section = HeaderSection.of_octets(Octets.of(b"Subject: a\\r\\nTo: b@c.example\\r\\n"), b"\\r\\n")
    >>> section.get("subject"), [field.name for field in section.fields]
    ('a', ['Subject', 'To'])
    >>> bytes(section.with_field("subject", b"Subject: z\\r\\n").octets)
    b'Subject: z\\r\\nTo: b@c.example\\r\\n'
    """

    octets: Octets
    line_end: bytes = b"\r\n"

    @staticmethod
    def of_octets(octets: Octets, line_end: bytes = b"\r\n") -> "HeaderSection":
        """Take a header section as it was read; any octets are allowed and kept."""
        return HeaderSection(octets, line_end)

    @staticmethod
    def of_fields(fields: Iterable[HeaderField], line_end: bytes = b"\r\n") -> "HeaderSection":
        """Join fields; one without a line end gets `line_end` where another follows."""
        pieces: list[bytes] = []
        for field in fields:
            if pieces and not _is_ended(pieces[-1], line_end[-1:]):
                pieces.append(line_end)
            pieces.append(field.octets)
        return HeaderSection(Octets.of(b"".join(pieces)), line_end)

    @lazy
    def fields(self) -> tuple[HeaderField, ...]:
        """All fields in order; joined they give `octets`. What is no field is one too, with an empty name.

        Beyond `limits.HEADER_FIELDS` all that follows is one, with `is_opaque`.
        """
        fields = [HeaderField(piece) for piece in itertools.islice(self._pieces(), limits.HEADER_FIELDS)]
        told_apart = sum(len(field.octets) for field in fields)
        if told_apart < len(self.octets):
            fields.append(HeaderField(bytes(self.octets[told_apart:]), is_opaque=True))
        return tuple(fields)

    @lazy
    def _short(self) -> bytes:
        """The octets of a short section."""
        return bytes(self.octets)

    @lazy
    def _known_starts(self) -> dict[bytes, list[int]] | None:
        """Where the fields of each name in lower case start; None for a long section, which is searched."""
        if len(self.octets) > _SHORT:
            return None
        octets = self._short
        if not octets:
            return {}
        if octets.count(self._newline) > _FEW_LINES:
            return None
        first = len(BYTE_ORDER_MARK) if octets.startswith(BYTE_ORDER_MARK) else 0
        starts: dict[bytes, list[int]] = {}
        for found in _NAMES[self._newline].finditer(self._newline + octets[first:]):
            starts.setdefault(found[1].lower(), []).append(first + found.start())
        return starts

    @lazy
    def _first_fields(self) -> dict[str, HeaderField | None]:
        """Those that were asked for."""
        return {}

    def first(self, name: str) -> HeaderField | None:
        """Give the first field of that name (in any case), None if there is none; the section is not split."""
        if not len(self.octets):
            return None
        known = self._first_fields
        if name not in known:
            span = self.span(name)
            if len(self.octets) > _SHORT:
                return HeaderField(self.octets.read(*span)) if span else None
            known[name] = HeaderField(self._short[slice(*span)]) if span else None
        return known[name]

    def span(self, name: str, start: int = 0) -> tuple[int, int] | None:
        """Give the octets `[start, stop)` of the first field of that name at or behind offset `start`."""
        known = self._known_starts
        if known is None:
            at = next(self._starts(name, start), -1)
            return None if at < 0 else (at, self._field_stop(at))
        own = known.get(name.lower().encode("utf-8", "surrogatepass")) if known else None
        if not own or start > own[-1]:
            return None
        at = own[0] if start <= own[0] else next(at for at in own if at >= start)
        return at, self._field_stop_in_short(at)

    def all(self, name: str) -> tuple[HeaderField, ...]:
        """Give every field of that name (in any case), in order."""
        starts = self._starts(name, 0)
        return tuple(HeaderField(self.octets.read(at, self._field_stop(at))) for at in starts)

    def get(self, name: str) -> str:
        """Give the unfolded body of the first field of that name, "" if there is none."""
        field = self.first(name)
        return field.body if field else ""

    def with_field(self, name: str, field: HeaderField | bytes) -> "HeaderSection":
        """Replace the first field of that name, or append; further ones of the name stay."""
        octets = field.octets if isinstance(field, HeaderField) else field
        span = self.span(name)
        if span is None:
            return self._spliced(len(self.octets), len(self.octets), octets)
        return self._spliced(*span, octets)

    def without(self, name: str) -> "HeaderSection":
        """Take out every field of that name; the same object if there is none."""
        spans = [(at, self._field_stop(at)) for at in self._starts(name, 0)]
        if not spans:
            return self
        kept: list[Octets | bytes] = []
        done = 0
        for start, stop in spans:
            kept.append(self.octets[done:start])
            done = stop
        kept.append(self.octets[done:])
        return HeaderSection(_compact(Octets.join(kept)), self.line_end)

    def inserted(self, index: int, field: HeaderField) -> "HeaderSection":
        """Insert `field` before the field number `index`; at the end if `index` is their number."""
        fields = self.fields
        return HeaderSection.of_fields((*fields[:index], field, *fields[index:]), self.line_end)

    def replaced_at(self, index: int, field: HeaderField | None) -> "HeaderSection":
        """Replace the field number `index`; None takes it out."""
        fields = list(self.fields)
        fields[index : index + 1] = [] if field is None else [field]
        return HeaderSection.of_fields(fields, self.line_end)

    def moved(self, index: int, to: int) -> "HeaderSection":
        """Move the field number `index` so that it becomes number `to`."""
        fields = list(self.fields)
        fields.insert(to, fields.pop(index))
        return HeaderSection.of_fields(fields, self.line_end)

    def _spliced(self, start: int, stop: int, field: bytes) -> "HeaderSection":
        """Put `field` in place of the octets `[start, stop)`, with a line end where two fields would run together."""
        newline = self._newline
        pieces: list[Octets | bytes] = [self.octets[:start]]
        if start and not _is_ended(self.octets.read(0 if start == len(BYTE_ORDER_MARK) else start - 1, start), newline):
            pieces.append(self.line_end)
        pieces.append(field)
        if stop < len(self.octets) and not _is_ended(field, newline):
            pieces.append(self.line_end)
        pieces.append(self.octets[stop:])
        return HeaderSection(_compact(Octets.join(pieces)), self.line_end)

    @property
    def _newline(self) -> bytes:
        return self.line_end[-1:] or b"\n"

    def _pieces(self) -> Iterator[bytes]:
        octets = bytes(self.octets)
        done = 0
        if octets.startswith(BYTE_ORDER_MARK):
            yield BYTE_ORDER_MARK
            done = len(BYTE_ORDER_MARK)
        for newline in _FOLDLESS[self._newline].finditer(octets, done):
            yield octets[done : newline.end()]
            done = newline.end()
        if done < len(octets):
            yield octets[done:]

    def _starts(self, name: str, start: int) -> Iterator[int]:
        """Offsets of the fields called `name`, found window by window without splitting."""
        if not is_name(name):
            return
        wanted = name.lower().encode("ascii")
        needle = self._newline + wanted
        first = len(BYTE_ORDER_MARK) if self.octets.startswith(BYTE_ORDER_MARK) else 0
        if start <= first:
            behind = first + len(wanted)
            if self.octets.read(first, behind).lower() == wanted and self._has_colon(behind):
                yield first
        position = max(start - 1, 0)
        while position < len(self.octets):
            window = self.octets.read(position, position + _WINDOW + len(needle)).lower()
            found = window.find(needle)
            while found >= 0:
                behind = found + len(needle)
                if window[behind : behind + 1] in _MAY_PRECEDE_COLON and self._has_colon(position + behind):
                    yield position + found + 1
                found = window.find(needle, behind)
            position += _WINDOW + 1

    def _has_colon(self, offset: int) -> bool:
        """Whether only blanks stand between `offset` and a colon."""
        while True:
            window = self.octets.read(offset, offset + 64)
            rest = window.lstrip(b" \t")
            if rest or not window:
                return rest.startswith(b":")
            offset += len(window)

    def _field_stop(self, start: int) -> int:
        """End of the field that starts at `start`: behind its line end, folds included."""
        position = start
        ahead = 1024
        while position < len(self.octets):
            window = self.octets.read(position, position + ahead + 1)
            newline = _FOLDLESS[self._newline].search(window, 0)
            if newline and (newline.end() < len(window) or position + len(window) == len(self.octets)):
                return position + newline.end()
            position += max(len(window) - 1, 1)
            ahead = _WINDOW
        return len(self.octets)

    def _field_stop_in_short(self, start: int) -> int:
        """The same in a short section."""
        newline = _FOLDLESS[self._newline].search(self._short, start)
        return newline.end() if newline else len(self._short)


def _is_ended(octets: bytes, newline: bytes) -> bool:
    """Whether a field may follow these octets."""
    return octets.endswith(newline) or octets == BYTE_ORDER_MARK


def _compact(octets: Octets) -> Octets:
    """Join a small section into one piece, so that editing it a thousand times does not splinter it."""
    return Octets.of(bytes(octets)) if len(octets) <= _WINDOW else octets
