"""What the window of the accounts has done on workers: keyring, AWS configuration, network."""

from collections.abc import Iterable

from sescomposer.bootstrap import Services
from sescomposer.core.errors import AccountError
from sescomposer.gui.accounts.secret_field import SecretState
from sescomposer.gui.tasks import Context, Task, TaskRunner
from sescomposer.services.account import Account, Secret
from sescomposer.services.account_ports import SecretStore
from sescomposer.services.knowledge import Known
from sescomposer.services.sign_in import Profile

SecretStates = dict[str, SecretState]


class AccountsWork:
    """Starts the work; whoever calls connects the outcomes. Nothing of it tells its failures by itself."""

    def __init__(self, services: Services, runner: TaskRunner) -> None:
        self._services = services
        self._runner = runner

    def save(self, old_name: str, account: Account, secret: Secret | None) -> Task:
        """Keep an account in place of that of `old_name`, "" for a new one; succeeds with its name."""
        accounts = self._services.accounts

        def operation(context: Context) -> str:
            if old_name:
                accounts.change(old_name, account, secret)
            else:
                accounts.add(account, secret)
            return account.name

        return self._runner.start(operation, quiet=True)

    def remove(self, name: str) -> Task:
        """Remove an account with its secret."""
        accounts = self._services.accounts
        return self._runner.start(lambda context: accounts.remove(name), quiet=True)

    def remove_secret(self, name: str) -> Task:
        """Remove the secret of an account."""
        accounts = self._services.accounts
        return self._runner.start(lambda context: accounts.remove_secret(name), quiet=True)

    def log_in(self, account: Account) -> Task:
        """Log in with an account; succeeds with what is known of it, or the name of the SMTP server."""
        services = self._services

        def operation(context: Context) -> Known | str:
            found = services.log_in(account)
            # The login itself cannot be cut short; what it found is not wanted any more.
            context.token.check()
            return found

        return self._runner.start(operation, quiet=True)

    def read_secrets(self, accounts: Iterable[Account]) -> Task:
        """Ask which accounts have a secret; succeeds with the states by name, and that of a new account."""
        services, wanted = self._services, tuple(accounts)
        return self._runner.start(lambda context: _states(services.secrets, wanted), quiet=True)

    def read_profiles(self) -> Task:
        """Read the AWS profiles of this machine; succeeds with a tuple of them."""
        services = self._services

        def operation(context: Context) -> tuple[Profile, ...]:
            return services.profiles()

        return self._runner.start(operation, quiet=True)


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
