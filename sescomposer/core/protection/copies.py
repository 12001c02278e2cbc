"""Who shares a copy of an encrypted message, and with what: S/MIME and OpenPGP ask the same.

Whoever is encrypted to is named in the message for everybody who has it. So those in To and Cc share one copy, and each
other recipient gets one of their own, which names nobody but them and the sender.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from sescomposer.core.entity import Entity
from sescomposer.core.envelope import Envelope, named_recipients
from sescomposer.core.errors import ProtectionError

_Key = TypeVar("_Key")


def copies(root: Entity, envelope: Envelope) -> tuple[Envelope, ...]:
    r"""Give the envelope of each copy: of those whom everybody reads in the header, and of each other one alone.

    >>> from sescomposer.core.parse import parse
    >>> root = parse(b"From: a@x.example\r\nTo: b@x.example\r\nBcc: c@x.example\r\n\r\n")
    >>> [copy.rcpt_to for copy in copies(root, Envelope("a@x.example", ("b@x.example", "c@x.example")))]
    [('b@x.example',), ('c@x.example',)]
    """
    named = {recipient.addr_spec for recipient in named_recipients(root) if recipient.seen_by_others}
    seen = tuple(address for address in envelope.rcpt_to if address in named)
    alone = tuple((address,) for address in envelope.rcpt_to if address not in named)
    return tuple(replace(envelope, rcpt_to=group) for group in ((seen, *alone) if seen else alone))


def keys_for(
    envelope: Envelope, known: Mapping[str, tuple[_Key, ...]], own: tuple[str, _Key] | None
) -> list[tuple[str, _Key]]:
    """Pair addresses and keys, each pair once, the sender's own at the end.

    Args:
        envelope: Who it is for; `check_recipients` found nothing missing.
        known: Keys by addr-spec in wire form; letter case does not count.
        own: Address and key of the sender, None to do without.
    """
    keys = _lower(known)
    people = [(address, key) for address in envelope.rcpt_to for key in keys[address.lower()]]
    return list(dict.fromkeys((*people, own) if own is not None else people))


def check_recipients(envelope: Envelope, known: Mapping[str, tuple[_Key, ...]], what: str) -> None:
    """Refuse a recipient without a key, and an envelope without recipients.

    Args:
        envelope: Who it is for.
        known: As of `keys_for`.
        what: Name of a key for people, such as "certificate".

    Raises:
        ProtectionError: one is missing; those without a key are its value.
    """
    keys = _lower(known)
    missing = tuple(address for address in envelope.rcpt_to if not keys.get(address.lower()))
    if missing:
        raise ProtectionError(
            f"There is no {what} to encrypt to for {', '.join(missing)}.",
            hint="Import one, send without encryption, or take these recipients out.",
            value=missing,
        )
    if not envelope.rcpt_to:
        raise ProtectionError("There is nobody to encrypt to.", hint="Add a recipient.")


def _lower(known: Mapping[str, tuple[_Key, ...]]) -> dict[str, tuple[_Key, ...]]:
    return {address.lower(): keys for address, keys in known.items()}
