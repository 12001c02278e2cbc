"""Which PKCS#11 modules a system has: those that p11-kit is told of, and those at usual places."""

import glob
import sys
from collections.abc import Iterable
from pathlib import Path

_TOLD = ("/etc/pkcs11/modules", "/usr/share/p11-kit/modules", "/usr/local/share/p11-kit/modules")
_FOLDERS = (
    "/usr/lib/*-linux-gnu*/pkcs11",
    "/usr/lib64/pkcs11",
    "/usr/lib/pkcs11",
    "/usr/local/lib/pkcs11",
    "/usr/lib/*-linux-gnu*",
    "/usr/lib64",
    "/usr/lib",
)
_NO_CARDS = ("p11-kit-trust", "p11-kit-client", "gnome-keyring-pkcs11")
"""Modules with certificates alone, or that stand for others."""
_USUAL = {
    "linux": (
        *(f"{folder}/{name}" for name in ("opensc-pkcs11.so", "libykcs11.so*") for folder in _FOLDERS),
        "/usr/lib/softhsm/libsofthsm2.so",
        "/usr/lib64/libsofthsm2.so",
        "/usr/lib/libeToken.so",
        "/usr/lib64/libeToken.so",
    ),
    "darwin": (
        "/Library/OpenSC/lib/opensc-pkcs11.so",
        "/opt/homebrew/lib/opensc-pkcs11.so",
        "/opt/homebrew/lib/libykcs11.dylib",
        "/usr/local/lib/opensc-pkcs11.so",
        "/usr/local/lib/libykcs11.dylib",
        "/usr/local/lib/libeTPkcs11.dylib",
    ),
    "win32": (
        "C:/Program Files/OpenSC Project/OpenSC/pkcs11/opensc-pkcs11.dll",
        "C:/Program Files/Yubico/Yubico PIV Tool/bin/libykcs11.dll",
        "C:/Windows/System32/eTPKCS11.dll",
    ),
}


def modules(told: Iterable[str] = _TOLD, usual: Iterable[str] | None = None) -> tuple[str, ...]:
    """Give the paths of modules that are there, those p11-kit is told of first; each file once.

    Args:
        told: Folders of p11-kit's settings.
        usual: Patterns of paths to look at as well; None for those of this platform.
    """
    patterns = _USUAL.get(sys.platform, ()) if usual is None else usual
    named = [_placed(name) for folder in told for name in _named(Path(folder))]
    found = [path for pattern in patterns for path in sorted(glob.glob(pattern))]
    by_file: dict[Path, str] = {}
    for path in filter(None, (*named, *found)):
        by_file.setdefault(Path(path).resolve(), path)
    return tuple(path for path in by_file.values() if not Path(path).stem.startswith(_NO_CARDS))


def _named(folder: Path) -> list[str]:
    """Give what the settings of a folder name: lines ``module: NAME`` of each file."""
    found: list[str] = []
    for file in sorted(folder.glob("*.module")):
        try:
            lines = file.read_text("utf-8", "replace").splitlines()
        except OSError:
            continue  # settings of others that we may not read name nothing for us
        found += [line.partition(":")[2].strip() for line in lines if line.partition(":")[0].strip() == "module"]
    return found


def _placed(name: str) -> str:
    """Give the path of a module; a name alone lies in the folder that p11-kit was made for. "" where it is not."""
    if Path(name).is_absolute():
        return name if Path(name).is_file() else ""
    for folder in _FOLDERS[:4]:
        for path in sorted(glob.glob(f"{folder}/{glob.escape(name)}")):
            return path
    return ""
