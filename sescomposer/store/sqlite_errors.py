"""What SQLite refuses, in our words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sescomposer.core.errors import StoreError

_DAMAGE = ("it is damaged", "It is kept aside and made anew: try again.")
_DAMAGED = frozenset((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB))
_REASONS: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_BUSY: ("another program is using it", "Try again in a moment."),
    sqlite3.SQLITE_LOCKED: ("another program is using it", "Try again in a moment."),
    sqlite3.SQLITE_FULL: ("the disk is full", "Free some space; what was stored before is unchanged."),
    sqlite3.SQLITE_READONLY: ("it cannot be written", "Change the rights of the file and its folder."),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", "Change the rights of the file and its folder."),
    sqlite3.SQLITE_PERM: ("access to it is not allowed", "Change the rights of the file and its folder."),
    sqlite3.SQLITE_IOERR: ("the disk reports a fault", "Copy your files to another disk."),
}


def is_damage(error: sqlite3.Error) -> bool:
    """Whether an error says that the file is damaged.

    >>> is_damage(sqlite3.OperationalError("no such table: a"))
    False
    """
    # Tables of the full text search that cannot be read have no code of their own.
    return _code_of(error) in _DAMAGED or str(error).startswith("vtable constructor failed")


def _code_of(error: sqlite3.Error) -> int:
    """Give the primary result code of an error, 0 where it has none."""
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


@contextmanager
def translated_sqlite(doing: str, path: Path) -> Iterator[None]:
    """Turn an error of SQLite in the block into a `StoreError`.

    Args:
        doing: The verb with its object, as in "write the history".
        path: The file of the database.
    """
    try:
        yield
    except sqlite3.Error as error:
        known = _DAMAGE if is_damage(error) else _REASONS.get(_code_of(error))
        reason, hint = known or (f"{error}", "Try again; what was stored before is unchanged.")
        raise StoreError(f"Could not {doing} {str(path)!r}: {reason}.", hint=hint, value=str(path)) from error
