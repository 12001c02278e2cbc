"""What a composer window does with what is known of its account: offers, findings, and reading it when it is old."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QScrollArea

from sescomposer.core.findings import Finding
from sescomposer.core.message import Message
from sescomposer.gui.account_choice import AccountChoice
from sescomposer.gui.panes.from_completion import FromCompletion
from sescomposer.gui.self_reading import SelfReading
from sescomposer.services.account import Account

if TYPE_CHECKING:
    from sescomposer.gui.main_window import MainWindow
    from sescomposer.gui.panes.field_row import FieldRow

_NOT_VERIFIED = "-not-verified"


class WindowKnowledge(QObject):
    """Follows the account of one window.

    Attributes:
        completion: What the From row offers.
    """

    _unread = Signal(str, str)

    def __init__(self, window: "MainWindow", choice: AccountChoice) -> None:
        super().__init__(window)
        self._window = window
        self._choice = choice
        self._account: Account | None = None
        self._reading = SelfReading(window.services, self._unread.emit)
        # It comes from a thread.
        self._unread.connect(choice.show_unread)
        window.composer.closed.connect(self._reading.stop)
        self.completion = FromCompletion(window.composer, choice, window.header_form)
        window.header_form.sign_clicked.connect(self._on_sign_clicked)
        window.problems.account_wanted.connect(self.show_account)
        window.views.made.connect(self._on_view_made)
        choice.changed.connect(self._on_changed)
        self._on_changed()

    @Slot()
    def show_account(self) -> None:
        """Tell what is known of the account in use."""
        account = self._choice.account
        self.show_account_of(account.name if account else "")

    @Slot(str)
    def show_account_of(self, name: str) -> None:
        """Tell what is known of an account."""
        from sescomposer.gui.account_facts.facts_window import FactsWindow

        FactsWindow.show_for(self._window.services, self._window, name)

    @Slot()
    def _on_changed(self) -> None:
        """Check against what is known now, offer it, and read it anew if it is old."""
        account = self._choice.account
        self._check(account)
        for view in self._window.views.findChildren(QScrollArea):
            self._on_view_made(view)
        if account != self._account:
            self._account = account
            self._reading.read(account)

    def _check(self, account: Account | None) -> None:
        knowing = self._window.services.knowing

        def look(message: Message) -> tuple[Finding, ...]:
            return knowing.findings(account, message) if account is not None else ()

        self._window.composer.check_too(look)

    @Slot(object)
    def _on_view_made(self, view: object) -> None:
        # The pane of the options, which is imported when it is shown first.
        offer = getattr(view, "offer", None)
        if offer is not None:
            offer(self._choice.known)

    @Slot(object)
    def _on_sign_clicked(self, row: "FieldRow") -> None:
        if any(finding.code.endswith(_NOT_VERIFIED) for finding in row.findings):
            self.show_account()
