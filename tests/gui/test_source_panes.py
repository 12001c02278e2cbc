"""Tree and raw source of the composer's message: shown in the same turn, one selection, both states."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QDrag, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services, make_services
from sescomposer.core.entity import Entity
from sescomposer.core.header import make_field
from sescomposer.core.location import offset_of
from sescomposer.core.message import Message
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.structure import Attachment, attach, splice, with_header_field
from sescomposer.gui.composer import Composer, Selection
from sescomposer.gui.panes.raw_pane import RawState
from sescomposer.gui.panes.tree_and_source import TreeAndSource
from sescomposer.gui.tasks import TaskRunner
from sescomposer.services.sample import sample_message
from sescomposer.store.folders import Folders

Make = Callable[[Message | None], tuple[Composer, TreeAndSource]]


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = make_services(Folders.below(tmp_path))
    yield made
    made.close()


@pytest.fixture
def make(services: Services, qtbot: QtBot) -> Iterator[Make]:
    runners: list[TaskRunner] = []
    composers: list[Composer] = []

    def make(message: Message | None = None) -> tuple[Composer, TreeAndSource]:
        runner = TaskRunner()
        composer = Composer(services, runner, message or sample_message(services.ids))
        view = TreeAndSource(composer)
        qtbot.addWidget(view)
        view.resize(900, 700)
        with qtbot.waitExposed(view):
            view.show()
        runners.append(runner)
        composers.append(composer)
        return composer, view

    yield make
    for composer in composers:
        composer.deleteLater()
    qtbot.waitUntil(lambda: not any(runner.running for runner in runners))
    for runner in runners:
        runner.close()


def with_bcc(root: Entity) -> Entity:
    return replace(root, header=root.header.with_field("Bcc", make_field("Bcc", "c@example.org")))


def part(composer: Composer, media_type: str) -> Entity:
    return next(entity for entity in composer.root.walk() if entity.media_type == media_type)


def shown_selection(view: TreeAndSource) -> bytes:
    raw = view.source.raw.view
    return raw.octets.read(*raw.selection)


def type_into(composer: Composer, media_type: str, text: str) -> None:
    key, ids = part(composer, media_type).key, composer.ids
    assert composer.edit_root(lambda root: splice(root, key, 0, 0, text, ids), "typing")


def test_a_key_is_shown_in_the_same_turn(make: Make) -> None:
    composer, view = make(None)
    type_into(composer, "text/plain", "Zebra ")
    assert view.source.raw.view.octets is composer.octets()
    assert view.source.raw.revision == composer.revision
    assert bytes(view.source.raw.view.octets).count(b"Zebra") == 1
    assert view.tree.model.entity(view.tree.model.index(0, 0)) is composer.root


def test_selecting_a_part_moves_the_source(make: Make) -> None:
    composer, view = make(None)
    csv = part(composer, "text/csv")
    view.tree.view.setCurrentIndex(view.tree.model.index_of(csv.key))
    start = offset_of(composer.root, csv.key)
    raw = view.source.raw.view
    assert composer.selection == Selection(csv.key, origin="tree")
    assert raw.caret == start
    assert [(tint.start, tint.stop) for tint in raw.tints if tint.role == "selection"] == [
        (start, start + len(csv.octets))
    ]


def test_a_span_is_selected_and_told_once(make: Make, qtbot: QtBot) -> None:
    composer, view = make(None)
    html = part(composer, "text/html")
    told: list[Selection] = []
    composer.selection_changed.connect(told.append)
    composer.select(Selection(html.key, 0, 12, "elsewhere"))
    assert shown_selection(view) == b"Content-Type"
    assert view.tree.current.key == html.key
    assert told == [Selection(html.key, 0, 12, "elsewhere")]


def test_the_caret_selects_field_and_line(make: Make) -> None:
    composer, view = make(None)
    raw, octets = view.source.raw.view, composer.octets()
    raw.move_caret(octets.find(b"Subject:") + 3)
    selection = composer.selection
    assert selection.key == composer.root.key
    assert composer.root.octets.read(selection.start, selection.stop).startswith(b"Subject:")
    assert composer.root.octets.read(selection.start, selection.stop).endswith(b"\r\n")
    raw.move_caret(octets.find(b"<html") + 2)
    html = part(composer, "text/html")
    assert composer.selection.key == html.key == view.tree.current.key
    assert html.octets.read(composer.selection.start, composer.selection.stop).startswith(b"<html")
    assert raw.caret == octets.find(b"<html") + 2


def test_sealed_marks_what_is_provisional_and_hides_bcc(make: Make, services: Services) -> None:
    message = sample_message(services.ids)
    root = with_bcc(message.root)
    composer, view = make(message.with_root(root))
    raw = view.source.raw.view

    def marked() -> list[bytes]:
        return [raw.octets.read(tint.start, tint.stop) for tint in raw.tints if tint.role == "provisional"]

    assert marked() == [b"Bcc: c@example.org\r\n"]
    assert "Bcc" in view.source.note.text()
    assert view.source.note.isVisible()
    view.source.show_state(RawState.SEALED)
    assert b"c@example.org" not in bytes(raw.octets)
    assert [field.partition(b":")[0] for field in marked()] == [b"Date", b"Message-ID"]
    assert "Bcc is not sent" in view.source.note.text()
    before = bytes(raw.octets)
    type_into(composer, "text/plain", "Z")
    assert [field in before for field in marked()] == [True, True]


def test_selection_is_followed_in_the_sealed_state(make: Make) -> None:
    composer, view = make(None)
    view.source.show_state(RawState.SEALED)
    composer.edit_root(with_bcc, "bcc")
    start = composer.octets().find(b"Subject:")
    composer.select(Selection(composer.root.key, start, start + 8, "elsewhere"))
    assert shown_selection(view).startswith(b"Subject:")
    view.source.raw.view.move_caret(view.source.raw.view.octets.find(b"To: ") + 1)
    found = composer.octets().read(composer.selection.start, composer.selection.stop)
    assert found.startswith(b"To: ")


def test_hidden_panes_catch_up(make: Make) -> None:
    composer, view = make(None)
    view.hide()
    type_into(composer, "text/plain", "Zebra ")
    assert view.source.raw.revision != composer.revision
    view.show()
    assert view.source.raw.view.octets is composer.octets()


def test_search_opens(make: Make) -> None:
    _, view = make(None)
    view.open_search()
    assert view.source.raw.search_bar.isVisible()


def test_expansion_and_selection_survive_edits(make: Make) -> None:
    composer, view = make(None)
    tree, model = view.tree.view, view.tree.model
    related, csv = part(composer, "multipart/related"), part(composer, "text/csv")
    tree.collapse(model.index_of(related.key))
    tree.setCurrentIndex(model.index_of(csv.key))
    file = Attachment(Octets.of(b"x"), "x.bin")
    composer.edit_root(lambda root: attach(root, file, composer.ids), "attach")
    assert not tree.isExpanded(model.index_of(related.key))
    assert view.tree.current.key == csv.key
    action(view, "up").trigger()
    assert composer.root.children[0].key == csv.key
    assert view.tree.current.key == csv.key
    assert not tree.isExpanded(model.index_of(related.key))
    composer.undo()
    assert composer.root.children[1].key == csv.key
    assert view.tree.current.key == csv.key


def action(view: TreeAndSource, name: str) -> QAction:
    return view.tree.actions_of_part.by_name[name]


def test_keys_move_and_remove(make: Make, qtbot: QtBot) -> None:
    composer, view = make(None)
    tree = view.tree.view
    csv = part(composer, "text/csv")
    tree.setCurrentIndex(view.tree.model.index_of(csv.key))
    with qtbot.waitActive(view):
        view.activateWindow()
    tree.setFocus()
    QTest.keyClick(tree, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert composer.root.children[0].key == csv.key
    QTest.keyClick(tree, Qt.Key.Key_Delete)
    assert composer.root.find(csv.key) is None
    assert composer.selection.key == view.tree.current.key
    composer.undo()
    assert composer.root.find(csv.key) is not None


def test_wrapping_the_root_keeps_the_rest_open(make: Make) -> None:
    composer, view = make(None)
    view.tree.actions_of_part.wraps[0].trigger()
    assert composer.root.children[0].media_type == "multipart/mixed"
    leaf = view.tree.model.index_of(part(composer, "image/png").key)
    assert view.tree.view.isExpanded(leaf.parent())
    assert composer.root.find(composer.selection.key) is not None


def test_dropping_moves(make: Make, qtbot: QtBot) -> None:
    composer, view = make(None)
    model = view.tree.model
    csv, related = part(composer, "text/csv"), part(composer, "multipart/related")
    with qtbot.waitSignal(composer.message_changed):
        model.dropMimeData(
            model.mimeData([model.index_of(csv.key)]), Qt.DropAction.MoveAction, -1, 0, model.index_of(related.key)
        )
    found = composer.root.find(related.key)
    assert found is not None
    assert found.children[-1].key == csv.key


def test_only_what_may_move_is_dragged(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    composer, view = make(None)
    seen: list[object] = []
    monkeypatch.setattr(QDrag, "exec", lambda drag, *actions: seen.append(actions))
    view.tree.view.setCurrentIndex(view.tree.model.index_of(composer.root.key))
    view.tree.view.startDrag(Qt.DropAction.MoveAction)
    assert seen == []
    view.tree.view.setCurrentIndex(view.tree.model.index_of(part(composer, "text/csv").key))
    view.tree.view.startDrag(Qt.DropAction.MoveAction)
    assert seen == [(Qt.DropAction.MoveAction,)]


def selected(view: TreeAndSource) -> bytes:
    raw = view.source.raw.view
    return raw.octets.read(*raw.selection)


@pytest.mark.parametrize("is_upward", [False, True])
def test_selection_stays_on_its_octets_when_others_come_and_go(make: Make, is_upward: bool) -> None:
    composer, view = make(None)
    raw = view.source.raw.view
    start = raw.octets.find(b"Programme")
    raw.anchor, raw.caret = (start + 9, start) if is_upward else (start, start + 9)
    rows_above = raw.octets.line_of(start) - raw.top
    composer.edit_root(lambda root: attach(root, Attachment(Octets.of(b"x" * 500), "x.bin"), composer.ids), "attaching")
    composer.edit_root(lambda root: with_header_field(root, root.key, "Subject", "long " * 40), "subject")
    assert selected(view) == b"Programme"
    assert raw.selection[0] > start
    assert (raw.anchor > raw.caret) == is_upward
    composer.undo()
    composer.undo()
    assert raw.selection == (start, start + 9)
    assert raw.octets.line_of(start) - raw.top == rows_above


def test_who_reads_keeps_the_caret_at_its_height(make: Make, qtbot: QtBot) -> None:
    composer, view = make(None)
    raw = view.source.raw.view
    view.activateWindow()
    raw.setFocus()
    qtbot.waitUntil(raw.hasFocus)
    raw.verticalScrollBar().setValue(30)
    raw.anchor = raw.caret = raw.octets.line_start(33)
    line = raw.octets.lines(33, 1)[0].octets
    composer.edit_root(lambda root: with_header_field(root, root.key, "X-Long", "word " * 60), "field")
    number = raw.octets.line_of(raw.caret)
    assert number > 33
    assert raw.octets.lines(number, 1)[0].octets == line
    assert number - raw.top == 3


SIGNED = (
    b'Content-Type: multipart/signed; boundary=s; protocol="application/pkcs7-signature"\r\n\r\n'
    b"--s\r\nContent-Type: text/plain\r\nContent-ID: <a@b>\r\n\r\nHi\r\n"
    b"--s\r\nContent-Type: application/pkcs7-signature\r\n\r\nx\r\n--s--\r\n"
)


def test_below_a_signature_nothing_is_offered_but_to_look(make: Make) -> None:
    composer, view = make(Message(parse(SIGNED)))
    view.tree.view.setCurrentIndex(view.tree.model.index_of(composer.root.children[0].key))
    enabled = {name for name, each in view.tree.actions_of_part.by_name.items() if each.isEnabled()}
    assert enabled == {"properties", "save", "copy_id"}
    assert not view.tree.actions_of_part.wraps[0].isEnabled()
    action(view, "copy_id").trigger()
    assert QGuiApplication.clipboard().text() == "a@b"
    view.tree.view.setCurrentIndex(view.tree.model.index(0, 0))
    assert action(view, "lift").isVisible()
    action(view, "lift").trigger()
    assert composer.root.media_type == "text/plain"


def test_the_menu_holds_every_action(make: Make) -> None:
    _, view = make(None)
    menu = QMenu(view)
    view.tree.actions_of_part.fill(menu)
    words = [each.text() for each in menu.actions() if not each.isSeparator()]
    assert [word.replace("&", "") for word in words] == [
        "Properties...",
        "Save part...",
        "Copy Content-ID",
        "Move up",
        "Move down",
        "Encode anew",
        "Wrap in",
        "Unwrap",
        "Lift the signature",
        "Remove part",
    ]


def test_a_part_is_saved_decoded(make: Make, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    composer, view = make(None)
    image = part(composer, "image/png")
    view.tree.view.setCurrentIndex(view.tree.model.index_of(image.key))
    target = tmp_path / "saved.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *words: (str(target), ""))
    action(view, "save").trigger()
    qtbot.waitUntil(lambda: composer.runner.running == 0)
    assert target.read_bytes() == bytes(image.content)


def test_five_hundred_parts_take_keys_fast(make: Make, services: Services) -> None:
    root = sample_message(services.ids).root
    for number in range(300):
        root = attach(root, Attachment(Octets.of(b"x" * number), f"{number}.bin"), services.ids)
    composer, view = make(Message(root))
    assert view.tree.model.rowCount(view.tree.model.index(0, 0)) == len(root.children)
    type_into(composer, "text/plain", "Z")
    assert view.source.raw.view.octets is composer.octets()


def test_go_to_a_part_by_its_number(make: Make) -> None:
    composer, view = make(None)
    raw, picture = view.source.raw, part(composer, "image/png")
    for state in RawState:
        view.source.show_state(state)
        raw.open_go_to()
        raw.go_to_bar.field.setText("1.2.2")
        QTest.keyClick(raw.go_to_bar.field, Qt.Key.Key_Return)
        assert not raw.go_to_bar.isVisible()
        assert raw.view.octets.read(raw.view.caret, raw.view.caret + 23) == b"Content-Type: image/png"
        assert composer.selection.key == picture.key
