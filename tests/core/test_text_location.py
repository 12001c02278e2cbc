"""Lines of a text and their octets, in every transfer encoding."""

import pytest

from sescomposer.core.body_parts import body_parts
from sescomposer.core.compose import compose
from sescomposer.core.entity import Entity
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.parse import parse
from sescomposer.core.text_location import character_of_octet, octets_of_character

PLAIN = "".join(f"line {number} of the text\n" for number in range(300))
ACCENTED = "".join(f"Zeile {number}: für {'=' * 70} Grüße\n" for number in range(300))
DEVANAGARI = "".join(f"पंक्ति {number} का पाठ 🌹\n" for number in range(300))


def part_of(text: str, *, parsed: bool) -> Entity:
    """The text part of a message, as composed or as read again."""
    root = compose("a@a.example", "b@b.example", "x", text=text, ids=SeededIdentifiers(1)).root
    part = body_parts(parse(bytes(root.octets)) if parsed else root).text
    assert part is not None
    return part


@pytest.mark.parametrize("parsed", [False, True], ids=["made", "given"])
@pytest.mark.parametrize("text", [PLAIN, ACCENTED, DEVANAGARI], ids=["7bit", "quoted-printable", "base64"])
@pytest.mark.parametrize("line", [0, 1, 137, 299])
def test_line_is_found_again_when_mapped_to_its_octets_and_back(text: str, line: int, parsed: bool) -> None:
    part = part_of(text, parsed=parsed)
    start = len("\n".join(text.split("\n")[:line])) + (1 if line else 0)
    units = len(text[:start].encode("utf-16-le")) // 2
    first, stop = octets_of_character(part, units + 2)
    assert 0 < first < stop <= len(part.octets)
    back = character_of_octet(part, stop - 3)
    wanted = text.split("\n")[line]
    found = text.encode("utf-16-le")[back * 2 :].decode("utf-16-le").split("\n")[0]
    if part.transfer_encoding.value == "base64":
        # A base64 line may hold the end of one line of text and the start of the next.
        assert abs(text.split("\n").index(found) - line) <= 3
    else:
        assert found == wanted


def test_octets_hold_the_words_when_text_is_plain() -> None:
    part = part_of(PLAIN, parsed=False)
    start, stop = octets_of_character(part, PLAIN.index("line 42 "))
    assert bytes(part.octets[start:stop]) == b"line 42 of the text\r\n"


def test_whole_body_is_given_when_text_cannot_be_read() -> None:
    part = parse(b"Content-Type: text/plain; charset=utf-8\r\n\r\n\xff\xfe")
    assert octets_of_character(part, 1) == (len(part.octets) - 2, len(part.octets))
    assert character_of_octet(part, len(part.octets)) == 0
