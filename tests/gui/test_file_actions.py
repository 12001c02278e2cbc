"""File work of a window: opening, saving, parts, and what is said when the disk does not want to."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot
from window_hands import type_text

from sescomposer.bootstrap import Services, make_services
from sescomposer.core.errors import StoreError
from sescomposer.core.message import Message
from sescomposer.core.octets import Octets
from sescomposer.gui import file_actions
from sescomposer.gui.composer import Selection
from sescomposer.gui.dialogs.keep_draft import Keep
from sescomposer.gui.main_window import MainWindow
from sescomposer.services.sample import sample_message
from sescomposer.services.settings import RECENT_FILES
from sescomposer.store.folders import Folders

LETTER = b"From: a@example.com\nTo: b@example.org\nBcc: c@example.org\nSubject: A/B\n\nHi\n"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = make_services(Folders.below(tmp_path / "home"))
    yield made
    made.close()


@pytest.fixture
def window(qtbot: QtBot, services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    monkeypatch.setattr(file_actions, "ask_keep", lambda parent, name: Keep.DISCARD)
    made = MainWindow(services)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    made.show()
    yield made
    qtbot.waitUntil(lambda: made.runner.running == 0)
    made.close()
    made.deleteLater()


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.eml"
    path.write_bytes(LETTER)
    return path


def choose(monkeypatch: pytest.MonkeyPatch, *paths: Path) -> None:
    names = [str(path) for path in paths]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *arguments, **keywords: (names, ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments, **keywords: (names[0] if names else "", ""))


def told(window: MainWindow, qtbot: QtBot) -> str:
    """Wait for a box, close it and give its words."""

    def shown() -> list[QMessageBox]:
        return [box for box in window.findChildren(QMessageBox) if box.isVisible()]

    qtbot.waitUntil(lambda: bool(shown()))
    (box,) = shown()
    words = f"{box.text()} {box.informativeText()}"
    box.close()
    return words


def test_an_untouched_window_takes_the_first_file_and_new_ones_the_others(
    window: MainWindow, letter: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, services: Services
) -> None:
    other = tmp_path / "other.eml"
    other.write_bytes(b"no mail at all")
    choose(monkeypatch, letter, other)
    with qtbot.waitSignal(window.window_wanted) as wanted:
        window.trigger("open")
    message, path = wanted.args[0]
    both = {window.composer.path: window.composer.message, path: message}
    assert bytes(both[letter].root.octets) == LETTER
    assert bytes(both[other].root.octets) == b"no mail at all"
    recent = services.settings.get(RECENT_FILES)
    assert set(recent) == {str(letter), str(other)}
    assert window.composer.is_saved


@pytest.mark.parametrize("name", ["missing.eml", "folder"])
def test_a_file_that_cannot_be_read_is_told(name: str, window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "folder").mkdir()
    before = window.composer.message
    window.files.open_path(tmp_path / name)
    assert name in told(window, qtbot)
    assert window.composer.message is before


def test_an_empty_file_opens(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "empty.eml"
    path.write_bytes(b"")
    with qtbot.waitSignal(window.composer.replaced):
        window.files.open_path(path)
    assert window.composer.path == path


@pytest.mark.parametrize(
    "octets, words",
    [(b"", "holds nothing"), (b"no mail at all\n\0", "no header fields"), (b"Subject: a\r\n\r\nb", "")],
)
def test_a_file_that_is_no_mail_opens_as_it_is_and_is_said(
    octets: bytes, words: str, window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "odd.eml"
    path.write_bytes(octets)
    with qtbot.waitSignal(window.composer.replaced):
        window.files.open_path(path)
    assert bytes(window.composer.octets()) == octets
    said = [sentence for sentence in window.info.sentences if "hardly a message" in sentence]
    assert [words in sentence for sentence in said] == [True] * bool(words)


def test_save_writes_the_draft_with_bcc_and_save_as_sent_without(
    window: MainWindow, letter: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with qtbot.waitSignal(window.composer.replaced):
        window.files.open_path(letter)
    type_text(window, "Ho")
    assert window.isWindowModified()
    with qtbot.waitSignal(window.composer.file_changed):
        window.trigger("save")
    assert window.composer.is_saved
    assert b"Bcc: c@example.org" in letter.read_bytes()
    assert b"Ho" in letter.read_bytes()
    sent = tmp_path / "sent.eml"
    choose(monkeypatch, sent)
    window.trigger("save_sent")
    qtbot.waitUntil(lambda: window.runner.running == 0)
    octets = sent.read_bytes()
    assert b"Bcc" not in octets
    assert b"Message-ID:" in octets
    assert octets.count(b"\n") == octets.count(b"\r\n")
    assert window.composer.path == letter


def test_the_first_save_asks_and_proposes_the_subject(
    window: MainWindow, letter: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposed: list[str] = []
    target = tmp_path / "new.eml"

    def ask(parent: object, title: str, name: str, *more: object) -> tuple[str, str]:
        proposed.append(Path(name).name)
        return str(target), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    window.open_message(Message(window.services.documents.open(letter).root))
    with qtbot.waitSignal(window.composer.file_changed):
        window.trigger("save")
    assert proposed == ["A-B.eml"]
    assert target.read_bytes() == LETTER


def test_a_full_disk_loses_nothing(
    window: MainWindow, letter: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, services: Services
) -> None:
    with qtbot.waitSignal(window.composer.replaced):
        window.files.open_path(letter)
    type_text(window, "Ho")

    class FullDisk:
        def write(self, path: Path, octets: Octets, progress: object = None) -> None:
            raise StoreError(f"Could not write {str(path)!r}: no space left on device.", hint="Make room.")

    monkeypatch.setitem(services.__dict__, "files", FullDisk())
    monkeypatch.delitem(services.__dict__, "documents", raising=False)
    window.trigger("save")
    assert "no space left" in told(window, qtbot)
    assert not window.composer.is_saved
    assert letter.read_bytes() == LETTER
    services.journal.flush()
    assert len(list(services.folders.journal.glob("*.log"))) == 1


def test_a_part_is_saved_decoded(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, services: Services
) -> None:
    window.open_message(sample_message(services.ids))
    root = window.composer.root
    part = next(entity for entity in root.walk() if entity.file_name == "leaf.png")
    window.composer.select(Selection(part.key))
    path = tmp_path / "leaf.png"
    choose(monkeypatch, path)
    window.trigger("save_part")
    qtbot.waitUntil(lambda: window.runner.running == 0)
    assert path.read_bytes() == bytes(part.content)


def test_recent_files_that_cannot_be_remembered_are_told_and_stop_nothing(
    window: MainWindow, letter: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, services: Services
) -> None:
    def save(values: object) -> None:
        raise StoreError("The settings cannot be written.")

    monkeypatch.setattr(services.settings._store, "save", save)
    with qtbot.waitSignal(window.composer.replaced):
        window.files.open_path(letter)
    assert "The settings cannot be written." in window.info.sentences


def test_the_sample_and_a_new_message_open_in_windows_of_their_own(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.window_wanted) as wanted:
        window.trigger("open_sample")
    assert "Garden party" in wanted.args[0].root.subject
    with qtbot.waitSignal(window.window_wanted) as wanted:
        window.trigger("new")
    assert wanted.args == [None]


def test_a_file_that_is_open_comes_to_the_front(
    window: MainWindow, letter: Path, qtbot: QtBot, services: Services
) -> None:
    window.files.open_path(letter)
    qtbot.waitUntil(lambda: window.composer.path == letter)
    wanted: list[object] = []
    window.window_wanted.connect(wanted.append)
    window.files.open_path(letter.parent / "folder" / ".." / letter.name)
    window.files.open_path(letter)
    qtbot.waitUntil(lambda: window.runner.running == 0)
    assert wanted == []
    assert "open here" in window.statusBar().currentMessage()
    other = MainWindow(services)
    other.show()
    other.files.open_path(letter)
    qtbot.waitUntil(lambda: other.runner.running == 0)
    assert other.is_untouched
    other.close()


def test_a_file_asked_for_twice_at_once_opens_once(window: MainWindow, letter: Path, qtbot: QtBot) -> None:
    wanted: list[object] = []
    window.window_wanted.connect(wanted.append)
    window.files.open_path(letter)
    window.files.open_path(letter)
    qtbot.waitUntil(lambda: window.runner.running == 0)
    assert window.composer.path == letter
    assert wanted == []
