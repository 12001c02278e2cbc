"""Reading of an addr-spec, local part and domain (RFC 5322 section 3.4.1), strictly or leniently."""

import re
import unicodedata
from collections.abc import Sequence

from sescomposer.core.address_fault import Fault
from sescomposer.core.address_tokens import Kind, Token
from sescomposer.core.domain import to_ascii
from sescomposer.core.encoded_word import decode
from sescomposer.core.errors import AddressError

_NO_DOMAIN = re.compile(r"[\x00-,/:-@\[-`{-\x7f]")
"""All of ASCII but letters, digits, "." and "-"; written out because a negated class takes milliseconds to compile."""
_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def without_route(tokens: Sequence[Token]) -> Sequence[Token]:
    """Take off the obsolete route before an address (RFC 5322 section 4.4); raises `Fault` where it does not end."""
    words = [token for token in tokens if token.kind not in (Kind.BLANK, Kind.COMMENT)]
    if not words or not words[0].is_special("@"):
        return tokens
    if not any(token.is_special(":") for token in tokens):
        missing = not any(token.is_special("@") for token in words[1:])
        raise Fault("Missing local name" if missing else "Illegal route-addr", words[0].start)
    return _behind_route(tokens)


def _behind_route(tokens: Sequence[Token]) -> Sequence[Token]:
    colon = next((index for index, token in enumerate(tokens) if token.is_special(":")), -1)
    return tokens[colon + 1 :]


def strict(tokens: Sequence[Token], position: int) -> tuple[str, str]:
    """Give local part (without quotes) and domain (as it stands).

    Args:
        tokens: Of the addr-spec; comments and blanks around it are allowed.
        position: Where it would stand, for a fault of one that is empty.

    Raises:
        Fault: The first thing wrong.
    """
    words = _stripped([token for token in tokens if token.kind is not Kind.COMMENT])
    at = next((index for index, token in enumerate(words) if token.is_special("@")), len(words))
    stop = words[-1].stop if words else position
    if at == 0 and words:
        raise Fault("Missing local name", words[0].start)
    local_part = _local_part(words[:at])
    if at == len(words):
        raise Fault("Missing final '@domain'", words[0].start if words else stop)
    if at + 1 == len(words):
        raise Fault("Missing domain", stop)
    return local_part, _domain(words[at + 1 :])


def lenient(tokens: Sequence[Token]) -> tuple[Sequence[Token], str, str]:
    """Give the words before an address, its local part and its domain, as far as they can be made out."""
    words = [token for token in tokens if token.kind is not Kind.COMMENT]
    if words and words[0].is_special("@"):
        words = list(_behind_route(words)) or words
    at = max((index for index, token in enumerate(words) if token.is_special("@")), default=-1)
    if at < 0:
        return words, "", ""
    before = _stripped(words[:at])
    blank = max((index for index, token in enumerate(before) if token.kind is Kind.BLANK), default=-1)
    behind = _stripped(words[at + 1 :])
    end = next((index for index, token in enumerate(behind) if token.kind is Kind.BLANK), len(behind))
    local_part = "".join(decode(token.content) for token in before[blank + 1 :])
    return before[: blank + 1], local_part, "".join(token.text for token in behind[:end]).strip(".")


def _stripped(tokens: Sequence[Token]) -> Sequence[Token]:
    start, stop = 0, len(tokens)
    while start < stop and tokens[start].kind is Kind.BLANK:
        start += 1
    while stop > start and tokens[stop - 1].kind is Kind.BLANK:
        stop -= 1
    return tokens[start:stop]


def _local_part(words: Sequence[Token]) -> str:
    if words and words[0].kind is Kind.QUOTED:
        if len(words) > 1:
            raise Fault("Quote not at end of local address", words[1].start)
        return words[0].content
    for token in words:
        match token.kind:
            case Kind.QUOTED:
                raise Fault("Quote not at start of local address", token.start)
            case Kind.SPECIAL | Kind.LITERAL:
                raise Fault("Local address contains illegal character", token.start)
            case Kind.BLANK:
                raise Fault("Local address contains control or whitespace", token.start)
        _check_visible(token, "Local address")
    text = "".join(token.text for token in words)
    _check_dots(text, words[0].start if words else 0, "Local address")
    return decode(text)


def _domain(words: Sequence[Token]) -> str:
    start = words[0].start
    if words[0].kind is Kind.LITERAL:
        if len(words) > 1:
            raise Fault("Domain literal end not at end of domain", words[1].start)
        return words[0].text
    for token in words:
        if token.kind is Kind.BLANK:
            raise Fault("Domain contains control or whitespace", token.start)
        if token.kind is Kind.LITERAL:
            raise Fault("Domain literal not at start of domain", token.start)
        _check_visible(token, "Domain")
        illegal = _NO_DOMAIN.search(token.text)
        if illegal:
            raise Fault("Domain contains illegal character", token.start + illegal.start())
    text = "".join(token.text for token in words)
    _check_dots(text, start, "Domain")
    try:
        to_ascii(text)
    except AddressError as error:
        raise Fault("Domain contains illegal character", start) from error
    return text


def _check_visible(token: Token, part: str) -> None:
    for offset, character in enumerate(token.text):
        if unicodedata.category(character) in _INVISIBLE:
            raise Fault(f"{part} contains control or whitespace", token.start + offset)


def _check_dots(text: str, start: int, part: str) -> None:
    if text.startswith("."):
        raise Fault(f"{part} starts with dot", start)
    if ".." in text:
        raise Fault(f"{part} contains dot-dot", start + text.index(".."))
    if text.endswith("."):
        raise Fault(f"{part} ends with dot", start + len(text) - 1)
