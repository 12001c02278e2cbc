"""Every detail of one submission, to read and to copy."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QFrame, QLabel, QScrollArea, QWidget

from sescomposer.gui.history.history_words import DETAILS, details_of
from sescomposer.services.ports import SubmissionRecord


class DetailsPane(QScrollArea):
    """A row for each detail that there is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Details of the submission")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        content = QWidget(self)
        self._form = QFormLayout(content)
        self._form.setContentsMargins(8, 8, 8, 8)
        self._form.setHorizontalSpacing(16)
        self._form.setVerticalSpacing(6)
        self.values = {name: self._value(name, content) for name in DETAILS}
        for name, value in self.values.items():
            self._form.addRow(QLabel(f"{name}:", content), value)
        self.setWidget(content)

    def show_record(self, record: SubmissionRecord) -> None:
        """Show what is known of a submission."""
        known = details_of(record)
        for name, value in self.values.items():
            text = known.get(name, "")
            value.setText(text)
            self._form.setRowVisible(value, bool(text))
        self.verticalScrollBar().setValue(0)

    def _value(self, name: str, parent: QWidget) -> QLabel:
        label = QLabel(parent)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setAccessibleName(name)
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        return label
