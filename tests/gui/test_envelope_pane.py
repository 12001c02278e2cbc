"""The envelope pane: what it says about the envelope, and that it edits nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import make_services
from sescomposer.core.compose import compose
from sescomposer.core.envelope import envelope_of
from sescomposer.core.message import EnvelopeOverride, Message
from sescomposer.core.parse import parse
from sescomposer.core.structure import with_header_field
from sescomposer.gui.composer import Composer
from sescomposer.gui.models.envelope_words import envelope_rows, return_path_words, who_sees_whom
from sescomposer.gui.panes.envelope_pane import EnvelopePane
from sescomposer.gui.tasks import TaskRunner
from sescomposer.store.folders import Folders

ON_THE_WIRE = "zoe@xn--bcher-kva.example"


@pytest.fixture
def composer(qtbot: QtBot, tmp_path: Path) -> Iterator[Composer]:
    services = make_services(Folders.below(tmp_path))
    runner = TaskRunner()
    message = compose(
        "Ada <ada@example.org>",
        "Zoë <zoe@bücher.example>, bob@example.org",
        "Hello",
        cc="Team: carol@example.org;",
        bcc="eve@example.org",
        text="",
        ids=services.ids,
    )
    made = Composer(services, runner, message)
    yield made
    made.close()
    runner.close()
    services.close()


@pytest.fixture
def pane(qtbot: QtBot, composer: Composer) -> EnvelopePane:
    made = EnvelopePane(composer)
    qtbot.addWidget(made)
    made.resize(640, 700)
    made.show()
    qtbot.waitExposed(made)
    return made


def cells(pane: EnvelopePane, column: int) -> list[str]:
    return [str(pane.model.index(row, column).data()) for row in range(pane.model.rowCount())]


def choose(pane: EnvelopePane, *rows: int) -> None:
    pane.table.clearSelection()
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    for row in rows:
        pane.table.selectionModel().select(pane.model.index(row, 0), flags)


def test_table_says_who_why_and_in_which_form(pane: EnvelopePane) -> None:
    assert cells(pane, 0) == ["Zoë <zoe@bücher.example>", "bob@example.org", "carol@example.org", "eve@example.org"]
    assert cells(pane, 1)[0] == ON_THE_WIRE
    assert cells(pane, 2) == ["in To", "in To", "in Cc", "in Bcc"]
    assert cells(pane, 3) == ["everybody", "everybody", "everybody", "nobody else"]
    assert pane.gauge.words.text() == "4 of 50 recipients"
    assert pane.bcc_words.isVisible()
    pane.grab()


def test_sentence_says_who_sees_whom(pane: EnvelopePane) -> None:
    assert pane.sentence.text() == (
        "Every recipient reads the addresses of To (2) and Cc (1). "
        "The address of the Bcc recipient is read by nobody else."
    )


def test_return_path_follows_the_header(pane: EnvelopePane, composer: Composer) -> None:
    assert (pane.path_edit.text(), pane.path_source.text()) == ("ada@example.org", "Taken from From.")
    composer.edit_root(lambda root: with_header_field(root, root.key, "Return-Path", "<b@bücher.example>"), "edit")
    assert pane.path_edit.text() == "b@bücher.example"
    assert pane.path_source.text() == "Taken from Return-Path. On the wire: b@xn--bcher-kva.example."


def test_return_path_is_set_reset_and_undone(pane: EnvelopePane, composer: Composer) -> None:
    pane.path_edit.setText("bounce@bücher.example")
    QTest.keyClick(pane.path_edit, Qt.Key.Key_Return)
    assert envelope_of(composer.message).mail_from == "bounce@xn--bcher-kva.example"
    assert pane.path_source.text().startswith("Set by hand. The header says ada@example.org (From).")
    pane.path_reset.click()
    assert composer.message.envelope == EnvelopeOverride()
    composer.undo()
    assert pane.path_edit.text() == "bounce@bücher.example"
    pane.path_edit.clear()
    pane.path_edit.editingFinished.emit()
    assert composer.message.envelope.mail_from is None
    assert pane.path_edit.text() == "ada@example.org"


def test_recipient_is_added_to_the_envelope_alone(pane: EnvelopePane, composer: Composer) -> None:
    header = composer.root.header
    pane.add_edit.setText("Dan <dan@bücher.example>")
    QTest.keyClick(pane.add_edit, Qt.Key.Key_Return)
    assert envelope_of(composer.message).rcpt_to[-1] == "dan@xn--bcher-kva.example"
    assert composer.root.header is header
    assert (cells(pane, 0)[-1], cells(pane, 2)[-1]) == ("dan@bücher.example", "added by hand")
    assert pane.add_edit.text() == ""
    assert "1 added, 0 left out" in pane.override.text()
    assert "1 recipient added by hand stands in no field" in pane.sentence.text()


def test_recipients_are_taken_out_put_back_and_reset(pane: EnvelopePane, composer: Composer) -> None:
    choose(pane, 0, 3)
    pane.remove_button.click()
    assert envelope_of(composer.message).rcpt_to == ("bob@example.org", "carol@example.org")
    assert cells(pane, 2)[2:] == ["in To, left out", "in Bcc, left out"]
    choose(pane, 2)
    assert not pane.remove_button.isEnabled()
    pane.back_button.click()
    assert ON_THE_WIRE in envelope_of(composer.message).rcpt_to
    pane.reset_button.click()
    assert composer.message.envelope == EnvelopeOverride()
    for _ in range(3):
        composer.undo()
    assert composer.message.envelope == EnvelopeOverride()
    assert len(cells(pane, 0)) == 4


def test_keys_take_out_and_copy(pane: EnvelopePane, composer: Composer) -> None:
    pane.activateWindow()
    choose(pane, 0)
    pane.table.setFocus()
    QTest.keyClick(pane.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == ON_THE_WIRE
    QTest.keyClick(pane.table, Qt.Key.Key_Delete)
    assert ON_THE_WIRE not in envelope_of(composer.message).rcpt_to
    QTest.keyClick(pane.table, Qt.Key.Key_Insert)
    assert ON_THE_WIRE in envelope_of(composer.message).rcpt_to


@pytest.mark.parametrize(
    "text",
    ["a@x.example\r\nRCPT TO:<eve@x.example>", "a@x.example\n", "a\0@x.example", "nobody", "a@x.example, b@x.example"],
)
def test_what_is_no_address_is_refused_where_it_was_typed(pane: EnvelopePane, composer: Composer, text: str) -> None:
    before = composer.message
    QGuiApplication.clipboard().setText(text)
    pane.add_edit.paste()
    pane.add_button.click()
    assert pane.add_note.isVisible()
    pane.path_edit.selectAll()
    pane.path_edit.paste()
    pane.path_edit.editingFinished.emit()
    assert pane.path_note.isVisible()
    assert composer.message is before
    assert pane.path_edit.text() == "ada@example.org"


@pytest.mark.parametrize("text", ["שלום@דוגמה.example", "अनु@उदाहरण.example", f"{'a' * 64}@{'b' * 60}.example"])
def test_addresses_of_any_script_are_taken(pane: EnvelopePane, composer: Composer, text: str) -> None:
    pane.add_edit.setText(text)
    pane.add_button.click()
    local_part, _, domain = envelope_of(composer.message).rcpt_to[-1].rpartition("@")
    assert local_part == text.partition("@")[0]
    assert domain.isascii()


def test_nobody_is_explained(pane: EnvelopePane, composer: Composer) -> None:
    composer.open_message(Message(parse(b"Subject: x\n\n")))
    assert pane.nobody.isVisible()
    assert not pane.table.isVisible()
    assert pane.path_source.text() == "Nobody is named in Return-Path, Sender or From."


def test_too_many_are_said_in_words_and_by_a_sign(pane: EnvelopePane, composer: Composer) -> None:
    everybody = ", ".join(f"p{number}@x.example" for number in range(60))
    composer.edit_root(lambda root: with_header_field(root, root.key, "To", everybody), "edit")
    assert pane.gauge.words.text() == "62 of 50 recipients"
    assert pane.gauge.sign.isVisible()


def test_hidden_pane_catches_up(pane: EnvelopePane, composer: Composer) -> None:
    pane.hide()
    composer.edit_root(lambda root: with_header_field(root, root.key, "To", "x@x.example"), "edit")
    assert len(cells(pane, 0)) == 4
    pane.show()
    assert cells(pane, 0)[0] == "x@x.example"


def test_selected_recipient_stays_selected(pane: EnvelopePane, composer: Composer) -> None:
    choose(pane, 1)
    composer.edit_root(lambda root: with_header_field(root, root.key, "To", "x@x.example, bob@example.org"), "edit")
    assert pane._chosen() == ["bob@example.org"]


def test_words_for_several_hidden_and_for_nobody() -> None:
    message = Message(parse(b"Bcc: a@x.example, b@x.example\n\n"))
    words = who_sees_whom(envelope_rows(message))
    assert words == (
        "The header names nobody whom all recipients could read. "
        "The addresses of the 2 Bcc recipients are read by nobody, not even by each other."
    )
    assert who_sees_whom(()) == ""
    assert return_path_words(Message(parse(b"\n"), EnvelopeOverride("a@x.example"))) == (
        "Set by hand. The header names nobody."
    )


def test_every_control_has_a_name(pane: EnvelopePane) -> None:
    for widget in (pane.path_edit, pane.path_reset, pane.table, pane.add_edit, pane.add_button, pane.reset_button):
        assert widget.accessibleName()
