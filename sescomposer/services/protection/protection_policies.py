"""Which policies a From field calls for that is not written as it should be: a mistake in it takes no policy away."""

import re

from sescomposer.core.address import parse_addresses_leniently
from sescomposer.core.entity import Entity


def misread_authors(root: Entity) -> str:
    r"""Give the text of the From fields that are not read without faults, "" where all are.

    >>> from sescomposer.core.parse import parse
    >>> misread_authors(parse(b"From: Ann ann@example.org>\r\n\r\n"))
    'Ann ann@example.org>'
    >>> misread_authors(parse(b"From: Ann <ann@example.org>\r\n\r\n"))
    ''
    """
    bodies = (field.body.strip() for field in root.header.all("From"))
    return " ".join(body for body in bodies if parse_addresses_leniently(body)[1])


def is_named(address: str, text: str) -> bool:
    """Whether an addr-spec stands in a text as a whole, in any case.

    >>> is_named("ann@example.org", "<Ann@Example.org>"), is_named("ann@example.org", "joann@example.org")
    (True, False)
    """
    return re.search(rf"(?<![\w.+-]){re.escape(address)}(?![\w.-])", text, re.IGNORECASE) is not None


__all__ = ["is_named", "misread_authors"]
