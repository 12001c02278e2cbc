"""The window of the accounts: a list at the left, the form of one at the right, one window a process."""

from PySide6.QtCore import QEvent, QSize, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QWidget

from sescomposer.bootstrap import Services
from sescomposer.gui.accounts.account_editing import AccountEditing
from sescomposer.gui.accounts.accounts_pane import AccountsPane
from sescomposer.gui.companion_window import CompanionWindow
from sescomposer.gui.directions import isolated
from sescomposer.gui.widgets.entries import on_delete

_KEYS = {"add": "Ctrl+N", "duplicate": "Ctrl+D", "test": "F5", "about": "Ctrl+B", "save": "Ctrl+S"}


class AccountsWindow(CompanionWindow):
    """Frame, title and keys around the pane.

    Attributes:
        pane: What it holds.
        editing: What is done there.

    Signals:
        about_wanted(str): what is known of the account of that name is to be shown.
    """

    about_wanted = Signal(str)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self.pane = AccountsPane(self)
        self.setCentralWidget(self.pane)
        self.editing = AccountEditing(services, self.runner, self.pane)
        self.editing.state_changed.connect(self._show_title)
        self.editing.told.connect(self._on_told)
        self.editing.about.connect(self._on_about)
        self._make_keys()
        self._show_title()
        # Made now: one that came with its first sentence would push everything up.
        self.statusBar().setSizeGripEnabled(False)
        self.fit_screen()

    @classmethod
    def show_for(cls, services: Services, opener: QWidget | None = None, name: str = "") -> "AccountsWindow":
        """Show the window of this process, and an account by its name; it goes when the last composer window goes."""
        window = cls.of_process(services, opener)
        if name and name != window.editing.shown and window.editing.may_leave():
            window.editing.show_account(name)
        window.come_up()
        return window

    def sizeHint(self) -> QSize:
        """Room for list and form."""
        return QSize(960, 760)

    def changeEvent(self, event: QEvent) -> None:
        """Look again when the window comes to the front."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.editing.look_again()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about what was typed; stop the workers; the next call makes a new window."""
        if not self.editing.may_leave():
            event.ignore()
            return
        self.editing.close()
        super().closeEvent(event)

    def _make_keys(self) -> None:
        pane = self.pane
        self.take_keys((keys, pane.buttons[name].click) for name, keys in _KEYS.items())
        on_delete(pane.list, pane.buttons["remove"].click)

    @Slot()
    def _on_about(self) -> None:
        self.about_wanted.emit(self.editing.shown)

    @Slot()
    def _show_title(self) -> None:
        """Name the account, and mark what is not saved."""
        name = isolated(self.editing.shown or "New account") if self.pane.is_form_shown else ""
        self.setWindowTitle(f"{name.replace('[*]', '[*][*]')}[*] \N{EM DASH} Accounts" if name else "Accounts")
        self.setWindowModified(bool(name) and self.editing.is_changed)
