"""The window of the local inbox as a server, one a process: it starts and stops it, tells it faults, shows what comes.

Closing the window leaves the servers running; the window of the local inbox says so. They end with the program.
"""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QSize, Qt, Slot
from PySide6.QtWidgets import (
    QGroupBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from sescomposer.bootstrap import Services
from sescomposer.core.road import Road
from sescomposer.gui.companion_window import LookingWindow
from sescomposer.gui.icons import icon
from sescomposer.gui.serving.address_panel import AddressPanel, PortsPanel
from sescomposer.gui.serving.fault_panel import FaultPanel
from sescomposer.gui.serving.served_model import ANSWER, WAY, ServedModel
from sescomposer.gui.tasks import Context
from sescomposer.gui.widgets.entries import below_one_another
from sescomposer.gui.widgets.notice import Notice
from sescomposer.gui.widgets.rows import in_rows
from sescomposer.services.serving import NO_FAULT, Fault, Serving

LOOK_MS = 300
ShowEntry = Callable[[Services, QWidget | None, str], object]
_RESTS = "The local inbox is not served. Start it, and programs on this machine can send to it."
_RUNS = "The local inbox is served to programs on this machine. Signatures, users and passwords are not checked."
_NOTHING = (
    "Nothing came yet. Give one of the addresses at the left to your program and let it send: what comes is listed "
    "here, and lies in the local inbox."
)


class ServingWindow(LookingWindow):
    """Addresses and faults at the left, what comes at the right."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, parent, interval=LOOK_MS)
        self.setWindowTitle("Serve the local inbox")
        self.model = ServedModel(self)
        self.show_entry: ShowEntry | None = None
        self._serving: Serving | None = None
        self._busy = True
        self._build()
        # On a worker, for its libraries are large.
        task = self.runner.start(lambda context: services.serving)
        task.succeeded.connect(self._on_ready)
        self.settle()
        self.look()

    @classmethod
    def show_for(
        cls, services: Services, opener: QWidget | None = None, show_entry: ShowEntry | None = None
    ) -> "ServingWindow":
        """Show the window of this process.

        Args:
            services: What it acts through.
            opener: The composer window it is opened from; it goes when the last of those goes.
            show_entry: Shows a message of the local inbox, given the services, the opener, and its id.
        """
        window = cls.of_process(services, opener)
        window.show_entry = show_entry or window.show_entry
        window.come_up()
        return window

    def sizeHint(self) -> QSize:
        """Room for both halves."""
        return QSize(1120, 720)

    # Building

    def _build(self) -> None:
        self.sentence = QLabel(self)
        self.sentence.setWordWrap(True)
        self.sentence.setAccessibleName("Whether it is served")
        self.switch = QPushButton(self)
        self.switch.setDefault(True)
        self.switch.clicked.connect(self.toggle)
        self.notice = Notice("Trouble", self)
        self.ports = PortsPanel(self)
        self.addresses = AddressPanel(self)
        self.addresses.copied.connect(self._on_copied)
        self.places = QStackedWidget(self)
        self.places.addWidget(self.ports)
        self.places.addWidget(self.addresses)
        self.faults = FaultPanel(self)
        self.faults.fault_wanted.connect(self._on_fault_wanted)
        self.log = self._make_log()
        halves = QSplitter(Qt.Orientation.Horizontal, self)
        halves.setChildrenCollapsible(False)
        halves.setHandleWidth(8)
        halves.addWidget(self._left())
        halves.addWidget(self._right())
        halves.setStretchFactor(1, 1)
        halves.setSizes([520, 560])
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(self.sentence, 1)
        top.addWidget(self.switch)
        centre = QWidget(self)
        below_one_another(centre, (top, self.notice), halves)
        self.setCentralWidget(centre)
        self.take_keys()

    def _left(self) -> QWidget:
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._group("Where it listens", self.places))
        column.addWidget(self._group("What is done to messages", self.faults), 1)
        return left

    def _right(self) -> QWidget:
        self.nothing = QLabel(_NOTHING, self)
        self.nothing.setWordWrap(True)
        right = QWidget(self)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.nothing)
        column.addWidget(self.log, 1)
        return self._group("What came, the newest first", right)

    def _group(self, title: str, widget: QWidget) -> QGroupBox:
        group = QGroupBox(title, self)
        QVBoxLayout(group).addWidget(widget)
        return group

    def _make_log(self) -> QTreeView:
        view = QTreeView(self)
        view.setModel(self.model)
        in_rows(view, "What came, the newest first")
        view.setMinimumWidth(320)
        view.setToolTip("Enter opens a message in the window of the local inbox")
        view.activated.connect(self._on_activated)
        header = view.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for column in (WAY, ANSWER):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(WAY, 200)
        return view

    # Running

    @Slot()
    def toggle(self) -> None:
        """Start or stop, on a worker."""
        serving, options = self._serving, self.ports.options
        if serving is None or self._busy:
            return
        self._busy = True
        self.notice.say("")
        runs = serving.addresses is not None

        def operation(context: Context) -> None:
            if runs:
                serving.stop()
            else:
                serving.start(options)

        self.runner.start(operation).finished.connect(self._on_switched)
        self.look()

    @Slot(object)
    def _on_ready(self, serving: Serving) -> None:
        self._serving = serving
        self._on_switched()

    @Slot()
    def _on_switched(self) -> None:
        self._busy = False
        self.look()

    @Slot()
    def look(self) -> None:
        """Show what there is; it is all in memory."""
        serving = self._serving
        addresses = serving.addresses if serving is not None else None
        self.switch.setEnabled(not self._busy)
        self.switch.setText("S&top serving" if addresses else "S&tart serving")
        self.switch.setIcon(icon("close" if addresses else "inbox"))
        self.sentence.setText(_RUNS if addresses else _RESTS)
        if addresses is not None:
            self.addresses.show_addresses(addresses)
        self.places.setCurrentWidget(self.addresses if addresses else self.ports)
        self.faults.setEnabled(serving is not None)
        if serving is not None:
            self.model.take(serving.journal(self.model.last))
            self.faults.say(_faults_now(serving))
        self.nothing.setVisible(not self.model.rows)

    @Slot(object, object)
    def _on_fault_wanted(self, fault: Fault, roads: tuple[Road, ...]) -> None:
        if self._serving is not None:
            self._serving.faults.set(fault, *roads)
            self.look()

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        entry = self.model.rows[index.row()].entry
        if entry and self.show_entry is not None:
            self.show_entry(self.services, self.companion.opener, entry)

    @Slot(str)
    def _on_copied(self, text: str) -> None:
        self._on_told(f"Copied: {text}")


def _faults_now(serving: Serving) -> str:
    """Say what is done to messages now, once where it is the same on all roads."""
    words = {road: _fault_now(serving, road) for road in Road}
    if len(set(words.values())) == 1:
        return f"Now: {words[Road.SMTP]}"
    return "\n".join(f"{road.label}: {sentence}" for road, sentence in words.items())


def _fault_now(serving: Serving, road: Road) -> str:
    fault, left = serving.faults.get(road), serving.faults.left(road)
    if left == 0:
        return f"{NO_FAULT.sentence} What was asked for is done."
    return fault.sentence if left < 0 else f"{fault.sentence} {left} to come."
