"""The send sheet and the account in use: opened on a worker, its trouble told, its findings in the way, remembered."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services
from sescomposer.core import compose
from sescomposer.core.errors import AccountError, LoginNeededError, StoreError
from sescomposer.core.message import Road, SendingOptions
from sescomposer.gui.sending.findings_list import FindingLine
from sescomposer.gui.sending.send_sheet import SendSheet
from sescomposer.gui.sending.stages import Stage
from sescomposer.gui.sending.way import Ready, Watched, Way, way_again, way_of
from sescomposer.services.account import Account, WayIn
from sescomposer.services.knowledge import Identity, Known, Quota
from sescomposer.services.ports import Intent, Transport

Open = Callable[..., SendSheet]

WORK = Account("work", WayIn.ENVIRONMENT, "eu-west-1")
KNOWN = Known(
    "work",
    "eu-west-1",
    datetime(2026, 1, 2, tzinfo=UTC),
    quota=Quota(50000, 14, 100),
    identities=(Identity("a.example", "DOMAIN", "SUCCESS", True),),
)


def reach(qtbot: QtBot, sheet: SendSheet, stage: Stage) -> None:
    """Wait until the sheet shows a stage."""
    qtbot.waitUntil(lambda: sheet.stage is stage)


def way_with(transport: Transport, known: Known | None = KNOWN, **keywords: object) -> Way:
    """A way through the account, with what is known of it."""
    return Way(
        lambda: Ready(Watched(transport), None, known, () if known is None else (known,)),
        is_local=False,
        account=WORK,
        why="used last for ada@a.example",
        **keywords,  # type: ignore[arg-type]
    )


def test_says_account_region_identity_and_quota(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any]
) -> None:
    sheet = open_send_sheet(way_with(scripted()))
    reach(qtbot, sheet, Stage.REVIEWING)
    facts = {name: text.words for name, text in sheet.page.facts.items()}
    assert facts["From"].replace("\u200e\u2066", "").startswith("ada@a.example")
    assert facts["From"].endswith("verified, by the identity a.example.")
    assert "Environment, eu-west-1, SES API v2 (used last for ada@a.example)" in facts["Goes to"]
    assert "49,900 of 50,000 recipients left" in facts["Goes to"]
    assert facts["Region"] == "eu-west-1, Europe (Ireland)"
    assert facts["Trace"].startswith("sescomposer-id=")
    assert sheet.buttons["confirm"].text() == "&Send"
    sheet.reject()


def test_identity_that_is_not_verified_needs_a_reason(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any], services: Services
) -> None:
    message = compose("eve@other.example", "b@b.example", "Hi", text="x", ids=services.ids)
    sheet = open_send_sheet(way_with(scripted()), message)
    reach(qtbot, sheet, Stage.REVIEWING)
    assert "not verified here." in sheet.page.facts["From"].words
    assert not sheet.buttons["confirm"].isEnabled()
    reason = sheet.page.findings.first_open
    assert reason is not None
    QTest.keyClicks(reason, "verified a minute ago")
    with qtbot.waitSignal(sheet.submitted):
        sheet.confirm()
    assert sheet.records[0].intent.overrides == (("from-not-verified", "verified a minute ago"),)
    sheet.reject()


def test_many_findings_of_a_kind_leave_room_for_who_gets_it(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any], services: Services
) -> None:
    to = ", ".join(f"r{number}@b.example" for number in range(50))
    message = compose("ada@a.example", to, "Hi", text="x", ids=services.ids)
    sheet = open_send_sheet(way_with(scripted(), replace(KNOWN, is_sandbox=True)), message)
    reach(qtbot, sheet, Stage.REVIEWING)
    lines = [line.words.words for line in sheet.page.findings.findChildren(FindingLine)]
    assert len([line for line in lines if "is in the sandbox" in line]) == 3
    labels = [label.text() for label in sheet.page.findings.findChildren(QLabel)]
    assert "and 47 more like these: see the problems of the message." in labels
    assert sheet.page.findings.heading.text() == "50 warnings, 1 note"
    sheet.reject()


def test_nothing_known_stops_nothing(qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any]) -> None:
    sheet = open_send_sheet(way_with(scripted(), None))
    reach(qtbot, sheet, Stage.REVIEWING)
    assert "whether it is verified was not read yet" in sheet.page.facts["From"].words
    assert sheet.buttons["confirm"].isEnabled()
    sheet.reject()


def test_options_are_told_as_carried_and_control_fields_are_marked(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any], services: Services
) -> None:
    options = SendingOptions(configuration_set="news", tags=(("kind", "test"),), endpoint="abcdef12.g3h")
    message = replace(compose("ada@a.example", "b@b.example", "Hi", text="x", ids=services.ids), options=options)
    sheet = open_send_sheet(way_with(scripted(road=Road.SMTP)), message)
    reach(qtbot, sheet, Stage.REVIEWING)
    words = sheet.page.facts["Options"].words
    assert "Configuration set: news (by X-SES-CONFIGURATION-SET)" in words
    assert "Tags: kind=test (by X-SES-MESSAGE-TAGS)" in words
    assert "Multi-region endpoint: abcdef12.g3h (this road has no way for it: it is not asked)" in words
    assert sheet.review is not None
    octets = bytes(sheet.review.sealed[0].octets)
    marked = {octets[tint.start : tint.stop].split(b":")[0] for tint in sheet.page.inspector.raw.view.tints}
    assert marked == {b"X-SES-CONFIGURATION-SET", b"X-SES-MESSAGE-TAGS", b"Date", b"Message-ID"}
    assert "written by sealing for SES, which takes them out" in sheet.page.note.text()
    sheet.reject()


@pytest.mark.parametrize(
    "error,words",
    [
        (AccountError("The keyring is locked.", hint="Unlock it."), "Open the &accounts…"),
        (LoginNeededError("The sign-in of 'sso' has expired.", value="sso"), "Sign &in…"),
    ],
)
def test_account_that_cannot_be_used_is_told_with_what_to_do(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any], error: AccountError, words: str
) -> None:
    transport, threads, errors = scripted(), [], [error]

    def opened() -> Ready:
        threads.append(threading.current_thread())
        if errors:
            raise errors.pop()
        return Ready(Watched(transport))

    sheet = open_send_sheet(Way(opened, is_local=False, account=WORK))
    reach(qtbot, sheet, Stage.NO_ACCOUNT)
    assert sheet.banner.sentence.words == error.sentence
    assert "Nothing was sent." in sheet.banner.explanation.words
    assert sheet.buttons["goto"].text() == words
    assert threads[0] is not threading.main_thread()
    sheet.buttons["again"].click()
    reach(qtbot, sheet, Stage.REVIEWING)
    sheet.reject()


def test_a_keyring_that_waits_for_its_user_is_told(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any]
) -> None:
    transport, is_unlocked = scripted(), threading.Event()
    submit = transport.submit

    def blocked(*given: Any) -> Any:
        assert is_unlocked.wait(30)
        return submit(*given)

    transport.submit = blocked
    way = Way(
        lambda: Ready(Watched(transport), asks_keyring=lambda: not is_unlocked.is_set()), is_local=False, account=WORK
    )
    sheet = open_send_sheet(way)
    reach(qtbot, sheet, Stage.REVIEWING)
    sheet.confirm()
    try:
        qtbot.waitUntil(lambda: sheet.banner.title.text() == "Waiting for the keyring…")
        assert "unlock it" in sheet.banner.sentence.words
    finally:
        is_unlocked.set()
    qtbot.waitUntil(lambda: bool(sheet.records))
    assert sheet.stage is Stage.ACCEPTED
    assert sheet.banner.title.text() == "Accepted"
    sheet.reject()


def test_login_that_expires_on_the_way_offers_to_sign_in(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any]
) -> None:
    sheet = open_send_sheet(way_with(scripted(LoginNeededError("The sign-in of 'sso' has expired.", value="sso"))))
    reach(qtbot, sheet, Stage.REVIEWING)
    with qtbot.waitSignal(sheet.submitted):
        sheet.confirm()
    assert sheet.stage is Stage.NOT_SENT
    assert sheet.buttons["goto"].text() == "Sign &in…"
    assert not sheet.buttons["goto"].isHidden()
    sheet.reject()


def test_remembers_the_account_after_acceptance_alone(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any]
) -> None:
    from sescomposer.core.errors import RefusedError

    remembered: list[str] = []
    sheet = open_send_sheet(way_with(scripted(RefusedError("No.")), remember=lambda: remembered.append("work")))
    reach(qtbot, sheet, Stage.REVIEWING)
    with qtbot.waitSignal(sheet.submitted):
        sheet.confirm()
    assert remembered == []
    sheet.reject()
    sheet = open_send_sheet(way_with(scripted(), remember=lambda: remembered.append("work")))
    reach(qtbot, sheet, Stage.REVIEWING)
    with qtbot.waitSignal(sheet.submitted):
        sheet.confirm()
    assert remembered == ["work"]
    sheet.reject()


def test_what_cannot_be_remembered_is_told_and_changes_nothing(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any]
) -> None:
    def full() -> None:
        raise StoreError("The disk is full.")

    sheet = open_send_sheet(way_with(scripted(), remember=full))
    reach(qtbot, sheet, Stage.REVIEWING)
    with qtbot.waitSignal(sheet.submitted):
        sheet.confirm()
    assert sheet.stage is Stage.ACCEPTED
    assert "could not be remembered for this From address. The disk is full." in sheet.banner.explanation.words
    sheet.reject()


class Choice:
    """What a window knows of its account."""

    def __init__(self, account: Account | None, trouble: str = "") -> None:
        self.account = account
        self.trouble = trouble
        self.why = "chosen for this message"

    def remember(self) -> None:
        """Does nothing."""


def test_an_account_that_is_gone_is_not_replaced_by_the_local_inbox(services: Services) -> None:
    way = way_of(Choice(None, "There is no account 'old'."), services, Road.SES_V2, is_chosen=True)  # type: ignore[arg-type]
    assert not way.is_local
    with pytest.raises(AccountError, match="no account 'old'"):
        way.open()


def test_a_way_opens_the_account_with_its_pace(services: Services) -> None:
    services.accounts.add(WORK, None)
    services.knowledge.put(KNOWN)
    way = way_of(Choice(WORK), services, Road.SES_V2, is_chosen=True)  # type: ignore[arg-type]
    ready = way.open()
    assert (ready.transport.account, ready.transport.region, ready.transport.is_local) == ("work", "eu-west-1", False)
    assert ready.pace is not None
    assert ready.pace.rate == 14
    assert ready.known == KNOWN


def test_a_batch_goes_on_by_the_road_and_region_it_was_sealed_for(services: Services) -> None:
    services.accounts.add(WORK, None)
    services.knowledge.put(KNOWN)
    message = compose("a@a.example", "b@b.example", "Hi", text="x", ids=services.ids)
    transport = services.local_transport(Road.SES_V2)
    (record,) = services.sending.submit(services.sending.review(message, transport), transport)
    assert way_again(services, record.intent).is_local
    intent: Intent = _moved(record.intent)
    ready = way_again(services, intent).open()
    assert (ready.transport.road, ready.transport.region) == (Road.SES_V1, "us-east-1")
    assert ready.known is None


def _moved(intent: Intent) -> Intent:
    return replace(intent, account="work", road=Road.SES_V1, region="us-east-1")
