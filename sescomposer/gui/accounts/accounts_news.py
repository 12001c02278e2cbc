"""What the window of the accounts reads outside, on workers: which secrets the keyring has, and the AWS profiles."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal, Slot

from sescomposer.bootstrap import Services
from sescomposer.core.errors import AccountError, SesComposerError
from sescomposer.gui.accounts.secret_field import SecretState
from sescomposer.gui.tasks import Context, TaskRunner
from sescomposer.services.account import Account
from sescomposer.services.account_ports import SecretStore
from sescomposer.services.sign_in import Profile

SecretStates = dict[str, SecretState]


class SecretsNews(QObject):
    """Which accounts have a secret; the secrets themselves never come here.

    Attributes:
        of_new: The state of an account that is not kept yet.

    Signals:
        changed(): the keyring answered.
    """

    changed = Signal()

    def __init__(self, services: Services, runner: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._services = services
        self._runner = runner
        self._states: SecretStates = {}
        self.of_new = SecretState(False)

    def of(self, name: str) -> SecretState:
        """Give the state of an account by its name."""
        return self._states.get(name, SecretState())

    @property
    def is_mute(self) -> bool:
        """Whether the keyring does not answer."""
        return any(state.is_kept is None for state in self._states.values())

    def read(self, accounts: Iterable[Account]) -> None:
        """Ask the keyring."""
        services, wanted = self._services, tuple(accounts)
        task = self._runner.start(lambda context: _states(services.secrets, wanted), quiet=True)
        task.succeeded.connect(self._on_read)

    @Slot(object)
    def _on_read(self, answer: tuple[SecretStates, SecretState]) -> None:
        self._states, self.of_new = answer
        self.changed.emit()


class ProfilesNews(QObject):
    """The AWS profiles of this machine.

    Signals:
        read_out(object, str): tuple of `Profile`, and a sentence where they cannot be read.
    """

    read_out = Signal(object, str)

    def __init__(self, services: Services, runner: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._services = services
        self._runner = runner

    @Slot()
    def read(self) -> None:
        """Read them."""
        services = self._services

        def operation(context: Context) -> tuple[Profile, ...]:
            return services.profiles()

        task = self._runner.start(operation, quiet=True)
        task.succeeded.connect(self._on_read)
        task.failed.connect(self._on_failed)

    @Slot(object)
    def _on_read(self, profiles: tuple[Profile, ...]) -> None:
        self.read_out.emit(profiles, "")

    @Slot(object)
    def _on_failed(self, error: SesComposerError) -> None:
        self.read_out.emit((), f"{error.sentence} {error.hint}".strip())


def _states(secrets: SecretStore, accounts: Iterable[Account]) -> tuple[SecretStates, SecretState]:
    """Ask the keyring for each account; a keyring that is locked is asked once, for it may ask its user each time."""
    is_lasting, trouble, found = secrets.is_lasting, secrets.trouble, {}
    locked = ""
    for account in accounts:
        if not account.needs_secret:
            continue
        if locked:
            found[account.name] = SecretState(None, is_lasting, locked)
            continue
        try:
            found[account.name] = SecretState(secrets.get(account.name) is not None, is_lasting, trouble)
        except AccountError as error:
            locked = f"{error.sentence} {error.hint}".strip()
            found[account.name] = SecretState(None, is_lasting, locked)
    return found, SecretState(False, is_lasting, trouble or locked)
