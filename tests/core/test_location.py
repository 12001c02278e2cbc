"""Regions by hand, in a message that has one of each, and in large ones."""

import pytest

from sescomposer.core.entity import Entity, Given, Multipart
from sescomposer.core.errors import MessageError
from sescomposer.core.header import HeaderSection
from sescomposer.core.limits import HEADER_FIELDS
from sescomposer.core.location import Region, locate, offset_of, span
from sescomposer.core.octets import EMPTY, Octets
from sescomposer.core.parse import parse

MESSAGE = (
    b"Subject: Hi\r\n"
    b"Content-Type: multipart/mixed;\r\n boundary=b\r\n"
    b"\r\n"
    b"preamble"
    b"\r\n--b\r\n"
    b"X: y\r\n"
    b"\r\n"
    b"one"
    b"\r\n--b\r\n"
    b"\r\n"
    b"two"
    b"\r\n--b--\r\n"
    b"epilogue"
)


def test_a_message_with_one_region_of_each() -> None:
    root = parse(MESSAGE)
    first, second = root.children
    expected = [
        (root, Region.FIELD, 0, b"Subject: Hi\r\n"),
        (root, Region.FIELD, 1, b"Content-Type: multipart/mixed;\r\n boundary=b\r\n"),
        (root, Region.SEPARATOR, 0, b"\r\n"),
        (root, Region.PREAMBLE, 0, b"preamble"),
        (root, Region.DELIMITER, 0, b"\r\n--b\r\n"),
        (first, Region.FIELD, 0, b"X: y\r\n"),
        (first, Region.SEPARATOR, 0, b"\r\n"),
        (first, Region.BODY, 0, b"one"),
        (root, Region.DELIMITER, 1, b"\r\n--b\r\n"),
        (second, Region.SEPARATOR, 0, b"\r\n"),
        (second, Region.BODY, 0, b"two"),
        (root, Region.CLOSE, 0, b"\r\n--b--\r\n"),
        (root, Region.EPILOGUE, 0, b"epilogue"),
    ]
    position = 0
    for entity, region, index, octets in expected:
        found = locate(root, position)
        assert (found.entity, found.region, found.index) == (entity, region, index)
        assert MESSAGE[found.start : found.stop] == octets
        assert span(root, entity, region, index) == (found.start, found.stop)
        position = found.stop
    assert position == len(MESSAGE)
    assert locate(root, position).region is Region.EPILOGUE


def test_whole_header_and_whole_body_of_a_container() -> None:
    root = parse(MESSAGE)
    assert MESSAGE[slice(*span(root, root, Region.HEADER))].endswith(b"boundary=b\r\n")
    assert MESSAGE[slice(*span(root, root, Region.BODY))].startswith(b"preamble\r\n--b")


def test_offset_of_an_entity() -> None:
    root = parse(MESSAGE)
    assert [offset_of(root, entity.key) for entity in root.walk()] == [
        0,
        MESSAGE.index(b"X: y"),
        MESSAGE.index(b"\r\ntwo"),
    ]


def test_too_many_fields_are_one_region() -> None:
    root = parse(b"A: b\n" * (HEADER_FIELDS + 1) + b"\ntext")
    found = locate(root, 12)
    assert (found.region, found.start, found.stop) == (Region.HEADER, 0, 5 * (HEADER_FIELDS + 1))
    assert span(root, root, Region.HEADER) == (found.start, found.stop)


def test_an_empty_message_has_an_empty_body() -> None:
    found = locate(parse(b""), 0)
    assert (found.region, found.start, found.stop) == (Region.BODY, 0, 0)


@pytest.mark.parametrize("offset", [-1, len(MESSAGE) + 1])
def test_an_offset_outside_is_refused(offset: int) -> None:
    with pytest.raises(MessageError, match="no octet"):
        locate(parse(MESSAGE), offset)


def test_what_is_not_there_is_refused() -> None:
    root = parse(MESSAGE)
    for entity, region, index in (
        (root, Region.FIELD, 2),
        (root, Region.DELIMITER, 2),
        (root, Region.FIELD, -1),
        (root.children[0], Region.CLOSE, 0),
    ):
        with pytest.raises(MessageError, match="has no"):
            span(root, entity, region, index)
    with pytest.raises(MessageError, match="no entity with key"):
        span(root, parse(b"x"), Region.BODY)


def test_trees_that_were_not_parsed_are_found_in_as_well() -> None:
    leaf = Entity(HeaderSection.of_octets(EMPTY), b"\r\n", Given(Octets.of(b"text")))
    header = HeaderSection.of_octets(Octets.of(b"Content-Type: multipart/mixed; boundary=b\r\n"))
    body = Multipart(b"b", EMPTY, (b"--b\r\n",), (leaf,), b"\r\n--b--\r\n", EMPTY)
    root = Entity(header, b"\r\n", body)
    found = locate(root, 52)
    assert (found.entity, found.region) == (leaf, Region.BODY)
    assert bytes(root.octets)[found.start : found.stop] == b"text"


def test_ten_thousand_parts() -> None:
    octets = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nX: y\n\ntext\n" * 9_000 + b"--b--\n"
    root = parse(octets)
    for offset in range(0, len(octets), 997):
        found = locate(root, offset)
        assert found.start <= offset < found.stop
        assert span(root, found.entity, found.region, found.index) == (found.start, found.stop)
