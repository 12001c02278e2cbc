"""Header fields made from what somebody typed: encoded, folded, and refused only where no field can hold it."""

import re
from functools import lru_cache

from sescomposer.core import limits
from sescomposer.core.address_text import encode_addresses
from sescomposer.core.encoded_word import Form as WordForm
from sescomposer.core.errors import HeaderError
from sescomposer.core.folding import fold
from sescomposer.core.header_field import HeaderField
from sescomposer.core.header_registry import ADDRESS_FORMS, Form, form_of
from sescomposer.core.one_line import misfit_of
from sescomposer.core.parameter import Form as ParameterForm
from sescomposer.core.parameter_text import encode_parameters
from sescomposer.core.unstructured import encode_text

_NAME = re.compile(r"[!-9;-~]+")
_LONG_BLANK = re.compile(r"[ \t]{41,}")
_TOO_LONG = re.compile(r"[^ \t]{900}")
_BREAKABLE = re.compile(r"[,;](?![ \t]|$)")
_LONGEST_NAME = 900
_KEPT_CHARACTERS = 1000


def is_name(name: str) -> bool:
    """Tell whether a field can be called so (RFC 5322 section 3.6.8).

    >>> is_name("X-Anything"), is_name("Two words"), is_name("")
    (True, False, False)
    """
    return _NAME.fullmatch(name) is not None and len(name) <= _LONGEST_NAME


def check_name(name: str) -> None:
    """Raise `HeaderError` unless a field can be called so."""
    if is_name(name):
        return
    position = next((index for index, character in enumerate(name) if not _NAME.fullmatch(character)), 0)
    raise HeaderError(
        f"The header field name {name[:80]!r} cannot be stored: a name has 1 to {_LONGEST_NAME} printable ASCII "
        "characters, no blank and no colon.",
        hint="Write the name without blanks, colon and characters outside ASCII.",
        value=name,
        position=position,
    )


def check_value(name: str, value: str) -> None:
    """Raise `HeaderError` for what no header field can hold: CR, LF, NUL and unpaired surrogates.

    >>> check_value("Subject", "any text \\u20ac")
    """
    misfit = misfit_of(value)
    if misfit is not None:
        position, what = misfit
        raise HeaderError(
            f"The header field {name} cannot hold {what} (character {position + 1}).",
            hint="Write the value on one line.",
            value=value,
            position=position,
        )


def make_field(
    name: str,
    value: str,
    *,
    line_end: bytes = b"\r\n",
    encoded_word_form: WordForm = "auto",
    limit: int = limits.LINE_ADVISED,
    parameter_form: ParameterForm = "rfc2231",
) -> HeaderField:
    """Make a field from typed text.

    Unstructured text is encoded where it must be (RFC 2047); of addresses the names are and domains become A-labels; of
    parameters the values are (RFC 2231). What is printable ASCII stays as typed. A value that is not what the field
    wants is stored all the same, its words outside ASCII encoded: the checks say what is wrong with it.

    Args:
        name: Any name that RFC 5322 allows.
        value: Decoded text on one line.
        line_end: CRLF, LF or CR.
        encoded_word_form: "q", "b" or "auto" for the shorter one.
        limit: Advised octets of a line; never are there more than 998.
        parameter_form: "rfc2047" for readers that know no RFC 2231.

    Returns:
        A field in ASCII whose `decoded` is `value`, but for blanks around and between structured words.

    Raises:
        HeaderError: The name or a character of the value cannot be stored.

    >>> make_field("Subject", "Bücher aus Bonn").octets
    b'Subject: =?utf-8?q?B=C3=BCcher?= aus Bonn\\r\\n'
    >>> make_field("To", "Zoë <z@bücher.example>").octets
    b'To: =?utf-8?q?Zo=C3=AB?= <z@xn--bcher-kva.example>\\r\\n'
    """
    make = _kept_field if len(value) <= _KEPT_CHARACTERS else _new_field
    return make(name, value, line_end, encoded_word_form, limit, parameter_form)


def _new_field(
    name: str, value: str, line_end: bytes, encoded_word_form: WordForm, limit: int, parameter_form: ParameterForm
) -> HeaderField:
    check_name(name)
    check_value(name, value)
    form = form_of(name)
    if form is Form.UNSTRUCTURED:
        body = _unstructured(name, value, encoded_word_form)
    else:
        body = _structured(name, form, value.strip(" \t"), encoded_word_form, parameter_form)
    return HeaderField(fold(name, body, line_end=line_end, limit=limit))


_kept_field = lru_cache(maxsize=256)(_new_field)
"""Fields come again: the sender's in each message, all of them at each look at a draft."""


def _unstructured(name: str, value: str, word_form: WordForm) -> str:
    first_width = max(limits.ENCODED_WORD - len(name) - 1, 30)
    return encode_text(value, first_width=first_width, form=word_form, longest=limits.LINE_OCTETS - len(name) - 2)


def _structured(name: str, form: Form, value: str, word_form: WordForm, parameter_form: ParameterForm) -> str:
    """Wire form of a structured value; whatever is still no ASCII or too long for a line becomes encoded words."""
    body = _LONG_BLANK.sub(" ", value)
    if form in ADDRESS_FORMS or form is Form.PHRASES:
        body = encode_addresses(body, form=word_form)
    elif form is Form.PARAMETERS:
        body = encode_parameters(body, form=parameter_form)
    if _TOO_LONG.search(body):
        body = _BREAKABLE.sub(lambda mark: f"{mark[0]} ", body)
    return encode_text(body, form=word_form, longest=limits.LINE_OCTETS - len(name) - 2, has_words=True)
