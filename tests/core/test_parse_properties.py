"""Properties of any octets at all: identity, tiling, numbers, and editing as octets."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sescomposer.core import open_boundaries, scan_buffer
from sescomposer.core.entity import Entity, Multipart, Nested
from sescomposer.core.entity_defects import defects
from sescomposer.core.location import Location, Region, locate, offset_of, span
from sescomposer.core.numbering import numbered, numbers, part_number, path
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.reparse import reparse
from sescomposer.core.scan_buffer import WindowedBuffer
from sescomposer.core.serialize import serialize
from sescomposer.core.tree_json import tree_node

FRAGMENTS = [
    b"--b",
    b"--b--",
    b"--bb",
    b"--bb--",
    b"--a:b",
    b"--a:b--",
    b"--b--\n--b",
    b"\n",
    b"\r\n",
    b"\r",
    b"\n\n",
    b"\r\n\r\n",
    b"Content-Type: multipart/mixed; boundary=b",
    b"Content-Type: multipart/digest; boundary=bb",
    b"Content-Type: message/rfc822",
    b'Content-Type: multipart/alternative; boundary="a:b"',
    b"Content-Type: text/plain; charset=utf-8",
    b"Content-Transfer-Encoding: base64",
    b"Content-Transfer-Encoding: quoted-printable",
    b"X: y",
    b" fold",
    b"text",
    b"From x",
    b"\xef\xbb\xbf",
    b"- -",
    b"--",
    b" ",
    b"\x00",
    b"\xff",
]
LINE_ENDS = [b"\n", b"\r\n", b"\r", b""]


@st.composite
def mailish(draw: st.DrawFn) -> bytes:
    """Fragments of mail in any order, with one line end for most lines; often below a multipart header."""
    line_end = draw(st.sampled_from(LINE_ENDS))
    lines = draw(st.lists(st.tuples(st.sampled_from(FRAGMENTS), st.integers(0, 4)), max_size=40))
    octets = b"".join(fragment + (line_end if choice else b"") for fragment, choice in lines)
    if draw(st.booleans()):
        octets = b"Content-Type: multipart/mixed; boundary=b" + line_end * 2 + octets
    return octets


anything = st.one_of(st.binary(max_size=200), mailish())


def joined(entity: Entity) -> bytes:
    """Join the pieces of a tree without the ropes that the parser stored."""
    match entity.body:
        case Multipart() as body:
            parts = b"".join(a + joined(b) for a, b in zip(body.delimiters, body.children, strict=True))
            inside = bytes(body.preamble) + parts + body.close + bytes(body.epilogue)
        case Nested(entity=message):
            inside = joined(message)
        case body:
            inside = bytes(body.octets)
    return bytes(entity.header.octets) + entity.separator + inside


def shape(entity: Entity) -> object:
    children = [shape(child) for child in entity.children]
    return entity.note, bytes(entity.header.octets), entity.separator, type(entity.body).__name__, children


@settings(max_examples=400)
@given(anything)
def test_joining_the_pieces_gives_the_octets(octets: bytes) -> None:
    root = parse(octets)
    assert joined(root) == octets
    assert serialize(root) == octets
    assert all(joined(entity) == bytes(entity.octets) for entity in root.walk())


@settings(max_examples=150)
@given(anything, st.randoms(use_true_random=False))
def test_a_rope_gives_the_same_tree_whatever_its_pieces(octets: bytes, chance: random.Random) -> None:
    cuts = sorted(chance.sample(range(len(octets) + 1), min(4, len(octets) + 1)))
    rope = Octets.join([octets[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(octets)], strict=True)])
    assert shape(parse(rope)) == shape(parse(octets))


@pytest.mark.parametrize("window", [8, 13, 64])
def test_windows_that_cut_lines_give_the_same_tree(window: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_buffer, "_FIRST_WINDOW", window)
    monkeypatch.setattr(scan_buffer, "_LARGEST_WINDOW", 4 * window)
    monkeypatch.setattr(open_boundaries, "_LINE_MISSES", 1)
    monkeypatch.setattr(open_boundaries, "_FIRST_WINDOW", window)
    monkeypatch.setattr(open_boundaries, "_LARGEST_WINDOW", 2 * window)
    monkeypatch.setattr(open_boundaries, "PATTERN_OCTETS", 0)
    chance = random.Random(window)
    for _ in range(300):
        lines = [chance.choice(FRAGMENTS) + chance.choice([b"\n", b"\n", b"\r\n", b""]) for _ in range(30)]
        octets = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"".join(lines)
        expected = shape(parse(octets))
        rope = Octets.join([octets[:20], octets[20:]])
        assert isinstance(scan_buffer.buffer_of(Octets.of(memoryview(octets))), WindowedBuffer)
        assert shape(parse(memoryview(octets))) == expected
        assert shape(parse(rope)) == expected


@settings(max_examples=200)
@given(anything)
def test_regions_tile_the_message(octets: bytes) -> None:
    root = parse(octets)
    position = 0
    while position < len(octets):
        found = locate(root, position)
        assert found.start == position < found.stop
        assert span(root, found.entity, found.region, found.index) == (found.start, found.stop)
        assert locate(root, found.stop - 1) == found
        position = found.stop
    assert locate(root, len(octets)).stop == len(octets)


@settings(max_examples=150)
@given(anything, st.data())
def test_every_octet_is_in_the_region_that_it_is_found_in(octets: bytes, data: st.DataObject) -> None:
    root = parse(octets)
    offset = data.draw(st.integers(0, len(octets)))
    found = locate(root, offset)
    start, stop = span(root, found.entity, found.region, found.index)
    assert start <= offset <= stop
    assert offset < stop or offset == len(octets)
    assert isinstance(found, Location)
    assert found.region in Region
    entity = found.entity
    at = offset_of(root, entity.key)
    assert octets[at : at + len(entity.octets)] == bytes(entity.octets)


@settings(max_examples=150)
@given(anything)
def test_part_numbers_are_unique_and_lead_back(octets: bytes) -> None:
    root = parse(octets)
    known = numbers(root)
    assert len(set(known.values())) == len(known) == len(list(root.walk()))
    for entity in root.walk():
        assert part_number(root, entity) == known[entity.key]
        assert numbered(root, known[entity.key]) is entity
        assert root.at(known[entity.key]) is entity
        found = root
        for index in path(root, entity):
            found = found.children[index]
        assert found is entity


@settings(max_examples=150)
@given(anything)
def test_defects_stand_inside_their_entities_and_the_tree_is_json(octets: bytes) -> None:
    root = parse(octets)
    for entity, defect in defects(root):
        assert 0 <= defect.start <= defect.stop <= len(entity.octets)
    node = tree_node(root)
    assert json.loads(json.dumps(node))["body"][1] == len(octets)


@settings(max_examples=300)
@given(anything, st.one_of(st.binary(max_size=6), st.sampled_from(FRAGMENTS)), st.data())
def test_editing_as_octets_gives_the_tree_of_the_new_octets(octets: bytes, new: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(octets)))
    stop = data.draw(st.integers(start, min(len(octets), start + 12)))
    root = parse(octets)
    after = reparse(root, Octets.join([root.octets[:start], new, root.octets[stop:]]), start, stop - start, len(new))
    expected = octets[:start] + new + octets[stop:]
    assert joined(after) == serialize(after) == expected
    assert shape(after) == shape(parse(expected))
    assert after.key == root.key
    keys = [entity.key for entity in after.walk()]
    assert len(set(keys)) == len(keys)
