"""The message under the writer's hand: the tree, and beside it what no octet of it says."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from sescomposer.core.entity import Entity
from sescomposer.core.road import Road as Road


class Protection(StrEnum):
    """Protection wanted for the message."""

    NONE = "none"
    SIGN = "sign"
    ENCRYPT = "encrypt"
    SIGN_AND_ENCRYPT = "sign-and-encrypt"


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
    protection: Protection = Protection.NONE
    account: str | None = None

    def with_root(self, root: Entity) -> "Message":
        """Give the same message with another root; itself if the root is the same object."""
        return self if root is self.root else replace(self, root=root)

    def edited(self, edit: Callable[[Entity], Entity]) -> "Message":
        """Give the message with `edit` applied to its root."""
        return self.with_root(edit(self.root))
