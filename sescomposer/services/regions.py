"""The regions of SES, what each offers, and the hosts to speak to (General Reference; Developer Guide, SMTP endpoints).

What a region that is not documented offers is unknown: nothing is refused there, and the window marks it.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sescomposer import resources
from sescomposer.core.errors import AccountError
from sescomposer.core.road import Road
from sescomposer.services.account import Account, EndpointKind

STARTTLS_PORTS = (587, 2587, 25)
"""Plain until STARTTLS (RFC 3207); EC2 throttles port 25."""
TLS_PORTS = (465, 2465)
"""TLS from the first octet."""
SMTP_PORTS = (*STARTTLS_PORTS[:2], *TLS_PORTS, STARTTLS_PORTS[2])
"""All ports of SMTP, the advised ones first."""

_NAME = re.compile(r"[a-z]{2,}(?:-[a-z0-9]+)+")
_LONGEST_LABEL = 63
_FIPS = (EndpointKind.FIPS, EndpointKind.FIPS_DUAL_STACK)
_DUAL_STACK = (EndpointKind.DUAL_STACK, EndpointKind.FIPS_DUAL_STACK)


@dataclass(frozen=True, slots=True)
class Region:
    """One region; None where nobody has written down whether it offers something.

    Attributes:
        name: As in host names, such as "eu-west-1".
        place: Name for people, "" for one that is in no list.
        is_documented: Whether AWS lists it for SES.
        has_smtp, has_fips, has_fips_smtp: Whether there is an SMTP host, a FIPS host of the API, a FIPS host of SMTP.
        has_dual_stack: Whether hosts answer on IPv6 too.
        dkim: "global" or "regional": where Easy DKIM points to; "" if unknown.
        suffix, dual_stack_suffix: End of its host names.
    """

    name: str
    place: str = ""
    is_documented: bool = False
    has_smtp: bool | None = None
    has_fips: bool | None = None
    has_fips_smtp: bool | None = None
    has_dual_stack: bool | None = None
    dkim: str = ""
    suffix: str = "amazonaws.com"
    dual_stack_suffix: str = "api.aws"

    @property
    def is_listed(self) -> bool:
        """Whether it is in our list at all; others are typed by the user and marked."""
        return bool(self.place)

    @property
    def label(self) -> str:
        """Name for people, with what is to be known before it is chosen.

        >>> region("eu-west-1").label, region("af-south-1").label
        ('eu-west-1, Europe (Ireland)', 'af-south-1, Africa (Cape Town), no SMTP')
        """
        marks = [self.place] if self.place else ["not in our list"]
        if self.is_listed and not self.is_documented:
            marks.append("not documented for SES")
        if self.has_smtp is False:
            marks.append("no SMTP")
        return ", ".join((self.name, *marks))

    def trouble(self, road: Road, endpoint: EndpointKind = EndpointKind.STANDARD) -> str:
        """Say why a road or a kind of endpoint is not to be had here, "" where it is or may be.

        >>> region("eu-central-2").trouble(Road.SMTP)
        'The region eu-central-2 has no SMTP interface.'
        """
        is_smtp = road is Road.SMTP
        if endpoint is EndpointKind.CUSTOM:
            return ""
        if is_smtp and self.has_smtp is False:
            return f"The region {self.name} has no SMTP interface."
        if is_smtp and endpoint is EndpointKind.FIPS_DUAL_STACK:
            return "SMTP has no host that is both FIPS and dual-stack."
        if endpoint in _FIPS and (self.has_fips_smtp if is_smtp else self.has_fips) is False:
            return f"The region {self.name} has no FIPS endpoint for {road.label}."
        if endpoint in _DUAL_STACK and self.has_dual_stack is False:
            return f"The region {self.name} has no dual-stack endpoint."
        return ""


def _region(row: Mapping[str, Any]) -> Region:
    defaults = Region(row["name"])
    return Region(
        name=row["name"],
        place=row["place"],
        is_documented=row["documented"],
        has_smtp=row.get("smtp"),
        has_fips=row.get("fips"),
        has_fips_smtp=row.get("fips_smtp"),
        has_dual_stack=row.get("dual_stack", True),
        dkim=row.get("dkim", ""),
        suffix=row.get("suffix", defaults.suffix),
        dual_stack_suffix=row.get("dual_stack_suffix", defaults.dual_stack_suffix),
    )


REGIONS: tuple[Region, ...] = tuple(
    _region(row) for row in tomllib.loads(resources.read_text("data/regions.toml"))["region"]
)
"""All regions of our list, the documented ones first, each group by name."""

_BY_NAME = {known.name: known for known in REGIONS}


def is_region_name(name: str) -> bool:
    """Whether a text can be the name of a region: labels of lower-case letters and digits with hyphens between.

    >>> is_region_name("eu-west-1"), is_region_name("evil.example/"), is_region_name("EU-WEST-1")
    (True, False, False)
    """
    return _NAME.fullmatch(name) is not None and len(name) <= _LONGEST_LABEL


def region(name: str) -> Region:
    """Give the region of that name; one that is in no list has no place and everything else unknown.

    >>> region("eu-west-1").place, region("xx-moon-1").is_listed
    ('Europe (Ireland)', False)
    """
    return _BY_NAME.get(name) or Region(name)


def api_host(account: Account) -> str:
    """Give the host of the API that an account speaks to; both APIs have the same.

    >>> from sescomposer.services.account import WayIn
    >>> api_host(Account("work", WayIn.KEYS, "eu-west-1"))
    'email.eu-west-1.amazonaws.com'

    Raises:
        AccountError: its region does not offer that, or its own endpoint is no URL.
    """
    if account.endpoint is EndpointKind.CUSTOM:
        return _custom(account, account.endpoint_url)[0]
    found = _offered(account, Road.SES_V2)
    first = "email-fips" if account.endpoint in _FIPS else "email"
    return f"{first}.{found.name}.{_suffix(found, account)}"


def smtp_host(account: Account) -> str:
    """Give the host of SMTP that an account speaks to.

    >>> from sescomposer.services.account import WayIn
    >>> smtp_host(Account("work", WayIn.SMTP, "eu-west-1", endpoint=EndpointKind.DUAL_STACK))
    'email-smtp.eu-west-1.api.aws'

    Raises:
        AccountError: its region does not offer that, or its own endpoint is not `host:port`.
    """
    return smtp_address(account)[0]


def smtp_address(account: Account) -> tuple[str, int]:
    """Give host and port of SMTP; with an endpoint of its own those it names, else its region's host and `port`.

    Whether TLS begins with the first octet is for `account.port` alone to say, see `TLS_PORTS`.

    Raises:
        AccountError: see `smtp_host`.
    """
    if account.endpoint is EndpointKind.CUSTOM:
        return _custom(account, f"//{account.endpoint_url}", account.port)
    found = _offered(account, Road.SMTP)
    first = "email-smtp-fips" if account.endpoint in _FIPS else "email-smtp"
    return f"{first}.{found.name}.{_suffix(found, account)}", account.port


def _suffix(found: Region, account: Account) -> str:
    return found.dual_stack_suffix if account.endpoint in _DUAL_STACK else found.suffix


def _offered(account: Account, road: Road) -> Region:
    """Give the region of an account if its name fits into a host name and it has what the account asks for."""
    if not is_region_name(account.region):
        raise AccountError(
            f"The account {account.name!r} has the region {account.region!r}, which can be no part of a host name.",
            hint="Choose a region such as eu-west-1.",
            value=account.region,
        )
    found = region(account.region)
    trouble = found.trouble(road, account.endpoint)
    if trouble:
        raise AccountError(trouble, hint="Choose another region, another road or another endpoint.", value=found.name)
    return found


def _custom(account: Account, url: str, port: int = 443) -> tuple[str, int]:
    """Give host and port of the account's own endpoint."""
    try:
        parts = urlsplit(url)
        host, named = parts.hostname or "", parts.port
    except ValueError:
        host, named = "", None
    if not host:
        raise AccountError(
            f"The endpoint {account.endpoint_url!r} of the account {account.name!r} names no host.",
            hint="It is a URL such as https://host for the API, host:port for SMTP.",
            value=account.endpoint_url,
        )
    return host, named or port
