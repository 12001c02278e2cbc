"""One change that makes a text of another."""

from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.text import Text
from sescomposer.core.text_change import text_change

TEXTS = st.text(alphabet="ab\n😀é", max_size=200)


@given(TEXTS, TEXTS)
def test_change_makes_the_one_of_the_other(old: str, new: str) -> None:
    before = Text.of(old)
    change = text_change(before, Text.of(new))
    if change is None:
        assert old == new
        return
    assert str(before.splice(change.position, change.removed, change.added)) == new
    kept, added = old[change.position : change.position + change.removed], change.added
    assert kept[:1] != added[:1] or not kept or not added
    assert kept[-1:] != added[-1:] or not kept or not added


@given(st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 40), TEXTS), max_size=4))
def test_change_between_versions_that_share_blocks(edits: list[tuple[int, int, str]]) -> None:
    before = after = Text.of("some words in a line 😀\n" * 400)
    for place, removed, added in edits:
        start = min(place, len(after))
        after = after.splice(start, min(removed, len(after) - start), added)
    change = text_change(before, after)
    made = before if change is None else before.splice(change.position, change.removed, change.added)
    assert str(made) == str(after)


def test_shared_blocks_are_not_read() -> None:
    before = Text.of("line\n" * 100_000)
    after = before.splice(250_000, 0, "x")
    change = text_change(before, after)
    assert change is not None
    assert (change.position, change.removed, change.added) == (250_000, 0, "x")
