"""The part of the form that says where the credentials come from: way in, user, profile, secret."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from sescomposer.gui.accounts.account_words import WAYS_IN, what_a_profile_is
from sescomposer.gui.accounts.field import Field, QuietCombo
from sescomposer.gui.accounts.secret_field import SecretField, SecretState
from sescomposer.gui.widgets.faint import Faint
from sescomposer.services.account import Account, WayIn
from sescomposer.services.sign_in import Profile

_INDENT = 24
_USER = {
    WayIn.KEYS: ("Access key &id", "It begins with AKIA. Keys that begin with ASIA are temporary: use a profile."),
    WayIn.SMTP: ("SMTP &user name", "As the SES console shows it once, with its password."),
}
_SECRET = {WayIn.KEYS: "Secre&t access key", WayIn.SMTP: "SMTP passwor&d"}
_NO_PROFILES = "This machine has no AWS profiles. Make one with: aws configure sso, or aws configure."


class WayFields(QWidget):
    """Four ways in; below only what the chosen one needs.

    Signals:
        edited(): something was chosen or typed.
        profiles_wanted(): profiles are about to be chosen from.
        region_named(str): the profile that was chosen names a region.
    """

    edited = Signal()
    profiles_wanted = Signal()
    region_named = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._profiles: tuple[Profile, ...] = ()
        self._trouble = ""
        self._kept_way = WayIn.KEYS
        self._state = SecretState()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        self.ways = self._make_ways(column)
        user = QLineEdit(self)
        user.textEdited.connect(self.edited)
        self.user = Field("Access key &id", user, self)
        self.user_line = user
        self.profile_box = QuietCombo(self)
        self.profile_box.activated.connect(self._on_profile)
        self.profile = Field("AWS &profile", self.profile_box, self)
        self.secret_field = SecretField(self)
        self.secret_field.edited.connect(self.edited)
        self.secret = Field("Secre&t access key", self.secret_field, self)
        for field in (self.user, self.profile, self.secret):
            column.addWidget(field)
        self._show_needed()

    @property
    def way_in(self) -> WayIn:
        """The chosen way in."""
        return next((way for way, button in self.ways.items() if button.isChecked()), WayIn.KEYS)

    def read_into(self, account: Account) -> Account:
        """Give an account with what the chosen way in needs, and nothing that it has no use for."""
        way = self.way_in
        return replace(
            account,
            way_in=way,
            user=self.user_line.text().strip() if way in _USER else "",
            profile=str(self.profile_box.currentData() or "") if way is WayIn.PROFILE else "",
        )

    def show_account(self, account: Account) -> None:
        """Show the values of an account; what was typed as a secret is forgotten."""
        self._kept_way = account.way_in
        self.ways[account.way_in].setChecked(True)
        self.user_line.setText(account.user)
        self._fill_profiles(account.profile)
        self.secret_field.forget()
        self._show_needed()

    def show_profiles(self, profiles: Sequence[Profile], trouble: str = "") -> None:
        """Offer the profiles of this machine, or say why they cannot be read."""
        self._profiles, self._trouble = tuple(profiles), trouble
        self._fill_profiles(str(self.profile_box.currentData() or ""))

    def show_secret(self, state: SecretState) -> None:
        """Show whether there is a secret."""
        self._state = state
        self._show_secret()

    @property
    def trouble(self) -> str:
        """Why a secret is still missing, "" where none is."""
        is_missing = self.way_in in _SECRET and self.secret_field.is_missing
        return "The account needs its secret. Type or paste it." if is_missing else ""

    def _make_ways(self, column: QVBoxLayout) -> dict[WayIn, QRadioButton]:
        group = QButtonGroup(self)
        made: dict[WayIn, QRadioButton] = {}
        self.way_choice = choice = QWidget(self)
        rows = QVBoxLayout(choice)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        for way, (name, sentence) in WAYS_IN.items():
            button = made[way] = QRadioButton(name, choice)
            button.setAccessibleDescription(sentence)
            button.clicked.connect(self._on_way)
            group.addButton(button)
            words = Faint(sentence, choice)
            words.setContentsMargins(_INDENT, 0, 0, 4)
            rows.addWidget(button)
            rows.addWidget(words)
        self.way = Field("Way in", choice, self)
        column.addWidget(self.way)
        made[WayIn.KEYS].setChecked(True)
        return made

    def _fill_profiles(self, chosen: str) -> None:
        box = self.profile_box
        box.clear()
        for profile in self._profiles:
            box.addItem(f"{profile.name}: {profile.kind.value}", profile.name)
        if chosen and box.findData(chosen) < 0:
            box.addItem(f"{chosen}: not on this machine", chosen)
        box.choose(chosen)
        box.setPlaceholderText("Choose a profile")
        self._explain_profile()

    def _chosen_profile(self) -> Profile | None:
        chosen = self.profile_box.currentData()
        return next((profile for profile in self._profiles if profile.name == chosen), None)

    def _explain_profile(self) -> None:
        found = self._chosen_profile()
        words = what_a_profile_is(found) if found else self._trouble or ("" if self._profiles else _NO_PROFILES)
        self.profile.explain(words)

    def _show_secret(self) -> None:
        """Show the state of the secret; the one of another way in is of no use to this one."""
        state = self._state
        if self.way_in is not self._kept_way:
            state = replace(state, is_kept=False)
        self.secret_field.show_state(state)
        told = "It goes into the keyring and is never shown again. " if state.is_lasting else ""
        self.secret.explain(f"{told}{state.trouble}".strip())

    def _show_needed(self) -> None:
        way = self.way_in
        self.user.setVisible(way in _USER)
        self.secret.setVisible(way in _SECRET)
        self.profile.setVisible(way is WayIn.PROFILE)
        if way in _USER:
            label, words = _USER[way]
            self.user.label.setText(label)
            self.user_line.setAccessibleName(label.replace("&", ""))
            self.user.explain(words)
            self.secret.label.setText(_SECRET[way])
            self.secret_field.setAccessibleName(_SECRET[way].replace("&", ""))
        self._show_secret()

    @Slot()
    def _on_way(self) -> None:
        if self.way_in is WayIn.PROFILE:
            self.profiles_wanted.emit()
        self._show_needed()
        self.edited.emit()

    @Slot()
    def _on_profile(self) -> None:
        self._explain_profile()
        found = self._chosen_profile()
        if found is not None and found.region:
            self.region_named.emit(found.region)
        self.edited.emit()
