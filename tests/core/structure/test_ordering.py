"""Another order of parts: what is read back is what was moved, and nothing else has changed."""

from collections.abc import Callable

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from sescomposer.core.entity import Entity
from sescomposer.core.errors import EditError
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.structure import Attachment, attach, blank_message, reordered

Check = Callable[[Entity], None]
SIGNED = (
    b'Content-Type: multipart/signed; boundary=s; protocol="application/pkcs7-signature"\r\n\r\n'
    b"--s\r\n\r\nHi\r\n--s\r\nContent-Type: application/pkcs7-signature\r\n\r\nx\r\n--s--\r\n"
)


def message(count: int) -> Entity:
    root, ids = blank_message(), SeededIdentifiers("order")
    for number in range(count):
        root = attach(root, Attachment(Octets.of(b"%d" % number), f"{number}"), ids)
    return root


def names(root: Entity) -> list[str]:
    return [child.file_name for child in root.children]


@given(st.sets(st.integers(0, 6)), st.one_of(st.none(), st.integers(0, 6)))
@settings(max_examples=100, deadline=None)
def test_chosen_parts_go_together_before_another(chosen: set[int], before: int | None) -> None:
    root = message(6)
    here = [child.key for child in root.children]
    after = reordered(root, root.key, [here[row] for row in chosen], None if before is None else here[before])
    at = len(here) if before is None else before
    rows = range(len(here))
    wanted = [
        *(row for row in rows if row < at and row not in chosen),
        *(row for row in rows if row in chosen),
        *(row for row in rows if row >= at and row not in chosen),
    ]
    assert [child.key for child in after.children] == [here[row] for row in wanted]
    assert (after is root) == (wanted == list(rows))
    read = parse(Octets.of(bytes(after.octets)))
    assert names(read) == names(after)
    assert len(after.octets) == len(root.octets)


@pytest.mark.parametrize(
    "octets",
    [
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b \n\ntwo\n--b\nX: y",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\nhello\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\nbye",
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\n--b\n\ntwo\n--b--",
    ],
)
def test_given_parts_read_back_in_every_order(octets: bytes, check: Check) -> None:
    root = parse(Octets.of(octets))
    for child in root.children:
        for before in (None, *(other.key for other in root.children)):
            check(reordered(root, root.key, [child.key], before))


def test_what_is_not_there_and_what_is_signed_is_refused() -> None:
    root = message(2)
    with pytest.raises(EditError, match="no such part"):
        reordered(root, root.key, [root.key], None)
    signed = parse(Octets.of(SIGNED))
    with pytest.raises(EditError, match="cannot be edited"):
        reordered(signed, signed.key, [signed.children[0].key], None)
