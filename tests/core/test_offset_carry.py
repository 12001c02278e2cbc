"""Places of one root in another: they stay with their octets whatever comes, goes or moves elsewhere."""

from collections.abc import Callable

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from sescomposer.core.entity import Entity
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.octets import Octets
from sescomposer.core.offset_carry import OffsetCarry
from sescomposer.core.parse import parse
from sescomposer.core.structure import (
    Attachment,
    attach,
    move,
    remove,
    reordered,
    with_header_field,
    with_html,
    with_text,
    wrap,
)

IDS = SeededIdentifiers(3)
Edit = Callable[[Entity], Entity]


def message(count: int = 3) -> Entity:
    root = parse(Octets.of(b"From: a@b.example\r\nTo: c@d.example\r\nSubject: Hi\r\n\r\nDear Ann, see you\r\n"))
    root = with_html(root, "<p>Dear Ann, see you</p>\n", IDS)
    for number in range(count):
        root = attach(root, Attachment(Octets.of(b"%d content " % number * 30), f"{number}.bin"), IDS)
    return root


def place_of(root: Entity, what: bytes) -> int:
    found = root.octets.find(what)
    assert found >= 0
    return found


def attachments(root: Entity) -> list[Entity]:
    return [part for part in root.walk() if part.disposition == "attachment"]


EDITS: dict[str, Edit] = {
    "a longer subject": lambda root: with_header_field(root, root.key, "Subject", "Something much longer"),
    "one more field": lambda root: with_header_field(root, root.key, "X-Long", "x" * 50),
    "another text": lambda root: with_text(root, "Quite another text\nof two lines\n", IDS),
    "one more attachment": lambda root: attach(root, Attachment(Octets.of(b"more"), "more.bin"), IDS),
    "the first one gone": lambda root: remove(root, attachments(root)[0].key, IDS),
    "the first one last": lambda root: reordered(root, root.key, [attachments(root)[0].key], None),
    "the last one first": lambda root: move(root, attachments(root)[2].key, root.key, 0, IDS),
    "wrapped": lambda root: wrap(root, attachments(root)[1].key, "mixed", IDS),
}


@pytest.mark.parametrize("name", EDITS)
@pytest.mark.parametrize("what", [b"To: c@d", b"d.example", b"filename=1.bin", b"MSBjb250ZW50"])
def test_what_was_not_edited_is_followed(name: str, what: bytes) -> None:
    before = message()
    after = EDITS[name](before)
    carry = OffsetCarry(before, after)
    place = place_of(before, what)
    assert [carry(place + at) for at in range(len(what))] == [place_of(after, what) + at for at in range(len(what))]


def test_body_that_becomes_a_part_is_followed_into_it() -> None:
    before = parse(Octets.of(b"Subject: Hi\r\n\r\nDear Ann\r\n"))
    after = attach(before, Attachment(Octets.of(b"x"), "x.bin"), IDS)
    assert OffsetCarry(before, after)(place_of(before, b"Ann")) == place_of(after, b"Ann")
    assert OffsetCarry(after, before)(place_of(after, b"Ann")) == place_of(before, b"Ann")


def test_delimiter_is_followed_with_its_child() -> None:
    before = message()
    second = attachments(before)[1]
    after = reordered(before, before.key, [attachments(before)[0].key], None)
    start = bytes(before.octets).index(bytes(second.octets)) - 10
    assert OffsetCarry(before, after)(start) == bytes(after.octets).index(bytes(second.octets)) - 10


def test_in_what_was_typed_before_and_behind_the_caret() -> None:
    before = parse(Octets.of(b"Subject: Hi\r\n\r\none two three\r\n"))
    after = with_text(before, "one and more two three\n", IDS)
    carry = OffsetCarry(before, after)
    assert carry(place_of(before, b"one")) == place_of(after, b"one")
    assert carry(place_of(before, b"three")) == place_of(after, b"three")


@given(st.lists(st.sampled_from(list(EDITS)[:4]), max_size=3), st.integers(0, 10_000), st.booleans())
@settings(max_examples=60, deadline=None)
def test_every_place_has_one_and_what_is_left_stays_in_order(names: list[str], offset: int, back: bool) -> None:
    one = other = message(2)
    for name in names:
        other = EDITS[name](other)
    before, after = (other, one) if back else (one, other)
    carry = OffsetCarry(before, after)
    place = carry(offset)
    assert 0 <= place <= len(after.octets)
    if not names:
        assert place == min(offset, len(before.octets))


def test_of_another_message_it_is_some_place() -> None:
    before, after = message(), parse(Octets.of(b"Subject: other\r\n\r\n"))
    carry = OffsetCarry(before, after)
    assert all(0 <= carry(offset) <= len(after.octets) for offset in range(0, len(before.octets) + 9, 7))
