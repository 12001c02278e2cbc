"""`mailto:` URIs (RFC 6068): what a link may ask a composer to write."""

from dataclasses import dataclass
from urllib.parse import unquote

from sescomposer.core.errors import MessageError

_UNSAFE = frozenset({"from", "bcc", "apparently-to", "content-type", "content-transfer-encoding", "mime-version"})
"""Fields that a link must not set (RFC 6068 section 4 and 7): they would send in another's name or in secret."""


@dataclass(frozen=True, slots=True)
class Mailto:
    """The wishes of a link.

    Attributes:
        to: Address list as text.
        fields: Further header fields as pairs of name and value, in order.
        body: Text with LF line ends.
        refused: Names of fields that a link must not set.
    """

    to: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    body: str = ""
    refused: tuple[str, ...] = ()


def parse_mailto(uri: str) -> Mailto:
    """Read a `mailto:` URI.

    Args:
        uri: Percent-encoded UTF-8; "+" is a plus, not a blank (section 5).

    Raises:
        MessageError: it is no `mailto:` URI.

    >>> parse_mailto("mailto:a@example.com?subject=Caf%C3%A9&cc=b@example.com&body=Hi%0D%0Athere")
    Mailto(to='a@example.com', fields=(('subject', 'Café'), ('cc', 'b@example.com')), body='Hi\\nthere', refused=())
    """
    scheme, colon, rest = uri.partition(":")
    if not colon or scheme.lower() != "mailto":
        raise MessageError(f"{uri[:80]!r} is no mailto address.", hint="It starts with 'mailto:'.", value=uri[:80])
    recipients, _, query = rest.partition("?")
    to = [_text(recipients)] if recipients else []
    body: list[str] = []
    fields: list[tuple[str, str]] = []
    refused: list[str] = []
    for name, value in _pairs(query):
        match name.lower():
            case "to":
                to.append(value)
            case "body":
                body.append(value)
            case unsafe if unsafe in _UNSAFE:
                refused.append(name)
            case _:
                fields.append((name, _one_line(value)))
    return Mailto(_one_line(", ".join(to)), tuple(fields), "\n".join(body), tuple(refused))


def _pairs(query: str) -> list[tuple[str, str]]:
    """Split the fields of the query and decode them."""
    pairs = [pair.partition("=") for pair in query.replace("&amp;", "&").split("&") if pair]
    return [(_text(name), _text(value)) for name, _, value in pairs]


def _text(encoded: str) -> str:
    """Decode percent-encoding; octets that are not UTF-8 become replacement characters."""
    return unquote(encoded, errors="replace").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _one_line(value: str) -> str:
    """A link cannot add fields: line ends in a value become blanks."""
    return " ".join(value.split("\n"))
