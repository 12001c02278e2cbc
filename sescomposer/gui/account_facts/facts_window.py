"""The window about an account: what SES says of it, as it was read last, one window a process.

Every question runs on a worker; what was known stays in view meanwhile, and what comes is shown as it comes.
"""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from sescomposer.bootstrap import Services
from sescomposer.core.errors import ServiceCallError, SesComposerError
from sescomposer.gui.account_facts.fact_words import QUESTION_WORDS
from sescomposer.gui.account_facts.facts_pane import FactsPane
from sescomposer.gui.account_facts.facts_work import FactsWork, Heard, Look
from sescomposer.gui.companion_window import CompanionWindow
from sescomposer.gui.tasks import Task
from sescomposer.services.account import Account
from sescomposer.services.knowing import QUESTIONS, can_be_asked
from sescomposer.services.knowledge import Known, Suppressed

_TOLD_MS = 8000


class FactsWindow(CompanionWindow):
    """Shows one account at a time.

    Attributes:
        account: The one that is shown, None where there is none.
        known: What is shown of it.
        is_offline: Whether nobody answered when it was asked last.
    """

    _accounts_changed = Signal(str)
    _known_changed = Signal(object)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self.setWindowTitle("About the account")
        self.work = FactsWork(services, self.runner)
        self.account: Account | None = None
        self.known: Known | None = None
        self.is_offline = False
        self._others: tuple[Known, ...] = ()
        self._heard = Heard()
        self._reading: Task | None = None
        self.pane = FactsPane(self)
        self.setCentralWidget(self.pane)
        self._connect()
        # The listeners are called by whichever thread changed an account or read something of it.
        self._accounts_changed.connect(self._on_accounts_changed)
        self._known_changed.connect(self._on_known_changed)
        self._stops = (
            services.accounts.on_change(self._accounts_changed.emit),
            services.knowing.on_change(self._known_changed.emit),
        )
        self.fit_screen()

    @classmethod
    def show_for(cls, services: Services, opener: QWidget | None = None, name: str = "") -> "FactsWindow":
        """Show the window of this process with an account; "" for the first, or the one that is shown already."""
        window = cls.of_process(services, opener)
        window.show_account(name or (window.account.name if window.account else ""))
        window.come_up()
        return window

    def sizeHint(self) -> QSize:
        """Room for a table of identities."""
        return QSize(960, 700)

    def _connect(self) -> None:
        pane = self.pane
        pane.accounts.activated.connect(self._on_chosen)
        pane.refresh.clicked.connect(self.refresh)
        pane.manage.clicked.connect(self.open_accounts)
        pane.empty_button.clicked.connect(self._on_empty_button)
        pane.panel.sign_in_wanted.connect(self._on_sign_in_wanted)
        pane.suppression.panel.sign_in_wanted.connect(self._on_sign_in_wanted)
        pane.identities.details_wanted.connect(self._on_details_wanted)
        pane.suppression.look_up_wanted.connect(self._on_look_up_wanted)
        pane.suppression.add_wanted.connect(self._on_add_wanted)
        pane.suppression.remove_wanted.connect(self._on_remove_wanted)
        self.take_keys((("F5", pane.refresh.click), ("Ctrl+F", self._on_find)))

    # Showing

    def show_account(self, name: str) -> None:
        """Show an account by its name; the first one if there is none of that name."""
        accounts = self.services.accounts.all()
        before = self.account
        named = (account for account in accounts if account.name == name)
        self.account = next(named, accounts[0] if accounts else None)
        self.pane.show_accounts(accounts, self.account.name if self.account else "")
        if self.account == before and before is not None:
            return
        if self._reading is not None:
            self._reading.cancel()
        self.known, self.is_offline = None, False
        self.pane.panel.clear()
        self.pane.suppression.show_account()
        self._show()
        self._look()

    def _look(self) -> None:
        """Read what is kept of the account and of all others."""
        self.work.look(self.account).succeeded.connect(self._on_looked)

    @Slot(object)
    def _on_looked(self, look: Look) -> None:
        known, self._others = look
        if known is not None and self._is_shown(known):
            self.known = known
        self._show()

    @Slot(object)
    def _on_known_changed(self, known: Known) -> None:
        """Show what this window or another one read."""
        if self._is_shown(known):
            self.known = known
            self._show()
        self._look()

    def _is_shown(self, known: Known) -> bool:
        return self.account is not None and (known.account, known.region) == (self.account.name, self.account.region)

    def _show(self) -> None:
        self.pane.show_known(self.account, self.known, self._others)
        self.pane.show_age(self.known, self.services.clock.now().astimezone(), is_offline=self.is_offline)
        self._show_refresh()

    def _show_refresh(self) -> None:
        can_ask = self.account is not None and can_be_asked(self.account)
        self.pane.refresh.setEnabled(can_ask and self._reading is None)

    # Reading anew

    @Slot()
    def refresh(self) -> None:
        """Ask everything anew."""
        account = self.account
        if account is None or not can_be_asked(account) or self._reading is not None:
            return
        self.pane.panel.clear()
        self._heard = Heard()
        self._reading = task = self.work.refresh(account, self._heard)
        self.pane.progress.follow(task, f"Reading {QUESTION_WORDS[QUESTIONS[0]]}")
        task.progressed.connect(self._on_progressed)
        task.succeeded.connect(self._on_refreshed)
        task.failed.connect(self._on_not_refreshed)
        task.cancelled.connect(self._on_cancelled)
        task.finished.connect(self._on_read)
        self._show_refresh()

    @Slot(object, object)
    def _on_progressed(self, done: int, total: int) -> None:
        """Name the question, and show what came by now."""
        if done < len(QUESTIONS):
            words = QUESTION_WORDS[QUESTIONS[done]]
            self.pane.progress.words.setText(f"Reading {words} ({done + 1} of {total})")
        heard, self._heard.known = self._heard.known, None
        if heard is not None and self._is_shown(heard) and done < total:
            self.pane.show_known(self.account, heard, self._others)
            self._show_refresh()

    @Slot(object)
    def _on_refreshed(self, known: Known) -> None:
        if self._is_shown(known):
            self.is_offline = False
            self.known = known
            self._show()
            self.statusBar().showMessage("Everything was read anew", _TOLD_MS)

    @Slot(object)
    def _on_not_refreshed(self, error: SesComposerError) -> None:
        self.is_offline = isinstance(error, ServiceCallError) and _nobody_answered(error)
        self.pane.panel.show_error(error)
        self._show()

    @Slot()
    def _on_cancelled(self) -> None:
        self._show()
        self.statusBar().showMessage("Cancelled; what was known stays", _TOLD_MS)

    @Slot()
    def _on_read(self) -> None:
        if self.sender() is self._reading:
            self._reading = None
        self._show_refresh()

    # Single questions

    @Slot(str)
    def _on_details_wanted(self, name: str) -> None:
        if self.account is not None:
            self.pane.panel.clear()
            self.pane.identities.button.setEnabled(False)
            task = self.work.details(self.account, name)
            self.pane.progress.follow(task, f"Reading details of {name}")
            task.failed.connect(self.pane.panel.show_error)
            task.finished.connect(self._on_details_ended)

    @Slot()
    def _on_details_ended(self) -> None:
        self.pane.identities.button.setEnabled(True)

    @Slot(str)
    def _on_look_up_wanted(self, address: str) -> None:
        if self.account is not None:
            self._ask_list(self.work.look_up(self.account, address), f"Looking {address} up")

    @Slot(str, str)
    def _on_add_wanted(self, address: str, reason: str) -> None:
        if self.account is not None:
            self._ask_list(self.work.suppress(self.account, address, reason), f"Adding {address}")

    @Slot(str)
    def _on_remove_wanted(self, address: str) -> None:
        if self.account is not None:
            self._ask_list(self.work.unsuppress(self.account, address), f"Removing {address}")

    def _ask_list(self, task: Task, words: str) -> None:
        page = self.pane.suppression
        page.show_busy(True)
        self.pane.progress.follow(task, words)
        task.succeeded.connect(self._on_list_answered)
        task.failed.connect(page.panel.show_error)
        task.finished.connect(self._on_list_ended)

    @Slot(object)
    def _on_list_answered(self, answer: tuple[str, Suppressed | None]) -> None:
        self.pane.suppression.show_found(*answer)

    @Slot()
    def _on_list_ended(self) -> None:
        self.pane.suppression.show_busy(False)

    # What else can be done

    @Slot()
    def open_accounts(self) -> None:
        """Open the window of the accounts, with the one that is shown."""
        from sescomposer.gui.accounts.accounts_window import AccountsWindow

        name = self.account.name if self.account is not None else ""
        window = AccountsWindow.show_for(self.services, self.companion.opener, name)
        window.about_wanted.connect(self._on_about_wanted, Qt.ConnectionType.UniqueConnection)

    @Slot(str)
    def _on_about_wanted(self, name: str) -> None:
        FactsWindow.show_for(self.services, self.companion.opener, name)

    @Slot()
    def _on_empty_button(self) -> None:
        if self.account is not None and can_be_asked(self.account):
            self.refresh()
        else:
            self.open_accounts()

    @Slot(str)
    def _on_sign_in_wanted(self, profile: str) -> None:
        from sescomposer.gui.accounts.sign_in_dialog import SignInDialog

        named = profile or (self.account.profile if self.account is not None else "")
        dialog = SignInDialog.show_for(self.services, named, self.runner, self)
        dialog.signed_in.connect(self.refresh)

    @Slot()
    def _on_find(self) -> None:
        page = self.pane.current_list
        if page is not None:
            page.search.take_focus()

    @Slot(int)
    def _on_chosen(self, index: int) -> None:
        self.show_account(str(self.pane.accounts.itemData(index) or ""))

    @Slot(str)
    def _on_accounts_changed(self, name: str) -> None:
        self.show_account(self.account.name if self.account is not None else "")

    def stop(self) -> None:
        """Listen no more."""
        for stop in self._stops:
            stop()


def _nobody_answered(error: ServiceCallError) -> bool:
    return error.answer is None or error.answer.status == 0
