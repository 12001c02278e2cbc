"""The plain part of TOML agrees with the standard library wherever it answers."""

import tomllib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sescomposer.store.plain_toml import plain_toml

_PIECES = st.sampled_from(
    ["a", "b", "a-1", " ", "\t", "=", '"', "x y", "\\", "[a]", "[a.b]", "[b", "]", "1", "-0", "01", "true", "#c", "\n",
     "\r\n", "\r", "ü", "1.5", "'", ".", "[[a]]", "{}", "9" * 20, "\x00", "\x7f", "a = 1", 'b = "t"']
)  # fmt: skip


@given(st.lists(_PIECES, max_size=14).map("".join))
@example("[a]\n[a.b]\nc = 1\n[a]\n")
@example("[a.b]\n[a]\nb = 1\n")
@example("a = 1\n[a]\n")
@example("[a]\nb = 1\n[a.b]\n")
@example("a = 1\na = 2\n")
@example("[a.b]\n[a]\nc = 1 # why\n")
@example("a = -0")
def test_agrees_or_has_no_answer(text: str) -> None:
    plain = plain_toml(text)
    if plain is not None:
        assert plain == tomllib.loads(text)


@pytest.mark.parametrize("text", ["", 'schema = 1\n\n[window]\nwidth = -5\nis = true\nname = "a b"\n'])
def test_what_we_write_is_plain(text: str) -> None:
    assert plain_toml(text) == tomllib.loads(text)
