"""Drafts: what no .eml file holds, or what none can hold. Their list, their checkpoints, and keeping them safe.

An open draft is in the journal; one that was closed and is to be kept is in the store of drafts, as are the checkpoints
of both. A draft that is removed or discarded can be brought back for a while.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sescomposer.core.errors import StoreError, UnreadableError
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.message import Message
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.services.comparing import Comparison, compare, holds_beside
from sescomposer.services.draft_ports import Checkpoint, DraftStore, Mark, StoredDraft, StoredState
from sescomposer.services.draft_words import summary_of
from sescomposer.services.fullness import fullness
from sescomposer.services.ports import Clock, ContentStore, Journal, RecoveredDraft
from sescomposer.services.settings import AUTOMATIC_CHECKPOINTS, REMOVED_DRAFTS_DAYS, Settings


class DraftState(StrEnum):
    """Where a draft is."""

    OPEN = "open"
    """A window has it, of this process or of another."""
    WAITING = "waiting"
    """The program ended while it was open; it waits to be opened again."""
    KEPT = "kept"
    """Its window was closed, and it was kept as a draft."""
    SAVED = "saved"
    """It stands in a file; its checkpoints are still here."""
    REMOVED = "removed"
    """It was removed or discarded, and can be brought back."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One row of the list.

    Attributes:
        draft: Its id.
        state: Where it is.
        at: Its last change.
        path: The .eml file it was opened from or saved to, None if none.
        length: Octets of the message.
        subject, recipients: See `draft_ports.Summary`.
        text: The beginning of its text, for searching.
        checkpoints: Oldest first.
        removed: When it was removed, None if it was not.
        damaged: A sentence about what cannot be read, "" if all can.
    """

    draft: str
    state: DraftState
    at: datetime
    path: Path | None
    length: int
    subject: str
    recipients: tuple[str, ...]
    text: str = ""
    checkpoints: tuple[Checkpoint, ...] = ()
    removed: datetime | None = None
    damaged: str = ""

    @property
    def can_open(self) -> bool:
        """Whether a window can be opened on it."""
        return self.state in (DraftState.WAITING, DraftState.KEPT, DraftState.SAVED)

    @property
    def has_name(self) -> bool:
        """Whether one of its checkpoints was given a name."""
        return any(not checkpoint.is_automatic for checkpoint in self.checkpoints)

    def holds(self, words: Iterable[str]) -> bool:
        """Whether each word, in lower case, stands in subject, recipients, text, file or the name of a checkpoint."""
        names = (checkpoint.name for checkpoint in self.checkpoints)
        path = str(self.path or "")
        searched = "\n".join((self.subject, *self.recipients, path, self.text, *names)).casefold()
        return all(word in searched for word in words)


@dataclass(frozen=True, slots=True)
class OfFile:
    """A file that is opened, with what is kept of it.

    Attributes:
        message: That of the file, with what no file holds where that was kept and the file is as it was then.
        draft: The id to go on with, "" for another.
        differs: When a draft of the file was kept that holds something else, None if none was.
    """

    message: Message
    draft: str = ""
    differs: datetime | None = None


class Drafts:
    """The drafts of the user; every method may be called on a worker, and most should be."""

    def __init__(
        self,
        store: DraftStore,
        journal: Journal,
        content: ContentStore,
        clock: Clock,
        ids: Identifiers,
        settings: Settings,
    ) -> None:
        self._store = store
        self._journal = journal
        self._content = content
        self._clock = clock
        self._ids = ids
        self._settings = settings
        self._summed: dict[str, tuple[Message, Draft]] = {}

    # The list.

    def all(self, *, removed: bool = False) -> tuple[Draft, ...]:
        """Give the drafts, newest first.

        Args:
            removed: Give instead what was removed, and what is saved and left automatic checkpoints alone.

        Raises:
            StoreError: they cannot be read.
        """
        stored = {one.draft: one for one in self._store.all()}
        found = [_of_store(one) for one in stored.values()]
        known = {one.draft: one for one in found}
        summed: dict[str, tuple[Message, Draft]] = {}
        for open_draft in self._journal.look():
            row = self._of_journal(open_draft.found, open_draft.is_held, stored.get(open_draft.found.draft), summed)
            known[row.draft] = row
        self._summed = summed
        wanted = [one for one in known.values() if _is_aside(one) is removed]
        return tuple(sorted(wanted, key=lambda one: one.at, reverse=True))

    def find(self, words: str, *, removed: bool = False) -> tuple[Draft, ...]:
        """Give the drafts that hold every word of a search, newest first; case does not count. Raises like `all`."""
        wanted = words.casefold().split()
        return tuple(one for one in self.all(removed=removed) if one.holds(wanted))

    def get(self, draft: str) -> Draft:
        """Give one draft by its id, or by the start of it.

        Raises:
            StoreError: there is none, or several begin so.
        """
        known = {one.draft: one for one in (*self.all(), *self.all(removed=True))}
        found = [one for one in known.values() if draft and one.draft.startswith(draft)]
        if draft in known:
            return known[draft]
        if len(found) == 1:
            return found[0]
        if found:
            raise StoreError(f"{len(found)} drafts begin with {draft!r}.", hint="Give more of the id.", value=draft)
        raise StoreError(f"There is no draft {draft!r}.", hint="List them: sescomposer drafts list", value=draft)

    def problems(self) -> tuple[str, ...]:
        """Give a sentence for every draft that `all` left alone: of a newer version, or damaged as a whole."""
        return self._store.problems()

    def state(self, draft: str, checkpoint: int = 0) -> StoredState:
        """Read a draft as it is now, or one of its checkpoints by number.

        Raises:
            StoreError: there is none, or it cannot be read.
        """
        if not checkpoint:
            for open_draft in self._journal.look():
                found = open_draft.found
                if found.draft == draft:
                    return StoredState(found.message, found.saved, found.path, found.damaged)
        return self._store.state(draft, checkpoint)

    def checkpoints(self, draft: str) -> tuple[Checkpoint, ...]:
        """Give the checkpoints of a draft, oldest first; none if nothing is known of it. Raises `StoreError`."""
        found = self._store.find(draft)
        return found.checkpoints if found else ()

    def compare(self, draft: str, one: int, other: int = 0) -> Comparison:
        """Give what differs between two checkpoints, or with 0 the present state. Raises `StoreError`."""
        return compare(self.state(draft, one).message, self.state(draft, other).message)

    # Keeping.

    def checkpoint(self, draft: str, message: Message, path: Path | None, name: str) -> Checkpoint:
        """Keep a checkpoint with a name that the writer gave; raises `StoreError`."""
        return self._store.add_checkpoint(draft, message, path, name)

    def safeguard(self, draft: str, message: Message, path: Path | None, reason: str) -> Checkpoint | None:
        """Keep an automatic checkpoint, such as "before sending"; None where there is nothing worth one.

        Raises:
            StoreError: it cannot be written.
        """
        if fullness(message).is_empty and not holds_beside(message):
            return None
        most = self._settings.get(AUTOMATIC_CHECKPOINTS)
        return self._store.add_checkpoint(draft, message, path, reason, most_automatic=most)

    def keep(self, draft: str, message: Message, path: Path | None) -> None:
        """Keep a draft whose window is closed; a fuller state kept before becomes a checkpoint. Raises `StoreError`."""
        self._store.keep(draft, message, path)

    def saved(self, draft: str, message: Message, path: Path) -> None:
        """Take up that a draft stands in a file now; what that cannot hold is kept. Raises `StoreError`."""
        if holds_beside(message):
            self._store.keep(draft, message, path)
        elif self._store.find(draft) is not None:
            self._store.mark(draft, Mark.SAVED)

    def discard(self, draft: str, message: Message, path: Path | None) -> None:
        """Keep a copy of what is to be discarded, as a removed draft; raises `StoreError`."""
        if not fullness(message).is_empty or _says_something(message):
            self._store.keep(draft, message, path, removed=True)
        elif self._store.find(draft) is not None:
            self._store.mark(draft, Mark.REMOVED)

    def remove(self, draft: str) -> None:
        """Remove a draft that no window has; it can be brought back for a while.

        Raises:
            StoreError: there is none, a window has it, or it cannot be written.
        """
        waiting = self._journal.take(draft)
        if waiting is not None:
            self._store.keep(draft, waiting.message, waiting.path, removed=True)
            self._journal.drop(draft)
            self._journal.flush()
            return
        self._refuse_open(draft)
        self._store.mark(draft, Mark.REMOVED)

    def bring_back(self, draft: str) -> None:
        """Take back that a draft was removed. Raises `StoreError`."""
        self._store.mark(draft, Mark.BROUGHT_BACK)

    def restore(self, draft: str, checkpoint: int) -> None:
        """Put a checkpoint in place of a draft that no window has; its state becomes a checkpoint first.

        Raises:
            StoreError: there is none, a window has it, or it cannot be written.
        """
        found = self.open(draft)
        try:
            message = self._store.state(draft, checkpoint).message
            self.safeguard(draft, found.message, found.path, "before a checkpoint was restored")
            self._store.keep(draft, message, found.path)
        except StoreError:
            self._journal.leave(draft)
            raise
        self._journal.drop(draft)
        self._journal.flush()

    def duplicate(self, draft: str) -> str:
        """Keep a copy of a draft under an id of its own and give that; its file and checkpoints are not copied.

        Raises:
            StoreError: it cannot be read or written.
        """
        copy = self._ids.token()
        self._store.keep(copy, self.state(draft).message, None)
        return copy

    def open(self, draft: str) -> RecoveredDraft:
        """Give a draft for a window; from then on the window notes it in the journal.

        Raises:
            StoreError: there is none, a window has it already, or it was removed.
        """
        waiting = self._journal.take(draft)
        if waiting is not None:
            return waiting
        self._refuse_open(draft)
        found = self._store.find(draft)
        if found is not None and found.removed is not None:
            raise StoreError(f"The draft {draft!r} was removed.", hint="Bring it back first.", value=draft)
        state = self._store.state(draft)
        # A checkpoint of what was saved later must not be saved over it in passing.
        path = state.path if found is not None and found.is_kept else None
        return RecoveredDraft(draft, state.at, state.message, path, state.damaged)

    def of_file(self, path: Path, message: Message) -> OfFile:
        """Give what is kept of a file that is opened.

        Raises:
            StoreError: the drafts cannot be read.
        """
        of_path = [one for one in self._store.all() if one.path == path and one.removed is None]
        held = {one.found.draft for one in self._journal.look()} if of_path else set()
        usable = [one for one in of_path if one.draft not in held]
        if not usable:
            return OfFile(message)
        found = max(usable, key=lambda one: (one.is_kept, one.at))
        if not found.is_kept:
            return OfFile(message, found.draft)
        kept = self._store.state(found.draft).message
        if not kept.root.octets.equals(message.root.octets):
            return OfFile(message, differs=found.at)
        return OfFile(replace(kept, root=message.root), found.draft)

    # After a crash.

    def reference(self, found: RecoveredDraft) -> tuple[str, Message] | None:
        """Give what a recovered draft is compared with, and words for it: its last checkpoint or kept state, its file.

        None where there is neither.
        """
        stored = self._store.find(found.draft)
        if stored is not None:
            last = stored.checkpoints[-1].number if stored.checkpoints and not stored.is_kept else 0
            state = self._store.state(found.draft, last)
            words = (
                f"its checkpoint of {state.at:%Y-%m-%d %H:%M}" if last else f"what was kept {state.at:%Y-%m-%d %H:%M}"
            )
            return words, state.message
        if found.path is None or not found.path.is_file():
            return None
        try:
            octets: Octets = self._content.keep_file(found.path).octets
        except UnreadableError:
            return None
        return f"its file {found.path.name}", Message(parse(octets))

    # Upkeep.

    def tidy(self) -> int:
        """Remove for good what was removed, or saved and left checkpoints, as long ago as the setting says; count it.

        Raises:
            StoreError: they cannot be read or removed.
        """
        before = self._clock.now() - timedelta(days=self._settings.get(REMOVED_DRAFTS_DAYS))
        held = {one.found.draft for one in self._journal.look()}
        old = [one.draft for one in self._store.all() if one.draft not in held and _is_over(one, before)]
        self._store.erase(old)
        return len(old)

    def named_content(self) -> frozenset[str]:
        """Hashes of the content store that drafts and checkpoints refer to. Raises `StoreError`."""
        return self._store.named_content()

    def _refuse_open(self, draft: str) -> None:
        if any(one.found.draft == draft and one.is_held for one in self._journal.look()):
            raise StoreError(
                f"The draft {draft!r} is open in a window.", hint="Go on there, or close that window.", value=draft
            )

    def _of_journal(
        self,
        found: RecoveredDraft,
        is_held: bool,
        stored: StoredDraft | None,
        summed: dict[str, tuple[Message, Draft]],
    ) -> Draft:
        """Give the row of a draft of the journal; it is summed up again only when it changed."""
        known = self._summed.get(found.draft)
        if known is not None and known[0] is found.message:
            row = known[1]
        else:
            summary = summary_of(found.message)
            length = len(found.message.root.octets)
            row = Draft(
                found.draft,
                DraftState.WAITING,
                found.saved,
                found.path,
                length,
                summary.subject,
                summary.recipients,
                summary.text,
            )
        summed[found.draft] = (found.message, row)
        state = DraftState.OPEN if is_held else DraftState.WAITING
        checkpoints = stored.checkpoints if stored else ()
        return replace(row, state=state, checkpoints=checkpoints, damaged=found.damaged)


def _of_store(stored: StoredDraft) -> Draft:
    state = DraftState.KEPT if stored.is_kept else DraftState.SAVED
    summary = stored.summary
    return Draft(
        stored.draft,
        state if stored.removed is None else DraftState.REMOVED,
        stored.at,
        stored.path,
        stored.length,
        summary.subject,
        summary.recipients,
        summary.text,
        stored.checkpoints,
        stored.removed,
        stored.damaged,
    )


def _is_aside(draft: Draft) -> bool:
    """Whether a draft stands in the other list."""
    return draft.state is DraftState.REMOVED or (draft.state is DraftState.SAVED and not draft.has_name)


def _is_over(stored: StoredDraft, before: datetime) -> bool:
    if stored.removed is not None:
        return stored.removed < before
    named = any(not checkpoint.is_automatic for checkpoint in stored.checkpoints)
    return not stored.is_kept and not named and stored.at < before


def _says_something(message: Message) -> bool:
    """Whether a message without text says something all the same."""
    summary = summary_of(message)
    return bool(summary.subject or summary.recipients or summary.text) or holds_beside(message)
