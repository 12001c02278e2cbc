"""An account: a name, a way in, a region, a transport. Its secret lies in the keyring and never here."""

from dataclasses import dataclass, replace
from enum import StrEnum

from sescomposer.core.control_fields import effective
from sescomposer.core.message import Message
from sescomposer.core.road import Road


class WayIn(StrEnum):
    """Where the credentials of an account come from."""

    KEYS = "keys"
    """Access key id, and its secret in the keyring; nothing is read from the environment."""
    PROFILE = "profile"
    """A named AWS profile: single sign-on, assumed role, MFA, a process; the AWS SDK resolves it."""
    ENVIRONMENT = "environment"
    """Whatever the environment gives, as the AWS SDK finds it."""
    SMTP = "smtp"
    """SMTP user name, and its password in the keyring."""


class EndpointKind(StrEnum):
    """Which host of a region is spoken to."""

    STANDARD = "standard"
    FIPS = "fips"
    DUAL_STACK = "dual-stack"
    FIPS_DUAL_STACK = "fips-dual-stack"
    CUSTOM = "custom"


class Secret:
    """A secret that no `repr`, log or traceback shows; compared by value.

    >>> secret = Secret("hush")
    >>> str(secret), secret.reveal()
    ('<secret>', 'hush')
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Give the value, to be handed on at once and kept nowhere."""
        return self._value

    def __repr__(self) -> str:
        return "<secret>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")


@dataclass(frozen=True, slots=True)
class Account:
    """One account, as it is written to the accounts file; holds no secret.

    Attributes:
        name: Unique name for people, compared as it is.
        way_in: Where the credentials come from.
        region: Name of the SES region.
        road: The transport.
        user: Access key id (`KEYS`) or SMTP user name (`SMTP`), else "".
        profile: Name of the AWS profile (`PROFILE`), else "".
        port: Of SMTP: 587, 2587 or 25 with STARTTLS, 465 or 2465 with TLS from the first octet.
        endpoint: Which host.
        endpoint_url: With `CUSTOM`: the URL of the API, or `host:port` of SMTP; else "".
        ca_bundle: File of certificates to trust in place of the system's, "" for the system's.
        mailboxes: From mailboxes that its owner typed, offered until the identities can be read.
        configuration_set: The one that new messages begin with, "" for none.
    """

    name: str
    way_in: WayIn
    region: str
    road: Road = Road.SES_V2
    user: str = ""
    profile: str = ""
    port: int = 587
    endpoint: EndpointKind = EndpointKind.STANDARD
    endpoint_url: str = ""
    ca_bundle: str = ""
    mailboxes: tuple[str, ...] = ()
    configuration_set: str = ""

    def begun(self, message: Message) -> Message:
        """Give the message as one that goes through this account: it begins with its configuration set.

        A message that asks for one, beside its octets or in a field, keeps it.
        """
        asked = effective(message.options, message.root).configuration_set
        options = message.options if asked else replace(message.options, configuration_set=self.configuration_set)
        return replace(message, account=self.name, options=options)

    @property
    def needs_secret(self) -> bool:
        """Whether it has a secret in the keyring."""
        return self.way_in in (WayIn.KEYS, WayIn.SMTP)
