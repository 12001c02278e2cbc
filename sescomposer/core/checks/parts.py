"""Parts: refused file types, structure that readers disagree on, Content-ID and its references."""

import re
from collections import Counter
from collections.abc import Iterator

from sescomposer.core.body_parts import body_parts
from sescomposer.core.checks.subject import Subject, every_entity, kept
from sescomposer.core.entity import Entity
from sescomposer.core.entity_defects import defects
from sescomposer.core.errors import EncodingError
from sescomposer.core.findings import Finding, Fix, Severity, Where
from sescomposer.core.html.references import references
from sescomposer.core.refused_extensions import refused_extensions
from sescomposer.core.structure import remove

_HIDDEN = re.compile(r"\.([A-Za-z0-9]+)(?=\.)")


def file_types(subject: Subject) -> Iterator[Finding]:
    """Check every file name for extensions that SES refuses, also inside attached messages."""
    yield from every_entity(subject.root, _file_type)


def _file_type(entity: Entity) -> tuple[Finding, ...]:
    """Check the name of one part: its last extension is refused, one hidden inside is suspicious."""
    name = entity.file_name
    if not name:
        return ()
    refused = refused_extensions()
    last = name.rpartition(".")[2].strip().lower() if "." in name else ""
    if last in refused:
        return (_refused_type(entity, name, last),)
    hidden = [found.lower() for found in _HIDDEN.findall(name) if found.lower() in refused]
    if not hidden:
        return ()
    message = f"The name {name!r} hides the extension .{hidden[0]}, which SES refuses at the end; filters may block it."
    where = Where(entity.key, "Content-Disposition")
    return (Finding("extension-hidden", Severity.WARNING, message, where, "SES attachment types"),)


def _refused_type(entity: Entity, name: str, extension: str) -> Finding:
    """Report a file type that SES does not take."""
    return Finding(
        "extension-refused",
        Severity.ERROR,
        f"SES refuses files that end in .{extension}: {name!r}. Pack it into a .zip or give a link.",
        Where(entity.key, "Content-Disposition"),
        "SES attachment types",
        Fix("Remove the part", lambda message, ids: message.edited(lambda root: remove(root, entity.key, ids))),
        refused=True,
    )


_REFUSED_STRUCTURE = {"missing-start-boundary": "Missing start boundary"}
"""Defects that SES refuses, with its words (seen in answers of the service)."""


def structure(subject: Subject) -> Iterator[Finding]:
    """Report the defects of parsed octets: readers disagree on such messages."""
    for entity, defect in defects(subject.root):
        answer = _REFUSED_STRUCTURE.get(defect.code, "")
        yield Finding(
            defect.code,
            Severity.ERROR if answer else Severity.WARNING,
            defect.message,
            Where(entity.key, start=defect.start, stop=defect.stop),
            defect.standard,
            refused=bool(answer),
            answer=answer,
        )


def content_ids(subject: Subject) -> Iterator[Finding]:
    """Check that every `cid:` has its part, every inline part its `cid:`, and no Content-ID stands twice."""
    named = _named_ids(subject.root)
    wanted: dict[str, Entity] = {}
    for entity in subject.root.walk():
        if entity.media_type == "text/html" and entity.is_text:
            wanted |= dict.fromkeys(kept(entity, _wanted_ids), entity)
    for content_id, entity in wanted.items():
        if content_id not in named:
            yield Finding(
                "cid-without-part",
                Severity.ERROR,
                f"The HTML names cid:{content_id}, but no part has that Content-ID.",
                Where(entity.key),
                "RFC 2392",
            )
    for content_id, count in Counter(e.content_id for e in subject.root.walk() if e.content_id).items():
        if count > 1:
            yield _twice(named[content_id], content_id)
    yield from _unused(subject.root, wanted)


def _named_ids(root: Entity) -> dict[str, Entity]:
    """Give the parts by Content-ID."""
    return {entity.content_id: entity for entity in root.walk() if entity.content_id}


def _wanted_ids(entity: Entity) -> tuple[str, ...]:
    """Give the Content-IDs that an HTML part names; undecodable text is another check's matter."""
    try:
        text = entity.text()
    except EncodingError:
        return ()
    return tuple(found.content_id for found in references(text) if found.content_id)


def _twice(entity: Entity, content_id: str) -> Finding:
    """Report a Content-ID of several parts."""
    message = f"Several parts have the Content-ID {content_id!r}; readers take any of them."
    return Finding("content-id-repeated", Severity.ERROR, message, Where(entity.key, "Content-ID"), "RFC 2045 7")


def _unused(root: Entity, wanted: dict[str, Entity]) -> Iterator[Finding]:
    """Report inline images that no HTML shows."""
    if body_parts(root).html is None:
        return
    for entity in root.walk():
        if entity.content_id and entity.disposition == "inline" and entity.content_id not in wanted:
            yield _not_shown(entity)


def _not_shown(entity: Entity) -> Finding:
    """Report one inline part without its reference."""
    name = entity.file_name or entity.content_id
    return Finding(
        "part-without-cid",
        Severity.WARNING,
        f"The HTML does not show the inline part {name!r}; some readers list it as an attachment, others hide it.",
        Where(entity.key, "Content-ID"),
        "RFC 2392",
        Fix("Remove the part", lambda message, ids: message.edited(lambda root: remove(root, entity.key, ids))),
    )
