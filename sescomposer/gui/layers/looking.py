"""Whether a message looks signed or encrypted: asked of every message, so nothing of protection is imported for it."""

from collections.abc import Iterable, Iterator

from sescomposer.core.entity import Entity, Key

SIGNED = "multipart/signed"
_ANY_FILE = "application/octet-stream"
_LAYERS = frozenset({SIGNED, "multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
_NAMED_SO = (".p7m", ".p7z")


def looks_protected(root: Entity) -> bool:
    r"""Whether a message has a part that is a layer of protection by what it says; reading finds out what it is.

    Messages that are merely attached are left alone.

    >>> from sescomposer.core.parse import parse
    >>> looks_protected(parse(b"Content-Type: application/pkcs7-mime\n\n")), looks_protected(parse(b"Hi\n"))
    (True, False)
    """
    if root.media_type == _ANY_FILE and root.file_name.lower().endswith(_NAMED_SO):
        return True
    waiting = [root]
    while waiting:
        entity = waiting.pop()
        if entity.media_type in _LAYERS:
            return True
        if entity.is_multipart:
            waiting.extend(entity.children)
    return False


def signed_around(root: Entity, key: Key) -> Entity | None:
    r"""Give the outermost multipart/signed around a part or, where it stands in none, the first of the message.

    >>> from sescomposer.core.parse import parse
    >>> root = parse(b"Content-Type: multipart/signed; boundary=s\n\n--s\n\nHi\n--s\n\nsignature\n--s--\n")
    >>> signed_around(root, root.children[0].key) is root, signed_around(root.children[0], root.key)
    (True, None)
    """
    return next(_signed(root.trail(key)), None) or next(_signed(root.walk()), None)


def _signed(entities: Iterable[Entity]) -> Iterator[Entity]:
    return (entity for entity in entities if entity.media_type == SIGNED and entity.is_multipart)
