"""Edits of a text against plain strings, with blocks so small that every case of cutting and merging occurs."""

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sescomposer.core import block
from sescomposer.core import text as text_module
from sescomposer.core.errors import EncodingError
from sescomposer.core.text import Text
from sescomposer.core.text_encoding import choose_encoding, encode_text
from sescomposer.core.transfer_encoding import TransferEncoding

PIECES = st.sampled_from(
    ["\n", "a", "b ", "😀", "é", "From ", ".", "=", "\r", "x" * 9, "lorem ipsum dolor sit amet", "\n\n", " \n"]
)
STRINGS = st.lists(PIECES, max_size=14).map("".join)
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 60), STRINGS), max_size=8)


@pytest.fixture(scope="module", autouse=True)
def small_blocks() -> Iterator[None]:
    """Make blocks of some 16 characters and segments of 12 to 40."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(block, "BLOCK_CHARACTERS", 16)
        patch.setattr(block, "SHORTEST_SEGMENT", 12)
        patch.setattr(block, "LONGEST_SEGMENT", 30)
        patch.setattr(text_module, "_SMALL_BLOCK", 6)
        patch.setattr(text_module, "_LARGE_BLOCK", 24)
        yield


def cuts(text: Text) -> list[int]:
    """Give where long lines are cut."""
    return [end for end, part in zip(text.ends, text.blocks, strict=True) if part.continues]


def check_same(text: Text, model: str) -> None:
    fresh = Text.of(model)
    assert str(text) == model
    assert cuts(text) == cuts(fresh)
    for part, following in itertools.zip_longest(text.blocks, text.blocks[1:]):
        assert part.text
        assert part.text.endswith("\n") or part.continues or following is None
        assert not part.continues or (following is not None and "\n" not in part.text)
    assert choose_encoding(text, "utf-8") is choose_encoding(fresh, "utf-8")
    for encoding in (TransferEncoding.EIGHT_BIT, TransferEncoding.QUOTED_PRINTABLE, TransferEncoding.BASE64):
        for line_end in (b"\r\n", b"\n"):
            octets = bytes(encode_text(fresh, "utf-8", encoding, line_end))
            assert bytes(encode_text(text, "utf-8", encoding, line_end)) == octets


@settings(max_examples=300)
@given(STRINGS, EDITS, st.booleans())
def test_octets_do_not_depend_on_how_a_text_was_typed(
    model: str, edits: list[tuple[float, int, str]], utf16: bool
) -> None:
    text = Text.of(model)
    for place, removed, added in edits:
        position = int(place * len(model))
        stop = min(position + removed, len(model))
        if utf16:
            start, end = (len(model[:at].encode("utf-16-le")) // 2 for at in (position, stop))
            edited = text.splice(start, end - start, added, utf16=True)
        else:
            edited = text.splice(position, stop - position, added)
        model = model[:position] + added + model[stop:]
        assert str(edited) == model
        text = edited
    check_same(text, model)


@settings(max_examples=200)
@given(STRINGS, STRINGS)
def test_replaced_shares_equal_blocks(old: str, new: str) -> None:
    check_same(Text.of(old).replaced(new), new)
    text = Text.of(old)
    assert text.replaced(old) is text
    longer = Text.of(old + "\n" + "middle\n" + old)
    shared = set(map(id, longer.blocks)) & set(map(id, longer.replaced(old + "\n" + "MIDDLE\n" + old).blocks))
    assert len(longer.blocks) - len(shared) <= 6


@given(STRINGS, st.data())
def test_lines_and_positions_are_those_of_strings(model: str, data: st.DataObject) -> None:
    text = Text.of(model)
    rows = model.split("\n")
    rows = rows[:-1] if not rows[-1] else rows
    assert (len(text), text.line_count) == (len(model), len(rows))
    assert text.longest_line == max(map(len, rows), default=0)
    assert [text.line(number) for number in range(len(rows))] == rows
    places = range(len(model) + 1)
    assert [text.line_of(at) for at in places] == [model.count("\n", 0, at) for at in places]
    assert text.utf16_length == len(model.encode("utf-16-le")) // 2
    at = data.draw(st.integers(0, len(model)))
    units = len(model[:at].encode("utf-16-le")) // 2
    assert (text.utf16_of_character(at), text.character_of_utf16(units)) == (units, at)
    start, stop = data.draw(st.integers(-2, len(model) + 2)), data.draw(st.integers(0, len(model) + 2))
    assert text.slice(start, stop) == model[max(start, 0) : stop]


@pytest.mark.parametrize("at", [0, 40, 199])
def test_one_key_in_a_long_line_keeps_most_blocks(at: int) -> None:
    model = "".join(f"<p>{number} some words</p>" for number in range(40))
    text = Text.of(model)
    edited = text.splice(at, 0, "x")
    check_same(edited, model[:at] + "x" + model[at:])
    assert len(set(map(id, edited.blocks)) - set(map(id, text.blocks))) <= 4


def test_wrong_arguments() -> None:
    text = Text.of("a😀\n")
    assert repr(text) == "<Text of 3>"
    assert repr(text.blocks[0]) == "<Block of 3>"
    for position, removed in ((-1, 0), (0, 4), (4, 0), (0, -1)):
        with pytest.raises(IndexError):
            text.splice(position, removed, "")
    for number in (-1, 1):
        with pytest.raises(IndexError):
            text.line(number)
    with pytest.raises(IndexError):
        text.line_start(2)
    for make in (Text.of, lambda added: text.splice(0, 0, added), text.replaced):
        with pytest.raises(EncodingError, match=r"U\+D800, at character 2") as caught:
            make("ab\ud800")
        assert caught.value.position == 2


def test_empty_text() -> None:
    empty = Text.of("")
    assert (len(empty), empty.utf16_length, empty.line_count, empty.line_of(3)) == (0, 0, 0, 0)
    assert (empty.utf16_of_character(0), empty.character_of_utf16(0), empty.longest_line) == (0, 0, 0)
    assert str(empty.splice(0, 0, "a")) == "a"
    assert str(empty.splice(0, 0, "a").splice(0, 1, "")) == ""


def test_half_a_surrogate_pair_counts_as_its_start() -> None:
    assert str(Text.of("a😀b").splice(2, 1, "x", utf16=True)) == "axb"
