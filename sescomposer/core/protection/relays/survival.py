"""What a signature survives: the sealed octets are put through what happens on the way, and verified each time."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sescomposer.core.entity import Entity, Nested
from sescomposer.core.errors import MessageError, ProtectionError
from sescomposer.core.findings import Fix
from sescomposer.core.message import Message, Method
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.protection.relays.relay_changes import CHANGES, Change
from sescomposer.core.structure import with_transfer_encoding
from sescomposer.core.transfer_encoding import TransferEncoding

if TYPE_CHECKING:
    from sescomposer.core.identifiers import Identifiers

__all__ = ["CHANGES", "Change", "Offer", "Survived", "offers", "safer", "survival"]


@dataclass(frozen=True)
class Survived:
    """What became of a signature.

    Attributes:
        change: What was done.
        survives: Whether it still verifies; true where there is nothing to change.
        applies: Whether the change alters this message at all.
        sentence: The outcome, for people.
    """

    change: Change
    survives: bool
    applies: bool
    sentence: str


def survival(
    octets: Octets, verify: Callable[[Octets], bool], progress: Progress = NO_PROGRESS
) -> tuple[Survived, ...]:
    """Try every change on a sealed message; 40 MB cost as many verifications as there are changes, and little memory.

    Args:
        octets: As they are submitted.
        verify: Whether a message verifies; may raise `ProtectionError` or `MessageError` where it cannot be read.
        progress: Told of the changes tried; may cancel.

    Raises:
        OperationCancelledError: cancelled.
    """
    root = parse(octets)
    found = []
    for number, change in enumerate(CHANGES):
        progress.step(number, len(CHANGES))
        found.append(_tried(change, root, verify))
    progress.step(len(CHANGES), len(CHANGES))
    return tuple(found)


def _tried(change: Change, root: Entity, verify: Callable[[Octets], bool]) -> Survived:
    changed = change.change(root)
    if changed is root.octets:
        return Survived(change, True, False, "There is nothing in this message that it would change.")
    try:
        survives = verify(changed)
    except (ProtectionError, MessageError) as error:
        # What cannot be read any more does not verify: that is what was asked.
        return Survived(change, False, True, f"The signature is lost: {error.sentence}")
    return Survived(change, survives, True, "The signature holds." if survives else "The signature breaks.")


@dataclass(frozen=True)
class Offer:
    """Another way to write the message, so that its signature survives more.

    Attributes:
        sentence: What is gained and what it costs, for people.
        fix: Does it.
        survives: Ids of the changes that break the signature no more.
    """

    sentence: str
    fix: Fix
    survives: tuple[str, ...]


def offers(message: Message) -> tuple[Offer, ...]:
    """Give what would survive more than the message as it is, the gentler way first; empty for one that is opaque.

    Args:
        message: As it is written, not yet signed.
    """
    wanted = message.protection
    if wanted.opaque and wanted.method is Method.SMIME:
        return ()
    found = [_IN_BASE64] if _fragile(message.root) else []
    if wanted.method is Method.SMIME:
        found.append(_OPAQUE)
    return tuple(found)


def safer(message: Message) -> Offer | None:
    """Give the first of `offers`, None where there is none."""
    return next(iter(offers(message)), None)


def _fragile(root: Entity) -> list[Entity]:
    """Give the texts that servers may write anew; those of attached messages, and signed ones, stay as they are."""
    closed = {
        inside.key
        for entity in root.walk()
        if isinstance(entity.body, Nested) or entity.media_type in ("multipart/signed", "multipart/encrypted")
        for child in entity.children
        for inside in child.walk()
    }
    wanted = (TransferEncoding.QUOTED_PRINTABLE, TransferEncoding.EIGHT_BIT)
    return [
        entity
        for entity in root.walk()
        if entity.is_text and entity.transfer_encoding in wanted and entity.key not in closed
    ]


def _in_base64(message: Message, ids: "Identifiers") -> Message:
    root = message.root
    for leaf in _fragile(root):
        root = with_transfer_encoding(root, leaf.key, TransferEncoding.BASE64, ids)
    return message.with_root(root)


def _opaque(message: Message, ids: object) -> Message:
    del ids
    return replace(message, protection=replace(message.protection, opaque=True))


_IN_BASE64 = Offer(
    "Texts in base64 bear it when servers convert them or break their lines anew; every reader still sees them.",
    Fix("Write the texts in base64", _in_base64),
    ("soft-breaks", "8bit", "blanks-stripped", "from"),
)
_OPAQUE = Offer(
    "With everything inside the signature no server finds anything to change; recipients whose mail program does not "
    "know S/MIME see only a file smime.p7m.",
    Fix("Sign with everything inside the signature", _opaque),
    tuple(change.id for change in CHANGES if change.id not in ("headers", "list")),
)
