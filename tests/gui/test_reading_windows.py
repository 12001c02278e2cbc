"""Signed and encrypted mail in whole windows: lifting a signature, OpenPGP, the local inbox, the preview."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from protected_mail import ENCRYPTED, ProtectedMail
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services
from sescomposer.core.envelope import envelope_of
from sescomposer.core.errors import EditError
from sescomposer.core.message import Message, Road
from sescomposer.core.parse import parse
from sescomposer.core.structure import splice
from sescomposer.gui.composer import Composer, Selection
from sescomposer.gui.history import history_detail
from sescomposer.gui.history.history_detail import HistoryDetail
from sescomposer.gui.history.history_window import HistoryWindow
from sescomposer.gui.inbox_window import InboxWindow
from sescomposer.gui.layers.reader import MessageReader, ReadingState
from sescomposer.gui.layers.words import verdict
from sescomposer.gui.main_window import MainWindow
from sescomposer.gui.panes.inbox_detail import DELIVERED, SIGNATURE, SUBMITTED, InboxDetail
from sescomposer.gui.panes.message_inspector import MessageInspector
from sescomposer.gui.panes.message_preview import MessagePreview
from sescomposer.gui.panes.tree_and_source import TreeAndSource
from sescomposer.gui.reading.fact_rows import FactRows, Headline, WrappingLabel
from sescomposer.gui.reading.lifting import is_refused_by_signature
from sescomposer.gui.reading.signature_panel import SignaturePanel
from sescomposer.gui.reading.signature_view import SignaturePane
from sescomposer.services.account import Secret
from sescomposer.services.history_ports import HistoryQuery

if TYPE_CHECKING:
    from authority import Authority
    from pgp_lab import GpgHome, PgpLab

Make = Callable[..., MainWindow]


@pytest.fixture
def mail(authority: "Authority", services: Services) -> ProtectedMail:
    """Messages whose root is trusted, and the key of Ben, who gets them."""
    made = ProtectedMail(authority)
    services.roots.add(authority.root)
    services.keys.import_file(authority.p12(made.ben), Secret("secret"))
    return made


def wait_read(qtbot: QtBot, reader: MessageReader) -> None:
    qtbot.waitUntil(lambda: reader.state is ReadingState.READ)


def kind(reader: MessageReader) -> str:
    assert reader.opened is not None
    return verdict(reader.opened).kind


def opened_window(make_window: Make, octets: bytes, qtbot: QtBot) -> MainWindow:
    window = make_window(Message(parse(octets)))
    wait_read(qtbot, window.composer.reader)
    return window


# --- lifting ---------------------------------------------------------------------------------------------------------


def is_lifted(composer: Composer) -> bool:
    return composer.root.media_type == "multipart/mixed" and b"pkcs7" not in bytes(composer.octets())


def test_an_edit_below_a_signature_is_refused_and_changes_nothing(
    make_window: Make, mail: ProtectedMail, qtbot: QtBot
) -> None:
    octets = mail.ours()
    window = opened_window(make_window, octets, qtbot)
    composer, text = window.composer, window.composer.root.children[0].children[0]
    refused: list[EditError] = []
    composer.refused.connect(refused.append)
    assert not composer.edit_root(lambda root: splice(root, text.key, 0, 0, "x", composer.ids), "edit text")
    assert bytes(composer.octets()) == octets
    (error,) = refused
    assert "below a signature" in error.sentence
    assert is_refused_by_signature(error)
    box = window.findChild(QMessageBox)
    assert box is not None
    button = next(button for button in box.buttons() if "Lift" in button.text())
    button.click()
    assert is_lifted(composer)
    composer.undo()
    assert bytes(composer.octets()) == octets


def test_the_text_says_why_and_lifts(make_window: Make, mail: ProtectedMail, qtbot: QtBot) -> None:
    window = opened_window(make_window, mail.ours(), qtbot)
    pane = window.editors.text
    assert pane.editor.isReadOnly()
    assert "below a signature" in pane.notice.sentence
    pane.lift_button.click()
    composer = window.composer
    assert is_lifted(composer)
    assert not pane.editor.isReadOnly()
    assert not pane.lift_button.isVisibleTo(pane)
    assert composer.root.subject == "Top secret"
    qtbot.waitUntil(lambda: composer.reader.state is ReadingState.NOTHING)


def test_the_menus_lift(make_window: Make, mail: ProtectedMail, qtbot: QtBot) -> None:
    window = opened_window(make_window, mail.with_footer(), qtbot)
    composer = window.composer
    window.trigger("lift_signature")
    assert composer.root.children[0].media_type == "multipart/mixed"
    assert composer.undo_list.undo_label == "lift signature"
    composer.undo()
    view = window.views.show_view("source")
    assert isinstance(view, TreeAndSource)
    signed = composer.root.children[0]
    composer.select(Selection(signed.key))
    action = view.tree.actions_of_part.by_name["lift"]
    assert action.isEnabled()
    action.trigger()
    assert composer.root.children[0].media_type == "multipart/mixed"
    window.trigger("lift_signature")
    assert "no signature" in window.statusBar().currentMessage()


def test_the_actions_of_encrypted_mail(
    make_window: Make, mail: ProtectedMail, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened_window(make_window, mail.ours(ENCRYPTED), qtbot)
    window.trigger("view_signature")
    assert window.views.shown_views() == ("signature",)
    window.trigger("decrypt")
    assert "asks for its passphrase" in window.statusBar().currentMessage()
    path = tmp_path / "open.eml"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: (str(path), ""))
    window.trigger("save_decrypted")
    qtbot.waitUntil(path.exists)
    qtbot.waitUntil(lambda: window.runner.running == 0)
    assert b"multipart/signed" in path.read_bytes()
    view = window.views.show_view("source")
    assert isinstance(view, TreeAndSource)
    view.strip.details_button.click()
    assert window.views.shown_views() == ("signature",)


def test_empty_editors_say_where_to_look(make_window: Make, mail: ProtectedMail, qtbot: QtBot) -> None:
    window = opened_window(make_window, mail.ours(ENCRYPTED), qtbot)
    editor = window.editors.text.editor
    assert "the tree and the preview show it" in editor.placeholderText()
    window.composer.open_message(Message(parse(b"Subject: x\r\n\r\n")))
    assert "the tree" not in editor.placeholderText()


def test_the_preview_shows_what_was_decrypted(make_window: Make, mail: ProtectedMail, qtbot: QtBot) -> None:
    window = opened_window(make_window, mail.ours(ENCRYPTED), qtbot)
    view = window.views.show_view("preview")
    assert isinstance(view, MessagePreview)
    readable = window.composer.reader.readable
    assert readable is not None
    assert readable.subject == "Top secret"
    assert view._shown is readable
    window.composer.open_message(Message(parse(mail.for_somebody_else())))
    assert view._shown is window.composer.root


# --- OpenPGP ---------------------------------------------------------------------------------------------------------


def pgp_message(kind: str, protocol: str, first: bytes, second: bytes) -> bytes:
    date = format_datetime(datetime.now(UTC))
    return (
        f"From: Ann <ann@example.org>\r\nTo: ben@example.org\r\nSubject: Hi\r\nDate: {date}\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/{kind}; protocol="application/{protocol}"; micalg=pgp-sha512; boundary=s\r\n\r\n'
    ).encode() + b"--s\r\n" + first + b"\r\n--s\r\n" + second + b"\r\n--s--\r\n"  # fmt: skip


def test_what_gpg_signs_and_encrypts_is_opened(
    make_window: Make, services: Services, pgp_lab: "PgpLab", gpg_home: "GpgHome", qtbot: QtBot
) -> None:
    ann = pgp_lab.key()
    gpg_home.take(ann.open_secret)
    services.keys.import_file(ann.open_secret)
    inside = b"Content-Type: text/plain; charset=us-ascii\r\n\r\nHello from gpg.\r\n"
    words = ("--armor", "--sign", "--digest-algo", "sha512", "--encrypt", "-r", ann.entry.fingerprint)
    done = gpg_home.run(*words, given=inside)
    assert done.returncode == 0, done.stderr.decode()
    armor = done.stdout.replace(b"\n", b"\r\n")
    octets = pgp_message(
        "encrypted",
        "pgp-encrypted",
        b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n",
        b"Content-Type: application/octet-stream\r\n\r\n" + armor,
    )
    window = opened_window(make_window, octets, qtbot)
    reader = window.composer.reader
    assert reader.opened is not None
    assert reader.opened.reading.is_good, (reader.opened.reading.layers, reader.opened.reading.signatures)
    assert kind(reader) == "note", "its header is not signed"
    view = window.views.show_view("source")
    assert isinstance(view, TreeAndSource)
    model = view.tree.model
    root = model.index(0, 0)
    below = model.index(model.rowCount(root) - 1, 0, root)
    assert below.data() == "decrypted  text/plain"
    view.tree.view.setCurrentIndex(below)
    assert bytes(view.source.raw.view.octets) == inside


def test_a_signature_of_a_key_that_nobody_knows_is_not_checked(
    make_window: Make, pgp_lab: "PgpLab", gpg_home: "GpgHome", qtbot: QtBot
) -> None:
    ann = pgp_lab.key()
    gpg_home.take(ann.open_secret)
    part = b"Content-Type: text/plain; charset=us-ascii\r\n\r\nHello from gpg.\r\n"
    done = gpg_home.run("--armor", "--detach-sign", "--digest-algo", "sha512", given=part)
    assert done.returncode == 0, done.stderr.decode()
    signature = b"Content-Type: application/pgp-signature\r\n\r\n" + done.stdout.replace(b"\n", b"\r\n")
    window = opened_window(make_window, pgp_message("signed", "pgp-signature", part, signature), qtbot)
    assert kind(window.composer.reader) == "warning"
    view = window.views.show_view("source")
    assert isinstance(view, TreeAndSource)
    assert "signature not checked" in view.tree.model.index(0, 0).siblingAtColumn(1).data()


def test_a_form_that_is_not_known_is_never_verified(make_window: Make, qtbot: QtBot) -> None:
    octets = pgp_message("signed", "something-new", b"\r\nHi\r\n", b"Content-Type: application/something-new\r\n\r\nx")
    window = opened_window(make_window, octets, qtbot)
    reader = window.composer.reader
    assert kind(reader) == "warning"
    assert reader.opened is not None
    assert not reader.rows.marks
    assert "not known here" in verdict(reader.opened).sentence
    assert SignaturePanel(reader.opened, window).headline.kind == "warning"


def test_fingerprints_wrap_in_a_narrow_pane_and_are_copied_as_they_are(qtbot: QtBot) -> None:
    fingerprint = "dee89aad9820e050af4432f7f29024ffc85c3194"
    widths = []
    for word in ("short", fingerprint, f"{'very-long-name' * 5}@{'subdomain.' * 5}example.org"):
        rows, headline = FactRows(), Headline("warning", f"The key ({word}) is not known.")
        for made in (rows, headline):
            qtbot.addWidget(made)
        rows.add("warning", "warning", "Signed by", "Not known", f"The key {word} is not known.")
        widths.append((rows.minimumSizeHint().width(), headline.minimumSizeHint().width()))
    assert max(row for row, _ in widths) <= 1.5 * widths[0][0]
    assert max(line for _, line in widths) <= 2 * widths[0][1]
    label = rows.findChild(WrappingLabel)
    assert label is not None
    label.say(fingerprint)
    assert label.accessibleName() == fingerprint
    label.setSelection(0, len(label.text()))
    QTest.keyClick(label, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == fingerprint


# --- the local inbox -------------------------------------------------------------------------------------------------


def deliver(services: Services, octets: bytes) -> str:
    """Put octets into the local inbox as they are; gives the entry's id."""
    message, transport = Message(parse(octets)), services.local_transport(Road.SES_V2)
    review = services.sending.review_as_is(message.root.octets, envelope_of(message), transport)
    (record,) = services.sending.submit(review, transport)
    assert record.outcome is not None
    return record.outcome.reference


@pytest.fixture
def show(qtbot: QtBot, services: Services) -> Iterator[Callable[[str], InboxDetail]]:
    """Show an entry of the local inbox."""

    def show(entry: str) -> InboxDetail:
        window = InboxWindow.show_for(services, None, entry)
        detail = window.detail
        qtbot.waitUntil(lambda: detail.loaded is not None and detail.loaded.entry.entry == entry)
        return detail

    yield show
    left = InboxWindow.shown()
    if left is not None:
        qtbot.waitUntil(lambda: left.runner.running == 0)
        left.close()


def row_named(inspector: MessageInspector, words: str) -> QModelIndex:
    model = inspector.model
    assert model is not None
    flags = Qt.MatchFlag.MatchRecursive | Qt.MatchFlag.MatchContains
    return model.match(model.index(0, 0), Qt.ItemDataRole.DisplayRole, words, 1, flags)[0]


def test_the_inbox_opens_every_layer(
    show: Callable[[str], InboxDetail], services: Services, mail: ProtectedMail, qtbot: QtBot
) -> None:
    detail = show(deliver(services, mail.ours(ENCRYPTED)))
    wait_read(qtbot, detail.of_submitted)
    assert kind(detail.of_submitted) == "ok"
    assert detail.of_delivered.state is ReadingState.NOTHING, "it is read once it is looked at"
    inspector = detail.submitted
    inspector.tree.setCurrentIndex(row_named(inspector, "octet-stream"))
    raw = inspector.raw.view
    assert "Decrypted content" in inspector.space_bar.sentence
    assert bytes(raw.octets)[raw.caret :].startswith(b"Content-Type: application/octet-stream")
    raw.move_caret(raw.octets.find(b"Hello."))
    assert inspector.tree.currentIndex().data().endswith("text/plain")
    inspector.space_bar.back_button.click()
    assert detail.loaded is not None
    assert raw.octets is detail.loaded.submitted.octets


def assert_facts_and_saving(
    signature: SignaturePane, path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A window that changes nothing shows the facts, and saves what was decrypted."""
    panel = signature.area.widget()
    assert isinstance(panel, SignaturePanel)
    assert panel.facts[0].rows[0][:2] == ("Unchanged", "Good")
    assert not signature.lift_button.isVisibleTo(signature)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: (str(path), ""))
    signature.save_button.click()
    qtbot.waitUntil(path.exists)


def test_the_inbox_shows_facts_of_what_was_submitted(
    show: Callable[[str], InboxDetail], services: Services, mail: ProtectedMail, qtbot: QtBot, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    detail = show(deliver(services, mail.ours(ENCRYPTED)))
    wait_read(qtbot, detail.of_submitted)
    detail.submitted.strip.details_button.click()
    assert detail.tabs.currentIndex() == SIGNATURE
    assert detail.signature.reader is detail.of_submitted
    assert detail.signature.buttons[0].isChecked()
    assert detail.of_delivered.root is None, "what is delivered is not looked at"
    assert detail.loaded is not None
    assert detail.shown_octets == ("submitted", detail.loaded.submitted.octets)
    assert_facts_and_saving(detail.signature.pane, tmp_path / "open.eml", qtbot, monkeypatch)
    panel = detail.signature.pane.area.widget()
    assert isinstance(panel, SignaturePanel)
    assert detail.of_submitted.opened is not None
    (space,) = detail.of_submitted.opened.spaces
    panel.part_wanted.emit(space.inside.key)
    assert detail.tabs.currentIndex() == SUBMITTED
    assert detail.submitted.raw.view.octets is space.inside.octets
    detail.tabs.setCurrentIndex(SIGNATURE)
    window = InboxWindow.shown()
    assert window is not None
    assert "submitted" in window.save_button.text()
    detail.signature.buttons[1].click()
    assert "delivered" in window.save_button.text()
    wait_read(qtbot, detail.of_delivered)
    assert detail.shown_octets == ("delivered", detail.loaded.delivered.octets)


def test_the_inbox_shows_facts_of_what_is_delivered(
    show: Callable[[str], InboxDetail], services: Services, mail: ProtectedMail, qtbot: QtBot, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    detail = show(deliver(services, mail.ours(ENCRYPTED)))
    detail.tabs.setCurrentIndex(DELIVERED)
    wait_read(qtbot, detail.of_delivered)
    detail.delivered.strip.details_button.click()
    assert detail.tabs.currentIndex() == SIGNATURE
    assert detail.signature.reader is detail.of_delivered
    panel = detail.signature.pane.area.widget()
    assert isinstance(panel, SignaturePanel)
    assert_facts_and_saving(detail.signature.pane, tmp_path / "open.eml", qtbot, monkeypatch)
    assert detail.of_delivered.opened is not None
    (space,) = detail.of_delivered.opened.spaces
    panel.part_wanted.emit(space.inside.key)
    assert detail.tabs.currentIndex() == DELIVERED
    assert detail.delivered.raw.view.octets is space.inside.octets


def test_another_entry_is_read_in_place_of_the_one_before(
    show: Callable[[str], InboxDetail], services: Services, mail: ProtectedMail, qtbot: QtBot
) -> None:
    first, second = deliver(services, mail.ours(ENCRYPTED)), deliver(services, mail.tampered())
    detail = show(first)
    wait_read(qtbot, detail.of_submitted)
    detail.submitted.tree.setCurrentIndex(row_named(detail.submitted, "decrypted"))
    detail = show(second)
    qtbot.waitUntil(lambda: detail.submitted.strip.sentence.startswith("The signature does not hold."))
    assert not detail.submitted.space_bar.sentence
    assert detail.loaded is not None
    assert detail.submitted.raw.view.octets is detail.loaded.submitted.octets


# --- what was sent and tried -----------------------------------------------------------------------------------------


@pytest.fixture
def history(qtbot: QtBot, services: Services) -> Iterator[Callable[[], HistoryDetail]]:
    """Show the submission that came last."""

    def show() -> HistoryDetail:
        detail = HistoryWindow.show_for(services).detail
        (newest,) = services.history.find(HistoryQuery(limit=1))
        newest_id = newest.record.intent.submission
        qtbot.waitUntil(lambda: detail.loaded is not None and detail.loaded.submission == newest_id)
        return detail

    yield show
    left = HistoryWindow.shown()
    if left is not None:
        qtbot.waitUntil(lambda: left.runner.running == 0)
        left.close()


def test_the_history_opens_every_layer_once_it_is_looked_at(
    history: Callable[[], HistoryDetail], services: Services, mail: ProtectedMail, qtbot: QtBot, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    deliver(services, mail.ours(ENCRYPTED))
    detail = history()
    assert detail.reader.root is None, "nothing is opened for its details"
    detail.tabs.setCurrentIndex(history_detail.MESSAGE)
    wait_read(qtbot, detail.reader)
    assert row_named(detail.inspector, "decrypted").isValid()
    detail.inspector.strip.details_button.click()
    assert detail.tabs.currentIndex() == history_detail.SIGNATURE
    panel = detail.signature.area.widget()
    assert isinstance(panel, SignaturePanel)
    assert_facts_and_saving(detail.signature, tmp_path / "open.eml", qtbot, monkeypatch)
    assert detail.reader.opened is not None
    (space,) = detail.reader.opened.spaces
    panel.part_wanted.emit(space.inside.key)
    assert detail.tabs.currentIndex() == history_detail.MESSAGE
    assert detail.inspector.raw.view.octets is space.inside.octets


def test_the_history_tells_of_every_submission_its_own_signature(
    history: Callable[[], HistoryDetail], services: Services, mail: ProtectedMail, qtbot: QtBot
) -> None:
    deliver(services, mail.ours())
    detail = history()
    detail.tabs.setCurrentIndex(history_detail.SIGNATURE)
    wait_read(qtbot, detail.reader)
    assert kind(detail.reader) == "note", "its header is not signed"
    deliver(services, mail.tampered())
    window = HistoryWindow.shown()
    assert window is not None
    window.look()
    qtbot.waitUntil(lambda: len(window.model.rows) == 2)
    window.list.setCurrentIndex(window.model.index(0, 0))
    qtbot.waitUntil(lambda: detail.inspector.strip.sentence.startswith("The signature does not hold."))
    assert kind(detail.reader) == "error"


def test_a_submission_without_octets_has_no_signature_to_show(
    history: Callable[[], HistoryDetail], services: Services, mail: ProtectedMail, qtbot: QtBot
) -> None:
    deliver(services, mail.ours())
    detail = history()
    loaded = detail.loaded
    assert loaded is not None
    detail.tabs.setCurrentIndex(history_detail.SIGNATURE)
    detail.show_loaded(replace(loaded, root=None, trouble="The octets are gone."))
    assert not detail.tabs.isTabEnabled(history_detail.SIGNATURE)
    assert detail.tabs.currentIndex() not in (history_detail.MESSAGE, history_detail.SIGNATURE)
