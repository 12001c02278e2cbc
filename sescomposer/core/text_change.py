"""What differs between two texts: one stretch, found by the blocks they share, without joining either.

Editors show another version of a text by making just this change, so that caret and scroll position stay.
"""

from dataclasses import dataclass

from sescomposer.core.text import Text


@dataclass(frozen=True, slots=True)
class TextChange:
    """One replacement; `position` and `removed` count code points in the text before, `added` has LF line ends."""

    position: int
    removed: int
    added: str


def text_change(before: Text, after: Text) -> TextChange | None:
    """Give the smallest single replacement that makes `after` of `before`; None where the characters are equal.

    >>> text_change(Text.of("one two"), Text.of("one more two"))
    TextChange(position=4, removed=0, added='more ')
    """
    if before is after:
        return None
    head, tail = _shared(before, after)
    start = before.ends[head - 1] if head else 0
    old = "".join([block.text for block in before.blocks[head : len(before.blocks) - tail]])
    new = "".join([block.text for block in after.blocks[head : len(after.blocks) - tail]])
    if old == new:
        return None
    prefix = common_prefix(old, new)
    suffix = common_suffix(old, new, prefix)
    return TextChange(start + prefix, len(old) - prefix - suffix, new[prefix : len(new) - suffix])


def _shared(before: Text, after: Text) -> tuple[int, int]:
    """Give how many blocks are the same objects from the start, and from the end of what remains."""
    old, new = before.blocks, after.blocks
    most = min(len(old), len(new))
    head = next((i for i, (one, other) in enumerate(zip(old, new, strict=False)) if one is not other), most)
    pairs = zip(reversed(old), reversed(new), strict=False)
    tail = next((i for i, (one, other) in enumerate(pairs) if one is not other), most)
    return head, min(tail, most - head)


def common_prefix(one: str, other: str) -> int:
    """Give how many characters are equal from the start; by halving, as comparing slices is fast.

    >>> common_prefix("abcd", "abxd")
    2
    """
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def common_suffix(one: str, other: str, prefix: int = 0) -> int:
    """Give how many characters are equal from the end, the first `prefix` of each left out.

    >>> common_suffix("abcd", "abxd"), common_suffix("aa", "aaa", 2)
    (1, 0)
    """
    low, high = 0, min(len(one), len(other)) - prefix
    while low < high:
        middle = (low + high + 1) // 2
        if one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]:
            low = middle
        else:
            high = middle - 1
    return low
