"""What the window of the accounts has done on workers, in the keyring and on the network."""

from sescomposer.bootstrap import Services
from sescomposer.gui.tasks import Context, Task, TaskRunner
from sescomposer.services.account import Account, Secret
from sescomposer.services.knowledge import Known


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
