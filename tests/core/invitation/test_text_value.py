"""TEXT values: what is typed comes back, with LF for every line end."""

import re

import hypothesis.strategies as st
import pytest
from hypothesis import given

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.text_value import escaped, escaped_list, unescaped, unescaped_list

TYPED = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\r\n\t\\,;:"nN'), max_size=120)


def with_lf(text: str) -> str:
    return re.sub("\r\n|\r", "\n", text)


@given(TYPED)
def test_typed_text_comes_back(text: str) -> None:
    value = escaped(text)
    assert unescaped(value) == with_lf(text)
    assert not re.search("[\r\n]", value)
    assert not re.search("[;,]", re.sub(r"\\.", "", value))


@given(st.lists(TYPED, min_size=1, max_size=5))
def test_typed_lists_come_back(texts: list[str]) -> None:
    assert unescaped_list(escaped_list(texts)) == tuple(map(with_lf, texts))


@given(st.text(st.sampled_from("\\,;nNx"), max_size=40))
def test_any_value_can_be_read_and_written_the_same_way_again(value: str) -> None:
    assert unescaped(escaped(unescaped(value))) == unescaped(value)
    assert unescaped_list(escaped_list(unescaped_list(value))) == unescaped_list(value)


@pytest.mark.parametrize(
    "value, texts",
    [("", ("",)), ("a,", ("a", "")), (r"a\,b", ("a,b",)), ("a\\", ("a\\",)), (r"a\\,b", ("a\\", "b"))],
)
def test_lists_are_divided_at_bare_commas(value: str, texts: tuple[str, ...]) -> None:
    assert unescaped_list(value) == texts


@pytest.mark.parametrize("misfit", ["\0", "\x08", "\x0c", "\x7f", "\ud83d"])
def test_what_no_text_can_hold_is_refused_with_its_place(misfit: str) -> None:
    with pytest.raises(MessageError) as caught:
        escaped(f"ab{misfit}", "The title")
    assert (caught.value.position, caught.value.sentence.startswith("The title")) == (2, True)
