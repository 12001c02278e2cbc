"""Lines above the panes for what is worth knowing and stops nobody; each goes when it is dismissed."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from sescomposer.gui.icons import icon
from sescomposer.gui.widgets.notice import Notice


class InfoBars(QWidget):
    """A stack of lines, newest last; takes no room while there is none.

    Signals:
        dismissed(str): the user closed the line of that key.
    """

    dismissed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: dict[str, Notice] = {}
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(1)
        self.hide()

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is told now, from the top."""
        return tuple(line.sentence for line in self._lines.values())

    def tell(self, sentence: str, kind: str = "note", *, key: str = "") -> None:
        """Show a line.

        Args:
            sentence: Plain text.
            kind: "note", "warning" or "error".
            key: A later line of the same key takes its place; by itself each sentence has a line of its own.
        """
        key = key or sentence
        if key not in self._lines:
            self._lines[key] = self._add(key)
        self._lines[key].say(sentence, kind)
        self.show()

    def take_back(self, key: str) -> None:
        """Remove the line of a key, if there is one."""
        line = self._lines.pop(key, None)
        if line is not None:
            self._rows.removeWidget(line)
            line.hide()
            line.deleteLater()
            self.setVisible(bool(self._lines))

    def _add(self, key: str) -> Notice:
        line = Notice("Notice", self)
        button = QToolButton(line, autoRaise=True)
        button.setIcon(icon("close"))
        button.setToolTip("Dismiss")
        button.setAccessibleName("Dismiss this line")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(partial(self._dismiss, key))
        line.add_widget(button)
        self._rows.addWidget(line)
        return line

    def _dismiss(self, key: str) -> None:
        self.take_back(key)
        self.dismissed.emit(key)
