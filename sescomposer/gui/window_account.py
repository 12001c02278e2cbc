"""What a composer window shows and does of its account: button, status bar, and the line that says where Send goes."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot

from sescomposer.gui.account_choice import AccountChoice
from sescomposer.gui.accounts.account_button import AccountButton
from sescomposer.gui.window_knowledge import WindowKnowledge
from sescomposer.services.settings import LOCAL_INBOX_NOTICE

if TYPE_CHECKING:
    from sescomposer.gui.main_window import MainWindow

_LOCAL_INBOX = "Send goes to the local inbox: nothing leaves this machine."
_TROUBLE = "account-trouble"


class WindowAccount(QObject):
    """The account of one window; made when it has its panes.

    Attributes:
        choice: Which account is used.
        button: In the toolbar, before the local inbox.
        knowledge: What the window does with what is known of the account.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.choice = AccountChoice(window.composer)
        actions, accounts = window.action, window.services.accounts
        self.button = AccountButton(self.choice, accounts, actions["accounts"], actions["account"], window.toolbar)
        window.toolbar.insertWidget(window.action["inbox"], self.button)
        self.button.refused.connect(window.show_error)
        window.status.follow(self.choice)
        window.info.dismissed.connect(self._on_dismissed)
        window.composer.setting_changed.connect(self._on_setting_changed)
        self.choice.changed.connect(self.show_where)
        self.show_where()
        self.knowledge = WindowKnowledge(window, self.choice)

    @Slot()
    def show_where(self) -> None:
        """Say that Send goes to the local inbox, as long as it does and the user wants to hear it."""
        choice, info = self.choice, self._window.info
        if choice.account is None and not choice.trouble and self._window.services.settings.get(LOCAL_INBOX_NOTICE):
            info.tell(_LOCAL_INBOX, key=LOCAL_INBOX_NOTICE.key)
        else:
            info.take_back(LOCAL_INBOX_NOTICE.key)
        if choice.trouble:
            info.tell(f"{choice.trouble} Choose another account.", "warning", key=_TROUBLE)
        else:
            info.take_back(_TROUBLE)

    def do_accounts(self) -> None:
        """Open the window of the accounts, with the one that is used."""
        from sescomposer.gui.accounts.accounts_window import AccountsWindow

        account = self.choice.account
        window = AccountsWindow.show_for(self._window.services, self._window, account.name if account else "")
        window.about_wanted.connect(self.knowledge.show_account_of, Qt.ConnectionType.UniqueConnection)

    def do_account(self) -> None:
        """Tell what is known of the account in use."""
        self.knowledge.show_account()

    @Slot(str)
    def _on_setting_changed(self, key: str) -> None:
        if key == LOCAL_INBOX_NOTICE.key:
            self.show_where()

    @Slot(str)
    def _on_dismissed(self, key: str) -> None:
        if key == LOCAL_INBOX_NOTICE.key:
            self._window.try_to_keep(lambda: self._window.services.settings.set(LOCAL_INBOX_NOTICE, False))
