"""The form of the options: what is typed stands in the message, and each road says how it carries it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from sescomposer.core.message import SendingOptions, Tracking
from sescomposer.core.options import OPTIONS
from sescomposer.core.road import Road
from sescomposer.gui.composer import Composer
from sescomposer.gui.panes.options_pane import OptionsPane
from sescomposer.gui.panes.raw_pane import RawState
from sescomposer.gui.panes.source_pane import SourcePane
from sescomposer.gui.widgets.field_line import FieldLine
from sescomposer.services.knowledge import ContactList, Known


@pytest.fixture
def pane(composer: Composer, qtbot: QtBot) -> OptionsPane:
    made = OptionsPane(composer)
    qtbot.addWidget(made)
    made.show()
    return made


def type_into(pane: OptionsPane, name: str, text: str) -> None:
    """Type into a line and leave it."""
    control = pane.lines[name].control
    assert isinstance(control, FieldLine)
    control.setFocus()
    control.selectAll()
    QTest.keyClicks(control, text)
    QTest.keyClick(control, Qt.Key.Key_Return)


def test_every_option_can_be_set_and_undone(pane: OptionsPane, composer: Composer) -> None:
    type_into(pane, "configuration_set", "news")
    type_into(pane, "tags", "a=1, b=2")
    type_into(pane, "contact_list", "readers")
    type_into(pane, "topic", "weekly")
    box = pane.lines["opens"].control
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findData("disabled"))
    box.activated.emit(box.currentIndex())
    pane.trace.click()
    wanted = SendingOptions(
        "news", (("a", "1"), ("b", "2")), Tracking.DISABLED, contact_list="readers", topic="weekly", traceable=False
    )
    assert composer.message.options == wanted
    for _ in range(6):
        composer.undo()
    assert composer.message.options == SendingOptions()
    control = pane.lines["configuration_set"].control
    assert isinstance(control, FieldLine)
    assert control.text() == ""
    assert pane.trace.isChecked()


@pytest.mark.parametrize("road", Road)
def test_what_a_road_has_no_way_for_is_not_offered(
    pane: OptionsPane, composer: Composer, qtbot: QtBot, road: Road
) -> None:
    composer.set_road(road)
    qtbot.waitUntil(lambda: road in pane._features)
    for info in OPTIONS:
        is_offered = bool(info.carrier(road)) and info.name in pane._features[road]
        line = pane.lines[info.name]
        assert line.control.isEnabled() is is_offered, info.name
        assert line.note.text()


def test_an_option_that_the_road_cannot_carry_is_said_and_can_be_taken_out(
    pane: OptionsPane, composer: Composer
) -> None:
    type_into(pane, "tenant", "acme")
    composer.set_road(Road.SES_V1)
    line = pane.lines["tenant"]
    assert line.control.isEnabled()
    assert "no way" in line.trouble.sentence
    type_into(pane, "tenant", " ")
    assert composer.message.options.tenant == ""


def test_over_smtp_the_form_shows_the_field_and_the_source_has_it(
    pane: OptionsPane, composer: Composer, qtbot: QtBot
) -> None:
    source = SourcePane(composer)
    qtbot.addWidget(source)
    source.show()
    source.show_state(RawState.SEALED)
    type_into(pane, "configuration_set", "news")
    assert b"X-SES" not in bytes(source._root.octets)
    composer.set_road(Road.SMTP)
    assert "X-SES-CONFIGURATION-SET: news" in pane.lines["configuration_set"].note.text()
    octets = bytes(source._root.octets)
    assert b"X-SES-CONFIGURATION-SET: news\r\nX-SES-MESSAGE-TAGS: sescomposer-id=" in octets
    assert "X-SES-CONFIGURATION-SET and X-SES-MESSAGE-TAGS" in source.note.text()


def test_what_the_fields_of_the_message_ask_for_is_said(pane: OptionsPane, composer: Composer) -> None:
    from sescomposer.core.parse import parse

    composer.open_message(replace(composer.message, root=parse(b"X-SES-TENANT: acme\r\n\r\n")))
    assert "X-SES-TENANT of the message asks for acme" in pane.lines["tenant"].note.text()
    type_into(pane, "tenant", "other")
    assert "wins over X-SES-TENANT" in pane.lines["tenant"].note.text()


def test_what_is_known_of_the_account_is_offered(pane: OptionsPane) -> None:
    now = datetime.now(UTC)
    pane.offer(Known("work", "eu-west-1", now, configuration_sets=("news",), contact_lists=(ContactList("l", ("t",)),)))
    for name, offered in (("configuration_set", "news"), ("contact_list", "l"), ("topic", "t")):
        control = pane.lines[name].control
        assert isinstance(control, FieldLine)
        completer = control.completer()
        completer.setCompletionPrefix("")
        assert completer.completionModel().index(0, 0).data() == offered


def test_every_control_has_a_name_and_a_description(pane: OptionsPane) -> None:
    for line in pane.lines.values():
        assert line.control.accessibleName()
        assert line.control.accessibleDescription()
    assert pane.trace.accessibleDescription()


def test_an_option_can_be_gone_to(pane: OptionsPane, qtbot: QtBot) -> None:
    pane.activateWindow()
    pane.focus_on("endpoint")
    pane.focus_on("tracking")
    assert pane.focusWidget() is pane.lines["opens"].control
