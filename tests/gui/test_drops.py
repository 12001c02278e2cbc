"""What becomes of dropped files, and the words that say so."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services
from sescomposer.core.message import Message
from sescomposer.gui.drops import DropHint, FileDrop, elsewhere, hide_hint, on_strip, show_hint
from sescomposer.gui.main_window import MainWindow

MakeWindow = Callable[..., MainWindow]
COPY, LEFT, NO_KEYS = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def make_window(qtbot: QtBot, services: Services, keep_window: Callable[[MainWindow], MainWindow]) -> MakeWindow:
    def make(message: Message | None = None) -> MainWindow:
        window = keep_window(MainWindow(services, message))
        qtbot.waitExposed(window)
        window.complete()
        return window

    return make


@pytest.fixture
def opened(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    found: list[Path] = []
    monkeypatch.setattr(window.files, "open_path", found.append)
    return found


def carrying(folder: Path, *names: str) -> QMimeData:
    for name in names:
        (folder / name).write_bytes(b"Subject: x\r\n\r\nHi\r\n")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder / name)) for name in names])
    return data


def enters(widget: QWidget, data: QMimeData) -> bool:
    event = QDragEnterEvent(QPoint(9, 9), COPY, data, LEFT, NO_KEYS)
    widget.dragEnterEvent(event)
    return event.isAccepted()


def drop(widget: QWidget, data: QMimeData) -> None:
    widget.dropEvent(QDropEvent(QPointF(9, 9), COPY, data, LEFT, NO_KEYS))


def hint(window: QWidget) -> str:
    found = window.findChild(DropHint)
    return found.text() if found is not None and found.isVisibleTo(window) else ""


def test_words_say_what_happens() -> None:
    mail, image, other = Path("a.eml"), Path("i.png"), Path("r.pdf")
    assert elsewhere([mail, image, other], images_go_inside=True) == FileDrop((mail,), (image,), (other,))
    assert elsewhere([image, mail]) == FileDrop((mail,), (), (image,))
    assert on_strip([mail, other]).words() == "Attach 2 files"
    assert elsewhere([mail]).words() == "Open a.eml in a new window"
    assert elsewhere([mail, mail]).words() == "Open 2 messages in new windows"
    assert elsewhere([mail]).words(in_new_window=False) == "Open a.eml"
    assert FileDrop().words() == ""
    assert len(on_strip([Path("x" * 300)]).words()) < 80


def test_message_on_the_strip_is_attached(window: MainWindow, opened: list[Path], qtbot: QtBot, tmp_path: Path) -> None:
    data = carrying(tmp_path, "a.eml")
    assert enters(window.strip, data)
    assert hint(window) == "Attach a.eml"
    with qtbot.waitSignal(window.composer.message_changed):
        drop(window.strip, data)
    assert window.strip.model.parts[-1].media_type == "message/rfc822"
    assert (opened, hint(window)) == ([], "")


def test_message_elsewhere_is_opened(window: MainWindow, opened: list[Path], tmp_path: Path) -> None:
    data = carrying(tmp_path, "a.eml")
    for pane in (window.editors.html, window.editors.text):
        assert not enters(pane.editor, data)
    assert enters(window, data)
    assert hint(window) == "Open a.eml in a new window"
    drop(window, data)
    assert (opened, hint(window)) == ([tmp_path / "a.eml"], "")


def test_untouched_window_says_that_it_is_taken(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    made = make_window()
    assert enters(made, carrying(tmp_path, "a.eml"))
    assert hint(made) == "Open a.eml"
    assert enters(made.editors.text.editor, carrying(tmp_path, "b.eml", "c.pdf"))
    assert hint(made) == "Open b.eml, attach c.pdf"
    made.dragLeaveEvent(QDragLeaveEvent())
    assert hint(made) == ""
    drop(made, carrying(tmp_path, "a.eml"))
    qtbot.waitUntil(lambda: made.composer.path == tmp_path / "a.eml")


def test_editor_sorts_what_is_dropped_and_takes_all_that_is_pasted(
    window: MainWindow, opened: list[Path], qtbot: QtBot, tmp_path: Path
) -> None:
    editor, data = window.editors.html.editor, carrying(tmp_path, "a.eml", "i.png", "r.pdf")
    assert enters(editor, data)
    assert hint(window) == "Open a.eml in a new window, put i.png here, attach r.pdf"
    with qtbot.waitSignal(window.composer.message_changed):
        drop(editor, data)
    assert opened == [tmp_path / "a.eml"]
    assert {part.file_name for part in window.strip.model.parts} >= {"i.png", "r.pdf"}
    with qtbot.waitSignal(window.composer.message_changed):
        editor.insertFromMimeData(carrying(tmp_path, "b.eml"))
    assert window.strip.model.parts[-1].file_name == "b.eml"


def test_image_without_a_file_has_words_too(window: MainWindow) -> None:
    data = QMimeData()
    data.setImageData(QImage(4, 4, QImage.Format.Format_RGB32))
    assert enters(window.strip, data)
    assert hint(window) == "Attach the image"
    window.strip.dragLeaveEvent(None)
    assert enters(window.editors.html.editor, data)
    assert hint(window) == "Put the image here"
    window.editors.html.editor.dragLeaveEvent(QDragLeaveEvent())
    assert hint(window) == ""


def test_fields_leave_files_to_the_window_and_take_text(window: MainWindow, tmp_path: Path) -> None:
    from sescomposer.gui.widgets.field_line import FieldLine
    from sescomposer.gui.widgets.item_edit import ItemEdit

    fields = [*window.header_form.findChildren(FieldLine), *window.header_form.findChildren(ItemEdit)]
    assert len(fields) >= 3
    text = QMimeData()
    text.setText("Hello")
    for field in fields:
        assert not enters(field, carrying(tmp_path, "r.pdf"))
        assert enters(field, text)


def test_words_stay_in_the_window_and_off_the_mouse(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(200, 100)
    for place in (QPoint(0, 0), QPoint(199, 0), QPoint(199, 99), QPoint(0, 99), QPoint(100, 50)):
        show_hint(window, "Attach it", place)
        found = window.findChild(DropHint)
        assert found is not None
        assert not found.geometry().contains(place)
        assert window.rect().contains(found.geometry())
    hide_hint(window)
    assert hint(window) == ""
