"""One JSON file of rows, changed by several processes at once: read anew under a lock, written whole or not at all.

A damaged file, and one of a newer version, is refused and left as it is. Keys of a row that we do not know stay.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sescomposer.core.errors import SettingsError
from sescomposer.store.atomic import make_folder, replace_file, translated
from sescomposer.store.locks import locked
from sescomposer.store.schema import check_schema

Row = dict[str, Any]


class JsonRows:
    """Rows in one file ``{"schema": 1, "rows": [...]}``, mode 0600.

    Args:
        path: The file; its folder is made when something is written.
        what: Its name for people, as in "the list of keys".
        schema: The number that this version writes.

    >>> import tempfile
    >>> rows = JsonRows(Path(tempfile.mkdtemp()) / "rows.json", "the list", 1)
    >>> rows.change(lambda old: [*old, {"id": 1}])
    >>> rows.read()
    [{'id': 1}]
    """

    def __init__(self, path: Path, what: str, schema: int) -> None:
        self._path = path
        self._what = what
        self._schema = schema

    def read(self) -> list[Row]:
        """Give the rows.

        Raises:
            SettingsError: the file is damaged or of a newer version.
            StoreError: it cannot be read.
        """
        try:
            with translated(f"read {self._what}", self._path):
                octets = self._path.read_bytes() if self._path.exists() else b""
            value = json.loads(octets) if octets else {"schema": self._schema, "rows": []}
        except (ValueError, RecursionError) as error:
            raise self.damaged("it is no JSON") from error
        if not isinstance(value, dict):
            raise self.damaged("it holds no object")
        check_schema(value, self._schema, self._what.capitalize(), self._path)
        rows = value.get("rows")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self.damaged("it holds no rows")
        return rows

    def change(self, change: Callable[[list[Row]], list[Row]]) -> None:
        """Make the file hold other rows; no other process changes it meanwhile. Raises like `read`."""
        with self.held() as before:
            text = json.dumps({"schema": self._schema, "rows": change(before)}, ensure_ascii=True, indent=1)
            replace_file(self._path, (text.encode("ascii"),), f"write {self._what}")

    @contextmanager
    def held(self) -> Iterator[list[Row]]:
        """Give the rows and hold off whoever would change them during the block. Raises like `read`."""
        make_folder(self._path.parent)
        with locked(self._path.with_name(f"{self._path.name}.lock")):
            yield self.read()

    def damaged(self, why: str) -> SettingsError:
        """Give what to raise of a file that cannot be understood."""
        return SettingsError(
            f"{self._what.capitalize()} {str(self._path)!r} cannot be read: {why}.",
            hint="Mend the file or move it away; it is left as it is.",
            value=str(self._path),
        )
