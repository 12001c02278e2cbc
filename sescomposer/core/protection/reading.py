"""Reading a protected message: every layer, outermost first, what its signatures are worth, and what none covers."""

from collections.abc import Callable
from datetime import datetime

from sescomposer.core.entity import Entity
from sescomposer.core.protection.certificates.trust import Trust
from sescomposer.core.protection.coverage import Place, outside, protected_of, sentences, uncovered_fields
from sescomposer.core.protection.facts import Layer, LayerKind, Reading
from sescomposer.core.protection.header_protection import differing
from sescomposer.core.protection.layers import Opener, Surroundings, layer_kind, opened
from sescomposer.core.protection.protector import Buffer

DEEPEST = 10
"""Layers inside each other that are opened; triple-wrapped mail has 3."""

_LAYERS = 100
_ANY_FILE = "application/octet-stream"
_ENCRYPTED = (LayerKind.ENCRYPTED, LayerKind.PGP_ENCRYPTED)


def read(
    root: Entity,
    *,
    trust: Trust,
    now: datetime,
    keys: Opener | None = None,
    into: Callable[[], Buffer],
) -> Reading:
    """Open every layer of a message and check every signature.

    Messages that are merely attached are left alone: they are read when they are opened.

    Args:
        root: As it came.
        trust: The roots.
        now: Time with an offset.
        keys: Opens and checks; None where no key is at hand.
        into: Makes a buffer for what is decoded or decrypted.

    Returns:
        What was found; without any layer where nothing is protected. What cannot be read is told there.

    Raises:
        StoreError: what a layer holds cannot be kept for reading.
        OperationCancelledError: from the keys, when nobody gave the passphrase.
    """
    walk = _Walk(Surroundings(root, trust, now, keys, into))
    walk.all_of(root)
    parts = outside(walk.layers, walk.loose)
    protected = protected_of(walk.payload) if walk.layers else None
    return Reading(
        tuple(walk.layers),
        sentences(root, walk.layers, walk.opened, parts, walk.payload),
        tuple(part.key for part in parts),
        differing(root, protected) if protected else (),
        uncovered_fields(root, walk.layers, walk.payload),
    )


class _Walk:
    """Goes through a message and into its layers.

    Attributes:
        layers: Found so far, outermost first.
        opened: Their entities.
        loose: Leaves that are no layer.
        payload: What is left of the whole message when the layers around it are taken off.
    """

    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self.layers: list[Layer] = []
        self.opened: list[Entity] = []
        self.loose: list[Place] = []
        self.payload: Place | None = None

    def all_of(self, root: Entity) -> None:
        """Visit everything, breadth first."""
        waiting = [Place(root)]
        while waiting:
            waiting = [inner for place in waiting for inner in self._visited(place)]

    def _visited(self, place: Place) -> list[Place]:
        """Take note of one entity and give what is to be visited inside it."""
        kind = layer_kind(place.entity)
        if place.entity.media_type == _ANY_FILE and not place.is_whole:
            # A signed document among the attachments is no layer of the message.
            kind = None
        if kind is not None and len(self.layers) < _LAYERS:
            return self._entered(place, kind)
        if place.is_whole:
            self.payload = place
        if place.entity.is_multipart:
            return [self._inside(place, child) for child in place.entity.children]
        self.loose.append(place)
        return []

    def _inside(self, place: Place, child: Entity) -> Place:
        return Place(child, place.depth, place.is_signed, place.is_encrypted, is_whole=False)

    def _entered(self, place: Place, kind: LayerKind) -> list[Place]:
        entity = place.entity
        if place.depth >= DEEPEST:
            layer = Layer(kind, entity.key, None, trouble=f"More than {DEEPEST} layers are not opened.")
        else:
            layer = opened(entity, kind, self.around)
        self.layers.append(layer)
        self.opened.append(entity)
        # Parts behind the two that such a container has are neither signed nor encrypted.
        found = [self._inside(place, extra) for extra in entity.children[2:]]
        if layer.inside is None:
            return found
        is_signed = place.is_signed or bool(layer.signatures)
        is_encrypted = place.is_encrypted or layer.kind in _ENCRYPTED
        return [Place(layer.inside, place.depth + 1, is_signed, is_encrypted, place.is_whole), *found]


__all__ = ["DEEPEST", "Opener", "read"]
