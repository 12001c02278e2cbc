"""The tree inside a rope: nodes of at most 128 children over pieces, all leaves at one depth.

Trees are immutable and share what did not change. Joining, cutting and looking up take a time that grows with the
depth alone, so neither a deep chain of joins nor a message of many parts becomes slow.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import TypeAlias

from sescomposer.core.lazy import lazy
from sescomposer.core.piece import Piece

FANOUT = 128
_FLATTENED = 32


class Node:
    """Two to 128 children of equal height. What is no node is a piece: asking so is cheaper, as pieces are abstract."""

    def __init__(self, children: "Sequence[Tree]") -> None:
        self.children = tuple(children)
        self.height: int = children[0].height + 1
        self.length: int = sum([child.length for child in children])

    @lazy
    def ends(self) -> tuple[int, ...]:
        """Where each child ends, in octets from the start of the node."""
        return tuple(accumulate([child.length for child in self.children]))

    @lazy
    def newline_ends(self) -> tuple[int, ...]:
        """How many LF octets there are up to the end of each child."""
        return tuple(accumulate([child.newlines for child in self.children]))

    @property
    def newlines(self) -> int:
        """How many LF octets there are."""
        return self.newline_ends[-1]


Tree: TypeAlias = Piece | Node


def build(children: Sequence[Tree]) -> Tree | None:
    """Make one tree of trees of equal height, in order; None for none."""
    while len(children) > FANOUT:
        count, groups = len(children), -(-len(children) // FANOUT)
        bounds = [group * count // groups for group in range(groups + 1)]
        children = [Node(children[start:stop]) for start, stop in pairwise(bounds)]
    if len(children) > 1:
        return Node(children)
    return children[0] if children else None


def concat(left: Tree | None, right: Tree | None) -> Tree | None:
    """Join two trees."""
    if left is None or right is None:
        return right if left is None else left
    return _concat(left, right)


def _concat(left: Tree, right: Tree) -> Tree:
    if not isinstance(left, Node) and not isinstance(right, Node):
        return left.merged(right) or Node((left, right))
    if left.height == right.height:
        return _grown(_children(left) + _children(right))
    if left.height > right.height:
        children = _children(left)
        return _grown(children[:-1] + _at_height(_concat(children[-1], right), left.height))
    children = _children(right)
    return _grown(_at_height(_concat(left, children[0]), right.height) + children[1:])


def _children(tree: Tree) -> tuple[Tree, ...]:
    return tree.children if isinstance(tree, Node) else ()


def _at_height(tree: Tree, height: int) -> tuple[Tree, ...]:
    """Give the children for a node of that height."""
    return _children(tree) if tree.height == height else (tree,)


def _grown(children: tuple[Tree, ...]) -> Tree:
    if len(children) == 1:
        return children[0]
    if len(children) <= FANOUT:
        return Node(children)
    half = len(children) // 2
    return Node((Node(children[:half]), Node(children[half:])))


def join(trees: Iterable[Tree]) -> Tree | None:
    """Join many trees; runs of pieces and of small nodes are put together at once."""
    joined: Tree | None = None
    run: list[Piece] = []
    for tree in trees:
        if not isinstance(tree, Node):
            _append(run, tree)
        elif tree.height == 1 and len(tree.children) <= _FLATTENED:
            _append(run, *[child for child in tree.children if not isinstance(child, Node)])
        else:
            joined = concat(concat(joined, build(run)), tree)
            run = []
    return concat(joined, build(run))


def _append(run: list[Piece], piece: Piece, *pieces: Piece) -> None:
    if run and (one := run[-1].merged(piece)):
        run[-1] = one
    else:
        run.append(piece)
    run.extend(pieces)


def cut(tree: Tree, start: int, stop: int) -> Tree | None:
    """Give a part of a tree, sharing all but the pieces that are cut; `0 <= start <= stop <= length`."""
    if start >= stop:
        return None
    if start == 0 and stop == tree.length:
        return tree
    if not isinstance(tree, Node):
        return tree.cut(start, stop)
    first = bisect_right(tree.ends, start)
    last = bisect_left(tree.ends, stop)
    base = tree.ends[first] - tree.children[first].length
    if first == last:
        return cut(tree.children[first], start - base, stop - base)
    head = cut(tree.children[first], start - base, tree.children[first].length)
    base = tree.ends[last] - tree.children[last].length
    tail = cut(tree.children[last], 0, stop - base)
    return concat(concat(head, build(tree.children[first + 1 : last])), tail)


Leaf: TypeAlias = tuple[Piece, int, int, int]
"""A piece, its offset in the tree, and a window inside it."""


def leaves(tree: Tree | None, start: int, stop: int) -> Iterable[Leaf]:
    """Give the pieces that overlap a window, in order; `start` is not negative."""
    if tree is None or start >= stop:
        return ()
    return _leaves(tree, start, stop) if isinstance(tree, Node) else ((tree, 0, start, min(stop, tree.length)),)


def _leaves(tree: Node, start: int, stop: int) -> Iterator[Leaf]:
    stack: list[tuple[Tree, int]] = [(tree, 0)]
    while stack:
        top, base = stack.pop()
        if not isinstance(top, Node):
            yield top, base, max(start - base, 0), min(stop - base, top.length)
            continue
        first, last = bisect_right(top.ends, start - base), bisect_left(top.ends, stop - base)
        for index in range(min(last, len(top.children) - 1), first - 1, -1):
            child = top.children[index]
            stack.append((child, base + top.ends[index] - child.length))


def newlines_before(tree: Tree, offset: int) -> int:
    """Count the LF octets before an offset, at most the length."""
    seen = 0
    while isinstance(tree, Node):
        index = min(bisect_right(tree.ends, offset), len(tree.children) - 1)
        child = tree.children[index]
        seen += tree.newline_ends[index] - child.newlines
        offset -= tree.ends[index] - child.length
        tree = child
    return seen + tree.newlines_before(offset)


def newline_at(tree: Tree, number: int) -> int:
    """Give the offset of the LF octet with this number, from 0; there must be one."""
    base = 0
    while isinstance(tree, Node):
        index = bisect_right(tree.newline_ends, number)
        child = tree.children[index]
        number -= tree.newline_ends[index] - child.newlines
        base += tree.ends[index] - child.length
        tree = child
    return base + tree.newline_at(number)
