"""Taking an offer to write a message so that its signature survives more: shown first, an edit like any other."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from sescomposer.core.errors import MessageError
from sescomposer.core.protection.relays.survival import Offer

if TYPE_CHECKING:
    from sescomposer.gui.composer import Composer


def take_offer(composer: "Composer", offer: Offer, parent: QWidget) -> bool:
    """Make the edit of an offer, once its difference was seen; tells whether it was made."""
    from sescomposer.gui.dialogs.diff_dialog import DiffDialog

    before = composer.message
    try:
        after = offer.fix.edit(before, composer.ids)
    except MessageError as error:
        composer.refused.emit(error)
        return False
    if not DiffDialog.ask_messages(parent, offer.fix.label, before, after):
        return False
    return composer.apply(lambda message: after, f"change how it is signed: {offer.fix.label}")


__all__ = ["take_offer"]
