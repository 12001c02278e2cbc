"""The properties of a part: each value checked where it stands, all of it one edit."""

from email import message_from_bytes
from email.policy import default

import pytest
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from sescomposer.core.body_parts import body_parts
from sescomposer.core.entity import Entity
from sescomposer.core.octets import Octets
from sescomposer.core.structure import Attachment, attach
from sescomposer.core.transfer_encoding import TransferEncoding
from sescomposer.gui.composer import Composer
from sescomposer.gui.dialogs.part_dialog import PartDialog
from sescomposer.gui.part_values import PartValues


@pytest.fixture
def pdf(composer: Composer) -> Entity:
    file = Attachment(Octets.of(b"%PDF-1.7\n"), "bill.pdf", "application/octet-stream")
    composer.edit_root(lambda root: attach(root, file, composer.ids), "attaching")
    return body_parts(composer.root).attachments[-1]


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def opened(window: QWidget, composer: Composer, part: Entity) -> PartDialog:
    # A dialog without a parent may be collected in a worker thread while it is on the screen.
    dialog = PartDialog(composer, part, window)
    dialog.show()
    return dialog


def write(dialog: PartDialog, name: str, value: str) -> None:
    match dialog.controls[name]:
        case QLineEdit() as line:
            line.setText(value)
        case QComboBox() as box if box.isEditable():
            box.setEditText(value)
        case box:
            box.setCurrentIndex(box.findData(value))


def now(composer: Composer, part: Entity) -> Entity:
    found = composer.root.find(part.key)
    assert found is not None
    return found


def test_opening_and_accepting_changes_nothing(window: QWidget, composer: Composer, pdf: Entity) -> None:
    for part in composer.root.walk():
        dialog = opened(window, composer, part)
        assert dialog.values == PartValues.of(part)
        before = composer.message
        dialog.accept()
        assert dialog.result() == QDialog.DialogCode.Accepted
        assert composer.message is before


def test_all_values_are_one_step_that_an_independent_reader_understands(
    window: QWidget, composer: Composer, pdf: Entity
) -> None:
    dialog = opened(window, composer, pdf)
    values = {
        "media_type": "application/pdf",
        "file_name": "फ़ाइल “1”.pdf",
        "disposition": "inline",
        "content_id": "<bill@x.example>",
        "description": "Die Rechnung für März",
    }
    for name, value in values.items():
        write(dialog, name, value)
    assert "Content-ID: <bill@x.example>" in dialog.preview.toPlainText()
    dialog.accept()
    part = now(composer, pdf)
    assert (part.media_type, part.file_name, part.disposition) == ("application/pdf", "फ़ाइल “1”.pdf", "inline")
    read = message_from_bytes(bytes(composer.root.octets), policy=default)
    last = list(read.walk())[-1]
    assert last["Content-Description"] == "Die Rechnung für März"
    assert last.get_content_disposition() == "inline"
    composer.undo()
    assert now(composer, pdf).file_name == "bill.pdf"


@pytest.mark.parametrize(
    "name, value, words",
    [
        ("media_type", "pdf", "no media type"),
        ("content_id", "a b", "no Content-ID"),
        ("disposition", "in line", "no token"),
    ],
)
def test_refused_value_is_said_beside_its_field_and_nothing_changes(
    window: QWidget, composer: Composer, pdf: Entity, name: str, value: str, words: str
) -> None:
    dialog = opened(window, composer, pdf)
    before = composer.message
    write(dialog, name, value)
    assert words in dialog.notes[name].sentence
    assert dialog.notes[name].isVisible()
    dialog.accept()
    assert dialog.isVisible()
    assert composer.message is before
    write(dialog, name, getattr(dialog.before, name))
    assert not dialog.notes[name].isVisible()


def test_content_and_name_suggest_the_media_type(window: QWidget, composer: Composer, pdf: Entity) -> None:
    dialog = opened(window, composer, pdf)
    box = dialog.controls["media_type"]
    assert isinstance(box, QComboBox)
    assert box.findText("application/pdf") >= 0


def test_name_is_written_as_encoded_word_by_choice(window: QWidget, composer: Composer, pdf: Entity) -> None:
    dialog = opened(window, composer, pdf)
    write(dialog, "file_name", "Übersicht.pdf")
    assert "filename*" in dialog.preview.toPlainText()
    write(dialog, "name_form", "rfc2047")
    assert "=?utf-8?" in dialog.preview.toPlainText().lower()
    dialog.accept()
    part = now(composer, pdf)
    assert part.file_name == "Übersicht.pdf"
    assert PartValues.of(part).name_form == "rfc2047"


def test_charset_of_a_file_is_a_label_and_of_the_body_a_rewriting(window: QWidget, composer: Composer) -> None:
    file = body_parts(composer.root).attachments[0]
    dialog = opened(window, composer, file)
    write(dialog, "charset", "windows-1252")
    dialog.accept()
    assert now(composer, file).charset == "windows-1252"
    assert bytes(now(composer, file).content) == bytes(file.content)
    composer.open_message(composer.services.documents.new())
    body = composer.root
    dialog = opened(window, composer, body)
    write(dialog, "charset", "iso-8859-15")
    dialog.accept()
    assert now(composer, body).charset == "iso-8859-15"


def test_transfer_encoding_keeps_the_content(window: QWidget, composer: Composer) -> None:
    text = body_parts(composer.root).text
    assert text is not None
    dialog = opened(window, composer, text)
    write(dialog, "encoding", "base64")
    dialog.accept()
    assert now(composer, text).transfer_encoding is TransferEncoding.BASE64
    assert now(composer, text).text() == text.text()


def test_encoding_that_cannot_hold_the_content_is_refused(window: QWidget, composer: Composer) -> None:
    html = body_parts(composer.root).html
    assert html is not None
    dialog = opened(window, composer, html)
    write(dialog, "encoding", "7bit")
    dialog.accept()
    assert dialog.isVisible()
    assert "eighth bit" in dialog.notes["encoding"].sentence


def test_every_control_has_a_name(window: QWidget, composer: Composer, pdf: Entity) -> None:
    dialog = opened(window, composer, pdf)
    assert all(control.accessibleName() for control in dialog.controls.values())
    assert dialog.preview.accessibleName()
