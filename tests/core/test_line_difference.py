"""Line by line differences: nothing that differs is hidden, and what is shown can be read back."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.line_difference import (
    CONTEXT_LINES,
    MOST_LINES,
    Change,
    DiffLine,
    octets_difference,
    text_difference,
)
from sescomposer.core.octets import Octets

CostsAtMost = Callable[[float, Callable[[], object], Callable[[], object]], None]

LINES = st.lists(st.sampled_from(["a", "b", "c", "", "é😀"]), max_size=30)


def sides(lines: tuple[DiffLine, ...]) -> tuple[list[str], list[str]]:
    old = [line.text for line in lines if line.change in (Change.KEPT, Change.REMOVED)]
    new = [line.text for line in lines if line.change in (Change.KEPT, Change.ADDED)]
    return old, new


def shown(lines: tuple[DiffLine, ...]) -> list[str]:
    return [f"{line.change.value}{line.text}" for line in lines]


def test_equal_texts_have_no_difference() -> None:
    assert text_difference("a\nb", "a\nb") == ()
    assert octets_difference(Octets.of(b"a"), Octets.of(b"a")) == ()


def test_only_the_lines_around_a_change_are_shown() -> None:
    old = [f"line {number}" for number in range(100)]
    new = [*old[:50], "new", *old[51:]]
    lines = text_difference("\n".join(old), "\n".join(new))
    assert shown(lines) == [
        "~47 equal lines before",
        " line 47",
        " line 48",
        " line 49",
        "-line 50",
        "+new",
        " line 51",
        " line 52",
        " line 53",
        "~46 equal lines behind",
    ]


def test_stretch_between_two_changes_is_skipped() -> None:
    middle = [str(number) for number in range(20)]
    lines = text_difference("\n".join(["a", *middle, "b"]), "\n".join(["x", *middle, "y"]))
    assert [line.text for line in lines if line.change is Change.SKIPPED] == [f"{20 - 2 * CONTEXT_LINES} equal lines"]


@given(LINES, LINES)
def test_both_texts_can_be_read_back(old: list[str], new: list[str]) -> None:
    before, after = "\n".join(old), "\n".join(new)
    lines = text_difference(before, after)
    if any(line.change is Change.SKIPPED for line in lines) or before == after:
        return
    read = sides(lines)
    assert ("\n".join(read[0]), "\n".join(read[1])) == (before, after)


@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=20))
def test_differing_octets_always_show_a_change(head: bytes, old: bytes, new: bytes) -> None:
    before, after = head + old, head + new
    lines = octets_difference(Octets.of(before), Octets.of(after))
    assert bool(lines) is (before != after)
    assert all("\n" not in line.text for line in lines)
    if lines:
        assert any(line.change in (Change.ADDED, Change.REMOVED) for line in lines)


def test_change_deep_inside_a_long_line_is_shown() -> None:
    line = b"x" * 50_000
    before = Octets.of(b"first\r\n" + line + b"A" + line)
    after = Octets.of(b"first\r\n" + line + b"B" + line)
    lines = octets_difference(before, after)
    text = "\n".join(shown(lines))
    assert "line 2, octet 50,001" in text
    assert "xA" in text
    assert "xB" in text
    assert len(text) < 2000


@pytest.mark.parametrize("ending, mark", [(b"\n", "␊"), (b"\r\n", ""), (b"", "")])
def test_line_ends_other_than_crlf_are_shown(ending: bytes, mark: str) -> None:
    lines = octets_difference(Octets.of(b""), Octets.of(b"a" + ending))
    assert shown(lines) == [f"+a{mark}"]


def test_octets_that_are_no_text_and_controls_are_shown() -> None:
    lines = octets_difference(Octets.of(b""), Octets.of(b"\xff\x00\x1b\tb\r\n"))
    assert shown(lines) == ["+\\xff␀␛\tb"]


def test_large_difference_is_quick_and_says_what_is_left_out(costs_at_most: CostsAtMost) -> None:
    def compared(count: int) -> tuple[DiffLine, ...]:
        return text_difference(
            "\n".join(["same", "", "other"] * count), "\n".join(["same", "", "changed", "x"] * count)
        )

    lines = compared(40_000)
    costs_at_most(4 * 4, lambda: compared(40_000), lambda: compared(10_000))
    assert lines[-1].change is Change.SKIPPED or lines[-2].change is Change.SKIPPED
    assert "not compared" in "".join(line.text for line in lines if line.change is Change.SKIPPED)
    assert len(lines) <= 2 * MOST_LINES + 10


def test_large_octets_are_read_around_the_change_only() -> None:
    part = b"y" * 76 + b"\r\n"
    head = Octets.of(part * 100_000)
    lines = octets_difference(head + b"old\r\n" + head, head + b"new\r\n" + head)
    assert shown(lines)[0] == "~99,997 lines before"
    assert "-old" in shown(lines)
    assert "+new" in shown(lines)
    assert len(lines) == 10
