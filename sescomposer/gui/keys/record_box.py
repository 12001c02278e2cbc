"""The DNS record of a DKIM key, to copy: its name, its value, and the line for a zone file."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFormLayout, QGroupBox, QHBoxLayout, QWidget

from sescomposer.gui.widgets.entries import told_button
from sescomposer.gui.widgets.fitting_text import FittingText

_WORDS = {
    "Name": "name of the record",
    "Value": "value of the TXT record",
    "Zone": "line for a zone file",
}


class RecordBox(QGroupBox):
    """Three lines with a button each; hidden for keys that have no record.

    Signals:
        copied(str): what lies on the clipboard now.
    """

    copied = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("TXT record to publish in the DNS", parent)
        form = QFormLayout(self)
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        self.values: dict[str, FittingText] = {}
        for name, words in _WORDS.items():
            value = self.values[name] = FittingText(f"The {words}", self, fixed=True, lines=6)
            button = told_button("copy", "Copy", f"Copy the {words}", self)
            button.setAccessibleName(f"Copy the {words}")
            button.clicked.connect(partial(self._copy, name))
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addWidget(value, 1)
            row.addWidget(button)
            form.addRow(f"{name}:", row)
        self.hide()

    def show_record(self, record: tuple[tuple[str, str], ...]) -> None:
        """Show a record, or nothing."""
        for name, words in record:
            self.values[name].say(words)
        self.setVisible(bool(record))

    def _copy(self, name: str, checked: bool = False) -> None:
        del checked
        QGuiApplication.clipboard().setText(self.values[name].words)
        self.copied.emit(f"The {_WORDS[name]} is on the clipboard.")
