"""What is told when the program starts: own keys that end soon, or have just ended, and have no successor."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from sescomposer.gui.tasks import Context

if TYPE_CHECKING:
    from sescomposer.bootstrap import Services
    from sescomposer.services.protection.key_entries import Expiring
    from sescomposer.services.protection.protection_ports import KeyEntry

_STILL_TOLD = timedelta(days=30)
"""A key that ended longer ago is kept to read old mail; nobody is to be told at each start."""

_MOST_TOLD = 3
_WHERE = "See Message, Keys and certificates (Ctrl+Shift+J)."


def expiry_notice(services: "Services", context: Context) -> tuple[str, str]:
    """Give a sentence and its kind for a line above the panes, "" where there is nothing to tell; for workers.

    Raises:
        StoreError: The list of keys cannot be read.
    """
    if not services.folders.keys.exists():
        # So it is at most starts, which then need not import what reads certificates.
        return "", ""
    now = services.clock.now()
    ending = services.keys.expiring(now)
    context.token.check()
    told = [each for each in _without_successor(ending, services.keys.all()) if now - each.ends <= _STILL_TOLD]
    if not told:
        return "", ""
    lines = [each.sentence for each in told[:_MOST_TOLD]]
    if len(told) > _MOST_TOLD:
        lines.append(f"So it is with {len(told) - _MOST_TOLD} more.")
    kind = "note" if all(each.urgency.value == "notice" for each in told) else "warning"
    return " ".join((*lines, _WHERE)), kind


def _without_successor(ending: "Sequence[Expiring]", entries: "Iterable[KeyEntry]") -> "Iterator[Expiring]":
    """Give those whose addresses have no other key of the kind that lasts longer."""
    over = {each.entry.id for each in ending}
    lasting = {
        (bool(entry.certificates), address.lower())
        for entry in entries
        if entry.id not in over
        for address in entry.addresses
    }
    for each in ending:
        own = {(bool(each.entry.certificates), address.lower()) for address in each.entry.addresses}
        if not own or not own <= lasting:
            yield each
