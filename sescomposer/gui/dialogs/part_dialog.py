"""What a part says about itself, in a form: every field checked where it stands, all of it one step."""

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from sescomposer.core.entity import Entity
from sescomposer.core.errors import MessageError
from sescomposer.gui.composer import Composer
from sescomposer.gui.part_kinds import name_of
from sescomposer.gui.part_values import CHARSETS, DISPOSITIONS, PartValues, detected_type, encodings_for, is_relabelled
from sescomposer.gui.part_values import FORMS as NAME_FORMS
from sescomposer.gui.sizes import human_size
from sescomposer.gui.widgets.note_line import NoteLine

_PREVIEW_LINES = 6
_Control = QLineEdit | QComboBox


class PartDialog(QDialog):
    """The fields of one part, and the header section they make."""

    def __init__(self, composer: Composer, part: Entity, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self.part = part
        self.before = PartValues.of(part)
        self.controls: dict[str, _Control] = {}
        self.notes: dict[str, NoteLine] = {}
        self.setWindowTitle(f"Properties of {name_of(part)}"[:120])
        self.preview = self._make_preview()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.form = QFormLayout()
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.form.setHorizontalSpacing(16)
        self.form.setVerticalSpacing(8)
        self._lay_out()
        self._add_rows()
        self._check()

    def sizeHint(self) -> QSize:
        """Wide enough for a folded header line."""
        return QSize(640, super().sizeHint().height())

    @classmethod
    def edit(cls, composer: Composer, part: Entity, parent: QWidget | None = None) -> bool:
        """Show the dialog and make what was changed one edit; whether anything was wanted."""
        dialog = cls(composer, part, parent)
        wanted = dialog.exec() == QDialog.DialogCode.Accepted
        dialog.deleteLater()
        return wanted

    @property
    def values(self) -> PartValues:
        """What the form says now."""
        return PartValues(**{name: _value(control) for name, control in self.controls.items()})

    def accept(self) -> None:
        """Make the edit; stay open and say so beside the field where a value is refused."""
        values, before, ids, key = self.values, self.before, self._composer.ids, self.part.key
        faults = values.faults(self._composer.root, self.part, before, ids)
        self._show_faults(faults)
        if faults:
            self.controls[next(iter(faults))].setFocus()
            return
        if values == before or self._composer.edit_root(
            lambda root: values.applied(root, key, before, ids), "change properties"
        ):
            super().accept()

    def _add_rows(self) -> None:
        """Make the controls; what does not apply to this part is shown and cannot be changed."""
        part, is_leaf = self.part, not self.part.children
        detected = detected_type(part)
        self._add("media_type", "Media &type", self._choices((part.media_type, detected), editable=True), is_leaf)
        self._add("file_name", "File &name", QLineEdit(self), True)
        self._add("name_form", "Name is &written", self._choices(NAME_FORMS), True)
        self._add("disposition", "&Disposition", self._choices(DISPOSITIONS, editable=True), True)
        self._add("content_id", "Content-&ID", QLineEdit(self), True)
        self._add("description", "D&escription", QLineEdit(self), True)
        self._add("charset", "&Charset", self._choices(CHARSETS, editable=True), part.is_text)
        encodings = tuple(encoding.value for encoding in encodings_for(part))
        self._add("encoding", "Transfer e&ncoding", self._choices(encodings), len(encodings) > 1)
        self._add_hints(detected)

    def _add_hints(self, detected: str) -> None:
        """Say in the controls what cannot be seen from their names."""
        hints = {
            "media_type": f"Content and name look like {detected}" if detected else "type/subtype (RFC 6838)",
            "file_name": "As the recipient sees it, in any script (RFC 2231)",
            "name_form": "RFC 2231 is the standard; encoded words (RFC 2047) are for very old readers",
            "content_id": "logo@example.com, so that HTML can say cid:logo@example.com (RFC 2392)",
            "description": "Words about the part, in any script (RFC 2045 8)",
            "charset": "The octets stay; this says how to read them"
            if is_relabelled(self._composer.root, self.part)
            else "The text is written anew in this charset",
            "encoding": "The content stays; this is how it is written (RFC 2045 6)",
            "disposition": "inline or attachment (RFC 2183)",
        }
        for name, hint in hints.items():
            control = self.controls[name]
            control.setToolTip(hint)
            control.setAccessibleDescription(hint)
            if isinstance(control, QLineEdit):
                control.setPlaceholderText(hint)

    def _add(self, name: str, label: str, control: _Control, is_possible: bool) -> None:
        value = getattr(self.before, name)
        control.setEnabled(is_possible)
        control.setAccessibleName(label.replace("&", ""))
        if isinstance(control, QComboBox):
            _choose(control, value)
            control.currentTextChanged.connect(self._check)
        else:
            control.setText(value)
            control.textChanged.connect(self._check)
        words = QLabel(label, self)
        words.setBuddy(control)
        note = NoteLine(self)
        self.form.addRow(words, control)
        self.form.addRow("", note)
        self.form.setRowVisible(note, False)
        self.controls[name], self.notes[name] = control, note

    def _choices(self, values: tuple[str, ...] | dict[str, str], *, editable: bool = False) -> QComboBox:
        """Make a box of choices; a dictionary gives words for each value."""
        box = QComboBox(self)
        box.setEditable(editable)
        pairs = values if isinstance(values, dict) else {value: value for value in values if value or not editable}
        for value, words in pairs.items():
            box.addItem(words, value)
        return box

    def _make_preview(self) -> QPlainTextEdit:
        preview = QPlainTextEdit(self)
        preview.setReadOnly(True)
        preview.setTabChangesFocus(True)
        preview.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        preview.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        preview.setAccessibleName("Header section of the part")
        preview.setFixedHeight(preview.fontMetrics().lineSpacing() * (_PREVIEW_LINES + 1) + 16)
        return preview

    def _lay_out(self) -> None:
        size = QLabel(f"{len(self.part.octets):,} octets as it stands, {human_size(len(self.part.octets))}", self)
        preview = QLabel("The octets of its header section", self)
        preview.setBuddy(self.preview)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addWidget(size)
        layout.addLayout(self.form)
        layout.addSpacing(8)
        layout.addWidget(preview)
        layout.addWidget(self.preview)
        layout.addStretch(1)
        layout.addWidget(self.buttons)

    @Slot()
    def _check(self) -> None:
        """Say what is refused, and show the header section that the rest makes."""
        if set(self.controls) != set(PartValues.__dataclass_fields__):
            return
        root, ids, values = self._composer.root, self._composer.ids, self.values
        written = values.with_encoding_of(self.before)
        self._show_faults(written.faults(root, self.part, self.before, ids))
        try:
            part = written.applied(root, self.part.key, self.before, ids).find(self.part.key)
        except MessageError:
            # Said beside its field already.
            return
        header = bytes((part or self.part).header.octets)
        self.preview.setPlainText(header.decode("utf-8", "backslashreplace").replace("\r\n", "\n"))

    def _show_faults(self, faults: dict[str, MessageError]) -> None:
        for name, note in self.notes.items():
            error = faults.get(name)
            self.form.setRowVisible(note, error is not None)
            if error is not None:
                note.say(f"{error.sentence} {error.hint}".strip())
            else:
                note.clear()


def _choose(box: QComboBox, value: str) -> None:
    index = box.findData(value, flags=Qt.MatchFlag.MatchExactly)
    if index >= 0:
        box.setCurrentIndex(index)
    elif box.isEditable():
        box.setEditText(value)
    else:
        box.insertItem(0, value, value)
        box.setCurrentIndex(0)


def _value(control: _Control) -> str:
    if isinstance(control, QLineEdit):
        return control.text()
    if control.isEditable():
        index = control.findText(control.currentText())
        return str(control.itemData(index)) if index >= 0 else control.currentText().strip()
    return str(control.currentData())
