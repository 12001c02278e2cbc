"""What an address field names (RFC 5322 section 3.4): mailboxes and groups, decoded, and their written forms."""

import re
from dataclasses import dataclass, replace

from sescomposer.core import domain as domains
from sescomposer.core.encoded_word import encode, is_needed
from sescomposer.core.errors import AddressError

_ATOM = r'[^\x00-\x20"(),.:;<>@\[\\\]\x7f]+'
"""All of ASCII that no atom holds, negated: a class that names what is beyond ASCII takes milliseconds to compile."""

_DOT_ATOM = re.compile(rf"{_ATOM}(?:\.{_ATOM}|(?!))*+")
_PHRASE = re.compile(rf"{_ATOM}(?: {_ATOM}|(?!))*+")
_LONGEST_WORD = 200


def quoted(text: str) -> str:
    """Give `text` as a quoted string (RFC 5322 section 3.2.4).

    >>> quoted('a "b"')
    '"a \\\\"b\\\\""'
    """
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def format_local_part(local_part: str) -> str:
    """Give a local part as it is written: a dot-atom as it is, all else quoted (RFC 5322 section 3.4.1)."""
    return local_part if _DOT_ATOM.fullmatch(local_part) else quoted(local_part)


def format_phrase(text: str) -> str:
    """Give a display name as it is written: atoms, a quoted string, or encoded words (RFC 2047 section 5 (3)).

    >>> format_phrase("Jane Doe"), format_phrase("Doe, Jane"), format_phrase("Zoë")
    ('Jane Doe', '"Doe, Jane"', '=?utf-8?q?Zo=C3=AB?=')
    """
    if is_needed(text) or max(map(len, text.split(" "))) > _LONGEST_WORD:
        return encode(text, phrase=True)
    return text if _PHRASE.fullmatch(text) else quoted(text)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address with the name shown for it.

    Attributes:
        display_name: Decoded text, "" if there is none.
        local_part: Decoded text without quotes.
        domain: As it was written, in Unicode or in A-labels; a domain literal with its brackets.

    >>> mailbox = Mailbox("Zoë", "zoe", "bücher.example")
    >>> mailbox.addr_spec, mailbox.wire_addr_spec, str(mailbox)
    ('zoe@bücher.example', 'zoe@xn--bcher-kva.example', 'Zoë <zoe@bücher.example>')
    """

    display_name: str
    local_part: str
    domain: str

    @property
    def addr_spec(self) -> str:
        """Local part and domain as they were written, the local part quoted where it must be."""
        return f"{format_local_part(self.local_part)}@{self.domain}"

    @property
    def wire_addr_spec(self) -> str:
        """The same with the domain in A-labels; a domain that has none stays as it is."""
        try:
            return f"{format_local_part(self.local_part)}@{domains.to_ascii(self.domain)}"
        except AddressError:
            return self.addr_spec

    @property
    def is_ascii_local(self) -> bool:
        """Whether SES can take the local part: it has no SMTPUTF8 (RFC 6531)."""
        return self.local_part.isascii()

    def __str__(self) -> str:
        """Text for people; `parse_mailbox` reads it back."""
        address = f"{format_local_part(self.local_part)}@{domains.to_unicode(self.domain)}"
        return f"{_shown_phrase(self.display_name)} <{address}>" if self.display_name else address


@dataclass(frozen=True, slots=True)
class Group:
    """A named group of mailboxes, possibly none.

    >>> str(Group("Friends", (Mailbox("", "a", "b.example"),)))
    'Friends: a@b.example;'
    """

    name: str
    mailboxes: tuple[Mailbox, ...]

    def __str__(self) -> str:
        """Text for people."""
        return f"{_shown_phrase(self.name)}: {', '.join(map(str, self.mailboxes))};"


Address = Mailbox | Group


def _shown_phrase(text: str) -> str:
    return text if _PHRASE.fullmatch(text) else quoted(text)


def format_mailbox(mailbox: Mailbox) -> str:
    """Give the wire form of one mailbox, on one line."""
    address = mailbox.wire_addr_spec
    return f"{format_phrase(mailbox.display_name)} <{address}>" if mailbox.display_name else address


def format_group(group: Group) -> str:
    """Give the wire form of a group, on one line; an encoded name stands apart from the colon (RFC 2047 section 5)."""
    name = format_phrase(group.name)
    apart = " " if name.endswith("?=") else ""
    return f"{name}{apart}: {', '.join(map(format_mailbox, group.mailboxes))};"


def punycode_local_part(mailbox: Mailbox) -> Mailbox:
    """Give the mailbox with its local part in Punycode, as an older SES guide had it.

    Only for somebody who asks for it: SES's guide of today does not allow it, and at most receivers it is another
    mailbox. A local part in ASCII stays.

    >>> punycode_local_part(Mailbox("", "张伟", "example.com")).addr_spec
    'xn--cpqy30b@example.com'
    """
    if mailbox.is_ascii_local:
        return mailbox
    return replace(mailbox, local_part="xn--" + mailbox.local_part.encode("punycode").decode("ascii"))
