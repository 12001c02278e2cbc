"""One item of a recipient field as a chip shows it: what was typed, and what can be read out of it. No Qt here."""

import re
from dataclasses import dataclass

from sescomposer.core.address import Group, parse_addresses, split_address_spans
from sescomposer.core.errors import AddressError

_LINE_ENDS = re.compile(r"[\r\n\t\v\f\x85\u2028\u2029\0]+")
_OPEN_GROUP = re.compile(r'[^"<>@,;:]+:[^;]*')


@dataclass(frozen=True, slots=True)
class Recipient:
    """What a chip shows.

    Attributes:
        text: As it stands in the field; never changed by showing it.
        name: Display name or group name, decoded; "" if there is none.
        address: The address, or the addresses of a group; the text itself when it cannot be read.
        fault: Why it is no address, a sentence; "" if it is one.
    """

    text: str
    name: str
    address: str
    fault: str = ""

    @property
    def spoken(self) -> str:
        """Words for a screen reader."""
        words = ", ".join(part for part in (self.name, self.address) if part)
        return f"{words}, not valid" if self.fault else words


def recipient_of(text: str) -> Recipient:
    """Read one item of a list.

    >>> recipient_of("Zoë <zoe@example.org>")
    Recipient(text='Zoë <zoe@example.org>', name='Zoë', address='zoe@example.org', fault='')
    >>> recipient_of("zoe").fault
    "Missing final '@domain'"
    """
    try:
        addresses = parse_addresses(text)
    except AddressError as error:
        return Recipient(text, "", text, error.sentence)
    match addresses:
        case (Group(name=name, mailboxes=members),):
            return Recipient(text, name, ", ".join(mailbox.addr_spec for mailbox in members) or "nobody")
        case (mailbox,) if not isinstance(mailbox, Group):
            return Recipient(text, mailbox.display_name, mailbox.addr_spec)
        case _:
            return Recipient(text, "", text, "This is not one address.")


def items_of(text: str) -> tuple[str, ...]:
    """Cut a field into the texts of its items; lines, tabs and semicolons separate too, as in a pasted list.

    >>> items_of('"Doe, J" <j@x.example>\\na@x.example; b@x.example')
    ('"Doe, J" <j@x.example>', 'a@x.example', 'b@x.example')
    """
    if _LINE_ENDS.search(text):
        text = ", ".join(line.strip(" ,") for line in _LINE_ENDS.split(text))
    return tuple(text[start:stop] for start, stop in split_address_spans(text))


def ends_item(text: str) -> bool:
    """Whether a comma behind what was typed would end it, rather than stand in a name or between members of a group.

    >>> ends_item('"Doe'), ends_item("Team: a@x.example"), ends_item("a@x.example")
    (False, False, True)
    """
    spans = split_address_spans(text + ",")
    return bool(spans) and spans[-1][1] <= len(text) and _OPEN_GROUP.fullmatch(text.strip()) is None
