"""Lifting a signature: what was signed stays, unsigned, and can be edited; one step of undo."""

from sescomposer.core.entity import Key
from sescomposer.core.errors import EditError, SesComposerError
from sescomposer.core.structure import lift
from sescomposer.gui.composer import Composer
from sescomposer.gui.layers.looking import SIGNED, signed_around

LIFT_WORDS = "&Lift the signature"
LIFT_HELP = "Drop the signature and keep what was signed, to edit it; undo brings it back"


def lift_signature(composer: Composer, key: Key | None = None) -> bool:
    """Lift the outermost signature around a part, else the first of the message; whether it was.

    Args:
        composer: The message.
        key: The part, None for what is selected.
    """
    signed = signed_around(composer.root, composer.selection.key if key is None else key)
    if signed is None:
        return False
    ids = composer.ids
    return composer.edit_root(lambda root: lift(root, signed.key, ids), "lift signature")


def is_refused_by_signature(error: SesComposerError) -> bool:
    """Whether an edit was refused because it would break a signature, which can be lifted."""
    return isinstance(error, EditError) and error.value == SIGNED
