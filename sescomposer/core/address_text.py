"""Bodies of address fields between the text for people and the wire, all else left as it was typed.

Names outside ASCII become encoded words (RFC 2047 section 5 (2) and (3)), domains A-labels (RFC 5890). This works on
the words of the text and not on parsed addresses, so that comments, groups, unusual spelling and faults stay.
"""

import re
from collections.abc import Iterator

from sescomposer.core.address_tokens import Kind, Token, tokens
from sescomposer.core.address_value import format_local_part, quoted
from sescomposer.core.domain import to_ascii, to_unicode
from sescomposer.core.encoded_word import Form, decode, encode, is_needed
from sescomposer.core.errors import AddressError

_NEEDS_QUOTES = re.compile(r'[()<>\[\]:;@\\,"]|^[ \t]|[ \t]$|[ \t]{2}|\t')
_PARENTHESES = re.compile(r"([()\\])")
_LONGEST_WORD = 500
_TOO_LONG = re.compile(r"[^ \t]{900}")
_PHRASE = (Kind.TEXT, Kind.QUOTED, Kind.ENCODED)


def encode_addresses(text: str, *, form: Form = "auto") -> str:
    """Give the wire form of a typed list of addresses or phrases, on one line.

    A local part outside ASCII has no wire form that SES takes; it is written as an encoded word, so that the field
    stays ASCII and reads back as typed.

    >>> encode_addresses('Zoë (Zuë Xavier) <zoe@bücher.example>, a@b.example')
    '=?utf-8?q?Zo=C3=AB?= (=?utf-8?q?Zu=C3=AB_Xavier?=) <zoe@xn--bcher-kva.example>, a@b.example'
    """
    words = list(tokens(text))
    if any(map(_is_outside, words)):
        text = "".join(_encoded(run, is_domain, form) for run, is_domain in _runs(words))
    return _with_blanks(text) if _TOO_LONG.search(text) else text


def decode_addresses(text: str) -> str:
    """Give the text for people of an unfolded body; `encode_addresses` makes the wire form of it again.

    >>> decode_addresses("=?utf-8?q?Zo=C3=AB=2C_X?= <zoe@xn--bcher-kva.example>")
    '"Zoë, X" <zoe@bücher.example>'
    """
    if "=?" not in text and "xn--" not in text.lower():
        return text
    pieces: list[str] = []
    pending: list[Token] = []
    behind_at = False
    for token in tokens(text):
        if token.kind is Kind.ENCODED or (token.kind is Kind.BLANK and pending):
            pending.append(token)
            continue
        pieces.append(_decoded_run(pending, token.text))
        pending = []
        pieces.append(_decoded(token, behind_at))
        behind_at = token.is_special("@") or (behind_at and token.kind is Kind.BLANK)
    pieces.append(_decoded_run(pending, ""))
    return "".join(pieces)


def _is_outside(token: Token) -> bool:
    """Whether a word cannot stand in a field as it is."""
    if token.kind is Kind.ENCODED:
        return False
    return len(token.text) > _LONGEST_WORD or is_needed(token.text)


def _runs(words: list[Token]) -> Iterator[tuple[list[Token], bool]]:
    """Words that may form one phrase together, and whether they are a domain; each other word alone."""
    run: list[Token] = []
    behind_at = False
    for token in words:
        if token.kind is Kind.TEXT and behind_at:
            yield [token], True
        elif token.kind in _PHRASE or (token.kind is Kind.BLANK and run):
            run.append(token)
        else:
            yield from _run_and_blank(run, token)
            run = []
            yield [token], False
        behind_at = token.is_special("@") or (behind_at and token.kind in (Kind.BLANK, Kind.COMMENT))
    yield from _run_and_blank(run, None)


def _run_and_blank(run: list[Token], behind: Token | None) -> Iterator[tuple[list[Token], bool]]:
    """A run without its last blank, then that blank; one is made before a special character (RFC 2047 section 5)."""
    if not run:
        return
    blank = run.pop() if run[-1].kind is Kind.BLANK else None
    yield run, False
    if blank is not None:
        yield [blank], False
    elif behind is not None and _wants_blank(behind) and any(map(_is_outside, run)):
        yield [Token(Kind.BLANK, " ", behind.start)], False


def _wants_blank(token: Token) -> bool:
    return token.kind is Kind.COMMENT or token.is_special("<:")


def _encoded(run: list[Token], is_domain: bool, form: Form) -> str:
    first = run[0]
    if not any(map(_is_outside, run)):
        return "".join(token.text for token in run)
    if first.kind is Kind.BLANK:
        return " "
    if first.kind is Kind.COMMENT:
        return f"({encode(decode(first.content), form=form, phrase=True)})"
    if is_domain and len(first.text) <= _LONGEST_WORD:
        return _encoded_domain(first.text, form)
    return encode("".join(token.content for token in run), form=form, phrase=True)


def _encoded_domain(domain: str, form: Form) -> str:
    try:
        return to_ascii(domain)
    except AddressError:  # stays as typed behind an encoded word; the checks tell what is wrong with it
        return encode(domain, form=form, phrase=True)


def _with_blanks(text: str) -> str:
    """Set a blank behind each comma, so that a long list without any can be folded."""
    return "".join(f"{token.text} " if token.is_special(",") else token.text for token in tokens(text))


def _decoded_run(run: list[Token], behind: str) -> str:
    """Text of encoded words and the blanks between and behind them, before the character `behind`."""
    if not run:
        return ""
    blank = run.pop().text if run[-1].kind is Kind.BLANK else ""
    text = decode("".join(token.text for token in run))
    if behind == "@" and not blank:
        return format_local_part(text)
    if behind == ":":
        blank = ""
    return (quoted(text) if _NEEDS_QUOTES.search(text) else text) + blank


def _decoded(token: Token, behind_at: bool) -> str:
    match token.kind:
        case Kind.TEXT if behind_at:
            return to_unicode(token.text)
        case Kind.QUOTED if "=?" in token.text:
            return quoted(decode(token.content))
        case Kind.COMMENT if "=?" in token.text and token.ended:
            return "(" + _PARENTHESES.sub(r"\\\1", decode(token.content)) + ")"
        case _:
            return token.text
