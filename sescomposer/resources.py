"""The only module that knows where resource files lie: beside the package in a checkout, inside it when installed."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_INSTALLED = _PACKAGE / "_resources"
_ROOT = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "resources"


def path(name: str) -> Path:
    """Give the place of a resource file; `name` is relative, with slashes.

    >>> path("themes/light.toml").name
    'light.toml'
    """
    return _ROOT / name


def read_text(name: str) -> str:
    """Give a resource file's text (UTF-8).

    >>> "error" in read_text("themes/light.toml")
    True
    """
    return path(name).read_text(encoding="utf-8")


def read_octets(name: str) -> bytes:
    """Give a resource file's octets."""
    return path(name).read_bytes()
