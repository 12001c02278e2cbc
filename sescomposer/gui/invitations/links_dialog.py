"""Chooses the add-to-calendar links of an event, and says what each does not carry."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from sescomposer.core.invitation.links import Link, links_html
from sescomposer.gui.widgets.fitting_text import FittingText

WHAT_THEY_ARE = (
    "Whoever follows a link puts a copy of the event into their own calendar. Nobody answers, and no later update or "
    "cancellation reaches that copy: the links say what the event says now. When it changes, insert them anew."
)


class LinksDialog(QDialog):
    """A switch for each service.

    Signals:
        wanted(str): the HTML of the links that were chosen.
    """

    wanted = Signal(str)

    def __init__(self, links: Sequence[Link], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Add-to-calendar links")
        self._links = tuple(links)
        self.words = FittingText("What the links are", self, lines=5)
        self.words.say(WHAT_THEY_ARE)
        self.label = QLineEdit("Add to calendar:", self)
        self.label.setAccessibleName("Words before the links")
        self.switches = [_switch(link, self) for link in self._links]
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.accept_button = self.buttons.addButton("&Show the difference...", QDialogButtonBox.ButtonRole.AcceptRole)
        self.accept_button.setDefault(True)
        self._build()
        self.label.setFocus()

    def sizeHint(self) -> QSize:
        """Room for the notes."""
        return QSize(560, 420)

    @property
    def html(self) -> str:
        """The links that are chosen, "" for none."""
        chosen = [link for link, switch in zip(self._links, self.switches, strict=True) if switch.isChecked()]
        return links_html(chosen, self.label.text().strip()) if chosen else ""

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(self.words)
        form = QFormLayout()
        form.addRow("&Words before them:", self.label)
        column.addLayout(form)
        for link, switch in zip(self._links, self.switches, strict=True):
            notes = FittingText(f"What {link.service.value} does not carry", self, lines=4)
            notes.say("\n".join(link.notes) or "It carries all that a link can: title, time, place, description.")
            notes.setContentsMargins(24, 0, 0, 0)
            switch.setAccessibleDescription(notes.words)
            switch.toggled.connect(self._on_toggled)
            column.addWidget(switch)
            column.addWidget(notes)
        column.addStretch(1)
        column.addWidget(self.buttons)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    @Slot()
    def _on_toggled(self) -> None:
        self.accept_button.setEnabled(any(switch.isChecked() for switch in self.switches))

    @Slot()
    def accept(self) -> None:
        """Tell what was chosen."""
        html = self.html
        super().accept()
        self.wanted.emit(html)


def _switch(link: Link, parent: QWidget) -> QCheckBox:
    switch = QCheckBox(link.service.value, parent)
    switch.setChecked(True)
    return switch
