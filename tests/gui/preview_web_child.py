"""Drives the preview pane with QtWebEngine in a process of its own; prints what it saw as one line of JSON."""

import json
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QEventLoop, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from sescomposer.core.html.preview_document import PreviewDocument, PreviewPart
from sescomposer.gui.panes.preview_pane import DESKTOP_WIDTH, PHONE_WIDTH, PreviewPane
from sescomposer.gui.panes.raw_pane import RawPane
from sescomposer.gui.tasks import TaskRunner

PATIENCE_MS = 60_000


PICTURE = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
LONG = "".join(f"<p>line {number}</p>" for number in range(300))
LINK = "<a style='display:block;height:200px' href='https://a.example/x' {}>link</a>"
DARK = "<style>p{color:rgb(1,2,3)}@media (prefers-color-scheme:dark){p{color:rgb(4,5,6)}}</style><p id=p>x"


class Reader:
    """Does what a reader does, and looks at the page from our own script world."""

    def __init__(self) -> None:
        self.seen: dict[str, Any] = {"engine_before_show": _engine_is_loaded()}
        self.runner = TaskRunner()
        self.pane = PreviewPane(self.runner)
        # A raw pane stands beside the preview in every window; what it tells screen readers must not meet the engine's.
        self.raw = RawPane(self.runner)
        self.pane.resize(900, 600)
        self.pane.show()
        self.pane.activateWindow()
        self.shown: list[int] = []
        self.links: list[str] = []
        self.pane.shown.connect(self.shown.append)
        self.pane.link_activated.connect(self.links.append)
        self.seen["engine_while_empty"] = _engine_is_loaded()

    @property
    def view(self) -> Any:
        """The view of the engine."""
        return self.pane.view

    def until(self, condition: Callable[[], Any]) -> bool:
        """Let the event loop run until it holds."""
        timer = QElapsedTimer()
        timer.start()
        ticking = QTimer()
        ticking.start(20)
        while not condition() and timer.elapsed() < PATIENCE_MS:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        ticking.stop()
        return bool(condition())

    def shows(self, revision: int) -> bool:
        """Wait for a revision to be shown."""
        done = self.until(lambda: revision in self.shown)
        self.shown.clear()
        return done

    def show(self, revision: int, body: str, message: int = 1) -> bool:
        """Show a document and wait for it."""
        html = f"<!DOCTYPE html><meta name=viewport content='width=device-width'><body style='margin:0'>{body}"
        parts = {"a@b": PreviewPart("image/gif", lambda: PICTURE)}
        self.pane.show_document(PreviewDocument.of_html(html, revision=revision, message=message, parts=parts))
        return self.shows(revision)

    def ask(self, script: str) -> Any:
        """Run a script of ours in the page and give its answer."""
        answers: list[Any] = []
        self.view.page().runJavaScript(script, 1, answers.append)
        self.until(lambda: answers)
        return answers[0] if answers else None

    def scroll(self) -> None:
        """Scroll, edit, and show another message."""
        self.seen["picture"] = self.ask("document.getElementById('i').naturalWidth")
        self.ask("window.scrollTo(0, 1234); 1")
        self.until(lambda: self.view.page().scrollPosition().y() == 1234)
        self.show(2, "<img src='cid:a@b'>" + LONG + "<p>more")
        self.seen["scroll_kept"] = self.ask("window.scrollY")
        self.show(3, LONG, message=2)
        self.seen["scroll_of_another"] = self.ask("window.scrollY")

    def change_width(self) -> None:
        """Look at it as a phone and as a desk computer do."""
        for width in (PHONE_WIDTH, DESKTOP_WIDTH):
            self.pane.set_width(width)
            self.until(partial(self._is_wide, width))
            self.seen[f"width_{width}"] = self.ask("window.innerWidth")
        self.pane.set_width(0)

    def click_links(self) -> None:
        """Click a link, and one that wants a new window."""
        for revision, target in ((4, ""), (5, "target=_blank")):
            self.show(revision, LINK.format(target), message=revision)
            where = self.view.focusProxy() or self.view
            self.until(lambda: self.ask("document.readyState") == "complete")
            QTest.mouseClick(where, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(100, 100))
            self.until(partial(self._has_links, revision - 3))
        self.seen["links"] = self.links
        self.seen["address"] = self.ask("location.href")

    def darken(self) -> None:
        """Show a message with rules of its own for the dark."""
        colour = "getComputedStyle(document.getElementById('p')).color"
        self.pane.set_dark(True)
        self.show(6, DARK)
        self.seen["own_dark"] = self.ask(colour)
        self.pane.set_dark(False)
        self.shows(6)
        self.seen["own_light"] = self.ask(colour)

    def _is_wide(self, width: int) -> bool:
        return bool(self.ask("window.innerWidth") == width)

    def _has_links(self, count: int) -> bool:
        return len(self.links) >= count

    def close(self) -> None:
        """End workers and engine."""
        self.runner.close()
        self.pane.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _engine_is_loaded() -> bool:
    return "PySide6.QtWebEngineCore" in sys.modules


def main() -> None:
    """Read several messages and print what was seen."""
    application = QApplication(sys.argv[:1])
    reader = Reader()
    reader.seen["shown"] = reader.show(1, "<img id=i src='cid:a@b'>" + LONG)
    if type(reader.pane.view).__name__ == "WebPreview":
        reader.scroll()
        reader.change_width()
        reader.click_links()
        reader.darken()
        shown = reader.show(7, ("x" * 990 + "<br>\n") * 20_200)
        reader.seen["large"] = shown and reader.ask("document.body.textContent.length > 19e6")
    reader.close()
    print("RESULT " + json.dumps(reader.seen), flush=True)
    del application


if __name__ == "__main__":
    main()
