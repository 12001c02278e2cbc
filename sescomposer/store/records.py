"""Framed records of an append-only log: one JSON object and octets behind it, with lengths and a checksum.

A record is ``<JSON length> <octets length> <checksum> <JSON>LF<octets>``; where there are octets, a LF ends them too.
The JSON has no line end, so that a log can be read with any pager and reading can go on behind a damaged record. The
checksum (BLAKE2b, 8 octets, hex) covers lengths, JSON and octets.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sescomposer.store.atomic import FILE_MODE, translated, write_all

_PREFIX = re.compile(rb"(\d{1,12}) (\d{1,15}) ([0-9a-f]{16}) ")

Head = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its JSON object and the octets behind it."""

    head: Head
    octets: bytes = b""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of a log.

    Attributes:
        records: The good records, in order.
        good: Octets up to the end of the last record before the first damage.
        damaged: Octets that belong to no good record.
    """

    records: tuple[Record, ...]
    good: int
    damaged: int


def _checksum(lengths: bytes, text: bytes, octets: bytes) -> bytes:
    """Checksum of a record as it stands in its prefix."""
    from hashlib import blake2b  # here: the settings need our schema check alone, and every start reads them

    return blake2b(lengths + text + octets, digest_size=8).hexdigest().encode("ascii")


def frame(head: Head, octets: bytes = b"") -> bytes:
    """Give the octets of one record.

    >>> reading = read_records(frame({"a": 1}) + frame({"b": 2}, b"octets") + b"9 0 torn")
    >>> [(dict(record.head), record.octets) for record in reading.records], reading.damaged
    ([({'a': 1}, b''), ({'b': 2}, b'octets')], 8)
    """
    text = json.dumps(head, separators=(",", ":"), ensure_ascii=True).encode("ascii")
    lengths = b"%d %d" % (len(text), len(octets))
    line = b"%s %s %s\n" % (lengths, _checksum(lengths, text, octets), text)
    return line + octets + b"\n" if octets else line


def _read_one(log: bytes, start: int) -> tuple[Record, int] | None:
    """Read the record at `start`; gives it and where it ends, or None if it is damaged."""
    prefix = _PREFIX.match(log, start)
    if prefix is None:
        return None
    text_length, octets_length = int(prefix[1]), int(prefix[2])
    text_end = prefix.end() + text_length
    stop = text_end + 1 + (octets_length + 1 if octets_length else 0)
    if stop > len(log) or log[text_end : text_end + 1] != b"\n" or log[stop - 1 : stop] != b"\n":
        return None
    text, octets = log[prefix.end() : text_end], log[text_end + 1 : text_end + 1 + octets_length]
    if _checksum(b"%s %s" % (prefix[1], prefix[2]), text, octets) != prefix[3]:
        return None
    return Record(json.loads(text), octets), stop


def read_records(log: bytes, *, resume: bool = False) -> Reading:
    """Read a log; never raises on damage.

    Args:
        log: All its octets.
        resume: Go on behind a damaged record, at whatever begins a good one. Right only where records do not build
            upon each other.
    """
    records: list[Record] = []
    position, good, damaged = 0, -1, 0
    while position < len(log):
        found = _read_one(log, position)
        if found is not None:
            records.append(found[0])
            position = found[1]
            continue
        good = position if good < 0 else good
        following = _PREFIX.search(log, position + 1) if resume else None
        end = following.start() if following else len(log)
        damaged += end - position
        position = end
    return Reading(tuple(records), good if good >= 0 else position, damaged)


def append(path: Path, octets: bytes, doing: str) -> int:
    """Append to a log durably and give its new length; what could not be written whole is taken back.

    Raises:
        StoreError: it could not be written; the log holds what it held before.
    """
    with translated(doing, path):
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), FILE_MODE)
        try:
            before = os.fstat(descriptor).st_size
            try:
                write_all(descriptor, octets)
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, before)
                raise
        finally:
            os.close(descriptor)
    return before + len(octets)
