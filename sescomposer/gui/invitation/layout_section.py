"""The rows for where the event stands in the message, and who reads it there."""

from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtWidgets import QComboBox, QLabel

from sescomposer.core.invitation.event import Event
from sescomposer.core.invitation.layouts import Layout
from sescomposer.gui.invitation.rows import Section, tame
from sescomposer.gui.widgets.faint import Faint

_OTHER = "As it stands in the message"


class LayoutSection(Section):
    """Chooses a layout."""

    words = "In the message"

    def build(self) -> None:
        """Make the rows."""
        self.layout_box = QComboBox(self)
        for layout in Layout:
            self.layout_box.addItem(layout.label, layout.value)
        self.layout_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        tame(self.layout_box)
        self.layout_box.activated.connect(self._on_chosen)
        self.add_row("layout", "&Layout", self.layout_box, "Which parts of the message hold the event.")
        self.reads = Faint("", self)
        self.breaks = Faint("", self)
        self.add_row("reads", "Who reads it", self.reads)
        self.add_row("breaks", "Who does not", self.breaks)
        self.method = QLabel(self)
        self.add_row("method", "Method", self.method)

    def show_event(self, event: Event) -> None:
        """Show the layout that the message has."""
        layout = self.edits.layout
        with QSignalBlocker(self.layout_box):
            other = self.layout_box.findData("")
            if layout is None and other < 0:
                self.layout_box.addItem(_OTHER, "")
            elif layout is not None and other >= 0:
                self.layout_box.removeItem(other)
            self.layout_box.setCurrentIndex(self.layout_box.findData(layout.value if layout is not None else ""))
        facts = layout.facts if layout is not None else None
        self.reads.setText(facts.reads if facts is not None else "Nothing is known of this layout.")
        self.breaks.setText(facts.breaks if facts is not None else "Choose a layout to move the event.")
        self.method.setText(_METHODS.get(event.method, event.method or "None: this is no invitation"))

    @Slot(int)
    def _on_chosen(self, index: int) -> None:
        value = self.layout_box.itemData(index)
        sentence = self.edits.move_to(Layout(value)) if value else ""
        self.show_event(self.edits.event)
        self.say("layout", sentence)


_METHODS = {
    "REQUEST": "REQUEST: guests are asked for an answer",
    "PUBLISH": "PUBLISH: nobody is asked for an answer",
    "CANCEL": "CANCEL: the event does not take place",
    "REPLY": "REPLY: the answer of a guest",
    "COUNTER": "COUNTER: a guest proposes another time",
}
