"""Signing and encrypting in the window: switches, plan, menu, findings, raw source."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from authority import Authority, pem_of
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot
from still_clock import StillClock

from sescomposer.bootstrap import Services
from sescomposer.core import compose
from sescomposer.core.message import NOT_CHOSEN, Message, Method, Protection, Road
from sescomposer.core.parse import parse
from sescomposer.gui.main_window import MainWindow
from sescomposer.gui.panes.raw_pane import RawState
from sescomposer.gui.panes.source_pane import SourcePane
from sescomposer.gui.protection.planning import PLAIN
from sescomposer.services.account import Account, Secret, WayIn
from sescomposer.services.protection.protecting import Protecting
from sescomposer.services.protection.protection_ports import IdentityPolicy, KeyEntry, Policy
from sescomposer.services.secrets import MemorySecrets

ROOT = Path(__file__).resolve().parents[2]
ANN, BOB, EVE = "ann@example.org", "bob@example.org", "eve@example.org"


@pytest.fixture
def services(services: Services, authority: Authority) -> Services:
    services.secrets = MemorySecrets()
    services.clock = StillClock(authority.now)
    services.roots.add(authority.root)
    return services


@pytest.fixture
def ann(services: Services, authority: Authority) -> KeyEntry:
    """Ann's key."""
    return services.keys.import_file(authority.p12(authority.leaf(ANN, kind="p256")), Secret("secret"))


@pytest.fixture
def bob(services: Services, authority: Authority) -> None:
    """Bob's certificate."""
    pair = authority.leaf(BOB, kind="p256")
    services.people.import_file(pem_of(pair.certificate, *pair.chain), "bob.pem")


def letter(services: Services, protection: Protection = NOT_CHOSEN, **fields: Any) -> Message:
    """Ann writes to Bob."""
    made = compose(f"Ann <{ANN}>", fields.pop("to", BOB), "Tea", text="Tea at four?", ids=services.ids, **fields)
    return replace(made, protection=protection)


@pytest.fixture
def open_letter(make_window: Callable[..., MainWindow], services: Services, qtbot: QtBot) -> Callable[..., MainWindow]:
    """Open a letter of Ann's and wait for its plan."""

    def opening(protection: Protection = NOT_CHOSEN, **fields: Any) -> MainWindow:
        window = make_window(letter(services, protection, **fields))
        qtbot.waitUntil(lambda: window.composer.planned is not None)
        return window

    return opening


def must(services: Services, **policies: Any) -> None:
    services.policies.put(IdentityPolicy(ANN, **({"sign": Policy.MUST} | policies)))


def switch(window: MainWindow, name: str) -> QAction:
    return window.action[name]


def settle(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until what is shown is of the message as it is now."""
    protection = window.composer.message.protection
    qtbot.waitUntil(lambda: window.composer.planned is not None and window.composer.planned.protection == protection)


def codes(window: MainWindow) -> set[str]:
    return {finding.code for finding in window.composer.findings}


def words(window: MainWindow) -> str:
    return window.status.protection.text()


def filled(window: MainWindow) -> QMenu:
    window.protection.menu.aboutToShow.emit()
    return window.protection.menu


def entry(menu: QMenu, start: str) -> QAction:
    found = [action for action in menu.actions() if action.text().replace("&", "").startswith(start)]
    return found[0]


# --- the switches ----------------------------------------------------------------------------------------------


def test_a_message_that_nobody_protects_is_planned_without_what_signs(open_letter: Callable[..., MainWindow]) -> None:
    window = open_letter()
    assert window.composer.planned is PLAIN
    assert "protecting" not in window.services.__dict__
    assert words(window) == "not signed"
    assert not switch(window, "sign").isChecked()
    assert switch(window, "sign").isEnabled()


def test_signing_is_an_edit_that_can_be_undone(
    open_letter: Callable[..., MainWindow], ann: KeyEntry, qtbot: QtBot
) -> None:
    window = open_letter()
    switch(window, "sign").trigger()
    assert window.composer.message.protection.sign is True
    assert window.composer.undo_list.undo_label == "sign the message"
    settle(qtbot, window)
    assert words(window) == "to be signed"
    assert "Ann Example" in window.status.protection.toolTip()
    window.trigger("undo")
    assert window.composer.message.protection == NOT_CHOSEN
    assert not switch(window, "sign").isChecked()
    settle(qtbot, window)
    assert words(window) == "not signed"


def test_a_switch_turned_before_the_policy_is_known_waits_for_it(
    make_window: Callable[..., MainWindow], services: Services, ann: KeyEntry, qtbot: QtBot
) -> None:
    services.policies.put(IdentityPolicy(ANN, method="openpgp"))
    window = make_window(letter(services))
    window.composer.planned = None
    switch(window, "sign").trigger()
    assert window.composer.message.protection == NOT_CHOSEN
    assert switch(window, "sign").isChecked()
    qtbot.waitUntil(lambda: window.composer.message.protection.sign is True)
    assert window.composer.message.protection.method is Method.OPENPGP


def test_a_must_is_on_and_cannot_be_taken_off(
    open_letter: Callable[..., MainWindow], services: Services, ann: KeyEntry, qtbot: QtBot
) -> None:
    must(services)
    window = open_letter()
    assert switch(window, "sign").isChecked()
    assert words(window) == "must be signed"
    switch(window, "sign").trigger()
    assert switch(window, "sign").isChecked()
    assert window.composer.message.protection == NOT_CHOSEN
    assert any("must be signed: its policy says so" in sentence for sentence in window.info.sentences)
    # A policy that is lifted elsewhere is seen when the user comes back.
    must(services, sign=Policy.OFFER)
    application = QGuiApplication.instance()
    assert isinstance(application, QGuiApplication)
    application.focusWindowChanged.emit(window.windowHandle())
    qtbot.waitUntil(lambda: not switch(window, "sign").isChecked())
    assert not any("policy says so" in sentence for sentence in window.info.sentences)


def test_always_can_be_taken_back_for_one_message(
    open_letter: Callable[..., MainWindow], services: Services, ann: KeyEntry, qtbot: QtBot
) -> None:
    must(services, sign=Policy.ALWAYS)
    window = open_letter()
    assert words(window) == "to be signed"
    switch(window, "sign").trigger()
    assert window.composer.message.protection.sign is False
    settle(qtbot, window)
    assert words(window) == "not signed"
    assert not switch(window, "sign").isChecked()


def test_never_is_not_offered_and_says_why(open_letter: Callable[..., MainWindow], services: Services) -> None:
    must(services, sign=Policy.NEVER)
    window = open_letter()
    assert not switch(window, "sign").isEnabled()
    assert "never signed: its policy says so" in switch(window, "sign").toolTip()
    assert switch(window, "encrypt").isEnabled()


def test_the_policy_follows_the_from_mailbox(
    open_letter: Callable[..., MainWindow], services: Services, ann: KeyEntry, qtbot: QtBot
) -> None:
    must(services)
    window = open_letter()
    assert words(window) == "must be signed"
    other = parse(bytes(window.composer.root.octets).replace(ANN.encode(), EVE.encode()))
    window.composer.edit_root(lambda root: other, "edit From")
    qtbot.waitUntil(lambda: words(window) == "not signed")


def test_what_came_signed_is_not_signed_again_by_a_policy(
    make_window: Callable[..., MainWindow], services: Services, ann: KeyEntry, qtbot: QtBot
) -> None:
    must(services)
    sealed = services.sending.review(letter(services), services.local_transport(Road.SES_V2)).sealed[0]
    window = make_window(Message(sealed.root))
    qtbot.waitUntil(lambda: window.composer.planned is not None)
    assert words(window) == "signed already"
    assert "goes out as it is" in window.status.protection.toolTip()
    assert not switch(window, "sign").isChecked()


def test_policies_that_cannot_be_read_are_told(
    open_letter: Callable[..., MainWindow], services: Services, qtbot: QtBot
) -> None:
    services.folders.policies.parent.mkdir(parents=True, exist_ok=True)
    services.folders.policies.write_text("no policies")
    window = open_letter()
    assert words(window) == "cannot be signed"
    assert window.status.protection.level == "error"
    unread = next(finding for finding in window.composer.findings if finding.code == "protect-unread")
    with qtbot.waitSignal(window.action["keys"].triggered):
        window.problems.go_to(unread)


# --- what stands against it ------------------------------------------------------------------------------------


def test_no_key_and_no_certificate_are_problems_of_the_message(
    open_letter: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_letter(Protection(sign=True, encrypt=True))
    assert window.status.protection.level == "error"
    assert {"protect-no-certificate"} <= codes(window)
    assert BOB in window.status.protection.toolTip()


def test_what_protection_finds_goes_with_the_switch(
    open_letter: Callable[..., MainWindow], ann: KeyEntry, qtbot: QtBot
) -> None:
    window = open_letter(html="<p>Hi</p>")
    window.composer.apply(lambda message: replace(message, account="work"), "send through work")
    assert not any(code.startswith("protect-") for code in codes(window))
    switch(window, "sign").trigger()
    qtbot.waitUntil(lambda: "protect-tracking" in codes(window))
    switch(window, "sign").trigger()
    qtbot.waitUntil(lambda: not any(code.startswith("protect-") for code in codes(window)))


# --- the menu --------------------------------------------------------------------------------------------------


def test_the_menu_says_why_and_changes_how(open_letter: Callable[..., MainWindow], ann: KeyEntry, qtbot: QtBot) -> None:
    window = open_letter(Protection(sign=True))
    menu = filled(window)
    assert menu.actions()[0].text().startswith("Signs: Ann Example <ann@example.org>")
    assert entry(menu, "Signature beside").isChecked()
    entry(menu, "Message inside").trigger()
    assert window.composer.message.protection == Protection(sign=True, opaque=True)
    settle(qtbot, window)
    menu = filled(window)
    assert entry(menu, "Message inside").isChecked()
    entry(menu, "OpenPGP").trigger()
    assert window.composer.message.protection.method is Method.OPENPGP
    settle(qtbot, window)
    assert words(window) == "to be signed, OpenPGP"
    assert window.status.protection.level == "error"
    entry(filled(window), "Tell my key").trigger()
    assert window.composer.message.protection.autocrypt


@pytest.mark.qt_log_ignore("propagateSizeHints", r"does not support raise\(\)", "grabbing the keyboard")
def test_the_menu_opens_by_an_action(open_letter: Callable[..., MainWindow]) -> None:
    window = open_letter()
    window.trigger("protection")
    assert window.protection.menu.isVisible()
    assert window.protection.menu.actions()[0].text().startswith("The message will be neither signed nor encrypted.")
    window.protection.menu.close()


def test_a_key_can_be_pinned(open_letter: Callable[..., MainWindow], ann: KeyEntry, qtbot: QtBot) -> None:
    window = open_letter(Protection(sign=True))
    keys = entry(filled(window), "Sign with").menu()
    assert isinstance(keys, QMenu)
    entry(keys, "Ann Example").trigger()
    assert window.composer.message.protection.key == ann.id


def test_header_fields_inside_are_a_choice_of_three(open_letter: Callable[..., MainWindow], ann: KeyEntry) -> None:
    window = open_letter(Protection(sign=True))
    inside = entry(filled(window), "Header fields inside").menu()
    assert isinstance(inside, QMenu)
    assert entry(inside, "Where it is encrypted").isChecked()
    entry(inside, "Always").trigger()
    assert window.composer.message.protection.header_protection is True


def test_signing_by_ses_is_offered_where_it_is_known(open_letter: Callable[..., MainWindow], ann: KeyEntry) -> None:
    window = open_letter(Protection(sign=True))
    by_ses = entry(filled(window), "S/MIME by SES")
    assert not by_ses.isEnabled()
    assert "not known of this account" in by_ses.text()
    planned = window.composer.planned
    assert planned is not None
    assert planned.plan is not None
    known = replace(planned.plan, set_signs=True, configuration_set="signed")
    window.composer.planned = replace(planned, plan=known)
    by_ses = entry(filled(window), "S/MIME by SES")
    assert by_ses.isEnabled()
    assert by_ses.text().endswith("(signed: signs, no certificate there)")
    by_ses.trigger()
    assert window.composer.message.protection == Protection(sign=True, method=Method.SES)


def test_the_service_is_asked_on_a_worker_and_what_fails_is_told(
    open_letter: Callable[..., MainWindow], ann: KeyEntry, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, threads = ["The service does not answer.", ""], []

    def learn(self: Protecting, plan: object, account: str, region: str) -> str:
        threads.append(threading.current_thread())
        return answers.pop(0)

    monkeypatch.setattr(Protecting, "learn", learn)
    window = open_letter(Protection(sign=True))
    assert not [action for action in filled(window).actions() if "Ask SES" in action.text().replace("&", "")]
    window.account_choice.account = Account("work", WayIn.KEYS, "eu-west-1")
    entry(filled(window), "Ask SES").trigger()
    qtbot.waitUntil(lambda: any("does not answer" in each for each in window.info.sentences))
    entry(filled(window), "Ask SES").trigger()
    qtbot.waitUntil(lambda: not any("does not answer" in each for each in window.info.sentences))
    assert threading.main_thread() not in threads


# --- the raw source --------------------------------------------------------------------------------------------


def source(window: MainWindow) -> SourcePane:
    pane = window.views.findChild(SourcePane)
    assert isinstance(pane, SourcePane)
    return pane


def shown(pane: SourcePane) -> bytes:
    return bytes(pane.raw.view.octets)


def test_as_sealed_shows_the_signature_that_will_be_made(
    open_letter: Callable[..., MainWindow], ann: KeyEntry, qtbot: QtBot
) -> None:
    window = open_letter(Protection(sign=True))
    pane = source(window)
    pane.show_state(RawState.SEALED)
    root = parse(shown(pane))
    assert [part.media_type for part in root.walk()] == [
        "multipart/signed",
        "text/plain",
        "application/pkcs7-signature",
    ]
    assert "signature, marked above, is made when the message is sealed" in pane.note.text()
    before = shown(pane)
    pane.show_state(RawState.SEALED)
    assert shown(pane) == before
    switch(window, "encrypt").trigger()
    settle(qtbot, window)
    qtbot.waitUntil(lambda: b"smime-type=enveloped-data" in shown(pane))
    assert parse(shown(pane)).subject == "[...]"
    pane.show_state(RawState.DRAFT)
    assert parse(shown(pane)).media_type == "text/plain"


def test_a_place_in_the_draft_is_found_as_sealed_and_back(
    open_letter: Callable[..., MainWindow], ann: KeyEntry, qtbot: QtBot
) -> None:
    window = open_letter(Protection(sign=True))
    pane = source(window)
    draft = bytes(window.composer.root.octets)
    for wanted in (b"Subject: Tea", b"Tea at four?"):
        pane.show_state(RawState.DRAFT)
        pane.raw.view.move_caret(draft.index(wanted))
        pane.show_state(RawState.SEALED)
        start, stop = pane.raw.view.selection
        assert shown(pane)[start:stop].startswith(wanted)
        pane.raw.view.move_caret(shown(pane).index(wanted) + 1)
        selection = window.composer.selection
        assert draft[selection.start : selection.stop].startswith(wanted)


# --- save as sent ----------------------------------------------------------------------------------------------


def test_save_as_sent_signs_what_is_to_be_signed(
    open_letter: Callable[..., MainWindow], services: Services, ann: KeyEntry, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_letter(Protection(sign=True))
    window.files.save_sent(tmp_path / "tea.eml")
    qtbot.waitUntil(lambda: window.runner.running == 0 and (tmp_path / "tea.eml").exists(), timeout=20_000)
    reading = services.protecting.read(parse((tmp_path / "tea.eml").read_bytes()))
    assert reading.is_good


def test_save_as_sent_writes_nothing_that_a_must_forbids(
    open_letter: Callable[..., MainWindow],
    services: Services,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    must(services)
    told: list[str] = []
    monkeypatch.setattr(MainWindow, "show_error", lambda self, error: told.append(error.sentence))
    window = open_letter()
    window.files.save_sent(tmp_path / "tea.eml")
    qtbot.waitUntil(lambda: window.runner.running == 0)
    assert not (tmp_path / "tea.eml").exists()
    assert told
    assert "no key can do that" in told[0]


def test_save_as_sent_of_encrypted_mail_says_that_each_bcc_copy_is_another(
    open_letter: Callable[..., MainWindow], ann: KeyEntry, bob: None, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_letter(Protection(encrypt=True), bcc=ANN)
    window.files.save_sent(tmp_path / "tea.eml")
    qtbot.waitUntil(lambda: any("copy for bob@example.org" in each for each in window.info.sentences), timeout=20_000)
    assert b"smime-type=enveloped-data" in (tmp_path / "tea.eml").read_bytes()


# --- the start -------------------------------------------------------------------------------------------------

_CHECKED = """
import json, os, sys
from PySide6.QtWidgets import QApplication
from sescomposer.bootstrap import make_services
from sescomposer.gui.main_window import MainWindow
from sescomposer.services.sample import sample_message

app = QApplication(sys.argv)
services = make_services()
window = MainWindow(services, sample_message(services.ids))

def ended(findings):
    print(json.dumps([name for name in sys.modules if "protect" in name or "cryptography" in name]), flush=True)
    os._exit(0)

window.composer.findings_changed.connect(ended)
window.show()
app.exec()
"""


def test_an_unprotected_message_costs_a_start_next_to_nothing(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CHECKED], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    ours = {name.removeprefix("sescomposer.") for name in json.loads(done.stdout.splitlines()[-1])}
    heavy = {name for name in ours if name.startswith(("cryptography", "services.", "core.checks.protection"))}
    assert not heavy - {"services.protection_ports"}, heavy
    assert not {name for name in ours if name.startswith("core.protection.")} - {
        "core.protection.protector",
        "core.protection.preflight",
    }
