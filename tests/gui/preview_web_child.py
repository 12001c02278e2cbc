"""Drives the preview pane with QtWebEngine in a process of its own; prints what it saw as one line of JSON."""

import json
import sys
from typing import Any, cast

PATIENCE_MS = 60_000


def main() -> None:
    """Do what a reader does, and look at the page from our own script world."""
    from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QEventLoop, QPoint, Qt, QTimer
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    application = QApplication(sys.argv[:1])
    from sescomposer.core.html.preview_document import PreviewDocument, PreviewPart
    from sescomposer.gui.panes.preview_pane import DESKTOP_WIDTH, PHONE_WIDTH, PreviewPane
    from sescomposer.gui.tasks import TaskRunner

    seen: dict[str, Any] = {"engine_before_show": "PySide6.QtWebEngineCore" in sys.modules}
    runner = TaskRunner()
    pane = PreviewPane(runner)
    pane.resize(900, 600)
    pane.show()
    shown: list[int] = []
    links: list[str] = []
    pane.shown.connect(shown.append)
    pane.link_activated.connect(links.append)
    seen["engine_while_empty"] = "PySide6.QtWebEngineCore" in sys.modules

    def until(condition: Any) -> bool:
        timer = QElapsedTimer()
        timer.start()
        ticking = QTimer()
        ticking.start(20)
        while not condition() and timer.elapsed() < PATIENCE_MS:
            application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        ticking.stop()
        return bool(condition())

    def shows(revision: int) -> bool:
        done = until(lambda: revision in shown)
        shown.clear()
        return done

    def ask(script: str) -> Any:
        answers: list[Any] = []
        view: Any = pane.view
        view.page().runJavaScript(script, 1, answers.append)
        until(lambda: answers)
        return answers[0] if answers else None

    picture = (
        b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
        b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
    )
    parts = {"a@b": PreviewPart("image/gif", lambda: picture)}

    def document(revision: int, body: str, message: int = 1) -> PreviewDocument:
        html = f"<!DOCTYPE html><meta name=viewport content='width=device-width'><body style='margin:0'>{body}"
        return PreviewDocument.of_html(html, revision=revision, message=message, parts=parts)

    long = "".join(f"<p>line {number}</p>" for number in range(300))
    pane.show_document(document(1, "<img id=i src='cid:a@b'>" + long))
    seen["shown"] = shows(1)
    if type(pane.view).__name__ == "WebPreview":
        seen["picture"] = ask("document.getElementById('i').naturalWidth")
        ask("window.scrollTo(0, 1234); 1")
        until(lambda: cast(Any, pane.view).page().scrollPosition().y() == 1234)
        pane.show_document(document(2, "<img src='cid:a@b'>" + long + "<p>more"))
        shows(2)
        seen["scroll_kept"] = ask("window.scrollY")
        pane.show_document(document(3, long, message=2))
        shows(3)
        seen["scroll_of_another"] = ask("window.scrollY")
        for width in (PHONE_WIDTH, DESKTOP_WIDTH):
            pane.set_width(width)
            until(lambda width=width: ask("window.innerWidth") == width)
            seen[f"width_{width}"] = ask("window.innerWidth")
        pane.set_width(0)
        link = "<a style='display:block;height:200px' href='https://a.example/x' {}>link</a>"
        for revision, target in ((4, ""), (5, "target=_blank")):
            pane.show_document(document(revision, link.format(target), message=revision))
            shows(revision)
            where: Any = cast(Any, pane.view).focusProxy() or pane.view
            until(lambda: ask("document.readyState") == "complete")
            QTest.mouseClick(where, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(100, 100))
            until(lambda revision=revision: len(links) >= revision - 3)
        seen["links"] = links
        seen["address"] = ask("location.href")
        dark = "<style>p{color:rgb(1,2,3)}@media (prefers-color-scheme:dark){p{color:rgb(4,5,6)}}</style><p id=p>x"
        pane.set_dark(True)
        pane.show_document(document(6, dark))
        shows(6)
        seen["own_dark"] = ask("getComputedStyle(document.getElementById('p')).color")
        pane.set_dark(False)
        shows(6)
        seen["own_light"] = ask("getComputedStyle(document.getElementById('p')).color")
        pane.show_document(document(7, ("x" * 990 + "<br>\n") * 20_200))
        seen["large"] = shows(7) and ask("document.body.textContent.length > 19e6")
    runner.close()
    pane.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    print("RESULT " + json.dumps(seen), flush=True)


if __name__ == "__main__":
    main()
