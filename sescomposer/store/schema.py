"""Numbers of our file formats: what a newer version wrote is left as it is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sescomposer.core.errors import SettingsError


def check_schema(head: Mapping[str, Any], newest: int, what: str, path: Path) -> None:
    """Refuse a format that a newer version wrote.

    Args:
        head: Holds the number under "schema".
        newest: The number that this version writes.
        what: Name of the format for people, as in "The journal".
        path: Its file.

    Raises:
        SettingsError: the number is missing or larger.
    """
    number = head.get("schema")
    if isinstance(number, int) and number <= newest:
        return
    raise SettingsError(
        f"{what} {str(path)!r} has schema {number!r}; this version reads up to {newest}.",
        hint="Use the newer version that wrote it; the file is left as it is.",
        value=str(path),
    )
