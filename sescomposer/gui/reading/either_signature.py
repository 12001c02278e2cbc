"""Signature and encryption of two forms of one message, such as submitted and delivered: one of both is shown."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QStackedWidget, QVBoxLayout, QWidget

from sescomposer.gui.layers.reader import MessageReader
from sescomposer.gui.reading.signature_view import SignaturePane


class EitherSignature(QWidget):
    """A pane for each reader, and above them what they are of; nothing can be edited.

    Args:
        forms: Of each form its reader, and whose facts these are in words; the last is shown first.

    Signals:
        chosen(): another form is shown.
        part_wanted(object): the `Key` of an entity of the form that is shown.
        save_wanted(): what was decrypted of it is to be saved.
    """

    chosen = Signal()
    part_wanted = Signal(object)
    save_wanted = Signal()

    def __init__(self, forms: Sequence[tuple[MessageReader, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._readers = [reader for reader, _ in forms]
        self.panes = [SignaturePane(reader, self, is_editable=False) for reader in self._readers]
        self.buttons = [QRadioButton(words, self) for _, words in forms]
        self._stack = QStackedWidget(self)
        self._group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 16, 0)
        row.setSpacing(16)
        for index, (button, pane) in enumerate(zip(self.buttons, self.panes, strict=True)):
            self._group.addButton(button, index)
            self._stack.addWidget(pane)
            row.addWidget(button)
            pane.part_wanted.connect(self.part_wanted)
            pane.save_wanted.connect(self.save_wanted)
            button.clicked.connect(partial(self._on_clicked, index))
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self._stack, 1)
        self._stack.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.show_of(self._readers[-1])

    @property
    def reader(self) -> MessageReader:
        """Whose facts are shown."""
        return self._readers[self._stack.currentIndex()]

    @property
    def pane(self) -> SignaturePane:
        """The pane that is shown."""
        return self.panes[self._stack.currentIndex()]

    def show_of(self, reader: MessageReader) -> None:
        """Show the facts of one of the readers."""
        index = self._readers.index(reader)
        self.buttons[index].setChecked(True)
        self._stack.setCurrentIndex(index)

    def _on_clicked(self, index: int, checked: bool = False) -> None:
        self.show_of(self._readers[index])
        self.chosen.emit()
