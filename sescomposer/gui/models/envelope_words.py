"""The envelope in words: each recipient and the reason for it, who sees whom, the return path. No Qt here."""

from collections.abc import Iterable
from dataclasses import dataclass

from sescomposer.core import limits
from sescomposer.core.address import parse_mailbox
from sescomposer.core.domain import to_unicode
from sescomposer.core.envelope import RECIPIENT_FIELDS, Recipient, named_recipients, recipients, return_path
from sescomposer.core.header import check_value
from sescomposer.core.message import EnvelopeOverride, Message


@dataclass(frozen=True, slots=True)
class EnvelopeRow:
    """One address of the header or of the envelope.

    Attributes:
        wire: The address as the transport is told it, domain in A-labels.
        shown: Display name and address with the domain in Unicode.
        source: "To", "Cc", "Bcc", or "override".
        is_in: Whether it is in the envelope.
        is_seen: Whether the other recipients read it in the header.
    """

    wire: str
    shown: str
    source: str
    is_in: bool
    is_seen: bool

    @property
    def why(self) -> str:
        """Say why it is in the envelope, or why it is not."""
        if not self.is_in:
            return f"in {self.source}, left out"
        return "added by hand" if self.source == "override" else f"in {self.source}"

    @property
    def seen(self) -> str:
        """Say who reads the address."""
        return "everybody" if self.is_seen else "nobody else"


def envelope_rows(message: Message) -> tuple[EnvelopeRow, ...]:
    """Give who is in the envelope, and behind them who is named in the header and left out by the override."""
    inside = recipients(message)
    known = {recipient.addr_spec for recipient in inside}
    outside = [recipient for recipient in named_recipients(message.root) if recipient.addr_spec not in known]
    return tuple([_row(recipient, True) for recipient in inside] + [_row(recipient, False) for recipient in outside])


def _row(recipient: Recipient, is_in: bool) -> EnvelopeRow:
    shown = str(recipient.mailbox) if recipient.mailbox else unicode_form(recipient.addr_spec)
    return EnvelopeRow(recipient.addr_spec, shown, recipient.source, is_in, recipient.seen_by_others)


def unicode_form(addr_spec: str) -> str:
    """Give an address with its domain for people.

    >>> unicode_form("zoe@xn--bcher-kva.example")
    'zoe@bücher.example'
    """
    local_part, at, domain = addr_spec.rpartition("@")
    return f"{local_part}{at}{to_unicode(domain)}"


def who_sees_whom(rows: Iterable[EnvelopeRow]) -> str:
    """Say in sentences whose address is read by whom.

    >>> who_sees_whom([EnvelopeRow("a@b.example", "a@b.example", "To", True, True)])
    'Every recipient reads the address of To.'
    """
    rows = tuple(rows)
    said = [_visible(rows)]
    hidden = [row for row in rows if row.is_in and row.source == "Bcc"]
    if hidden:
        said.append(_hidden(len(hidden)))
    added = [row for row in rows if row.is_in and row.source == "override"]
    if added:
        said.append(f"{_count(len(added), 'recipient')} added by hand {_stand(added)} in no field: nobody reads that.")
    left_out = [row for row in rows if not row.is_in]
    if left_out:
        said.append(f"{_count(len(left_out), 'address', 'addresses')} of the header {_get(left_out)} no copy.")
    return " ".join(sentence for sentence in said if sentence)


def _visible(rows: tuple[EnvelopeRow, ...]) -> str:
    """Say which addresses everybody reads; those left out of the envelope stand in the header all the same."""
    counted = [(name, sum(row.source == name for row in rows if row.is_seen)) for name in RECIPIENT_FIELDS]
    named = [(name, count) for name, count in counted if count]
    if not named:
        return "The header names nobody whom all recipients could read." if rows else ""
    if len(named) == 1:
        name, count = named[0]
        return f"Every recipient reads the {'address' if count == 1 else f'{count} addresses'} of {name}."
    return f"Every recipient reads the addresses of {' and '.join(f'{name} ({count})' for name, count in named)}."


def _count(count: int, one: str, many: str = "") -> str:
    return f"{count} {one}" if count == 1 else f"{count} {many or one + 's'}"


def _hidden(count: int) -> str:
    if count == 1:
        return "The address of the Bcc recipient is read by nobody else."
    return f"The addresses of the {count} Bcc recipients are read by nobody, not even by each other."


def _stand(rows: list[EnvelopeRow]) -> str:
    return "stands" if len(rows) == 1 else "stand"


def _get(rows: list[EnvelopeRow]) -> str:
    return "gets" if len(rows) == 1 else "get"


def count_words(message: Message) -> str:
    """Count the recipients against what SES takes for one message."""
    count = len(recipients(message))
    return f"{count} of {limits.RECIPIENTS} recipients"


def override_words(message: Message, rows: Iterable[EnvelopeRow]) -> str:
    """Say whether the recipients follow the header."""
    if message.envelope.rcpt_to is None:
        return "The envelope follows To, Cc and Bcc."
    rows = tuple(rows)
    added = sum(row.is_in and row.source == "override" for row in rows)
    left_out = sum(not row.is_in for row in rows)
    return f"Set by hand: {added} added, {left_out} left out. Changes of To, Cc and Bcc do not reach the envelope."


def return_path_words(message: Message) -> str:
    """Say where the return path comes from, and how it goes over the wire."""
    wire, source = return_path(message.root, message.envelope)
    named, named_source = return_path(message.root, EnvelopeOverride())
    form = f" On the wire: {wire}." if unicode_form(wire) != wire else ""
    if source == "override":
        header = f" The header says {unicode_form(named)} ({named_source})." if named else " The header names nobody."
        return f"Set by hand.{header}{form}"
    if not source:
        return "Nobody is named in Return-Path, Sender or From."
    return f"Taken from {source}.{form}"


def wire_address(text: str) -> str:
    """Read one address as it was typed and give its wire form.

    Raises:
        HeaderError: it holds CR, LF, NUL or an unpaired surrogate.
        AddressError: it is not one mailbox.

    >>> wire_address("Zoë <zoe@bücher.example>")
    'zoe@xn--bcher-kva.example'
    """
    check_value("envelope", text)
    return parse_mailbox(text.strip()).wire_addr_spec


def with_recipients(message: Message, wires: Iterable[str]) -> tuple[str, ...]:
    """Give the recipients with some more, each once."""
    return tuple(dict.fromkeys([*(recipient.addr_spec for recipient in recipients(message)), *wires]))


def without_recipients(message: Message, wires: Iterable[str]) -> tuple[str, ...]:
    """Give the recipients without some."""
    gone = set(wires)
    return tuple(recipient.addr_spec for recipient in recipients(message) if recipient.addr_spec not in gone)
