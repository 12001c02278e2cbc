"""The options of SES for one message, each declared once: what people call it, and how each road carries it.

The APIs have members (SES API v2 SendEmail, v1 SendRawEmail), SMTP has the X-SES control fields. What a road has no way
for is not offered there.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sescomposer.core import control_fields as fields
from sescomposer.core.message import SendingOptions, Tracking
from sescomposer.core.road import Road


@dataclass(frozen=True, slots=True)
class OptionInfo:
    """One option.

    Attributes:
        name: Name of its attribute in `SendingOptions`.
        label: A few words for people.
        help: One or two sentences for people.
        v2, v1: The member of the API's request that carries it, "" where there is none.
        field: The control field that carries it over SMTP, "" where there is none.
        text: Writes its value in one line, "" where it is not set.
    """

    name: str
    label: str
    help: str
    v2: str
    v1: str
    field: str
    text: Callable[[SendingOptions], str]

    def carrier(self, road: Road) -> str:
        """Give the member or field that carries it on a road, "" where there is none.

        >>> OPTIONS[0].carrier(Road.SMTP), OPTIONS[0].carrier(Road.SES_V2)
        ('X-SES-CONFIGURATION-SET', 'ConfigurationSetName')
        """
        return {Road.SES_V2: self.v2, Road.SES_V1: self.v1, Road.SMTP: self.field}[road]


def _tags(options: SendingOptions) -> str:
    return ", ".join(f"{name}={value}" for name, value in options.tags)


def _tracking(value: Tracking) -> str:
    return "" if value is Tracking.ACCOUNT else value.value


OPTIONS: tuple[OptionInfo, ...] = (
    OptionInfo(
        "configuration_set",
        "Configuration set",
        "Rules of the account for this message: events, tracking, dedicated addresses. Empty for the identity's own.",
        "ConfigurationSetName",
        "ConfigurationSetName",
        fields.CONFIGURATION_SET,
        lambda options: options.configuration_set,
    ),
    OptionInfo(
        "tags",
        "Tags",
        "Pairs of name and value that come back with every event of this message.",
        "EmailTags",
        "Tags",
        fields.MESSAGE_TAGS,
        _tags,
    ),
    OptionInfo(
        "contact_list",
        "Contact list",
        "SES adds its own unsubscribe header fields and links; works for a single recipient.",
        "ListManagementOptions.ContactListName",
        "",
        fields.LIST_MANAGEMENT,
        lambda options: options.contact_list,
    ),
    OptionInfo(
        "topic",
        "Topic",
        "The topic of the contact list; without one a recipient leaves the whole list.",
        "ListManagementOptions.TopicName",
        "",
        fields.LIST_MANAGEMENT,
        lambda options: options.topic,
    ),
    OptionInfo(
        "tenant",
        "Tenant",
        "Send in the name of a tenant; identity and configuration set must belong to it.",
        "TenantName",
        "",
        fields.TENANT,
        lambda options: options.tenant,
    ),
    OptionInfo(
        "opens",
        "Track opens",
        "Against the setting of the configuration set; needs ses:ApplyTrackingConfigurationOverrides.",
        "ConfigurationOverrides.Tracking.OpenTrackingEnabled",
        "",
        "",
        lambda options: _tracking(options.opens),
    ),
    OptionInfo(
        "clicks",
        "Track clicks",
        "Against the setting of the configuration set; needs ses:ApplyTrackingConfigurationOverrides.",
        "ConfigurationOverrides.Tracking.ClickTrackingEnabled",
        "",
        "",
        lambda options: _tracking(options.clicks),
    ),
    OptionInfo(
        "endpoint",
        "Multi-region endpoint",
        "Id of an endpoint, such as abcdef12.g3h, not its name; needs the AWS CRT library.",
        "EndpointId",
        "",
        "",
        lambda options: options.endpoint,
    ),
    OptionInfo(
        "source_arn",
        "Identity of another account (ARN)",
        "An identity whose owner lets you send from it; also used for From and return path where those are empty.",
        "FromEmailAddressIdentityArn",
        "SourceArn",
        fields.SOURCE_ARN,
        lambda options: options.source_arn,
    ),
    OptionInfo(
        "from_arn",
        "Identity of From (ARN)",
        "Where the From mailbox belongs to another identity than the sender.",
        "FromEmailAddressIdentityArn",
        "FromArn",
        fields.FROM_ARN,
        lambda options: options.from_arn,
    ),
    OptionInfo(
        "return_path_arn",
        "Identity of the return path (ARN)",
        "Where bounces go to an address of another identity.",
        "FeedbackForwardingEmailAddressIdentityArn",
        "ReturnPathArn",
        fields.RETURN_PATH_ARN,
        lambda options: options.return_path_arn,
    ),
)
"""Every option, in the order of the form."""


@dataclass(frozen=True, slots=True)
class Carried:
    """One option that is set: its declaration, its value in one line, and what carries it ("" where nothing does)."""

    info: OptionInfo
    text: str
    carrier: str


def carried(options: SendingOptions, road: Road) -> tuple[Carried, ...]:
    """Give the options that are set and how that road carries each.

    >>> [(c.info.label, c.carrier) for c in carried(SendingOptions(tenant="t", endpoint="a.b"), Road.SMTP)]
    [('Tenant', 'X-SES-TENANT'), ('Multi-region endpoint', '')]
    """
    found = ((info, info.text(options)) for info in OPTIONS)
    return tuple(Carried(info, text, info.carrier(road)) for info, text in found if text)
