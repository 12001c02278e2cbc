"""Mailboxes, groups and lists of them (RFC 5322 section 3.4): reading, writing, and the values themselves."""

from collections.abc import Sequence

from sescomposer.core.address_parser import (
    parse_addresses,
    parse_addresses_leniently,
    parse_mailbox,
    split_address_spans,
)
from sescomposer.core.address_value import (
    Address,
    Group,
    Mailbox,
    format_group,
    format_mailbox,
    punycode_local_part,
)

__all__ = [
    "Address",
    "Group",
    "Mailbox",
    "format_addresses",
    "parse_addresses",
    "parse_addresses_leniently",
    "parse_mailbox",
    "punycode_local_part",
    "split_address_spans",
]


def format_addresses(addresses: Sequence[Address]) -> str:
    """Give the wire form of addresses: on one line, comma and blank between them, names as RFC 2047 has them.

    Domains are in A-labels; a local part outside ASCII stays so, for no header field without SMTPUTF8 can hold it.

    >>> format_addresses((Mailbox("Doe, Jane", "jane", "example.org"), Group("Us", ())))
    '"Doe, Jane" <jane@example.org>, Us: ;'
    """
    return ", ".join(format_group(a) if isinstance(a, Group) else format_mailbox(a) for a in addresses)
