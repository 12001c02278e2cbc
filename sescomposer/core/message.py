"""The message under the writer's hand: the tree, and beside it what no octet of it says."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from sescomposer.core.entity import Entity
from sescomposer.core.road import Road as Road


class Method(StrEnum):
    """How a message is signed and encrypted."""

    SMIME = "smime"
    """S/MIME 4.0 by us (RFC 8551)."""

    OPENPGP = "openpgp"
    """OpenPGP/MIME by us (RFC 3156)."""

    SES = "ses"
    """S/MIME by the service, on its side; signs only."""


@dataclass(frozen=True, slots=True)
class Protection:
    """Protection wanted for the message.

    Attributes:
        sign, encrypt: Whether to; None as long as nobody chose: then the policy of its From mailbox decides.
        method: How.
        opaque: Whether what is signed goes inside the signature (only S/MIME): survives more, shows nothing to readers
            that know no S/MIME.
        header_protection: Whether fields are copied inside (RFC 9788); None: where it is encrypted.
        key: Id of the key to sign with; "" for the one that fits the From mailbox.
        autocrypt: Whether an Autocrypt field tells the own OpenPGP key.

    >>> Protection().is_chosen, Protection(sign=True).is_chosen
    (False, True)
    """

    sign: bool | None = None
    encrypt: bool | None = None
    method: Method = Method.SMIME
    opaque: bool = False
    header_protection: bool | None = None
    key: str = ""
    autocrypt: bool = False

    @property
    def is_chosen(self) -> bool:
        """Whether anything differs from what nobody chose."""
        return self != NOT_CHOSEN

    @property
    def protects_fields(self) -> bool:
        """Whether fields are copied inside: by choice, and where nobody chose, if it is encrypted."""
        return bool(self.encrypt) if self.header_protection is None else self.header_protection


NOT_CHOSEN = Protection()
"""Nobody chose yet."""


@dataclass(frozen=True, slots=True)
class EnvelopeOverride:
    """What the writer set in the envelope against the header fields.

    Attributes:
        mail_from: Return path as addr-spec, None to take it from the header.
        rcpt_to: Recipients as addr-specs, None to take them from To, Cc and Bcc.
    """

    mail_from: str | None = None
    rcpt_to: tuple[str, ...] | None = None


class Tracking(StrEnum):
    """Override of open or click tracking for one message."""

    ACCOUNT = "account"
    ENABLED = "enabled"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class SendingOptions:
    """Options of the service for one message; see the SES API reference, SendEmail.

    Attributes:
        configuration_set: Its name, "" for the identity's own.
        tags: Message tags as pairs of name and value, in order.
        opens, clicks: Override of tracking.
        contact_list, topic: List management; "" for none.
        tenant: Name of the tenant, "" for none.
        source_arn, from_arn, return_path_arn: Identities of another account whose policy lets this one send from them
            (sending authorization); "" for the account's own.
        endpoint: Id of a multi-region endpoint, "" for the region's own.
        traceable: Whether sealing adds a tag of its own, so that the message can be found again in the events of SES.

    The address for bounces is the return path of the envelope, see `EnvelopeOverride`.
    """

    configuration_set: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    opens: Tracking = Tracking.ACCOUNT
    clicks: Tracking = Tracking.ACCOUNT
    contact_list: str = ""
    topic: str = ""
    tenant: str = ""
    source_arn: str = ""
    from_arn: str = ""
    return_path_arn: str = ""
    endpoint: str = ""
    traceable: bool = True


NO_OPTIONS = SendingOptions()
"""Nothing asked of the service."""


@dataclass(frozen=True, eq=False)
class Message:
    """A root and what stands beside it; every edit gives a new one.

    Attributes:
        root: The tree. Bcc is an ordinary field of it while writing; sealed octets never have it.
        envelope, options, protection: See their types.
        account: Name of the account it is to go through; None as long as nobody chose one (then the one remembered
            for its From mailbox counts), "" for the local inbox.
    """

    root: Entity
    envelope: EnvelopeOverride = EnvelopeOverride()
    options: SendingOptions = NO_OPTIONS
    protection: Protection = NOT_CHOSEN
    account: str | None = None

    def with_root(self, root: Entity) -> "Message":
        """Give the same message with another root; itself if the root is the same object."""
        return self if root is self.root else replace(self, root=root)

    def edited(self, edit: Callable[[Entity], Entity]) -> "Message":
        """Give the message with `edit` applied to its root."""
        return self.with_root(edit(self.root))
