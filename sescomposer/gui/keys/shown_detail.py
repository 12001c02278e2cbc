"""Everything about one key, certificate or root: what speaks against it, what it says, its fingerprint to compare."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from sescomposer.gui.keys.record_box import RecordBox
from sescomposer.gui.keys.shown import Shown, Told, breakable
from sescomposer.gui.widgets.entries import told_button
from sescomposer.gui.widgets.fitting_text import FittingText
from sescomposer.gui.widgets.note_line import NoteLine
from sescomposer.gui.widgets.steady_scroll import SteadyScroll


class ShownDetail(QWidget):
    """What is known of the one that is selected.

    Signals:
        copied(str): what lies on the clipboard now, for the status bar.
    """

    copied = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: Shown | None = None
        self.title = QLabel(self)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        font = QFont(self.title.font())
        font.setBold(True)
        self.title.setFont(font)
        self.notes: list[NoteLine] = []
        self.values: list[FittingText] = []
        self.fingerprint = FittingText("Fingerprint", self, fixed=True)
        self.copy_button = told_button("copy", "Copy", "Copy the fingerprint, SHA-256 for certificates", self)
        self.copy_button.setAccessibleName("Copy the fingerprint")
        self.copy_button.clicked.connect(self.copy_fingerprint)
        self.record = RecordBox(self)
        self.record.copied.connect(self.copied)
        inside = self._lay_out()
        scroller = SteadyScroll(inside, self)
        scroller.setAccessibleName(name)
        self.scroller = scroller
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroller)

    def show_one(self, shown: Shown | None) -> None:
        """Show another one, or nothing."""
        if shown is not None and shown.is_same(self.shown):
            self.shown = shown
            return
        self.shown = shown
        self.title.setText(breakable(shown.title) if shown else "")
        self._show_notes(shown.told if shown else ())
        self._show_facts(shown.facts if shown else ())
        has_print = shown is not None and bool(shown.fingerprint)
        self.fingerprint.say(shown.fingerprint if shown else "")
        self.form.setRowVisible(self._print_row, has_print)
        self.record.show_record(shown.record if shown else ())
        self.scroller.verticalScrollBar().setValue(0)

    @Slot()
    def copy_fingerprint(self) -> None:
        """Put the fingerprint on the clipboard, as it is shown."""
        if self.shown is not None and self.shown.fingerprint:
            QGuiApplication.clipboard().setText(self.shown.fingerprint)
            self.copied.emit("The fingerprint is on the clipboard.")

    def _lay_out(self) -> QWidget:
        inside = QWidget(self)
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(8, 8, 8, 8)
        self._column.setSpacing(8)
        self._column.addWidget(self.title)
        self._notes = QVBoxLayout()
        self._notes.setSpacing(8)
        self._column.addLayout(self._notes)
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(16)
        self.form.setVerticalSpacing(6)
        self.form.setLabelAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._print_row = QWidget(inside)
        row = QHBoxLayout(self._print_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.fingerprint, 1)
        row.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignTop)
        self.form.addRow("Fingerprint:", self._print_row)
        self._column.addWidget(self.record)
        self._column.addLayout(self.form)
        self._column.addStretch(1)
        return inside

    def _show_notes(self, told: tuple[Told, ...]) -> None:
        while len(self.notes) < len(told):
            note = NoteLine(self)
            self.notes.append(note)
            self._notes.addWidget(note)
        for number, note in enumerate(self.notes):
            if number < len(told):
                each = told[number]
                note.say(f"{each.sentence} {each.mend}".strip(), role=each.sign)
                note.setAccessibleName(f"{each.sign}: {each.sentence} {each.mend}".strip())
            else:
                note.clear()

    def _show_facts(self, facts: tuple[tuple[str, str], ...]) -> None:
        """Show rows of names and words; rows are used again."""
        while len(self.values) < len(facts):
            value = FittingText("", self, lines=8)
            self.values.append(value)
            self.form.addRow(QLabel(self), value)
        for number, value in enumerate(self.values):
            is_shown = number < len(facts)
            self.form.setRowVisible(value, is_shown)
            if is_shown:
                name, words = facts[number]
                label = self.form.labelForField(value)
                if isinstance(label, QLabel):
                    label.setText(f"{name}:")
                value.setAccessibleName(name)
                value.say(words)
