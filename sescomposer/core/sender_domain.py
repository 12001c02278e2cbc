"""The domain of who sends, for the right side of identifiers."""

from sescomposer.core.address import Group, Mailbox, parse_addresses_leniently
from sescomposer.core.domain import to_ascii
from sescomposer.core.entity import Entity
from sescomposer.core.errors import AddressError


def sender_domain(root: Entity) -> str:
    """Give the domain of the first From mailbox in A-labels, "" where there is none that is a domain (RFC 5890).

    Nothing about the computer or its user is in it.

    >>> from sescomposer.core.parse import parse
    >>> sender_domain(parse(b"From: A <a@b\\xc3\\xbccher.example>\\r\\n\\r\\n"))
    'xn--bcher-kva.example'
    """
    return domain_of(root.header.get("From"))


def domain_of(addresses: str) -> str:
    """Give the same for the body of a From field.

    >>> domain_of("nobody"), domain_of("A <a@a.example>")
    ('', 'a.example')
    """
    for address in parse_addresses_leniently(addresses)[0]:
        for mailbox in address.mailboxes if isinstance(address, Group) else (address,):
            domain = _ascii_domain(mailbox)
            if domain:
                return domain
    return ""


def _ascii_domain(mailbox: Mailbox) -> str:
    try:
        domain = to_ascii(mailbox.domain)
    except AddressError:
        # A domain that cannot be sent to is a finding of its own; an identifier does without it.
        return ""
    return "" if domain.startswith("[") else domain
