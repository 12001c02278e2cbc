"""What the window of the accounts holds: list and its buttons at the left, form and its buttons at the right."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from sescomposer.gui.accounts.account_form import AccountForm
from sescomposer.gui.accounts.account_list import AccountList
from sescomposer.gui.accounts.outcome_panel import OutcomePanel
from sescomposer.gui.icons import icon
from sescomposer.gui.widgets.empty_state import EmptyState
from sescomposer.gui.widgets.notice import Notice
from sescomposer.gui.widgets.progress_line import ProgressLine
from sescomposer.gui.widgets.steady_scroll import SteadyScroll

_EMPTY = (
    "No accounts yet",
    "Without one, what you send goes to the local inbox and nothing leaves this machine.\n\n"
    "An account says how this program gets into Amazon SES, in which region, and over which transport. "
    "The quickest is an AWS profile that this machine already has; an access key or an SMTP user of the SES console "
    "does as well. Secrets go into the keyring of the system and are never shown again.",
)
_BUTTONS = (
    ("add", "add", "&Add", "Begin a new account (Ctrl+N)"),
    ("duplicate", "copy", "D&uplicate", "Begin a new account like this one, without its secret (Ctrl+D)"),
    ("remove", "remove", "Remo&ve...", "Remove the account and its secret"),
    ("about", "note", "A&bout", "Show quota, identities and lists of the account (Ctrl+B)"),
    ("test", "check", "&Test", "Log in and tell what the account may do; nothing is sent (F5)"),
    ("revert", "", "Re&vert", "Forget what was typed since it was saved"),
    ("save", "save", "&Save", "Keep the account, and its secret in the keyring (Ctrl+S)"),
)


class AccountsPane(QWidget):
    """Everything in the window.

    Attributes:
        list, form, outcome: Of the accounts, of one of them, and what its login found.
        buttons: By name.
        first_button: Adds the first account.
        trouble, notice: What is wrong with the file of the accounts, and with the keyring.
        progress: What is being done.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.trouble = Notice("What is wrong with the accounts", self)
        self.notice = Notice("What is wrong with the keyring", self)
        self.list = AccountList(self)
        self.form = AccountForm(self)
        self.outcome = OutcomePanel(self)
        self.progress = ProgressLine(self)
        self.progress.cancel_button.setToolTip("Cancel")
        self.buttons = {name: self._button(sign, words, tip) for name, sign, words, tip in _BUTTONS}
        self.empty = EmptyState("key", self)
        self.empty.say(*_EMPTY)
        self.first_button = self._button("add", "&Add an account", "Begin the first account")
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self._make_empty_page())
        self.pages.addWidget(self._make_form_page())
        self.split = QSplitter(Qt.Orientation.Horizontal, self)
        self.left = self._make_left()
        self.split.addWidget(self.left)
        self.split.addWidget(self.pages)
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(8)
        self.split.setStretchFactor(1, 1)
        self.split.setSizes([288, 640])
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        for widget in (self.trouble, self.notice):
            column.addWidget(widget)
        column.addWidget(self.split, 1)

    @property
    def is_form_shown(self) -> bool:
        """Whether there is a form to fill in."""
        return self.pages.currentIndex() == 1

    def show_form(self, is_wanted: bool) -> None:
        """Show the form, or how to begin."""
        self.pages.setCurrentIndex(1 if is_wanted else 0)
        self.left.setVisible(is_wanted)

    @Slot(QWidget)
    def _on_gone_to(self, control: QWidget) -> None:
        # Rows may have grown by sentences just now; nobody is to type where nothing is seen.
        layout = self.form.layout()
        if layout is not None:
            layout.activate()
        self.scroller.ensureWidgetVisible(control)

    def _button(self, sign: str, words: str, tip: str) -> QPushButton:
        button = QPushButton(words, self)
        if sign:
            button.setIcon(icon(sign))
        button.setToolTip(tip)
        button.setAccessibleDescription(tip)
        return button

    def _make_empty_page(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.addWidget(self.empty, 2)
        column.addWidget(self.first_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        return page

    def _make_left(self) -> QWidget:
        left = QWidget(self)
        left.setMinimumWidth(240)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.setSpacing(8)
        for name in ("add", "duplicate", "remove"):
            row.addWidget(self.buttons[name])
        column.addLayout(row)
        return left

    def _make_form_page(self) -> QWidget:
        page = QWidget(self)
        page.setMinimumWidth(400)
        self.scroller = SteadyScroll(self.form, page)
        self.form.gone_to.connect(self._on_gone_to)
        column = QVBoxLayout(page)
        column.setContentsMargins(8, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.scroller, 1)
        column.addWidget(self.outcome)
        row = QHBoxLayout()
        row.setSpacing(8)
        for name in ("test", "about"):
            row.addWidget(self.buttons[name])
        row.addWidget(self.progress)
        row.addStretch(1)
        for name in ("revert", "save"):
            row.addWidget(self.buttons[name])
        column.addLayout(row)
        return page
