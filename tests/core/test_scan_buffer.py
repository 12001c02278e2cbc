"""Searches that let other threads run in between find what one search finds."""

import mmap
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core import scan_buffer, source
from sescomposer.core.octets import Octets
from sescomposer.core.scan_buffer import ContiguousBuffer
from sescomposer.core.source import find_in_turns

OCTETS = st.lists(st.sampled_from([b"a", b"-", b"--", b"\n", b"\r\n", b"\n--"]), max_size=60).map(b"".join)
NEEDLES = st.sampled_from([b"", b"-", b"\n", b"\n--", b"a-a", b"--\n--"])
OFFSETS = st.integers(0, 70)


@contextmanager
def turns_of(octets: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module in (scan_buffer, source):
            patch.setattr(module, "TURN_OCTETS", octets)
        yield


@given(OCTETS, NEEDLES, OFFSETS, OFFSETS, st.integers(1, 9))
def test_turns_find_what_one_search_finds(octets: bytes, needle: bytes, start: int, stop: int, turn: int) -> None:
    with turns_of(turn):
        assert find_in_turns(octets, needle, start, stop) == octets.find(needle, start, stop)
        assert ContiguousBuffer(octets).find(needle, start, stop) == octets.find(needle, start, stop)


@given(OCTETS.filter(bool), st.sampled_from([b"-", b"\n"]), OFFSETS, OFFSETS, st.integers(1, 9))
def test_a_mapped_file_is_searched_in_turns_too(octets: bytes, needle: bytes, start: int, stop: int, turn: int) -> None:
    with tempfile.TemporaryFile() as file:
        file.write(octets)
        file.flush()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped, turns_of(turn):
            assert find_in_turns(mapped, needle, start, stop) == octets.find(needle, start, stop)
    with turns_of(turn):
        rope = Octets.of(octets)
        assert rope.find(needle, start, min(stop, len(octets))) == octets.find(needle, start, stop)


@given(OCTETS, OFFSETS, st.integers(1, 9))
def test_no_line_end_is_missed_between_turns(octets: bytes, start: int, turn: int) -> None:
    for pattern in (re.compile(rb"\n\r?\n"), re.compile(rb"\n(?![a-z])"), re.compile(rb"\n[^\n]*-\n")):
        found = pattern.search(octets, start)
        with turns_of(turn):
            at = ContiguousBuffer(octets).search_line_ends(pattern, start, len(octets), b"\n")
        assert at == (found.start() if found else -1)
