"""Shows HTML in a real preview pane, in a process of its own; prints what became of it as one line of JSON.

Arguments: how ("web" or "text"), whether to unlock images ("unlock" or "locked"), then files of HTML.
"""

import json
import sys
from pathlib import Path
from typing import Any

SETTLE_MS = 400
PATIENCE_MS = 30_000


def main(how: str, unlock: bool, paths: list[Path]) -> None:
    """Show each file in turn, as a message of its own."""
    from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    application = QApplication(sys.argv[:1])
    from sescomposer.core.html.preview_document import PreviewDocument
    from sescomposer.gui.panes.preview_pane import PreviewPane
    from sescomposer.gui.tasks import TaskRunner

    runner = TaskRunner()
    pane = PreviewPane(runner, why_simple=lambda: "the test wants it") if how == "text" else PreviewPane(runner)
    pane.resize(700, 600)
    pane.show()
    shown: list[int] = []
    pane.shown.connect(shown.append)

    def wait_for(revision: int) -> bool:
        timer = QElapsedTimer()
        timer.start()
        ticking = QTimer()
        ticking.start(20)
        while revision not in shown and timer.elapsed() < PATIENCE_MS:
            application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        timer.restart()
        while timer.elapsed() < SETTLE_MS:
            application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        ticking.stop()
        done = revision in shown
        shown.clear()
        return done

    results = {}
    for number, path in enumerate(paths, 1):
        html = path.read_text(encoding="utf-8")
        pane.show_document(PreviewDocument.of_html(html, revision=number, message=number))
        done = wait_for(number)
        if unlock and pane.images_bar.isVisible():
            pane.images_bar.button.click()
            done = wait_for(number) and done
        view: Any = pane.view
        address = view.url().toString() if how == "web" and view is not None else ""
        results[path.name] = {"shown": done, "view": type(view).__name__, "address": address}
    runner.close()
    pane.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    print("RESULT " + json.dumps(results), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] == "unlock", [Path(name) for name in sys.argv[3:]])
