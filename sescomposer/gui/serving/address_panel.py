"""Where the local servers listen: ports to choose while they rest, addresses to copy while they run."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QFormLayout, QGridLayout, QLabel, QLineEdit, QSpinBox, QToolButton, QWidget

from sescomposer.gui.icons import icon
from sescomposer.services.serving import DEFAULTS, HTTP_PORT, SMTP_PORT, TLS_PORT, Addresses, ServeOptions

_ANY = "any free port"


class PortsPanel(QWidget):
    """What can be chosen before the start."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.smtp = self._port("Port of SMTP with STARTTLS", SMTP_PORT)
        self.tls = self._port("Port of SMTP with TLS", TLS_PORT)
        self.http = self._port("Port of both SES APIs", HTTP_PORT)
        self.wants_login = QCheckBox("SMTP wants a &login (any user and password will do)", self)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow("&SMTP, STARTTLS", self.smtp)
        form.addRow("SMTP, T&LS", self.tls)
        form.addRow("SES &APIs, HTTP", self.http)
        form.addRow(self.wants_login)

    @property
    def options(self) -> ServeOptions:
        """What was chosen."""
        ports = self.smtp.value(), self.tls.value(), self.http.value()
        return ServeOptions(DEFAULTS.host, *ports, self.wants_login.isChecked())

    def _port(self, name: str, value: int) -> QSpinBox:
        box = QSpinBox(self)
        box.setRange(0, 65535)
        box.setSpecialValueText(_ANY)
        box.setGroupSeparatorShown(False)
        box.setValue(value)
        box.setAccessibleName(name)
        box.setToolTip(f"{name}; 0 takes any port that is free")
        return box


class AddressPanel(QWidget):
    """Ready-made settings of other programs, each with a button that copies it.

    Signals:
        copied(str): what was copied.
    """

    copied = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: dict[str, QLineEdit] = {}
        self.buttons: dict[str, QToolButton] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(4)

    def show_addresses(self, addresses: Addresses) -> None:
        """Show where the servers listen."""
        for row, (what, text) in enumerate(addresses.settings):
            if what not in self.lines:
                self._add(row, what)
            self.lines[what].setText(text)
            self.lines[what].setCursorPosition(0)
            self.lines[what].setToolTip(text)

    def _add(self, row: int, what: str) -> None:
        line = self.lines[what] = QLineEdit(self, readOnly=True)
        line.setAccessibleName(what)
        label = QLabel(what, self)
        label.setBuddy(line)
        button = self.buttons[what] = QToolButton(self)
        button.setIcon(icon("copy"))
        button.setAutoRaise(True)
        button.setToolTip(f"Copy: {what}")
        button.setAccessibleName(f"Copy {what}")
        button.clicked.connect(partial(self._copy, what))
        for column, widget in enumerate((label, line, button)):
            self._grid.addWidget(widget, row, column)

    def _copy(self, what: str, checked: bool = False) -> None:
        del checked
        text = self.lines[what].text()
        QGuiApplication.clipboard().setText(text)
        self.copied.emit(text)
