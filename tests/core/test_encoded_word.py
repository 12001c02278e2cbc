"""Encoded words: vectors of RFC 2047, round trips, and the standard library as a second reader."""

import email.header
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sescomposer.core.encoded_word import decode, encode, is_needed
from sescomposer.core.errors import EncodingError

CostsAtMost = Callable[[float, Callable[[], object], Callable[[], object]], None]

CASES = tomllib.loads((Path(__file__).parents[1] / "data" / "encoded_word" / "decode.toml").read_text("utf-8"))["case"]

texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=200)
forms = st.sampled_from(["auto", "q", "b"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["body"])
def test_words_are_read(case: dict[str, str]) -> None:
    assert decode(case["body"]) == case["text"]


@given(texts, forms, st.booleans(), st.integers(20, 75))
@settings(max_examples=200, deadline=None)
def test_what_is_written_reads_back(text: str, form: Literal["auto", "q", "b"], phrase: bool, first_width: int) -> None:
    written = encode(text, form=form, phrase=phrase, first_width=first_width)
    assert written.isascii()
    assert decode(written) == text
    words = written.split(" ")
    assert all(len(word) <= 75 for word in words)
    for word in words:
        decode(word).encode("utf-8")
        assert "\ufffd" not in decode(word) or "\ufffd" in text


@given(texts, forms)
@settings(max_examples=150, deadline=None)
def test_the_standard_library_reads_the_same(text: str, form: Literal["auto", "q", "b"]) -> None:
    parts = email.header.decode_header(encode(text, form=form))
    octets = b"".join(part if isinstance(part, bytes) else part.encode() for part, _ in parts)
    assert octets.decode("utf-8") == text


@given(st.text(st.sampled_from("=?_ qbQButf-8\t\nüA"), max_size=60) | st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_the_reader(text: str) -> None:
    read = decode(text)
    if not is_needed(text):
        assert read == text


def test_the_shorter_form_is_chosen() -> None:
    assert encode("mostly ascii é").startswith("=?utf-8?q?")
    assert encode("日本語").startswith("=?utf-8?b?")


def test_a_charset_must_be_known_and_hold_the_text() -> None:
    assert encode("é", charset="iso-8859-1", form="q") == "=?iso-8859-1?q?=E9?="
    for charset in ("x-unknown", "us-ascii"):
        with pytest.raises(EncodingError):
            encode("é", charset=charset)


@pytest.mark.parametrize("piece", ["=?utf-8?q?", "=?utf-8?b?a", "=?utf-8?q?a?= ", "=?", "?="])
def test_half_a_megabyte_is_read_in_linear_time(piece: str, costs_at_most: CostsAtMost) -> None:
    small, large = (piece * (size // len(piece)) for size in (60_000, 480_000))
    costs_at_most(8 * 4, lambda: decode(large), lambda: decode(small))
