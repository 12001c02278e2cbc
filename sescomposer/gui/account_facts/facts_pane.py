"""What the window about an account holds: which account, its state and quota, and a tab for each list."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from sescomposer.gui.account_facts.denied_page import DeniedPage
from sescomposer.gui.account_facts.fact_lines import FactLines
from sescomposer.gui.account_facts.fact_words import NO_ACCOUNT, NOTHING_READ, SMTP_CANNOT, age_words, facts
from sescomposer.gui.account_facts.identities_page import IdentitiesPage
from sescomposer.gui.account_facts.list_page import ListPage
from sescomposer.gui.account_facts.list_pages import ListPages
from sescomposer.gui.account_facts.suppression_page import SuppressionPage
from sescomposer.gui.accounts.account_words import quota_words
from sescomposer.gui.accounts.outcome_panel import OutcomePanel
from sescomposer.gui.directions import isolated
from sescomposer.gui.icons import icon
from sescomposer.gui.widgets.empty_state import EmptyState
from sescomposer.gui.widgets.fitting_text import FittingText
from sescomposer.gui.widgets.gauge import Gauge
from sescomposer.gui.widgets.notice import Notice
from sescomposer.gui.widgets.progress_line import ProgressLine
from sescomposer.services.account import Account
from sescomposer.services.knowing import can_be_asked
from sescomposer.services.knowledge import Known, Quota

_SCARCE = 0.8
"""Share of the quota from which on its gauge warns."""
_FAILED_LINES = 4


class FactsPane(QWidget):
    """Everything in the window.

    Attributes:
        accounts: Which account is shown.
        age, refresh, progress, panel, failures, failed: When it was read, reading it anew, and what went wrong.
        lines, gauge, quota: The account as a whole.
        identities, lists, suppression, denied: The tabs.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.accounts = QComboBox(self)
        self.accounts.setAccessibleName("Account")
        self.accounts.setMinimumContentsLength(36)
        self.accounts.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.age = QLabel(self)
        self.refresh = QPushButton("&Refresh", self)
        self.refresh.setToolTip("Ask SES for everything anew, one question a second (F5)")
        self.manage = QPushButton("A&ccounts...", self)
        self.manage.setToolTip("Add, change and test accounts")
        self.progress = ProgressLine(self)
        self.progress.cancel_button.setToolTip("Cancel; what was known stays")
        self.panel = OutcomePanel(self, "What went wrong")
        self.failures = Notice("What was not answered", self)
        # However many there are, the window stays as high as it is.
        self.failed = FittingText("Answers that did not come", self, lines=_FAILED_LINES)
        self.failed.hide()
        self.lines = FactLines("State of the account", self)
        self.gauge = Gauge("Quota used", self)
        self.quota = QLabel(self, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.identities = IdentitiesPage(self)
        self.lists = ListPages(self)
        self.suppression = SuppressionPage(self)
        self.denied = DeniedPage(self)
        self.empty = EmptyState("key", self)
        self.empty_button = QPushButton(self)
        self._arrange()

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.accounts)
        head.addWidget(self.age)
        head.addStretch(1)
        for widget in (self.progress, self.refresh, self.manage):
            head.addWidget(widget)
        self.tabs = QTabWidget(self)
        self.tabs.setAccessibleName("What is known of the account")
        for page, title in self._titles():
            self.tabs.addTab(page, title)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self._make_known())
        self.pages.addWidget(self._make_empty())
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.panel)
        column.addWidget(self.failures)
        column.addWidget(self.failed)
        column.addWidget(self.pages, 1)

    def _make_known(self) -> QWidget:
        page = QWidget(self)
        quota = QHBoxLayout()
        quota.setContentsMargins(24, 0, 0, 0)
        quota.setSpacing(8)
        quota.addWidget(self.gauge)
        quota.addWidget(self.quota, 1)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.lines)
        column.addLayout(quota)
        column.addWidget(self.tabs, 1)
        return page

    def _make_empty(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.addWidget(self.empty, 2)
        column.addWidget(self.empty_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        return page

    def _titles(self) -> Iterable[tuple[QWidget, str]]:
        yield self.identities, "Identities"
        yield from self.lists.titles()
        yield self.suppression, "Suppression list"
        yield self.denied, "Denied calls"

    @property
    def current_list(self) -> ListPage[object] | None:
        """The list of the tab in front, None if it has none."""
        page = self.tabs.currentWidget()
        return page if isinstance(page, ListPage) else None

    def show_accounts(self, accounts: Iterable[Account], shown: str) -> None:
        """Offer these accounts; the one of that name is chosen."""
        self.accounts.clear()
        for account in accounts:
            self.accounts.addItem(icon("key"), f"{isolated(account.name)}, {account.region}", account.name)
        self.accounts.setCurrentIndex(self.accounts.findData(shown))
        self.accounts.setToolTip(self.accounts.currentText())
        self.accounts.setEnabled(self.accounts.count() > 0)

    def show_known(self, account: Account | None, known: Known | None, others: Iterable[Known]) -> None:
        """Show what is known of an account, or how that comes about."""
        self.identities.show_identities(known, others)
        self.lists.show_lists(known, account.configuration_set if account is not None else "")
        self.denied.show_denied(known)
        self._show_counts(known)
        self._show_failures(known.failures if known is not None else ())
        if known is not None:
            self.lines.show_facts(facts(known))
            self._show_quota(known.quota)
        self._show_page(account, known)

    def _show_failures(self, failures: Sequence[str]) -> None:
        """Say how many questions were not answered, and below each with its reason."""
        said = f"{len(failures)} questions were not answered." if len(failures) > 1 else "".join(failures)
        self.failures.say(said, "warning")
        self.failed.say("\n".join(failures) if len(failures) > 1 else "")

    def show_age(self, known: Known | None, now: datetime, *, is_offline: bool) -> None:
        """Say when it was read, in the time of the writer."""
        offline = "Offline" if is_offline else ""
        self.age.setText(age_words(known.read_at, now, is_offline=is_offline) if known is not None else offline)

    def _show_page(self, account: Account | None, known: Known | None) -> None:
        can_ask = account is not None and can_be_asked(account)
        self.refresh.setEnabled(can_ask)
        self.pages.setCurrentIndex(0 if can_ask and known is not None else 1)
        if account is None:
            self._say_empty(NO_ACCOUNT, "&Add an account...")
        elif not can_ask:
            self._say_empty(SMTP_CANNOT, "&Add an API account...")
        elif known is None:
            self._say_empty(NOTHING_READ, "Refres&h")

    def _say_empty(self, words: tuple[str, str], button: str) -> None:
        self.empty.say(*words)
        self.empty_button.setText(button)

    def _show_counts(self, known: Known | None) -> None:
        counts = {
            self.identities: len(known.identities) if known is not None else 0,
            **self.lists.counts(known),
            self.denied: len(known.denied) if known is not None else 0,
        }
        for index, (page, title) in enumerate(self._titles()):
            count = counts.get(page, 0)
            self.tabs.setTabText(index, f"{title} ({count:,})" if count else title)
        denied = self.tabs.indexOf(self.denied)
        self.tabs.setTabIcon(denied, icon("warning", "warning") if counts[self.denied] else icon("ok", "ok"))

    def _show_quota(self, quota: Quota | None) -> None:
        self.gauge.setVisible(quota is not None and quota.max_24_hours > 0)
        if quota is None:
            self.quota.setText("The quota is not known.")
            return
        used = f"{quota.sent_24_hours:,.0f} used, "
        self.quota.setText(f"{used}{quota_words(quota)}.")
        if quota.max_24_hours > 0:
            share = quota.sent_24_hours / quota.max_24_hours
            level = "error" if share >= 1 else "warning" if share >= _SCARCE else "note"
            self.gauge.measure(round(quota.sent_24_hours), round(quota.max_24_hours), level)
