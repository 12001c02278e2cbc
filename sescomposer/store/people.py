"""The file of other people's certificates and OpenPGP keys: nothing secret, but who writes to whom is private."""

from datetime import datetime
from pathlib import Path

from sescomposer.services.protection.protection_ports import PersonKey, PersonKind
from sescomposer.store.json_rows import JsonRows, Row
from sescomposer.store.octets_json import octets_from_json, octets_to_json

SCHEMA = 1

_State = tuple[int, int, int]


class PeopleFile:
    """People's keys in one JSON file; see `services.protection_ports.PeopleStore`.

    Args:
        path: The file; its folder is made when something is kept.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows = JsonRows(path, "the list of people's certificates", SCHEMA)
        # One plan asks for each of its recipients.
        self._known: tuple[_State | None, tuple[PersonKey, ...]] | None = None

    def all(self) -> tuple[PersonKey, ...]:
        """Give all, as they were added.

        Raises:
            SettingsError: the file is damaged (it is left as it is) or of a newer version.
            StoreError: it cannot be read.
        """
        state = self._state()
        if self._known is None or state is None or self._known[0] != state:
            self._known = (state, tuple(self._key(row) for row in self._rows.read()))
        return self._known[1]

    def _state(self) -> _State | None:
        """Tell this state of the file from others: each change puts a new file in its place."""
        try:
            found = self._path.stat()
        except OSError:
            # What is wrong with it, reading tells.
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def put(self, key: PersonKey) -> None:
        """Keep one in place of that with the same address, kind and fingerprint; raises `StoreError`."""
        row = _row(key)

        def change(rows: list[Row]) -> list[Row]:
            self._check(rows)
            places = [number for number, old in enumerate(rows) if _name(old) == _name(row)]
            if not places:
                return [*rows, row]
            return [row if number == places[0] else old for number, old in enumerate(rows) if number not in places[1:]]

        self._rows.change(change)

    def remove(self, address: str, fingerprint: str) -> None:
        """Forget one; does nothing if there is none. Raises `StoreError`."""

        def change(rows: list[Row]) -> list[Row]:
            self._check(rows)
            return [row for row in rows if (row["address"], row["fingerprint"]) != (address, fingerprint)]

        self._rows.change(change)

    def _check(self, rows: list[Row]) -> None:
        """Refuse to write again what cannot be understood."""
        for row in rows:
            self._key(row)

    def _key(self, row: Row) -> PersonKey:
        try:
            used = row.get("last_used")
            texts = [row[name] for name in ("address", "fingerprint", "source")]
            if not all(isinstance(text, str) for text in texts):
                raise ValueError("a text is none")
            return PersonKey(
                address=texts[0],
                kind=PersonKind(row["kind"]),
                fingerprint=texts[1],
                octets=octets_from_json(row["octets"]),
                source=texts[2],
                first_seen=datetime.fromisoformat(row["first_seen"]),
                last_used=datetime.fromisoformat(used) if used else None,
                is_accepted=row.get("is_accepted", False) is True,
                chain=tuple(octets_from_json(each) for each in row.get("chain", ())),
            )
        except (KeyError, ValueError, TypeError) as error:
            raise self._rows.damaged(f"a key in it is of no form that is known ({error})") from error


def _name(row: Row) -> tuple[str, str, str]:
    return row["address"], row["kind"], row["fingerprint"]


def _row(key: PersonKey) -> Row:
    """Give a key as JSON values, without what it does not have."""
    row: Row = {
        "address": key.address,
        "kind": key.kind.value,
        "fingerprint": key.fingerprint,
        "octets": octets_to_json(key.octets),
        "source": key.source,
        "first_seen": key.first_seen.isoformat(),
        "last_used": key.last_used.isoformat() if key.last_used else None,
        "is_accepted": key.is_accepted,
        "chain": [octets_to_json(each) for each in key.chain],
    }
    return {name: value for name, value in row.items() if value or name == "source"}
