"""The page of own keys: what comes in, what is shown of it, and what leaves."""

import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtGui import QGuiApplication

from sescomposer.core.errors import PassphraseError
from sescomposer.gui.keys.choose_dialogs import CardDialog, GnupgDialog
from sescomposer.gui.keys.export_dialog import ExportDialog
from sescomposer.gui.keys.import_dialog import ImportDialog
from sescomposer.gui.keys.keys_doing import KeysDoing
from sescomposer.gui.keys.make_dialogs import MakeDkimDialog, MakeTestDialog
from sescomposer.services.account import Secret
from sescomposer.services.protection.protection_ports import CardKey, KeyEntry, KeyKind

if TYPE_CHECKING:
    from authority import Authority
    from pgp_lab import PgpLab

    from sescomposer.core.protection.certificates.key_pair import KeyPair

    from .conftest import KeysRobot

Agree = Callable[..., list[tuple[Any, ...]]]


def dialog_of(robot: "KeysRobot") -> ImportDialog:
    dialog = robot.window.imports.dialog
    assert dialog is not None
    return dialog


def test_an_empty_page_teaches(robot: "KeysRobot") -> None:
    page = robot.window.pages["keys"]
    assert page.pages.currentIndex() == 0
    assert "test certificate" in page.empty.words.text()
    assert page.first["import"].isVisible()
    assert not page.buttons["remove"].isVisible()


def test_a_p12_asks_for_its_passphrase_until_it_is_right(robot: "KeysRobot", authority: "Authority") -> None:
    robot.take(robot.write("ann.p12", authority.p12(authority.leaf(depth=2))))
    dialog = dialog_of(robot)
    assert not dialog.ok_button.isEnabled()
    dialog.keep.passphrase.setText("wrong")
    dialog.accept()
    robot.settle()
    assert "does not open this key" in dialog.note.sentence
    assert dialog.isVisible()
    assert dialog.focusWidget() is dialog.keep.passphrase
    assert dialog.keep.passphrase.selectedText()
    dialog.keep.passphrase.setText("secret")
    dialog.accept()
    robot.settle()
    assert robot.window.imports.dialog is None
    assert robot.owners() == ["Ann Example"]
    (entry,) = robot.services.keys.all()
    assert len(entry.certificates) == 3
    assert b"secret" not in b"".join(path.read_bytes() for path in robot.services.folders.keys.rglob("*.p12"))
    robot.services.keys.lock()
    robot.services.keys.unlock(entry)  # the keyring keeps its passphrase


def test_cancelling_keeps_nothing(robot: "KeysRobot", authority: "Authority") -> None:
    robot.take(robot.write("ann.p12", authority.p12(authority.leaf())))
    dialog_of(robot).reject()
    robot.settle()
    assert robot.services.keys.all() == ()


def test_a_key_can_be_asked_for_each_time(robot: "KeysRobot", authority: "Authority") -> None:
    robot.take(robot.write("ann.p12", authority.p12(authority.leaf())))
    dialog = dialog_of(robot)
    dialog.keep.passphrase.setText("secret")
    dialog.keep.asks_always.setChecked(True)
    dialog.accept()
    robot.settle()
    (entry,) = robot.services.keys.all()
    assert entry.asks_always
    robot.press("keys", "try")
    assert robot.answer_passphrase("wrong") == ""
    assert "wrong" in robot.answer_passphrase("secret")
    robot.settle()
    assert robot.services.keys.is_open(entry)
    assert "opens" in robot.window.statusBar().currentMessage()


def test_open_keys_are_closed_together(robot: "KeysRobot", authority: "Authority") -> None:
    robot.has(authority.leaf(), authority=authority)
    (entry,) = robot.services.keys.all()
    robot.services.keys.unlock(entry)
    robot.press("keys", "lock")
    assert not robot.services.keys.is_open(entry)


def test_a_passphrase_that_is_not_given_is_told(robot: "KeysRobot", authority: "Authority") -> None:
    robot.services.keys.import_file(authority.p12(authority.leaf()), Secret("secret"), keep_passphrase=False)
    robot.look()
    robot.press("keys", "try")
    robot.answer_passphrase(None)
    robot.settle()
    assert "stays closed" in robot.window.notice.sentence


def test_a_pem_key_and_its_certificate_in_two_files_become_one(robot: "KeysRobot", authority: "Authority") -> None:
    octets = authority.pem(authority.leaf(kind="p256"))
    at = octets.index(b"-----BEGIN CERTIFICATE")
    robot.take(robot.write("ann.key", octets[:at]), robot.write("ann.pem", octets[at:]))
    dialog = dialog_of(robot)
    assert "ann.key and ann.pem" in dialog.words.text()
    assert not dialog.keep.passphrase.isVisible()
    dialog.accept()
    robot.settle()
    assert robot.owners() == ["Ann Example"]


def test_without_a_keyring_an_open_key_gets_a_passphrase(
    robot: "KeysRobot", authority: "Authority", keyring: Any
) -> None:
    keyring.is_lasting, keyring.trouble = False, "There is no keyring."
    robot.look()
    assert "There is no keyring." in robot.window.keyring.sentence
    robot.take(robot.write("ann.pem", authority.pem(authority.leaf(kind="p256"))))
    dialog = dialog_of(robot)
    assert not dialog.ok_button.isEnabled()
    dialog.keep.passphrase.setText("a long passphrase")
    dialog.keep.again.setText("a long passphrase")
    assert dialog.ok_button.isEnabled()
    dialog.accept()
    robot.settle()
    (entry,) = robot.services.keys.all()
    robot.services.keys.lock()
    with pytest.raises(PassphraseError):
        robot.services.keys.unlock(entry)
    robot.services.keys.unlock(entry, lambda entry, why: Secret("a long passphrase"))


@pytest.mark.parametrize(
    "name, octets, sentence",
    [
        ("a.cer", b"<html>log in</html>", "This is a web page"),
        ("a.p12", b"\x30\x82\x01\x00nothing", "no PKCS#12 file"),
        ("a.pem", b"", "empty"),
        ("a.p12", b"0" * (1 << 20) + b"0", "too large"),
    ],
)
def test_what_is_no_key_is_refused_with_a_sentence(robot: "KeysRobot", name: str, octets: bytes, sentence: str) -> None:
    robot.take(robot.write(name, octets))
    assert sentence in robot.window.notice.sentence


def test_a_file_that_is_gone_is_told(robot: "KeysRobot") -> None:
    robot.take(robot.folder / "gone.p12")
    assert "gone.p12 cannot be read" in robot.window.notice.sentence


def test_an_openpgp_key_comes_in(robot: "KeysRobot", pgp_lab: "PgpLab") -> None:
    key = pgp_lab.key(address="ann@example.org")
    robot.take(robot.write("ann.asc", key.secret))
    dialog = dialog_of(robot)
    dialog.keep.passphrase.setText("grüße, secret")
    dialog.accept()
    robot.settle()
    shown = robot.window.pages["keys"].selected
    assert shown is not None
    assert shown.cells[2].startswith("OpenPGP")


def test_details_say_everything(robot: "KeysRobot", authority: "Authority") -> None:
    robot.has(authority.leaf(depth=2), authority=authority)
    robot.services.roots.add(authority.root)
    robot.look()
    detail = robot.window.pages["keys"].detail
    facts = dict(detail.shown.facts) if detail.shown else {}
    assert facts["Addresses"] == "ann@example.org"
    assert facts["Issued by"] == "Test Lab CA 2"
    assert facts["Issuers above"] == "Test Lab CA 2 ← Test Lab CA 1"
    assert facts["Purposes"] == "sign mail, encrypt mail"
    assert facts["Valid"].endswith("more years")
    assert facts["Key"] == "RSA 2048"
    assert detail.shown is not None
    assert detail.shown.cells[-1] == "Fine"
    assert all(value.accessibleName() for value in detail.values if value.isVisible())


def test_the_fingerprint_is_copied(robot: "KeysRobot", authority: "Authority") -> None:
    pair = authority.leaf()
    robot.has(pair, authority=authority)
    robot.window.pages["keys"].detail.copy_button.click()
    copied = QGuiApplication.clipboard().text()
    assert copied.replace(" ", "").lower() == pair.certificate.fingerprint
    assert "clipboard" in robot.window.statusBar().currentMessage()


def test_findings_are_told_with_their_mend(robot: "KeysRobot", authority: "Authority") -> None:
    now = authority.now
    robot.services.roots.add(authority.root)
    robot.has(
        authority.leaf("soon@example.org", cn="Soon", not_after=now + timedelta(days=5)),
        authority.leaf("old@example.org", cn="Old", not_after=now - timedelta(days=5)),
        authority.leaf("crypt@example.org", cn="Crypt", ku=("key_encipherment",)),
        authority=authority,
    )
    page = robot.window.pages["keys"]
    assert [(row.sign, row.cells[-1]) for row in page.model.rows] == [
        ("warning", "Expires soon"),
        ("error", "Expired"),
        ("note", "Opens mail only"),
    ]
    page.select_row(1)
    assert page.detail.notes[0].sentence.endswith("Import its successor.")


def test_a_key_whose_root_is_unknown_says_so(robot: "KeysRobot", authority: "Authority") -> None:
    robot.has(authority.leaf(), authority=authority)
    assert robot.window.pages["keys"].model.rows[0].sign in ("warning", "error")
    assert robot.window.pages["keys"].detail.notes[0].isVisible()


def test_an_exported_key_opens_with_openssl(
    robot: "KeysRobot", authority: "Authority", monkeypatch: pytest.MonkeyPatch
) -> None:
    robot.has(authority.leaf(), authority=authority)
    path = robot.folder / "out.p12"
    monkeypatch.setattr(KeysDoing, "_ask_file", lambda self, title, name: path)
    robot.press("keys", "export_key")
    dialog = robot.window.doing.dialog
    assert isinstance(dialog, ExportDialog)
    dialog.passphrase.setText("another one, long")
    assert not dialog.ok_button.isEnabled()
    dialog.again.setText("another one, long")
    dialog.accept()
    robot.settle()
    command = ["openssl", "pkcs12", "-in", str(path), "-passin", "pass:another one, long", "-nodes"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    assert b"PRIVATE KEY" in done.stdout
    assert "out.p12 was written" in robot.window.statusBar().currentMessage()


def test_an_exported_certificate_holds_no_key(
    robot: "KeysRobot", authority: "Authority", monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = authority.leaf(depth=2)
    robot.has(pair, authority=authority)
    path = robot.folder / "out.pem"
    monkeypatch.setattr(KeysDoing, "_ask_file", lambda self, title, name: path)
    robot.press("keys", "export_certificate")
    robot.settle()
    octets = path.read_bytes()
    assert octets.count(b"BEGIN CERTIFICATE") == 3
    assert b"PRIVATE" not in octets


def test_a_test_certificate_is_marked(robot: "KeysRobot") -> None:
    robot.press("keys", "test")
    dialog = robot.window.doing.dialog
    assert isinstance(dialog, MakeTestDialog)
    dialog.address.setText("not an address")
    dialog.name.setText("Ann")
    dialog.accept()
    robot.settle()
    assert dialog.note.isVisible()
    dialog.address.setText("ann@example.org")
    dialog.accept()
    robot.settle()
    shown = robot.window.pages["keys"].selected
    assert shown is not None
    assert "TEST ONLY" in shown.title
    assert shown.cells[-1] == "For tests only"


def test_a_dkim_key_shows_its_record_to_copy(robot: "KeysRobot") -> None:
    robot.press("keys", "dkim")
    dialog = robot.window.doing.dialog
    assert isinstance(dialog, MakeDkimDialog)
    dialog.domain.setText("example.org")
    dialog.selector.setText("Mail2026")
    dialog.accept()
    robot.settle()
    record = robot.window.pages["keys"].detail.record
    assert record.isVisible()
    assert record.values["Name"].words == "mail2026._domainkey.example.org"
    assert record.values["Value"].words.startswith("v=DKIM1; k=rsa; p=")
    record._copy("Zone")
    assert "IN TXT" in QGuiApplication.clipboard().text()


class OneCard:
    """A card with one key, which opens with 1234; never a real one."""

    def __init__(self, pair: "KeyPair") -> None:
        self.pair = pair

    def modules(self) -> tuple[str, ...]:
        return ("/usr/lib/some-pkcs11.so",)

    def keys(self, module: str) -> tuple[CardKey, ...]:
        ders = tuple(each.der for each in (self.pair.certificate, *self.pair.chain))
        return (CardKey(module, "Blue card", "01", "Signing", ders),)

    def open(self, entry: KeyEntry, pin: Secret) -> "KeyPair":
        if pin.reveal() != "1234":
            raise PassphraseError("The PIN is wrong.", hint="Two tries are left.")
        return self.pair


@pytest.mark.parametrize(
    "pin, trouble", [("1234", ""), ("9999", "The PIN is wrong. Two tries are left."), (None, "PIN")]
)
def test_a_key_on_a_card_is_added_and_its_pin_tried_once(
    robot: "KeysRobot", authority: "Authority", pin: str | None, trouble: str
) -> None:
    robot.services.keys._cards = OneCard(authority.leaf())
    robot.press("keys", "card")
    dialog = robot.window.doing.dialog
    assert isinstance(dialog, CardDialog)
    robot.settle()
    assert dialog.module.currentText() == "/usr/lib/some-pkcs11.so"
    assert not dialog.ok_button.isEnabled()
    dialog.look_button.click()
    robot.settle()
    assert "Ann Example" in dialog.list.item(0).text()
    assert "Blue card: Signing" in dialog.list.item(0).text()
    dialog.accept()
    robot.answer_passphrase(pin)
    robot.settle()
    (entry,) = robot.services.keys.all()
    assert entry.kind is KeyKind.CARD
    assert trouble in robot.window.notice.sentence
    assert robot.services.keys.is_open(entry) == (pin == "1234")


def test_a_card_without_keys_is_told(robot: "KeysRobot", authority: "Authority") -> None:
    cards = OneCard(authority.leaf())
    cards.keys = lambda module: ()  # type: ignore[method-assign]
    robot.services.keys._cards = cards
    robot.press("keys", "card")
    dialog = robot.window.doing.dialog
    assert isinstance(dialog, CardDialog)
    robot.settle()
    dialog.look()
    robot.settle()
    assert "Put the card in" in dialog.note.sentence
    assert not dialog.ok_button.isEnabled()
    dialog.reject()


def test_a_key_of_gnupg_is_added(robot: "KeysRobot", pgp_lab: "PgpLab") -> None:
    key = pgp_lab.key(address="ann@example.org")
    (facts,) = robot.services.openpgp.read(key.public)

    class Gnupg:
        def secret_keys(self) -> tuple[Any, ...]:
            return (facts,)

        def public_key(self, fingerprint: str) -> bytes:
            return key.public

    robot.services.keys._gnupg = Gnupg()
    robot.press("keys", "gnupg")
    dialog = robot.window.doing.dialog
    assert isinstance(dialog, GnupgDialog)
    robot.settle()
    dialog.accept()
    robot.settle()
    (entry,) = robot.services.keys.all()
    assert entry.kind is KeyKind.GNUPG
    shown = robot.window.pages["keys"].selected
    assert shown is not None
    assert "GnuPG" in dict(shown.facts)["Kept"]


def test_closing_the_window_leaves_nobody_waiting_for_a_passphrase(robot: "KeysRobot", authority: "Authority") -> None:
    robot.services.keys.import_file(authority.p12(authority.leaf()), Secret("secret"), keep_passphrase=False)
    robot.look()
    robot.press("keys", "try")
    robot.qtbot.wait(50)
    robot.window.close()
    robot.qtbot.waitUntil(lambda: robot.window.runner.running == 0)


def test_a_locked_keyring_is_told_and_nothing_is_lost(robot: "KeysRobot", authority: "Authority", keyring: Any) -> None:
    robot.take(robot.write("ann.p12", authority.p12(authority.leaf())))
    keyring.locked = "The keyring is locked."
    dialog = dialog_of(robot)
    dialog.keep.passphrase.setText("secret")
    dialog.accept()
    robot.settle()
    assert "the keyring is locked" in dialog.note.sentence
    assert robot.services.keys.all() == ()
    keyring.locked = ""
    dialog.accept()
    robot.settle()
    assert robot.owners() == ["Ann Example"]


def test_a_key_that_was_removed_meanwhile_is_told(robot: "KeysRobot", authority: "Authority") -> None:
    robot.has(authority.leaf(), authority=authority)
    (entry,) = robot.services.keys.all()
    robot.services.keys.remove(entry.id)
    robot.press("keys", "try")
    robot.settle()
    assert "was removed" in robot.window.notice.sentence
    assert robot.owners() == []


def test_the_keyring_is_asked_on_workers_alone(robot: "KeysRobot", authority: "Authority", keyring: Any) -> None:
    robot.has(authority.leaf(), authority=authority)
    keyring.threads.clear()
    robot.services.keys.lock()
    robot.press("keys", "try")
    robot.settle()
    robot.look()
    assert keyring.threads
    assert threading.main_thread() not in keyring.threads


def test_what_cannot_be_read_is_told_and_hides_nothing_else(robot: "KeysRobot", authority: "Authority") -> None:
    robot.services.roots.add(authority.root)
    folder: Path = robot.services.folders.keys
    folder.mkdir(exist_ok=True)
    (folder / "keys.json").write_text("{damaged")
    robot.look()
    assert robot.window.trouble.sentence
    assert robot.owners("roots") == [authority.root.owner]


def test_every_button_is_named_and_told(robot: "KeysRobot") -> None:
    for page in robot.window.pages.values():
        for button in page.buttons.values():
            assert button.text()
            assert button.toolTip()


def test_values_hold_no_secret(authority: "Authority") -> None:
    from sescomposer.gui.keys.intake import Becomes, Intake

    intake = Intake("ann.pem", authority.pem(authority.leaf()), Becomes.KEY)
    assert "PRIVATE" not in repr(replace(intake, name="x"))
