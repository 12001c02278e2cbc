"""Where cards land: at the mark, or nowhere."""

import pytest

from sescomposer.core.entity import Entity, Key
from sescomposer.core.errors import EditError
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.structure import Attachment, attach, blank_message, embed, with_html
from sescomposer.gui.card_order import cards_of, may_land, with_cards_at

IDS = SeededIdentifiers("cards")


def message() -> Entity:
    """Cards: two images of the HTML, then three attachments."""
    root = with_html(blank_message(), "<p>x", IDS)
    for name in ("i", "j"):
        root, _ = embed(root, Attachment(Octets.of(b"x"), name, "image/png"), IDS)
    for name in ("a", "b", "c"):
        root = attach(root, Attachment(Octets.of(b"x"), name), IDS)
    return root


def names(root: Entity) -> str:
    return "".join(card.file_name for card in cards_of(root))


def keys(root: Entity, wanted: str) -> list[Key]:
    return [card.key for card in cards_of(root) if card.file_name in wanted]


@pytest.mark.parametrize(
    "moved, gap, shown",
    [
        ("a", 5, "ijbca"),
        ("a", 4, "ijbac"),
        ("c", 2, "ijcab"),
        ("ac", 4, "ijbac"),
        ("bc", 2, "ijbca"),
        ("i", 2, "jiabc"),
        ("j", 0, "jiabc"),
        ("b", 3, "ijabc"),
        ("b", 4, "ijabc"),
    ],
)
def test_cards_land_at_the_gap(moved: str, gap: int, shown: str) -> None:
    root = message()
    assert may_land(root, keys(root, moved), gap)
    after = with_cards_at(root, keys(root, moved), gap)
    assert names(after) == shown
    assert (after is root) == (shown == "ijabc")


@pytest.mark.parametrize("moved, gap", [("a", 0), ("a", 1), ("i", 3), ("i", 5), ("ia", 2), ("ia", 5)])
def test_cards_of_another_container_do_not_land(moved: str, gap: int) -> None:
    root = message()
    assert not may_land(root, keys(root, moved), gap)
    with pytest.raises(EditError, match="cannot be moved there"):
        with_cards_at(root, keys(root, moved), gap)


def test_no_mark_where_the_card_would_not_be() -> None:
    root = parse(
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n"
        b"--b\nContent-Disposition: attachment; filename=a\n\n1\n"
        b"--b\nContent-Type: image/png\nContent-Disposition: inline; filename=i\n\n2\n--b--\n"
    )
    assert names(root) == "ia"
    assert not may_land(root, keys(root, "a"), 0)
    assert may_land(root, keys(root, "a"), 1)


def test_signed_parts_stay() -> None:
    root = parse(
        b'Content-Type: multipart/signed; boundary=s; protocol="application/pkcs7-signature"\n\n--s\n'
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment; filename=a\n\n1\n"
        b"--b\nContent-Disposition: attachment; filename=b\n\n1\n--b--\n"
        b"--s\nContent-Type: application/pkcs7-signature\n\nx\n--s--\n"
    )
    assert not may_land(root, keys(root, "a"), 2)
