"""What we compose can be signed as it is: nothing that transport changes stands in it, whatever was typed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sescomposer.core.compose import compose
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.octets import Octets
from sescomposer.core.protection.protected_entity import entity_to_sign
from sescomposer.core.protection.transport_faults import transport_faults
from sescomposer.core.structure import Attachment
from sescomposer.core.text import Text
from sescomposer.core.text_encoding import choose_encoding, encode_text
from sescomposer.core.transfer_encoding import TransferEncoding

WORDS = [
    "From ",
    "From",
    ".",
    "\n",
    "\n",
    " ",
    "\t",
    "=",
    "a",
    "ü",
    "x" * 70,
    "x" * 75,
    "x" * 76,
    "x" * 1000,
    "\r",
    "\f",
]
TEXTS = st.lists(st.sampled_from([*WORDS, "\x85", "\u2028", "नमस्ते "]), max_size=30).map("".join)


def lone_dots(octets: Octets) -> list[bytes]:
    return [line for line in bytes(octets).split(b"\r\n") if line == b"."]


@settings(max_examples=150)
@given(TEXTS, st.sampled_from([TransferEncoding.QUOTED_PRINTABLE, TransferEncoding.BASE64, None]))
def test_encoded_text_is_safe_on_the_way(typed: str, encoding: TransferEncoding | None) -> None:
    text = Text.of(typed)
    octets = encode_text(text, "utf-8", encoding or choose_encoding(text, "utf-8"))
    assert transport_faults(octets) == ()
    assert lone_dots(octets) == []


@pytest.mark.parametrize("word", ["From ", ".", "word ", "ü ", "From From "])
def test_a_line_of_a_million_characters_is_safe_where_it_is_cut(word: str) -> None:
    octets = encode_text(Text.of(word * (1_000_000 // len(word))), "utf-8", TransferEncoding.QUOTED_PRINTABLE)
    assert transport_faults(octets) == ()
    assert lone_dots(octets) == []


@settings(max_examples=60)
@given(TEXTS, TEXTS, st.text(max_size=80), st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=60))
def test_composed_messages_are_safe_on_the_way(text: str, html: str, subject: str, name: str) -> None:
    line = "".join(character for character in subject if character.isprintable())
    message = compose(
        "Ann <ann@example.org>",
        "b@example.com",
        line,
        text=text,
        html=f"<p>{html}</p>",
        attachments=[
            Attachment(Octets.of(b"From here \n.\n"), f"{name}.txt", "text/plain"),
            Attachment(Octets.of(b"\xff\n From"), "a.bin", "application/octet-stream"),
        ],
        ids=SeededIdentifiers(1),
    )
    inside = entity_to_sign(message.root).octets
    assert transport_faults(inside) == ()
    assert lone_dots(inside) == []
    assert inside.endswith(b"\r\n")
