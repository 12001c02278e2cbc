"""The window of the accounts: a list at the left, the form of one at the right, one window a process.

Whatever touches the keyring, the AWS configuration or the network runs on a worker; meanwhile the form waits, and the
user may cancel.
"""

from dataclasses import replace
from typing import ClassVar

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QMainWindow, QWidget

from sescomposer.bootstrap import Services
from sescomposer.core.errors import SesComposerError
from sescomposer.gui.accounts.account_form import BLANK
from sescomposer.gui.accounts.accounts_pane import AccountsPane
from sescomposer.gui.accounts.accounts_work import AccountsWork, SecretStates
from sescomposer.gui.accounts.leaving import Leave, ask_leave, ask_remove
from sescomposer.gui.accounts.secret_field import SecretState
from sescomposer.gui.accounts.sign_in_dialog import SignInDialog
from sescomposer.gui.companion import Companion
from sescomposer.gui.directions import isolated
from sescomposer.gui.tasks import Task, TaskRunner
from sescomposer.services.account import Account
from sescomposer.services.knowledge import Known
from sescomposer.services.sign_in import Profile

_TOLD_MS = 8000


class AccountsWindow(QMainWindow):
    """List at the left, form at the right.

    Attributes:
        shown: Name of the account in the form, "" for a new one.
        runner: Runs the work.
        companion: Ends the window with the last composer window.
    """

    _open: ClassVar["AccountsWindow | None"] = None
    _accounts_changed = Signal(str)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Accounts")
        self.services = services
        self.runner = TaskRunner(self)
        self.runner.crashed.connect(self._on_crashed)
        self.work = AccountsWork(services, self.runner)
        self.shown = ""
        self._states: SecretStates = {}
        self._blank_state = SecretState(False)
        self._busy: Task | None = None
        self.companion = Companion(self)
        self.pane = AccountsPane(self)
        self.setCentralWidget(self.pane)
        self._connect()
        # The listener is called by whichever thread changed an account.
        self._accounts_changed.connect(self._on_accounts_changed)
        self._stop_listening = services.accounts.on_change(self._accounts_changed.emit)
        screen = self.screen().availableGeometry()
        self.resize(self.sizeHint().boundedTo(QSize(screen.width() - 32, screen.height() - 48)))
        accounts = services.accounts.all()
        self._show(accounts[0].name if accounts else "")
        self._read_outside()

    @classmethod
    def show_for(cls, services: Services, opener: QWidget | None = None, name: str = "") -> "AccountsWindow":
        """Show the window of this process, and an account by its name; it goes when the last composer window goes."""
        window = cls._open
        if window is None:
            window = cls._open = cls(services)
        if opener is not None:
            window.companion.follow(opener)
        if name and name != window.shown and window._may_leave():
            window._show(name)
        window.show()
        window.activateWindow()
        return window

    def sizeHint(self) -> QSize:
        """Room for list and form."""
        return QSize(960, 760)

    def _connect(self) -> None:
        pane = self.pane
        pane.list.currentItemChanged.connect(self._on_selected)
        pane.form.edited.connect(self._show_buttons)
        pane.form.way.profiles_wanted.connect(self._read_profiles)
        pane.form.way.secret_field.remove_wanted.connect(self.remove_secret)
        pane.outcome.sign_in_wanted.connect(self._on_sign_in_wanted)
        for name, slot, keys in (
            ("add", self.add, "Ctrl+N"),
            ("duplicate", self.duplicate, "Ctrl+D"),
            ("remove", self.remove, ""),
            ("test", self.test, "F5"),
            ("save", self.save, "Ctrl+S"),
            ("revert", self.revert, ""),
        ):
            button = pane.buttons[name]
            button.clicked.connect(slot)
            if keys:
                QShortcut(QKeySequence(keys), self).activated.connect(button.click)
        pane.first_button.clicked.connect(self.add)
        for keys in ("Ctrl+W", "Esc"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.close)
        delete = QShortcut(QKeySequence("Del"), pane.list, context=Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self.remove)

    # Showing

    def _accounts(self) -> tuple[Account, ...]:
        return self.services.accounts.all()

    def _find(self, name: str) -> Account | None:
        return next((account for account in self._accounts() if account.name == name), None)

    def _show(self, name: str, template: Account | None = None) -> None:
        """Show an account in the form, or a new one that begins like `template`."""
        found = self._find(name) if name else None
        self.shown = found.name if found else ""
        others = [account for account in self._accounts() if account.name != self.shown]
        self.pane.form.show_account(found or template or BLANK, others, is_new=found is None)
        self.pane.outcome.clear()
        self._show_list()
        self.pane.show_form(found is not None or template is not None or bool(others))
        self._show_secret()

    def _show_list(self) -> None:
        self.pane.list.show_accounts(self._accounts(), self._states, self.shown)
        problems = self.services.accounts.problems
        self.pane.trouble.say("\n".join(problems), "warning")

    def _show_secret(self) -> None:
        state = self._states.get(self.shown, SecretState()) if self.shown else self._blank_state
        self.pane.form.show_secret(state)
        self._show_buttons()

    @Slot()
    def _show_buttons(self) -> None:
        """Enable what can be done."""
        is_changed, is_free = self.pane.form.is_changed, self._busy is None
        is_new = self.pane.is_form_shown and not self.shown
        enabled = {
            "add": is_free,
            "duplicate": is_free and bool(self.shown),
            "remove": is_free and bool(self.shown),
            "test": is_free and (bool(self.shown) or is_changed),
            "save": is_free and is_changed,
            "revert": is_free and (is_changed or is_new),
        }
        for name, can in enabled.items():
            self.pane.buttons[name].setEnabled(can)
        self.pane.buttons["test"].setText("Save and &test" if is_changed else "&Test")
        self.pane.form.setEnabled(is_free)
        self.pane.list.setEnabled(is_free)
        self.setWindowModified(is_changed)
        name = isolated(self.shown or "New account") if self.pane.is_form_shown else ""
        self.setWindowTitle(f"{name.replace('[*]', '[*][*]')}[*] \N{EM DASH} Accounts" if name else "Accounts")

    # Doing

    @Slot()
    def add(self) -> None:
        """Begin a new account."""
        if self._may_leave():
            self._begin(BLANK)

    @Slot()
    def duplicate(self) -> None:
        """Begin a new account like the one shown; its secret is not copied."""
        account = self._find(self.shown)
        if account is not None and self._may_leave():
            self._begin(_copy_of(account, {each.name for each in self._accounts()}))

    def _begin(self, template: Account) -> None:
        self._show("", template)
        self.pane.form.name_line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.pane.form.name_line.selectAll()

    @Slot()
    def revert(self) -> None:
        """Show the account as it is kept."""
        self._show(self.shown or next((account.name for account in self._accounts()), ""))

    @Slot()
    def save(self) -> None:
        """Keep what stands in the form."""
        self._save(then_test=False)

    @Slot()
    def test(self) -> None:
        """Log in with the account, saved before where it was changed, and tell what came of it."""
        self.pane.outcome.clear()
        if self.pane.form.is_changed or not self.shown:
            self._save(then_test=True)
            return
        account = self._find(self.shown)
        if account is not None:
            task = self._start(self.work.log_in(account), f"Logging in with {account.name}")
            task.succeeded.connect(self._on_logged_in)

    def _save(self, *, then_test: bool) -> None:
        form = self.pane.form
        if self._busy is not None or not form.tell_all():
            return
        account, secret = form.account, form.secret
        task = self._start(self.work.save(self.shown, account, secret), f"Keeping {account.name}")
        task.succeeded.connect(self._on_saved_to_test if then_test else self._on_saved)

    @Slot()
    def remove(self) -> None:
        """Ask, then remove the account with its secret."""
        account = self._find(self.shown)
        if account is None or self._busy is not None or not ask_remove(self, account):
            return
        task = self._start(self.work.remove(account.name), f"Removing {account.name}")
        task.succeeded.connect(self._on_removed)

    @Slot()
    def remove_secret(self) -> None:
        """Remove the secret of the account shown; the account stays."""
        if self.shown and self._busy is None:
            task = self._start(self.work.remove_secret(self.shown), "Removing the secret")
            task.succeeded.connect(self._on_secret_removed)

    def _start(self, task: Task, words: str) -> Task:
        """Let the form wait for a task."""
        self._busy = task
        self.pane.notice.say("")
        self.pane.progress.follow(task, words)
        task.failed.connect(self._on_failed)
        task.cancelled.connect(self._on_cancelled)
        task.finished.connect(self._on_finished)
        self._show_buttons()
        return task

    # Outcomes

    @Slot(object)
    def _on_saved(self, name: str) -> None:
        self.shown = name
        self._show(name)
        self.statusBar().showMessage(f"{isolated(name)} is kept", _TOLD_MS)
        self._read_secrets()

    @Slot(object)
    def _on_saved_to_test(self, name: str) -> None:
        self._on_saved(name)
        self._busy = None
        self.test()

    @Slot()
    def _on_removed(self) -> None:
        row = max(self.pane.list.currentRow(), 0)
        accounts = self._accounts()
        near = accounts[min(row, len(accounts) - 1)].name if accounts else ""
        self._show(near)
        self._read_secrets()

    @Slot()
    def _on_secret_removed(self) -> None:
        self.statusBar().showMessage("The secret was removed", _TOLD_MS)
        self.pane.form.way.secret_field.forget()
        self._read_secrets()

    @Slot(object)
    def _on_logged_in(self, outcome: Known | str) -> None:
        self.pane.outcome.show_outcome(outcome)

    @Slot(object)
    def _on_failed(self, error: SesComposerError) -> None:
        self.pane.outcome.show_error(error)

    @Slot()
    def _on_cancelled(self) -> None:
        self.statusBar().showMessage("Cancelled", _TOLD_MS)

    @Slot()
    def _on_finished(self) -> None:
        if self.sender() is self._busy:
            self._busy = None
        self._show_buttons()

    @Slot(str)
    def _on_sign_in_wanted(self, profile: str) -> None:
        dialog = SignInDialog.show_for(self.services, profile or self.pane.form.account.profile, self.runner, self)
        dialog.signed_in.connect(self.pane.outcome.clear)

    # What lies outside

    def _read_outside(self) -> None:
        self._read_secrets()
        self._read_profiles()

    def _read_secrets(self) -> None:
        """Ask the keyring, on a worker, which accounts have a secret."""
        self.work.read_secrets(self._accounts()).succeeded.connect(self._on_secrets)

    @Slot(object)
    def _on_secrets(self, answer: tuple[SecretStates, SecretState]) -> None:
        self._states, self._blank_state = answer
        self.pane.notice.say(self._blank_state.trouble, "warning")
        self._show_list()
        self._show_secret()

    @Slot()
    def _read_profiles(self) -> None:
        task = self.work.read_profiles()
        task.succeeded.connect(self._on_profiles)
        task.failed.connect(self._on_no_profiles)

    @Slot(object)
    def _on_profiles(self, profiles: tuple[Profile, ...]) -> None:
        self.pane.form.show_profiles(profiles)

    @Slot(object)
    def _on_no_profiles(self, error: SesComposerError) -> None:
        self.pane.form.show_profiles((), f"{error.sentence} {error.hint}".strip())

    @Slot(str)
    def _on_accounts_changed(self, name: str) -> None:
        """Show what another window or we ourselves changed; what is being typed stays."""
        if self._busy is None and not self.pane.form.is_changed:
            self._show(self.shown)
        else:
            self._show_list()

    @Slot(object)
    def _on_crashed(self, error: BaseException) -> None:
        from sescomposer.gui.crash import report

        report(error)

    # Coming and going

    @Slot()
    def _on_selected(self) -> None:
        wanted = self.pane.list.current_name
        if wanted == self.shown:
            return
        if self._may_leave():
            self._show(wanted)
        else:
            self.pane.list.select(self.shown)

    def _may_leave(self) -> bool:
        """Ask what becomes of what was typed; whether something else may be shown now."""
        if self._busy is not None:
            return False
        if not self.pane.is_form_shown or not self.pane.form.is_changed:
            return True
        answer = ask_leave(self, self.shown)
        if answer is Leave.SAVE:
            self.save()
        return answer is Leave.DISCARD

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about what was typed; stop the workers; the next call makes a new window."""
        if not self._may_leave():
            event.ignore()
            return
        self._stop_listening()
        self.runner.close()
        if AccountsWindow._open is self:
            AccountsWindow._open = None
        super().closeEvent(event)


def _copy_of(account: Account, names: set[str]) -> Account:
    """Give a copy under a name that is free.

    >>> from sescomposer.services.account import WayIn
    >>> _copy_of(Account("work", WayIn.ENVIRONMENT, "eu-west-1"), {"work", "work copy"}).name
    'work copy 2'
    """
    numbered = (f"{account.name} copy {number}" for number in range(2, len(names) + 3))
    free = next(name for name in (f"{account.name} copy", *numbered) if name not in names)
    return replace(account, name=free)
