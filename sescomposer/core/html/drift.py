"""Whether the text alternative still says what the HTML says. Computed from the two texts; nothing is remembered."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from sescomposer.core.html.document import HtmlDocument
from sescomposer.core.html.plain_text import link_address, plain_text
from sescomposer.core.html.references import Use, references

CLOSE_ENOUGH = 0.8
"""Similarity from which differing words are taken for two wordings of the same."""

_ADDRESS = re.compile(r"\b(?:(?:https?://|mailto:|tel:|www\.)[^\s()<>]+|[\w.+-]+@[\w.-]+)", re.IGNORECASE)
# Scripts without blanks between words count by character: Han, kana, Thai, Lao, Khmer, Burmese, Hangul is spaced.
_WORD = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
    r"|\d+(?:[.,:]\d+)*|\w+"
)


class DriftKind(StrEnum):
    """How far two texts are apart."""

    SAME = "same"
    """Each has the words of the other."""
    REWORDED = "reworded"
    """Some words differ, but no number, and most are there."""
    DRIFTED = "drifted"
    """Many words or a number of the HTML are missing."""
    EMPTY = "empty"
    """The text says nothing where the HTML says something."""


@dataclass(frozen=True, slots=True)
class Drift:
    """What differs.

    Attributes:
        kind: How far apart.
        similarity: 1.0 for the same words, 0.0 for none in common.
        missing: Words of the HTML that the text lacks, folded to lower case, in the order of the HTML, each once.
        extra: Words of the text that the HTML lacks, in the same form.
    """

    kind: DriftKind
    similarity: float
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the text says nothing."""
        return self.kind is DriftKind.EMPTY

    @property
    def is_wide(self) -> bool:
        """Whether it is worth telling: the text says nothing, or something else."""
        return self.kind in (DriftKind.DRIFTED, DriftKind.EMPTY)


def words(text: str) -> tuple[str, ...]:
    """Give the words of a text for comparing: case, width, accent composition, punctuation and addresses do not count.

    >>> words("Caf\\u00e9 at 15:00, see https://a.example/x \\u4f60\\u597d")
    ('café', 'at', '15:00', 'see', '你', '好')
    """
    folded = unicodedata.normalize("NFKC", _ADDRESS.sub(" ", text)).casefold()
    return tuple(_WORD.findall(folded))


def drift(source: HtmlDocument | str, text: str) -> Drift:
    """Compare HTML with its text alternative.

    >>> drift("<p>Tea <b>15:00</b></p>", "Tea 16:00\\n")
    Drift(kind=<DriftKind.DRIFTED: 'drifted'>, similarity=0.5, missing=('15:00',), extra=('16:00',))
    """
    document = HtmlDocument.of(source)
    wanted, present = words(plain_text(document, links="none")), words(_without_targets(document, text))
    missing, extra = Counter(wanted) - Counter(present), Counter(present) - Counter(wanted)
    total = len(wanted) + len(present)
    similarity = 1 - (missing.total() + extra.total()) / total if total else 1.0
    lacking = _in_order(wanted, missing)
    return Drift(_kind(wanted, present, lacking, similarity), similarity, lacking, _in_order(present, extra))


def _without_targets(document: HtmlDocument, text: str) -> str:
    """Take out the addresses of the links, which a text names in parentheses and HTML does not show."""
    addresses = {link_address(found.url) for found in references(document) if found.use is Use.LINK} - {""}
    for address in sorted(addresses, key=len, reverse=True):
        text = text.replace(f"({address})", " ")
    return text


def _in_order(all_words: tuple[str, ...], counted: "Counter[str]") -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in all_words if word in counted))


def _kind(wanted: tuple[str, ...], present: tuple[str, ...], missing: tuple[str, ...], similarity: float) -> DriftKind:
    """Judge how far apart the texts are."""
    if wanted and not present:
        return DriftKind.EMPTY
    if similarity == 1.0:
        return DriftKind.SAME
    number_missing = any(any(map(str.isdecimal, word)) for word in missing)
    return DriftKind.REWORDED if similarity >= CLOSE_ENOUGH and not number_missing else DriftKind.DRIFTED
