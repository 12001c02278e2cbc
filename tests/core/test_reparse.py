"""Editing a message as octets keeps what was not touched."""

import pytest

from sescomposer.core.entity import Entity, Made
from sescomposer.core.header import HeaderSection
from sescomposer.core.location import offset_of
from sescomposer.core.octets import EMPTY, Octets
from sescomposer.core.parse import parse
from sescomposer.core.reparse import reparse
from sescomposer.core.transfer_encoding import TransferEncoding

MESSAGE = b"""Subject: Hi
Content-Type: multipart/mixed; boundary=o

--o
Content-Type: multipart/alternative; boundary=i

--i

one
--i
Content-Type: text/html

<p>two</p>
--i--
--o
Content-Type: message/rfc822

Subject: inside

three
--o--
"""


def edited(root: Entity, old: bytes, new: bytes) -> Entity:
    octets = bytes(root.octets)
    at = octets.index(old)
    spliced = Octets.join((root.octets[:at], new, root.octets[at + len(old) :]))
    return reparse(root, spliced, at, len(old), len(new))


def test_an_edit_in_one_leaf_makes_only_its_line_of_parents_anew() -> None:
    root = parse(MESSAGE)
    after = edited(root, b"one", b"one and a half")
    assert after is not root
    assert [old.key for old in root.walk()] == [new.key for new in after.walk()]
    is_kept = {new.media_type + new.subject: old is new for old, new in zip(root.walk(), after.walk(), strict=True)}
    assert is_kept == {
        "multipart/mixedHi": False,
        "multipart/alternative": False,
        "text/plain": False,
        "text/html": True,
        "message/rfc822": True,
        "text/plaininside": True,
    }
    assert bytes(after.children[0].children[0].body.octets) == b"one and a half"


def test_an_edit_in_the_root_header_keeps_all_parts() -> None:
    root = parse(MESSAGE)
    after = edited(root, b"Hi", b"Hello")
    assert after.subject == "Hello"
    assert all(old is new for old, new in zip(root.children, after.children, strict=True))


def test_a_new_part_between_keeps_its_neighbours() -> None:
    root = parse(MESSAGE)
    at = MESSAGE.index(b"--o\nContent-Type: message")
    new = b"--o\n\nnew\n"
    after = reparse(root, Octets.join((root.octets[:at], new, root.octets[at:])), at, 0, len(new))
    assert [child.media_type for child in after.children] == ["multipart/alternative", "text/plain", "message/rfc822"]
    assert after.children[0] is root.children[0]
    assert after.children[2] is root.children[1]


def test_a_boundary_that_changes_dissolves_its_container_only() -> None:
    root = parse(MESSAGE)
    after = edited(root, b"boundary=i", b"boundary=j")
    assert after.children[0].children == ()
    assert after.children[1] is root.children[1]
    again = edited(after, b"boundary=j", b"boundary=i")
    assert len(again.children[0].children) == 2


def test_wrapping_the_whole_message_keeps_the_root_key_once() -> None:
    root = parse(b"Subject: x\n\ntext")
    after = edited(root, b"Subject: x", b"Content-Type: message/rfc822\n\nSubject: x")
    assert after.key == root.key
    assert after.children[0].key != root.key


def test_content_of_ours_stays_ours_and_is_not_read() -> None:
    content = Octets.of(b"\x00" * 300_000)
    body = Made(content, "", TransferEncoding.BASE64, b"\n")
    header = b"Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n"
    leaf = Entity(HeaderSection.of_octets(Octets.of(header), b"\n"), b"\n", body)
    old = parse(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\n\n--b--\n")
    multipart = old.body
    object.__setattr__(multipart, "children", (old.children[0], leaf))
    for holder in (old, multipart):
        holder.__dict__.pop("octets")
    after = edited_near_content(old)
    assert after.children[1] is leaf
    assert bytes(after.children[0].body.octets) == b"more"


def edited_near_content(root: Entity) -> Entity:
    at = offset_of(root, root.children[0].key) + 1
    return reparse(root, Octets.join((root.octets[:at], b"more", root.octets[at + 3 :])), at, 3, 4)


def test_numbers_that_do_not_fit_are_refused() -> None:
    root = parse(b"x")
    with pytest.raises(ValueError, match="does not lead"):
        reparse(root, EMPTY, 0, 0, 0)
