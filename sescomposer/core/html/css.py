"""What CSS refers to: url(), image-set() and @import, with offsets (CSS Syntax Level 3, section 4)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_STRING = r"\"(?:[^\"\\\n]|\\[\s\S]|(?!))*+\"?|'(?:[^'\\\n]|\\[\s\S]|(?!))*+'?"
_SCAN = re.compile(
    r"(?P<comment>/\*[\s\S]*?(?:\*/|\Z))"
    rf"|(?P<import>@(?i:import)\s*+)(?P<imported>{_STRING})"
    rf"|(?P<url>(?i:url)\(\s*+)(?:(?P<quoted>{_STRING})|(?P<bare>(?:[^)\"'\\]|\\[\s\S]|(?!))*+))"
    rf"|(?P<string>{_STRING})"
    r"|(?P<at>@[\w-]++)|(?P<open>\{)|(?P<close>\})|(?P<set>(?i:image-set)\()|(?P<paren>[()])"
)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})[ \t\n\r\f]?|\r\n|\n|([\s\S]))")
_PREFERS = re.compile(r"prefers-color-scheme\s*:\s*(dark|light)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CssUrl:
    """An address in CSS: `start` and `stop` are offsets of it as written, without quotes; `url` is unescaped."""

    start: int
    stop: int
    url: str
    use: str
    """"import", "font" or "image"."""


def css_urls(css: str) -> Iterator[CssUrl]:
    """Give every address that the CSS refers to, in order; comments and other strings hold none.

    >>> [(u.url, u.use) for u in css_urls("@import 'a.css'; p {background: url( b.png )} /* url(c) */")]
    [('a.css', 'import'), ('b.png', 'image')]
    """
    rule, sets = "", 0
    for match in _SCAN.finditer(css):
        group = match.lastgroup
        match group:
            case "imported":
                yield _css_url(match, "imported", "import")
            case "quoted" | "bare":
                use = {"@import": "import", "@font-face": "font"}.get(rule, "image")
                yield _css_url(match, group, use)
            case "string" if sets:
                yield _css_url(match, "string", "image")
            case "at":
                rule = match[0].lower()
            case "close":
                rule = ""
        sets = _open_parentheses(sets, group, match[0])


def _open_parentheses(sets: int, group: str | None, token: str) -> int:
    """Count how deep we are inside image-set(); 0 is outside."""
    if group == "set":
        return sets + 1
    if not sets:
        return 0
    # A url( that was read opens one whose end comes as a parenthesis of its own.
    opens = token == "(" or group in ("quoted", "bare")
    return sets + 1 if opens else sets - (token == ")")


def _css_url(match: "re.Match[str]", group: str, use: str) -> CssUrl:
    """Make the address of a group, which may be a string with its quotes."""
    start, stop = match.span(group)
    raw = match[group]
    if raw[:1] in ('"', "'"):
        closed = len(raw) > 1 and raw[-1] == raw[0]
        start, stop = start + 1, stop - (1 if closed else 0)
        raw = raw[1 : len(raw) - (1 if closed else 0)]
    else:
        stop -= len(raw) - len(raw.rstrip())
    return CssUrl(start, stop, unescape(raw.strip()), use)


def unescape(raw: str) -> str:
    r"""Resolve CSS escapes.

    >>> unescape(r"\68ttp")
    'http'
    """
    return _ESCAPE.sub(_unescaped, raw) if "\\" in raw else raw


def _unescaped(match: "re.Match[str]") -> str:
    if match[1]:
        value = int(match[1], 16)
        return "\ufffd" if value == 0 or value > 0x10FFFF or 0xD800 <= value <= 0xDFFF else chr(value)
    return match[2] or ""


def color_scheme_queries(css: str, *, dark: bool) -> Iterator[tuple[int, int, str]]:
    """Find every prefers-color-scheme query of a style sheet or media attribute, and what decides it.

    Gives offset, length and replacement, in order.

    >>> list(color_scheme_queries("@media (prefers-color-scheme: dark) {}", dark=True))
    [(8, 26, 'min-width: 0px')]
    """
    wanted = "dark" if dark else "light"
    for match in _PREFERS.finditer(css):
        # Both are features that every width answers alike: yes to the first, no to the second.
        decided = "min-width: 0px" if match[1].lower() == wanted else "max-width: 0px"
        yield match.start(), match.end() - match.start(), decided
