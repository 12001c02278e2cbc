"""Kept messages of the local inbox: one small file an entry, written whole or not at all; octets lie in `content`."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sescomposer.core.errors import StoreError
from sescomposer.services.ports import Delivery, DeliveryOutcome, InboxEntry
from sescomposer.store.atomic import make_folder, replace_file, store_error, translated
from sescomposer.store.records import frame, read_records
from sescomposer.store.schema import check_schema
from sescomposer.store.submission_json import envelope_from_json, envelope_to_json

SCHEMA = 1

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_SUFFIX = ".entry"


def _to_json(entry: InboxEntry) -> dict[str, Any]:
    return {
        "format": "inbox entry",
        "schema": SCHEMA,
        "entry": entry.entry,
        "received": entry.received.isoformat(),
        "envelope": envelope_to_json(entry.envelope),
        "submitted": entry.submitted,
        "delivered": entry.delivered,
        "changes": list(entry.changes),
        "deliveries": [[d.recipient, d.outcome.value, d.explanation, d.report] for d in entry.deliveries],
        "refusal": entry.refusal,
        "subject": entry.subject,
    }


def _from_json(value: Mapping[str, Any]) -> InboxEntry:
    return InboxEntry(
        entry=value["entry"],
        received=datetime.fromisoformat(value["received"]),
        envelope=envelope_from_json(value["envelope"]),
        submitted=value["submitted"],
        delivered=value["delivered"],
        changes=tuple(value["changes"]),
        deliveries=tuple(Delivery(who, DeliveryOutcome(how), why, of) for who, how, why, of in value["deliveries"]),
        refusal=value["refusal"],
        subject=value["subject"],
    )


class InboxStore:
    """Entries in a folder; see `services.ports.MessageStore`. Two processes may use one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, entry: InboxEntry) -> None:
        """Keep an entry durably; its octets are in the content store already.

        Raises:
            StoreError: it cannot be written, or its id is no name of a file.
        """
        path = self._path(entry.entry)
        make_folder(self._folder)
        replace_file(path, (frame(_to_json(entry)),), "keep a message of the local inbox in")

    def all(self) -> tuple[InboxEntry, ...]:
        """Give all entries, newest first; a damaged one is renamed to end in .damaged and left out.

        Raises:
            StoreError: the folder cannot be read, or a newer version wrote an entry.
        """
        entries = [entry for path in self._files() if (entry := self._read(path)) is not None]
        return tuple(sorted(entries, key=lambda entry: (entry.received, entry.entry), reverse=True))

    def names(self) -> frozenset[str]:
        """Give the names of the entries without reading them. Raises `StoreError`."""
        with translated("list the local inbox", self._folder):
            return frozenset(path.name for path in self._files())

    def get(self, entry: str) -> InboxEntry:
        """Give one entry by its id or by an unambiguous start of it.

        Raises:
            StoreError: there is none, or several.
        """
        found = [path for path in self._files() if path.name.startswith(entry)] if entry else []
        exact = [path for path in found if path.name == entry + _SUFFIX]
        read = self._read((exact or found)[0]) if exact or len(found) == 1 else None
        if read is not None:
            return read
        problem = "no message" if not found else f"{len(found)} messages"
        raise StoreError(
            f"The local inbox has {problem} whose id begins with {entry!r}.",
            hint="List the messages with the verb 'inbox list'.",
            value=entry,
        )

    def remove(self, entry: str) -> None:
        """Remove one entry by its whole id; does nothing if there is none. Raises `StoreError`."""
        with translated("remove a message of the local inbox", self._path(entry)):
            self._path(entry).unlink(missing_ok=True)

    def clear(self) -> int:
        """Remove all; gives how many there were. Raises `StoreError`."""
        paths = list(self._files())
        for path in paths:
            with translated("remove a message of the local inbox", path):
                path.unlink(missing_ok=True)
        return len(paths)

    def named_content(self) -> frozenset[str]:
        """Hashes of the content store that entries refer to."""
        named = {""}
        for entry in self.all():
            named |= {entry.submitted, entry.delivered, *(delivery.report for delivery in entry.deliveries)}
        return frozenset(named - {""})

    def _path(self, entry: str) -> Path:
        """File of an entry; refuses an id that would lead elsewhere."""
        if not _SAFE_NAME.fullmatch(entry):
            raise StoreError(f"{entry!r} is no id of a message of the local inbox.", value=entry)
        return self._folder / (entry + _SUFFIX)

    def _files(self) -> Iterator[Path]:
        return self._folder.glob(f"[!.]*{_SUFFIX}")

    def _read(self, path: Path) -> InboxEntry | None:
        """Read one entry; None if it was removed meanwhile or is damaged."""
        try:
            octets = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise store_error(error, "read the inbox entry", path) from error
        reading = read_records(octets)
        if not reading.records or reading.damaged:
            with translated("set a damaged entry of the local inbox aside", path):
                path.replace(path.with_name(path.name + ".damaged"))
            return None
        check_schema(reading.records[0].head, SCHEMA, "The inbox entry", path)
        return _from_json(reading.records[0].head)
