"""What was sent of an event, in order, and the exact octets of each sending."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHeaderView, QSplitter, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from sescomposer.core.entity import Entity
from sescomposer.gui.invitations.invitation_words import time_words, what_words
from sescomposer.gui.invitations.loading import LoadedInvitation, names_of
from sescomposer.gui.panes.message_inspector import MessageInspector
from sescomposer.gui.tasks import TaskRunner
from sescomposer.gui.widgets.fitting_text import FittingText
from sescomposer.gui.widgets.rows import in_rows

_TITLES = ("Sent", "What", "SEQUENCE", "To")


class SendingsPane(QWidget):
    """A list above, tree and octets of the sending that is selected below; the last one comes first."""

    def __init__(self, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._roots: tuple[Entity | None, ...] = ()
        self._shown: Entity | None = None
        self.list = self._make_list()
        self.gone = FittingText("About the octets", self, lines=2)
        self.inspector = MessageInspector(runner, self)
        storeys = QSplitter(Qt.Orientation.Vertical, self)
        storeys.addWidget(self.list)
        storeys.addWidget(self.inspector)
        storeys.setChildrenCollapsible(False)
        storeys.setHandleWidth(8)
        storeys.setSizes([88, 300])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.gone)
        column.addWidget(storeys, 1)
        self.setFocusProxy(self.list)
        self.list.currentItemChanged.connect(self._on_current_changed)

    def show_loaded(self, loaded: LoadedInvitation) -> None:
        """Show what was sent of an event; the place in the list stays where it can."""
        sendings = loaded.invitation.sendings[::-1]
        row = self.list.currentIndex().row() if len(sendings) == self.list.topLevelItemCount() else 0
        self._roots = loaded.roots[::-1]
        self.list.clear()
        for sent, recipients in sendings:
            date = f" {sent.occurrence}" if sent.occurrence else ""
            names = names_of(sorted(recipients))
            words = [time_words(sent.at), f"{what_words(sent)}{date}", str(sent.sequence), names]
            self.list.addTopLevelItem(QTreeWidgetItem(words))
        self.list.setCurrentIndex(self.list.model().index(max(row, 0), 0))

    @Slot()
    def _on_current_changed(self) -> None:
        row = self.list.currentIndex().row()
        root = self._roots[row] if 0 <= row < len(self._roots) else None
        is_gone = root is None and row >= 0
        self.gone.say("The octets of this message are not there any more." if is_gone else "")
        self.inspector.setVisible(root is not None)
        if root is not None and (self._shown is None or not self._shown.octets.equals(root.octets)):
            self.inspector.show_message(root)
            self._shown = root

    def _make_list(self) -> QTreeWidget:
        table = QTreeWidget(self)
        table.setHeaderLabels(_TITLES)
        in_rows(table, "What was sent of the event", striped=False)
        table.setTextElideMode(Qt.TextElideMode.ElideRight)
        table.setMinimumHeight(64)
        header = table.header()
        header.setStretchLastSection(True)
        for column in range(3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        return table
