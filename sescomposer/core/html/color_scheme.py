"""HTML as a reader in a light or dark window gets it: its own prefers-color-scheme rules decided beforehand.

A preview cannot ask the engine for another scheme than the window's, and "what does my dark style look like" must not
depend on how the writer's own desktop is set.
"""

import re

from sescomposer.core.html.cid import Edit
from sescomposer.core.html.css import color_scheme_queries
from sescomposer.core.html.document import HtmlDocument
from sescomposer.core.html.tags import attributes
from sescomposer.core.html.tokens import Kind, tag_name

_DARK_RULE = re.compile(r"prefers-color-scheme\s*:\s*dark", re.IGNORECASE)


def has_dark_rules(text: str) -> bool:
    """Tell whether the HTML has rules of its own for dark windows.

    >>> has_dark_rules("<style>@media (prefers-color-scheme:dark) {}</style>")
    True
    """
    return bool(_DARK_RULE.search(text))


def color_scheme_edits(document: HtmlDocument, *, dark: bool) -> tuple[Edit, ...]:
    """Give the edits, ascending, that decide every prefers-color-scheme query in style elements and media attributes.

    >>> from sescomposer.core.html.cid import apply_edits
    >>> text = '<link media="(prefers-color-scheme:dark)">'
    >>> apply_edits(text, color_scheme_edits(HtmlDocument.of(text), dark=False))
    '<link media="(max-width: 0px)">'
    """
    text, element = document.text, ""
    edits: list[Edit] = []
    if "prefers-color-scheme" not in text.lower():
        return ()
    for token in document.tokens():
        if token.kind in (Kind.START_TAG, Kind.RAW_START_TAG):
            element = tag_name(text, token.start)
            spans = [
                (found.value_start, found.value_stop)
                for found in attributes(text, token.start, token.stop)
                if found.name == "media"
            ]
        elif token.kind is Kind.RAW_TEXT and element == "style":
            spans = [(token.start, token.stop)]
        else:
            continue
        for start, stop in spans:
            queries = color_scheme_queries(text[start:stop], dark=dark)
            edits += (Edit(start + offset, length, decided) for offset, length, decided in queries)
    return tuple(edits)
