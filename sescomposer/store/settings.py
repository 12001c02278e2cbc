"""The settings file: TOML that its owner may edit too, so that comments and order stay.

Keys are dotted: ``window.width`` is ``width`` in the table ``window``. A damaged file is never overwritten.
"""

from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sescomposer.core.errors import SettingsError
from sescomposer.store.atomic import make_folder, replace_file, translated
from sescomposer.store.locks import locked
from sescomposer.store.plain_toml import plain_toml
from sescomposer.store.schema import check_schema

if TYPE_CHECKING:
    import tomlkit

T = TypeVar("T", bound=Mapping[str, Any])

SCHEMA = 1


class SettingsFile:
    """Settings in one TOML file; see `services.ports.SettingsStore`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Mapping[str, object]:
        """Give the stored values by dotted key; keys that were never set are missing.

        Raises:
            SettingsError: the file is damaged (it is left as it is) or of a newer schema.
            StoreError: it cannot be read.
        """
        values = dict(_flat(self._read(_parsed, {})))
        values.pop("schema", None)
        return values

    def save(self, values: Mapping[str, object]) -> None:
        """Make the file hold exactly these values, comments kept; whole or not at all.

        Args:
            values: Strings, numbers, booleans and sequences of them, by dotted key.

        Raises:
            SettingsError: the file is damaged or of a newer schema; it is left as it is.
            StoreError: it cannot be written.
        """
        import tomlkit  # the library that keeps comments is slow to load, and every start reads

        make_folder(self._path.parent)
        with locked(self._path.with_name(self._path.name + ".lock")):
            document = self._read(tomlkit.parse, tomlkit.document())
            document.setdefault("schema", SCHEMA)
            _update(document, values)
            octets = tomlkit.dumps(document).encode("utf-8")
            replace_file(self._path, (octets,), "write the settings")

    def _read(self, parse: Callable[[str], T], empty: T) -> T:
        """Read the file with a parser; gives `empty` where there is no file."""
        if not self._path.exists():
            return empty
        with translated("read the settings", self._path):
            octets = self._path.read_bytes()
        try:
            document = parse(octets.decode("utf-8"))
        except ValueError as error:  # of either parser, or of the charset
            raise SettingsError(
                f"The settings {str(self._path)!r} cannot be read: {error}.",
                hint="Mend the file or move it away; it is left as it is.",
                value=str(self._path),
            ) from error
        if document:
            check_schema({"schema": SCHEMA, **document}, SCHEMA, "The settings file", self._path)
        return document


def _parsed(text: str) -> Mapping[str, Any]:
    """Read a document; raises `ValueError` where it is none."""
    plain = plain_toml(text)
    if plain is not None:
        return plain
    import tomllib  # here: every start reads the settings, and they are plain

    return tomllib.loads(text)


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, object]]:
    """Give the values of nested tables by dotted key.

    >>> _flat({"a": 1, "b": {"c": [2]}})
    [('a', 1), ('b.c', [2])]
    """
    found: list[tuple[str, object]] = []
    for key, value in table.items():
        if isinstance(value, Mapping):
            found.extend(_flat(value, f"{prefix}{key}."))
        else:
            found.append((prefix + key, value))
    return found


def _update(document: "tomlkit.TOMLDocument", values: Mapping[str, object]) -> None:
    """Change, add and remove values; what is equal is not touched, so that its form and comment stay."""
    stored = dict(_flat(document.unwrap()))
    for key in stored.keys() - values.keys() - {"schema"}:
        table, name = _table(document, key)
        del table[name]
    for key, value in values.items():
        plain = list(value) if isinstance(value, (tuple, list)) else value
        if key not in stored or stored[key] != plain or type(stored[key]) is not type(plain):
            table, name = _table(document, key)
            table[name] = plain


def _table(document: "tomlkit.TOMLDocument", key: str) -> tuple[MutableMapping[str, Any], str]:
    """Give the table of a dotted key, made where it is missing, and the last word of the key."""
    import tomlkit

    *words, name = key.split(".")
    table: MutableMapping[str, Any] = document
    for word in words:
        if word not in table:
            table[word] = tomlkit.table()
        inner = table[word]
        if not isinstance(inner, MutableMapping):
            raise SettingsError(f"The setting {key!r} needs a table {word!r}, which is a value.", value=key)
        table = inner
    return table, name
