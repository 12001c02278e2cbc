"""Values of drafts and checkpoints, and the port behind which they are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from sescomposer.core.message import Message


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A state of a draft that was kept on purpose, or before a step that could lose something.

    Attributes:
        number: Counts from 1 in each draft; never given again while a later one is there.
        at: When it was kept.
        name: What the writer called it; of an automatic one what came next, such as "before sending".
        is_automatic: Whether the program kept it.
        length: Octets of the message.
    """

    number: int
    at: datetime
    name: str
    is_automatic: bool
    length: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What lists show of a message and searches look at.

    Attributes:
        subject: Decoded, on one line.
        recipients: Those of To, Cc and Bcc as they are written, and of an envelope set by hand.
        text: The beginning of text and HTML, without tags.
        text_octets, parts: What it holds, see `services.fullness`.
    """

    subject: str = ""
    recipients: tuple[str, ...] = ()
    text: str = ""
    text_octets: int = 0
    parts: int = 0


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """What is kept of one draft.

    Attributes:
        draft: Its id.
        at: When its newest state was kept.
        path: The .eml file it was opened from or saved to, None if none.
        length: Octets of the newest state.
        summary: Of the newest state.
        is_kept: Whether the user keeps it as a draft; else only checkpoints are left of it.
        removed: When it was removed; it can be brought back for a while. None if it was not.
        checkpoints: Oldest first.
        damaged: A sentence about what of it cannot be read, "" if all can.
    """

    draft: str
    at: datetime
    path: Path | None
    length: int
    summary: Summary
    is_kept: bool
    removed: datetime | None = None
    checkpoints: tuple[Checkpoint, ...] = ()
    damaged: str = ""


@dataclass(frozen=True, slots=True)
class StoredState:
    """A message read back.

    Attributes:
        message: As it was.
        at, path: When it was kept, and its file.
        damaged: A sentence about content that is missing, "" if none is.
    """

    message: Message
    at: datetime
    path: Path | None
    damaged: str = ""


class Mark(StrEnum):
    """What happened to a draft that is kept."""

    REMOVED = "removed"
    BROUGHT_BACK = "brought back"
    SAVED = "saved"
    """It stands in a file now: it is no draft any more, its checkpoints stay."""


class DraftStore(Protocol):
    """Drafts that no window has open, and the checkpoints of all. Two processes may use one store."""

    def all(self) -> tuple[StoredDraft, ...]:
        """Give all drafts; what cannot be read is left alone, see `problems`.

        Raises:
            StoreError: the folder cannot be read.
        """

    def find(self, draft: str) -> StoredDraft | None:
        """Give one draft, None if nothing of it is kept. Raises `StoreError`, also for one of a newer version."""

    def state(self, draft: str, checkpoint: int = 0) -> StoredState:
        """Read back a checkpoint, or the newest state with 0.

        Raises:
            StoreError: there is none.
        """

    def keep(self, draft: str, message: Message, path: Path | None, *, removed: bool = False) -> None:
        """Keep a state durably in place of the one before, which becomes a checkpoint where it held more.

        Raises:
            StoreError: it cannot be written; what was kept before still is.
        """

    def add_checkpoint(
        self, draft: str, message: Message, path: Path | None, name: str, *, most_automatic: int = 0
    ) -> Checkpoint:
        """Keep a checkpoint durably.

        Args:
            draft: Id of the draft.
            message, path: Its state.
            name: See `Checkpoint`.
            most_automatic: 0 for a named one; else how many automatic ones stay. One that is equal to the last
                checkpoint is not kept again: that one is given.

        Raises:
            StoreError: it cannot be written.
        """

    def mark(self, draft: str, mark: Mark) -> None:
        """Write down durably what happened to a draft; raises `StoreError` where there is none."""

    def erase(self, drafts: Sequence[str]) -> None:
        """Remove drafts with their checkpoints for good. Raises `StoreError`."""

    def problems(self) -> tuple[str, ...]:
        """Give a sentence for every draft that `all` left alone: of a newer version, or damaged as a whole."""

    def named_content(self) -> frozenset[str]:
        """Hashes of the content store that drafts and checkpoints refer to. Raises `StoreError`."""
