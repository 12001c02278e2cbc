"""The archive of submissions: what is settled and stands in the history, moved out of the log, one file a month.

It is read only to fill a history that is new or was damaged, so that no start waits for years of mail.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sescomposer.store.atomic import make_folder, sync_folder, translated
from sescomposer.store.records import Record, append, frame, read_records
from sescomposer.store.schema import check_schema

SCHEMA = 1

_FIRST: Mapping[str, Any] = {"format": "submissions-archive", "schema": SCHEMA}
_READ = "read the archive of submissions"
_WRITE = "write the archive of submissions"


class SubmissionArchive:
    """Files of framed records in a folder; the caller sees to it that one process alone writes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, heads: Iterable[Mapping[str, Any]]) -> None:
        """Keep intents and outcomes durably, in order; one that was kept before may come again. Raises `StoreError`."""
        months: dict[str, str] = {}
        by_month: dict[str, list[bytes]] = {}
        for head in heads:
            # An outcome stands with its intent, whenever it came.
            month = months.setdefault(head["submission"], month_of(datetime.fromisoformat(head["at"])))
            by_month.setdefault(month, []).append(frame(head))
        if not by_month:
            return
        make_folder(self._folder)
        for month, frames in by_month.items():
            path = self._folder / month
            first = b"" if path.exists() else frame(_FIRST)
            append(path, first + b"".join(frames), _WRITE)
        with translated(_WRITE, self._folder):
            sync_folder(self._folder)

    def records(self) -> Iterator[tuple[Record, ...]]:
        """Give the records month by month, oldest first; what is damaged is left out.

        Raises:
            StoreError: a file cannot be read, or a newer version wrote it.
        """
        for path in self._files():
            with translated(_READ, path):
                octets = path.read_bytes()
            records = read_records(octets, resume=True).records
            for record in records:
                if "schema" in record.head:
                    check_schema(record.head, SCHEMA, "The archive of submissions", path)
            yield records

    def forget(self, before: datetime) -> None:
        """Remove the months that lie before that time altogether. Raises `StoreError`."""
        first = month_of(before)
        for path in self._files():
            if path.name < first:
                with translated("remove from the archive of submissions", path):
                    path.unlink()

    def _files(self) -> list[Path]:
        with translated(_READ, self._folder):
            return sorted(self._folder.iterdir()) if self._folder.exists() else []


def month_of(at: datetime) -> str:
    """Give the name of the file of a time.

    >>> month_of(datetime(2026, 3, 1, tzinfo=UTC))
    '2026-03'
    """
    return f"{at.astimezone(UTC):%Y-%m}"
