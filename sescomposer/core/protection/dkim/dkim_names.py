"""Domain and selector of a DKIM signature (RFC 6376 sections 3.1 and 3.5)."""

import re

from sescomposer.core.domain import to_ascii
from sescomposer.core.errors import AddressError, ProtectionError

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*", re.ASCII)


def checked_names(domain: str, selector: str) -> tuple[str, str]:
    """Give domain (in A-labels) and selector in lower case.

    Raises:
        ProtectionError: one of them is no name that the DNS can hold.

    >>> checked_names("Bücher.example", "S1")
    ('xn--bcher-kva.example', 's1')
    """
    try:
        name = to_ascii(domain.strip().rstrip("."))
    except AddressError as error:
        raise ProtectionError(error.sentence, hint=error.hint, value=domain) from error
    if "." not in name or not _NAME.fullmatch(name):
        raise ProtectionError(
            f"{domain!r} is no domain to sign for.", hint="Give the domain of the From mailbox.", value=domain
        )
    if not _NAME.fullmatch(selector.strip()):
        raise ProtectionError(
            f"{selector!r} is no selector.", hint="Give the name before ._domainkey in the DNS.", value=selector
        )
    return name.lower(), selector.strip().lower()
