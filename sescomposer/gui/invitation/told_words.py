"""What text and HTML told of the event while they agreed with it, so that words left behind by a change are found."""

from sescomposer.core.entity import Entity
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.invitation.event import Event
from sescomposer.core.invitation.words import outdated, text_words, with_words

_MOST = 8
"""States remembered: undo brings back the words of one before the last."""
_NOBODY = Event()


class ToldWords:
    """Remembers the events whose words stood in the message; see `core.invitation.words`."""

    def __init__(self) -> None:
        self._told: tuple[Event, ...] = ()

    def forget(self) -> None:
        """Another message comes."""
        self._told = ()

    def learn(self, root: Entity, event: Event) -> None:
        """Remember the event if text or HTML hold its words."""
        if event != _NOBODY and outdated(root, event, _NOBODY):
            self._told = (event, *(told for told in self._told if told != event))[:_MOST]

    def outdated(self, root: Entity, event: Event) -> tuple[str, ...]:
        """Give which bodies hold words of what the event was, each of "text" and "HTML" at most once."""
        found = {name for told in self._told if told != event for name in outdated(root, told, event)}
        return tuple(name for name in ("text", "HTML") if name in found)

    def written(self, root: Entity, event: Event, ids: Identifiers) -> Entity:
        """Give the root with the words of the event in the place of those of what it was."""
        # The words of one state can be the start of another's: the longest are what stands there.
        for told in sorted(self._told, key=lambda told: len(text_words(told)), reverse=True):
            if told != event and outdated(root, told, event):
                root = with_words(root, told, event, ids)
        return root


__all__ = ["ToldWords"]
