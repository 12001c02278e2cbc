"""What is known of an account: read from the service once in a while, kept, and usable when nobody can be asked."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Quota:
    """Sending quota, counted in recipients (SES Developer Guide, quotas).

    Attributes:
        max_24_hours: Recipients in any 24 hours; -1 without limit.
        rate: Recipients a second.
        sent_24_hours: Used in the last 24 hours.
    """

    max_24_hours: float
    rate: float
    sent_24_hours: float

    @property
    def left(self) -> float | None:
        """Recipients left now; None without limit.

        >>> Quota(200, 1, 50).left, Quota(-1, 14, 50).left
        (150, None)
        """
        return None if self.max_24_hours < 0 else max(0, self.max_24_hours - self.sent_24_hours)


@dataclass(frozen=True, slots=True)
class Identity:
    """A verified identity, or one on its way.

    Attributes:
        name: Address or domain, as SES has it.
        kind: "EMAIL_ADDRESS", "DOMAIN" or "MANAGED_DOMAIN".
        status: Verification status in SES's word ("SUCCESS", "PENDING", ...).
        sending_enabled: Whether it may send.
        dkim: Status of its DKIM, "" as long as its details were not read.
        mail_from: Its MAIL FROM domain and its status, "" without one or as long as they were not read.
        configuration_set: Its default configuration set.
        has_details: Whether the last three were read.
    """

    name: str
    kind: str
    status: str
    sending_enabled: bool
    dkim: str = ""
    mail_from: str = ""
    mail_from_status: str = ""
    configuration_set: str = ""
    has_details: bool = False

    @property
    def is_verified(self) -> bool:
        """Whether SES lets it send."""
        return self.status == "SUCCESS" and self.sending_enabled


@dataclass(frozen=True, slots=True)
class ContactList:
    """A contact list and its topics."""

    name: str
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant; `status` in SES's word."""

    name: str
    status: str = ""


@dataclass(frozen=True, slots=True)
class GlobalEndpoint:
    """A multi-region endpoint; messages name it by its id."""

    name: str
    endpoint_id: str
    status: str
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Denied:
    """A question that the account may not ask.

    Attributes:
        operation: Name of the API operation ("ListEmailIdentities").
        action: The IAM action that is missing ("ses:ListEmailIdentities").
        statement: The IAM statement that would allow it, as JSON to copy.
        answer: The service's own words.
        request_id: Of that answer.
    """

    operation: str
    action: str
    statement: str
    answer: str
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class SetSigning:
    """Whether the service signs what goes through a configuration set (MessageSecurityOptions)."""

    configuration_set: str
    signs: bool
    read_at: datetime


@dataclass(frozen=True, slots=True)
class IdentityCertificate:
    """An S/MIME certificate that lies at the service, with which it signs for one From mailbox.

    Attributes:
        address: The From mailbox, in the spelling that counts: the service compares it with case.
        status: In the service's word; only "ACTIVE" signs.
        arn: Of the certificate in ACM.
        expires: When it ends; None if the service does not say.
    """

    address: str
    status: str
    arn: str
    expires: datetime | None = None

    @property
    def is_active(self) -> bool:
        """Whether the service signs with it."""
        return self.status == "ACTIVE"


@dataclass(frozen=True, slots=True)
class IdentityCertificates:
    """The certificates at the service that belong to one identity, and when they were read."""

    identity: str
    read_at: datetime
    certificates: tuple[IdentityCertificate, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one account in one region; None or empty where it was not, or could not be, read.

    Attributes:
        account, region: Of whom.
        read_at: When.
        caller: ARN of who asked, and so the account id.
        is_sandbox, sending_enabled: None if unknown.
        enforcement: "HEALTHY", "PROBATION", "SHUTDOWN" or "".
        has_insights: Whether the account has the service of message insights (VDM); None if unknown.
        denied: What could not be asked.
        failures: One sentence for every other question that was not answered.
        set_signing: Which configuration sets sign, of those that were asked about.
        identity_certificates: Certificates at the service, of the identities that were asked about.
    """

    account: str
    region: str
    read_at: datetime
    caller: str = ""
    is_sandbox: bool | None = None
    sending_enabled: bool | None = None
    enforcement: str = ""
    quota: Quota | None = None
    has_insights: bool | None = None
    identities: tuple[Identity, ...] = ()
    configuration_sets: tuple[str, ...] = ()
    contact_lists: tuple[ContactList, ...] = ()
    tenants: tuple[Tenant, ...] = ()
    endpoints: tuple[GlobalEndpoint, ...] = ()
    denied: tuple[Denied, ...] = ()
    failures: tuple[str, ...] = ()
    set_signing: tuple[SetSigning, ...] = ()
    identity_certificates: tuple[IdentityCertificates, ...] = ()

    @property
    def certificates(self) -> tuple[IdentityCertificate, ...]:
        """All certificates at the service that are known."""
        return tuple(certificate for of in self.identity_certificates for certificate in of.certificates)

    def signs(self, configuration_set: str) -> bool | None:
        """Whether the service signs what goes through a configuration set, None if that was not read.

        >>> from datetime import UTC
        >>> now = datetime(2026, 1, 1, tzinfo=UTC)
        >>> known = Known("work", "eu-west-1", now, set_signing=(SetSigning("s", True, now),))
        >>> known.signs("s"), known.signs("t"), known.signs("")
        (True, None, False)
        """
        if not configuration_set:
            return False
        found = [of.signs for of in self.set_signing if of.configuration_set == configuration_set]
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Suppressed:
    """An address on the suppression list: `reason` is "BOUNCE" or "COMPLAINT"."""

    address: str
    reason: str
    since: datetime | None = None


class EventKind(StrEnum):
    """Kinds of events of a message, in SES's words."""

    SEND = "SEND"
    REJECT = "REJECT"
    BOUNCE = "BOUNCE"
    COMPLAINT = "COMPLAINT"
    DELIVERY = "DELIVERY"
    OPEN = "OPEN"
    CLICK = "CLICK"
    RENDERING_FAILURE = "RENDERING_FAILURE"
    DELIVERY_DELAY = "DELIVERY_DELAY"
    SUBSCRIPTION = "SUBSCRIPTION"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class MessageEvent:
    """Something that happened to a message for one recipient.

    Attributes:
        recipient: Wire address.
        at: When.
        kind: What; `OTHER` for a kind newer than this program, named in `details`.
        details: In SES's words: bounce type and sub-type, diagnostic code, complaint kind.
        explanation: What that means (hard, soft, suppressed) and what to do, in our words.
        isp: Name of the receiving provider, "" if unknown.
    """

    recipient: str
    at: datetime
    kind: EventKind
    details: str = ""
    explanation: str = ""
    isp: str = ""
