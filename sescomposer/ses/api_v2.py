"""The SES API v2 as a transport: operation SendEmail with raw content."""

from functools import lru_cache
from typing import Any

from sescomposer.core.address import Group, parse_addresses_leniently
from sescomposer.core.control_fields import options_in
from sescomposer.core.errors import SubmissionError
from sescomposer.core.message import SendingOptions, Tracking
from sescomposer.core.road import Road
from sescomposer.core.seal import Sealed
from sescomposer.ses.api import ApiTransport


class ApiV2Transport(ApiTransport):
    """See `ApiTransport`. Every recipient of the envelope goes into the destination, so that SES reads no header."""

    _service = "sesv2"
    _road = Road.SES_V2

    def members(self, sealed: Sealed, octets: bytes) -> dict[str, Any]:
        """See `ApiTransport.members`. FromEmailAddress is never given: it would replace the From field."""
        return {
            "Content": {"Raw": {"Data": octets}},
            "Destination": _destination(sealed),
            **_feedback(sealed),
            **_arns(sealed),
            **_options(sealed.options),
        }


def _destination(sealed: Sealed) -> dict[str, list[str]]:
    """Give the recipients as the header shows them; whom no field shows is Bcc. The order is that of the envelope."""
    members = (("ToAddresses", _named(sealed, "To")), ("CcAddresses", _named(sealed, "Cc")))
    found: dict[str, list[str]] = {}
    for address in sealed.envelope.rcpt_to:
        member = next((member for member, shown in members if address in shown), "BccAddresses")
        found.setdefault(member, []).append(address)
    return found


def _feedback(sealed: Sealed) -> dict[str, str]:
    """Give the address for bounces where it is another than From, which SES takes by itself."""
    authors = _named(sealed, "From")
    mail_from = sealed.envelope.mail_from
    return {} if mail_from in authors[:1] or not mail_from else {"FeedbackForwardingEmailAddress": mail_from}


def _named(sealed: Sealed, name: str) -> tuple[str, ...]:
    return _wire_addresses(tuple(known.body for known in sealed.root.header.all(name)))


@lru_cache(maxsize=64)
def _wire_addresses(bodies: tuple[str, ...]) -> tuple[str, ...]:
    """Give the addresses of fields in wire form; the items of a batch have theirs in common, From at least."""
    addresses = [address for body in bodies for address in parse_addresses_leniently(body)[0]]
    groups = [address.mailboxes if isinstance(address, Group) else (address,) for address in addresses]
    return tuple(mailbox.wire_addr_spec for group in groups for mailbox in group)


def _arns(sealed: Sealed) -> dict[str, str]:
    options = sealed.options
    found = {"FeedbackForwardingEmailAddressIdentityArn": options.return_path_arn}
    if not options.source_arn or not options.from_arn or options.source_arn == options.from_arn:
        found["FromEmailAddressIdentityArn"] = options.from_arn or options.source_arn
    elif _both_arns(options_in(sealed.root)) != _both_arns(options):
        # A single member stands for both; only the fields can say them apart.
        raise SubmissionError(
            "The SES API v2 takes one identity for source and From; the options name two. Nothing was sent.",
            hint="Name one of them, or write both as the fields X-SES-SOURCE-ARN and X-SES-FROM-ARN.",
            value=options.from_arn,
        )
    return {name: value for name, value in found.items() if value}


def _both_arns(options: SendingOptions) -> tuple[str, str]:
    return options.source_arn, options.from_arn


def _options(options: SendingOptions) -> dict[str, Any]:
    tracking = {
        name: value.name
        for name, value in (("OpenTrackingEnabled", options.opens), ("ClickTrackingEnabled", options.clicks))
        if value is not Tracking.ACCOUNT
    }
    managed = {"ContactListName": options.contact_list, "TopicName": options.topic}
    found = {
        "ConfigurationSetName": options.configuration_set,
        "EmailTags": [{"Name": name, "Value": value} for name, value in options.tags],
        "ListManagementOptions": {n: v for n, v in managed.items() if v} if options.contact_list else {},
        "TenantName": options.tenant,
        "EndpointId": options.endpoint,
        "ConfigurationOverrides": {"Tracking": tracking} if tracking else {},
    }
    return {name: value for name, value in found.items() if value}
