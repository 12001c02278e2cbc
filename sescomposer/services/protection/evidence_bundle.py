"""Writing an evidence bundle: a folder, or one ZIP file."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sescomposer.core.octets import Octets
from sescomposer.core.progress import PartOfProgress, Progress
from sescomposer.services.protection.evidence_files import (
    EVIDENCE,
    MESSAGE,
    REPORT,
    VERIFY,
    Material,
    pems,
    signed_parts,
)
from sescomposer.services.protection.evidence_texts import how_to_verify, report
from sescomposer.services.receipts import receipt_octets
from sescomposer.services.stored_zip import stored_zip

if TYPE_CHECKING:
    from sescomposer.services.history_ports import ExportFiles

ZIP = ".zip"


def files_of(material: Material) -> Mapping[str, Octets]:
    """Give the files by name, those to read first at the beginning."""
    files = {REPORT: _text(report(material)), MESSAGE: material.octets, **signed_parts(material.root), **pems(material)}
    # It tells of the files there are.
    files[VERIFY] = _text(how_to_verify(material, frozenset(files)))
    files[EVIDENCE] = receipt_octets(material.entry)
    return files


def write_bundle(material: Material, path: Path, files: "ExportFiles", progress: Progress) -> tuple[Path, ...]:
    """Write a bundle and give what was written.

    Args:
        material: What it is made of.
        path: Of the ZIP file where it ends in ".zip", else of the folder, which is made where it is missing.
        files: The user's files.
        progress: Octets written.

    Raises:
        StoreError: something cannot be written; of a folder, what was written before stays.
        OperationCancelledError: cancelled.
    """
    made = files_of(material)
    if path.suffix.lower() == ZIP:
        name = path.stem or "evidence"
        files.write(
            path, stored_zip({f"{name}/{file}": octets for file, octets in made.items()}, material.at), progress
        )
        return (path,)
    files.make_folder(path)
    return tuple(_written(made, path, files, progress))


def _written(made: Mapping[str, Octets], folder: Path, files: "ExportFiles", progress: Progress) -> list[Path]:
    names = sorted(made, key=lambda name: name != MESSAGE)
    sizes = [len(made[name]) for name in names]
    for index, name in enumerate(names):
        files.write(folder / name, made[name], PartOfProgress.of(progress, sizes, index))
    return [folder / name for name in made]


def _text(text: str) -> Octets:
    return Octets.of(text.encode("utf-8"))


__all__ = ["files_of", "write_bundle"]
