"""Qt's binding reads no source of ours while the window starts."""

import subprocess
import sys

from sescomposer.gui.import_hook import spare_sources

_SCRIPT = """
import linecache, sys
import sescomposer.gui
linecache.clearcache()
from sescomposer.gui import main_window
print([name for name in linecache.cache if "sescomposer" in name])
"""


def test_the_binding_of_today_has_the_question() -> None:
    assert spare_sources()


def test_no_source_is_read_at_an_import() -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
