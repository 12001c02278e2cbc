"""A message with its layers opened: what was found, the spaces of octets inside of it, and whose keys it needs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from sescomposer.core.entity import Entity, Key
from sescomposer.core.errors import ProtectionError, StoreError
from sescomposer.core.protection.facts import Layer, LayerKind, Reading
from sescomposer.core.protection.header_protection import protected_fields
from sescomposer.services.account import Secret
from sescomposer.services.protection.protection_ports import AskPassphrase, KeyEntry, PersonKind

if TYPE_CHECKING:
    from sescomposer.services.protection.people import People
    from sescomposer.services.protection.protecting import Protecting

IN_THE_OPEN = (LayerKind.CLEAR_SIGNED, LayerKind.PGP_SIGNED)
"""What these protect stands in the tree already; what others hold has a space of octets of its own."""

ENCRYPTED = (LayerKind.ENCRYPTED, LayerKind.PGP_ENCRYPTED)


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A header field that says something else inside the protection than outside; texts are decoded."""

    name: str
    outside: str
    inside: str


@dataclass(frozen=True, eq=False)
class Space:
    """The octets that a layer holds.

    Attributes:
        number: Of the layer, from 1.
        layer: The layer.
        inside: The root of their tree.
    """

    number: int
    layer: Layer
    inside: Entity


@dataclass(frozen=True, eq=False)
class Opened:
    """A message as it was read.

    Attributes:
        root: The message.
        reading: What was found.
        differences: The header fields that differ.
        locked: Labels of own keys that something is encrypted to and whose passphrase nobody was asked for.
        harvested: Addresses whose certificates were not known before and are kept now.
        known: Addresses whose certificates were known before, and since when.
        trouble: Why they could not be kept; "" if they could.
        readable: The message as it reads with all layers around it taken off; None where none has octets of its own.
    """

    root: Entity
    reading: Reading
    differences: tuple[FieldDifference, ...] = ()
    locked: tuple[str, ...] = ()
    harvested: tuple[str, ...] = ()
    known: tuple[tuple[str, datetime], ...] = ()
    trouble: str = ""
    readable: Entity | None = None

    @cached_property
    def spaces(self) -> tuple[Space, ...]:
        """The spaces of octets beside that of the message, outermost first."""
        return tuple(
            Space(number, layer, layer.inside)
            for number, layer in enumerate(self.reading.layers, 1)
            if layer.inside is not None and layer.kind not in IN_THE_OPEN
        )

    @cached_property
    def _space_by_key(self) -> Mapping[Key, Space]:
        return {entity.key: space for space in self.spaces for entity in space.inside.walk()}

    def space_of(self, key: Key) -> Space | None:
        """Give the space that an entity stands in; None for the message itself, and for a key that is not known."""
        return self._space_by_key.get(key)

    def find(self, key: Key) -> Entity | None:
        """Give an entity of the message or of any layer."""
        space = self.space_of(key)
        return (space.inside if space is not None else self.root).find(key)

    @property
    def trail(self) -> tuple[Entity, ...]:
        """The message, what the layer around all of it holds, and so on; the last is what is left of it."""
        return trail_from(self.reading, self.root)

    @property
    def closed(self) -> tuple[Layer, ...]:
        """Layers that could not be opened."""
        return tuple(layer for layer in self.reading.layers if layer.trouble)

    @property
    def decrypted(self) -> Entity | None:
        """What the innermost encryption around the whole message holds, or else the first that could be opened."""
        held = [layer.inside for layer in self.reading.layers if layer.kind in ENCRYPTED and layer.inside is not None]
        around = [inside for inside in held if inside in self.trail]
        return around[-1] if around else held[0] if held else None


def trail_from(reading: Reading, entity: Entity) -> tuple[Entity, ...]:
    """Give an entity and what the layers that begin with it hold, outermost first."""
    inside = {layer.entity: layer.inside for layer in reading.layers}
    trail = [entity]
    while (inner := inside.get(trail[-1].key)) is not None:
        trail.append(inner)
    return tuple(trail)


class Asking:
    """Asks for the passphrase of a key, and remembers whom it would have asked.

    Args:
        ask: Asks the user; None where the user is not to be disturbed.
    """

    def __init__(self, ask: AskPassphrase | None) -> None:
        self._ask = ask
        self.locked: list[str] = []

    def __call__(self, entry: KeyEntry, why: str) -> Secret | None:
        """See `AskPassphrase`."""
        found = self._ask(entry, why) if self._ask is not None else None
        if found is None and entry.label not in self.locked:
            self.locked.append(entry.label)
        return found


def opened(
    root: Entity,
    protecting: "Protecting",
    people: "People",
    ask: AskPassphrase | None = None,
    before: "Opened | None" = None,
) -> Opened:
    """Read a message and keep the certificates of those who signed it; for a worker.

    Args:
        root: The message.
        protecting: Reads it.
        people: Keeps certificates.
        ask: Asks the user for passphrases; None where only keys that are open or open by themselves are used.
        before: An earlier reading of it: entities inside of layers that hold the same octets keep their keys.

    Raises:
        StoreError: keys or people cannot be read, or what is decrypted cannot be kept for reading.
        OperationCancelledError: the user stopped it.
    """
    asking = Asking(ask)
    reading = protecting.read(root, asking)
    if before is not None:
        reading = with_kept_keys(reading, before.reading)
    for layer in reading.layers:
        if layer.inside is not None:
            # Counted here rather than where they are shown.
            layer.inside.octets.line_count()
    made = Opened(root, reading, _differences(root, reading), tuple(asking.locked), readable=_readable(root, reading))
    if not reading.signatures:
        return made
    try:
        known = _known(reading, people)
        found = people.harvest(reading)
    except StoreError as error:
        return replace(made, trouble=f"{error.sentence} {error.hint}".strip())
    return replace(made, harvested=tuple(dict.fromkeys(key.address for key in found)), known=known)


def _known(reading: Reading, people: "People") -> tuple[tuple[str, datetime], ...]:
    """Give whose certificates of intact signatures are kept already, and since when."""
    signed = {each.fingerprint for each in reading.signatures if each.certificate is not None and each.intact.is_good}
    kept = (key for key in people.all() if key.kind is PersonKind.SMIME and key.fingerprint in signed)
    return tuple((key.address, key.first_seen) for key in kept)


def with_kept_keys(reading: Reading, before: Reading) -> Reading:
    """Give a reading whose layers, where they hold the same octets as before, hold the very entities of before."""
    known: dict[Key, Entity] = {}
    for layer, old in zip(reading.layers, before.layers, strict=False):
        if layer.kind is not old.kind or layer.kind in IN_THE_OPEN or layer.inside is None or old.inside is None:
            continue
        if layer.inside.octets.equals(old.inside.octets):
            known.update(zip((each.key for each in layer.inside.walk()), old.inside.walk(), strict=True))

    def key_of(key: Key) -> Key:
        return known[key].key if key in known else key

    layers = tuple(
        replace(layer, entity=key_of(layer.entity), inside=layer.inside and known.get(layer.inside.key, layer.inside))
        for layer in reading.layers
    )
    return replace(reading, layers=layers, uncovered_parts=tuple(key_of(key) for key in reading.uncovered_parts))


def _readable(root: Entity, reading: Reading) -> Entity | None:
    payload = trail_from(reading, root)[-1]
    if root.find(payload.key) is not None:
        return None
    from sescomposer.core.protection.decrypted import decrypted

    try:
        return decrypted(root, payload, payload)
    except ProtectionError:
        # It has more header fields than are told apart: then it is shown as it is.
        return None


def _differences(root: Entity, reading: Reading) -> tuple[FieldDifference, ...]:
    held = protected_fields(trail_from(reading, root)[-1]) if reading.outer_differs else None
    if held is None:
        return ()
    return tuple(
        FieldDifference(name, ", ".join(field.decoded for field in root.header.all(name)), ", ".join(held.all(name)))
        for name in reading.outer_differs
    )
