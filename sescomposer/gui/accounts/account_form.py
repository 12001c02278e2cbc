"""The form of one account: what is typed becomes an `Account`, and each rule that it breaks is said at its field."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sescomposer.gui.accounts.field import Field
from sescomposer.gui.accounts.place_fields import PlaceFields
from sescomposer.gui.accounts.secret_field import SecretState
from sescomposer.gui.accounts.way_fields import WayFields
from sescomposer.services.account import Account, Secret, WayIn
from sescomposer.services.account_rules import AccountProblem, problems_of
from sescomposer.services.sign_in import Profile

BLANK = Account("", WayIn.KEYS, "")
_MAILBOX_LINES = 3


class AccountForm(QWidget):
    """All fields of an account, in the order of the rules.

    Signals:
        edited(): something was chosen or typed.
        gone_to(QWidget): that control has the focus now, and should be seen.
    """

    edited = Signal()
    gone_to = Signal(QWidget)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._base = BLANK
        self._others: tuple[Account, ...] = ()
        self._touched: set[str] = set()
        self._tells_all = False
        self.name_line = QLineEdit(self)
        self.name = Field("&Name", self.name_line, self, meaning="Any words that tell it from other accounts.")
        self.way = WayFields(self)
        self.place = PlaceFields(self)
        self._make_rest()
        self.fields: dict[str, Field] = {
            "name": self.name,
            "way_in": self.way.way,
            "user": self.way.user,
            "profile": self.way.profile,
            "secret": self.way.secret,
            "region": self.place.region,
            "road": self.place.road,
            "port": self.place.port,
            "endpoint": self.place.endpoint,
            "endpoint_url": self.place.endpoint_url,
            "ca_bundle": self.ca_bundle,
            "mailboxes": self.mailboxes,
            "configuration_set": self.configuration_set,
        }
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 16, 0)
        column.setSpacing(16)
        for part in (self.name, self.way, self.place, self.mailboxes, self.configuration_set, self.ca_bundle):
            column.addWidget(part)
        column.addStretch(1)
        self.name_line.textEdited.connect(self._on_edited)
        self.way.region_named.connect(self.place.suggest_region)
        self.way.edited.connect(self._on_edited)
        self.place.edited.connect(self._on_edited)

    def _make_rest(self) -> None:
        self.mailboxes_edit = edit = QPlainTextEdit(self)
        edit.setTabChangesFocus(True)
        edit.setFixedHeight(edit.fontMetrics().lineSpacing() * _MAILBOX_LINES + 16)
        edit.setPlaceholderText("Ada <ada@example.org>")
        self.mailboxes = Field(
            "&From mailboxes", edit, self, meaning="One a line; offered until the verified identities were read."
        )
        self.set_line = QLineEdit(self)
        self.configuration_set = Field(
            "&Configuration set",
            self.set_line,
            self,
            meaning="New messages begin with it; empty for none.",
        )
        self.bundle_line = QLineEdit(self)
        self.bundle_line.setPlaceholderText("The system's")
        self.browse_button = QPushButton("&Browse...", self)
        self.browse_button.setAutoDefault(False)
        self.browse_button.clicked.connect(self._on_browse)
        both = QWidget(self)
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.bundle_line, 1)
        row.addWidget(self.browse_button)
        both.setFocusProxy(self.bundle_line)
        self.ca_bundle = Field(
            "Certificates to tr&ust",
            both,
            self,
            meaning="A PEM file in place of the system's, where a proxy needs it.",
        )
        self.bundle_line.setAccessibleName("File of certificates to trust")
        edit.textChanged.connect(self._on_edited)
        for line in (self.set_line, self.bundle_line):
            line.textEdited.connect(self._on_edited)

    def show_account(self, account: Account, others: Iterable[Account], *, is_new: bool) -> None:
        """Show an account; of a new one nothing is complained of before it was touched."""
        self._base, self._others = account, tuple(others)
        self._touched, self._tells_all = set(), not is_new
        self.name_line.setText(account.name)
        self.way.show_account(account)
        self.place.show_account(account)
        before = self.mailboxes_edit.blockSignals(True)
        self.mailboxes_edit.setPlainText("\n".join(account.mailboxes))
        self.mailboxes_edit.blockSignals(before)
        self.set_line.setText(account.configuration_set)
        self.bundle_line.setText(account.ca_bundle)
        for line in (self.name_line, self.set_line, self.bundle_line, self.way.user_line, self.place.url_line):
            line.setCursorPosition(0)
        self.complain()

    def show_secret(self, state: SecretState) -> None:
        """Show whether there is a secret."""
        self.way.show_secret(state)
        self.complain()

    @Slot(object, str)
    def show_profiles(self, profiles: Sequence[Profile], trouble: str = "") -> None:
        """Offer the profiles of this machine."""
        self.way.show_profiles(profiles, trouble)

    @property
    def account(self) -> Account:
        """The account as it stands in the form."""
        lines = (line.strip() for line in self.mailboxes_edit.toPlainText().splitlines())
        return replace(
            self.place.read_into(self.way.read_into(self._base)),
            name=self.name_line.text().strip(),
            mailboxes=tuple(line for line in lines if line),
            configuration_set=self.set_line.text().strip(),
            ca_bundle=self.bundle_line.text().strip(),
        )

    @property
    def secret(self) -> Secret | None:
        """What was typed as secret, None for nothing, or where the way in has none."""
        return self.way.secret_field.secret() if self.account.needs_secret else None

    @property
    def is_changed(self) -> bool:
        """Whether anything differs from the account that was shown."""
        return self.account != self._base or self.way.secret_field.has_typed

    @property
    def problems(self) -> tuple[AccountProblem, ...]:
        """Every rule that is broken, in the order of the form."""
        found = list(problems_of(self.account, self._others))
        if self.way.trouble:
            found.append(AccountProblem("secret", self.way.trouble))
        order = list(self.fields)
        return tuple(sorted(found, key=lambda problem: order.index(problem.field)))

    def tell_all(self) -> bool:
        """Complain of every field from now on and go to the first that is wrong; whether there is none."""
        self._tells_all = True
        problems = self.problems
        self.complain()
        if problems:
            self.go_to(problems[0].field)
        return not problems

    def go_to(self, field: str) -> None:
        """Give the focus to a field."""
        control = self.fields[field].control
        inner = [*self.way.ways.values()] if field == "way_in" else [*self.place.roads.values()]
        target = next((button for button in inner if button.isChecked()), control)
        wanted = target if field in ("way_in", "road") else control
        wanted.setFocus(Qt.FocusReason.OtherFocusReason)
        self.gone_to.emit(wanted)

    def complain(self) -> None:
        """Say at each field what is wrong with it."""
        sentences: dict[str, str] = {}
        for problem in self.problems:
            sentences.setdefault(problem.field, f"{problem.sentence} {problem.hint}".strip())
        for name, field in self.fields.items():
            told = self._tells_all or name in self._touched
            field.complain(sentences.get(name, "") if told else "")

    @Slot()
    def _on_edited(self) -> None:
        account = self.account
        self._touched |= {name for name, value in _values(account).items() if value != getattr(self._base, name)}
        self.place.fit(account)
        self.complain()
        self.edited.emit()

    @Slot()
    def _on_browse(self) -> None:
        folder = str(Path(self.bundle_line.text()).parent) if self.bundle_line.text() else str(Path.home())
        chosen, _ = QFileDialog.getOpenFileName(
            self, "Certificates to trust", folder, "Certificates (*.pem *.crt);;All files (*)"
        )
        if chosen:
            self.bundle_line.setText(chosen)
            self._on_edited()


def _values(account: Account) -> dict[str, object]:
    return {field.name: getattr(account, field.name) for field in fields(Account)}
