"""The tree as plain values for JSON, one node an entity."""

from collections.abc import Sequence
from dataclasses import dataclass

from sescomposer.core.defects import Defect
from sescomposer.core.entity import Entity, Key, Made
from sescomposer.core.entity_defects import entity_defects
from sescomposer.core.numbering import numbers
from sescomposer.core.places import body_start, child_start
from sescomposer.core.transfer_encoding import decoded_length

Node = dict[str, object]


@dataclass(frozen=True, slots=True)
class _Spot:
    """An entity, where it starts in the message, its path, and the list its node goes to."""

    entity: Entity
    start: int
    path: tuple[int, ...]
    siblings: list[Node]


def tree_node(root: Entity) -> Node:
    r"""Give the node of a message with those of its parts inside; no recursion, whatever the depth.

    The keys are `part` (see `numbering`), `path`, `media_type`, `charset`, `encoding`, `disposition`, `filename`,
    `content_id`, `header` and `body` (octets `[start, end]` in the message), `size` (octets of the content, decoded),
    `note`, `defects` (with `start` and `end` in the message) and `children`.

    >>> from sescomposer.core.parse import parse
    >>> node = tree_node(parse(b"Content-Transfer-Encoding: base64\r\n\r\nSGk=\r\n"))
    >>> node["part"], node["body"], node["size"], node["children"]
    ('1', [37, 43], 2, [])
    """
    known = numbers(root)
    top: list[Node] = []
    open_spots = [_Spot(root, 0, (), top)]
    while open_spots:
        spot = open_spots.pop()
        children: list[Node] = []
        spot.siblings.append(_node(spot, known, root.header.line_end, children))
        open_spots.extend(reversed(_inside(spot, children)))
    return top[0]


def _inside(spot: _Spot, nodes: list[Node]) -> Sequence[_Spot]:
    return [
        _Spot(child, spot.start + child_start(spot.entity, index), (*spot.path, index), nodes)
        for index, child in enumerate(spot.entity.children)
    ]


def _node(spot: _Spot, known: dict[Key, str], line_end: bytes, children: list[Node]) -> Node:
    entity, start = spot.entity, spot.start
    body, stop = start + body_start(entity), start + len(entity.octets)
    return {
        "part": known[entity.key],
        "path": list(spot.path),
        "media_type": entity.media_type,
        "charset": entity.charset if entity.is_text else "",
        "encoding": entity.transfer_encoding.value,
        "disposition": entity.disposition,
        "filename": entity.file_name,
        "content_id": entity.content_id,
        "header": [start, start + len(entity.header.octets)],
        "body": [body, stop],
        "size": decoded_size(entity),
        "note": str(entity.note),
        "defects": [_defect_node(defect, start) for defect in entity_defects(entity, line_end)],
        "children": children,
    }


def _defect_node(defect: Defect, start: int) -> Node:
    return {
        "code": defect.code,
        "message": defect.message,
        "start": start + defect.start,
        "end": start + defect.stop,
        "standard": defect.standard,
    }


def decoded_size(entity: Entity) -> int:
    """Count the octets of a leaf's content, decoded as a stream; of a container's body as they stand.

    >>> from sescomposer.core.parse import parse
    >>> decoded_size(parse(b"\\n\\xc3\\xa9"))
    2
    """
    if entity.children:
        return len(entity.body.octets)
    if isinstance(entity.body, Made):
        return len(entity.content)
    return decoded_length(entity.body.octets, entity.transfer_encoding)
