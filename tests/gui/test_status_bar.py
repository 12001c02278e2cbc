"""The status bar: every limit in words, beyond it by words, icon and colour; where the message is kept."""

import html
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from sescomposer.core.entity import Entity
from sescomposer.core.header import make_field
from sescomposer.core.message import Message, Road
from sescomposer.core.octets import Octets
from sescomposer.core.structure import Attachment, attach
from sescomposer.gui.composer import Composer
from sescomposer.gui.status_bar import MessageStatusBar


@pytest.fixture
def bar(composer: Composer, qtbot: QtBot) -> MessageStatusBar:
    bar = MessageStatusBar(composer)
    qtbot.addWidget(bar)
    bar.show()
    return bar


def with_file(composer: Composer, size: int) -> None:
    file = Attachment(Octets.of(bytes(size)), "file.bin")
    composer.edit_root(lambda root: attach(root, file, composer.ids), "attach")


def test_everything_is_counted(bar: MessageStatusBar, composer: Composer) -> None:
    assert bar.size_words.text().endswith("of 40.0 MB")
    assert bar.recipients.text() == "3 of 50 recipients"
    assert bar.parts.text() == "4 of 500 parts"
    assert bar.protection.text() == "not signed"
    with_file(composer, 10)
    assert bar.parts.text() == "5 of 500 parts"


def test_beyond_the_size_is_said(bar: MessageStatusBar, composer: Composer) -> None:
    with_file(composer, 9 << 20)
    assert bar.size_words.level == ""
    composer.set_road(Road.SES_V1)
    assert bar.size_words.text().endswith("of 10.0 MB, 2.3 MB too much")
    assert (bar.size_words.level, bar.gauge.level) == ("error", "error")
    assert not bar.size_words.icon().isNull()
    assert bar.gauge.value() == bar.gauge.maximum()
    composer.set_road(Road.SMTP)
    assert bar.gauge.level == "note"


def test_too_many_recipients_are_said(bar: MessageStatusBar, composer: Composer) -> None:
    def crowd(root: Entity) -> Entity:
        addresses = ", ".join(f"r{n}@example.org" for n in range(60))
        return replace(root, header=root.header.with_field("To", make_field("To", addresses)))

    composer.edit_root(crowd, "crowd")
    assert bar.recipients.text() == "61 of 50 recipients, 11 too many"
    assert bar.recipients.level == "error"
    composer.undo()
    assert bar.recipients.level == ""


def test_kept_is_told(bar: MessageStatusBar, composer: Composer, tmp_path: Path) -> None:
    assert bar.saved.text() == "unchanged"
    with_file(composer, 10)
    assert bar.saved.text() == "keeping draft"
    composer.saved_as(tmp_path / "a.eml", composer.message)
    assert bar.saved.text() == "saved just now"
    assert "a.eml" in bar.saved.toolTip()


def test_trouble_of_the_journal_is_told(
    bar: MessageStatusBar, composer: Composer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(composer.services.journal), "trouble", lambda journal: "The disk is full.")
    with_file(composer, 10)
    assert bar.saved.text() == "not kept!"
    assert bar.saved.level == "error"
    assert "The disk is full." in bar.saved.toolTip()


def test_fields_lead_to_their_views(bar: MessageStatusBar, qtbot: QtBot) -> None:
    for field, action in ((bar.recipients, "view_envelope"), (bar.parts, "view_source"), (bar.saved, "save")):
        with qtbot.waitSignal(bar.action_wanted) as told:
            field.click()
        assert told.args == [action]


def test_the_road_is_chosen(bar: MessageStatusBar, composer: Composer) -> None:
    index = bar.road.findData(Road.SES_V1.value)
    bar.road.setCurrentIndex(index)
    bar.road.activated.emit(index)
    assert composer.road is Road.SES_V1
    composer.set_road(Road.SMTP)
    assert bar.road.currentText() == Road.SMTP.label


def test_opening_another_message_measures_it(bar: MessageStatusBar, composer: Composer) -> None:
    composer.open_message(Message(composer.services.documents.new().root))
    assert bar.recipients.text() == "0 of 50 recipients"
    assert bar.parts.text() == "1 of 500 parts"


def test_a_long_sentence_ends_before_the_fields_and_is_whole_elsewhere(bar: MessageStatusBar, qtbot: QtBot) -> None:
    bar.resize(1000, bar.sizeHint().height())
    sentence = "The file <b> cannot be written: " + "no space is left on the device, " * 20
    bar.showMessage(sentence)
    shown = bar.shown_sentence
    assert shown.startswith("The file <b>")
    assert shown.endswith("…")
    assert bar.fontMetrics().horizontalAdvance(shown) <= bar.gauge.x()
    assert sentence.strip() in html.unescape(bar.toolTip())
    assert bar.accessibleDescription() == sentence
    before = bar.grab(bar.gauge.geometry()).toImage()
    bar.clearMessage()
    assert bar.grab(bar.gauge.geometry()).toImage() == before
    assert (bar.toolTip(), bar.accessibleDescription()) == ("", "")
    bar.showMessage("Saved")
    assert bar.shown_sentence == "Saved"


def test_long_words_are_cut_short_before_the_window_becomes_wider_than_its_screen(
    bar: MessageStatusBar, qtbot: QtBot
) -> None:
    bar.resize(bar.sizeHint().width(), bar.height())
    field = bar.recipients
    qtbot.waitUntil(lambda: field.shown_words == field.text())
    assert "300" not in field.toolTip()
    narrow = bar.minimumSizeHint().width()
    words = "300 of 50 recipients, 250 too many & what makes it longer by much"
    field.tell(words, "Why", "error")
    assert bar.minimumSizeHint().width() <= narrow + field.iconSize().width() * 2
    bar.resize(bar.minimumSizeHint().width(), bar.height())
    qtbot.waitUntil(lambda: field.shown_words != field.text())
    assert field.shown_words.startswith("300 of")
    assert words in html.unescape(field.toolTip())
    assert "Why" in field.toolTip()
    assert words in field.accessibleName()
    bar.resize(bar.sizeHint().width(), bar.height())
    qtbot.waitUntil(lambda: field.shown_words == field.text())
    assert field.toolTip() == "<qt>Why</qt>"
