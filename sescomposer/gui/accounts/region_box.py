"""The choice of a region: found by its name or its place; a name that is in no list may be typed."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QWidget

from sescomposer.services.regions import REGIONS, region


class RegionBox(QComboBox):
    """Lists the regions, the documented ones first.

    Signals:
        edited(): another region was chosen or typed.
    """

    edited = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        line = QLineEdit(self)
        self.setLineEdit(line)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(24)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for known in REGIONS:
            self.addItem(known.label, known.name)
        completer = QCompleter(self.model(), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.setCompleter(completer)
        self.line = line
        line.setPlaceholderText("eu-west-1, or a place such as Ireland")
        line.textEdited.connect(self.edited)
        self.activated.connect(self._on_activated)
        completer.activated.connect(self._on_activated)

    @property
    def name(self) -> str:
        """The name of the region, or what was typed in its place."""
        text = self.currentText().strip()
        index = self.findText(text)
        return str(self.itemData(index)) if index >= 0 else text.partition(",")[0].strip()

    def choose(self, name: str) -> None:
        """Show a region by its name."""
        index = self.findData(name)
        self.setCurrentIndex(index)
        if index < 0:
            self.setEditText(name)
        self.line.setCursorPosition(0)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the only region that what was typed can mean."""
        super().focusOutEvent(event)
        self.settle()

    def settle(self) -> None:
        """Take the only region that what was typed can mean."""
        typed = self.currentText().strip()
        if not typed or self.findText(typed) >= 0 or self.hasFocus():
            return
        if region(typed.lower()).is_listed:
            self.choose(typed.lower())
            self.edited.emit()
            return
        found = [known for known in REGIONS if typed.casefold() in known.label.casefold()]
        if len(found) == 1:
            self.choose(found[0].name)
            self.edited.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to what scrolls, until it has the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    @Slot()
    def _on_activated(self) -> None:
        self.edited.emit()
