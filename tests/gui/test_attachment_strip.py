"""The strip of attachments over a real composer."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDrag, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from sescomposer.core.entity import Entity
from sescomposer.core.errors import MessageError, StoreError
from sescomposer.core.findings import Finding, Severity, Where
from sescomposer.core.octets import Octets
from sescomposer.core.structure import Attachment, attach
from sescomposer.gui.composer import Composer, Selection
from sescomposer.gui.dialogs.part_dialog import PartDialog
from sescomposer.gui.models.attachment_model import CARD, Card
from sescomposer.gui.panes.attachment_strip import HINT, AttachmentStrip
from sescomposer.gui.widgets.attachment_view import AttachmentView, FileMime
from sescomposer.services.documents import Documents
from sescomposer.store.content import DiskContentStore
from sescomposer.store.journal import DiskJournal

CostsAtMost = Callable[[float, Callable[[], object], Callable[[], object]], None]

MOVE = Qt.DropAction.MoveAction
NAMES = ["دعوة.pdf", "निमंत्रण.docx", "招待状.zip", "ä" * 80 + ".txt"]


@pytest.fixture
def strip(composer: Composer, qtbot: QtBot) -> AttachmentStrip:
    made = AttachmentStrip(composer)
    qtbot.addWidget(made)
    made.resize(640, 200)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    return made


@pytest.fixture
def refused(composer: Composer) -> list[MessageError]:
    seen: list[MessageError] = []
    composer.refused.connect(seen.append)
    return seen


def names(strip: AttachmentStrip) -> list[str]:
    return [part.file_name for part in strip.model.parts]


def card(strip: AttachmentStrip, row: int) -> Card:
    found = strip.model.index(row).data(CARD)
    assert isinstance(found, Card)
    return found


def add(composer: Composer, *file_names: str) -> None:
    for name in file_names:
        attachment = Attachment(Octets.of(b"x" * 100), name)
        composer.edit_root(partial(attach, attachment=attachment, ids=composer.ids), "attaching")


def make_current(strip: AttachmentStrip, row: int) -> None:
    strip.view.setCurrentIndex(strip.model.index(row))


def test_inline_parts_and_attachments_have_cards(strip: AttachmentStrip) -> None:
    assert names(strip) == ["leaf.png", "Programme für alle.csv"]
    assert (card(strip, 0).icon, card(strip, 0).words.split()[0]) == ("image", "inline")
    assert "text/csv, attachment" in card(strip, 1).tip
    assert strip.words.text().startswith("2 parts · ")


def test_empty_strip_is_one_line_that_teaches(composer: Composer, strip: AttachmentStrip) -> None:
    composer.open_message(composer.services.documents.new())
    assert strip.words.text() == HINT
    assert not strip.view.isVisible()
    other = AttachmentStrip(composer, strip)
    assert not other.view.isVisibleTo(other)


def test_files_of_any_name_are_attached_in_one_step(
    composer: Composer, strip: AttachmentStrip, qtbot: QtBot, tmp_path: Path
) -> None:
    paths = [tmp_path / name for name in NAMES]
    for path in paths:
        path.write_bytes(b"content of it")
    strip.attach_paths(paths)
    qtbot.waitUntil(lambda: len(strip.model.parts) == 6)
    assert names(strip)[2:] == NAMES
    assert strip.current is strip.model.parts[-1]
    assert composer.selection.key == strip.model.parts[-1].key
    composer.undo()
    assert len(strip.model.parts) == 2


def test_one_failing_file_does_not_lose_the_others(
    strip: AttachmentStrip, refused: list[MessageError], qtbot: QtBot, tmp_path: Path
) -> None:
    good, missing = tmp_path / "good.txt", tmp_path / "missing.txt"
    good.write_bytes(b"")
    strip.attach_paths([missing, good, tmp_path])
    qtbot.waitUntil(lambda: "good.txt" in names(strip))
    assert len(refused) == 1
    assert "2 files were not attached" in refused[0].sentence
    assert "missing.txt" in refused[0].hint
    assert len(refused[0].hint.splitlines()) == 2


def test_cancel_attaches_nothing(
    strip: AttachmentStrip, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"a")
    taken: list[object] = []
    strip.intake.taken.connect(taken.append)
    with qtbot.waitSignal(strip.intake.started) as started:
        strip.attach_paths([path] * 3)
    task = started.args[0]
    assert not strip.progress.isVisible()
    with qtbot.waitSignal(task.cancelled):
        strip.progress.cancel_button.click()
    assert taken == []
    assert len(strip.model.parts) == 2


def test_progress_is_shown_after_half_a_second(strip: AttachmentStrip, composer: Composer, qtbot: QtBot) -> None:
    from threading import Event

    go_on = Event()

    def operation(context: object) -> None:
        context.step(1, 4)  # type: ignore[attr-defined]
        go_on.wait(10)

    task = composer.runner.start(operation)
    strip.progress.follow(task, "Attaching 3 files")
    qtbot.waitUntil(strip.progress.isVisible)
    assert strip.progress.bar.value() == 250
    go_on.set()
    qtbot.waitUntil(lambda: not strip.progress.isVisible())


def test_selection_goes_both_ways(composer: Composer, strip: AttachmentStrip) -> None:
    make_current(strip, 1)
    assert composer.selection == Selection(strip.model.parts[1].key, origin="attachments")
    composer.select(Selection(strip.model.parts[0].key, origin="tree"))
    assert strip.current is strip.model.parts[0]
    assert composer.selection.origin == "tree"
    composer.select(Selection(composer.root.key, origin="tree"))
    assert strip.selected == ()


def test_delete_removes_and_goes_to_the_next(composer: Composer, strip: AttachmentStrip) -> None:
    add(composer, "a", "b", "c")
    strip.view.setFocus()
    make_current(strip, 2)
    QTest.keyClick(strip.view, Qt.Key.Key_Delete)
    assert names(strip)[2:] == ["b", "c"]
    QTest.keyClick(strip.view, Qt.Key.Key_Delete)
    assert names(strip)[2:] == ["c"]
    composer.undo()
    composer.undo()
    assert names(strip)[2:] == ["a", "b", "c"]


def test_several_are_removed_in_one_step(composer: Composer, strip: AttachmentStrip) -> None:
    add(composer, "a", "b")
    strip.view.selectAll()
    strip.actions_by_name["remove"].trigger()
    assert names(strip) == []
    composer.undo()
    assert len(names(strip)) == 4


def test_cross_removes_its_own_card(composer: Composer, strip: AttachmentStrip, qtbot: QtBot) -> None:
    rect = strip.view.visualRect(strip.model.index(0))
    place = QPoint(rect.right() - 16, rect.center().y())
    QTest.mouseClick(strip.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    qtbot.waitUntil(lambda: names(strip) == ["Programme für alle.csv"])


def test_order_changes_within_the_container(composer: Composer, strip: AttachmentStrip) -> None:
    add(composer, "a", "b")
    make_current(strip, 3)
    strip.view.setFocus()
    strip.actions_by_name["up"].trigger()
    assert names(strip)[1:] == ["Programme für alle.csv", "b", "a"]
    assert strip.current is not None
    assert strip.current.file_name == "b"
    strip.actions_by_name["down"].trigger()
    strip.actions_by_name["down"].trigger()
    assert names(strip)[1:] == ["Programme für alle.csv", "a", "b"]


def test_disposition_is_changed(strip: AttachmentStrip) -> None:
    make_current(strip, 1)
    strip.actions_by_name["inline"].trigger()
    assert {part.file_name: part.disposition for part in strip.model.parts}["Programme für alle.csv"] == "inline"
    assert "inline" in card(strip, 1).words


def test_findings_mark_the_card(strip: AttachmentStrip) -> None:
    key = strip.model.parts[1].key
    note = Finding("a", Severity.NOTE, "Note.", Where(key), "x")
    error = Finding("b", Severity.ERROR, "SES refuses it.", Where(key), "x")
    strip.model.show_findings((note, error))
    assert card(strip, 1).mark == "error"
    assert "Error: SES refuses it." in card(strip, 1).tip
    assert card(strip, 0).mark == ""


def test_drop_and_paste_of_files_and_images(strip: AttachmentStrip, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "dropped.txt"
    path.write_bytes(b"a")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    button, modifier = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    strip.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, button, modifier))
    qtbot.waitUntil(lambda: "dropped.txt" in names(strip))
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    image.fill(0)
    QGuiApplication.clipboard().setImage(image)
    strip.actions_by_name["paste"].trigger()
    qtbot.waitUntil(lambda: "image.png" in names(strip))
    QGuiApplication.clipboard().clear()


def test_dragged_out_part_is_a_file_written_when_asked_for(composer: Composer, strip: AttachmentStrip) -> None:
    add(composer, "../../a:b.bin")
    part = strip.model.parts[-1]
    asked: list[int] = []

    def write() -> list[QUrl]:
        asked.append(1)
        return strip.view.write_files([part])

    mime = FileMime(write)
    assert mime.hasUrls()
    assert asked == []
    path = Path(mime.urls()[0].toLocalFile())
    assert path.read_bytes() == b"x" * 100
    assert ".." not in path.parts
    assert "/" not in path.name
    mime.urls()
    assert asked == [1]


def test_drag_that_cannot_be_written_says_so(
    strip: AttachmentStrip, refused: list[MessageError], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*values: object) -> None:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(Documents, "save_part", fail)
    assert strip.view.write_files(strip.model.parts) == []
    assert [str(error) for error in refused] == ["The disk is full."] * 2


def test_part_is_saved(
    strip: AttachmentStrip, composer: Composer, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "saved.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *values: (str(target), ""))
    make_current(strip, 1)
    strip.actions_by_name["save"].trigger()
    qtbot.waitUntil(lambda: composer.runner.running == 0)
    assert target.read_bytes() == bytes(strip.model.parts[1].content)


def test_chosen_files_are_attached(
    strip: AttachmentStrip, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "chosen.txt"
    path.write_bytes(b"a")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *values: ([str(path)], ""))
    strip.choose_files()
    qtbot.waitUntil(lambda: "chosen.txt" in names(strip))


@pytest.mark.parametrize("key", [Qt.Key.Key_F2, Qt.Key.Key_Return])
def test_keys_open_the_properties(
    strip: AttachmentStrip, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, key: Qt.Key
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(PartDialog, "edit", lambda composer, part, parent: opened.append(part.file_name))
    strip.view.setFocus()
    qtbot.waitUntil(strip.view.hasFocus)
    make_current(strip, 1)
    QTest.keyClick(strip.view, key)
    assert opened == ["Programme für alle.csv"]


def test_menu_offers_what_can_be_done(strip: AttachmentStrip) -> None:
    make_current(strip, 0)
    menu = strip.make_menu()
    words = [action.text() for action in menu.actions() if action.isVisible() and not action.isSeparator()]
    assert words == ["Save part...", "Properties...", "Make attachment", "Move up", "Move down", "Paste", "Remove"]
    menu.deleteLater()


def test_three_hundred_stay_fast_and_compact(
    composer: Composer, strip: AttachmentStrip, qtbot: QtBot, costs_at_most: CostsAtMost
) -> None:
    def edit(root: Entity) -> Entity:
        for number in range(300):
            root = attach(root, Attachment(Octets.of(b"x"), f"file {number}.txt"), composer.ids)
        return root

    composer.edit_root(edit, "attaching")
    assert len(strip.model.parts) == 302
    qtbot.waitUntil(lambda: strip.view.height() <= 2 * strip.view.cards.height())
    # One more card costs no tenth of what 300 cost in one edit: no work is done for each card.
    names = iter(range(100))
    costs_at_most(0.5, lambda: add(composer, str(next(names))), lambda: edit(composer.root))


def test_cards_fill_the_width_in_columns(composer: Composer, strip: AttachmentStrip, qtbot: QtBot) -> None:
    add(composer, "a", "b", "c")
    for width in (300, 700, 1200):
        strip.resize(width, 200)
        qtbot.waitUntil(lambda: strip.view.gridSize().width() <= strip.view.viewport().width())
        columns = strip.view.viewport().width() // strip.view.gridSize().width()
        assert strip.view.viewport().width() - columns * strip.view.gridSize().width() < 8
        tops = [strip.view.visualRect(strip.model.index(row)).top() for row in range(len(strip.model.parts))]
        assert tops.count(tops[0]) == min(columns, 5)


def test_what_attaching_needs_is_made_off_the_window_s_thread(
    composer: Composer, strip: AttachmentStrip, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_on: set[int] = set()
    for kind in (DiskContentStore, DiskJournal):

        def noted(self: object, *arguments: object, make: Callable[..., None] = kind.__init__) -> None:
            made_on.add(threading.get_ident())
            make(self, *arguments)

        monkeypatch.setattr(kind, "__init__", noted)
    file = tmp_path / "a.bin"
    file.write_bytes(b"octets")
    with qtbot.waitSignal(strip.intake.taken):
        strip.attach_paths([file])
    assert names(strip)[-1] == "a.bin"
    assert made_on
    assert threading.get_ident() not in made_on


# --- dragging cards ------------------------------------------------------------------------------------------------


class CardMove(QDragMoveEvent):
    """A drag of cards of a view over itself."""

    def __init__(self, view: AttachmentView, place: QPoint) -> None:
        self._carried = FileMime(list)
        super().__init__(place, MOVE, self._carried, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        self._view = view

    def source(self) -> AttachmentView:
        return self._view


class CardDrag:
    """Drags cards of a strip over their view, as Qt tells it."""

    def __init__(self, strip: AttachmentStrip, *rows: int) -> None:
        self.view = strip.view
        self.view._dragged = tuple(strip.model.parts[row].key for row in rows)
        self.is_taken = False
        self.view.dragEnterEvent(CardMove(self.view, QPoint()))  # type: ignore[arg-type]  # of the same shape

    def over(self, place: QPoint) -> bool:
        event = CardMove(self.view, place)
        self.view.dragMoveEvent(event)
        self.place = place
        return event.isAccepted()

    def over_card(self, strip: AttachmentStrip, row: int, *, far: bool = False) -> bool:
        rect = self.view.visualRect(strip.model.index(row))
        inner = rect.adjusted(8, 18, -8, -18)
        return self.over((inner.topRight() if far else inner.topLeft()) + QPoint(0, inner.height() // 2))

    def drop(self) -> None:
        carried, button = FileMime(list), Qt.MouseButton.LeftButton
        event = QDropEvent(QPointF(self.place), MOVE, carried, button, Qt.KeyboardModifier.NoModifier)
        self.view.dropEvent(event)
        self.is_taken = event.isAccepted()


def test_dragged_card_lands_at_the_mark_in_one_step(composer: Composer, strip: AttachmentStrip, qtbot: QtBot) -> None:
    add(composer, "b", "c")
    before = composer.root
    drag = CardDrag(strip, 3)
    assert drag.over_card(strip, 1)
    assert strip.view.landing.gap == 1
    with_mark = strip.view.viewport().grab().toImage()
    with qtbot.waitSignal(composer.message_changed):
        drag.drop()
    assert drag.is_taken
    assert names(strip) == ["leaf.png", "c", "Programme für alle.csv", "b"]
    assert strip.view.landing.gap == -1
    assert composer.undo_list.undo_label == "move part"
    composer.undo()
    assert composer.root is before
    assert strip.view.viewport().grab().toImage() != with_mark


def test_cards_do_not_land_in_another_container(composer: Composer, strip: AttachmentStrip) -> None:
    add(composer, "b")
    root, drag = composer.root, CardDrag(strip, 2)
    assert not drag.over_card(strip, 0)
    assert strip.view.landing.gap == -1
    drag.drop()
    assert not drag.is_taken
    assert composer.root is root


def test_drag_that_leaves_moves_nothing(composer: Composer, strip: AttachmentStrip) -> None:
    add(composer, "b")
    root, drag = composer.root, CardDrag(strip, 2)
    assert drag.over_card(strip, 1)
    strip.view.dragLeaveEvent(QDragLeaveEvent())
    assert strip.view.landing.gap == -1
    drag.drop()
    assert not drag.is_taken
    assert composer.root is root


def test_several_cards_move_together(composer: Composer, strip: AttachmentStrip, qtbot: QtBot) -> None:
    add(composer, "b", "c", "d")
    drag = CardDrag(strip, 1, 3)
    assert drag.over_card(strip, 4, far=True)
    with qtbot.waitSignal(composer.message_changed):
        drag.drop()
    assert names(strip) == ["leaf.png", "b", "d", "Programme für alle.csv", "c"]
    assert composer.undo_list.undo_label == "move parts"


@pytest.mark.parametrize("is_mirrored", [False, True])
def test_mark_stands_on_the_side_of_the_mouse(composer: Composer, strip: AttachmentStrip, is_mirrored: bool) -> None:
    if is_mirrored:
        strip.view.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    add(composer, "b", "c")
    drag = CardDrag(strip, 3)
    drag.over_card(strip, 1, far=True)
    assert strip.view.landing.gap == (1 if is_mirrored else 2)
    drag.over_card(strip, 1)
    assert strip.view.landing.gap == (2 if is_mirrored else 1)


def test_three_hundred_cards_scroll_at_the_edges(composer: Composer, strip: AttachmentStrip, qtbot: QtBot) -> None:
    def many(root: Entity) -> Entity:
        for number in range(300):
            root = attach(root, Attachment(Octets.of(b"x"), f"{number}"), composer.ids)
        return root

    composer.edit_root(many, "attaching")
    bar = strip.view.verticalScrollBar()
    qtbot.waitUntil(lambda: strip.view.viewport().height() == 2 * strip.view.cards.height())
    bar.setValue(0)
    drag = CardDrag(strip, 2)
    drag.over(QPoint(20, strip.view.viewport().height() - 3))
    first = strip.view.landing.gap
    qtbot.waitUntil(lambda: bar.value() > 1000, timeout=30_000)
    assert strip.view.landing.gap > first + 30
    bar.setValue(bar.maximum() - 100)
    qtbot.waitUntil(lambda: bar.value() == bar.maximum())
    drag.over(QPoint(20, 3))
    qtbot.waitUntil(lambda: bar.value() < bar.maximum())
    strip.view.dragLeaveEvent(QDragLeaveEvent())
    assert not strip.view.landing.is_active


def test_a_drag_offers_files_and_ends_without_a_mark(strip: AttachmentStrip, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[object, ...]] = []
    monkeypatch.setattr(QDrag, "exec", lambda drag, *actions: seen.append((drag.mimeData().formats(), *actions)))
    make_current(strip, 0)
    strip.view.startDrag(MOVE)
    both = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    assert seen == [(["text/uri-list"], both, Qt.DropAction.CopyAction)]
    assert not strip.view.landing.is_active
