"""Content-IDs and the `cid:` references to them, message by message (RFC 2392)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sescomposer.core.checks import fixes
from sescomposer.core.checks.subject import Subject, kept
from sescomposer.core.entity import Entity, Nested
from sescomposer.core.errors import EncodingError, HeaderError
from sescomposer.core.findings import Finding, Fix, Severity, Where
from sescomposer.core.html.references import cid_references
from sescomposer.core.structure import with_content_id
from sescomposer.core.structure.fields import checked_content_id
from sescomposer.core.text_location import octets_of_character

_STANDARD = "RFC 2392"
_PLACED = 20
"""Our own: references of one page whose line is told; each costs a pass over the text before it."""


@dataclass(slots=True)
class _Scope:
    """The parts of one message, those of messages inside it left out."""

    entities: list[Entity] = field(default_factory=list)


def content_ids(subject: Subject) -> Iterator[Finding]:
    """Check that every `cid:` has its part, every inline part its `cid:`, and no Content-ID stands twice."""
    for scope in _scopes(subject.root):
        yield from _of_message(scope.entities)


def _scopes(root: Entity) -> list[_Scope]:
    """Give the messages: a reference names a part of its own message."""
    scopes = [_Scope()]
    waiting = [(root, scopes[0])]
    while waiting:
        entity, scope = waiting.pop()
        scope.entities.append(entity)
        if isinstance(entity.body, Nested):
            scope = _Scope()
            scopes.append(scope)
        waiting.extend((child, scope) for child in reversed(entity.children))
    return scopes


def _of_message(entities: list[Entity]) -> Iterator[Finding]:
    named: dict[str, Entity] = {}
    for entity in entities:
        if entity.content_id:
            if entity.content_id in named:
                yield _twice(entity)
            named.setdefault(entity.content_id, entity)
    pages = [entity for entity in entities if entity.media_type == "text/html" and entity.is_text]
    wanted = {page.key: kept(page, wanted_ids) for page in pages}
    for page in pages:
        missing = [(content_id, at) for content_id, at in wanted[page.key].items() if content_id not in named]
        for number, (content_id, position) in enumerate(missing):
            yield _missing(page, content_id, position if number < _PLACED else -1, entities)
    if pages:
        shown = {content_id for ids in wanted.values() for content_id in ids}
        yield from (_not_shown(entity) for entity in named.values() if _is_unused(entity, shown))


def wanted_ids(page: Entity) -> dict[str, int]:
    """Give the Content-IDs that an HTML part names, each with its first place in the text."""
    try:
        text = page.text()
    except EncodingError:
        # Undecodable text is another check's matter.
        return {}
    found: dict[str, int] = {}
    if "cid" in text or "CID" in text or "Cid" in text or "&" in text:
        for reference in cid_references(text):
            found.setdefault(reference.content_id, reference.start)
    return found


def _missing(page: Entity, content_id: str, position: int, entities: list[Entity]) -> Finding:
    """Report a reference to nothing; a part with that file name is likely what is meant."""
    where = Where(page.key)
    if position >= 0:
        units = len(page.text()[:position].encode("utf-16-le")) // 2
        start, stop = octets_of_character(page, units)
        where = Where(page.key, start=start, stop=stop)
    message = f"The HTML names cid:{content_id[:80]}, but no part has that Content-ID."
    return Finding("cid-without-part", Severity.ERROR, message, where, _STANDARD, _meant(content_id, entities))


def _meant(content_id: str, entities: list[Entity]) -> Fix | None:
    parts = [entity for entity in entities if content_id and entity.file_name == content_id]
    try:
        bare = checked_content_id(content_id)
    except HeaderError:
        # No part can be named so.
        return None
    if len(parts) != 1 or bare != content_id:
        return None
    key = parts[0].key
    words = "Let the part of that file name have it as Content-ID"
    return Fix(words, lambda message, ids: message.edited(lambda root: with_content_id(root, key, bare)))


def _twice(entity: Entity) -> Finding:
    """Report a Content-ID of several parts."""
    message = f"Several parts have the Content-ID {entity.content_id[:80]!r}; readers take any of them."
    return Finding("content-id-repeated", Severity.WARNING, message, Where(entity.key, "Content-ID"), "RFC 2045 7")


def _is_unused(entity: Entity, shown: set[str]) -> bool:
    return entity.disposition == "inline" and not entity.children and entity.content_id not in shown


def _not_shown(entity: Entity) -> Finding:
    """Report an inline part without its reference."""
    name = entity.file_name or entity.content_id
    return Finding(
        "part-without-cid",
        Severity.WARNING,
        f"The HTML does not show the inline part {name[:80]!r}; some readers list it as an attachment, others hide it.",
        Where(entity.key, "Content-ID"),
        _STANDARD,
        fixes.remove_part(entity.key),
    )
