"""How the journal writes a draft: each record is a splice on the octets of the state before.

Inserted octets are written symbolically: literal octets, a run of an entry of the content store, or base64 of one. So a
record of a message with 28 MB attached has a few hundred octets.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sescomposer.core.entity import Entity
from sescomposer.core.errors import StoreError
from sescomposer.core.message import EnvelopeOverride, Message
from sescomposer.core.octets import EMPTY, Octets, base64_octets
from sescomposer.core.piece import Piece
from sescomposer.core.rope_difference import Difference, apply, difference
from sescomposer.core.source import Slice, Source
from sescomposer.core.virtual import Base64Piece
from sescomposer.store.options_json import options_from_json, options_to_json
from sescomposer.store.protection_json import protection_from_json, protection_to_json
from sescomposer.store.records import Head, Record, frame

SCHEMA = 1

LITERAL_AT_MOST = 256
"""A run of the content store up to this many octets is written as they are: shorter, and it needs no entry."""

LITERAL_UNNAMED_AT_MOST = 1 << 20
"""Octets that are in memory only are written as they are up to this many; more are kept in the content store."""


@dataclass(frozen=True, slots=True)
class State:
    """A draft at one time.

    Attributes:
        octets: The message.
        details: Envelope override, options and protection as JSON values.
        path: The .eml file, None if none.
        saved: When it was noted.
    """

    octets: Octets
    details: Mapping[str, Any]
    path: Path | None
    saved: datetime


@dataclass(frozen=True, slots=True)
class Replay:
    """The newest state that a log holds, None if not even its first; `problem` is a sentence, "" if all was read."""

    state: State | None
    problem: str = ""


def state_of(message: Message, path: Path | None, saved: datetime) -> State:
    """Give the state of a message; its octets are shared, not read."""
    details = {
        "mail_from": message.envelope.mail_from,
        "rcpt_to": None if message.envelope.rcpt_to is None else list(message.envelope.rcpt_to),
        "options": options_to_json(message.options),
        "protection": protection_to_json(message.protection),
        "account": message.account,
    }
    return State(message.root.octets, details, path, saved)


def beside_root(details: Mapping[str, Any], root: Entity) -> Message:
    """Give the message of a root; inverse of the details of `state_of`."""
    rcpt_to = details["rcpt_to"]
    return Message(
        root,
        EnvelopeOverride(details["mail_from"], None if rcpt_to is None else tuple(rcpt_to)),
        options_from_json(details["options"]),
        protection_from_json(details["protection"]),
        details.get("account"),
    )


class Writer:
    """Makes records.

    Args:
        hold: Makes sure that the content store has the entry of a named source.
        keep: Keeps octets in the content store and gives their hash.
    """

    def __init__(self, hold: Callable[[Source], None], keep: Callable[[Octets], str]) -> None:
        self._hold = hold
        self._keep = keep

    def first(self, draft: str) -> bytes:
        """Give the record that begins a log."""
        return frame({"format": "journal", "schema": SCHEMA, "draft": draft})

    def record(self, old: Octets, new: State, further: Mapping[str, Any] | None = None) -> bytes:
        """Give the record that leads from the octets of the state before to the next state.

        Args:
            old: Octets of the state before; empty where the record stands alone.
            new: The next state.
            further: What else its JSON object holds.

        Raises:
            StoreError: large octets could not be kept in the content store.
        """
        found = difference(old, new.octets)
        pieces, literal = self._pieces(found.inserted)
        head = {
            "at": new.saved.isoformat(),
            "start": found.start,
            "removed": found.removed,
            "length": len(new.octets),
            "pieces": pieces,
            "path": None if new.path is None else str(new.path),
            "details": new.details,
        }
        return frame({**(further or {}), **head}, literal)

    def _pieces(self, octets: Octets) -> tuple[list[list[Any]], bytes]:
        """Give runs in their order, neighbouring literals as one, and the octets of all literals."""
        runs: list[list[Any]] = []
        literals: list[bytes] = []
        for piece in octets.pieces():
            run = self._run(piece)
            if run is not None:
                runs.append(run)
                continue
            literals.append(bytes(piece.window(0, piece.length)))
            if runs and runs[-1][0] == "literal":
                runs[-1][1] += piece.length
            else:
                runs.append(["literal", piece.length])
        return runs, b"".join(literals)

    def _run(self, piece: Piece) -> list[Any] | None:
        """Give a piece symbolically; None where it is written as it is."""
        match piece:
            case Slice() if piece.length > _literal_at_most((piece,)):
                return ["content", *self._content((piece,))]
            case Base64Piece(content=Octets() as content):
                slices = tuple(content.pieces())
                if piece.length > _literal_at_most(slices):
                    end = piece.line_end.decode("ascii")
                    return ["base64", *self._content(slices), end, piece.start, piece.stop]
        return None

    def _content(self, slices: Sequence[Piece]) -> tuple[str, int, int]:
        """Name octets by entry, start and stop; keeps them first where they have no entry."""
        match slices:
            case (Slice() as one,) if one.source.name:
                self._hold(one.source)
                return one.source.name, one.start, one.stop
        octets = Octets.join(Octets(one) for one in slices)
        return self._keep(octets), 0, len(octets)


def _literal_at_most(slices: Sequence[Piece]) -> int:
    """How many octets of a piece over these slices are written as they are."""
    match slices:
        case (Slice() as one,) if one.source.name:
            return LITERAL_AT_MOST
    return LITERAL_UNNAMED_AT_MOST


class Reader:
    """Replays records.

    Args:
        open_content: Opens an entry of the content store; raises `StoreError` where it is missing or damaged.
    """

    def __init__(self, open_content: Callable[[str], Octets]) -> None:
        self._open = open_content
        self._opened: dict[str, Octets] = {}
        self._missing: dict[str, int] = {}

    def replay(self, records: Iterable[Record]) -> Replay:
        """Give the newest state that the records lead to, without the first record of the log."""
        state: State | None = None
        for record in records:
            octets = self._splice(EMPTY if state is None else state.octets, record)
            if octets is None:
                return Replay(state, "A record of the journal does not fit the one before it.")
            path = record.head["path"]
            saved = datetime.fromisoformat(record.head["at"])
            state = State(octets, record.head["details"], None if path is None else Path(path), saved)
        return Replay(state, self._problem())

    def _splice(self, old: Octets, record: Record) -> Octets | None:
        """Do the splice of one record; None where its numbers do not fit."""
        head = record.head
        start, removed = head["start"], head["removed"]
        inserted = self._inserted(head, record.octets)
        new = apply(old, Difference(start, removed, inserted))
        fits = start + removed <= len(old) and len(new) == head["length"]
        return new if fits else None

    def _inserted(self, head: Head, literals: bytes) -> Octets:
        """Put the runs of a record together."""
        parts: list[Octets] = []
        position = 0
        for run in head["pieces"]:
            if run[0] == "literal":
                parts.append(Octets.of(literals[position : position + run[1]]))
                position += run[1]
            else:
                parts.append(self._content(run))
        return Octets.join(parts)

    def _content(self, run: Sequence[Any]) -> Octets:
        """Give a run of the content store; blank lines of the same length where its entry is gone."""
        kind, sha256, start, stop, *encoding = run
        length = encoding[2] - encoding[1] if kind == "base64" else stop - start
        if sha256 not in self._opened and sha256 not in self._missing:
            try:
                self._opened[sha256] = self._open(sha256)
            except StoreError:
                self._missing[sha256] = length
        if sha256 in self._missing:
            return Octets.of(b"\n" * length)
        content = self._opened[sha256][start:stop]
        return base64_octets(content, encoding[0].encode("ascii"))[encoding[1] : encoding[2]] if encoding else content

    def _problem(self) -> str:
        """Say what of the content store is missing."""
        if not self._missing:
            return ""
        total = sum(self._missing.values())
        return (
            f"Attached content of {total} octets is no longer in the content store or damaged; blank lines stand in "
            "its place. Attach the file again."
        )
