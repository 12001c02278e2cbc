"""The buttons of the send sheet, each declared once; a stage shows some of them."""

from collections.abc import Iterable, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from sescomposer.gui.icons import icon

_BUTTONS = (
    ("copy", "Cop&y", "copy", "Copy state, answer, ids and hash"),
    ("goto", "&Go to…", "", "Go to the place where it can be mended"),
    ("anyway", "&Deliver anyway", "", "Let the local inbox take what SES would refuse; its words are kept beside it"),
    ("close", "&Close", "", "Go back to writing (Esc)"),
    ("cancel", "&Cancel", "close", "Stop; nothing is sent"),
    ("again", "&Try again", "", "Open the account anew and seal the message"),
    ("undo", "&Undo", "undo", "Take it back; nothing is sent"),
    ("seal", "&Seal again", "", "Seal what was not sent anew and review it"),
    ("now", "Send &now", "send", "Do not wait any longer"),
    ("hurry", "Send &now", "send", "Try it now; if it is too early, the next wait is longer"),
    ("resume", "&Resume", "send", "Go on with the messages that have not begun"),
    ("pause", "&Pause", "", "Start nothing further; what is on its way goes on"),
    ("stop", "S&top", "close", "Start nothing further, for good; what waits is not sent"),
    ("confirm", "&Send", "send", "Send exactly these octets (Ctrl+Enter)"),
    ("inbox", "Open in local &inbox", "inbox", "Show the message as it was submitted and as it would be delivered"),
)
_STEERING = ("cancel", "stop", "pause", "resume")
"""Buttons that Return never presses: they steer what is under way."""


class SheetButtons(QWidget):
    """A row of buttons; what copies stands at the left.

    Signals:
        pressed(str): the name of the one that was pressed.
    """

    pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.by_name = {name: self._make(name, words, sign, tip) for name, words, sign, tip in _BUTTONS}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.by_name["copy"])
        row.addStretch(1)
        for name, button in self.by_name.items():
            if name != "copy":
                row.addWidget(button)

    def show_names(self, names: Sequence[str]) -> QPushButton | None:
        """Show these, and give the one that Return presses: the last, if it stops nothing; None for none."""
        wanted = next((name for name in names[-1:] if name not in _STEERING), "")
        for name, button in self.by_name.items():
            button.setVisible(name in names)
            button.setDefault(name == wanted)
        return self.by_name.get(wanted)

    def enable(self, names: Iterable[str], enabled: bool) -> None:
        """Let some be pressed, or not."""
        for name in names:
            self.by_name[name].setEnabled(enabled)

    def name(self, name: str, words: str) -> None:
        """Write other words on one."""
        self.by_name[name].setText(words)

    def _make(self, name: str, words: str, icon_name: str, tip: str) -> QPushButton:
        button = QPushButton(words, self)
        if icon_name:
            button.setIcon(icon(icon_name))
        button.setToolTip(tip)
        button.setAccessibleDescription(tip)
        button.setAutoDefault(False)
        button.clicked.connect(partial(self._on_clicked, name))
        return button

    def _on_clicked(self, name: str, checked: bool = False) -> None:
        self.pressed.emit(name)
