"""The verified identities of an account: a list, and below it the selected one, whose details are read when asked."""

from collections.abc import Iterable

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from sescomposer.gui.account_facts.fact_lines import FactLines
from sescomposer.gui.account_facts.fact_words import identity_cells, identity_lines, state_of
from sescomposer.gui.account_facts.facts_model import FactsModel
from sescomposer.gui.account_facts.list_page import ListPage
from sescomposer.gui.directions import isolated
from sescomposer.services.knowledge import Identity, Known
from sescomposer.services.verification import Place, identities_for

_TITLES = ("Identity", "Kind", "State", "Sending", "DKIM", "MAIL FROM", "Default set")
_STATE = 2
_WIDTHS = {1: 76, _STATE: 104, 3: 96, 4: 88, 5: 168}
_NOTHING = (
    "No identity yet",
    "An identity is an address or a domain that SES has seen to be yours; without one, it refuses every message. "
    "Add one in the SES console of this region: an address gets a link to click, a domain gets DNS records.",
)


class IdentitiesPage(ListPage[Identity]):
    """List above, the selected identity below.

    Signals:
        details_wanted(str): the details of the identity of that name are to be read.
    """

    details_wanted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        model: FactsModel[Identity] = FactsModel(_TITLES, identity_cells, lambda row: (_STATE, _sign(row)))
        super().__init__("identities", "key", "ListEmailIdentities", _NOTHING, model, parent)
        self._others: tuple[Known, ...] = ()
        self._of = ("", "")
        for column, width in _WIDTHS.items():
            self.list.header().resizeSection(column, width)
        self.name = QLabel(self, textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.lines = FactLines("The selected identity", self)
        self.button = QPushButton("Read &details", self)
        self.button.setToolTip("Ask SES for DKIM, MAIL FROM and default configuration set (Enter)")
        self.button.clicked.connect(self._want)
        self.column.addWidget(self._make_details())
        self.list.activated.connect(self._want)
        self.list.selectionModel().currentChanged.connect(self._on_current_changed)
        model.modelReset.connect(self._show_current)
        self._show_current()

    def _make_details(self) -> QWidget:
        self.details = QWidget(self)
        row = QHBoxLayout(self.details)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(self.name)
        column.addWidget(self.lines)
        row.addLayout(column, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        return self.details

    def show_identities(self, known: Known | None, others: Iterable[Known]) -> None:
        """Show the identities of an account; `others` is what is known of all accounts and regions."""
        chosen = self.current.name if self.current is not None else ""
        self._others = tuple(others)
        self._of = (known.account, known.region) if known is not None else ("", "")
        self.show_rows(known, known.identities if known is not None else ())
        row = next((row for row, identity in enumerate(self.model.rows) if identity.name == chosen), -1)
        if row >= 0:
            self.list.setCurrentIndex(self.model.index(row, 0))
        self._show_current()

    @Slot()
    def _want(self) -> None:
        if self.current is not None and self.button.isEnabled():
            self.details_wanted.emit(self.current.name)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, current: QModelIndex) -> None:
        self._show_current()

    @Slot()
    def _show_current(self) -> None:
        """Show what is known of the selected identity."""
        identity = self.current
        self.details.setVisible(identity is not None)
        if identity is None:
            return
        self.name.setText(isolated(identity.name))
        self.name.setAccessibleName(f"Selected identity: {identity.name}")
        self.button.setText("Read &details again" if identity.has_details else "Read &details")
        places = tuple(verified_elsewhere(identity.name, self._of, self._others))
        self.lines.show_facts(identity_lines(identity, places, self._of[0]))


def _sign(identity: Identity) -> str:
    return "ok" if identity.is_verified else "warning" if identity.status == "SUCCESS" else state_of(identity)[0]


def verified_elsewhere(name: str, of: tuple[str, str], others: Iterable[Known]) -> Iterable[Place]:
    """Give the other accounts and regions in which an identity may send, those of the same account first.

    Args:
        name: Address or domain.
        of: Account and region that do not count.
        others: What is known of all.
    """
    address = name if "@" in name else f"x@{name}"
    found = [
        Place(known.account, known.region)
        for known in others
        if (known.account, known.region) != of
        and any(identity.is_verified for identity in identities_for(known.identities, address))
    ]
    return sorted(found, key=lambda place: (place.account != of[0], place.account, place.region))
