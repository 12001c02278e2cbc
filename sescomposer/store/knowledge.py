"""What was last read of each account and region: one JSON file each, which can be read anew from the service."""

import json
from pathlib import Path
from typing import Any

from sescomposer.services.knowledge import Known
from sescomposer.store.atomic import make_folder, replace_file, translated
from sescomposer.store.knowledge_json import known_from_json, known_to_json
from sescomposer.store.schema import check_schema

SCHEMA = 1


class KnowledgeFiles:
    """Fits `services.account_ports.KnowledgeStore`; its files are the user's alone.

    Args:
        folder: Made when something is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, account: str, region: str) -> Known | None:
        """Give what was read, None if nothing was or its file is damaged or of a newer version."""
        known = _known(_read(self._path(account, region)))
        return known if known is not None and (known.account, known.region) == (account, region) else None

    def put(self, known: Known) -> None:
        """Keep it in place of what was there, whole or not at all.

        Raises:
            SettingsError: a newer version wrote the file; it is left as it is.
            StoreError: it cannot be written.
        """
        path = self._path(known.account, known.region)
        make_folder(self._folder)
        there = _read(path)
        if isinstance(there, dict) and isinstance(there.get("schema"), int):
            check_schema(there, SCHEMA, "What is known of the account", path)
        text = json.dumps({"schema": SCHEMA, **known_to_json(known)}, ensure_ascii=True)
        replace_file(path, (text.encode("ascii"),), "keep what is known of the account")

    def all(self) -> tuple[Known, ...]:
        """Give everything that can be read, by account and region."""
        found = [_known(_read(path)) for path in self._folder.glob("*.json")]
        return tuple(sorted((known for known in found if known), key=lambda known: (known.account, known.region)))

    def remove(self, account: str) -> None:
        """Forget an account in all its regions; raises `StoreError`."""
        for path in self._folder.glob(f"{_hashed(account)}-*.json"):
            with translated("forget", path):
                path.unlink(missing_ok=True)

    def _path(self, account: str, region: str) -> Path:
        return self._folder / f"{_hashed(account)}-{_hashed(region)}.json"


def _hashed(name: str) -> str:
    """Give a name for files to what may hold any characters.

    >>> len(_hashed("../work"))
    32
    """
    import hashlib  # here: its library is large, and a start without accounts reads nothing

    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _read(path: Path) -> Any:
    """Give the JSON of a file; None where there is none or it is damaged: it can be read from the service again."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def _known(value: Any) -> Known | None:
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        return None
    try:
        return known_from_json(value)
    except (ValueError, OverflowError):
        return None
