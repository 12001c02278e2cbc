"""The button of the toolbar that says which account a message goes through, and lets another be chosen."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QPaintEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QStyle, QStyleOptionToolButton, QStylePainter, QToolButton, QWidget

from sescomposer.core.errors import SesComposerError
from sescomposer.gui.accounts.account_words import LOCAL_INBOX, NOTHING_LEAVES
from sescomposer.gui.directions import isolated
from sescomposer.gui.icons import icon
from sescomposer.gui.tips import tip

if TYPE_CHECKING:
    from sescomposer.gui.account_choice import AccountChoice
    from sescomposer.services.account import Account
    from sescomposer.services.accounts import Accounts

_WIDEST = 288
_NARROWEST = 104
_LEAST_LETTERS = 6


class AccountButton(QToolButton):
    """Shows name, region and sandbox; its menu has every account. What has no room is elided, and whole in the tip.

    Args:
        choice: The choice of the window.
        accounts: All accounts, read whenever the menu opens.
        manage: The action that opens the window of the accounts.
        about: The action that tells what is known of the account in use.

    Signals:
        refused(object): the `SesComposerError` of an account that cannot be chosen.
    """

    refused = Signal(object)

    def __init__(
        self,
        choice: "AccountChoice",
        accounts: "Accounts",
        manage: QAction,
        about: QAction,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._choice = choice
        self._accounts = accounts
        self._manage = manage
        self._about = about
        self._parts = ("", "")
        self._words = ""
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMenu(QMenu(self))
        self.menu().setToolTipsVisible(True)
        self.menu().aboutToShow.connect(self._fill)
        choice.changed.connect(self.show_choice)
        self.show_choice()

    @property
    def words(self) -> str:
        """All of what it says, also where there is room for its beginning alone."""
        return self._words

    @Slot()
    def show_choice(self) -> None:
        """Say which account is used."""
        choice = self._choice
        account, known = choice.account, choice.known
        is_sandbox = known is not None and bool(known.is_sandbox)
        if choice.trouble:
            parts, sign, spoken = ("No account", ""), "warning", choice.trouble
        elif account is None:
            parts, sign, spoken = ("To local inbox", ""), "inbox", NOTHING_LEAVES
        else:
            sandbox = ", sandbox" if is_sandbox else ""
            parts, sign = (account.name, f", {account.region}{sandbox}"), "key"
            spoken = f"{account.road.label}. " + ("Sandbox: it may write to verified addresses alone." * is_sandbox)
        words = isolated(parts[0]) + parts[1]
        self._parts, self._words = parts, words
        self.setText(words.replace("&", "&&"))
        unread = f"What is known may be old: {choice.unread}" if choice.unread else ""
        self.setIcon(icon("note" if unread else sign))
        self.setAccessibleName(f"Account: {words}")
        self.setAccessibleDescription(f"{spoken} {_sentence(choice.why)} {unread}".strip())
        self.setToolTip(tip(words, spoken, _sentence(choice.why), unread))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """As wide as the words, up to a limit."""
        return super().sizeHint().boundedTo(QSize(_WIDEST, 10_000))

    def minimumSizeHint(self) -> QSize:
        """A few letters of the name."""
        hint = self.sizeHint()
        return QSize(min(hint.width(), _NARROWEST), hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Leave out what has no room; Qt would cut it off at both ends."""
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        missing = super().sizeHint().width() - self.width()
        if missing > 0:
            option.text = self._elided(missing).replace("&", "&&")
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        painter.end()

    def _elided(self, missing: int) -> str:
        """Shorten the name as long as that is enough, so that region and sandbox stay; then all."""
        metrics, elide = self.fontMetrics(), Qt.TextElideMode.ElideRight
        name, rest = self._parts
        room = metrics.horizontalAdvance(name) - missing
        if room > metrics.averageCharWidth() * _LEAST_LETTERS:
            return isolated(metrics.elidedText(name, elide, room)) + rest
        return metrics.elidedText(self._words, elide, max(metrics.horizontalAdvance(self._words) - missing, 0))

    @Slot()
    def _fill(self) -> None:
        """Write the menu anew: accounts come and go."""
        menu, choice = self.menu(), self._choice
        menu.clear()
        group = QActionGroup(menu)
        used = choice.account.name if choice.account else ""
        self._add("", LOCAL_INBOX, NOTHING_LEAVES, group).setChecked(not used and not choice.trouble)
        for account in self._accounts.all():
            entry = self._add(account.name, _entry(account), account.user or account.profile, group)
            entry.setChecked(account.name == used)
        menu.addSeparator()
        why = menu.addAction(_sentence(choice.trouble or f"Why this one: {choice.why}").replace("&", "&&"))
        why.setEnabled(False)
        menu.addSeparator()
        menu.addAction(self._about)
        menu.addAction(self._manage)

    def _add(self, name: str, words: str, told: str, group: QActionGroup) -> QAction:
        entry = QAction(words.replace("&", "&&"), group, checkable=True)
        entry.setToolTip(tip(words, told))
        entry.setData(name)
        entry.triggered.connect(partial(self._choose, name))
        self.menu().addAction(entry)
        return entry

    def _choose(self, name: str, checked: bool = False) -> None:
        try:
            self._choice.choose(name)
        except SesComposerError as error:
            # The account went while the menu was open.
            self.refused.emit(error)


def _entry(account: "Account") -> str:
    return f"{isolated(account.name)}: {account.region}, {account.road.label}"


def _sentence(words: str) -> str:
    """Give words as a sentence.

    >>> _sentence("used last for ada@example.org")
    'Used last for ada@example.org.'
    """
    return f"{words[:1].upper()}{words[1:]}".rstrip(".") + "." if words else ""
