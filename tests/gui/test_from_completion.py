"""The From row: what it offers while typing and below, what it says of an address that may not send; and findings."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from known_memory import KnownMemory
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services
from sescomposer.core.errors import ServiceCallError
from sescomposer.core.message import Message
from sescomposer.core.parse import parse
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.gui.account_facts.facts_window import FactsWindow
from sescomposer.gui.main_window import MainWindow
from sescomposer.gui.models.from_offers import MOST, Offer, Offers, from_offers
from sescomposer.gui.panes.options_pane import OptionsPane
from sescomposer.gui.self_reading import SelfReading
from sescomposer.gui.tasks import current_token
from sescomposer.gui.widgets.chips import RecipientEdit
from sescomposer.gui.widgets.field_line import FieldLine
from sescomposer.gui.widgets.item_edit import ItemEdit
from sescomposer.services.account import Account, WayIn
from sescomposer.services.account_ports import Came, unheard
from sescomposer.services.knowledge import Identity, Known, Quota

LETTER = b"From: Ada <ada@a.example>\r\nTo: bo@b.example\r\nSubject: Plan\r\n\r\nHi\r\n"
WORK = Account("work", WayIn.ENVIRONMENT, "eu-west-1", mailboxes=("News <news@a.example>",))
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def address(name: str, *, is_verified: bool = True) -> Identity:
    return Identity(name, "EMAIL_ADDRESS", "SUCCESS" if is_verified else "PENDING", is_verified)


DOMAIN = Identity("a.example", "DOMAIN", "SUCCESS", True)
KNOWN = Known(
    "work", "eu-west-1", NOW, identities=(DOMAIN, address("kai@c.example"), address("x@d.example", is_verified=False))
)
ELSEWHERE = Known("work", "us-east-1", NOW, identities=(address("x@d.example"), address("far@e.example")))


def test_offers_are_ranked_and_say_where_they_are_verified() -> None:
    offers = from_offers(
        WORK, KNOWN, (KNOWN, ELSEWHERE), {"old@a.example": "work", "kai@c.example": "", "y@z.example": "b"}
    )
    said = {offer.text: (offer.is_verified, offer.words) for offer in offers.rows}
    assert list(said) == [
        "News <news@a.example>",
        "old@a.example",
        "kai@c.example",
        "y@z.example",
        "x@d.example",
        "far@e.example",
    ]
    assert said["News <news@a.example>"] == (True, "Verified by a.example, typed for this account")
    assert said["kai@c.example"] == (True, "Verified, used last with the local inbox")
    assert said["x@d.example"] == (False, "Not verified in eu-west-1; verified in us-east-1; address identity")
    assert said["y@z.example"] == (False, "Not verified in eu-west-1; used last with 'b'")


def test_without_knowledge_nothing_is_called_unverified() -> None:
    offers = from_offers(WORK, None, (), {"a@b.example": "work"})
    assert [offer.is_verified for offer in offers.rows] == [None, None]
    assert from_offers(None, None, (), {"a@b.example": ""}).rows[0].words == "Used last with the local inbox"
    assert from_offers(replace(WORK, mailboxes=("no mailbox",)), None, (), {}).rows == ()


def test_international_addresses_are_offered_as_people_write_them() -> None:
    known = Known("work", "eu-west-1", NOW, identities=(address("zoe@xn--bcher-kva.example"),))
    (typed, offer) = from_offers(WORK, known, (known,), {}).rows[::-1]
    assert offer == Offer("zoe@bücher.example", True, "Verified, address identity")
    assert typed.is_verified is False


def test_many_offers_are_cut() -> None:
    offers = Offers(Offer(f"user{number}@a.example", True, "") for number in range(10_000))
    assert len(offers.fitting("user")) == MOST
    assert [offer.text for offer in offers.fitting("user9999@")] == ["user9999@a.example"]


# In the window


class Reader:
    """Answers or fails, and remembers on behalf of whom it was asked."""

    def __init__(self) -> None:
        self.fault: ServiceCallError | None = None
        self.unattended: list[bool] = []
        self.answered = threading.Event()

    def __call__(self, account: Account) -> "Reader":
        return self

    def read(self, progress: Progress = NO_PROGRESS, came: Came = unheard) -> Known:
        token = current_token()
        self.unattended.append(token is not None and token.is_unattended)
        self.answered.set()
        if self.fault is not None:
            raise self.fault
        return replace(KNOWN, is_sandbox=True)


Make = Callable[..., MainWindow]


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def make(qtbot: QtBot, services: Services, reader: Reader, keep_window: Callable[[MainWindow], MainWindow]) -> Make:
    from sescomposer.services.knowing import Knowing

    services.accounts.add(WORK)

    def make(*known: Known, letter: bytes = LETTER) -> MainWindow:
        services.__dict__["knowing"] = Knowing(KnownMemory(*known), reader)  # type: ignore[arg-type]
        window = keep_window(MainWindow(services, Message(parse(letter), account="work")))
        qtbot.waitUntil(lambda: window.runner.running == 0 and window.composer.is_checked)
        return window

    return make


def is_idle(window: MainWindow) -> bool:
    return window.runner.running == 0


def shown(window: MainWindow) -> list[str]:
    return [offer.text for offer in window._account.knowledge.completion.popup.model.offers]


def line_of(window: MainWindow) -> ItemEdit:
    field = window.header_form.main["From"].value
    assert isinstance(field, RecipientEdit)
    return field.line_edit


def written(window: MainWindow) -> str:
    field = window.composer.root.header.first("From")
    return field.decoded if field is not None else ""


def is_open(window: MainWindow) -> bool:
    return window._account.knowledge.completion.popup.is_open


def codes(window: MainWindow) -> set[str]:
    return {finding.code for finding in window.composer.findings}


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_typing_offers_and_enter_takes_what_is_chosen(make: Make, qtbot: QtBot) -> None:
    window = make(KNOWN, letter=b"To: bo@b.example\r\n\r\nHi\r\n")
    completion, edit = window._account.knowledge.completion, line_of(window)
    edit.setFocus()
    QTest.keyClicks(edit, "kai")
    assert is_open(window)
    assert shown(window) == ["kai@c.example"]
    QTest.keyClick(completion.popup.list, Qt.Key.Key_Down)
    QTest.keyClick(completion.popup.list, Qt.Key.Key_Return)
    assert not is_open(window)
    assert written(window) == "kai@c.example"
    assert window.composer.undo_list.undo_label == "edit From"


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_enter_without_a_choice_takes_what_was_typed(make: Make, qtbot: QtBot) -> None:
    window = make(KNOWN, letter=b"To: bo@b.example\r\n\r\nHi\r\n")
    completion, edit = window._account.knowledge.completion, line_of(window)
    edit.setFocus()
    QTest.keyClicks(edit, "me@")
    assert shown(window) == ["me@a.example"]
    QTest.keyClicks(completion.popup.list, "x.example")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert written(window) == "me@x.example"


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_alt_down_and_the_button_list_all_and_replace_the_mailbox(make: Make, qtbot: QtBot) -> None:
    window = make(KNOWN, ELSEWHERE)
    completion = window._account.knowledge.completion
    completion.button.click()
    assert shown(window)[0] == "News <news@a.example>"
    assert "x@d.example" in shown(window)
    QTest.keyClick(completion.popup.list, Qt.Key.Key_Escape)
    assert not is_open(window)
    window.activateWindow()
    completion.show_all()
    QTest.keyClick(completion.popup.list, Qt.Key.Key_Return)
    assert written(window) == "News <news@a.example>"
    window.composer.undo()
    assert written(window) == "Ada <ada@a.example>"


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_an_unverified_from_is_found_and_its_sign_leads_to_the_account(
    make: Make, services: Services, qtbot: QtBot
) -> None:
    window = make(KNOWN, letter=LETTER.replace(b"ada@a.example", b"ada@z.example"))
    row = window.header_form.main["From"]
    qtbot.waitUntil(lambda: "from-not-verified" in codes(window))
    assert row.sign.isVisible()
    assert "SES verified identities" in row.sign.toolTip()
    row.sign.click()
    facts = FactsWindow.shown()
    assert facts is not None
    assert facts.account == WORK
    qtbot.waitUntil(lambda: facts.runner.running == 0)
    facts.close()
    window.composer.edit_root(lambda root: parse(LETTER), "edit From")
    qtbot.waitUntil(lambda: "from-not-verified" not in codes(window))


def test_a_finding_of_the_account_leads_to_the_account(make: Make, qtbot: QtBot) -> None:
    window = make(replace(KNOWN, sending_enabled=False, quota=Quota(200, 1, 200)))
    qtbot.waitUntil(lambda: "account-sending-disabled" in codes(window))
    assert "quota-exceeded" in codes(window)
    found = next(each for each in window.composer.findings if each.code == "account-sending-disabled")
    with qtbot.waitSignal(window.problems.account_wanted):
        window.problems.go_to(found)
    facts = FactsWindow.shown()
    assert facts is not None
    qtbot.waitUntil(lambda: facts.runner.running == 0)
    window.close()
    assert FactsWindow.shown() is None


def test_without_an_account_nothing_is_found_of_it(make: Make, qtbot: QtBot) -> None:
    window = make(replace(KNOWN, sending_enabled=False))
    qtbot.waitUntil(lambda: "account-sending-disabled" in codes(window))
    window.account_choice.choose("")
    qtbot.waitUntil(lambda: "account-sending-disabled" not in codes(window))


def test_options_offer_the_names_of_the_account(make: Make, services: Services, qtbot: QtBot) -> None:
    window = make(replace(KNOWN, configuration_sets=("news",)))
    view = window.views.show_view("options")
    assert isinstance(view, OptionsPane)
    assert offered(view) == ["news"]
    services.knowing.keep(replace(KNOWN, configuration_sets=("other", "third")))
    qtbot.waitUntil(lambda: offered(view) == ["other", "third"])


def offered(view: OptionsPane) -> list[str]:
    line = view.lines["configuration_set"].control
    assert isinstance(line, FieldLine)
    model = line.completer().model()
    return [str(model.data(model.index(row, 0))) for row in range(model.rowCount())]


@pytest.fixture
def reads_by_itself() -> None:
    """Let accounts be read when they come into use."""


def test_an_old_account_is_read_once_by_itself(
    reads_by_itself: None, make: Make, reader: Reader, services: Services, qtbot: QtBot
) -> None:
    window = make(KNOWN)
    qtbot.waitUntil(lambda: window.account_choice.known is not None and window.account_choice.known.is_sandbox is True)
    assert reader.unattended == [True]
    window.account_choice.choose("")
    window.account_choice.choose("work")
    qtbot.waitUntil(lambda: is_idle(window))
    assert reader.unattended == [True]


def test_a_failure_by_itself_is_told_quietly(reads_by_itself: None, make: Make, reader: Reader, qtbot: QtBot) -> None:
    reader.fault = ServiceCallError("SES cannot be reached.", hint="Look at the network.")
    window = make(KNOWN)
    qtbot.waitUntil(lambda: window.account_choice.unread != "")
    assert "SES cannot be reached." in window._account.button.toolTip()
    assert window.account_choice.known == KNOWN


def test_a_window_that_closes_hears_no_more(
    reads_by_itself: None, services: Services, reader: Reader, qtbot: QtBot
) -> None:
    from sescomposer.services.knowing import Knowing

    reader.fault = ServiceCallError("x")
    services.__dict__["knowing"] = Knowing(KnownMemory(), reader)  # type: ignore[arg-type]
    told: list[str] = []
    reading = SelfReading(services, lambda name, why: told.append(name))
    reading.read(WORK)
    qtbot.waitUntil(lambda: told == ["work"])
    reading.read(None)
    assert told == ["work"]


def test_what_is_found_out_late_about_another_account_is_not_offered(make: Make, qtbot: QtBot) -> None:
    window = make(KNOWN)
    completion = window._account.knowledge.completion
    window.account_choice.choose("")
    window.account_choice.choose("work")
    qtbot.waitUntil(lambda: is_idle(window))
    assert completion.offers.rows[0] == Offer(
        "News <news@a.example>", True, "Verified by a.example, typed for this account"
    )
