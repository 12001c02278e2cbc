"""Real shapes of mail through the public interface alone: nothing is lost, and an edit changes what it names.

Everything is judged by octets that were written and read again, not by the trees that the edits gave.
"""

import email
import email.policy
from collections.abc import Iterable
from pathlib import Path

import pytest

from sescomposer.core import Attachment, Entity, Octets, SeededIdentifiers, body_parts, locate, parse, serialize, span
from sescomposer.core.errors import EditError, EncodingError
from sescomposer.core.structure import attach, remove, with_text

CORPUS = Path(__file__).parent.parent / "data" / "eml"
FILES = sorted(CORPUS.rglob("*.eml"))
NAMES = [str(path.relative_to(CORPUS)) for path in FILES]
TEXT_STAYS = {"signed": EditError, "wrong_charset": EncodingError}
"""A text below a signature is not edited until the user lifts it; nor one whose octets are none of its charset."""

DISPUTED = {"byte_order_mark", "obsolete_blanks_before_colon"}
"""Where the standard library does not find the header that we find."""

READABLE = [path for path in FILES if path.stem not in DISPUTED]

ATTACHED = Attachment(Octets.of(b"\x00\x01 attached octets \xff" * 9), "प्रस्ताव 🌹.bin", "application/octet-stream")


def read_again(root: Entity) -> Entity:
    """Write a tree and read what was written."""
    octets = serialize(root)
    again = parse(octets)
    assert serialize(again) == octets
    return again


def leaves(root: Entity) -> list[bytes]:
    """Give the encoded bodies of all leaves, in order."""
    return [bytes(entity.render())[len(entity.header.octets) :] for entity in root.walk() if not entity.children]


def other_fields(root: Entity) -> list[bytes]:
    """Give the header fields that no edit of the structure may touch."""
    touched = ("content-", "mime-version")
    return [field.octets.rstrip() for field in root.header.fields if not field.name.lower().startswith(touched)]


def is_within(wanted: Iterable[bytes], found: Iterable[bytes]) -> bool:
    """Tell whether all that is wanted is found, in that order; the blanks before a body belong to no one."""
    rest = iter([octets.strip() for octets in found])
    return all(octets.strip() in rest for octets in wanted)


every_message = pytest.mark.parametrize("path", FILES, ids=NAMES)


def forms(path: Path) -> list[bytes]:
    """Give a message as it is, and with each kind of line end."""
    octets = path.read_bytes()
    unix = octets.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return [octets, *(unix.replace(b"\n", line_end) for line_end in (b"\n", b"\r\n", b"\r"))]


@every_message
def test_every_octet_is_kept_and_has_a_place(path: Path) -> None:
    for octets in forms(path):
        check_places(octets)


def check_places(octets: bytes) -> None:
    root = parse(octets)
    assert serialize(root) == octets
    assert bytes(root.render()) == octets
    offset = 0
    while offset < len(octets):
        place = locate(root, offset)
        start, stop = span(root, place.entity, place.region, place.index)
        assert start == offset < stop
        offset = stop


@every_message
def test_new_text_changes_nothing_else(path: Path) -> None:
    for octets in forms(path):
        if path.stem in TEXT_STAYS:
            with pytest.raises(TEXT_STAYS[path.stem]):
                check_new_text(parse(octets))
        else:
            check_new_text(parse(octets))


def check_new_text(root: Entity) -> None:
    old = body_parts(root).text
    words = "Grüße,\n\n\tnew text: नमस्ते 🌹\n-- \nnobody\n"
    again = read_again(with_text(root, words, SeededIdentifiers(1)))
    new = body_parts(again).text
    assert new is not None
    assert new.text() == words
    assert other_fields(again) == other_fields(root)
    kept = [entity for entity in root.walk() if not entity.children and (old is None or entity.key != old.key)]
    assert is_within([bytes(leaf.render())[len(leaf.header.octets) :] for leaf in kept], leaves(again))


@every_message
def test_attached_and_removed_again(path: Path) -> None:
    for octets in forms(path):
        check_attaching(parse(octets))


def check_attaching(root: Entity) -> None:
    changed = attach(root, ATTACHED, SeededIdentifiers(2))
    again = read_again(changed)
    (part,) = [entity for entity in again.walk() if entity.file_name == ATTACHED.file_name]
    assert bytes(part.content) == bytes(ATTACHED.octets)
    assert other_fields(again) == other_fields(root)
    assert is_within(leaves(root), leaves(again))
    (made,) = [entity for entity in changed.walk() if entity.file_name == ATTACHED.file_name]
    without = read_again(remove(changed, made.key, SeededIdentifiers(3)))
    assert other_fields(without) == other_fields(root)
    assert [leaf.strip() for leaf in leaves(without)] == [leaf.strip() for leaf in leaves(root)]


@pytest.mark.parametrize("path", READABLE, ids=lambda path: path.stem)
def test_standard_library_reads_what_was_attached(path: Path) -> None:
    changed = attach(parse(path.read_bytes()), ATTACHED, SeededIdentifiers(2))
    read = email.message_from_bytes(serialize(changed), policy=email.policy.compat32)
    contents = [part.get_payload(decode=True) for part in read.walk() if not part.is_multipart()]
    assert bytes(ATTACHED.octets) in contents
