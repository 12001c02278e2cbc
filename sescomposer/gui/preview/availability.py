"""Whether QtWebEngine can be started here: where it cannot, it would end the whole process instead of saying so."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

_PROBE_SECONDS = 3
_APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")


@cache
def why_no_web_engine() -> str:
    """Give the reason why pages cannot be rendered by QtWebEngine, as a clause; "" if they can.

    The answer is looked for once: at the first preview, never at the start of the program.
    """
    if sys.platform.startswith("linux") and not os.environ.get("QTWEBENGINE_DISABLE_SANDBOX"):
        reason = _why_no_sandbox()
        if reason:
            return reason
    return _why_no_library()


def _why_no_sandbox() -> str:
    """Say why Chromium's sandbox cannot be set up: it needs a user namespace of its own."""
    if os.geteuid() == 0:
        return "the program runs as root"
    if _APPARMOR.exists() and _APPARMOR.read_text(encoding="ascii").strip() == "1":
        return "the system lets programs have no namespace of their own"
    unshare = shutil.which("unshare")
    if unshare is None:
        return ""
    # The same steps as the sandbox takes: a user namespace, then others inside it.
    command = [unshare, "--user", "--map-root-user", "--pid", "--net", "--fork", "true"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_PROBE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"the system did not say within {_PROBE_SECONDS} s whether programs may have a namespace of their own"
    return "" if done.returncode == 0 else "the system lets programs have no namespace of their own"


def _why_no_library() -> str:
    """Say which system library QtWebEngine lacks."""
    try:
        import PySide6.QtWebEngineCore
        import PySide6.QtWebEngineWidgets  # noqa: F401 - loading it is the question
    except ImportError as error:
        return f"a system library is missing ({error})"
    return ""
