"""File names whose extension SES refuses, decoded, in every part and in every message inside."""

import re
from collections.abc import Iterator

from sescomposer.core.checks import fixes
from sescomposer.core.checks.subject import Subject, kept, kept_in_header
from sescomposer.core.entity import Entity
from sescomposer.core.findings import Finding, Severity, Where
from sescomposer.core.notes import Note
from sescomposer.core.parse import parse
from sescomposer.core.refused_extensions import refused_extensions

_INSIDE = re.compile(r"\.([A-Za-z0-9]+)[ .]*(?=\.)")
_STANDARD = "SES attachment types"


def file_types(subject: Subject) -> Iterator[Finding]:
    """Check every file name for extensions that SES refuses."""
    root = subject.root
    for entity in root.walk():
        for field, name in kept_in_header(entity, _names):
            yield from _of_name(entity, field, name, is_part=entity is not root)
        if entity.note == Note.ENCODED_MESSAGE:
            for field, name in kept(entity, _names_inside):
                yield from _of_name(entity, field, name, is_part=entity is not root)


def _names(entity: Entity) -> tuple[tuple[str, str], ...]:
    """Give the names of a part with the field each stands in; equal ones once."""
    found = {entity.content_type.get("name"): "Content-Type"}
    found[entity.content_disposition.get("filename")] = "Content-Disposition"
    return tuple((field, name) for name, field in found.items() if name)


def _names_inside(entity: Entity) -> tuple[tuple[str, str], ...]:
    """Give the names inside a message that has a transfer encoding, and so was not opened."""
    inside = parse(entity.content).walk()
    return tuple(("Content-Type", name) for part in inside for _, name in _names(part))


def _of_name(entity: Entity, field: str, name: str, *, is_part: bool) -> Iterator[Finding]:
    """Check one name: its last extension is refused, one hidden inside is suspicious."""
    refused = refused_extensions()
    stem, dot, last = name.rstrip(" .\0").rpartition(".")
    where = Where(entity.key, field)
    if dot and last.strip().lower() in refused:
        yield Finding(
            "extension-refused",
            Severity.ERROR,
            f"SES refuses files that end in .{last.strip().lower()}: {name!r}. Pack it into a .zip or give a link.",
            where,
            _STANDARD,
            fixes.remove_part(entity.key) if is_part else None,
            refused=True,
        )
        return
    hidden = next((found.lower() for found in _INSIDE.findall(f"{stem}.") if found.lower() in refused), "")
    if hidden:
        message = (
            f"The name {name!r} hides the extension .{hidden}, which SES refuses at the end; filters may block it."
        )
        yield Finding("extension-hidden", Severity.WARNING, message, where, _STANDARD)
