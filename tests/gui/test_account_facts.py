"""The window about an account: what is known, asked anew, offline, denied; the suppression list; ten thousand rows."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from known_memory import KnownMemory
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services
from sescomposer.core.answers import ServiceAnswer
from sescomposer.core.errors import DeniedError, ServiceCallError
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.road import Road
from sescomposer.gui.account_facts.fact_words import age_words, facts, why_empty
from sescomposer.gui.account_facts.facts_window import FactsWindow
from sescomposer.gui.accounts.accounts_window import AccountsWindow
from sescomposer.services.account import Account, WayIn
from sescomposer.services.account_ports import Came, unheard
from sescomposer.services.knowing import QUESTIONS, Knowing
from sescomposer.services.knowledge import (
    ContactList,
    Denied,
    GlobalEndpoint,
    Identity,
    Known,
    MessageEvent,
    Quota,
    Suppressed,
    Tenant,
)

NOW = datetime(2026, 3, 1, 10, 5, tzinfo=UTC)
WORK = Account("work", WayIn.PROFILE, "eu-west-1", profile="mail", configuration_set="news")
SMTP = Account("smtp", WayIn.SMTP, "us-east-1", user="u", mailboxes=("ada@a.example",))
STATEMENT = json.dumps({"Effect": "Allow", "Action": "ses:ListTenants", "Resource": "*"}, indent=2)
DENIED = Denied("ListTenants", "ses:ListTenants", STATEMENT, "User is not authorized", "r-1")
KNOWN = Known(
    "work",
    "eu-west-1",
    NOW,
    caller="arn:aws:iam::123456789012:user/ada",
    is_sandbox=True,
    sending_enabled=True,
    enforcement="HEALTHY",
    quota=Quota(200, 1, 170),
    has_insights=False,
    identities=(
        Identity("a.example", "DOMAIN", "SUCCESS", True),
        Identity("pending@b.example", "EMAIL_ADDRESS", "PENDING", False),
        Identity("\u05d0\u05d1@\u05d2.example", "EMAIL_ADDRESS", "SUCCESS", True),
    ),
    configuration_sets=("news", "plain"),
    contact_lists=(ContactList("readers", ("weekly", "daily")),),
    endpoints=(GlobalEndpoint("both", "abc.def", "READY", ("eu-west-1", "us-east-1")),),
    denied=(DENIED,),
)


class Reader:
    """Answers as it is told; `gate` holds it back behind the first lists."""

    def __init__(self) -> None:
        self.known = KNOWN
        self.fault: ServiceCallError | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.listed: dict[str, Suppressed] = {}
        self.asked: list[str] = []

    def __call__(self, account: Account) -> "Reader":
        return self

    def read(self, progress: Progress = NO_PROGRESS, came: Came = unheard) -> Known:
        self._ask("read")
        for index, _ in enumerate(QUESTIONS):
            progress.step(index, len(QUESTIONS))
            if index == 3:
                came(replace(self.known, configuration_sets=()), frozenset({"identities", "quota"}))
                progress.step(index, len(QUESTIONS))
                while not self.gate.wait(0.01):
                    progress.step(index, len(QUESTIONS))
        progress.step(len(QUESTIONS), len(QUESTIONS))
        return self.known

    def log_in(self, progress: Progress = NO_PROGRESS) -> Known:
        return self.known

    def identity(self, name: str) -> Identity:
        self._ask(f"identity {name}")
        return Identity(name, "DOMAIN", "SUCCESS", True, "SUCCESS", "bounce.a.example", "PENDING", "news", True)

    def suppressed(self, address: str) -> Suppressed | None:
        self._ask(f"show {address}")
        return self.listed.get(address)

    def suppress(self, address: str, reason: str) -> None:
        self._ask(f"add {address} {reason}")
        self.listed[address] = Suppressed(address, reason, NOW)

    def unsuppress(self, address: str) -> None:
        self._ask(f"remove {address}")
        self.listed.pop(address, None)

    def insights(self, reference: str) -> tuple[MessageEvent, ...]:
        return ()

    def _ask(self, words: str) -> None:
        self.asked.append(words)
        if self.fault is not None:
            raise self.fault


@pytest.fixture
def reader(services: Services) -> Reader:
    made = Reader()
    services.accounts.add(WORK)
    return made


Open = Callable[..., FactsWindow]


@pytest.fixture
def opened(services: Services, reader: Reader, qtbot: QtBot) -> Iterator[Open]:
    windows: list[FactsWindow] = []

    def open_it(*known: Known, name: str = "") -> FactsWindow:
        services.__dict__["knowing"] = Knowing(KnownMemory(*known), reader)
        window = FactsWindow.show_for(services, name=name)
        windows.append(window)
        qtbot.waitUntil(lambda: window.runner.running == 0)
        return window

    yield open_it
    for window in windows:
        reader.gate.set()
        settled(window, qtbot)
        window.close()
    QApplication.sendPostedEvents()


def settled(window: FactsWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.runner.running == 0)


def names(window: FactsWindow) -> list[str]:
    return [identity.name for identity in window.pane.identities.model.rows]


def test_what_was_read_is_shown_with_its_age(opened: Open) -> None:
    window = opened(KNOWN)
    said = {fact.name: (fact.sign, fact.words) for fact in window.pane.lines.facts}
    assert said["Access"][0] == "warning"
    assert said["Access"][1].startswith("Sandbox")
    assert said["Sending"] == ("ok", "Enabled")
    assert said["Asked as"][1].endswith("user/ada")
    assert window.pane.quota.text() == "170 used, 30 of 200 recipients left in these 24 hours, 1 a second."
    assert window.pane.gauge.level == "warning"
    assert window.pane.age.text().startswith("As of ")
    assert names(window) == [identity.name for identity in KNOWN.identities]
    titles = [window.pane.tabs.tabText(index) for index in range(window.pane.tabs.count())]
    assert titles == [
        "Identities (3)",
        "Configuration sets (2)",
        "Contact lists (1)",
        "Tenants",
        "Endpoints (1)",
        "Suppression list",
        "Denied calls (1)",
    ]
    assert window.pane.lists.pages["Contact lists"].model.rows == (("readers", "weekly, daily"),)
    assert window.pane.lists.pages["Configuration sets"].model.rows[0] == ("news", "begin with it")


def test_an_account_that_was_never_read_says_how_it_is(opened: Open, reader: Reader, qtbot: QtBot) -> None:
    window = opened()
    assert window.pane.pages.currentIndex() == 1
    assert window.pane.empty.title.text() == "Nothing was read yet"
    assert reader.asked == []
    window.pane.empty_button.click()
    settled(window, qtbot)
    assert reader.asked == ["read"]
    assert window.pane.pages.currentIndex() == 0
    assert names(window)[0] == "a.example"


def test_smtp_cannot_ask(opened: Open, services: Services) -> None:
    services.accounts._store.save((WORK, SMTP))  # without the keyring
    window = opened(KNOWN, name="smtp")
    assert window.pane.empty.title.text() == "SMTP cannot ask"
    assert not window.pane.refresh.isEnabled()
    window.refresh()
    assert window.runner.running == 0


def test_many_questions_without_an_answer_leave_the_window_as_high_as_it_is(opened: Open) -> None:
    reason = "SES did not answer within 30 seconds, after three tries. " * 4
    failures = tuple(f"List{index} was not answered: {reason}" for index in range(5))
    few = opened(replace(KNOWN, failures=failures[:2])).minimumSizeHint().height()
    window = opened(replace(KNOWN, failures=failures))
    window.show_account("work")
    window.pane.show_known(WORK, replace(KNOWN, failures=failures), ())
    assert window.pane.failures.sentence == "5 questions were not answered."
    assert window.pane.failed.words == "\n".join(failures)
    assert window.minimumSizeHint().height() <= few
    assert window.height() <= window.sizeHint().height()


def test_what_comes_is_shown_while_the_rest_is_asked(opened: Open, reader: Reader, qtbot: QtBot) -> None:
    old = replace(KNOWN, identities=(), quota=Quota(200, 1, 0))
    window = opened(old)
    reader.gate.clear()
    window.pane.refresh.click()
    qtbot.waitUntil(lambda: names(window) == [identity.name for identity in KNOWN.identities])
    assert window.pane.lists.pages["Configuration sets"].model.rows[0][0] == "news"
    assert not window.pane.refresh.isEnabled()
    assert window.pane.progress.words.text() == "Reading configuration sets (4 of 7)"
    reader.gate.set()
    settled(window, qtbot)
    assert window.pane.refresh.isEnabled()
    assert window.known == KNOWN


def test_cancelled_reading_leaves_what_was_known(opened: Open, reader: Reader, qtbot: QtBot) -> None:
    window = opened(replace(KNOWN, identities=()))
    reader.gate.clear()
    window.pane.refresh.click()
    qtbot.waitUntil(lambda: len(names(window)) == 3)
    window.pane.progress.cancel_button.click()
    settled(window, qtbot)
    assert names(window) == []
    assert window.pane.refresh.isEnabled()


def test_offline_shows_what_was_read_last(opened: Open, reader: Reader, qtbot: QtBot) -> None:
    window = opened(KNOWN)
    reader.fault = ServiceCallError("SES cannot be reached.", hint="Look at the network.")
    window.pane.refresh.click()
    settled(window, qtbot)
    assert window.pane.age.text().endswith(", offline")
    assert window.pane.panel.sentences[0] == "SES cannot be reached. Look at the network."
    assert len(names(window)) == 3
    reader.fault = None
    window.pane.refresh.click()
    settled(window, qtbot)
    assert not window.pane.age.text().endswith("offline")
    assert window.pane.panel.isHidden()


def test_a_refusal_is_not_called_offline(opened: Open, reader: Reader, qtbot: QtBot) -> None:
    window = opened(KNOWN)
    answer = ServiceAnswer(Road.SES_V2, "Throttling", "Rate exceeded", 429)
    reader.fault = ServiceCallError("SES does not answer now.", answer=answer)
    window.pane.refresh.click()
    settled(window, qtbot)
    assert not window.pane.age.text().endswith("offline")


def test_identities_are_searched_and_sorted(opened: Open) -> None:
    window = opened(KNOWN)
    page = window.pane.identities
    page.search.setText("PENDING")
    assert names(window) == ["pending@b.example"]
    assert page.count.text() == "1 of 3"
    page.search.setText("nowhere")
    assert page.empty.title.text() == "Nothing found"
    page.search.clear()
    page.list.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    assert names(window) == sorted(names(window), reverse=True)


def test_details_are_read_for_the_selected_one_when_asked(opened: Open, reader: Reader, qtbot: QtBot) -> None:
    elsewhere = replace(KNOWN, region="us-east-1", denied=())
    other = replace(KNOWN, account="other")
    window = opened(KNOWN, elsewhere, other)
    page = window.pane.identities
    page.list.setCurrentIndex(page.model.index(0, 0))
    assert reader.asked == []
    said = {fact.name: fact.words for fact in page.lines.facts}
    assert said["Verified elsewhere"] == "us-east-1, eu-west-1 (account 'other')"
    assert "DKIM" not in said
    page.button.click()
    settled(window, qtbot)
    settled(window, qtbot)
    assert reader.asked == ["identity a.example"]
    said = {fact.name: fact.words for fact in page.lines.facts}
    assert said["DKIM"] == "Success"
    assert said["MAIL FROM"] == "bounce.a.example: Pending"
    assert page.current is not None
    assert page.current.name == "a.example"


def test_denied_calls_can_be_copied(opened: Open, reader: Reader, qtbot: QtBot) -> None:
    window = opened(KNOWN)
    page = window.pane.denied
    (block,) = page.blocks
    said = " ".join(label.text() for label in block.findChildren(QLabel))
    assert "ListTenants" in said
    block.findChildren(QPushButton)[0].click()
    assert json.loads(QGuiApplication.clipboard().text())["Action"] == "ses:ListTenants"
    page.copy_all.click()
    policy = json.loads(QGuiApplication.clipboard().text())
    assert policy["Statement"] == [{"Effect": "Allow", "Action": ["ses:ListTenants"], "Resource": "*"}]
    assert window.pane.lists.pages["Tenants"].empty.title.text() == "Not allowed to ask"


def test_an_address_is_looked_up_added_and_removed(opened: Open, reader: Reader, qtbot: QtBot) -> None:
    window = opened(KNOWN)
    page = window.pane.suppression
    window.pane.tabs.setCurrentWidget(page)
    assert not page.look_up.isEnabled()
    QTest.keyClicks(page.address, "kai@b.example")
    QTest.keyClick(page.address, Qt.Key.Key_Return)
    settled(window, qtbot)
    assert page.found.facts[0].name == "Not listed"
    assert not page.remove.isEnabled()
    page.reason.setCurrentIndex(1)
    page.add.click()
    settled(window, qtbot)
    assert page.found.facts[0].name == "Suppressed"
    page.remove.click()
    (box,) = page.findChildren(QMessageBox)
    assert reader.asked[-1] == "add kai@b.example COMPLAINT"
    next(button for button in box.buttons() if button.text() == "&Remove").click()
    settled(window, qtbot)
    assert reader.asked[-1] == "remove kai@b.example"
    assert page.found.facts[0].name == "Not listed"


def test_a_denied_look_up_shows_its_statement(opened: Open, reader: Reader, qtbot: QtBot) -> None:
    window = opened(KNOWN)
    page = window.pane.suppression
    reader.fault = DeniedError("The account may not ask that.", statement=STATEMENT)
    page.address.setText("kai@b.example")
    page.look_up.click()
    settled(window, qtbot)
    assert STATEMENT in page.panel.sentences
    page.address.setText("no address")
    reader.fault = None
    page.look_up.click()
    settled(window, qtbot)
    assert page.panel.sentences
    assert page.look_up.isEnabled()


def test_another_account_is_shown_as_soon_as_it_is_chosen(opened: Open, services: Services, qtbot: QtBot) -> None:
    services.accounts.add(replace(WORK, name="other"))
    window = opened(KNOWN, replace(KNOWN, account="other", identities=()))
    window.pane.accounts.setCurrentIndex(1)
    window.pane.accounts.activated.emit(1)
    settled(window, qtbot)
    assert window.account is not None
    assert window.account.name == "other"
    assert names(window) == []
    services.accounts.remove("other")
    qtbot.waitUntil(lambda: window.account == WORK)


def test_ten_thousand_identities_are_searched_fast(
    opened: Open, costs_at_most: Callable[[float, Callable[[], object], Callable[[], object]], None]
) -> None:
    many = tuple(Identity(f"user{n}@d{n}.example", "EMAIL_ADDRESS", "SUCCESS", True) for n in range(10_000))
    window = opened(replace(KNOWN, identities=many))
    page = window.pane.identities
    assert page.model.rowCount(QModelIndex()) == 10_000
    page.search.setText("x")

    def search() -> None:
        page.search.setText("user9999")
        page.search.setText("user123")

    costs_at_most(3, search, lambda: ["user9999" in f"{each}".casefold() for each in many])
    assert names(window)[0] == "user123@d123.example"


def test_words_for_what_is_not_known() -> None:
    empty = Known("work", "eu-west-1", NOW)
    assert {fact.words for fact in facts(empty)} == {"Not known"}
    assert age_words(NOW, NOW.replace(day=3)) == "As of 2026-03-01 10:05"
    failed = replace(empty, failures=("ListTenants was not answered.",))
    assert why_empty(failed, "ListTenants", ("None", "")) == (
        "Not answered",
        "ListTenants was not answered. Refresh asks again.",
    )


@pytest.mark.parametrize("status", ["PROBATION", "SHUTDOWN", "NEWER"])
def test_bad_standing_is_said(status: str) -> None:
    said = {fact.name: fact for fact in facts(replace(KNOWN, enforcement=status, sending_enabled=False))}
    assert said["Sending"].sign == "error"
    assert said["Standing"].words
    assert Tenant("t").status == ""


def test_the_window_of_the_accounts_leads_here(opened: Open, services: Services, qtbot: QtBot) -> None:
    services.accounts.add(replace(WORK, name="other"))
    window = opened(KNOWN)
    window.open_accounts()
    window.open_accounts()
    accounts = AccountsWindow.show_for(services, name="other")
    qtbot.waitUntil(lambda: accounts.runner.running == 0)
    accounts.pane.buttons["about"].click()
    settled(window, qtbot)
    assert FactsWindow.shown() is window
    assert window.pane.accounts.currentData() == "other"
    accounts.close()
