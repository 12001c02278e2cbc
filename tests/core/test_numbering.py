"""Part numbers against the example of RFC 9051 section 6.4.5.1."""

import pytest

from sescomposer.core.errors import MessageError
from sescomposer.core.numbering import numbered, numbers, part_number, path
from sescomposer.core.parse import parse

EXAMPLE = b"""Content-Type: multipart/mixed; boundary=A

--A

one
--A
Content-Type: application/octet-stream

two
--A
Content-Type: message/rfc822

Content-Type: multipart/mixed; boundary=B

--B

three one
--B
Content-Type: application/octet-stream

three two
--B--
--A
Content-Type: multipart/mixed; boundary=C

--C
Content-Type: image/gif

four one
--C
Content-Type: message/rfc822

Content-Type: multipart/mixed; boundary=D

--D

four two one
--D
Content-Type: multipart/alternative; boundary=E

--E

four two two one
--E
Content-Type: text/richtext

four two two two
--E--
--D--
--C--
--A--
"""

NUMBERS = [
    ("+", "multipart/mixed", ()),
    ("1", "text/plain", (0,)),
    ("2", "application/octet-stream", (1,)),
    ("3", "message/rfc822", (2,)),
    ("3+", "multipart/mixed", (2, 0)),
    ("3.1", "text/plain", (2, 0, 0)),
    ("3.2", "application/octet-stream", (2, 0, 1)),
    ("4", "multipart/mixed", (3,)),
    ("4.1", "image/gif", (3, 0)),
    ("4.2", "message/rfc822", (3, 1)),
    ("4.2+", "multipart/mixed", (3, 1, 0)),
    ("4.2.1", "text/plain", (3, 1, 0, 0)),
    ("4.2.2", "multipart/alternative", (3, 1, 0, 1)),
    ("4.2.2.1", "text/plain", (3, 1, 0, 1, 0)),
    ("4.2.2.2", "text/richtext", (3, 1, 0, 1, 1)),
]


def test_the_example() -> None:
    root = parse(EXAMPLE)
    found = [(part_number(root, entity), entity.media_type, path(root, entity)) for entity in root.walk()]
    assert found == NUMBERS
    assert list(numbers(root).values()) == [number for number, _, _ in NUMBERS]


@pytest.mark.parametrize("number", [number for number, _, _ in NUMBERS])
def test_numbers_lead_back(number: str) -> None:
    root = parse(EXAMPLE)
    found = numbered(root, number)
    assert found is not None
    assert part_number(root, found) == number


@pytest.mark.parametrize(
    "number", ["0", "5", "1.1", "3.3", "3.1+", "01", "1.", ".1", "x", "²", "4+", "99999999999", "++"]
)
def test_numbers_that_are_none(number: str) -> None:
    assert numbered(parse(EXAMPLE), number) is None


def test_a_message_that_is_no_multipart_has_one_part() -> None:
    root = parse(b"Content-Type: message/rfc822\n\nContent-Type: message/rfc822\n\nSubject: x\n\ntext")
    assert list(numbers(root).values()) == ["1", "1.1", "1.1.1"]
    assert root.at("1.1").media_type == "message/rfc822"
    assert numbered(root, "") is root


def test_an_entity_of_another_message_has_no_number() -> None:
    with pytest.raises(MessageError, match="no entity"):
        part_number(parse(EXAMPLE), parse(b"x"))
