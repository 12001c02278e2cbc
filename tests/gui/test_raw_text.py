"""Octets as they are shown, and the search in them; both without Qt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.errors import OperationCancelledError
from sescomposer.core.octets import Octets
from sescomposer.gui.panes import raw_search
from sescomposer.gui.panes.raw_text import copied, shown, whole

UTF8_OR_NOT = st.one_of(st.binary(max_size=60), st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace")))


@given(UTF8_OR_NOT)
def test_every_octet_has_a_place(octets: bytes) -> None:
    row = shown(octets)
    units = len(row.text.encode("utf-16-le", "surrogatepass")) // 2
    assert row.offset_of(units) == len(octets)
    assert row.position_of(len(octets)) == units
    for offset in range(len(octets)):
        position = row.position_of(offset)
        assert row.offset_of(position) <= offset
        assert row.position_of(row.offset_of(position)) == position
    offsets = [row.offset_of(position) for position in range(units + 1)]
    assert offsets == sorted(offsets)


@given(UTF8_OR_NOT)
def test_nothing_hides(octets: bytes) -> None:
    for character in shown(octets).text:
        assert character == "\t" or not (ord(character) < 0x20 or 0x7F <= ord(character) <= 0x9F)
        assert character not in "\u202e\u2066\u200b\u2028\ufeff"


@pytest.mark.parametrize(
    "octets, text, marks",
    [
        (b"plain", "plain", ()),
        (b"a\rb", "a\u240db", ((1, 2),)),
        (b"\x7f", "\u2421", ((0, 1),)),
        (b"\xff", "\xff", ((0, 1),)),
        (b"\x80", "\ufffd", ((0, 1),)),
        ("\u202eab".encode(), "\u27e8RLO\u27e9ab", ((0, 5),)),
        ("\U0001f339!".encode(), "\U0001f339!", ()),
        (b"\tx", "\tx", ()),
    ],
)
def test_signs(octets: bytes, text: str, marks: tuple[tuple[int, int], ...]) -> None:
    row = shown(octets)
    assert row.text == text
    assert row.marks == marks


@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_window_is_cut_at_characters(text: str, start: int, stop: int) -> None:
    octets = text.encode("utf-8", "replace")
    start, stop = sorted((min(start, len(octets)), min(stop, len(octets))))
    window = octets[start:stop]
    first, last = whole(window, at_start=start > 0, at_stop=stop < len(octets))
    if len(window) > 6:
        window[first : len(window) - last].decode("utf-8")


@given(UTF8_OR_NOT)
def test_copy_takes_any_octets(octets: bytes) -> None:
    assert "\0" not in copied(octets)
    copied(octets).encode("utf-8")


@given(st.binary(max_size=40), st.binary(min_size=1, max_size=4), st.integers(0, 40), st.integers(0, 40))
def test_search_agrees_with_bytes(octets: bytes, needle: bytes, start: int, stop: int) -> None:
    stop = min(stop, len(octets))
    rope = Octets.join([octets[:7], octets[7:]])
    assert raw_search.find(rope, needle, start, stop) == octets.find(needle, start, stop)
    assert raw_search.find_last(rope, needle, start, stop) == octets.rfind(needle, start, stop)


@pytest.mark.parametrize("at", [0, 262_142, 262_143, 262_144, 300_000, 599_997])
def test_search_finds_across_windows(at: int) -> None:
    octets = bytearray(600_000)
    octets[at : at + 3] = b"XyZ"
    rope = Octets.of(bytes(octets))
    for search in (raw_search.find, raw_search.find_last):
        assert search(rope, b"XyZ", 0, len(rope)) == at
        assert search(rope, b"xYz", 0, len(rope), fold_case=True) == at
        assert search(rope, b"xYz", 0, len(rope)) == -1


def test_search_can_be_cancelled() -> None:
    class Cancelling:
        def step(self, done: int, total: int) -> None:
            raise OperationCancelledError

    rope = Octets.of(bytes(1_000_000))
    with pytest.raises(OperationCancelledError):
        raw_search.find(rope, b"x", 0, len(rope), progress=Cancelling())
    with pytest.raises(OperationCancelledError):
        raw_search.find_last(rope, b"x", 0, len(rope), progress=Cancelling())
