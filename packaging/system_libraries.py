"""What Qt and the tests need of the system: tried by loading or by name, named by Debian package, installed by apt."""

import ctypes
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Need:
    """One thing the system should have: a shared library, a command, a module or a font.

    Args:
        what: Its name: a soname, a command, a module of Perl, or the script a font covers.
        package: The Debian package that has it.
        present: Tells whether it is there.
    """

    what: str
    package: str
    present: Callable[[str], bool]


def loads(soname: str) -> bool:
    """Tell whether the dynamic loader finds a library and all that it needs."""
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def is_command(name: str) -> bool:
    """Tell whether a command is on the path."""
    return shutil.which(name) is not None


_SOFT_HSM = ("/usr/lib/softhsm", "/usr/lib64", "/usr/local/lib/softhsm")


def is_soft_hsm(tool: str) -> bool:
    """Tell whether SoftHSM is there: its command, and its module where the tests look for it."""
    return is_command(tool) and any(Path(folder, "libsofthsm2.so").exists() for folder in _SOFT_HSM)


def is_perl_module(name: str) -> bool:
    """Tell whether Perl can load a module."""
    return is_command("perl") and subprocess.run(["perl", f"-M{name}", "-e1"], capture_output=True).returncode == 0


_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
_FONT_FILES = {
    "Devanagari": re.compile(r"deva|mangal|NotoSans-|FreeSans", re.IGNORECASE),
    "Chinese, Japanese, Korean": re.compile(r"cjk|wqy|ipag|droidsansfallback|unifont", re.IGNORECASE),
    "emoji": re.compile(r"emoji", re.IGNORECASE),
}


def has_font(script: str) -> bool:
    """Tell whether a font file whose name promises a script is installed."""
    folders = [Path(folder).expanduser() for folder in _FONT_FOLDERS]
    files = (file for folder in folders if folder.is_dir() for file in folder.rglob("*.[ot]t[fc]"))
    return any(_FONT_FILES[script].search(file.name) for file in files)


def _libraries(table: dict[str, str]) -> tuple[Need, ...]:
    return tuple(Need(soname, package, loads) for soname, package in table.items())


# Found with a bare Debian 12 by starting the window; QtCore alone needs GLib, QtGui does not load without libGL.
QT = _libraries(
    {
        "libGL.so.1": "libgl1",
        "libEGL.so.1": "libegl1",
        "libglib-2.0.so.0": "libglib2.0-0",
        "libgthread-2.0.so.0": "libglib2.0-0",
        "libfontconfig.so.1": "libfontconfig1",
        "libdbus-1.so.3": "libdbus-1-3",
        "libxkbcommon.so.0": "libxkbcommon0",
    }
)
X11 = _libraries(
    {
        "libxcb-cursor.so.0": "libxcb-cursor0",
        "libxcb-icccm.so.4": "libxcb-icccm4",
        "libxcb-image.so.0": "libxcb-image0",
        "libxcb-keysyms.so.1": "libxcb-keysyms1",
        "libxcb-randr.so.0": "libxcb-randr0",
        "libxcb-render-util.so.0": "libxcb-render-util0",
        "libxcb-shape.so.0": "libxcb-shape0",
        "libxcb-xkb.so.1": "libxcb-xkb1",
        "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    }
)
# Without these the preview falls back to QTextBrowser.
WEB_ENGINE = _libraries(
    {
        "libnss3.so": "libnss3",
        "libasound.so.2": "libasound2",
        "libXcomposite.so.1": "libxcomposite1",
        "libXdamage.so.1": "libxdamage1",
        "libXrandr.so.2": "libxrandr2",
        "libXtst.so.6": "libxtst6",
        "libxkbfile.so.1": "libxkbfile1",
        "libgbm.so.1": "libgbm1",
    }
)
TOOLS = (
    Need("Xvfb", "xvfb", is_command),
    Need("xdotool", "xdotool", is_command),
    Need("dbus-run-session", "dbus", is_command),
    Need("gnome-keyring-daemon", "gnome-keyring", is_command),
    Need("openssl", "openssl", is_command),
    # Other readers and writers of what is signed and encrypted: each test names the package of the one it lacks.
    Need("gpg", "gnupg", is_command),
    Need("gpgsm", "gpgsm", is_command),
    Need("softhsm2-util", "softhsm2", is_soft_hsm),
    Need("cmsutil", "libnss3-tools", is_command),
    Need("sqop", "sqop", is_command),
    Need("sqv", "sqv", is_command),
    Need("Mail::DKIM", "libmail-dkim-perl", is_perl_module),
    Need("node", "nodejs", is_command),
    Need("npm", "npm", is_command),
    Need("Devanagari", "fonts-lohit-deva", has_font),
    Need("Chinese, Japanese, Korean", "fonts-wqy-microhei", has_font),
    Need("emoji", "fonts-noto-color-emoji", has_font),
)


def missing(needs: Iterable[Need]) -> tuple[Need, ...]:
    """Give those of the needs that the system does not meet; none where it is not Linux."""
    if not sys.platform.startswith("linux"):
        return ()
    return tuple(need for need in needs if not need.present(need.what))


def packages(needs: Iterable[Need]) -> list[str]:
    """Give the Debian packages of needs, each once, in order."""
    return list(dict.fromkeys(need.package for need in needs))


def can_apt() -> bool:
    """Tell whether packages can be installed here without asking: Debian or its kin, as root."""
    return Path("/etc/debian_version").exists() and is_command("apt-get") and os.geteuid() == 0


# A machine without network must hear so within a minute, not after apt's many tries.
_APT_PATIENCE = ("-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20", "-o", "Acquire::https::Timeout=20")


def apt_install(names: list[str]) -> bool:
    """Install those of some Debian packages that apt knows of; gives False when apt failed, whatever the reason."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # Lists that could not be renewed may still name what is wanted: only the installation counts.
    subprocess.run(["apt-get", "update", "-qq", *_APT_PATIENCE], env=environment, capture_output=True, check=False)
    known = [name for name in names if _apt_knows(name)]
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *_APT_PATIENCE, *known]
    return bool(known) and subprocess.run(install, env=environment, capture_output=True, check=False).returncode == 0


def _apt_knows(name: str) -> bool:
    return subprocess.run(["apt-cache", "show", name], capture_output=True, check=False).returncode == 0


def sentence(needs: Iterable[Need], purpose: str) -> str:
    """Give the sentence that names what is missing and the command that mends it.

    >>> print(sentence([Need("libGL.so.1", "libgl1", loads)], "Qt"))  # doctest: +ELLIPSIS
    Qt lacks libGL.so.1; install ...libgl1... and start again.
    """
    needs = tuple(needs)
    things = ", ".join(need.what for need in needs)
    names = " ".join(packages(needs))
    if Path("/etc/debian_version").exists():
        return f"{purpose} lacks {things}; install it with `sudo apt-get install {names}` and start again."
    return f"{purpose} lacks {things}; install it (Debian calls the packages {names}) and start again."
