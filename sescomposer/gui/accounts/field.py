"""One field of a form: its label above it, what it means below, and what is wrong with it where something is."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from sescomposer.gui.widgets.faint import Faint
from sescomposer.gui.widgets.note_line import NoteLine


class Field(QWidget):
    """A control with its words.

    Args:
        label: With "&" before the access key; it names the control for screen readers too.
        control: It becomes a child of the field.
        meaning: What it means, "" for nothing.
    """

    def __init__(self, label: str, control: QWidget, parent: QWidget, *, meaning: str = "") -> None:
        super().__init__(parent)
        self.control = control
        self.label = QLabel(label, self)
        self.label.setBuddy(control)
        control.setAccessibleName(label.replace("&", ""))
        self.help = Faint("", self)
        self.problem = NoteLine(self)
        self._helped = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for widget in (self.label, control, self.help, self.problem):
            column.addWidget(widget)
        self.explain(meaning)

    def explain(self, words: str) -> None:
        """Say what it means, "" for nothing."""
        self._helped = words
        self.help.setText(words)
        self.help.setVisible(bool(words))
        self._describe()

    def complain(self, sentence: str) -> None:
        """Say what is wrong, "" for nothing."""
        if sentence == self.problem.sentence:
            return
        if sentence:
            self.problem.say(sentence)
        else:
            self.problem.clear()
        self._describe()

    def _describe(self) -> None:
        self.control.setAccessibleDescription(f"{self.problem.sentence} {self._helped}".strip())


class QuietCombo(QComboBox):
    """A choice in a form that scrolls: the wheel turns it only once it has the focus."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(16)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to what scrolls."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def choose(self, value: object) -> None:
        """Choose the entry that stands for a value, none if there is no such entry."""
        self.setCurrentIndex(self.findData(value))

    def allow(self, index: int, reason: str) -> None:
        """Let an entry be chosen, or, where there is a reason against it, not."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        # The standard model of a combo box keeps flags under the role before that of the user.
        self.setItemData(index, 0 if reason else flags.value, Qt.ItemDataRole.UserRole - 1)
        self.setItemData(index, reason or None, Qt.ItemDataRole.ToolTipRole)
