"""The history: an index over every submission in one SQLite file. The octets lie in the content store.

It can be lost: the log of submissions and its archive are the truth, and a new or damaged file is filled from them.
Events are the one thing that is here alone; the service can be asked for them again.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sescomposer.core.errors import StoreError
from sescomposer.services.history_ports import HistoryEntry, HistoryQuery
from sescomposer.services.knowledge import MessageEvent
from sescomposer.services.ports import SubmissionRecord, SubmissionState
from sescomposer.store.history_database import HistoryDatabase
from sescomposer.store.history_query import page_of, plain_text, statement_of
from sescomposer.store.history_rows import entry_of, events_text, head_words, number_of, record_of, record_text
from sescomposer.store.search_words import normalised

_ENTRY = "SELECT details.record, details.events, details.events_read FROM details"
_REMOVABLE = (SubmissionState.ACCEPTED, SubmissionState.REFUSED, SubmissionState.NOT_SENT)
_SOME = 500
"""Values in one statement."""


class _Kept(NamedTuple):
    """What of an entry stays when it moves."""

    body: str = ""
    has_text: int = 0
    events: str = "[]"
    events_read: str = ""


def _nothing() -> Iterable[SubmissionRecord]:
    return ()


class HistoryIndex:
    """The history in one file; see `services.history_ports.History`. Two processes may use one file.

    Args:
        path: Its file.
        records: Gives every submission known elsewhere, to fill a file that is new or was damaged.
        patience: Seconds to wait for another process.
        full_text: Whether a new file uses the full text search of SQLite; None for where there is one.
    """

    def __init__(
        self,
        path: Path,
        records: Callable[[], Iterable[SubmissionRecord]] = _nothing,
        *,
        patience: float = 5.0,
        full_text: bool | None = None,
    ) -> None:
        self._database = HistoryDatabase(path, lambda made: _put_all(made, records()), patience, full_text)

    @property
    def trouble(self) -> str:
        """A sentence once a damaged file was set aside, else ""."""
        return self._database.trouble

    def put(self, record: SubmissionRecord, text: str = "") -> None:
        """Keep or replace a submission; "" keeps the text that was given before.

        Raises:
            StoreError: another process writes for long, the disk is full, the file cannot be written.
        """
        with self._database.writing() as connection:
            _put(connection, record)
            if text:
                _put_text(connection, record.intent.submission, text)

    def put_all(self, records: Iterable[SubmissionRecord]) -> None:
        """Keep many submissions in one go, all or none; what is known newer stays. Raises `StoreError`."""
        with self._database.writing() as connection:
            _put_all(connection, records)

    def put_texts(self, texts: Mapping[str, str]) -> None:
        """Keep the text that is searched, by submission, also an empty one. Raises `StoreError`."""
        with self._database.writing() as connection:
            for submission, text in texts.items():
                _put_text(connection, submission, text)

    def put_events(self, submission: str, events: Iterable[MessageEvent], at: datetime) -> None:
        """Keep what came after a submission, in place of what was known. Raises `StoreError`."""
        with self._database.writing() as connection:
            number = _number(connection, submission)
            connection.execute(
                "UPDATE details SET events = ?, events_read = ? WHERE number = ?",
                (events_text(events), at.isoformat(), number),
            )

    def get(self, submission: str) -> HistoryEntry:
        """Give one entry by its id, an unambiguous start of it, or the service's message id.

        Raises:
            StoreError: there is none, or there are several; or the index cannot be read.
        """
        wanted = plain_text(submission)
        with self._database.reading() as connection:
            numbers = _numbers_of(connection, wanted)
            rows = connection.execute(f"{_ENTRY} WHERE number = ?", numbers).fetchall() if len(numbers) == 1 else []
        if rows:
            return entry_of(*rows[0])
        if numbers:
            raise StoreError(
                f"Several submissions begin with {wanted!r}.", hint="Give more of the id.", value=submission
            )
        raise StoreError(
            f"The history holds no submission {wanted!r}.", hint="List what there is: history list", value=submission
        )

    def find(self, query: HistoryQuery) -> tuple[HistoryEntry, ...]:
        """Give the entries wanted, newest first. Raises `StoreError`."""
        with self._database.reading() as connection:
            behind = _number(connection, query.behind) if query.behind else None
            made = statement_of(query, full_text=self._database.is_full_text, behind=behind)
            if made.is_empty or (query.behind and behind is None):
                return ()
            numbers = (
                f"SELECT {made.number} FROM {made.source}{made.where} ORDER BY {made.number} DESC LIMIT ? OFFSET ?"
            )
            sql = f"{_ENTRY} WHERE number IN ({numbers}) ORDER BY number DESC"
            rows = connection.execute(sql, (*made.values, *page_of(query))).fetchall()
        return tuple(entry_of(*row) for row in rows)

    def count(self, query: HistoryQuery) -> int:
        """Give how many there are, without limit, offset and page. Raises `StoreError`."""
        with self._database.reading() as connection:
            made = statement_of(query, full_text=self._database.is_full_text)
            if made.is_empty:
                return 0
            sql = f"SELECT count(*) FROM {made.source}{made.where}"
            return int(connection.execute(sql, made.values).fetchone()[0])

    def accounts(self) -> tuple[str, ...]:
        """Give the names of all accounts that something went through, in order. Raises `StoreError`."""
        with self._database.reading() as connection:
            # Steps from name to name: as many looks as there are accounts.
            sql = "SELECT min(account) FROM entries WHERE account > ?"
            found: list[str] = []
            while (name := connection.execute(sql, (found[-1] if found else "",)).fetchone()[0]) is not None:
                found.append(name)
        return tuple(found)

    def version(self) -> tuple[int, int]:
        """Give what is another value whenever something was changed, by whomever; cheap. Raises `StoreError`."""
        with self._database.reading() as connection:
            return self._database.number, int(connection.execute("PRAGMA data_version").fetchone()[0])

    def states(self, submissions: Iterable[str]) -> Mapping[str, SubmissionState]:
        """Give the states of those of them that are here. Raises `StoreError`."""
        wanted = list(submissions)
        found: dict[str, SubmissionState] = {}
        with self._database.reading() as connection:
            for start in range(0, len(wanted), _SOME):
                some = wanted[start : start + _SOME]
                marks = ", ".join("?" * len(some))
                rows = connection.execute(f"SELECT submission, state FROM entries WHERE submission IN ({marks})", some)
                found |= {submission: SubmissionState(state) for submission, state in rows}
        return found

    def without_text(self, limit: int) -> tuple[SubmissionRecord, ...]:
        """Give submissions whose message's text was never given, newest first, at most so many."""
        sql = (
            "SELECT details.record FROM entries CROSS JOIN details ON details.number = entries.number "
            "WHERE entries.has_text = 0 ORDER BY entries.number DESC LIMIT ?"
        )
        with self._database.reading() as connection:
            return tuple(record_of(text) for (text,) in connection.execute(sql, (limit,)))

    def forget(self, before: datetime) -> int:
        """Remove entries older than that and give how many; those whose outcome is not known stay."""
        marks = ", ".join("?" * len(_REMOVABLE))
        chosen = f"FROM entries WHERE number < ? AND state IN ({marks})"
        values = (number_of(before), *_REMOVABLE)
        with self._database.writing() as connection:
            for table, column in (("words", "rowid"), ("details", "number")):
                connection.execute(f"DELETE FROM {table} WHERE {column} IN (SELECT number {chosen})", values)
            return connection.execute(f"DELETE {chosen}", values).rowcount

    def named_content(self) -> frozenset[str]:
        """Hashes of the content store that the history refers to. Raises `StoreError`."""
        with self._database.reading() as connection:
            return frozenset(name for (name,) in connection.execute("SELECT DISTINCT sha256 FROM entries"))

    def flush(self) -> None:
        """Make everything put so far outlast a loss of power. Raises `StoreError`."""
        self._database.flush()

    def close(self) -> None:
        """Let go of the file; the next call opens it again."""
        self._database.close()


def _put_all(connection: sqlite3.Connection, records: Iterable[SubmissionRecord]) -> None:
    for record in records:
        number = _number(connection, record.intent.submission)
        if number is None or not _is_older(record, _record(connection, number)):
            _put(connection, record)


def _is_older(record: SubmissionRecord, known: SubmissionRecord) -> bool:
    """Whether a record was overtaken by what is known: somebody told it while the log was being read."""
    one, other = record.outcome, known.outcome
    if record.intent.at != known.intent.at or other is None:
        return record.intent.at < known.intent.at
    return one is None or one.at < other.at


def _record(connection: sqlite3.Connection, number: int) -> SubmissionRecord:
    return record_of(connection.execute("SELECT record FROM details WHERE number = ?", (number,)).fetchone()[0])


def _put(connection: sqlite3.Connection, record: SubmissionRecord) -> None:
    """Keep or replace one submission; its text and events stay."""
    intent = record.intent
    submission, wanted = plain_text(intent.submission), number_of(intent.at)
    number = _number(connection, submission)
    kept = _Kept()
    if number is not None and not 0 <= number - wanted < _SOME:
        # Tried again later: it moves to its new time.
        kept = _taken_out(connection, number)
        number = None
    state, account = record.state.value, plain_text(intent.account)
    reference = plain_text(record.outcome.reference) if record.outcome else ""
    text = record_text(record)
    if number is None:
        number = _free(connection, wanted)
        row = (number, submission, state, account, reference, plain_text(intent.sha256), kept.has_text)
        connection.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        row_of_details = (number, text, kept.events, kept.events_read)
        connection.execute("INSERT INTO details VALUES (?, ?, ?, ?)", row_of_details)
    else:
        sql = "UPDATE entries SET state = ?, account = ?, reference = ? WHERE number = ?"
        connection.execute(sql, (state, account, reference, number))
        connection.execute("UPDATE details SET record = ? WHERE number = ?", (text, number))
    # An intent is followed by its outcome at once; one that is not gets its words with its text.
    if record.outcome is not None or kept.has_text:
        _put_words(connection, number, record, kept.body if kept.has_text else None)


def _taken_out(connection: sqlite3.Connection, number: int) -> _Kept:
    """Remove an entry and give what of it no record says."""
    sql = (
        "SELECT ifnull(words.body, ''), entries.has_text, details.events, details.events_read FROM entries "
        "JOIN details ON details.number = entries.number LEFT JOIN words ON words.rowid = entries.number "
        "WHERE entries.number = ?"
    )
    kept = _Kept(*connection.execute(sql, (number,)).fetchone())
    for table, column in (("words", "rowid"), ("details", "number"), ("entries", "number")):
        connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (number,))
    return kept


def _put_text(connection: sqlite3.Connection, submission: str, text: str) -> None:
    number = _number(connection, submission)
    if number is None:
        # It was forgotten meanwhile.
        return
    _put_words(connection, number, _record(connection, number), normalised(text))
    connection.execute("UPDATE entries SET has_text = 1 WHERE number = ?", (number,))


def _put_words(connection: sqlite3.Connection, number: int, record: SubmissionRecord, body: str | None) -> None:
    """Keep or replace the words of an entry; None leaves those of its text."""
    head = head_words(record)
    if body is None:
        known = connection.execute("UPDATE words SET head = ? WHERE rowid = ?", (head, number)).rowcount
    else:
        known = connection.execute("UPDATE words SET head = ?, body = ? WHERE rowid = ?", (head, body, number)).rowcount
    if not known:
        connection.execute("INSERT INTO words (rowid, head, body) VALUES (?, ?, ?)", (number, head, body or ""))


def _free(connection: sqlite3.Connection, number: int) -> int:
    """Give the first number from there that no entry has: a batch may begin many in one microsecond."""
    while connection.execute("SELECT 1 FROM entries WHERE number = ?", (number,)).fetchone():
        number += 1
    return number


def _number(connection: sqlite3.Connection, submission: str) -> int | None:
    sql = "SELECT number FROM entries WHERE submission = ?"
    row = connection.execute(sql, (plain_text(submission),)).fetchone()
    return None if row is None else int(row[0])


def _numbers_of(connection: sqlite3.Connection, wanted: str) -> tuple[int, ...]:
    """Give the numbers of up to two entries that are meant: by id, by message id, by the start of an id."""
    exact = _number(connection, wanted)
    if exact is not None or not wanted:
        return () if exact is None else (exact,)
    for sql, values in (
        ("SELECT number FROM entries WHERE reference = ? LIMIT 2", (wanted,)),
        (
            "SELECT number FROM entries WHERE submission >= ? AND submission < ? LIMIT 2",
            (wanted, wanted + "\U0010ffff"),
        ),
    ):
        rows = connection.execute(sql, values).fetchall()
        if rows:
            return tuple(number for (number,) in rows)
    return ()
