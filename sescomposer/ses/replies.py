"""What SES answers, as our values; pure, and patient with members that are missing."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sescomposer.services.bounces import explained
from sescomposer.services.knowledge import (
    ContactList,
    EventKind,
    GlobalEndpoint,
    Identity,
    IdentityCertificate,
    MessageEvent,
    Quota,
    Suppressed,
    Tenant,
)

Reply = Mapping[str, Any]


def account_values(reply: Reply) -> dict[str, Any]:
    """Give what GetAccount says, as fields of `Known`.

    >>> account_values({"ProductionAccessEnabled": False})["is_sandbox"]
    True
    """
    production, vdm = reply.get("ProductionAccessEnabled"), (reply.get("VdmAttributes") or {}).get("VdmEnabled")
    return {
        "is_sandbox": None if production is None else not production,
        "sending_enabled": reply.get("SendingEnabled"),
        "enforcement": reply.get("EnforcementStatus") or "",
        "quota": quota(reply.get("SendQuota") or {}),
        "has_insights": None if vdm is None else vdm == "ENABLED",
    }


def quota(reply: Reply) -> Quota | None:
    """Give a sending quota; None where the reply has none."""
    names = ("Max24HourSend", "MaxSendRate", "SentLast24Hours")
    return Quota(*(float(reply[name]) for name in names)) if all(name in reply for name in names) else None


def listed_identity(row: Reply) -> Identity:
    """Give one row of ListEmailIdentities."""
    return Identity(
        row.get("IdentityName", ""),
        row.get("IdentityType", ""),
        row.get("VerificationStatus", ""),
        bool(row.get("SendingEnabled", False)),
    )


def identity(name: str, reply: Reply) -> Identity:
    """Give what GetEmailIdentity says."""
    mail_from = reply.get("MailFromAttributes") or {}
    is_verified = bool(reply.get("VerifiedForSendingStatus", False))
    return Identity(
        name,
        reply.get("IdentityType", ""),
        reply.get("VerificationStatus") or ("SUCCESS" if is_verified else ""),
        is_verified,
        dkim=(reply.get("DkimAttributes") or {}).get("Status", ""),
        mail_from=mail_from.get("MailFromDomain", ""),
        mail_from_status=mail_from.get("MailFromDomainStatus", ""),
        configuration_set=reply.get("ConfigurationSetName") or "",
        has_details=True,
    )


def signs(reply: Reply) -> bool:
    """Tell from GetConfigurationSet whether SES signs with S/MIME what goes through it.

    >>> signs({"MessageSecurityOptions": {"SigningScheme": {"SmimeScheme": {"SignatureFormat": "DETACHED"}}}})
    True
    >>> signs({"MessageSecurityOptions": {"SigningScheme": {"DefaultScheme": {}}}}), signs({})
    (False, False)
    """
    options = reply.get("MessageSecurityOptions") or {}
    return "SmimeScheme" in (options.get("SigningScheme") or {})


def certificate(row: Reply) -> IdentityCertificate:
    """Give one row of ListEmailIdentityCertificates."""
    return IdentityCertificate(
        row.get("FromAddress", ""),
        row.get("Status", ""),
        row.get("CertificateArn", ""),
        _time(row.get("CertificateExpiryTime")),
    )


def contact_list(name: str, reply: Reply) -> ContactList:
    """Give what GetContactList says."""
    return ContactList(name, tuple(topic["TopicName"] for topic in reply.get("Topics") or () if "TopicName" in topic))


def tenant(row: Reply) -> Tenant:
    """Give one row of ListTenants."""
    return Tenant(row.get("TenantName", ""), row.get("SendingStatus", ""))


def endpoint(row: Reply) -> GlobalEndpoint:
    """Give one row of ListMultiRegionEndpoints."""
    return GlobalEndpoint(
        row.get("EndpointName", ""), row.get("EndpointId", ""), row.get("Status", ""), tuple(row.get("Regions") or ())
    )


def suppressed(address: str, reply: Reply) -> Suppressed:
    """Give what GetSuppressedDestination says."""
    row = reply.get("SuppressedDestination") or {}
    return Suppressed(row.get("EmailAddress", address), row.get("Reason", ""), _time(row.get("LastUpdateTime")))


def events(reply: Reply) -> tuple[MessageEvent, ...]:
    """Give what GetMessageInsights says, oldest event first; an event without a time is left out.

    >>> events({"Insights": [{"Destination": "a@b.example", "Events": [{"Type": "SEND"}]}]})
    ()
    """
    found = [event for row in reply.get("Insights") or () for event in _events_of(row)]
    return tuple(sorted(found, key=lambda event: event.at))


def _events_of(row: Reply) -> Iterable[MessageEvent]:
    for event in row.get("Events") or ():
        at = _time(event.get("Timestamp"))
        if at is not None:
            yield _event(row, event, at)


def _event(row: Reply, event: Reply, at: datetime) -> MessageEvent:
    word, details = event.get("Type", ""), event.get("Details") or {}
    kind = EventKind(word) if word in set(EventKind) else EventKind.OTHER
    bounce, complaint = details.get("Bounce") or {}, details.get("Complaint") or {}
    words = [bounce.get(name, "") for name in ("BounceType", "BounceSubType", "DiagnosticCode")]
    words += [complaint.get(name, "") for name in ("ComplaintSubType", "ComplaintFeedbackType")]
    if kind is EventKind.OTHER:
        words.insert(0, word)
    return MessageEvent(
        recipient=row.get("Destination", ""),
        at=at,
        kind=kind,
        details=", ".join(text for text in words if text),
        explanation=explained(
            kind,
            bounce_type=bounce.get("BounceType", ""),
            sub_type=bounce.get("BounceSubType", "") or complaint.get("ComplaintSubType", ""),
            feedback=complaint.get("ComplaintFeedbackType", ""),
            diagnostic=bounce.get("DiagnosticCode", ""),
        ),
        isp=row.get("Isp", ""),
    )


def _time(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None
