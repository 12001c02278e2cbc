"""Boundaries that no line of the content looks like (RFC 2046 section 5.1.1).

Some readers take any line that merely starts with a delimiter for one; so ours do not even start like a line inside.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sescomposer.core.entity import Entity, Key, Made, Multipart
from sescomposer.core.errors import EditError
from sescomposer.core.identifiers import Identifiers, is_ours
from sescomposer.core.octets import Octets
from sescomposer.core.structure.fields import CONTENT_TYPE, with_parameter
from sescomposer.core.structure.paths import grafted, path_to
from sescomposer.core.transfer_encoding import TransferEncoding

_TRIES = 100


def searched(entity: Entity, *, for_new: bool = False) -> Iterator[Octets]:
    """Give the octets of a subtree in which a line could look like a delimiter.

    Base64 of ours cannot: it has no dash. With `for_new`, quoted-printable of ours is left out too: boundaries that are
    made here start with "=_", and two hexadecimal digits or a line end follow each "=" there.
    """
    for part in entity.walk():
        yield part.header.octets
        match part.body:
            case Made(encoding=TransferEncoding.BASE64):
                continue
            case Made(encoding=TransferEncoding.QUOTED_PRINTABLE) if for_new:
                continue
            case Multipart() as body:
                yield body.preamble
                yield Octets.of(b"".join((*body.delimiters, body.close)))
                yield body.epilogue
            case body if not part.children:
                yield body.octets


def looks_like(octets: Octets, boundary: bytes) -> bool:
    """Whether a line starts with two dashes and the boundary."""
    needle = b"--" + boundary
    found = octets.find(needle)
    while found >= 0:
        if found == 0 or octets[found - 1] in b"\r\n":
            return True
        found = octets.find(needle, found + 1)
    return False


def fresh_boundary(contents: Iterable[Octets], ids: Identifiers, *, ours: bool) -> bytes:
    """Make a boundary that no line of `contents` looks like.

    Args:
        contents: What will stand inside.
        ids: Maker of boundaries and tokens.
        ours: Whether it bears our mark, so that the container may vanish again by itself.

    Raises:
        EditError: the maker gives nothing that fits.
    """
    known = tuple([octets for octets in contents if len(octets)])
    for _ in range(_TRIES):
        boundary = (ids.boundary() if ours else f"=_{ids.token()}").encode("ascii")
        if not any(looks_like(octets, boundary) for octets in known):
            return boundary
    raise EditError("No boundary could be found that does not stand in the content.", hint="Try again.")


def without_conflicts(root: Entity, key: Key, fresh: Iterable[Octets], ids: Identifiers) -> Entity:
    """Give new boundaries to the containers around the entity of that key that a line of `fresh` looks like.

    Args:
        root: The tree after the edit.
        key: The entity with new octets.
        fresh: Those of its octets that are new; its siblings are not searched.
        ids: Maker of boundaries.
    """
    path = path_to(root, key)
    containers = [entity for entity in path[:-1] if isinstance(entity.body, Multipart)]
    if not containers:
        return root
    known = tuple(fresh)
    for container in containers:
        body = container.body
        if isinstance(body, Multipart) and any(looks_like(octets, body.boundary) for octets in known):
            old = path_to(root, container.key)
            boundary = fresh_boundary(searched(old[-1], for_new=True), ids, ours=is_ours(body.boundary))
            root = grafted(old, with_boundary(old[-1], boundary, root.line_end))
    return root


def with_boundary(container: Entity, boundary: bytes, line_end: bytes) -> Entity:
    """Give the container with another boundary in its field and in every delimiter."""
    body = container.body
    if not isinstance(body, Multipart):
        return container
    old, new = b"--" + body.boundary, b"--" + boundary
    header = with_parameter(container.header, CONTENT_TYPE, "boundary", boundary.decode("ascii"), line_end)
    delimiters = tuple(delimiter.replace(old, new, 1) for delimiter in body.delimiters)
    close = body.close.replace(old, new, 1)
    return replace(container, header=header, body=replace(body, boundary=boundary, delimiters=delimiters, close=close))
