"""The model of the tree: correct by Qt's own tester after any edit, and a key touches only the rows that changed."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from sescomposer.core.compose import compose
from sescomposer.core.entity import Entity, Key
from sescomposer.core.errors import MessageError
from sescomposer.core.findings import Finding, Severity, Where
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.numbering import numbers
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.structure import Attachment, attach, move, remove, splice, unwrap, wrap
from sescomposer.gui.models.tree_model import DETAILS, PART, PROBLEM, SIZE, TreeModel

CostsAtMost = Callable[[float, Callable[[], object], Callable[[], object]], None]

IDS = SeededIdentifiers(1)
SIGNED = (
    b'Content-Type: multipart/signed; boundary=s; protocol="application/pkcs7-signature"\r\n\r\n'
    b"--s\r\nContent-Type: text/plain\r\n\r\nHi\r\n"
    b"--s\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nx\r\n--s--\r\n"
)


def message(attachments: int = 2) -> Entity:
    files = [Attachment(Octets.of(b"x" * n), f"{n}.bin") for n in range(attachments)]
    root = compose("a@example.org", "b@example.org", "Hi", text="Text", html="<p>Text</p>", ids=IDS).root
    for file in files:
        root = attach(root, file, IDS)
    return root


def rows_of(model: TreeModel, parent: QModelIndex | None = None) -> list[object]:
    top = parent if parent is not None else QModelIndex()
    found: list[object] = []
    for row in range(model.rowCount(top)):
        index = model.index(row, 0, top)
        assert model.parent(index) == top
        found.append((model.entity(index), rows_of(model, index)))
    return found


def rows_in(entity: Entity) -> list[object]:
    return [(child, rows_in(child)) for child in entity.children]


def assert_shows(model: TreeModel, root: Entity) -> None:
    assert rows_of(model) == [(root, rows_in(root))]
    expected = numbers(root)
    for entity in root.walk():
        name = model.index_of(entity.key).data()
        assert name == f"{expected[entity.key]}  {entity.media_type}"


def with_tester(root: Entity) -> tuple[TreeModel, QAbstractItemModelTester]:
    model = TreeModel(root)
    return model, QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)


def test_rows_follow_any_message(qapp: object) -> None:
    model, tester = with_tester(message())
    assert tester.model() is model
    assert_shows(model, model.entity(model.index(0, 0)) or message())
    for octets in (b"", SIGNED, b"Content-Type: message/rfc822\r\n\r\nSubject: Hi\r\n\r\nHo"):
        root = parse(octets)
        model.show_root(root)
        assert_shows(model, root)


EDIT = st.tuples(
    st.sampled_from(["move", "remove", "wrap", "unwrap", "attach"]), st.integers(0, 30), st.integers(0, 30)
)


@given(st.lists(EDIT, max_size=12))
def test_rows_follow_edits(qapp: object, edits: list[tuple[str, int, int]]) -> None:
    root = message(3)
    model, tester = with_tester(root)
    for name, one, two in edits:
        root = edited(root, name, one, two)
        model.show_root(root)
        assert_shows(model, root)
    del tester


def edited(root: Entity, name: str, one: int, two: int) -> Entity:
    entities = list(root.walk())
    part, other = entities[one % len(entities)], entities[two % len(entities)]
    edits: dict[str, Callable[[], Entity]] = {
        "move": lambda: move(root, part.key, other.key, two % (len(other.children) + 1), IDS),
        "remove": lambda: remove(root, part.key, IDS),
        "wrap": lambda: wrap(root, part.key, "mixed", IDS),
        "unwrap": lambda: unwrap(root, part.key, IDS),
        "attach": lambda: attach(root, Attachment(Octets.of(b"x"), "x.bin"), IDS),
    }
    try:
        return edits[name]()
    except (MessageError, IndexError):
        return root


def test_a_key_tells_of_the_rows_on_the_path_only(qtbot: QtBot) -> None:
    root = message(500)
    model, _ = with_tester(root)
    told: list[Key] = []

    def note(first: QModelIndex, last: QModelIndex) -> None:
        entity = model.entity(first)
        assert entity is not None
        assert first.row() == last.row()
        told.append(entity.key)

    model.dataChanged.connect(note)
    text = next(entity for entity in root.walk() if entity.media_type == "text/plain" and not entity.file_name)
    after = splice(root, text.key, 0, 0, "x", IDS)
    with qtbot.assertNotEmitted(model.rowsInserted), qtbot.assertNotEmitted(model.modelReset):
        model.show_root(after)
    assert set(told) == {entity.key for entity in after.trail(text.key)}
    assert len(told) == len(set(told))


def test_a_key_costs_no_more_than_showing_ten_thousand_parts_once(qapp: object, costs_at_most: CostsAtMost) -> None:
    part = b"--b\r\nContent-Type: text/plain\r\n\r\nHi\r\n"
    root = parse(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 9990 + b"--b--\r\n")
    model = TreeModel(root)
    last = root.children[-1]
    edited = [splice(root, last.key, 0, 0, letter, IDS) for letter in "xyz"]
    costs_at_most(1.5, lambda: model.show_root(edited.pop()), lambda: TreeModel(root))
    assert model.index_of(last.key).data() == "9990  text/plain"


def test_signed_parts_are_read_only(qapp: object) -> None:
    root = parse(SIGNED)
    model = TreeModel(root)
    signed, inside = model.index_of(root.key), model.index_of(root.children[0].key)
    assert signed.siblingAtColumn(DETAILS).data() == "signed, read-only"
    assert "read-only" in inside.siblingAtColumn(DETAILS).data()
    assert not model.flags(inside) & Qt.ItemFlag.ItemIsDragEnabled
    assert not model.flags(signed) & Qt.ItemFlag.ItemIsDropEnabled


def test_what_was_not_opened_says_why(qapp: object) -> None:
    root = parse(b"Content-Type: multipart/mixed\r\n\r\nHi\r\n")
    model = TreeModel(root)
    index = model.index(0, DETAILS)
    assert "not opened: no boundary" in index.data()
    assert "names no boundary" in index.data(Qt.ItemDataRole.ToolTipRole)


def test_names_are_neither_markup_nor_turn_the_line(qapp: object) -> None:
    name = '<img src="file:///etc/passwd">\u202efdp.exe'
    root = attach(message(0), Attachment(Octets.of(b"x"), name), IDS)
    model = TreeModel(root)
    index = model.index_of(root.children[-1].key).siblingAtColumn(DETAILS)
    assert "\u202e" not in index.data()
    assert "<img" not in index.data(Qt.ItemDataRole.ToolTipRole)


def test_findings_mark_their_part(qtbot: QtBot) -> None:
    root = message()
    model, _ = with_tester(root)
    part = root.children[-1]
    found = [
        Finding("one", Severity.NOTE, "A note.", Where(part.key), ""),
        Finding("two", Severity.ERROR, "An error.", Where(part.key), ""),
        Finding("all", Severity.ERROR, "Of the message.", Where(), ""),
    ]
    mark = model.index_of(part.key).siblingAtColumn(PROBLEM)
    assert mark.data(Qt.ItemDataRole.DecorationRole) is None
    with qtbot.waitSignal(model.dataChanged):
        model.show_findings(found)
    assert mark.data(Qt.ItemDataRole.DecorationRole).name() == "error"
    assert "An error." in mark.data(Qt.ItemDataRole.ToolTipRole)
    assert "has errors" in mark.siblingAtColumn(PART).data(Qt.ItemDataRole.AccessibleTextRole)
    model.show_findings(())
    assert mark.data(Qt.ItemDataRole.DecorationRole) is None


@pytest.mark.parametrize("row, place", [(-1, 3), (0, 0), (1, 0), (4, 3)])
def test_drop_asks_for_the_place_after_the_move(qtbot: QtBot, row: int, place: int) -> None:
    root = message(3)
    model, _ = with_tester(root)
    mixed, part = model.index_of(root.key), model.index_of(root.children[0].key)
    mime = model.mimeData([part])
    with qtbot.waitSignal(model.moved) as told:
        assert not model.dropMimeData(mime, Qt.DropAction.MoveAction, row, 0, mixed)
    assert told.args == [root.children[0].key, root.key, place]


def test_no_drop_into_itself_a_leaf_or_of_another_window(qapp: object) -> None:
    root = message(1)
    model, _ = with_tester(root)
    mixed, alternative, leaf = (model.index_of(e.key) for e in (root, root.children[0], root.children[1]))
    move_action = Qt.DropAction.MoveAction
    assert model.canDropMimeData(model.mimeData([leaf]), move_action, -1, 0, alternative)
    assert not model.canDropMimeData(model.mimeData([alternative]), move_action, -1, 0, alternative)
    assert not model.canDropMimeData(model.mimeData([alternative]), move_action, -1, 0, leaf)
    other, _ = with_tester(root)
    assert not model.canDropMimeData(other.mimeData([other.index_of(root.children[1].key)]), move_action, 0, 0, mixed)


def test_sizes_are_written_for_people(qapp: object) -> None:
    root = parse(b"Subject: Hi\r\n\r\n" + b"x" * 2048)
    model = TreeModel(root)
    assert model.index(0, SIZE).data() == "2.0 KB"
