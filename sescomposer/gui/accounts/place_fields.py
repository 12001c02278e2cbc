"""The part of the form that says where mail goes: region, transport, port, endpoint."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from sescomposer.core.errors import AccountError
from sescomposer.core.road import Road
from sescomposer.gui.accounts.account_words import ENDPOINTS, PORTS, ROADS, what_is_offered
from sescomposer.gui.accounts.field import Field, QuietCombo
from sescomposer.gui.accounts.region_box import RegionBox
from sescomposer.gui.widgets.faint import Faint
from sescomposer.services.account import Account, EndpointKind, WayIn
from sescomposer.services.regions import api_host, region, smtp_address

_INDENT = 24


class PlaceFields(QWidget):
    """Region, and of transports and endpoints only what region and way in allow.

    Signals:
        edited(): something was chosen or typed.
    """

    edited = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        self.region_box = RegionBox(self)
        self.region_box.edited.connect(self.edited)
        self.region = Field("Re&gion", self.region_box, self)
        column.addWidget(self.region)
        self.roads: dict[Road, QRadioButton] = {}
        self.reasons: dict[Road, Faint] = {}
        column.addWidget(self._make_roads())
        self.port_box = QuietCombo(self)
        for port, words in PORTS.items():
            self.port_box.addItem(words, port)
        self.port = Field("SMTP p&ort", self.port_box, self)
        self.endpoint_box = QuietCombo(self)
        for kind, words in ENDPOINTS.items():
            self.endpoint_box.addItem(words, kind)
        self.endpoint = Field("&Endpoint", self.endpoint_box, self)
        self.url_line = QLineEdit(self)
        self.url_line.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.endpoint_url = Field("&Address of the endpoint", self.url_line, self)
        for field in (self.port, self.endpoint, self.endpoint_url):
            column.addWidget(field)
        self.port_box.activated.connect(self.edited)
        self.endpoint_box.activated.connect(self.edited)
        self.url_line.textEdited.connect(self.edited)

    @property
    def chosen_road(self) -> Road:
        """The chosen transport."""
        return next((road for road, button in self.roads.items() if button.isChecked()), Road.SES_V2)

    def read_into(self, account: Account) -> Account:
        """Give an account with what was chosen here."""
        kind = self.endpoint_box.currentData() or EndpointKind.STANDARD
        port = self.port_box.currentData()
        return replace(
            account,
            region=self.region_box.name,
            road=self.chosen_road,
            port=account.port if port is None else port,
            endpoint=EndpointKind(kind),
            endpoint_url=self.url_line.text().strip() if kind == EndpointKind.CUSTOM else "",
        )

    def show_account(self, account: Account) -> None:
        """Show the values of an account."""
        self.region_box.choose(account.region)
        self.roads[account.road].setChecked(True)
        self.port_box.choose(account.port)
        self.endpoint_box.choose(account.endpoint)
        self.url_line.setText(account.endpoint_url)
        self.fit(account)

    @Slot(str)
    def suggest_region(self, name: str) -> None:
        """Take a region, as long as the user named none."""
        if not self.region_box.name:
            self.region_box.choose(name)

    def fit(self, account: Account) -> None:
        """Offer what way in and region of an account allow, and say what the rest lacks."""
        if account.way_in is WayIn.SMTP and self.chosen_road is not Road.SMTP:
            self.roads[Road.SMTP].setChecked(True)
        place, road = region(account.region), self.chosen_road
        self.region.explain(what_is_offered(place) if account.region else "")
        for each, button in self.roads.items():
            reason = _reason_against(each, account)
            button.setEnabled(not reason or button.isChecked())
            self.reasons[each].setText(reason or ROADS[each])
            button.setAccessibleDescription(reason or ROADS[each])
        for index in range(self.endpoint_box.count()):
            kind = EndpointKind(self.endpoint_box.itemData(index))
            self.endpoint_box.allow(index, place.trouble(road, kind))
        is_own = self.endpoint_box.currentData() == EndpointKind.CUSTOM
        self.port.setVisible(road is Road.SMTP)
        self.endpoint_url.setVisible(is_own)
        self.url_line.setPlaceholderText("localhost:2525" if road is Road.SMTP else "https://host")
        self.endpoint.explain(_host_words(replace(account, road=road)))

    def _make_roads(self) -> Field:
        group = QButtonGroup(self)
        choice = QWidget(self)
        rows = QVBoxLayout(choice)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        for road, sentence in ROADS.items():
            button = self.roads[road] = QRadioButton(road.label, choice)
            button.clicked.connect(self._on_road)
            group.addButton(button)
            words = self.reasons[road] = Faint(sentence, choice)
            words.setContentsMargins(_INDENT, 0, 0, 4)
            rows.addWidget(button)
            rows.addWidget(words)
        self.roads[Road.SES_V2].setChecked(True)
        self.road = Field("Transport", choice, self)
        return self.road

    @Slot()
    def _on_road(self) -> None:
        self.edited.emit()


def _reason_against(road: Road, account: Account) -> str:
    """Say why a road cannot be taken, "" where it can."""
    if account.way_in is WayIn.SMTP and road is not Road.SMTP:
        return "An SMTP user name opens SMTP alone."
    if account.endpoint is EndpointKind.CUSTOM:
        return ""
    return region(account.region).trouble(road)


def _host_words(account: Account) -> str:
    """Say whom the account speaks to, "" where that cannot be said yet.

    >>> _host_words(Account("work", WayIn.KEYS, "eu-west-1"))
    'It speaks to email.eu-west-1.amazonaws.com.'
    """
    try:
        if account.road is Road.SMTP:
            host, port = smtp_address(account)
            return f"It speaks to {host}, port {port}."
        return f"It speaks to {api_host(account)}."
    except AccountError:
        return ""
