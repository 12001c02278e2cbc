"""Queries of the history as SQL: always well formed, whatever was typed."""

from dataclasses import dataclass, field

from sescomposer.services.history_ports import HistoryQuery
from sescomposer.store.history_rows import number_of
from sescomposer.store.search_words import phrases

_MOST = 2**62
_FULL_TEXT = "words CROSS JOIN entries ON entries.number = words.rowid"


@dataclass
class Statement:
    """The parts of a statement that follow from a query.

    Attributes:
        source: Tables behind FROM.
        conditions: What must hold, joined by AND.
        values: Values of the parameters, in order.
        is_empty: Whether nothing can be found.
    """

    source: str = "entries"
    conditions: list[str] = field(default_factory=list)
    values: list[str | int] = field(default_factory=list)
    is_empty: bool = False

    @property
    def where(self) -> str:
        """The conditions as a clause."""
        return f" WHERE {' AND '.join(self.conditions)}" if self.conditions else ""

    @property
    def number(self) -> str:
        """The column that orders: of the outer table, so that rows come in order and reading ends early."""
        return "words.rowid" if self.source != "entries" else "entries.number"

    def add(self, condition: str, *values: str | int) -> None:
        """Add a condition with its values."""
        self.conditions.append(condition)
        self.values += values


def statement_of(query: HistoryQuery, *, full_text: bool, behind: int | None = None) -> Statement:
    """Give the statement of a query, without page.

    Args:
        query: What is wanted.
        full_text: Whether the words are kept by SQLite's full text search.
        behind: Number of the entry that the page follows.
    """
    made = Statement()
    found = phrases(query.words)
    if found is None:
        made.is_empty = True
    elif found:
        made.source = _FULL_TEXT
        _add_words(made, found, full_text=full_text)
    if query.states:
        marks = ", ".join("?" * len(query.states))
        made.add(f"entries.state IN ({marks})", *(state.value for state in query.states))
    if query.account:
        made.add("entries.account = ?", plain_text(query.account))
    if query.since is not None:
        made.add(f"{made.number} >= ?", number_of(query.since))
    if query.until is not None:
        # Times that fall together are numbered one behind the other.
        made.add(f"{made.number} <= ?", number_of(query.until))
    if behind is not None:
        made.add(f"{made.number} < ?", behind)
    return made


def page_of(query: HistoryQuery) -> tuple[int, int]:
    """Give limit and offset as SQLite takes them."""
    return max(0, min(query.limit, _MOST)), max(0, min(query.offset, _MOST))


def plain_text(text: str) -> str:
    """Give text that SQLite can hold: without half characters.

    >>> plain_text("a\\ud800")
    'a?'
    """
    return text.encode("utf-8", "replace").decode("utf-8")


def _add_words(made: Statement, found: tuple[str, ...], *, full_text: bool) -> None:
    """Demand every phrase; the last may end in the middle of a word."""
    if full_text:
        made.add("words MATCH ?", " AND ".join(f'"{phrase}"' for phrase in found) + " *")
        return
    for phrase in found[:-1]:
        made.add("instr(' ' || head || ' | ' || body || ' ', ?)", f" {phrase} ")
    made.add("instr(' ' || head || ' | ' || body || ' ', ?)", f" {found[-1]}")
