"""The send sheet of a protected message: passphrase, outcome fact by fact, survival with its offers, copies."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from authority import Authority, pem_of
from pgp_lab import PASSPHRASE, PgpLab
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot
from still_clock import StillClock

from sescomposer.bootstrap import Services
from sescomposer.core import compose
from sescomposer.core.message import NOT_CHOSEN, Message, Method, Protection, Road
from sescomposer.core.parse import parse
from sescomposer.gui.composer import Composer
from sescomposer.gui.dialogs.diff_dialog import DiffDialog
from sescomposer.gui.keys.passphrase_dialog import PassphraseDialog
from sescomposer.gui.protection.outcome_card import OutcomeCard
from sescomposer.gui.sending.send_sheet import SendSheet
from sescomposer.gui.sending.stages import Stage
from sescomposer.gui.sending.way import way_over
from sescomposer.gui.tasks import TaskRunner
from sescomposer.services.account import Secret
from sescomposer.services.ports import Transport
from sescomposer.services.protection.protection_ports import IdentityPolicy, KeyEntry, Policy
from sescomposer.services.secrets import MemorySecrets
from sescomposer.services.settings import HOLD_SECONDS

ANN, BOB, EVE = "ann@example.org", "bob@example.org", "eve@example.org"
SIGN, BOTH = Protection(sign=True), Protection(sign=True, encrypt=True)


@pytest.fixture
def services(services: Services, authority: Authority) -> Services:
    services.secrets = MemorySecrets()
    services.clock = StillClock(authority.now)
    services.roots.add(authority.root)
    services.settings.set(HOLD_SECONDS, 0)
    for address in (BOB, EVE):
        pair = authority.leaf(address, kind="p256")
        services.people.import_file(pem_of(pair.certificate, *pair.chain), "x.pem")
    return services


@pytest.fixture
def import_ann(services: Services, authority: Authority) -> Callable[..., KeyEntry]:
    """Import Ann's key."""

    def importing(*, keep: bool = True, **leaf: Any) -> KeyEntry:
        octets = authority.p12(authority.leaf(ANN, **({"kind": "p256"} | leaf)))
        return services.keys.import_file(octets, Secret("secret"), keep_passphrase=keep)

    return importing


@pytest.fixture
def open_sheet(services: Services, qtbot: QtBot) -> Iterator[Callable[..., SendSheet]]:
    """Open sheets over a window; all is closed at the end."""
    window = QMainWindow()
    qtbot.addWidget(window)
    runner = TaskRunner(window)

    def opening(message: Message, transport: Transport | None = None) -> SendSheet:
        composer = Composer(services, runner, message, parent=window)
        return SendSheet.show_for(composer, way_over(transport or services.local_transport(Road.SES_V2)), window)

    yield opening
    runner.close()


def letter(services: Services, protection: Protection = NOT_CHOSEN, **fields: Any) -> Message:
    """Ann writes to Bob."""
    given = {"text": "Tee für vier?", "html": '<p>Tee <a href="https://a.example/">für</a> vier</p>'} | fields
    made = compose(f"Ann <{ANN}>", given.pop("to", BOB), "Tea", ids=services.ids, **given)
    return replace(made, protection=protection)


def reach(qtbot: QtBot, sheet: SendSheet, stage: Stage) -> None:
    qtbot.waitUntil(lambda: sheet.stage is stage, timeout=20_000)


def card_of(qtbot: QtBot, sheet: SendSheet, *, survived: bool = True) -> OutcomeCard:
    """Give the card once everything is known."""
    card = sheet.page.protection
    if survived:
        qtbot.waitUntil(lambda: card.more.isVisible(), timeout=20_000)
    return card


def prompt(qtbot: QtBot, sheet: SendSheet) -> PassphraseDialog:
    """Wait for the question for a passphrase."""
    qtbot.waitUntil(lambda: bool(_open_prompts(sheet)))
    return _open_prompts(sheet)[0]


def _open_prompts(sheet: SendSheet) -> list[PassphraseDialog]:
    return [dialog for dialog in sheet.findChildren(PassphraseDialog) if dialog.isVisible()]


def codes(sheet: SendSheet) -> set[str]:
    assert sheet.review is not None
    return {finding.code for finding in sheet.review.findings}


# --- the outcome -----------------------------------------------------------------------------------------------


def test_an_unprotected_message_says_nothing_of_it(
    qtbot: QtBot, open_sheet: Callable[..., SendSheet], services: Services
) -> None:
    sheet = open_sheet(letter(services))
    reach(qtbot, sheet, Stage.REVIEWING)
    assert sheet.page.protection.isHidden()


def test_the_outcome_is_told_fact_by_fact(
    qtbot: QtBot, open_sheet: Callable[..., SendSheet], services: Services, import_ann: Callable[..., KeyEntry]
) -> None:
    import_ann()
    sheet = open_sheet(letter(services, SIGN))
    reach(qtbot, sheet, Stage.REVIEWING)
    card = card_of(qtbot, sheet)
    assert card.outcome.kind == "ok"
    assert card.outcome.words.text().startswith("Signed. It was read again by other code")
    names = [line.words.text().partition(":")[0] for line in card.facts]
    assert names == ["Unchanged", "Signed by", "Trusted", "Sender's address", "Time"]
    assert all(line.kind == "ok" and line.words.accessibleName().startswith("good: ") for line in card.facts)
    assert "SHA-256" in card.form.text()
    assert sheet.buttons["confirm"].isEnabled()


def test_a_signature_that_is_not_good_in_every_respect_has_no_green_mark(
    qtbot: QtBot,
    open_sheet: Callable[..., SendSheet],
    services: Services,
    import_ann: Callable[..., KeyEntry],
    authority: Authority,
) -> None:
    import_ann()
    services.roots.remove(authority.root.fingerprint)
    sheet = open_sheet(letter(services, SIGN))
    reach(qtbot, sheet, Stage.REVIEWING)
    card = card_of(qtbot, sheet)
    assert card.outcome.kind == "warning"
    marks = {line.words.text().partition(":")[0]: line.kind for line in card.facts}
    assert marks["Unchanged"] == "ok"
    assert marks["Trusted"] == "error"


def test_a_must_without_a_good_signature_goes_nowhere_not_even_into_the_local_inbox(
    qtbot: QtBot,
    open_sheet: Callable[..., SendSheet],
    services: Services,
    import_ann: Callable[..., KeyEntry],
    authority: Authority,
) -> None:
    import_ann()
    services.roots.remove(authority.root.fingerprint)
    services.policies.put(IdentityPolicy(ANN, sign=Policy.MUST))
    sheet = open_sheet(letter(services))
    reach(qtbot, sheet, Stage.REVIEWING)
    assert "protect-must" in codes(sheet)
    assert not sheet.buttons["confirm"].isEnabled()
    assert "goes nowhere" in sheet.banner.sentence.words
    assert sheet.buttons["goto"].text() == "Open &keys and certificates…"
    assert sheet.buttons["goto"].isVisible()
    assert services.submissions.all() == ()


def test_octets_that_cannot_be_signed_lead_to_the_problems(
    qtbot: QtBot, open_sheet: Callable[..., SendSheet], import_ann: Callable[..., KeyEntry]
) -> None:
    import_ann()
    raw = b"From: ann@example.org\r\nTo: bob@example.org\r\nMIME-Version: 1.0\r\n"
    body = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGr\xc3\xbc\xc3\x9fe\r\n"
    sheet = open_sheet(Message(parse(raw + body), protection=SIGN))
    reach(qtbot, sheet, Stage.FAILED)
    assert sheet.buttons["goto"].text() == "&Look at the problems"
    assert "Nothing was sent." in sheet.banner.explanation.words


def test_no_key_for_a_must_is_told_and_nothing_is_sealed(
    qtbot: QtBot, open_sheet: Callable[..., SendSheet], services: Services
) -> None:
    services.policies.put(IdentityPolicy(ANN, sign=Policy.MUST))
    sheet = open_sheet(letter(services))
    reach(qtbot, sheet, Stage.FAILED)
    assert "no key can do that" in sheet.banner.sentence.words
    assert "Nothing was sent." in sheet.banner.explanation.words
    assert sheet.buttons["goto"].text() == "Open &keys and certificates…"
    assert sheet.buttons["goto"].isVisible()
    assert sheet.review is None


def test_an_openpgp_signature_is_told_in_the_same_way(
    qtbot: QtBot, open_sheet: Callable[..., SendSheet], services: Services, pgp_lab: PgpLab
) -> None:
    services.clock = StillClock(datetime.now().astimezone())
    key = pgp_lab.key("p256")
    services.keys.import_file(key.secret, Secret(PASSPHRASE))
    sheet = open_sheet(letter(services, Protection(sign=True, method=Method.OPENPGP)))
    reach(qtbot, sheet, Stage.REVIEWING)
    card = card_of(qtbot, sheet)
    assert card.outcome.kind == "ok"
    assert len(card.facts) == 5
    assert card.form.text().startswith("OpenPGP, signature beside the message, ")
    assert outcomes(card)["headers"] == "holds"
    assert outcomes(card)["footer"] == "breaks"
    # What is opaque is a form of S/MIME alone.
    assert not [button for button in card.offers if "inside" in button.text()]


# --- passphrases -----------------------------------------------------------------------------------------------


def test_a_wrong_passphrase_is_said_and_asked_again(
    qtbot: QtBot, open_sheet: Callable[..., SendSheet], services: Services, import_ann: Callable[..., KeyEntry]
) -> None:
    import_ann(keep=False)
    sheet = open_sheet(letter(services, SIGN))
    first = prompt(qtbot, sheet)
    assert "Ann Example" in first.words.text()
    assert not first.ok_button.isEnabled()
    first.line.setText("wrong")
    first.accept()
    qtbot.waitUntil(lambda: any(d.isVisible() and d is not first for d in sheet.findChildren(PassphraseDialog)))
    second = next(d for d in sheet.findChildren(PassphraseDialog) if d.isVisible())
    assert "That passphrase is wrong." in second.note.sentence
    second.line.setText("secret")
    second.accept()
    reach(qtbot, sheet, Stage.REVIEWING)
    assert card_of(qtbot, sheet).outcome.kind == "ok"


def test_no_passphrase_sends_nothing_and_can_be_tried_again(
    qtbot: QtBot, open_sheet: Callable[..., SendSheet], services: Services, import_ann: Callable[..., KeyEntry]
) -> None:
    import_ann(keep=False)
    sheet = open_sheet(letter(services, SIGN))
    prompt(qtbot, sheet).reject()
    reach(qtbot, sheet, Stage.FAILED)
    assert "its passphrase was not given" in sheet.banner.sentence.words
    assert services.submissions.all() == ()
    sheet.buttons["seal"].click()
    again = prompt(qtbot, sheet)
    again.line.setText("secret")
    again.accept()
    reach(qtbot, sheet, Stage.REVIEWING)


def test_cancelling_the_sheet_takes_its_question_with_it(
    qtbot: QtBot, open_sheet: Callable[..., SendSheet], services: Services, import_ann: Callable[..., KeyEntry]
) -> None:
    import_ann(keep=False)
    sheet = open_sheet(letter(services, SIGN))
    prompt(qtbot, sheet)
    with qtbot.waitSignal(sheet.finished):
        sheet.reject()


# --- survival --------------------------------------------------------------------------------------------------


def outcomes(card: OutcomeCard) -> dict[str, str]:
    model = card.table.rows
    return {row.change.id: str(model.data(model.index(at, 1))) for at, row in enumerate(model.rows)}


def test_what_the_signature_survives_is_a_table_and_a_safer_form_is_offered(
    qtbot: QtBot,
    open_sheet: Callable[..., SendSheet],
    services: Services,
    import_ann: Callable[..., KeyEntry],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import_ann()
    monkeypatch.setattr(DiffDialog, "ask_messages", lambda *asked: True)
    sheet = open_sheet(letter(services, SIGN))
    reach(qtbot, sheet, Stage.REVIEWING)
    card = card_of(qtbot, sheet)
    assert card.table.isHidden()
    card.more.click()
    assert card.table.isVisible()
    found = outcomes(card)
    assert found["headers"] == "holds"
    assert found["footer"] == found["links"] == "breaks"
    opaque = card.offers[-1]
    assert opaque.text() == "Sign with everything inside the signature..."
    opaque.click()
    reach(qtbot, sheet, Stage.SEALING)
    reach(qtbot, sheet, Stage.REVIEWING)
    assert sheet._composer.message.protection.opaque
    assert sheet._composer.undo_list.undo_label.startswith("change how it is signed")
    qtbot.waitUntil(lambda: outcomes(card)["footer"] == "changes nothing", timeout=20_000)
    assert card.offers == []


def test_texts_in_base64_are_shown_as_a_difference_first(
    qtbot: QtBot,
    open_sheet: Callable[..., SendSheet],
    services: Services,
    import_ann: Callable[..., KeyEntry],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import_ann()
    asked: list[str] = []
    answers = [False, True]

    def ask(parent: object, label: str, before: Message, after: Message) -> bool:
        asked.append(label)
        return answers.pop(0)

    monkeypatch.setattr(DiffDialog, "ask_messages", ask)
    sheet = open_sheet(letter(services, SIGN))
    reach(qtbot, sheet, Stage.REVIEWING)
    card = card_of(qtbot, sheet)
    card.offers[0].click()
    assert asked == ["Write the texts in base64"]
    assert sheet.stage is Stage.REVIEWING
    card.offers[0].click()
    reach(qtbot, sheet, Stage.SEALING)
    reach(qtbot, sheet, Stage.REVIEWING)
    assert b"base64" in bytes(sheet._composer.root.octets)


def test_trying_can_be_stopped(
    qtbot: QtBot, open_sheet: Callable[..., SendSheet], services: Services, import_ann: Callable[..., KeyEntry]
) -> None:
    import_ann()
    sheet = open_sheet(letter(services, SIGN))
    reach(qtbot, sheet, Stage.REVIEWING)
    card = sheet.page.protection
    card.stop_wanted.emit()
    assert "you stopped it" in card.survival.words.text()
    assert sheet.buttons["confirm"].isEnabled()


# --- encrypted copies ------------------------------------------------------------------------------------------


def test_each_bcc_recipient_is_an_item_of_its_own(
    qtbot: QtBot, open_sheet: Callable[..., SendSheet], services: Services, import_ann: Callable[..., KeyEntry]
) -> None:
    import_ann()
    sheet = open_sheet(letter(services, BOTH, bcc=EVE))
    reach(qtbot, sheet, Stage.REVIEWING)
    card_of(qtbot, sheet)
    assert [row.recipients for row in sheet.batch.rows] == [(BOB,), (EVE,)]
    assert [row.subject for row in sheet.batch.rows] == [
        "Tea (encrypted copy 1 of 2)",
        "Tea (encrypted copy 2 of 2)",
    ]
    card = sheet.page.protection
    assert card.people.text() == f"Can be read by: {BOB}, {ANN}."
    assert EVE not in sheet.page.facts["Recipients"].words
    sheet.batch.list.setCurrentIndex(sheet.batch.model.index(1, 0))
    assert card.people.text() == f"Can be read by: {EVE}, {ANN}."
    assert BOB not in sheet.page.facts["Recipients"].words
    card_of(qtbot, sheet)
    assert card.facts[0].words.text() == "Encrypted with AES-256-CBC."
    sheet.confirm()
    reach(qtbot, sheet, Stage.ACCEPTED)
    records = services.submissions.all()
    assert [record.intent.envelope.rcpt_to for record in records] == [(BOB,), (EVE,)]
    assert all(record.intent.evidence is not None and record.intent.evidence.is_verified for record in records)
