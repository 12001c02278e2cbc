"""The difference of two ropes: right for any octets, and found without reading what both share."""

import hypothesis.strategies as st
from hypothesis import given, settings

from sescomposer.core.octets import Octets, base64_octets
from sescomposer.core.piece import Piece
from sescomposer.core.rope_difference import apply, difference

_parts = st.lists(st.binary(max_size=5).map(lambda octets: octets.replace(b"\x07", b"a")), max_size=6)


@given(_parts, _parts)
@settings(max_examples=200, deadline=None)
def test_difference_leads_from_old_to_new(old_parts: list[bytes], new_parts: list[bytes]) -> None:
    old, new = Octets.join(old_parts), Octets.join(new_parts)
    found = difference(old, new)
    assert apply(old, found).equals(new)
    assert found.start + found.removed <= len(old)


@given(st.binary(min_size=1, max_size=400), st.integers(0, 400), st.integers(0, 40), st.binary(max_size=20))
@settings(max_examples=100, deadline=None)
def test_difference_is_the_splice_when_pieces_are_shared(data: bytes, at: int, removed: int, added: bytes) -> None:
    old = Octets.of(data) + base64_octets(Octets.of(data)) + Octets.of(data)
    at, removed = min(at, len(old)), min(removed, len(old) - min(at, len(old)))
    new = Octets.join((old[:at], added, old[at + removed :]))
    found = difference(old, new)
    assert apply(old, found).equals(new)
    assert found.removed <= removed
    assert len(found.inserted) <= len(added)


def test_difference_reads_no_shared_piece() -> None:
    content = Octets.of(bytes(1_000_000))
    head, tail = Octets.of(b"Subject: a\r\n\r\n"), Octets.of(b"--end--")
    old = Octets.join((head, base64_octets(content), content, tail))
    new = Octets.join((Octets.of(b"Subject: b\r\n\r\n"), base64_octets(content), content, tail))
    read = _count_reads(old, new)
    found = difference(old, new)
    assert (found.start, found.removed, bytes(found.inserted)) == (9, 1, b"b")
    assert sum(read) < 100


def test_difference_takes_sources_of_one_name_as_equal() -> None:
    one, other = Octets.of(bytes(1000), "a" * 64), Octets.of(bytes(1000), "a" * 64)
    read = _count_reads(one, other)
    assert difference(one, other).removed == 0
    assert not read


def test_difference_is_empty_for_equal_ropes_cut_otherwise() -> None:
    one, other = Octets.join((b"ab", b"cdef")), Octets.join((b"abcd", b"ef"))
    found = difference(one, other)
    assert (found.removed, len(found.inserted)) == (0, 0)


def _count_reads(*ropes: Octets) -> list[int]:
    """Note the length of every window that is read of the pieces of these ropes."""
    read: list[int] = []

    def counted(piece: Piece) -> None:
        window = piece.window

        def count(start: int, stop: int) -> bytes | memoryview:
            read.append(stop - start)
            return window(start, stop)

        piece.window = count  # type: ignore[method-assign]

    for rope in ropes:
        for piece in rope.pieces():
            counted(piece)
    return read
