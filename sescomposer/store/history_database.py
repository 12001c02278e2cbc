"""The file of the history: opened, made, of the right schema, and made anew where it is damaged.

Two connections: one writes, one reads, each by one thread at a time; readers do not wait for writers (write-ahead
logging of SQLite). A write that is told outlasts the end of the process, and after `flush` also a loss of power.
"""

import os
import sqlite3
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from threading import RLock
from typing import NamedTuple

from sescomposer.store.atomic import FILE_MODE, make_folder, translated
from sescomposer.store.locks import locked
from sescomposer.store.schema import check_schema
from sescomposer.store.sqlite_errors import is_damage, translated_sqlite

SCHEMA = 1

READ = "read the history"
WRITE = "write the history"

_TABLES = """
CREATE TABLE entries (
    number INTEGER PRIMARY KEY,
    submission TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    account TEXT NOT NULL,
    reference TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    has_text INTEGER NOT NULL
);
CREATE TABLE details (
    number INTEGER PRIMARY KEY,
    record TEXT NOT NULL,
    events TEXT NOT NULL DEFAULT '[]',
    events_read TEXT NOT NULL DEFAULT ''
);
CREATE INDEX by_state ON entries (state);
CREATE INDEX by_account ON entries (account);
CREATE INDEX by_reference ON entries (reference);
CREATE INDEX by_content ON entries (sha256);
CREATE INDEX without_text ON entries (has_text) WHERE has_text = 0;
"""
# The words come normalised: ASCII blanks alone part them.
_WORDS_FTS = "CREATE VIRTUAL TABLE words USING fts5(head, body, tokenize = 'ascii')"
_WORDS_PLAIN = "CREATE TABLE words (head TEXT NOT NULL, body TEXT NOT NULL)"
_SIDES = ("", "-wal", "-shm")


@cache
def has_full_text() -> bool:
    """Whether this SQLite has its full text search; without it every text is looked through."""
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE probe USING fts5(text)")
        except sqlite3.OperationalError:
            return False
    return True


class _Links(NamedTuple):
    """The connections of one open file."""

    writer: sqlite3.Connection
    reader: sqlite3.Connection


class HistoryDatabase:
    """The database file.

    Args:
        path: Its file; made with its folder when it is first asked for.
        fill: Puts what is known elsewhere into a database that was just made, inside the transaction that makes it.
        patience: Seconds to wait for another process.
        full_text: Whether a new one uses the full text search of SQLite; None for where there is one.

    Attributes:
        trouble: A sentence once a damaged file was set aside, else "".
        is_full_text: How the words of this file are kept; known once it is open.
        number: Number of the file that is open; another one once it was made anew.
    """

    def __init__(
        self,
        path: Path,
        fill: Callable[[sqlite3.Connection], None],
        patience: float = 5.0,
        full_text: bool | None = None,
    ) -> None:
        self.path = path
        self.trouble = ""
        self.is_full_text = False
        self._fill = fill
        self._patience = patience
        self._full_text = full_text
        self._opening = RLock()
        self._writing = RLock()
        self._reading = RLock()
        self._links: _Links | None = None
        self.number = 0

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for one transaction, committed at the end of the block and taken back on an error.

        Raises:
            StoreError: another process writes for long, the disk is full, the file cannot be written.
        """
        with self._writing, translated_sqlite(WRITE, self.path):
            connection = self._open().writer
            with self._watched():
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the connection to read with. Raises `StoreError`."""
        with self._reading, translated_sqlite(READ, self.path):
            connection = self._open().reader
            with self._watched():
                yield connection

    def flush(self) -> None:
        """Make what was written outlast a loss of power. Raises `StoreError`."""
        with self._writing, translated_sqlite(WRITE, self.path):
            connection = self._open().writer
            with self._watched():
                connection.execute("PRAGMA wal_checkpoint(FULL)").fetchall()

    def close(self) -> None:
        """Let go of the file; the next call opens it again."""
        with self._writing, self._reading:
            self._let_go()

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Set a file aside that turns out to be damaged; the error is raised all the same."""
        number = self.number
        try:
            yield
        except sqlite3.DatabaseError as error:
            if is_damage(error):
                self._set_aside(number)
            raise

    def _open(self) -> _Links:
        with self._opening:
            if self._links is None:
                try:
                    self._links = self._connect()
                except sqlite3.DatabaseError as error:
                    if not is_damage(error):
                        raise
                    self._set_aside(self.number)
                    self._links = self._connect()
                if self.is_full_text and not has_full_text():
                    # Another build of SQLite made it.
                    self._set_aside(self.number)
                    self._links = self._connect()
                # Whoever forgets to close it leaves nothing open.
                weakref.finalize(self, _close, self._links)
            return self._links

    def _connect(self) -> _Links:
        """Open the file, make its tables where it is new, and refuse one of a newer schema."""
        make_folder(self.path.parent)
        with translated(WRITE, self.path):
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, FILE_MODE))
            self.number = self.path.stat().st_ino
        with ExitStack() as opened:
            links = _Links(*(opened.enter_context(closing(self._connection())) for _ in range(2)))
            self._check(self._schema(links.writer))
            links.writer.execute("PRAGMA journal_mode = WAL").fetchall()
            links.writer.execute("PRAGMA synchronous = NORMAL")
            self._prepare(links.writer)
            links.reader.execute("PRAGMA query_only = ON")
            sql = links.reader.execute("SELECT sql FROM sqlite_master WHERE name = 'words'").fetchone()
            self.is_full_text = sql is not None and "VIRTUAL" in sql[0]
            opened.pop_all()
        return links

    def _connection(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=self._patience, isolation_level=None, check_same_thread=False)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Make the tables of a new file; two processes may try it at once."""
        if self._schema(connection) == SCHEMA:
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            number = self._schema(connection)
            self._check(number)
            if number < SCHEMA:
                wanted = has_full_text() if self._full_text is None else self._full_text
                for statement in (*_TABLES.split(";\n"), _WORDS_FTS if wanted else _WORDS_PLAIN):
                    connection.execute(statement)
                self.is_full_text = wanted
                self._fill(connection)
                connection.execute(f"PRAGMA user_version = {SCHEMA}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _check(self, number: int) -> None:
        check_schema({"schema": number}, SCHEMA, "The history", self.path)

    @staticmethod
    def _schema(connection: sqlite3.Connection) -> int:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])

    def _set_aside(self, number: int) -> None:
        """Rename a damaged file with what belongs to it, unless another process has done so; the next call makes one.

        Args:
            number: Of the file that was found damaged.
        """
        self._let_go()
        with locked(self.path.with_name(self.path.name + ".lock")), translated("set aside the history", self.path):
            if not self.path.exists() or self.path.stat().st_ino != number:
                return
            count = 1
            while (aside := self.path.with_name(f"{self.path.name}.damaged-{count}")).exists():
                count += 1
            for side in _SIDES:
                beside = self.path.with_name(self.path.name + side)
                if beside.exists():
                    beside.rename(aside.with_name(aside.name + side))
        self.trouble = f"The history was damaged: it is kept as {str(aside)!r} and made again from the submissions."

    def _let_go(self) -> None:
        """Close the connections."""
        with self._opening:
            links, self._links = self._links, None
        _close(links or ())


def _close(connections: Iterable[sqlite3.Connection]) -> None:
    """Close connections; of a damaged file whatever SQLite says to that."""
    for connection in connections:
        with suppress(sqlite3.Error):
            connection.close()
