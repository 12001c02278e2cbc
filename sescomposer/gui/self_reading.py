"""Reading what is known of an account by itself, once it comes into use: quietly, and nobody waits for it."""

import threading
from collections.abc import Callable

from sescomposer.bootstrap import Services
from sescomposer.core.errors import OperationCancelledError, SesComposerError
from sescomposer.gui.tasks import CancelToken, Context, run_here
from sescomposer.services.account import Account


class SelfReading:
    """Reads on a thread of its own: a window is not to wait for the network when it closes, nor a check for its turn.

    What was read is told by `Knowing.on_change`.

    Args:
        services: What it acts through.
        tell: Gets the name of an account and a sentence on why it could not be read; called on that thread.
    """

    def __init__(self, services: Services, tell: Callable[[str, str], None]) -> None:
        self._services = services
        self._tell = tell
        self._token = CancelToken(is_unattended=True)

    def read(self, account: Account | None) -> None:
        """Read an account if what is known of it is old; the reading before is given up."""
        self.stop()
        if account is None:
            return
        self._token = CancelToken(is_unattended=True)
        arguments = (self._services, account, self._token, self._tell)
        threading.Thread(target=_read, args=arguments, name="self-reading", daemon=True).start()

    def stop(self) -> None:
        """Give up what is under way; nothing is told of it any more."""
        self._token.cancel()


def _read(services: Services, account: Account, token: CancelToken, tell: Callable[[str, str], None]) -> None:
    def operation(context: Context) -> object:
        return services.knowing.refresh_if_stale(account, services.clock.now(), context)

    try:
        run_here(operation, Context(token, lambda done, total: None))
    except OperationCancelledError:
        return
    except SesComposerError as error:
        if not token.is_cancelled:
            tell(account.name, f"{error.sentence} {error.hint}".strip())
