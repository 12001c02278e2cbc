"""What the window about an account has done on workers: reading what is kept, and questions to SES."""

from sescomposer.bootstrap import Services
from sescomposer.gui.tasks import Context, Task, TaskRunner
from sescomposer.services.account import Account
from sescomposer.services.knowledge import Identity, Known, Suppressed

Look = tuple[Known | None, tuple[Known, ...]]
"""What is known of an account, and of all accounts and regions."""


class Heard:
    """What a reading has found so far; written by its worker, read by the window.

    Attributes:
        known: None before the first answer.
    """

    def __init__(self) -> None:
        self.known: Known | None = None

    def take(self, known: Known) -> None:
        """Keep the newest."""
        self.known = known


class FactsWork:
    """Starts the work; whoever calls connects the outcomes. Nothing of it tells its failures by itself."""

    def __init__(self, services: Services, runner: TaskRunner) -> None:
        self._services = services
        self._runner = runner

    def look(self, account: Account | None) -> Task:
        """Read what is kept; succeeds with a `Look`."""
        services = self._services

        def operation(context: Context) -> Look:
            knowing = services.knowing
            return (knowing.cached(account) if account is not None else None), knowing.all()

        return self._runner.start(operation, quiet=True)

    def refresh(self, account: Account, heard: Heard) -> Task:
        """Ask everything anew; succeeds with what is known then."""
        services = self._services

        def operation(context: Context) -> Known:
            return services.knowing.refresh(account, context, heard.take)

        return self._runner.start(operation, quiet=True)

    def details(self, account: Account, name: str) -> Task:
        """Ask for the details of an identity; succeeds with it."""
        services = self._services

        def operation(context: Context) -> Identity:
            return services.knowing.details(account, name)

        return self._runner.start(operation, quiet=True)

    def look_up(self, account: Account, address: str) -> Task:
        """Look an address up in the suppression list; succeeds with it and its entry or None."""
        services = self._services

        def operation(context: Context) -> tuple[str, Suppressed | None]:
            return address, services.knowing.suppressed(account, address)

        return self._runner.start(operation, quiet=True)

    def suppress(self, account: Account, address: str, reason: str) -> Task:
        """Put an address on the list; succeeds with it and its entry."""
        services = self._services

        def operation(context: Context) -> tuple[str, Suppressed | None]:
            services.knowing.suppress(account, address, reason)
            return address, Suppressed(address, reason)

        return self._runner.start(operation, quiet=True)

    def unsuppress(self, account: Account, address: str) -> Task:
        """Take an address off the list; succeeds with it and None."""
        services = self._services

        def operation(context: Context) -> tuple[str, Suppressed | None]:
            services.knowing.unsuppress(account, address)
            return address, None

        return self._runner.start(operation, quiet=True)
