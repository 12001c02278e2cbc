"""Where a piece of HTML is put so that it is seen: where the caret is, never inside a tag or outside the body.

>>> with_snippet("<html><body><p>Hi</p></body></html>", "<p>L</p>", 0)
'<html><body><p>Hi</p><p>L</p></body></html>'
"""

import re

_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_END = re.compile(r"</body\s*>|</html\s*>", re.IGNORECASE)


def with_snippet(html: str, snippet: str, place: int) -> str:
    """Put a snippet into HTML.

    Args:
        html: A document or a piece of one.
        snippet: What is put there, as it is.
        place: The caret, in characters; inside a tag the snippet stands behind it, outside the body at its end.

    >>> with_snippet("<p>Hi</p>", "!", 2)
    '<p>!Hi</p>'
    """
    body = _BODY.search(html)
    first = body.end() if body is not None else 0
    end = _END.search(html, first)
    last = end.start() if end is not None else len(html)
    wanted = place if first <= place <= last and (body is None or place) else last
    begin = html.rfind("<", first, wanted)
    stop = html.find(">", begin) + 1 if begin >= 0 else 0
    wanted = stop if stop > wanted else wanted
    return f"{html[:wanted]}{snippet}{html[wanted:]}"
