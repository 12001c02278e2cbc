"""The suppression list of an account: looking an address up, adding it, taking it off; each asked of SES at once."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QMessageBox, QPushButton, QVBoxLayout, QWidget

from sescomposer.gui.account_facts.fact_lines import FactLines
from sescomposer.gui.account_facts.fact_words import Fact
from sescomposer.gui.accounts.outcome_panel import OutcomePanel
from sescomposer.gui.directions import isolated
from sescomposer.gui.widgets.faint import Faint
from sescomposer.gui.widgets.field_line import FieldLine
from sescomposer.services.knowledge import Suppressed

_ABOUT = (
    "SES sends nothing to an address on this list, and counts such a message as bounced. Addresses come onto it by "
    "hard bounces and complaints, or by hand. This list is the account's own in this region; an entry does not expire: "
    "it stays until it is removed. (SES also has a list of its own over all accounts, whose entries do expire; nobody "
    "can ask for that.)"
)
_REASONS = {"BOUNCE": "It bounces", "COMPLAINT": "Its owner complained"}


class SuppressionPage(QWidget):
    """A line for the address, what is known of it, and what can be done.

    Signals:
        look_up_wanted(str), add_wanted(str, str), remove_wanted(str): the address, and the reason to add it for.
    """

    look_up_wanted = Signal(str)
    add_wanted = Signal(str, str)
    remove_wanted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._is_listed: bool | None = None
        self._is_busy = False
        self.address = FieldLine("Address to look up in the suppression list", self)
        self.address.setPlaceholderText("name@example.com")
        self.address.textChanged.connect(self._on_typed)
        self.address.returnPressed.connect(self._look_up)
        self.look_up = self._button("&Look up", "Ask whether the address is on the list (Enter)", self._look_up)
        self.reason = QComboBox(self)
        self.reason.setAccessibleName("Reason to suppress it for")
        for value, words in _REASONS.items():
            self.reason.addItem(words, value)
        self.add = self._button("Add to the &list", "SES will send nothing to the address", self._add)
        self.remove = self._button("&Remove...", "Take the address off the list; asks first", self._remove)
        self.found = FactLines("What the suppression list says", self)
        self.panel = OutcomePanel(self, "What went wrong")
        self._arrange()
        self._show_buttons()

    def _button(self, words: str, tip: str, slot: object) -> QPushButton:
        button = QPushButton(words, self)
        button.setToolTip(tip)
        button.setAccessibleDescription(tip)
        button.clicked.connect(slot)
        return button

    def _arrange(self) -> None:
        label = QLabel("A&ddress", self)
        label.setBuddy(self.address)
        first, second = QHBoxLayout(), QHBoxLayout()
        for row in (first, second):
            row.setSpacing(8)
        for widget in (label, self.address, self.look_up):
            first.addWidget(widget, 1 if widget is self.address else 0)
        second.addWidget(self.reason)
        second.addWidget(self.add)
        second.addWidget(self.remove)
        second.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addWidget(Faint(_ABOUT, self))
        column.addLayout(first)
        column.addWidget(self.found)
        column.addLayout(second)
        column.addWidget(self.panel)
        column.addStretch(1)

    # What came of it

    def show_busy(self, is_busy: bool) -> None:
        """Wait for an answer, or not any more."""
        self._is_busy = is_busy
        if is_busy:
            self.panel.clear()
        self._show_buttons()

    def show_found(self, address: str, found: Suppressed | None) -> None:
        """Show what the list says of an address; what is typed by now may be another."""
        if address != self._typed:
            return
        self._is_listed = found is not None
        self.found.show_facts((_fact(address, found),))
        self._show_buttons()

    def show_account(self) -> None:
        """Forget what another account's list said."""
        self.panel.clear()
        self._on_typed()

    @property
    def _typed(self) -> str:
        return self.address.text().strip()

    @Slot()
    def _on_typed(self) -> None:
        self._is_listed = None
        self.found.show_facts(())
        self._show_buttons()

    def _show_buttons(self) -> None:
        can = bool(self._typed) and not self._is_busy
        self.look_up.setEnabled(can)
        self.add.setEnabled(can and self._is_listed is not True)
        self.reason.setEnabled(self.add.isEnabled())
        self.remove.setEnabled(can and self._is_listed is not False)

    # What is wanted

    @Slot()
    def _look_up(self) -> None:
        if self.look_up.isEnabled():
            self.look_up_wanted.emit(self._typed)

    @Slot()
    def _add(self) -> None:
        self.add_wanted.emit(self._typed, self.reason.currentData())

    @Slot()
    def _remove(self) -> None:
        address = self._typed
        words = f"Take {isolated(address)} off the suppression list?"
        box = QMessageBox(QMessageBox.Icon.Warning, "SES Composer", words, parent=self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setInformativeText("SES will send to it again. If it bounces again, that counts against the account.")
        remove = box.addButton("&Remove", QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        remove.clicked.connect(lambda: self.remove_wanted.emit(address))
        box.open()


def _fact(address: str, found: Suppressed | None) -> Fact:
    if found is None:
        return Fact("ok", "Not listed", f"{isolated(address)} is not on the list: SES sends to it.")
    reason = _REASONS.get(found.reason, found.reason).lower()
    since = f" since {found.since:%Y-%m-%d %H:%M}" if found.since is not None else ""
    return Fact("warning", "Suppressed", f"{isolated(address)} is on the list{since}: {reason}.")
