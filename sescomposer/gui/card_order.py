"""Where dragged cards may land, and the message with them there."""

from collections.abc import Sequence

from sescomposer.core.body_parts import body_parts
from sescomposer.core.entity import Entity, Key
from sescomposer.core.errors import EditError
from sescomposer.core.structure import reordered


def cards_of(root: Entity) -> tuple[Entity, ...]:
    """Give the parts that have cards, in the order of the cards."""
    found = body_parts(root)
    return (*found.inline, *found.attachments)


def with_cards_at(root: Entity, keys: Sequence[Key], gap: int) -> Entity:
    """Move parts so that their cards stand together at a gap: before the card of that number, as they are now.

    Parts stay in their container, so a card lands only where its neighbours come from the same one.

    Raises:
        EditError: the parts cannot be there, or may not be moved.
    """
    cards = cards_of(root)
    wanted = _moved(tuple(card.key for card in cards), keys, gap)
    for row in (gap, gap - 1):
        after = _beside(root, cards[row].key, keys, is_behind=row < gap) if 0 <= row < len(cards) else None
        if after is not None and tuple(card.key for card in cards_of(after)) == wanted:
            return after
    raise EditError("The part cannot be moved there.", hint="Move it in the tree to put it into another container.")


def may_land(root: Entity, keys: Sequence[Key], gap: int) -> bool:
    """Whether `with_cards_at` finds a place."""
    try:
        with_cards_at(root, keys, gap)
    except EditError:
        return False
    return True


def _moved(rows: tuple[Key, ...], keys: Sequence[Key], gap: int) -> tuple[Key, ...]:
    def kept(some: tuple[Key, ...]) -> tuple[Key, ...]:
        return tuple(key for key in some if key not in keys)

    return (*kept(rows[:gap]), *(key for key in rows if key in keys), *kept(rows[gap:]))


def _beside(root: Entity, neighbour: Key, keys: Sequence[Key], *, is_behind: bool) -> Entity | None:
    """Put the parts before or behind a card, None where they are not all of its container."""
    trail = root.trail(neighbour)
    if len(trail) < 2 or not trail[-2].is_multipart:
        return None
    container = trail[-2]
    here = [child.key for child in container.children]
    if not set(keys).issubset(here):
        return None
    at = here.index(neighbour) + is_behind
    return reordered(root, container.key, frozenset(keys), here[at] if at < len(here) else None)
