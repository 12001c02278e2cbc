"""Where a send sheet sends to. What stands behind it is opened on a worker: the keyring may be slow, or locked."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sescomposer.core.answers import ServiceAnswer
from sescomposer.core.envelope import Envelope
from sescomposer.core.errors import AccountError, SubmissionError
from sescomposer.core.message import Road
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.seal import Sealed
from sescomposer.services.account import Account
from sescomposer.services.knowledge import Known
from sescomposer.services.pace import Pace
from sescomposer.services.ports import Intent, Receipt, Transport
from sescomposer.services.secrets import AskedSecrets
from sescomposer.services.unknown import LOCAL_ACCOUNT

if TYPE_CHECKING:
    from sescomposer.bootstrap import Services
    from sescomposer.gui.account_choice import AccountChoice


class Watched:
    """A transport that remembers what a record does not keep: whole answers, and what was wrong with the account.

    Attributes:
        trouble: The last error of the account, its secret or its login; None for none.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._answers: dict[tuple[str, Envelope], ServiceAnswer] = {}
        self.trouble: AccountError | None = None

    @property
    def account(self) -> str:
        """See `Transport`."""
        return self._transport.account

    @property
    def road(self) -> Road:
        """See `Transport`."""
        return self._transport.road

    @property
    def region(self) -> str:
        """See `Transport`."""
        return self._transport.region

    @property
    def is_local(self) -> bool:
        """See `Transport`."""
        return self._transport.is_local

    def submit(self, sealed: Sealed, progress: Progress = NO_PROGRESS) -> Receipt:
        """See `Transport`."""
        try:
            return self._transport.submit(sealed, progress)
        except AccountError as error:
            self.trouble = error
            raise
        except SubmissionError as error:
            if error.answer is not None:
                self._answers[sealed.sha256, sealed.envelope] = error.answer
            raise

    def answer_to(self, intent: Intent) -> ServiceAnswer | None:
        """Give the last answer to a submission, None where none came this way."""
        return self._answers.get((intent.sha256, intent.envelope))


@dataclass(frozen=True)
class Ready:
    """A way that is open.

    Attributes:
        transport: How to send.
        pace: The rate of the account, None where it is not known.
        known: What was last read of the account, None for nothing.
        others: What is known of other regions and accounts.
        asks_keyring: Tells whether the keyring was asked for the secret and has not answered yet.
    """

    transport: Watched
    pace: Pace | None = None
    known: Known | None = None
    others: tuple[Known, ...] = ()
    asks_keyring: Callable[[], bool] = lambda: False


def _nothing() -> None:
    """Remember nothing."""


@dataclass(frozen=True)
class Way:
    """A way that can be opened.

    Attributes:
        open: Opens it, on a worker; raises `AccountError` or `StoreError`.
        is_local: Whether nothing leaves the machine.
        account: The account, None for the local inbox.
        why: A few words on why it is that one.
        remember: Remembers it for the From address, once something was accepted; raises `StoreError`.
    """

    open: Callable[[], Ready]
    is_local: bool
    account: Account | None = None
    why: str = ""
    remember: Callable[[], None] = _nothing


def way_over(transport: Transport) -> Way:
    """Give the way over a transport that is there already."""
    return Way(lambda: Ready(Watched(transport)), transport.is_local)


def way_of(choice: "AccountChoice", services: "Services", road: Road, *, is_chosen: bool) -> Way:
    """Give the way that the message of a window goes.

    An account that was chosen and is gone is told; the message does not go anywhere else because of that.

    Args:
        choice: Which account.
        services: What it acts through.
        road: Whose limits the local inbox holds to.
        is_chosen: Whether the writer chose where the message goes; a local inbox that nobody chose is not remembered.
    """
    account, trouble = choice.account, choice.trouble
    if trouble:

        def refuse() -> Ready:
            raise AccountError(trouble, hint="Choose another account for this message.")

        return Way(refuse, is_local=False, why=choice.why)
    if account is None:
        local = services.local_transport
        remember = choice.remember if is_chosen else _nothing
        return Way(lambda: Ready(Watched(local(road))), is_local=True, why=choice.why, remember=remember)
    name = account.name
    return Way(lambda: _ready(services, name), False, account, choice.why, choice.remember)


def way_again(services: "Services", intent: Intent) -> Way:
    """Give the way that something was planned to go, with the same road and region."""
    if intent.account == LOCAL_ACCOUNT:
        return Way(lambda: Ready(Watched(services.local_transport(intent.road))), is_local=True)
    return Way(lambda: _ready(services, intent.account, intent.road, intent.region), is_local=False)


def _ready(services: "Services", name: str, road: Road | None = None, region: str = "") -> Ready:
    """Open the way through an account."""
    transport = services.transport(name, road, region)
    known = services.knowing.cached(services.accounts.get(name))
    if known is not None and known.region != transport.region:
        known = None
    pace = services.paces.of(name, transport.region, known.quota if known else None)
    secrets = services.secrets
    ready = Ready(Watched(transport), pace, known, tuple(services.knowledge.all()))
    return replace(ready, asks_keyring=secrets.is_asked) if isinstance(secrets, AskedSecrets) else ready
