"""Words for accounts: what a way in is, where an account leads, what a login found. No Qt here."""

from collections.abc import Iterator
from dataclasses import replace

from sescomposer.core.road import Road
from sescomposer.services.account import Account, EndpointKind, WayIn
from sescomposer.services.knowledge import Known, Quota
from sescomposer.services.regions import Region
from sescomposer.services.sign_in import Profile

LOCAL_INBOX = "Local inbox"
NOTHING_LEAVES = "Nothing leaves this machine."

WAYS_IN: dict[WayIn, tuple[str, str]] = {
    WayIn.KEYS: (
        "Access key",
        "An access key id and its secret key. The secret lies in the keyring; nothing is read from the environment.",
    ),
    WayIn.PROFILE: (
        "AWS profile",
        "A named profile of ~/.aws: single sign-on, assumed role, second factor, a process. "
        "The AWS SDK resolves it; nothing secret is kept here.",
    ),
    WayIn.ENVIRONMENT: (
        "Environment",
        "Whatever the environment of this program gives, as the AWS SDK finds it. Nothing secret is kept here.",
    ),
    WayIn.SMTP: (
        "SMTP user",
        "A user name and password made for SMTP in the SES console. They open SMTP alone, in one region.",
    ),
}
"""For each way in its name and a sentence."""

ROADS: dict[Road, str] = {
    Road.SES_V2: "Messages up to 40 MB, every option of SES.",
    Road.SES_V1: "Messages up to 10 MB, the older interface.",
    Road.SMTP: "Messages up to 40 MB, for networks and keys that allow nothing else.",
}

PORTS: dict[int, str] = {
    587: "587: STARTTLS, the usual one",
    2587: "2587: STARTTLS, where 587 is blocked",
    465: "465: TLS from the first octet",
    2465: "2465: TLS from the first octet, where 465 is blocked",
    25: "25: STARTTLS; many networks block it, EC2 slows it down",
}

ENDPOINTS: dict[EndpointKind, str] = {
    EndpointKind.STANDARD: "The region's own",
    EndpointKind.FIPS: "FIPS 140 validated",
    EndpointKind.DUAL_STACK: "Dual-stack (IPv4 and IPv6)",
    EndpointKind.FIPS_DUAL_STACK: "FIPS 140 and dual-stack",
    EndpointKind.CUSTOM: "Another host (VPC endpoint, test server)...",
}


def in_short(account: Account) -> str:
    """Say in one line how an account gets where.

    >>> in_short(Account("work", WayIn.KEYS, "eu-west-1"))
    'Access key, eu-west-1, SES API v2'
    """
    return f"{WAYS_IN[account.way_in][0]}, {account.region}, {account.road.label}"


def what_is_offered(region: Region) -> str:
    """Say what a region offers, as far as anybody has written it down.

    >>> from sescomposer.services.regions import region
    >>> what_is_offered(region("xx-moon-1"))
    'Not in our list: whether it has SES is for you to know.'
    """
    if not region.is_listed:
        return "Not in our list: whether it has SES is for you to know."
    offers = [
        (True, "API"),
        (region.has_smtp, "SMTP"),
        (region.has_fips, "FIPS for the API"),
        (region.has_fips_smtp, "FIPS for SMTP"),
        (region.has_dual_stack, "dual-stack"),
    ]
    has = ", ".join(words for offered, words in offers if offered)
    lacks = ", ".join(words for offered, words in offers if offered is False)
    unsure = "" if region.is_documented else " AWS does not list it for SES."
    return f"{region.place}. Offers {has}." + (f" Has no {lacks}." if lacks else "") + unsure


def what_a_profile_is(profile: Profile) -> str:
    """Say what a profile stands on.

    >>> from sescomposer.services.sign_in import ProfileKind
    >>> what_a_profile_is(Profile("work", ProfileKind.ROLE, "eu-west-1", "arn:aws:iam::1:role/r"))
    'Assumed role, arn:aws:iam::1:role/r, region eu-west-1'
    """
    kind = profile.kind.value
    region = f"region {profile.region}" if profile.region else ""
    return ", ".join(words for words in (kind[:1].upper() + kind[1:], profile.detail, region) if words)


def quota_words(quota: Quota) -> str:
    """Say how much may still be sent.

    >>> quota_words(Quota(200, 1, 50)), quota_words(Quota(-1, 14, 50))
    ('150 of 200 recipients left in these 24 hours, 1 a second', 'Recipients without limit, 14 a second')
    """
    rate = f"{quota.rate:,g} a second"
    if quota.left is None:
        return f"Recipients without limit, {rate}"
    return f"{quota.left:,.0f} of {quota.max_24_hours:,.0f} recipients left in these 24 hours, {rate}"


def outcome_lines(outcome: Known | str) -> Iterator[tuple[str, str]]:
    """Give what a login found: the kind of each line ("ok", "note", "warning") and a sentence.

    >>> list(outcome_lines("email-smtp.eu-west-1.amazonaws.com"))
    [('ok', 'Logged in to email-smtp.eu-west-1.amazonaws.com. SMTP tells no more of the account.')]
    """
    if isinstance(outcome, str):
        yield "ok", f"Logged in to {outcome}. SMTP tells no more of the account."
        return
    if outcome.caller:
        yield "ok", f"Logged in as {outcome.caller}."
    if outcome.is_sandbox is not None:
        yield ("warning", _SANDBOX) if outcome.is_sandbox else ("ok", "Production access: it may write to anybody.")
    if outcome.sending_enabled is False:
        yield "warning", "Sending is switched off for this account."
    if outcome.enforcement and outcome.enforcement != "HEALTHY":
        yield "warning", f"SES has put this account under review: {outcome.enforcement}."
    if outcome.quota is not None:
        yield "note", f"{quota_words(outcome.quota)}."
    for denied in outcome.denied:
        yield "warning", f"It may not ask {denied.operation}: the IAM action {denied.action} is missing."
    for failure in outcome.failures:
        yield "warning", failure


_SANDBOX = "Sandbox: it may write to verified addresses alone, until AWS grants production access."


def copy_of(account: Account, names: set[str]) -> Account:
    """Give a copy under a name that is free.

    >>> copy_of(Account("work", WayIn.ENVIRONMENT, "eu-west-1"), {"work", "work copy"}).name
    'work copy 2'
    """
    numbered = (f"{account.name} copy {number}" for number in range(2, len(names) + 3))
    free = next(name for name in (f"{account.name} copy", *numbered) if name not in names)
    return replace(account, name=free)
