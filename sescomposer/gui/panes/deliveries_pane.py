"""What became of each recipient of a message in the local inbox, and the report that came back."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QPushButton, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from sescomposer.gui.icons import icon
from sescomposer.gui.models.envelope_words import unicode_form
from sescomposer.gui.widgets.fitting_text import FittingText
from sescomposer.gui.widgets.rows import in_rows
from sescomposer.services.ports import Delivery, DeliveryOutcome

_SIGNS = {
    DeliveryOutcome.DELIVERED: "ok",
    DeliveryOutcome.BOUNCED: "error",
    DeliveryOutcome.SUPPRESSED: "error",
    DeliveryOutcome.COMPLAINED: "warning",
    DeliveryOutcome.OUT_OF_OFFICE: "note",
}


class DeliveriesPane(QWidget):
    """A row for each recipient; below it what happened, in words.

    Signals:
        report_wanted(object): the `Delivery` whose report message is to be opened.
    """

    report_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._deliveries: tuple[Delivery, ...] = ()
        self.table = QTreeWidget(self)
        self.table.setHeaderLabels(["Recipient", "Outcome", "Report"])
        self.table.setFrameShape(QTreeWidget.Shape.NoFrame)
        in_rows(self.table, "Outcome of each recipient", striped=False)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = self.table.header()
        header.setStretchLastSection(False)
        for column, mode in enumerate(("Stretch", "ResizeToContents", "ResizeToContents")):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode[mode])
        self.explanation = FittingText("What happened", self, lines=4)
        self.report_button = QPushButton(icon("open"), "Open the &report", self)
        self.report_button.setToolTip("Show the message that came back for this recipient")
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 8, 8)
        row.setSpacing(8)
        row.addWidget(self.explanation, 1)
        row.addWidget(self.report_button, 0, Qt.AlignmentFlag.AlignTop)
        column_layout = QVBoxLayout(self)
        column_layout.setContentsMargins(0, 0, 0, 0)
        column_layout.setSpacing(8)
        column_layout.addWidget(self.table, 1)
        column_layout.addLayout(row)
        self.setFocusProxy(self.table)
        self.table.currentItemChanged.connect(self._on_current_changed)
        self.table.itemActivated.connect(self._on_open)
        self.report_button.clicked.connect(self._on_open)

    def show_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        """Show the outcomes of a message."""
        self._deliveries = tuple(deliveries)
        self.table.clear()
        for delivery in self._deliveries:
            report = "came back" if delivery.report else ""
            item = QTreeWidgetItem([unicode_form(delivery.recipient), delivery.outcome.value, report])
            sign = _SIGNS[delivery.outcome]
            item.setIcon(1, icon(sign, sign))
            item.setToolTip(0, delivery.recipient)
            item.setToolTip(1, delivery.explanation)
            self.table.addTopLevelItem(item)
        self.table.setCurrentIndex(self.table.model().index(0, 0))
        self._on_current_changed()

    @property
    def current(self) -> Delivery | None:
        """The selected outcome."""
        row = self.table.currentIndex().row()
        return self._deliveries[row] if 0 <= row < len(self._deliveries) else None

    @Slot()
    def _on_current_changed(self) -> None:
        current = self.current
        self.explanation.say(current.explanation if current else "Nobody was named as recipient.")
        self.report_button.setVisible(any(delivery.report for delivery in self._deliveries))
        self.report_button.setEnabled(current is not None and bool(current.report))

    @Slot()
    def _on_open(self) -> None:
        current = self.current
        if current is not None and current.report:
            self.report_wanted.emit(current)
