"""Blocks of texts that nobody writes: one character over and over, or line ends alone."""

import pytest

from sescomposer.core.block import SHORTEST_SEGMENT, cut_lines


@pytest.mark.parametrize("character", ["a", "-", "é", "€"])
def test_a_line_of_one_character_is_cut_into_equal_segments(character: str) -> None:
    blocks = cut_lines(character * 100_000 + "\n")
    assert "".join(block.text for block in blocks) == character * 100_000 + "\n"
    assert {block.length for block in blocks[:-1]} == {SHORTEST_SEGMENT}


def test_lines_without_characters() -> None:
    facts = [block.facts for block in cut_lines("\n" * 10_000)]
    assert {(fact.longest_line, fact.has_lone_dot, fact.is_plain) for fact in facts} == {(0, False, True)}
