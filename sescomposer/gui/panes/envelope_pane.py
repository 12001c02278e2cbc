"""The envelope: who gets the message and why, who sees whom, the return path, and how to override both.

It shows `Message.envelope` and the address fields, and hands in edits; it holds nothing.
"""

from dataclasses import replace

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QPushButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from sescomposer.core.envelope import return_path
from sescomposer.core.errors import MessageError
from sescomposer.core.header import HeaderSection
from sescomposer.core.message import EnvelopeOverride
from sescomposer.gui.composer import Composer
from sescomposer.gui.icons import icon
from sescomposer.gui.models.envelope_words import (
    count_words,
    envelope_rows,
    override_words,
    return_path_words,
    unicode_form,
    who_sees_whom,
    wire_address,
    with_recipients,
    without_recipients,
)
from sescomposer.gui.models.header_rows import on_one_line
from sescomposer.gui.models.recipients_model import RecipientsModel
from sescomposer.gui.panes.envelope_parts import Gauge, NobodyYet, title
from sescomposer.gui.widgets.faint import Faint
from sescomposer.gui.widgets.field_line import FieldLine
from sescomposer.gui.widgets.note_line import NoteLine
from sescomposer.gui.widgets.rows import in_rows

_BCC = (
    "A Bcc recipient gets the same message, but sealing takes the Bcc field out: it is in the envelope and not in "
    "the header that people read."
)
_RETURN_PATH = "Bounces and complaints go to this address; SES writes a return path of its own into what it delivers."


class EnvelopePane(QWidget):
    """Return path, recipients and what was set by hand."""

    def __init__(self, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self._shown: tuple[HeaderSection, EnvelopeOverride] | None = None
        self.setAccessibleName("Envelope")
        self.model = RecipientsModel(self)
        self.path_note = NoteLine(self)
        self.add_note = NoteLine(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        self._build_return_path(layout)
        layout.addSpacing(16)
        self._build_recipients(layout)
        self._build_override(layout)
        composer.message_changed.connect(self._on_message_changed)
        composer.replaced.connect(self._on_replaced)
        self._show()

    def _build_return_path(self, layout: QVBoxLayout) -> None:
        self.path_edit = FieldLine("Return path (MAIL FROM)", self)
        self.path_edit.editingFinished.connect(self._on_path_typed)
        self.path_edit.edited.connect(self.path_note.clear)
        self.path_reset = self._button(
            "Use the header's", "Take the return path from the header fields", self._reset_path
        )
        self.path_source = Faint("", self)
        self.path_edit.setToolTip(_RETURN_PATH)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.path_edit, 1)
        line.addWidget(self.path_reset)
        layout.addWidget(title("Return path (MAIL FROM)", self))
        layout.addLayout(line)
        layout.addWidget(self.path_note)
        layout.addWidget(self.path_source)
        layout.addWidget(Faint(_RETURN_PATH, self))

    def _build_recipients(self, layout: QVBoxLayout) -> None:
        self.gauge = Gauge(self)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(title("Recipients (RCPT TO)", self), 1)
        head.addWidget(self.gauge)
        self.table = self._make_table()
        self.nobody = NobodyYet(self)
        self.sentence = QLabel(self)
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setAccessibleName("Who sees whom")
        self.bcc_words = Faint(_BCC, self)
        layout.addLayout(head)
        layout.addWidget(self.sentence)
        layout.addWidget(self.bcc_words)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.nobody, 1)

    def _make_table(self) -> QTreeView:
        table = QTreeView(self)
        table.setModel(self.model)
        in_rows(table, "Recipients")
        table.setTextElideMode(Qt.TextElideMode.ElideRight)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.setMinimumHeight(96)
        header = table.header()
        header.setStretchLastSection(False)
        for column, mode in enumerate(("Stretch", "Stretch", "ResizeToContents", "ResizeToContents")):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode[mode])
        for words, keys, slot in (
            ("Take out of the envelope", "Del", self._on_remove),
            ("Put back into the envelope", "Ins", self._on_put_back),
            ("Copy the wire form", "Ctrl+C", self._on_copy),
        ):
            action = QAction(words, table)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(slot)
            table.addAction(action)
        table.customContextMenuRequested.connect(self._on_menu)
        table.selectionModel().selectionChanged.connect(self._show_buttons)
        return table

    def _build_override(self, layout: QVBoxLayout) -> None:
        self.add_edit = FieldLine("Address to add to the envelope", self)
        self.add_edit.setPlaceholderText("Add an address to the envelope alone")
        self.add_edit.returnPressed.connect(self._on_add)
        self.add_edit.edited.connect(self.add_note.clear)
        self.add_button = self._button("Add", "Add the address to the envelope", self._on_add)
        self.remove_button = self._button(
            "Take out", "Take the selected recipients out of the envelope (Del)", self._on_remove
        )
        self.back_button = self._button(
            "Put back", "Put the selected addresses back into the envelope (Ins)", self._on_put_back
        )
        self.reset_button = self._button(
            "Use the header's", "Take the recipients from To, Cc and Bcc", self._reset_recipients
        )
        self.override = Faint("", self)
        for line in ((self.add_edit, self.add_button), (self.remove_button, self.back_button, None, self.reset_button)):
            row = QHBoxLayout()
            row.setSpacing(8)
            for widget in line:
                row.addStretch(1) if widget is None else row.addWidget(widget)
            layout.addLayout(row)
            if self.add_edit in line:
                layout.addWidget(self.add_note)
        layout.addWidget(self.override)

    def _button(self, words: str, help_text: str, slot: object) -> QPushButton:
        button = QPushButton(words, self)
        button.setToolTip(help_text)
        button.setAccessibleName(help_text)
        button.clicked.connect(slot)
        return button

    # Showing

    @Slot()
    def _on_message_changed(self) -> None:
        if self.isVisible():
            self._show()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed while the pane was hidden."""
        super().showEvent(event)
        self._show()

    @Slot()
    def _on_replaced(self) -> None:
        """Another message: what was typed for the old one goes."""
        self.add_edit.clear()
        for note in (self.path_note, self.add_note):
            note.clear()

    def _show(self) -> None:
        """Show the envelope if header or override are others."""
        message = self._composer.message
        if self._shown is not None and self._shown[0] is message.root.header and self._shown[1] == message.envelope:
            return
        self._shown = message.root.header, message.envelope
        wire, source = return_path(message.root, message.envelope)
        self.path_edit.show_text(unicode_form(wire))
        self.path_edit.setPlaceholderText("nobody")
        self.path_source.setText(return_path_words(message))
        self.path_reset.setEnabled(source == "override")
        rows = envelope_rows(message)
        self._show_rows(rows)
        self.sentence.setText(who_sees_whom(rows))
        self.bcc_words.setVisible(any(row.source == "Bcc" for row in rows))
        self.override.setText(override_words(message, rows))
        self.reset_button.setEnabled(message.envelope.rcpt_to is not None)
        self.gauge.show_count(sum(row.is_in for row in rows), count_words(message))
        self._show_buttons()

    def _show_rows(self, rows: tuple[object, ...]) -> None:
        """Show the rows; who was selected stays selected."""
        chosen = set(self._chosen())
        if self.model.show_rows(rows):  # type: ignore[arg-type]
            flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
            for number, row in enumerate(self.model.rows):
                if row.wire in chosen:
                    self.table.selectionModel().select(self.model.index(number, 0), flags)
        self.table.setVisible(bool(rows))
        self.nobody.setVisible(not rows)
        self.sentence.setVisible(bool(rows))

    def _chosen(self) -> list[str]:
        """Give the wire forms of the selected rows."""
        indexes = self.table.selectionModel().selectedRows()
        return [self.model.rows[index.row()].wire for index in indexes if index.row() < len(self.model.rows)]

    def _chosen_where(self, is_in: bool) -> list[str]:
        """Give the selected ones that are, or are not, in the envelope."""
        wanted = {row.wire for row in self.model.rows if row.is_in is is_in}
        return [wire for wire in self._chosen() if wire in wanted]

    @Slot()
    def _show_buttons(self) -> None:
        self.remove_button.setEnabled(bool(self._chosen_where(True)))
        self.back_button.setEnabled(bool(self._chosen_where(False)))

    # Edits

    def _set(self, envelope: EnvelopeOverride, label: str) -> None:
        """Hand in an override."""
        if envelope != self._composer.message.envelope:
            self._composer.apply(lambda message: replace(message, envelope=envelope), label)

    @Slot()
    def _on_path_typed(self) -> None:
        """Set the return path once it was typed; an empty one means the header's."""
        message = self._composer.message
        text = self.path_edit.text()
        wire, _ = return_path(message.root, message.envelope)
        if text == unicode_form(wire):
            return
        if not text.strip():
            self._reset_path()
            self.path_edit.show_text(unicode_form(return_path(message.root, EnvelopeOverride())[0]))
            return
        try:
            address = wire_address(text)
        except MessageError as error:
            self.path_note.say(f"{error.sentence} {error.hint}".strip())
            self.path_edit.show_text(unicode_form(wire))
            return
        self.path_note.clear()
        self._set(replace(message.envelope, mail_from=address), "set return path")
        self.path_edit.show_text(unicode_form(address))

    @Slot()
    def _reset_path(self) -> None:
        self.path_note.clear()
        self._set(replace(self._composer.message.envelope, mail_from=None), "use return path of the header")

    @Slot()
    def _on_add(self) -> None:
        """Add the typed address to the envelope."""
        text = self.add_edit.text()
        if not text.strip():
            return
        try:
            address = wire_address(text)
        except MessageError as error:
            self.add_note.say(f"{error.sentence} {error.hint}".strip())
            self.add_edit.show_text(on_one_line(text))
            return
        self.add_note.clear()
        self.add_edit.clear()
        message = self._composer.message
        self._set(replace(message.envelope, rcpt_to=with_recipients(message, [address])), "add recipient")

    @Slot()
    def _on_remove(self) -> None:
        message = self._composer.message
        if wires := self._chosen_where(True):
            rest = without_recipients(message, wires)
            self._set(replace(message.envelope, rcpt_to=rest), "take recipient out")

    @Slot()
    def _on_put_back(self) -> None:
        message = self._composer.message
        if wires := self._chosen_where(False):
            self._set(replace(message.envelope, rcpt_to=with_recipients(message, wires)), "put recipient back")

    @Slot()
    def _reset_recipients(self) -> None:
        self._set(replace(self._composer.message.envelope, rcpt_to=None), "use recipients of the header")

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(self._chosen()))

    @Slot(QPoint)
    def _on_menu(self, place: QPoint) -> None:
        """Offer what the keys do."""
        menu = QMenu(self.table)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self.table.actions())
        menu.addAction(icon("copy"), "Copy all wire forms", self._copy_all)
        menu.popup(self.table.viewport().mapToGlobal(place))

    def _copy_all(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(row.wire for row in self.model.rows if row.is_in))
