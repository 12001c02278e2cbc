"""Writes the files that the user names."""

from collections.abc import Iterator
from pathlib import Path

from sescomposer.core.octets import Octets
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.store.atomic import replace_file, translated


class DiskFiles:
    """Fits the ports `Files` and `ExportFiles`."""

    def write(self, path: Path, octets: Octets, progress: Progress = NO_PROGRESS) -> None:
        """Write a file whole or not at all; see the port."""
        replace_file(path, _reported(octets, progress), "write the file", private=False)

    def make_folder(self, path: Path) -> None:
        """Make a folder with those above it; see `services.history_ports.ExportFiles`."""
        with translated("make the folder", path):
            path.mkdir(parents=True, exist_ok=True)


def _reported(octets: Octets, progress: Progress) -> Iterator[bytes | memoryview]:
    """Give the octets in chunks and report each."""
    done, total = 0, len(octets)
    for chunk in octets.chunks():
        yield chunk
        done += len(chunk)
        progress.step(done, total)
