"""What the window has imported when it is painted first: start is imports, so the heavy ones come later."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_SCRIPT = """
import json, os, sys
import sescomposer.__main__
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

class FirstPaint(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            made = ["PySide6.QtCore.Qt"] if "Qt" in vars(sys.modules["PySide6.QtCore"]) else []
            print(json.dumps([*sys.modules, *made]), flush=True)
            os._exit(0)
        return False

run = QApplication.exec

def watched_run(*arguments):
    watcher = FirstPaint()
    QApplication.instance().installEventFilter(watcher)
    return run()

QApplication.exec = watched_run
sys.exit(sescomposer.__main__.run_window([]))
"""

_LATER = {
    "typer", "click", "rich", "boto3", "botocore", "keyring", "secretstorage", "tomlkit", "idna",
    "asyncio", "ssl", "concurrent.futures", "email", "hashlib", "platform", "socket",
    "sescomposer.core.checks", "sescomposer.services.sending", "sescomposer.store.journal", "sescomposer.store.content",
    "sescomposer.inbox.service", "sescomposer.gui.single", "sescomposer.gui.sending",
    "sescomposer.gui.panes.preview_pane", "sescomposer.gui.panes.envelope_pane", "sescomposer.gui.panes.delivered_pane",
    "sescomposer.gui.dialogs.command_palette", "sescomposer.gui.dialogs.settings_dialog", "sescomposer.gui.fault",
    "http.client", "importlib.metadata", "email.message", "email.parser", "sqlite3", "cryptography", "numpy",
    "sescomposer.core.entity", "sescomposer.core.message", "sescomposer.services.documents", "sescomposer.gui.composer",
    "sescomposer.gui.theme", "sescomposer.gui.panes", "sescomposer.gui.widgets", "sescomposer.gui.models",
    "sescomposer.gui.drops", "sescomposer.gui.recovery", "sescomposer.core.invitation", "mimetypes",
    "sescomposer.store.records", "PySide6.QtSvg",
    "PySide6.QtCore.Qt",  # a name that makes a hundred enumerations
    "PySide6.QtWebEngineCore", "PySide6.QtWebEngineWidgets", "PySide6.QtQml", "PySide6.QtNetwork",
}  # fmt: skip


def test_the_first_paint_waits_for_nothing_heavy(home: Path) -> None:
    settings = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT], cwd=ROOT, env=settings, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    modules = set(json.loads(done.stdout.splitlines()[-1]))
    assert "PySide6.QtWidgets" in modules
    early = sorted(modules & _LATER)
    assert not early, early
