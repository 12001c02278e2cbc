"""What an account must be before it is kept: every rule, and the sentence for each that is broken."""

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from sescomposer.core.address import parse_mailbox
from sescomposer.core.errors import AddressError
from sescomposer.core.one_line import misfit_of
from sescomposer.core.road import Road
from sescomposer.services.account import Account, EndpointKind, WayIn
from sescomposer.services.regions import SMTP_PORTS, is_region_name, region
from sescomposer.services.smtp_password import is_temporary

RESERVED_NAME = "local inbox"
"""What the local inbox is called wherever accounts are named."""

_LONGEST_NAME = 100
_CONFIGURATION_SET = re.compile(r"[A-Za-z0-9_-]{0,64}")
_TOKEN = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class AccountProblem:
    """One rule that an account breaks.

    Attributes:
        field: Name of the attribute of `Account`, for the form to point at; "secret" for the secret.
        sentence, hint: For people.
    """

    field: str
    sentence: str
    hint: str = ""


def problems_of(account: Account, others: Iterable[Account] = ()) -> tuple[AccountProblem, ...]:
    """Give what is wrong with an account, in the order of its form; empty if it can be kept.

    >>> [problem.sentence for problem in problems_of(Account("work", WayIn.PROFILE, "eu-west-1"))]
    ['The account needs the name of an AWS profile.']

    Args:
        account: As typed.
        others: The other accounts, whose names are taken.
    """
    rules = (_name(account, others), _way_in(account), _region(account), _endpoint(account), _rest(account))
    return tuple(problem for found in rules for problem in found)


def _name(account: Account, others: Iterable[Account]) -> Iterator[AccountProblem]:
    name = account.name
    if not name.strip():
        yield AccountProblem("name", "The account needs a name.", "Any words that tell it from others.")
    elif misfit_of(name) or not name.isprintable() or name != name.strip() or len(name) > _LONGEST_NAME:
        yield AccountProblem(
            "name",
            f"The name {name[:_LONGEST_NAME]!r} is not one line of at most {_LONGEST_NAME} visible characters.",
            "Leave out line ends, and blanks at its ends.",
        )
    elif name.casefold() == RESERVED_NAME:
        yield AccountProblem("name", f"{name!r} is the name of our own inbox.", "Choose another name.")
    elif any(other.name == name for other in others):
        yield AccountProblem("name", f"There is an account {name!r} already.", "Choose another name.")


def _way_in(account: Account) -> Iterator[AccountProblem]:
    user = account.user
    if account.needs_secret and not _TOKEN.fullmatch(user):
        what = "an access key id" if account.way_in is WayIn.KEYS else "an SMTP user name"
        yield AccountProblem(
            "user", f"The account needs {what}: letters and digits, not {user!r}." if user else f"It needs {what}."
        )
    elif account.needs_secret and is_temporary(user):
        yield AccountProblem(
            "user",
            f"The access key id {user!r} is a temporary one, which is of no use without its session token.",
            "Use an AWS profile, or the access key of an IAM user.",
        )
    if account.way_in is WayIn.PROFILE and (not account.profile.strip() or misfit_of(account.profile)):
        yield AccountProblem(
            "profile",
            "The account needs the name of an AWS profile.",
            "It stands in ~/.aws/config or ~/.aws/credentials.",
        )
    if account.way_in is WayIn.SMTP and account.road is not Road.SMTP:
        yield AccountProblem(
            "way_in",
            f"An SMTP user name opens SMTP alone, not {account.road.label}.",
            "Choose SMTP as transport, or an access key as way in.",
        )


def _region(account: Account) -> Iterator[AccountProblem]:
    name = account.region
    if not name:
        yield AccountProblem("region", "The account needs a region.", "A region is named like eu-west-1.")
        return
    if not is_region_name(name):
        yield AccountProblem("region", f"{name!r} is not the name of a region.", "A region is named like eu-west-1.")
        return
    trouble = region(name).trouble(account.road)
    if trouble and account.endpoint is not EndpointKind.CUSTOM:
        yield AccountProblem("region", trouble, "Choose another region or another transport.")
        return
    trouble = region(name).trouble(account.road, account.endpoint)
    if trouble:
        yield AccountProblem("endpoint", trouble, "Choose another kind of endpoint or another region.")


def _endpoint(account: Account) -> Iterator[AccountProblem]:
    if account.road is Road.SMTP and account.port not in SMTP_PORTS:
        ports = ", ".join(map(str, SMTP_PORTS))
        yield AccountProblem("port", f"SES has no SMTP on port {account.port}.", f"Its ports are {ports}.")
    if account.endpoint is not EndpointKind.CUSTOM:
        return
    url = account.endpoint_url
    if account.road is Road.SMTP:
        if not is_host_and_port(url):
            yield AccountProblem("endpoint_url", f"The endpoint {url!r} is not host:port.", "Such as localhost:2525.")
    elif not is_safe_url(url):
        yield AccountProblem(
            "endpoint_url",
            f"The endpoint {url!r} is not a URL with https, or with http to this machine.",
            "Such as https://vpce-1.email.eu-west-1.vpce.amazonaws.com or http://localhost:8005.",
        )


def _rest(account: Account) -> Iterator[AccountProblem]:
    if misfit_of(account.ca_bundle):
        yield AccountProblem("ca_bundle", "The file of certificates has no name on one line.", "Choose another file.")
    for mailbox in account.mailboxes:
        try:
            parse_mailbox(mailbox)
        except AddressError as error:
            yield AccountProblem("mailboxes", f"{mailbox!r} is no mailbox: {error.sentence}", error.hint)
    if not _CONFIGURATION_SET.fullmatch(account.configuration_set):
        yield AccountProblem(
            "configuration_set",
            f"{account.configuration_set!r} is not the name of a configuration set.",
            "It has at most 64 letters, digits, hyphens and underscores.",
        )


def is_host_and_port(text: str) -> bool:
    """Whether a text is a host and a port.

    >>> is_host_and_port("localhost:2525"), is_host_and_port("[::1]:25"), is_host_and_port("http://localhost:25")
    (True, True, False)
    """
    if not _TOKEN.fullmatch(text) or set(text) & set("/?#@\\"):
        return False
    host, port = _host_and_port(f"//{text}")
    return bool(host) and port is not None


def is_safe_url(url: str) -> bool:
    """Whether nobody on the way can read or change what is sent there: https, or http that stays on this machine.

    >>> is_safe_url("https://a.example"), is_safe_url("http://127.0.0.1:80"), is_safe_url("http://a.example")
    (True, True, False)
    """
    if not _TOKEN.fullmatch(url) or set(url) & set("?#@\\"):
        return False
    host, _ = _host_and_port(url)
    scheme = url.partition("://")[0].lower()
    return bool(host) and (scheme == "https" or (scheme == "http" and is_loopback(host)))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very name or address; nothing is looked up.

    >>> is_loopback("localhost"), is_loopback("127.0.0.2"), is_loopback("::1"), is_loopback("localhost.example")
    (True, True, True, False)
    """
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host_and_port(url: str) -> tuple[str, int | None]:
    """Give host and port of a URL; no host where there is none or the port is none."""
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.port
    except ValueError:
        return "", None
