"""Editing accounts in their window: which one the form shows, what was typed, and what is done with it.

Whatever touches the keyring, the AWS configuration or the network runs on a worker; meanwhile the form waits, and the
user may cancel.
"""

from PySide6.QtCore import QObject, Signal, Slot

from sescomposer.bootstrap import Services
from sescomposer.core.errors import SesComposerError
from sescomposer.gui.accounts.account_form import BLANK
from sescomposer.gui.accounts.account_words import copy_of
from sescomposer.gui.accounts.accounts_news import ProfilesNews, SecretsNews
from sescomposer.gui.accounts.accounts_pane import AccountsPane
from sescomposer.gui.accounts.accounts_work import AccountsWork
from sescomposer.gui.accounts.leaving import Leave, ask_leave, ask_remove
from sescomposer.gui.accounts.sign_in_dialog import SignInDialog
from sescomposer.gui.directions import isolated
from sescomposer.gui.tasks import Task, TaskRunner
from sescomposer.services.account import Account
from sescomposer.services.knowledge import Known


class AccountEditing(QObject):
    """Stands between the accounts and the pane that shows them.

    Attributes:
        shown: Name of the account in the form, "" for a new one.

    Signals:
        state_changed(): another account is shown, or it was changed or saved.
        about(): what is known of the account shown is wanted.
        told(str): a sentence for the status bar.
    """

    state_changed = Signal()
    about = Signal()
    told = Signal(str)
    _accounts_changed = Signal(str)

    def __init__(self, services: Services, runner: TaskRunner, pane: AccountsPane) -> None:
        super().__init__(pane)
        self._services = services
        self._runner = runner
        self._work = AccountsWork(services, runner)
        self.pane = pane
        self.shown = ""
        self._secrets = SecretsNews(services, runner, self)
        self._profiles = ProfilesNews(services, runner, self)
        self._busy: Task | None = None
        self._connect()
        # The listener is called by whichever thread changed an account.
        self._accounts_changed.connect(self._on_accounts_changed)
        self._stop_listening = services.accounts.on_change(self._accounts_changed.emit)
        accounts = services.accounts.all()
        self.show_account(accounts[0].name if accounts else "")
        self._read_secrets()
        self._profiles.read()

    def close(self) -> None:
        """Follow the accounts no more."""
        self._stop_listening()

    def look_again(self) -> None:
        """Show what another program made of the accounts, such as the command line; what is typed stays."""
        if self.pane.list.shown != self._accounts():
            self._on_accounts_changed("")

    @property
    def is_changed(self) -> bool:
        """Whether the form holds what is not kept."""
        return self.pane.is_form_shown and self.pane.form.is_changed

    def _connect(self) -> None:
        pane = self.pane
        pane.list.currentItemChanged.connect(self._on_selected)
        pane.form.edited.connect(self._show_buttons)
        pane.form.way.profiles_wanted.connect(self._profiles.read)
        self._profiles.read_out.connect(pane.form.show_profiles)
        self._secrets.changed.connect(self._on_secrets)
        pane.form.way.secret_field.remove_wanted.connect(self.remove_secret)
        pane.outcome.sign_in_wanted.connect(self._on_sign_in_wanted)
        for name, button in pane.buttons.items():
            button.clicked.connect(getattr(self, name))
        pane.first_button.clicked.connect(self.add)

    # Showing

    def _accounts(self) -> tuple[Account, ...]:
        return self._services.accounts.all()

    def _find(self, name: str) -> Account | None:
        return next((account for account in self._accounts() if account.name == name), None)

    def show_account(self, name: str, template: Account | None = None) -> None:
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
        self.pane.list.show_accounts(self._accounts(), self._secrets.of, self.shown)
        problems = self._services.accounts.problems
        self.pane.trouble.say("\n".join(problems), "warning")

    def _show_secret(self) -> None:
        state = self._secrets.of(self.shown) if self.shown else self._secrets.of_new
        self.pane.form.show_secret(state)
        # A keyring that is not there is told of beside the field too; above all where there is no such field.
        is_told = self._secrets.is_mute or not self.pane.is_form_shown
        self.pane.notice.say(self._secrets.of_new.trouble if is_told else "", "warning")
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
            "about": bool(self.shown),
            "test": is_free and (bool(self.shown) or is_new),
            "save": is_free and (is_changed or is_new),
            "revert": is_free and (is_changed or is_new),
        }
        for name, can in enabled.items():
            self.pane.buttons[name].setEnabled(can)
        self.pane.buttons["test"].setText("Save and &test" if is_changed or is_new else "&Test")
        self.pane.form.setEnabled(is_free)
        self.pane.list.setEnabled(is_free)
        self.state_changed.emit()

    # Doing

    @Slot()
    def add(self) -> None:
        """Begin a new account."""
        if self.may_leave():
            self._begin(BLANK)

    @Slot()
    def duplicate(self) -> None:
        """Begin a new account like the one shown; its secret is not copied."""
        account = self._find(self.shown)
        if account is not None and self.may_leave():
            self._begin(copy_of(account, {each.name for each in self._accounts()}))

    def _begin(self, template: Account) -> None:
        self.show_account("", template)
        self.pane.form.go_to("name")
        self.pane.form.name_line.selectAll()

    @Slot()
    def revert(self) -> None:
        """Show the account as it is kept."""
        self.show_account(self.shown or next((account.name for account in self._accounts()), ""))

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
            task = self._start(self._work.log_in(account), f"Logging in with {account.name}")
            task.succeeded.connect(self._on_logged_in)

    def _save(self, *, then_test: bool) -> None:
        form = self.pane.form
        if self._busy is not None or not form.tell_all():
            return
        account, secret = form.account, form.secret
        task = self._start(self._work.save(self.shown, account, secret), f"Keeping {account.name}")
        task.succeeded.connect(self._on_saved_to_test if then_test else self._on_saved)

    @Slot()
    def remove(self) -> None:
        """Ask, then remove the account with its secret."""
        account = self._find(self.shown)
        if account is None or self._busy is not None or not ask_remove(self.pane, account):
            return
        task = self._start(self._work.remove(account.name), f"Removing {account.name}")
        task.succeeded.connect(self._on_removed)

    @Slot()
    def remove_secret(self) -> None:
        """Remove the secret of the account shown; the account stays."""
        if self.shown and self._busy is None:
            task = self._start(self._work.remove_secret(self.shown), "Removing the secret")
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
        self.show_account(name)
        self.told.emit(f"{isolated(name)} is kept")
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
        self.show_account(near)
        self._read_secrets()

    @Slot()
    def _on_secret_removed(self) -> None:
        self.told.emit("The secret was removed")
        self.pane.form.way.secret_field.forget()
        self._read_secrets()

    @Slot(object)
    def _on_logged_in(self, outcome: Known | str) -> None:
        self.pane.outcome.show_outcome(outcome)

    def _read_secrets(self) -> None:
        self._secrets.read(self._accounts())

    @Slot(object)
    def _on_failed(self, error: SesComposerError) -> None:
        self.pane.outcome.show_error(error)

    @Slot()
    def _on_cancelled(self) -> None:
        self.told.emit("Cancelled")

    @Slot()
    def _on_finished(self) -> None:
        if self.sender() is self._busy:
            self._busy = None
        self._show_buttons()

    @Slot(str)
    def _on_sign_in_wanted(self, profile: str) -> None:
        dialog = SignInDialog.show_for(
            self._services, profile or self.pane.form.account.profile, self._runner, self.pane.window()
        )
        dialog.signed_in.connect(self.pane.outcome.clear)

    @Slot()
    def _on_secrets(self) -> None:
        self._show_list()
        self._show_secret()

    @Slot(str)
    def _on_accounts_changed(self, name: str) -> None:
        """Show what another window or we ourselves changed; what is being typed stays."""
        if self._busy is None and not self.pane.form.is_changed:
            self.show_account(self.shown)
        else:
            self._show_list()
        if self._busy is None:
            self._read_secrets()

    # Another one

    @Slot()
    def _on_selected(self) -> None:
        wanted = self.pane.list.current_name
        if wanted == self.shown:
            return
        if self.may_leave():
            self.show_account(wanted)
        else:
            self.pane.list.select(self.shown)

    def may_leave(self) -> bool:
        """Ask what becomes of what was typed; whether something else may be shown now."""
        if self._busy is not None:
            return False
        if not self.pane.is_form_shown or not self.pane.form.is_changed:
            return True
        answer = ask_leave(self.pane, self.shown)
        if answer is Leave.SAVE:
            self.save()
        return answer is Leave.DISCARD
