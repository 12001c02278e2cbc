"""Octets in a file of their own for programs that read nothing else; gone when they are done."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sescomposer.core.errors import StoreError
from sescomposer.core.octets import Octets

FILE_OCTETS = 4 * 1024 * 1024
"""What is larger is signed and verified from a file."""


@contextmanager
def written(octets: Octets | bytes) -> Iterator[Path]:
    """Write octets into a new file in a new folder that only the user can open; both are removed at the end.

    Raises:
        StoreError: the disk does not take it.
    """
    with tempfile.TemporaryDirectory(prefix="sescomposer-") as folder:
        path = Path(folder) / "content"
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                Octets.of(octets).write_to(file)
        except OSError as error:
            raise StoreError(
                f"A temporary file could not be written: {error.strerror}.", hint="Make room on the disk."
            ) from error
        yield path
