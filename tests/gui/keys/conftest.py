"""What tests of the window of keys share: services at a moment of the test authority, a keyring, and the window."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from still_clock import StillClock

from sescomposer.bootstrap import Services
from sescomposer.gui.keys import passphrase_prompt
from sescomposer.gui.keys.keys_window import KeysWindow
from sescomposer.services.account import Secret

if TYPE_CHECKING:
    from authority import Authority

    from sescomposer.core.protection.certificates.key_pair import KeyPair


@pytest.fixture
def services(services: Services, authority: "Authority") -> Services:
    """The real services over an empty folder, at the moment that the authority's certificates are made for."""
    services.clock = StillClock(authority.now)
    return services


@dataclass
class KeysRobot:
    """Uses the window of keys as a user does, and waits for its workers."""

    services: Services
    window: KeysWindow
    qtbot: QtBot
    folder: Path
    answers: dict[str, Any] = field(default_factory=dict)

    def settle(self) -> None:
        """Wait until nothing is under way."""
        for _ in range(3):  # an outcome may begin the next
            self.qtbot.waitUntil(lambda: self.window.runner.running == 0)
            QApplication.processEvents()

    def look(self) -> None:
        """Read everything again."""
        self.window.look()
        self.settle()

    def write(self, name: str, octets: bytes) -> Path:
        """Write a file."""
        path = self.folder / name
        path.write_bytes(octets)
        return path

    def take(self, *paths: Path, wants_roots: bool = False) -> None:
        """Begin to import files."""
        self.window.imports.take(paths, wants_roots=wants_roots)
        self.settle()

    def has(self, *pairs: "KeyPair", authority: "Authority") -> None:
        """Have own keys, and show them."""
        for pair in pairs:
            self.services.keys.import_file(authority.p12(pair), Secret("secret"))
        self.look()

    def press(self, page: str, name: str) -> None:
        """Press a button of a page, or choose an entry of its menu."""
        self.window.show_entry(page)
        self.window._on_wanted(name)

    def owners(self, page: str = "keys") -> list[str]:
        """What stands in the first column."""
        return [row.cells[0] for row in self.window.pages[page].model.rows]

    def answer_passphrase(self, words: str | None) -> str:
        """Answer the next prompt, None to cancel; gives what it said beside the field."""
        desk = passphrase_prompt._desk()
        self.qtbot.waitUntil(lambda: desk.dialog is not None)
        dialog = desk.dialog
        assert dialog is not None
        said = dialog.note.sentence
        if words is None:
            dialog.reject()
        else:
            dialog.line.setText(words)
            dialog.accept()
        self.qtbot.waitUntil(lambda: desk.dialog is not dialog)
        return said


@pytest.fixture
def robot(services: Services, keyring: object, qtbot: QtBot, tmp_path: Path) -> Iterator[KeysRobot]:
    """The window, shown, with nothing in it and a keyring."""
    folder = tmp_path / "files"
    folder.mkdir()
    window = KeysWindow(services)
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    window.show()
    made = KeysRobot(services, window, qtbot, folder)
    made.settle()
    yield made
    window.close()
    window.deleteLater()


@pytest.fixture
def agree(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[tuple[Any, ...]]]:
    """Answer questions of the module by their names with a value; gives what they were asked."""

    def answering(*names: str, answer: object = True) -> list[tuple[Any, ...]]:
        from sescomposer.gui.keys import importing, keys_window, questions

        asked: list[tuple[Any, ...]] = []

        def told(*arguments: Any) -> object:
            asked.append(arguments[1:])
            return answer

        for name in names:
            for module in (questions, importing, keys_window):
                if hasattr(module, name):
                    monkeypatch.setattr(module, name, told)
        return asked

    return answering
