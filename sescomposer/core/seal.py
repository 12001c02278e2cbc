"""Sealing: the only way from a message under the writer's hand to the octets that are submitted.

Fields that are missing are stamped, Bcc is taken out, line ends become CRLF; nothing else is touched. The octets are
written once, hashed on the way, and read back: what was written is what is shown and sent.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from sescomposer.core.control_fields import effective, with_control_fields
from sescomposer.core.entity import Entity
from sescomposer.core.envelope import Envelope, envelope_of
from sescomposer.core.errors import ProtectionError, StoreError
from sescomposer.core.folding import fold
from sescomposer.core.header import HeaderField, HeaderSection
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.message import NO_OPTIONS, Message, Method, Road, SendingOptions
from sescomposer.core.octets import EMPTY, Octets, write_all
from sescomposer.core.parse import parse
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.protection.protector import Evidence, Protected, Protector
from sescomposer.core.sender_domain import sender_domain
from sescomposer.core.structure.line_ends import normalise_line_ends

if TYPE_CHECKING:
    import hashlib

HIDDEN_FIELDS = ("Bcc", "Resent-Bcc")
"""Never in sealed octets (RFC 5322 section 3.6.3)."""

STAMPED_FIELDS = ("Date", "Message-ID")

_CHUNK_OCTETS = 262144


class SealTarget(Protocol):
    """A buffer that takes sealed octets once; nothing remains of it if it is not finished."""

    def write(self, octets: bytes | memoryview, /) -> int:
        """Append octets."""

    def finish(self, sha256: str) -> Octets:
        """Keep what was written under its hash and give it back as it lies there."""

    def abandon(self) -> None:
        """Forget what was written; does nothing after `finish`."""


class MemoryTarget:
    """A buffer in memory, for programs and small messages.

    >>> target = MemoryTarget()
    >>> target.write(b"ab"), bytes(target.finish("any"))
    (2, b'ab')
    """

    def __init__(self) -> None:
        self._octets = bytearray()

    def write(self, octets: bytes | memoryview, /) -> int:
        """Append octets."""
        self._octets += octets
        return len(octets)

    def finish(self, sha256: str) -> Octets:
        """Give what was written."""
        del sha256
        return Octets.of(bytes(self._octets))

    def abandon(self) -> None:
        """Forget what was written."""
        self._octets.clear()


@dataclass(frozen=True, eq=False)
class Sealed:
    """One message as it goes to one envelope.

    Attributes:
        octets: The whole message with CRLF, as it lies in its buffer.
        sha256: Hash of the octets in lower-case hex.
        envelope: Who it is from and for, Bcc included.
        root: The tree read from those very octets.
        road: The road it was sealed for.
        sealed_at: Time of sealing; old octets are sealed anew.
        stamped: Names of the fields that sealing added.
        hidden: Names of the fields that sealing took out.
        options: The options that hold: those beside the message and those its control fields ask for, with the trace.
        control: Names of the control fields that sealing wrote or wrote anew, since this road has no other way.
        trace: Value of the tag by which this submission can be found again, "" for none.
        evidence: How it was signed and encrypted; None where it was not.
    """

    octets: Octets
    sha256: str
    envelope: Envelope
    root: Entity
    road: Road
    sealed_at: datetime
    stamped: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    options: SendingOptions = NO_OPTIONS
    control: tuple[str, ...] = ()
    trace: str = ""
    evidence: Evidence | None = None


def as_sealed(message: Message, now: datetime, ids: Identifiers, road: Road = Road.SES_V2, trace: str = "") -> Entity:
    """Give the root as sealing would write it, without writing it; entities that do not change are the same objects.

    Args:
        message: The message.
        now: Time for Date, with the local offset.
        ids: Maker of the Message-ID.
        road: The way into SES; over SMTP the options become control fields.
        trace: See `Sealed`.

    Raises:
        ValueError: `now` has no offset.
    """
    options = effective(message.options, message.root, trace)
    root, _ = with_control_fields(message.root, options, road)
    header = root.header
    for name in HIDDEN_FIELDS:
        header = header.without(name)
    for name, body in _stamps(message.root, now, ids):
        header = stamped(header, name, body, root.line_end)
    return normalise_line_ends(root if header is root.header else replace(root, header=header))


def missing_fields(root: Entity) -> tuple[str, ...]:
    """Give the names of the fields that sealing would stamp; the raw pane marks them as provisional."""
    return tuple(name for name in STAMPED_FIELDS if root.header.first(name) is None)


def hidden_fields(root: Entity) -> tuple[str, ...]:
    """Give the names of the fields that sealing would take out; the raw pane marks them as not sent."""
    return tuple(name for name in HIDDEN_FIELDS if root.header.first(name) is not None)


def written_control_fields(message: Message, road: Road, trace: str) -> tuple[str, ...]:
    """Give the names of the control fields that sealing would write, or write anew, for that road."""
    return with_control_fields(message.root, effective(message.options, message.root, trace), road)[1]


def _stamps(root: Entity, now: datetime, ids: Identifiers) -> list[tuple[str, str]]:
    if now.tzinfo is None:
        raise ValueError("the time of sealing needs an offset")
    missing = missing_fields(root)
    found = []
    if "Date" in missing:
        from email.utils import format_datetime  # here: a start need not wait for it

        found.append(("Date", format_datetime(now.replace(microsecond=0))))
    if "Message-ID" in missing:
        found.append(("Message-ID", f"<{ids.message_id(sender_domain(root), now)}>"))
    return found


def stamped(header: HeaderSection, name: str, body: str, line_end: bytes) -> HeaderSection:
    """Give the section with a new field before those of MIME, or behind the last (ASCII wire form)."""
    field = HeaderField(fold(name, body, line_end=line_end))
    fields = header.fields
    mime = (
        i
        for i, known in enumerate(fields)
        if known.name.lower().startswith("content-") or known.name.lower() == "mime-version"
    )
    return header.inserted(next(mime, len(fields)), field)


def seal(
    message: Message,
    road: Road,
    *,
    now: datetime,
    ids: Identifiers,
    into: Callable[[], SealTarget],
    progress: Progress = NO_PROGRESS,
    protector: Protector | None = None,
) -> tuple[Sealed, ...]:
    """Write the octets that will be submitted, one item for each submission that the message needs.

    Args:
        message: The message.
        road: The way into SES.
        now: Time with the local offset.
        ids: Maker of the Message-ID.
        into: Makes the buffer for one item, such as a new entry of the content store.
        progress: Told of the octets written; may cancel.
        protector: Signs and encrypts what would be sent; None where nothing of that is wanted of us.

    Returns:
        The items: one, or where it is encrypted one more for each Bcc recipient.

    Raises:
        HeaderError: an option holds what no header field can hold.
        OperationCancelledError: cancelled; no buffer remains.
        ProtectionError: it cannot be protected as wanted.
        StoreError: a buffer cannot be written, or gives other octets back than it was given.
        ValueError: `now` has no offset.
    """
    trace = ids.token() if message.options.traceable else ""
    root = as_sealed(message, now, ids, road, trace)
    item = Sealed(
        octets=EMPTY,
        sha256="",
        envelope=envelope_of(message),
        root=root,
        road=road,
        sealed_at=now,
        stamped=missing_fields(message.root),
        hidden=hidden_fields(message.root),
        options=effective(message.options, message.root, trace),
        control=written_control_fields(message, road, trace),
        trace=trace,
    )
    if protector is None:
        _refuse_unprotected(message)
        return (_kept(item, Protected(root, item.envelope), into(), progress),)
    items = protector.protect(root, item.envelope, now=now, ids=ids, into=into, progress=progress)
    return tuple(_kept(item, protected, into(), progress) for protected in items)


def _refuse_unprotected(message: Message) -> None:
    """Raise `ProtectionError` where somebody chose protection of ours and nobody is there to give it."""
    wanted = message.protection
    if (wanted.sign or wanted.encrypt) and wanted.method is not Method.SES:
        raise ProtectionError(
            f"The message is to be {'signed' if wanted.sign else 'encrypted'}, and no key was opened for it.",
            hint="Choose a key, or take the protection back.",
        )


def _kept(item: Sealed, protected: Protected, target: SealTarget, progress: Progress) -> Sealed:
    """Write one item and read it back."""
    octets, sha256 = _written(protected.root.octets, target, progress)
    return replace(
        item,
        octets=octets,
        sha256=sha256,
        envelope=protected.envelope,
        root=parse(octets),
        evidence=protected.evidence,
    )


def _written(rope: Octets, target: SealTarget, progress: Progress) -> tuple[Octets, str]:
    """Write the rope once, and check what the buffer gives back."""
    digest = _new_digest()
    try:
        done, total = 0, len(rope)
        for chunk in rope.chunks(_CHUNK_OCTETS):
            digest.update(chunk)
            write_all(target, chunk)
            done += len(chunk)
            progress.step(done, total)
        sha256 = digest.hexdigest()
        kept = target.finish(sha256)
        _check(kept, sha256, total)
    finally:
        # Does nothing once the buffer is finished.
        target.abandon()
    return kept, sha256


def _check(kept: Octets, sha256: str, length: int) -> None:
    """Raise `StoreError` unless the buffer holds what was written."""
    digest = _new_digest()
    for chunk in kept.chunks(_CHUNK_OCTETS):
        digest.update(chunk)
    if len(kept) != length or digest.hexdigest() != sha256:
        raise StoreError(
            "The sealed message was not kept as it was written; nothing was sent.",
            hint="Check the disk that holds the data folder, then send again.",
            value=sha256,
        )


def _new_digest() -> "hashlib._Hash":
    import hashlib  # here: its library is large, and a start need not wait for it

    return hashlib.sha256()


__all__ = [
    "HIDDEN_FIELDS",
    "STAMPED_FIELDS",
    "MemoryTarget",
    "SealTarget",
    "Sealed",
    "as_sealed",
    "hidden_fields",
    "missing_fields",
    "seal",
    "stamped",
    "written_control_fields",
]
