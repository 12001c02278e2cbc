"""What every transport of an account says of itself, whatever road it takes."""

from sescomposer.core.road import Road
from sescomposer.services.account import Account


class OfAccount:
    """The facts of `services.ports.Transport` that follow from an account.

    >>> from sescomposer.services.account import WayIn
    >>> made = OfAccount(Account("work", WayIn.KEYS, "eu-west-1"))
    >>> made.account, made.region, made.is_local
    ('work', 'eu-west-1', False)
    """

    _road = Road.SES_V2

    def __init__(self, account: Account) -> None:
        self._account = account

    @property
    def account(self) -> str:
        """Name of the account."""
        return self._account.name

    @property
    def road(self) -> Road:
        """The way into SES."""
        return self._road

    @property
    def region(self) -> str:
        """The region of the account."""
        return self._account.region

    @property
    def is_local(self) -> bool:
        """Whether nothing leaves the machine; never."""
        return False
