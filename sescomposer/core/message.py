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
    """

    configuration_set: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    opens: Tracking = Tracking.ACCOUNT
    clicks: Tracking = Tracking.ACCOUNT
    contact_list: str = ""
    topic: str = ""
    tenant: str = ""


@dataclass(frozen=True, eq=False)
class Message:
    """A root and what stands beside it; every edit gives a new one.

    Attributes:
        root: The tree. Bcc is an ordinary field of it while writing; sealed octets never have it.
        envelope, options, protection: See their types.
    """

    root: Entity
    envelope: EnvelopeOverride = EnvelopeOverride()
    options: SendingOptions = SendingOptions()
    protection: Protection = Protection.NONE

    def with_root(self, root: Entity) -> "Message":
        """Give the same message with another root; itself if the root is the same object."""
        return self if root is self.root else replace(self, root=root)

    def edited(self, edit: Callable[[Entity], Entity]) -> "Message":
        """Give the message with `edit` applied to its root."""
        return self.with_root(edit(self.root))
