"""What protection leaves open: header fields, parts and texts that no signature or encryption covers, in sentences."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sescomposer.core.entity import Entity, Multipart
from sescomposer.core.envelope import mailboxes
from sescomposer.core.protection.certificates.certificate import comparable
from sescomposer.core.protection.facts import Layer, LayerKind
from sescomposer.core.protection.header_protection import ProtectedFields, protected_fields

_SHOWN_FIELDS = ("From", "Sender", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID")
_NAMED_PARTS = 10
_READ_OCTETS = 1 << 16
_ADDRESS = re.compile(r"[^\s@<>\"()]{1,64}@[^\s@<>\"()]{1,253}")
_SIGNED = (LayerKind.CLEAR_SIGNED, LayerKind.PGP_SIGNED)
_ENCRYPTED = (LayerKind.ENCRYPTED, LayerKind.PGP_ENCRYPTED)


@dataclass(frozen=True, eq=False)
class Place:
    """An entity that was visited, and what it stands in.

    Attributes:
        entity: The entity.
        depth: Layers around it.
        is_signed, is_encrypted: Whether one of them is.
        is_whole: Whether it is all that the message holds, seen through its layers.
    """

    entity: Entity
    depth: int = 0
    is_signed: bool = False
    is_encrypted: bool = False
    is_whole: bool = True


def outside(layers: Sequence[Layer], loose: Iterable[Place]) -> tuple[Entity, ...]:
    """Give the leaves that stand outside every signature; where nothing is signed, outside all encryption."""
    if any(layer.signatures for layer in layers):
        return tuple(place.entity for place in loose if not place.is_signed)
    if any(layer.kind in _ENCRYPTED for layer in layers):
        return tuple(place.entity for place in loose if not place.is_encrypted)
    return ()


def sentences(
    root: Entity,
    layers: Sequence[Layer],
    opened: Sequence[Entity],
    parts: Sequence[Entity],
    payload: Place | None,
) -> tuple[str, ...]:
    """Say what is not covered.

    Args:
        root: The message.
        layers: All that were found.
        opened: The entities of the layers, in the same order.
        parts: What `outside` gave.
        payload: What is left of the whole message when all layers around it are taken off; None where it has none.
    """
    found = [_headers(uncovered_fields(root, layers, payload))] if any(layer.signatures for layer in layers) else []
    encrypted = [layer for layer in layers if layer.kind in _ENCRYPTED]
    if not found and encrypted and all(layer.inside is not None for layer in encrypted):
        found.append(
            "It is encrypted but not signed: nobody knows who wrote it, and it may have been changed on the way."
        )
    found += [_part(part, layers) for part in parts[:_NAMED_PARTS]]
    if len(parts) > _NAMED_PARTS:
        found.append(f"{len(parts) - _NAMED_PARTS} more parts stand outside as well.")
    for layer, entity in zip(layers, opened, strict=True):
        if layer.kind in _SIGNED:
            found += _around_parts(entity)
        if layer.signatures and len(entity.header.all("Content-Type")) > 1:
            found.append("Content-Type stands there more than once: other mail programs may show something else.")
    if any(layer.signatures for layer in layers):
        found += _false_names(root)
    return tuple(sentence for sentence in found if sentence)


def protected_of(payload: Place | None) -> ProtectedFields | None:
    """Give the header fields that protection covers; None where it covers none."""
    return protected_fields(payload.entity) if payload is not None and payload.depth else None


def uncovered_fields(root: Entity, layers: Sequence[Layer], payload: Place | None) -> tuple[str, ...]:
    """Give the names of the header fields that people read and no signature covers; none where nothing is signed.

    Args:
        root, layers, payload: See `sentences`.
    """
    if not any(layer.signatures for layer in layers):
        return ()
    protected = protected_of(payload) if payload is not None and payload.is_signed else None
    covered = {field.name.lower() for field in protected.fields} if protected else set()
    return tuple(name for name in _SHOWN_FIELDS if name.lower() not in covered and root.header.first(name) is not None)


def _headers(names: Sequence[str]) -> str:
    if not names:
        return ""
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"The signature does not cover the header fields: {listed} could have been changed on the way."


def _part(part: Entity, layers: Sequence[Layer]) -> str:
    what = f"{part.file_name!r} ({part.media_type})" if part.file_name else f"of type {part.media_type}"
    by = "signature" if any(layer.signatures for layer in layers) else "encryption"
    return f"A part {what} stands outside the {by}: anybody on the way could have added it."


def _around_parts(entity: Entity) -> list[str]:
    """Say what stands in a signed container beside the two parts it should have."""
    body = entity.body
    if not isinstance(body, Multipart):
        return []
    if any(bytes(chunk).strip() for octets in (body.preamble, body.epilogue) for chunk in octets.chunks(_READ_OCTETS)):
        return ["There is text before or after the signed parts; mail programs do not show it."]
    return []


def _false_names(root: Entity) -> list[str]:
    """Say where From shows a name that is the address of somebody else, which many programs show alone."""
    return [
        f"From shows the name {mailbox.display_name!r}, which is another address than that of the sender."
        for mailbox in mailboxes(root, "From")
        for shown in _ADDRESS.findall(mailbox.display_name)
        if comparable(shown) != comparable(mailbox.addr_spec)
    ]
