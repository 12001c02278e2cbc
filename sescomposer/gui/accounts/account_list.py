"""The accounts on the left of their window: name, way in, region, transport and state of the secret, in three lines."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QWidget

from sescomposer.gui.accounts.account_words import in_short
from sescomposer.gui.accounts.secret_field import SecretState
from sescomposer.gui.directions import isolated
from sescomposer.gui.tips import tip
from sescomposer.gui.widgets.selection_colours import SelectionColours
from sescomposer.services.account import Account

_NAME = Qt.ItemDataRole.UserRole
_PAD = 12


class AccountList(QListWidget):
    """One entry for each account, in the order they were added.

    Attributes:
        shown: The accounts.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.shown: tuple[Account, ...] = ()
        self.setAccessibleName("Accounts")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAlternatingRowColors(True)
        SelectionColours(self)

    @property
    def current_name(self) -> str:
        """The name of the selected account, "" for none."""
        item = self.currentItem()
        return str(item.data(_NAME)) if item is not None else ""

    def show_accounts(self, accounts: Sequence[Account], state_of: Callable[[str], SecretState], current: str) -> None:
        """Show accounts and select one by its name; tells nobody of the selection."""
        self.shown = tuple(accounts)
        before = self.blockSignals(True)
        self.clear()
        for account in accounts:
            item = QListWidgetItem(self)
            item.setData(_NAME, account.name)
            self._write(item, account, state_of(account.name))
            if account.name == current:
                self.setCurrentItem(item)
        self.blockSignals(before)
        self.viewport().update()

    def select(self, name: str) -> None:
        """Select an account by its name, "" for none; tells nobody."""
        before = self.blockSignals(True)
        rows = [row for row in range(self.count()) if self.item(row).data(_NAME) == name]
        self.setCurrentRow(rows[0] if rows else -1)
        if not rows:
            self.clearSelection()
        self.blockSignals(before)
        self.viewport().update()

    def _write(self, item: QListWidgetItem, account: Account, state: SecretState) -> None:
        secret = f"Secret {state.words}" if account.needs_secret else "Needs no secret here"
        lines = (isolated(account.name), in_short(account), secret)
        item.setText("\n".join(lines))
        item.setToolTip(tip(*lines))
        item.setSizeHint(QSize(0, self.fontMetrics().lineSpacing() * len(lines) + _PAD))
