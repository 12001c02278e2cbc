"""The folder of own keys: one list, and beside it each private key in a file of its own, encrypted before it comes.

The list names the file of each key. A new file is written first and the list then, so that a key is there whole or not
at all, also where it takes the place of an older one. Files that no list names are removed by the next change.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from pathlib import Path

from sescomposer.core.errors import KeyGoneError, StoreError
from sescomposer.services.protection.protection_ports import KeyEntry, KeyKind
from sescomposer.store.atomic import discard, make_folder, replace_file, translated
from sescomposer.store.json_rows import JsonRows, Row
from sescomposer.store.locks import locked
from sescomposer.store.octets_json import octets_from_json, octets_to_json

SCHEMA = 1
_FILE = re.compile(r"[0-9a-z]{1,64}-[0-9a-f]{16}\.(p12|key)")
_ID = re.compile(r"[0-9a-z]{1,64}")
_SUFFIX = {KeyKind.FILE: "p12", KeyKind.DKIM: "p12"}
_NAMES = frozenset(field.name for field in fields(KeyEntry))


class KeyFolder:
    """Own keys; see `services.protection_ports.KeyStore`.

    Args:
        folder: Made when a key is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows = JsonRows(folder / "keys.json", "the list of keys", SCHEMA)

    def all(self) -> tuple[KeyEntry, ...]:
        """Give all keys, oldest first; raises `StoreError` where the list is damaged (it is left as it is)."""
        return tuple(self._entry(row) for row in self._rows.read())

    def add(self, entry: KeyEntry, octets: bytes = b"") -> None:
        """Keep a key, whole or not at all, in place of one with the same id.

        Args:
            entry: The key.
            octets: Its private key, encrypted already; b"" for none.

        Raises:
            StoreError: It cannot be kept; what was there before is unchanged.
        """
        if not _ID.fullmatch(entry.id):
            raise ValueError(f"{entry.id!r} is no id of a key")
        make_folder(self._folder)
        row = _row(entry)
        name = f"{entry.id}-{hashlib.sha256(octets).hexdigest()[:16]}.{_SUFFIX.get(entry.kind, 'key')}"
        if octets:
            row["file"] = name
        is_new = octets != b"" and not (self._folder / name).exists()

        def change(rows: list[Row]) -> list[Row]:
            if octets:
                replace_file(self._folder / name, (octets,), "keep the key")
            places = [number for number, old in enumerate(rows) if old.get("id") == entry.id]
            if not places:
                return [*rows, row]
            return [row if number == places[0] else old for number, old in enumerate(rows) if number not in places[1:]]

        try:
            self._change(change)
        except StoreError:
            if is_new and not self._is_named(name):
                discard(self._folder / name)
            raise

    def octets(self, key: str) -> bytes:
        """Give the encrypted octets of a key.

        Raises:
            KeyGoneError: It was removed.
            StoreError: They cannot be read.
        """
        for row in self._rows.read():
            if row.get("id") == key:
                path = self._folder / self._file(row)
                if path.is_file():
                    with translated("read the key", path):
                        return path.read_bytes()
        raise KeyGoneError(
            f"The file of the key {key!r} is not there: the key was removed.",
            hint="Import the key again.",
            value=key,
        )

    def remove(self, key: str) -> None:
        """Remove a key and its octets; does nothing if there is none. Raises `StoreError`."""
        if any(row.get("id") == key for row in self._rows.read()):
            self._change(lambda rows: [row for row in rows if row.get("id") != key])

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold off other processes that are about to add a key; `add` and `remove` may be called meanwhile."""
        make_folder(self._folder)
        with locked(self._folder / "adding.lock"):
            yield

    def _change(self, change: Callable[[list[Row]], list[Row]]) -> None:
        def changed(rows: list[Row]) -> list[Row]:
            for row in rows:
                self._entry(row)  # what is damaged is not written again
            return change(rows)

        self._rows.change(changed)
        self._tidy()

    def _tidy(self) -> None:
        """Remove the files of keys that no list names any more; another process may be about to name a new one."""
        with self._rows.held() as rows, translated("tidy", self._folder):
            named = {row.get("file") for row in rows}
            for path in sorted(self._folder.iterdir()):
                if _FILE.fullmatch(path.name) and path.name not in named:
                    discard(path)

    def _is_named(self, name: str) -> bool:
        """Whether the list may name a file; also where it cannot be read."""
        try:
            return any(row.get("file") == name for row in self._rows.read())
        except StoreError:
            return True

    def _file(self, row: Row) -> str:
        name = row.get("file", "")
        if not isinstance(name, str) or (name and not _FILE.fullmatch(name)):
            raise self._rows.damaged(f"{name!r} is no name of a file of ours")
        return name or "-"

    def _entry(self, row: Row) -> KeyEntry:
        self._file(row)
        try:
            values = {name: row[name] for name in _NAMES if name in row}
            values["kind"] = KeyKind(values["kind"])
            values["addresses"] = tuple(str(address) for address in values["addresses"])
            values["certificates"] = tuple(octets_from_json(each) for each in values.get("certificates", ()))
            values["public"] = octets_from_json(values.get("public", ""))
            values["details"] = {str(name): str(value) for name, value in values.get("details", {}).items()}
            values["added"] = datetime.fromisoformat(values["added"]) if values.get("added") else None
            if not all(isinstance(values[name], str) for name in ("id", "label", "fingerprint")):
                raise ValueError("a text is none")
            return KeyEntry(**values)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise self._rows.damaged(f"a key in it is of no form that is known ({error})") from error


def _row(entry: KeyEntry) -> Row:
    """Give a key as JSON values, without what it does not have."""
    row: Row = {
        "id": entry.id,
        "kind": entry.kind.value,
        "label": entry.label,
        "addresses": list(entry.addresses),
        "fingerprint": entry.fingerprint,
        "certificates": [octets_to_json(each) for each in entry.certificates],
        "public": octets_to_json(entry.public),
        "details": dict(entry.details),
        "asks_always": entry.asks_always,
        "added": entry.added.isoformat() if entry.added else None,
    }
    return {name: value for name, value in row.items() if value or name in ("addresses", "label", "fingerprint")}
