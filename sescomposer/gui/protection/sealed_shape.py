"""The message as it will be sealed, for the raw pane: signed and encrypted in shape, without opening a key. No Qt."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sescomposer.core.entity import Entity, Key
from sescomposer.core.errors import MessageError
from sescomposer.core.location import offset_of
from sescomposer.core.message import Method, Protection
from sescomposer.core.places import body_start

if TYPE_CHECKING:
    from sescomposer.core.identifiers import Identifiers


@dataclass(frozen=True, eq=False)
class SealedShape:
    """What is shown, and what is marked in it.

    Attributes:
        root: The tree.
        made: Octets that only sealing can make; empty for none.
        note: A sentence on what is marked, "" for nothing.
        has_inside: Whether the draft's root stands inside of it, as the part that is signed.
    """

    root: Entity
    made: tuple[tuple[int, int], ...] = ()
    note: str = ""
    has_inside: bool = False


def sealed_shape(
    sealed: Entity, wanted: Protection, ids: "Identifiers", outside: Key, *, hides: bool = False
) -> SealedShape:
    """Give the shape of a message.

    Args:
        sealed: As sealing would write it without protection.
        wanted: Its protection.
        ids: Maker of the boundary; the same each time.
        outside: Key of the root that is put around what is signed.
        hides: Whether some recipients are not to be seen by the others.
    """
    if not (wanted.sign or wanted.encrypt):
        return SealedShape(sealed)
    if wanted.method is Method.SES:
        note = "SES signs on its side: nothing of the signature is in the octets that are submitted."
        return SealedShape(sealed, note=note)
    from sescomposer.core.protection.provisional import provisional

    try:
        found = provisional(sealed, wanted, ids)
    except MessageError as error:
        return SealedShape(sealed, note=f"It cannot be shown signed. {error.sentence}")
    is_around = found.inside is not None
    root = replace(found.root, key=outside if is_around else sealed.key)
    start = offset_of(root, found.stand_in.key) if found.stand_in is not found.root else 0
    span = start + body_start(found.stand_in), start + len(found.stand_in.octets)
    return SealedShape(root, (span,), _note(wanted, hides=hides), is_around)


def _note(wanted: Protection, *, hides: bool = False) -> str:
    """Say what stands for what.

    >>> _note(Protection(sign=True))
    'The signature, marked above, is made when the message is sealed; so are boundary and digest.'
    """
    if wanted.encrypt:
        what = "signed and encrypted" if wanted.sign else "encrypted"
        copies = ", with a copy for each Bcc recipient alone" if hides else ""
        return f"The message is {what} when it is sealed{copies}; Draft shows what goes inside."
    if wanted.opaque and wanted.method is Method.SMIME:
        return "The message goes inside the signature when it is sealed; Draft shows it."
    return "The signature, marked above, is made when the message is sealed; so are boundary and digest."


__all__ = ["SealedShape", "sealed_shape"]
