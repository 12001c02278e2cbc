"""Chooses what the local servers do to messages: any answer of SES, latency, cuts, for all or some of them."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from sescomposer.core.road import Road
from sescomposer.core.service_answers import KnownAnswer, explain
from sescomposer.gui.tips import tip
from sescomposer.gui.widgets.rows import in_rows
from sescomposer.services.serving import LATENCY_MOST, Cut, Fault, answer_choices, ordinal

_NAME = Qt.ItemDataRole.UserRole
_ACCEPT = "Accept or refuse as SES would"


class FaultPanel(QWidget):
    """A searchable list of answers, and how often and how late.

    Signals:
        fault_wanted(object, object): a `Fault` and the tuple of roads it is for, empty for all.
    """

    fault_wanted = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._answers = answer_choices()
        self.search = QLineEdit(self, clearButtonEnabled=True)
        self.search.setPlaceholderText("Search answers: verified, quota, too large, 454...")
        self.search.setAccessibleName("Search the answers")
        self.list = self._make_list()
        self.road = self._combo("Road that it is done on", [("All roads", ""), *((r.label, r.value) for r in Road)])
        cuts = [("no", Cut.NONE), ("before the octets", Cut.BEFORE)]
        cuts += [("during the octets", Cut.DURING), ("after the octets", Cut.AFTER)]
        self.cut = self._combo("Cut the connection", [(words, cut.value) for words, cut in cuts])
        for row, (_, cut) in enumerate(cuts):
            self.cut.setItemData(row, cut.sentence, Qt.ItemDataRole.ToolTipRole)
        self.latency = QDoubleSpinBox(self, decimals=1, maximum=LATENCY_MOST, suffix=" s")
        self.latency.setAccessibleName("Seconds to wait before the answer")
        self.every = self._number("Each how manieth message", 1)
        self.times = self._number("How many messages, 0 for no end", 0)
        self.times.setSpecialValueText("no end")
        self.every.valueChanged.connect(self._on_every_changed)
        self._on_every_changed(1)
        self.apply_button = QPushButton("&Do this", self)
        self.clear_button = QPushButton("Do &nothing special", self)
        self.now = QLabel(self)
        self.now.setWordWrap(True)
        self.now.setTextFormat(Qt.TextFormat.PlainText)
        self.now.setAccessibleName("What is done to messages now")
        self._arrange()
        self.search.textChanged.connect(self._on_searched)
        self.apply_button.clicked.connect(self._on_apply)
        self.clear_button.clicked.connect(self._on_clear)
        self.list.itemActivated.connect(self._on_apply)

    @property
    def fault(self) -> Fault:
        """What is chosen."""
        return Fault(
            self._chosen(), self.latency.value(), Cut(self.cut.currentData()), self.every.value(), self.times.value()
        )

    def choose(self, name: str) -> None:
        """Choose an answer by its name, "" for none."""
        for item in self._items():
            if item.data(0, _NAME) == name:
                self.list.setCurrentItem(item)

    def say(self, sentence: str) -> None:
        """Say what is done now."""
        self.now.setText(sentence)

    def shown_names(self) -> list[str]:
        """Give the names of the answers that the search leaves."""
        return [item.data(0, _NAME) for item in self._items() if not item.isHidden()]

    # Building

    def _make_list(self) -> QTreeWidget:
        rows = QTreeWidget(self)
        in_rows(rows, "Answers", striped=False)
        rows.setHeaderLabels(["What it means", "What the service says"])
        rows.setMinimumHeight(96)
        rows.header().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        accept = QTreeWidgetItem([_ACCEPT, ""])
        accept.setData(0, _NAME, "")
        rows.addTopLevelItem(accept)
        rows.addTopLevelItems([_item(name, answer) for name, answer in self._answers.items()])
        rows.setCurrentItem(accept)
        return rows

    def _combo(self, name: str, entries: list[tuple[str, str]]) -> QComboBox:
        box = QComboBox(self)
        box.setAccessibleName(name)
        for words, value in entries:
            box.addItem(words, value)
        return box

    def _number(self, name: str, least: int) -> QSpinBox:
        box = QSpinBox(self, minimum=least, maximum=100_000, value=least)
        box.setAccessibleName(name)
        return box

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(8)
        pairs = (("On", self.road), ("Wait", self.latency), ("Cut", self.cut), ("Every", self.every))
        for place, (words, widget) in enumerate((*pairs, ("How many", self.times))):
            label = QLabel(words, self)
            label.setBuddy(widget)
            row, half = divmod(place, 2)
            grid.addWidget(label, row, half * 2)
            grid.addWidget(widget, row, half * 2 + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.apply_button)
        buttons.addWidget(self.clear_button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addLayout(grid)
        column.addLayout(buttons)
        column.addWidget(self.now)

    # Choosing

    def _items(self) -> list[QTreeWidgetItem]:
        items = map(self.list.topLevelItem, range(self.list.topLevelItemCount()))
        return [item for item in items if item is not None]

    def _chosen(self) -> KnownAnswer | None:
        item = self.list.currentItem()
        return self._answers.get(item.data(0, _NAME)) if item is not None else None

    @Slot(str)
    def _on_searched(self, typed: str) -> None:
        """Leave what has every word; the choice moves to the first of them if it is hidden."""
        words = typed.lower().split()
        for item in self._items():
            text = f"{item.data(0, _NAME)} {item.text(0)} {item.text(1)}".lower()
            item.setHidden(not all(word in text for word in words))
        left = [item for item in self._items() if not item.isHidden()]
        current = self.list.currentItem()
        if left and (current is None or current.isHidden()):
            self.list.setCurrentItem(left[0])

    @Slot(int)
    def _on_every_changed(self, number: int) -> None:
        self.every.setSuffix(" (all)" if number == 1 else f" (each {ordinal(number)})")

    @Slot()
    def _on_apply(self) -> None:
        road = self.road.currentData()
        self.fault_wanted.emit(self.fault, (Road(road),) if road else ())

    @Slot()
    def _on_clear(self) -> None:
        self.search.clear()
        self.choose("")
        self.latency.setValue(0)
        self.cut.setCurrentIndex(0)
        self.road.setCurrentIndex(0)
        self.fault_wanted.emit(Fault(), ())


def _item(name: str, answer: KnownAnswer) -> QTreeWidgetItem:
    """One answer: our sentence, and its words as they come on its first road."""
    example = answer.example(answer.roads[0])
    explanation = explain(example)
    item = QTreeWidgetItem([explanation.sentence, example.text or example.wire])
    item.setData(0, _NAME, name)
    roads = ", ".join(road.label for road in answer.roads)
    for column in (0, 1):
        item.setToolTip(column, tip(f"{explanation.sentence} {explanation.hint} It comes on: {roads}. ({name})"))
    return item
