"""A buffer that knows the hash of what it was given, for content that is encrypted or decrypted as a stream."""

from collections.abc import Callable
from types import TracebackType

from sescomposer.core.octets import Octets, write_all
from sescomposer.core.protection.protector import Buffer


class HashedBuffer:
    """Writes into a buffer and keeps it under its hash; what was not finished is abandoned when the block ends.

    >>> from sescomposer.core.seal import MemoryTarget
    >>> with HashedBuffer(MemoryTarget) as buffer:
    ...     buffer.write(b"ab")
    ...     bytes(buffer.finish())
    b'ab'
    """

    def __init__(self, into: Callable[[], Buffer]) -> None:
        import hashlib  # here: its library is large, and a start need not wait for it

        self._buffer = into()
        self._digest = hashlib.sha256()
        self.length = 0

    def __enter__(self) -> "HashedBuffer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._buffer.abandon()

    def write(self, octets: bytes | memoryview) -> None:
        """Append octets."""
        self._digest.update(octets)
        write_all(self._buffer, octets)
        self.length += len(octets)

    def finish(self) -> Octets:
        """Keep what was written and give it back as it lies there."""
        return self._buffer.finish(self._digest.hexdigest())
