"""Every detail of one submission, to read and to copy."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QWidget

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
        # A form would give texts of many lines too little height.
        grid = QGridLayout(content)
        grid.setContentsMargins(8, 8, 8, 8)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(len(DETAILS), 1)
        self.values = {name: self._value(name, content) for name in DETAILS}
        self._names = {name: QLabel(f"{name}:", content) for name in DETAILS}
        for row, name in enumerate(DETAILS):
            grid.addWidget(self._names[name], row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(self.values[name], row, 1)
        self.setWidget(content)

    def show_record(self, record: SubmissionRecord) -> None:
        """Show what is known of a submission."""
        known = details_of(record)
        for name, value in self.values.items():
            text = known.get(name, "")
            value.setText(text)
            value.setVisible(bool(text))
            self._names[name].setVisible(bool(text))
        self.verticalScrollBar().setValue(0)

    def _value(self, name: str, parent: QWidget) -> QLabel:
        label = QLabel(parent)
        label.setWordWrap(True)
        label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setAccessibleName(name)
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        return label
