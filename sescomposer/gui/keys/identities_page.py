"""The page of the policies: what each From mailbox demands of signing and encrypting; a change is kept at once."""

from dataclasses import replace

from PySide6.QtCore import QItemSelectionModel, QObject, Qt, Signal, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from sescomposer.gui.keys.identity_facts import COLUMNS, MEANINGS, METHODS, POLICIES, Identity
from sescomposer.gui.models.rows_model import Index, RowsModel
from sescomposer.gui.widgets.empty_state import EmptyState
from sescomposer.gui.widgets.entries import below_one_another, entry_list, pages_of, storeys_of, told_button
from sescomposer.gui.widgets.faint import Faint
from sescomposer.gui.widgets.note_line import NoteLine
from sescomposer.gui.widgets.steady_scroll import SteadyScroll
from sescomposer.services.protection.protection_ports import IdentityPolicy, Policy

_EMPTY = (
    "No From mailboxes yet",
    "A policy says, for a mailbox that you write from, whether its messages are signed and encrypted: never, offered, "
    "always, or must. Must means that a message without a good signature is not sent.\n\n"
    "Mailboxes of your accounts and keys stand here by themselves; any other can be added.",
)
_LACKS = {
    Policy.ALWAYS: "As it stands, signing has to be switched off for each message from here.",
    Policy.MUST: "As it stands, nothing can be sent from here.",
}
_FIELDS = (
    ("sign", "&Sign", "Whether messages are signed"),
    ("encrypt", "&Encrypt", "Whether messages are encrypted"),
    ("method", "&How", "How they are protected"),
    ("key", "&Key", "Key that signs"),
    ("dkim", "DK&IM key", "Key for a DKIM signature of your own"),
)
_BOX_WIDTH = 320
_BEST = "The one that fits best"
_NO_DKIM = "None: SES signs by itself"
_MISSING = "A key that is gone"


class IdentitiesModel(RowsModel[Identity]):
    """One row for each From mailbox."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give words."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.rows[index.row()].cells[index.column()]
        return None


class _SteadyBox(QComboBox):
    """One that is not turned by the wheel: what is chosen is kept at once, and a page is scrolled over it."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave it to the page."""
        event.ignore()


class IdentitiesPage(QWidget):
    """List above, the policy of one mailbox below.

    Signals:
        changed(object): an `IdentityPolicy` to keep.
        wanted(str): "add" or "reset".
    """

    changed = Signal(object)
    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = IdentitiesModel(self)
        self.list = entry_list(self.model, "From mailboxes", self, fitting=(1, 2, 3), stretching=(0, 4))
        self.add_button = told_button("add", "&Add a mailbox...", "Set a policy for another From mailbox", self)
        self.reset_button = told_button("undo", "Rese&t", "Offer both for this mailbox, with the key that fits", self)
        self.add_button.clicked.connect(self._on_add)
        self.reset_button.clicked.connect(self._on_reset)
        self.boxes: dict[str, QComboBox] = {}
        self.hints: dict[str, Faint] = {}
        self.storeys = storeys_of(self.list, self._make_form(), (240, 340), self)
        self.empty = EmptyState("sign", self)
        self.empty.say(*_EMPTY)
        self.pages = pages_of(self._make_empty(), self.storeys, self)
        # As long as nothing was read, nobody is told that there is nothing.
        self.pages.setCurrentIndex(1)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.add_button)
        row.addWidget(self.reset_button)
        row.addStretch(1)
        below_one_another(self, (row,), self.pages)
        self.list.selectionModel().selectionChanged.connect(self._show_selected)
        self._show_selected()

    @property
    def selected(self) -> Identity | None:
        """What is selected, None if nothing is."""
        rows = self.list.selectionModel().selectedRows()
        return self.model.rows[rows[0].row()] if rows else None

    def show_rows(self, rows: tuple[Identity, ...]) -> None:
        """Show other rows; the selection stays."""
        before = self.selected
        if self.model.show_rows(rows):
            self.select(before.policy.address if before else "")
        self.pages.setCurrentIndex(1 if rows else 0)
        for button in (self.add_button, self.reset_button):
            button.setVisible(bool(rows))
        self._show_selected()

    def select(self, address: str) -> bool:
        """Select a mailbox, else the first; tells whether it is there."""
        rows = [row for row, each in enumerate(self.model.rows) if each.policy.address == address]
        if self.model.rows:
            flags, index = QItemSelectionModel.SelectionFlag, self.model.index((rows or [0])[0], 0)
            self.list.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        return bool(rows)

    @property
    def policy(self) -> IdentityPolicy | None:
        """What the form says now, None if nothing is selected."""
        selected = self.selected
        if selected is None:
            return None
        chosen = {name: str(box.currentData()) for name, box in self.boxes.items()}
        if chosen["method"] != selected.policy.method:
            # A key of the one kind is none of the other.
            chosen["key"] = ""
        return replace(
            selected.policy,
            sign=Policy(chosen["sign"]),
            encrypt=Policy(chosen["encrypt"]),
            method=chosen["method"],
            key=chosen["key"],
            dkim=chosen["dkim"],
        )

    def _make_empty(self) -> QWidget:
        page = QWidget(self)
        self.first_button = told_button("add", "&Add a mailbox...", "Set a policy for a From mailbox", page)
        self.first_button.clicked.connect(self._on_add)
        column = QVBoxLayout(page)
        column.addStretch(1)
        column.addWidget(self.empty)
        column.addWidget(self.first_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        return page

    def _make_form(self) -> QWidget:
        inside = QWidget(self)
        grid = QGridLayout(inside)
        grid.setContentsMargins(8, 8, 8, 8)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(2, 1)
        for row, (name, words, said) in enumerate(_FIELDS):
            box = self.boxes[name] = _SteadyBox(inside)
            box.setAccessibleName(said)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setFixedWidth(_BOX_WIDTH)
            box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            box.activated.connect(self._on_chosen)
            label = QLabel(words, inside)
            label.setBuddy(box)
            self.hints[name] = Faint("", inside)
            for column, widget in enumerate((label, box, self.hints[name])):
                grid.addWidget(widget, row, column)
        self.warning = NoteLine(inside)
        grid.addWidget(self.warning, len(_FIELDS), 0, 1, 3)
        grid.setRowStretch(len(_FIELDS) + 1, 1)
        for name in ("sign", "encrypt"):
            for policy, words in POLICIES.items():
                self.boxes[name].addItem(words, policy.value)
        for method, words in METHODS.items():
            self.boxes["method"].addItem(words, method)
        self.form = inside
        scroller = SteadyScroll(inside, self)
        scroller.setAccessibleName("Policy of the mailbox")
        return scroller

    @Slot()
    def _show_selected(self) -> None:
        selected = self.selected
        self.form.setEnabled(selected is not None)
        self.reset_button.setEnabled(selected is not None and selected.is_set)
        if selected is None:
            return
        policy = selected.policy
        self._fill("key", (("", _BEST), *selected.keys), policy.key)
        self._fill("dkim", (("", _NO_DKIM), *selected.dkim), policy.dkim)
        for name, value in (("sign", policy.sign.value), ("encrypt", policy.encrypt.value), ("method", policy.method)):
            self.boxes[name].setCurrentIndex(self.boxes[name].findData(value))
        for name, chosen in (("sign", policy.sign), ("encrypt", policy.encrypt)):
            self.hints[name].setText(MEANINGS[chosen])
        lacks_key = not selected.has_signer and policy.sign in (Policy.ALWAYS, Policy.MUST)
        self.hints["key"].setText("" if lacks_key else selected.reason)
        if lacks_key:
            self.warning.say(f"{_LACKS[policy.sign]} {selected.reason}", role="warning")
        else:
            self.warning.clear()
        self.boxes["key"].setEnabled(policy.method != "ses")
        self.boxes["encrypt"].setEnabled(policy.method != "ses")
        self.hints["method"].setText(
            "SES signs only; what it signs is not encrypted." if policy.method == "ses" else ""
        )
        for name, hint in self.hints.items():
            hint.setVisible(bool(hint.text()))
            self.boxes[name].setAccessibleDescription(hint.text())

    def _fill(self, name: str, choices: tuple[tuple[str, str], ...], chosen: str) -> None:
        """Offer keys; one that was chosen and is gone stays to be seen."""
        box = self.boxes[name]
        box.clear()
        for id_, words in choices:
            box.addItem(words, id_)
        if box.findData(chosen) < 0:
            box.addItem(f"{_MISSING} ({chosen[:8]})", chosen)
        box.setCurrentIndex(box.findData(chosen))

    @Slot()
    def _on_chosen(self) -> None:
        policy, selected = self.policy, self.selected
        if policy is not None and selected is not None and policy != selected.policy:
            self.changed.emit(policy)

    @Slot()
    def _on_add(self) -> None:
        self.wanted.emit("add")

    @Slot()
    def _on_reset(self) -> None:
        self.wanted.emit("reset")
