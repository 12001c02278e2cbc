"""The window that serves the local inbox: start and stop, addresses to copy, faults to choose, the live log."""

import smtplib
import socket
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QLineEdit, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services
from sescomposer.core.road import Road
from sescomposer.gui.actions import ACTIONS
from sescomposer.gui.inbox_window import InboxWindow
from sescomposer.gui.serving.serving_window import ServingWindow
from sescomposer.services.serving import Came, Cut, Fault, Serving, answer_choices

MESSAGE = b"From: a@example.com\r\nTo: b@example.org\r\nSubject: Served\r\n\r\n.x\r\n"
Show = Callable[[], ServingWindow]


class Opener(QMainWindow):
    """Stands for a composer window."""

    window_wanted = Signal(object)
    closed = Signal(object)


@pytest.fixture
def show(qtbot: QtBot, services: Services) -> Iterator[Show]:
    """Show the window with free ports chosen, and wait until it is ready."""

    def show_it() -> ServingWindow:
        window = ServingWindow.show_for(services, None, InboxWindow.show_for)
        qtbot.waitUntil(window.switch.isEnabled)
        for port in (window.ports.smtp, window.ports.tls, window.ports.http):
            port.setValue(0)
        return window

    yield show_it
    for shown in (ServingWindow.shown(), InboxWindow.shown()):
        if shown is not None:
            shown.close()


def serving_of(window: ServingWindow) -> Serving:
    assert window._serving is not None
    return window._serving


def switched(qtbot: QtBot, window: ServingWindow) -> None:
    """Press the button and wait."""
    window.switch.click()
    qtbot.waitUntil(window.switch.isEnabled)


def send(window: ServingWindow) -> None:
    """Send as another program does."""
    addresses = serving_of(window).addresses
    assert addresses is not None
    with closing(smtplib.SMTP("127.0.0.1", addresses.smtp_port, local_hostname="client")) as client:
        client.sendmail("a@example.com", ["b@example.org"], MESSAGE)


def test_starts_shows_what_to_copy_and_stops(qtbot: QtBot, show: Show) -> None:
    window = show()
    assert window.places.currentWidget() is window.ports
    assert "not served" in window.sentence.text()
    switched(qtbot, window)
    addresses = serving_of(window).addresses
    assert addresses is not None
    assert window.places.currentWidget() is window.addresses
    assert window.switch.text() == "S&top serving"
    for what, text in addresses.settings:
        assert window.addresses.lines[what].text() == text
        window.addresses.buttons[what].click()
        assert QGuiApplication.clipboard().text() == text
    switched(qtbot, window)
    assert serving_of(window).addresses is None
    assert window.places.currentWidget() is window.ports


def test_what_comes_is_logged_and_opened_in_the_inbox(qtbot: QtBot, show: Show, services: Services) -> None:
    window = show()
    switched(qtbot, window)
    assert window.nothing.isVisible()
    send(window)
    qtbot.waitUntil(lambda: len(window.model.rows) == 1)
    assert not window.nothing.isVisible()
    line = window.model.rows[0]
    assert (line.came, line.octets) == (Came.ACCEPTED, len(MESSAGE))
    assert window.model.index(0, 4).data() == "a@example.com to b@example.org"
    assert window.model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == line.line
    window.log.activated.emit(window.model.index(0, 0))
    inbox = InboxWindow.shown()
    assert inbox is not None
    qtbot.waitUntil(lambda: inbox.current is not None and inbox.current.entry == line.entry)
    assert "Other programs send here" in inbox.served.sentence
    serving_of(window).stop()
    qtbot.waitUntil(lambda: inbox.served.sentence == "")


def test_closing_the_window_leaves_it_serving(qtbot: QtBot, show: Show, services: Services) -> None:
    window = show()
    switched(qtbot, window)
    window.close()
    assert services.served_at is not None
    again = show()
    qtbot.waitUntil(lambda: again.places.currentWidget() is again.addresses)
    services.close()
    assert services.served_at is None


def test_a_taken_port_is_told(qtbot: QtBot, show: Show) -> None:
    window = show()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        window.ports.http.setValue(port)
        switched(qtbot, window)
    assert str(port) in window.notice.sentence
    assert window.places.currentWidget() is window.ports


def test_faults_are_searched_chosen_and_taken_back(qtbot: QtBot, show: Show) -> None:
    window = show()
    panel, faults = window.faults, serving_of(window).faults
    assert panel.shown_names() == ["", *answer_choices()]
    panel.search.setText("daily quota")
    assert "quota-used-up" in panel.shown_names()
    assert "message-rejected" not in panel.shown_names()
    assert panel.fault.answer is not None
    panel.choose("quota-used-up")
    panel.latency.setValue(2.5)
    panel.times.setValue(3)
    panel.every.setValue(2)
    panel.apply_button.click()
    assert faults.get(Road.SMTP) == Fault(answer_choices()["quota-used-up"], 2.5, Cut.NONE, 2, 3)
    assert "quota-used-up" in panel.now.text()
    assert "3 to come" in panel.now.text()
    panel.road.setCurrentIndex(panel.road.findData(Road.SMTP.value))
    panel.cut.setCurrentIndex(panel.cut.findData(Cut.AFTER.value))
    panel.apply_button.click()
    assert faults.get(Road.SMTP).cut is Cut.AFTER
    assert faults.get(Road.SES_V2).cut is Cut.NONE
    panel.clear_button.click()
    assert all(faults.get(road).is_none for road in Road)
    assert panel.shown_names()[0] == ""
    assert "as SES would" in panel.now.text()


def test_a_chosen_fault_strikes_and_is_said_to_be_done(qtbot: QtBot, show: Show) -> None:
    window = show()
    switched(qtbot, window)
    window.faults.choose("message-rejected")
    window.faults.times.setValue(1)
    window.faults.apply_button.click()
    with pytest.raises(smtplib.SMTPDataError):
        send(window)
    send(window)
    qtbot.waitUntil(lambda: len(window.model.rows) == 2)
    assert [line.told for line in window.model.rows] == [False, True]
    assert window.model.index(1, 2).data() == "refused, as told"
    assert "is done" in window.faults.now.text()


def test_every_control_has_a_name(qtbot: QtBot, show: Show) -> None:
    window = show()
    switched(qtbot, window)
    for kind in (QComboBox, QAbstractSpinBox, QLineEdit):
        widgets: list[QWidget] = list(window.findChildren(kind))
        unnamed = [w for w in widgets if not w.accessibleName() and not isinstance(w.parent(), QAbstractSpinBox)]
        assert unnamed == []
    assert window.log.accessibleName()
    assert window.faults.list.accessibleName()


def test_goes_when_the_last_composer_window_goes(qtbot: QtBot, services: Services) -> None:
    opener = Opener()
    qtbot.addWidget(opener)
    window = ServingWindow.show_for(services, opener)
    qtbot.waitUntil(window.switch.isEnabled)
    with qtbot.waitSignal(window.destroyed):
        opener.closed.emit(opener)


def test_fits_a_small_screen(qtbot: QtBot, show: Show) -> None:
    window = show()
    switched(qtbot, window)
    least = window.minimumSizeHint()
    assert least.width() <= 1000
    assert least.height() <= 640


def test_is_a_declared_action() -> None:
    assert [action.menu for action in ACTIONS if action.name == "serve"] == ["Message"]
