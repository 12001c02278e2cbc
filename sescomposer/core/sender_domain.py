"""The domain of who sends, for the right side of identifiers."""

from sescomposer.core.domain import to_ascii
from sescomposer.core.entity import Entity
from sescomposer.core.envelope import mailboxes
from sescomposer.core.errors import AddressError


def sender_domain(root: Entity) -> str:
    """Give the domain of the first From mailbox in A-labels, "" where there is none that is a domain (RFC 5890).

    Nothing about the computer or its user is in it.

    >>> from sescomposer.core.parse import parse
    >>> sender_domain(parse(b"From: A <a@b\\xc3\\xbccher.example>\\r\\n\\r\\n"))
    'xn--bcher-kva.example'
    """
    for mailbox in mailboxes(root, "From"):
        try:
            domain = to_ascii(mailbox.domain)
        except AddressError:
            # A domain that cannot be sent to is a finding of its own; an identifier does without it.
            continue
        if domain and not domain.startswith("["):
            return domain
    return ""
