"""The body of a send, made while it leaves: the SDK signs and submits a reader, and never holds the message.

The SDK builds the request around a short placeholder. Before it signs, the placeholder gives way to a reader of what
stood before it, the base64 text of the message, and what stood behind; everything else stays the SDK's own work. The
reader knows whether the last octet was handed to the connection: where it was not, nothing was sent.
"""

import itertools
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import quote_plus, urlencode

from sescomposer.core.base64_stream import encode
from sescomposer.core.errors import OperationCancelledError
from sescomposer.core.octets import Octets
from sescomposer.core.progress import NO_PROGRESS, Progress

WINDOW_OCTETS = 98304
"""A multiple of three, and as base64 text the 128 KiB that the SDK reads at once."""

KEPT_OCTETS = 16384
"""Messages up to there are encoded once, not once for the signature and once more to leave."""

_HOOK = "sescomposer-body"
# Drawn once: asking the system for chance lets other threads go first, and a batch has many.
_SEED = secrets.token_bytes(16)
_numbers = itertools.count(1)


class NotSwappedError(Exception):
    """The SDK is about to submit the placeholder; raised before anything leaves."""


class RepeatedError(Exception):
    """The SDK is about to submit a body again; raised before anything leaves a second time."""


class BodyReader:
    """A readable, seekable body: prefix, base64 text of the octets, suffix.

    Args:
        octets: The message.
        prefix, suffix: What stands around its base64 text, as it goes over the wire.
        is_form: Whether the text is percent-encoded, as in a form (`application/x-www-form-urlencoded`).
        progress: Told of the octets of the message once `begin` was called; may cancel then, until the last one left.

    >>> reader = BodyReader(Octets.of(b"light work"), b'{"Data": "', b'"}')
    >>> len(reader), reader.read()
    (28, b'{"Data": "bGlnaHQgd29yaw=="}')
    """

    def __init__(
        self,
        octets: Octets,
        prefix: bytes,
        suffix: bytes,
        *,
        is_form: bool = False,
        progress: Progress = NO_PROGRESS,
    ) -> None:
        self._octets = octets
        self._prefix = prefix
        self._suffix = suffix
        self._is_form = is_form
        self._progress = progress
        self._kept = b""
        self._length = len(prefix) + self._text_length() + len(suffix)
        self._is_sending = False
        self._is_handed_over = False
        self._run = memoryview(b"")
        self._runs: Iterator[bytes] = iter(())
        self._restart()

    @property
    def has_begun(self) -> bool:
        """Whether it left, or began to."""
        return self._is_sending

    @property
    def is_handed_over(self) -> bool:
        """Whether the last octet was handed to the connection: then the service may have the message."""
        return self._is_handed_over

    def __len__(self) -> int:
        return self._length

    def __repr__(self) -> str:
        return f"<body of {self._length} octets>"

    def begin(self) -> None:
        """What is read from now on leaves the machine.

        Raises:
            RepeatedError: it left before; nothing is submitted twice.
        """
        if self._is_sending:
            raise RepeatedError("the body was submitted before")
        self._restart()
        self._is_sending = True

    def read(self, size: int = -1) -> bytes:
        """Give the next octets, at most `size` of them and possibly fewer; all that are left where it is negative.

        Raises:
            OperationCancelledError: from the progress; the body stays incomplete.
        """
        if size < 0:
            return b"".join(iter(lambda: self.read(WINDOW_OCTETS), b""))
        if not self._run:
            self._run = memoryview(next(self._runs, b""))
        taken = bytes(self._run[:size])
        self._run = self._run[size:]
        self._at += len(taken)
        self._is_handed_over |= self._is_sending and self._at == self._length
        return taken

    def tell(self) -> int:
        """Give the offset of the next octet."""
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to an offset from the start (0), from here (1) or from the end (2), and give it."""
        target = min(max(offset + (0, self._at, self._length)[whence], 0), self._length)
        if target < self._at:
            self._restart()
        while self._at < target:
            self.read(target - self._at)
        return self._at

    def _restart(self) -> None:
        self._at = 0
        self._run = memoryview(b"")
        self._runs = filter(None, self._all_runs())

    def _all_runs(self) -> Iterator[bytes]:
        """Give the body in runs; who asks for the next run has let the one before leave.

        The suffix goes with the last window: once the progress was told the whole number, nothing can cancel any more.
        """
        total = len(self._octets)
        self._tell_progress(0, total)
        for start in range(0, max(total, 1), WINDOW_OCTETS):
            is_last = start + WINDOW_OCTETS >= total
            self._tell_progress(total if is_last else start, total)
            prefix, suffix = b"" if start else self._prefix, self._suffix if is_last else b""
            yield prefix + self._text(start) + suffix

    def _tell_progress(self, done: int, total: int) -> None:
        if self._is_sending:
            self._progress.step(done, total)

    def _text(self, start: int) -> bytes:
        if not self._kept and len(self._octets) <= KEPT_OCTETS:
            self._kept = self._encoded(0)
        return self._kept or self._encoded(start)

    def _encoded(self, start: int) -> bytes:
        text = encode(self._octets.window(start, start + WINDOW_OCTETS))
        if self._is_form:
            text = text.replace(b"+", b"%2B").replace(b"/", b"%2F").replace(b"=", b"%3D")
        return text

    def _text_length(self) -> int:
        if self._is_form:
            return sum(len(self._text(start)) for start in range(0, len(self._octets), WINDOW_OCTETS))
        return (len(self._octets) + 2) // 3 * 4


class Upload:
    """One message on its way through the SDK.

    Args:
        octets: The message.
        progress: See `BodyReader`.

    Attributes:
        placeholder: What is given to the SDK in place of the octets.
        reader: The body, None until the SDK has built its request.
    """

    def __init__(self, octets: Octets, progress: Progress = NO_PROGRESS) -> None:
        self._octets = octets
        self._progress = progress
        self.placeholder = _SEED + next(_numbers).to_bytes(8)
        self.reader: BodyReader | None = None
        self.cancelled: OperationCancelledError | None = None

    @property
    def is_handed_over(self) -> bool:
        """Whether the last octet was handed to the connection."""
        return self.reader is not None and self.reader.is_handed_over

    def body_for(self, built: bytes | Mapping[str, object]) -> BodyReader:
        """Give the reader that goes in place of a body which the SDK built around the placeholder.

        Args:
            built: JSON octets (v2), or the fields of a form (v1).

        Raises:
            NotSwappedError: the placeholder does not stand there exactly once.
        """
        is_form = not isinstance(built, bytes)
        text = encode(self.placeholder)
        if isinstance(built, bytes):
            octets = built
        else:
            octets, text = urlencode(dict(built), doseq=True).encode("ascii"), quote_plus(text).encode("ascii")
        prefix, found, suffix = octets.partition(text)
        if not found or text in suffix or not suffix.isascii():
            raise NotSwappedError("the placeholder does not stand in the request as expected")
        return BodyReader(self._octets, prefix, suffix, is_form=is_form, progress=_Watched(self, self._progress))


class _Watched:
    """A progress that remembers with the upload that it was cancelled: the SDK wraps what a body raises."""

    def __init__(self, upload: Upload, progress: Progress) -> None:
        self._upload = upload
        self._progress = progress

    def step(self, done: int, total: int) -> None:
        try:
            self._progress.step(done, total)
        except OperationCancelledError as error:
            self._upload.cancelled = error
            raise


_under_way: ContextVar[Upload | None] = ContextVar("upload", default=None)


def attach(client: Any, operation: str) -> None:
    """Let the bodies of one operation of an SDK client be swapped for those of the uploads under way.

    Args:
        client: Client of the SDK.
        operation: Such as "SendEmail".
    """
    events = client.meta.events
    name = f"{client.meta.service_model.service_id.hyphenize()}.{operation}"
    # Two names: the SDK leaves out what is registered under a name that it has already.
    events.register(f"before-call.{name}", _swap, unique_id=f"{_HOOK}-swap")
    events.register(f"before-send.{name}", _begin, unique_id=f"{_HOOK}-begin")


@contextmanager
def under_way(upload: Upload) -> Iterator[None]:
    """Let the calls of the SDK inside this context submit an upload; other threads are not concerned."""
    token = _under_way.set(upload)
    try:
        yield
    finally:
        _under_way.reset(token)


def _swap(params: dict[str, Any], **_: object) -> None:
    upload = _under_way.get()
    if upload is not None:
        upload.reader = params["body"] = upload.body_for(params["body"])


def _begin(request: Any, **_: object) -> None:
    """Hold that what is about to leave is the reader."""
    upload = _under_way.get()
    if upload is None:
        return
    if upload.reader is None or request.body is not upload.reader:
        if upload.reader is not None and upload.reader.has_begun:
            raise RepeatedError("another body was built behind the one that was submitted")
        raise NotSwappedError("the SDK did not take the reader")
    upload.reader.begin()
