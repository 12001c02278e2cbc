"""The messages of the local inbox as a table, newest first, those left out that a search does not find."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt

from sescomposer.gui.icons import icon
from sescomposer.gui.models.envelope_words import unicode_form
from sescomposer.gui.models.rows_model import Index, RowsModel
from sescomposer.services.ports import InboxEntry

COLUMNS = ("Received", "Subject", "Recipients")
RECEIVED, SUBJECT, RECIPIENTS = range(3)
_NAMED_RECIPIENTS = 3


class InboxModel(RowsModel[InboxEntry]):
    """One row for each message found."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)
        self._entries: tuple[InboxEntry, ...] = ()
        self._needle = ""

    @property
    def total(self) -> int:
        """How many messages there are, found or not."""
        return len(self._entries)

    def show_entries(self, entries: Sequence[InboxEntry]) -> None:
        """Show other messages."""
        self._entries = tuple(entries)
        self._filter()

    def search(self, needle: str) -> None:
        """Show the messages that hold a text in subject, addresses, answer or id; case does not count."""
        self._needle = needle.strip().casefold()
        self._filter()

    def row_of(self, entry: str) -> int:
        """Give the row of a message by its id, -1 if it is not shown."""
        return next((row for row, known in enumerate(self.rows) if known.entry == entry), -1)

    def _filter(self) -> None:
        self.show_rows(tuple(entry for entry in self._entries if self._needle in _searched(entry)))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a cell: text, and a sign where SES would have refused."""
        entry = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _cells(entry)[index.column()]
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join(_tip(entry))
            case Qt.ItemDataRole.AccessibleTextRole:
                words = ", ".join(_cells(entry))
                return f"{words}, SES would have refused it" if entry.refusal else words
            case Qt.ItemDataRole.DecorationRole if index.column() == SUBJECT and entry.refusal:
                return icon("warning", "warning")
        return None


def _cells(entry: InboxEntry) -> tuple[str, str, str]:
    subject = entry.subject.strip() or "(no subject)"
    return (
        f"{entry.received:%Y-%m-%d %H:%M:%S}",
        f"Refused, delivered anyway: {subject}" if entry.refusal else subject,
        recipients_in_short(entry),
    )


def recipients_in_short(entry: InboxEntry) -> str:
    """Name the first recipients and count the others."""
    named = ", ".join(unicode_form(address) for address in entry.envelope.rcpt_to[:_NAMED_RECIPIENTS])
    more = len(entry.envelope.rcpt_to) - _NAMED_RECIPIENTS
    return f"{named} and {more} more" if more > 0 else named or "(nobody)"


def _tip(entry: InboxEntry) -> list[str]:
    lines = [f"Id: {entry.entry}", f"MAIL FROM: {unicode_form(entry.envelope.mail_from)}"]
    return [*lines, f"SES would have refused: {entry.refusal}"] if entry.refusal else lines


def _searched(entry: InboxEntry) -> str:
    addresses = (entry.envelope.mail_from, *entry.envelope.rcpt_to)
    known = (*addresses, *map(unicode_form, addresses))
    return "\n".join((entry.subject, entry.entry, entry.refusal, *known)).casefold()
