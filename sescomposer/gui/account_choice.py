"""Which account the message of a window goes through: the one chosen for it, else the one remembered for its From.

The choice itself is part of the message (`Message.account`), so that undo, journal and drafts have it. Here it is only
read out, together with the account it names and what is known of that.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from sescomposer.core.envelope import mailboxes
from sescomposer.core.errors import AccountError, StoreError
from sescomposer.core.header import HeaderSection
from sescomposer.gui.composer import Composer
from sescomposer.gui.tasks import Context
from sescomposer.services.settings import ROAD

if TYPE_CHECKING:
    from sescomposer.services.account import Account
    from sescomposer.services.knowledge import Known


class AccountChoice(QObject):
    """Follows the message and the accounts of one window. All signals come on the window's thread.

    Attributes:
        account: The account in use, None for the local inbox.
        why: A few words on why it is that one.
        trouble: A sentence where the account that was chosen is not there any more, "" else.
        known: What was last read of the account, None if nothing.
        unread: A sentence on why it could not be read anew by itself, "" where it could or nobody tried.

    Signals:
        changed(): one of the attributes.
    """

    changed = Signal()
    _accounts_changed = Signal(str)
    _known_changed = Signal(object)

    def __init__(self, composer: Composer) -> None:
        super().__init__(composer)
        self._composer = composer
        self._seen: tuple[HeaderSection, str, str | None] | None = None
        self.account: Account | None = None
        self.why = ""
        self.trouble = ""
        self.known: Known | None = None
        self.unread = ""
        # The listeners are called by whichever thread changed an account or read something of it.
        self._accounts_changed.connect(self._on_accounts_changed)
        self._known_changed.connect(self.show_known)
        self._stop_listening = composer.services.accounts.on_change(self._accounts_changed.emit)
        self._stop_hearing = composer.services.knowing.on_change(self._known_changed.emit)
        composer.message_changed.connect(self._on_message_changed)
        composer.setting_changed.connect(self._on_setting_changed)
        composer.closed.connect(self._on_closed)
        self._on_message_changed()

    @property
    def from_address(self) -> str:
        """The address of the first From mailbox, "" without one."""
        named = mailboxes(self._composer.root, "From")
        return named[0].addr_spec if named else ""

    def choose(self, name: str) -> None:
        """Let the message go through that account; "" is the local inbox."""
        account = self._composer.services.accounts.get(name) if name else None
        words = f"send through {name}" if name else "send to the local inbox"
        begun = account.begun if account else lambda message: replace(message, account="")
        self._composer.apply(begun, words)

    def remember(self) -> None:
        """Remember the account in use for the From address of the message; raises `StoreError`."""
        if self.from_address:
            name = self.account.name if self.account else ""
            self._composer.services.accounts.remember(self.from_address, name)

    @Slot(object)
    def show_known(self, known: "Known") -> None:
        """Take what was just read of the account."""
        if self.account is not None and (known.account, known.region) == (self.account.name, self.account.region):
            self.known = known
            self.unread = ""
            self.changed.emit()

    @Slot(str, str)
    def show_unread(self, name: str, sentence: str) -> None:
        """Take why the account of that name could not be read anew by itself."""
        if self.account is not None and self.account.name == name and sentence != self.unread:
            self.unread = sentence
            self.changed.emit()

    @Slot()
    def _on_message_changed(self) -> None:
        message, before = self._composer.message, self._seen
        header = message.root.header
        if before is not None and before[0] is header and before[2] == message.account:
            return
        self._seen = header, self.from_address, message.account
        # The accounts are read for another From address or another choice, not for every letter of a subject.
        if before is None or before[1:] != self._seen[1:]:
            self._follow()

    @Slot(str)
    def _on_accounts_changed(self, name: str) -> None:
        self._follow(is_new=self.account is not None and self.account.name == name)

    def _follow(self, *, is_new: bool = False) -> None:
        """Read the choice out, and tell if it is another."""
        before = self.account, self.why, self.trouble
        self.account, self.why, self.trouble = self._read()
        if self.account != before[0] or is_new:
            self._show_road()
            self._look_up()
        if (self.account, self.why, self.trouble) != before or is_new:
            self.changed.emit()

    def _read(self) -> "tuple[Account | None, str, str]":
        """Give account, reason and trouble."""
        accounts, chosen = self._composer.services.accounts, self._composer.message.account
        if chosen is None:
            address = self.from_address
            found = accounts.choose_for(address) if address else None
            return found, f"used last for {address}" if found else "no account was chosen", ""
        if not chosen:
            return None, "chosen for this message", ""
        try:
            return accounts.get(chosen), "chosen for this message", ""
        except (AccountError, StoreError) as error:
            return None, "", f"{error.sentence} {error.hint}".strip()

    def _show_road(self) -> None:
        """Measure against the road of the account."""
        road = self.account.road if self.account else self._composer.services.settings.get(ROAD)
        self._composer.set_road(road)

    def _look_up(self) -> None:
        """Read on a worker what is known of the account."""
        self.known = None
        self.unread = ""
        account, services = self.account, self._composer.services
        if account is None:
            return

        def operation(context: Context) -> "Known | None":
            return services.knowing.cached(account)

        task = self._composer.runner.start(operation, quiet=True)
        task.succeeded.connect(self._on_known)

    @Slot(object)
    def _on_known(self, known: "Known | None") -> None:
        if known is not None:
            self.show_known(known)

    @Slot(str)
    def _on_setting_changed(self, key: str) -> None:
        """Hold on to the road of the account when another is set for messages without one."""
        if key == ROAD.key:
            self._show_road()

    @Slot()
    def _on_closed(self) -> None:
        self._stop_listening()
        self._stop_hearing()
