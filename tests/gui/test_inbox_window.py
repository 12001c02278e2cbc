"""The window of the local inbox: what it lists, what it shows of a message, and that it follows what comes and goes."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMessageBox
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services, make_services
from sescomposer.core import compose
from sescomposer.core.envelope import envelope_of
from sescomposer.core.errors import StoreError
from sescomposer.core.message import Message, Method, Protection, Road
from sescomposer.core.parse import parse
from sescomposer.gui.inbox_window import InboxWindow
from sescomposer.gui.models.inbox_model import InboxModel
from sescomposer.gui.panes.inbox_detail import COMPARISON, DELIVERED, RECIPIENTS, SUBMITTED
from sescomposer.gui.report_window import ReportWindow
from sescomposer.services.ports import InboxEntry
from sescomposer.services.settings import EDITOR_FONT_SIZE
from sescomposer.store.folders import Folders

TWICE = b"From: a@a.example\r\nTo: b@b.example\r\nSubject: Twice\r\nSubject: b\r\n\r\nx\r\n"
AT = "@simulator.amazonses.com"


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return make_services(Folders.below(tmp_path))


def send(services: Services, message: Message) -> InboxEntry:
    """Send to the local inbox, against its refusal if it must be."""
    transport = services.local_transport(Road.SES_V2)
    (record,) = services.sending.submit(services.sending.review(message, transport), transport)
    taken = services.deliver_anyway(record)
    assert taken.outcome is not None
    return services.inbox.get(taken.outcome.reference)


def letter(services: Services, subject: str = "Hi", to: str = "b@b.example", bcc: str = "") -> Message:
    """Compose something."""
    return compose("Ada <ada@a.example>", to, subject, text="Hello", bcc=bcc, ids=services.ids)


class Opener(QMainWindow):
    """Stands for a composer window."""

    window_wanted = Signal(object)
    closed = Signal(object)


Show = Callable[..., InboxWindow]


@pytest.fixture
def show(qtbot: QtBot, services: Services) -> Iterator[Show]:
    """Show the window and wait until it has looked."""
    shown: list[InboxWindow] = []

    def show_it(opener: Opener | None = None, entry: str = "") -> InboxWindow:
        window = InboxWindow.show_for(services, opener, entry)
        if window not in shown:
            shown.append(window)
        qtbot.waitUntil(lambda: bool(window.count.text()) and window._names is not None)
        return window

    yield show_it
    left = InboxWindow.shown()
    if left is not None:
        left.close()


def loaded(qtbot: QtBot, window: InboxWindow, entry: InboxEntry) -> None:
    """Wait until a message is shown."""
    qtbot.waitUntil(lambda: window.detail.loaded is not None and window.detail.loaded.entry == entry)


def test_empty_inbox_teaches(show: Show) -> None:
    window = show()
    assert window.pages.currentWidget() is window.empty
    assert "Ctrl+Enter" in window.empty.words.text()
    assert "bounce+order42@" in window.empty.words.text()
    assert window.count.text() == "0 messages"
    assert not window.new_button.isEnabled()
    assert not window.clear_button.isEnabled()


def test_one_window_for_the_process(show: Show, services: Services) -> None:
    first = show()
    assert show() is first
    first.close()
    second = show()
    assert second is not first


def test_newest_comes_first_and_is_shown(qtbot: QtBot, show: Show, services: Services) -> None:
    send(services, letter(services, "first"))
    entry = send(services, letter(services, "second", "b@bücher.example"))
    window = show()
    qtbot.waitUntil(lambda: window.current is not None)
    assert [row.subject for row in window.model.rows] == ["second", "first"]
    loaded(qtbot, window, entry)
    detail = window.detail
    assert bytes(detail.submitted.raw.view.octets) == bytes(services.inbox.submitted(entry.entry))
    assert bytes(detail.delivered.raw.view.octets) == bytes(services.inbox.delivered(entry.entry))
    assert "b@bücher.example" in detail.head.words
    assert detail.subject.words == "second"
    assert "Message-ID was replaced." in detail.changes.words
    assert "email.amazonses.com" in detail.difference.toPlainText()
    assert detail.refusal.isHidden()


def test_tree_and_octets_select_each_other(qtbot: QtBot, show: Show, services: Services) -> None:
    message = compose("a@a.example", "b@b.example", "s", text="t", html="<p>t", ids=services.ids)
    entry = send(services, message)
    window = show()
    loaded(qtbot, window, entry)
    inspector = window.detail.submitted
    assert inspector.model is not None
    assert inspector.root is not None
    html = inspector.root.at("2")
    inspector.tree.setCurrentIndex(inspector.model.index_of(html.key))
    caret = inspector.raw.view.caret
    assert bytes(inspector.raw.view.octets)[caret:].startswith(html.octets.read(0, 20))
    inspector.raw.view.move_caret(0)
    assert inspector.model.entity(inspector.tree.currentIndex()) is inspector.root


def test_refused_message_is_marked(qtbot: QtBot, show: Show, services: Services) -> None:
    entry = send(services, Message(parse(TWICE)))
    window = show()
    loaded(qtbot, window, entry)
    assert window.model.rows[0].refusal
    row = window.model.index(0, 1)
    assert str(row.data()).startswith("Refused, delivered anyway: ")
    assert "would have refused" in str(row.data(Qt.ItemDataRole.AccessibleTextRole))
    assert "Duplicate header 'Subject'." in window.detail.refusal.sentence


def test_message_from_elsewhere_appears_and_selection_stays(qtbot: QtBot, show: Show, services: Services) -> None:
    first = send(services, letter(services, "first"))
    window = show()
    loaded(qtbot, window, first)
    other_process = make_services(services.folders)
    send(other_process, letter(other_process, "second"))
    qtbot.waitUntil(lambda: window.model.total == 2)
    assert window.current == first


def test_shows_the_message_asked_for(qtbot: QtBot, show: Show, services: Services) -> None:
    first = send(services, letter(services, "first"))
    send(services, letter(services, "second"))
    window = show(entry=first.entry)
    loaded(qtbot, window, first)


def test_search_finds_subjects_and_addresses(qtbot: QtBot, show: Show, services: Services) -> None:
    send(services, letter(services, "Garden party", "kai@bücher.example"))
    send(services, letter(services, "Invoice"))
    window = show()
    qtbot.waitUntil(lambda: window.model.total == 2)
    for needle, count in (("GARDEN", 1), ("bücher", 1), ("xn--", 1), ("@", 2), ("nothing of it", 0)):
        window.search.setText(needle)
        assert len(window.model.rows) == count
    assert window.pages.currentWidget() is window.empty
    assert window.empty.title.text() == "Nothing found"
    assert window.count.text() == "0 of 2"


def test_delete_selects_the_next_one(qtbot: QtBot, show: Show, services: Services) -> None:
    first, second = (send(services, letter(services, subject)) for subject in ("first", "second"))
    window = show()
    loaded(qtbot, window, second)
    QTest.keyClick(window.list, Qt.Key.Key_Delete)
    loaded(qtbot, window, first)
    assert services.inbox.entries() == (first,)
    window.delete_button.click()
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.empty)
    assert services.inbox.entries() == ()


def test_clear_asks(qtbot: QtBot, show: Show, services: Services) -> None:
    for subject in ("first", "second"):
        send(services, letter(services, subject))
    window = show()
    qtbot.waitUntil(lambda: window.model.total == 2)
    window.clear_button.click()
    (box,) = window.findChildren(QMessageBox)
    assert box.text() == "Delete all 2 messages?"
    next(button for button in box.buttons() if "Delete" in button.text()).click()
    qtbot.waitUntil(lambda: window.model.total == 0)


def test_recipients_and_reports(qtbot: QtBot, show: Show, services: Services) -> None:
    entry = send(services, letter(services, to=f"ok@b.example, bounce+1{AT}, complaint{AT}"))
    window = show()
    loaded(qtbot, window, entry)
    window.detail.tabs.setCurrentIndex(RECIPIENTS)
    pane = window.detail.deliveries
    rows = [pane.table.topLevelItem(row) for row in range(3)]
    assert [row.text(1) for row in rows if row] == ["delivered", "bounced", "complained"]
    assert not pane.report_button.isEnabled()
    pane.table.setCurrentItem(rows[1])  # type: ignore[arg-type]
    assert "hard bounce" in pane.explanation.words
    pane.report_button.click()
    qtbot.waitUntil(lambda: bool(window.findChildren(ReportWindow)))
    (report,) = window.findChildren(ReportWindow)
    assert report.inspector.root is not None
    assert report.inspector.root.media_type == "multipart/report"


def test_open_as_new_message_keeps_hidden_recipients(qtbot: QtBot, show: Show, services: Services) -> None:
    entry = send(services, letter(services, bcc="secret@c.example"))
    opener = Opener()
    qtbot.addWidget(opener)
    window = show(opener)
    loaded(qtbot, window, entry)
    with qtbot.waitSignal(opener.window_wanted) as blocker:
        window.new_button.click()
    assert blocker.args is not None
    message, path = blocker.args[0]
    assert path is None
    # Another message gets a Date and a Message-ID of its own when it is sealed; all else is as it was.
    stamped = re.compile(rb"^(Date|Message-ID):.*\r\n(?:[ \t].*\r\n)*", re.MULTILINE)
    assert bytes(message.root.octets) == stamped.sub(b"", bytes(services.inbox.submitted(entry.entry)))
    assert message.root.header.first("Message-ID") is None
    assert envelope_of(message) == entry.envelope
    with qtbot.waitSignal(window.destroyed):
        opener.closed.emit(opener)


def test_signed_message_is_opened_as_new_without_its_signature_and_to_be_signed(
    qtbot: QtBot, show: Show, services: Services
) -> None:
    signed = (
        b"From: a@a.example\r\nTo: b@b.example\r\nSubject: Hi\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=b\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n\r\n--b\r\n"
        b"Content-Type: application/pgp-signature\r\n\r\nnone\r\n--b--\r\n"
    )
    entry = send(services, Message(parse(signed)))
    opener = Opener()
    qtbot.addWidget(opener)
    window = show(opener)
    loaded(qtbot, window, entry)
    with qtbot.waitSignal(opener.window_wanted) as blocker:
        window.new_button.click()
    assert blocker.args is not None
    message, _ = blocker.args[0]
    assert message.root.media_type == "text/plain"
    assert message.protection == Protection(sign=True, method=Method.OPENPGP)
    with qtbot.waitSignal(window.destroyed):
        opener.closed.emit(opener)


@pytest.mark.parametrize("tab,word", [(SUBMITTED, "submitted"), (DELIVERED, "delivered"), (COMPARISON, "submitted")])
def test_saves_the_octets_in_view(
    qtbot: QtBot, show: Show, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tab: int, word: str
) -> None:
    entry = send(services, letter(services))
    window = show()
    loaded(qtbot, window, entry)
    window.detail.tabs.setCurrentIndex(tab)
    assert window.save_button.text() == f"Save {word} &as..."
    path = tmp_path / "saved.eml"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: (str(path), ""))
    window.save_button.click()
    qtbot.waitUntil(lambda: window.statusBar().currentMessage() == f"Saved as {path}")
    assert path.read_bytes() == bytes(getattr(services.inbox, word)(entry.entry))


def test_trouble_of_the_store_is_told(
    qtbot: QtBot, show: Show, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = show()

    def broken(store: object) -> frozenset[str]:
        raise StoreError("The folder cannot be read.", hint="Check it.")

    monkeypatch.setattr("sescomposer.store.inbox.InboxStore.names", broken)
    window.look()
    qtbot.waitUntil(lambda: window.notice.sentence == "The folder cannot be read. Check it.")


def test_many_recipients_are_counted(services: Services) -> None:
    model = InboxModel()
    entry = send(services, letter(services, to=", ".join(f"r{number}@b.example" for number in range(50))))
    model.show_entries([entry])
    assert str(model.index(0, 2).data()).endswith("r2@b.example and 47 more")


def test_octets_are_in_the_font_of_the_settings(qtbot: QtBot, show: Show, services: Services) -> None:
    services.settings.set(EDITOR_FONT_SIZE, 17)
    send(services, letter(services))
    window = show()
    raw = window.detail.submitted.raw.view.page
    assert raw.font.pointSize() == 17
    services.settings.set(EDITOR_FONT_SIZE, 9)
    assert raw.font.pointSize() == window.detail.delivered.raw.view.page.font.pointSize() == 9
    window.close()
    services.settings.set(EDITOR_FONT_SIZE, 11)
