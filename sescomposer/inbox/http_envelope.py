"""The envelope that a call of an SES API means, and the header fields that its parameters replace.

Parameters win over header fields; without a destination SES reads the recipients from To, Cc and Bcc (API references).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sescomposer.core.address import Group, parse_addresses_leniently
from sescomposer.core.envelope import Envelope, envelope_of
from sescomposer.core.message import EnvelopeOverride, Message
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse

_LISTS = ("ToAddresses", "CcAddresses", "BccAddresses")
_MEMBER = re.compile(r"Destinations\.member\.([0-9]{1,9})")
_PRINTABLE = re.compile(r"[ -~]*")


class ParameterError(Exception):
    """A parameter that SES would refuse; its words are the argument."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the parameters say of sender and recipients.

    Attributes:
        mail_from: The return path, None where no parameter names one.
        rcpt_to: The recipients, None where no parameter names any.
        replaced: Header fields that parameters replace, bodies by name.
    """

    mail_from: str | None
    rcpt_to: tuple[str, ...] | None
    replaced: Mapping[str, str]

    def envelope(self, octets: Octets) -> Envelope:
        """Give the envelope; what no parameter says is read from the message."""
        return envelope_of(Message(parse(octets), EnvelopeOverride(self.mail_from, self.rcpt_to)))


def wish_of_v2(members: Mapping[str, Any]) -> Wish:
    """Read the parameters of SendEmail. Raises `ParameterError`.

    >>> wish_of_v2({"FromEmailAddress": "A <a@a.example>", "Destination": {"CcAddresses": ["b@b.example"]}})
    Wish(mail_from='a@a.example', rcpt_to=('b@b.example',), replaced={'From': 'A <a@a.example>'})
    """
    destination = members.get("Destination") or {}
    author = _text(members.get("FromEmailAddress"))
    feedback = _text(members.get("FeedbackForwardingEmailAddress"))
    reply_to = ", ".join(_texts(members.get("ReplyToAddresses")))
    if not isinstance(destination, dict):
        raise ParameterError("Destination is no structure.")
    recipients = [text for name in _LISTS for text in _texts(destination.get(name))]
    replaced = {name: body for name, body in (("From", author), ("Reply-To", reply_to)) if body}
    return Wish(_addr_specs((feedback or author,)), _recipients(recipients), replaced)


def wish_of_v1(members: Mapping[str, Any]) -> Wish:
    """Read the parameters of SendRawEmail. Raises `ParameterError`.

    >>> wish_of_v1({"Source": "a@a.example", "Destinations.member.1": "B <b@b.example>"}).rcpt_to
    ('b@b.example',)
    """
    numbered = sorted(
        (int(found[1]), _text(value)) for name, value in members.items() if (found := _MEMBER.fullmatch(name))
    )
    return Wish(_addr_specs((_text(members.get("Source")),)), _recipients(text for _, text in numbered), {})


def _recipients(texts: Iterable[str]) -> tuple[str, ...] | None:
    found = [_addr_specs((text,)) for text in texts]
    return tuple(dict.fromkeys(address for address in found if address is not None)) or None


def _addr_specs(texts: Iterable[str]) -> str | None:
    """Give the addr-spec of the first text in its wire form, None where there is none.

    What is no address goes on as it is: the checks of the inbox refuse it in the words of SES.
    """
    text = next((text for text in texts if text.strip()), None)
    if text is None:
        return None
    addresses, _ = parse_addresses_leniently(text)
    match addresses:
        case (Group(mailboxes=(mailbox, *_)),):
            return mailbox.wire_addr_spec
        case (Group(),) | ():
            return text.strip()
        case (mailbox, *_) if not isinstance(mailbox, Group):
            return mailbox.wire_addr_spec if len(addresses) == 1 else text.strip()
    return text.strip()


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise ParameterError("A list of addresses is none.")
    return [_text(item) for item in value]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ParameterError("An address is no text.")
    if not _PRINTABLE.fullmatch(value):
        raise ParameterError("Local address contains control or whitespace" if value.isascii() else "Illegal address")
    return value
