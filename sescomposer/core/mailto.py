"""`mailto:` URIs (RFC 6068): what a link may ask a composer to write."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from sescomposer.core.encoded_word import decode
from sescomposer.core.errors import MessageError

SAFE_FIELDS = {
    "cc": "Cc",
    "comments": "Comments",
    "in-reply-to": "In-Reply-To",
    "keywords": "Keywords",
    "references": "References",
    "subject": "Subject",
}
"""Fields that a link may set, by lower-case name: no other can be told to be harmless (sections 4 and 7). One that
names the author, hides a recipient or steers the service would act in the writer's name and unseen."""

_LINE_END = re.compile(r"\r\n|[\r\n]")
_NO_CHARACTERS = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Mailto:
    """The wishes of a link.

    Attributes:
        to: Address list as text.
        fields: Further header fields as pairs of name and value, each name once, in order.
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
        uri: Percent-encoded UTF-8; "+" is a plus, not a blank (section 5). What should be encoded and is not, is read
            as it stands. Encoded words (RFC 2047) are decoded, as the standard's own example has them.

    Raises:
        MessageError: it is no `mailto:` URI.

    >>> parse_mailto("mailto:a@example.com?subject=Caf%C3%A9&cc=b@example.com&body=Hi%0D%0Athere")
    Mailto(to='a@example.com', fields=(('Subject', 'Café'), ('Cc', 'b@example.com')), body='Hi\\nthere', refused=())
    """
    scheme, colon, rest = uri.partition(":")
    if not colon or scheme.strip().lower() != "mailto":
        raise MessageError(f"{uri[:80]!r} is no mailto address.", hint="It starts with 'mailto:'.", value=uri[:80])
    recipients, _, query = rest.partition("?")
    to = [_one_line(_text(recipients))]
    body: list[str] = []
    fields: dict[str, str] = {}
    refused: list[str] = []
    for name, value in _pairs(query):
        lower = name.strip().lower()
        if lower == "to":
            to.append(_one_line(value))
        elif lower == "body":
            body.append(value)
        elif lower in SAFE_FIELDS:
            _add(fields, SAFE_FIELDS[lower], _one_line(_clean(decode(value))))
        elif lower:
            refused.append(_one_line(name))
    return Mailto(_joined(to), tuple(fields.items()), "\n".join(body), tuple(refused))


def _add(fields: dict[str, str], name: str, value: str) -> None:
    """Take a field; addresses come together, of another field the first counts."""
    if name == "Cc" and name in fields:
        fields[name] = _joined([fields[name], value])
    fields.setdefault(name, value)


def _joined(addresses: list[str]) -> str:
    return ", ".join(address for address in addresses if address.strip())


def _pairs(query: str) -> list[tuple[str, str]]:
    """Split the fields of the query and decode them; "&amp;" comes from pages that were copied as source."""
    pairs = [pair.partition("=") for pair in query.replace("&amp;", "&").split("&") if pair]
    return [(_text(name), _text(value)) for name, _, value in pairs]


def _text(encoded: str) -> str:
    """Decode percent-encoding; octets that are not UTF-8 become replacement characters."""
    return _clean(unquote(encoded, errors="replace"))


def _clean(text: str) -> str:
    """Give text that a message can hold, with LF line ends."""
    return _NO_CHARACTERS.sub("\ufffd", _LINE_END.sub("\n", text))


def _one_line(value: str) -> str:
    """A link cannot add fields: line ends in a value become blanks."""
    return " ".join(value.split("\n"))
