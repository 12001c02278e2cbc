"""Parameters of content lines: names, values, and the `^` escapes of RFC 6868 that let a value hold a double quote."""

import re
from typing import NamedTuple

from sescomposer.core.errors import MessageError

_NAME = re.compile(r"[A-Za-z0-9-]+")
_LINE_END = re.compile(r"\r\n|[\r\n]")
_WRITTEN = {"\n": "^n", "^": "^^", '"': "^'"}
_READ = {"^n": "\n", "^^": "^", "^'": '"'}
_TO_WRITE = re.compile('[\n^"]')
_TO_READ = re.compile(r"\^[n^']")
_MISFIT = re.compile("[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
_MUST_QUOTE = re.compile(r"[;:,\\]|^\s|\s$")
"""A backslash means nothing in a parameter, but some readers take it to escape the colon that follows."""


class Parameter(NamedTuple):
    """One parameter with its decoded values: plain text, in which a line end is LF.

    >>> Parameter.of("CN", "Doe, Jane").values
    ('Doe, Jane',)
    """

    name: str
    values: tuple[str, ...]

    @classmethod
    def of(cls, name: str, *values: str) -> "Parameter":
        """Make one with its name in capitals."""
        return cls(name.upper(), values)


def is_name(name: str) -> bool:
    """Tell whether a property, parameter or component can be called so (RFC 5545 section 3.1).

    >>> is_name("X-ALT-DESC"), is_name("TWO WORDS"), is_name("")
    (True, False, False)
    """
    return _NAME.fullmatch(name) is not None


def check_characters(what: str, text: str) -> None:
    """Raise `MessageError` for what no content line can hold: control characters but HTAB, unpaired surrogates.

    >>> check_characters("The value of URL", "https://example.com/?a=1;b=2,3")
    """
    misfit = _MISFIT.search(text)
    if misfit is not None:
        raise MessageError(
            f"{what} cannot hold the character U+{ord(misfit[0]):04X} (character {misfit.start() + 1}).",
            hint="Remove the line end or control character.",
            value=text,
            position=misfit.start(),
        )


def written_value(name: str, text: str) -> str:
    """Give one parameter value as it is written, quoted where it must be; line ends of any kind become one `^n`.

    Raises:
        MessageError: a control character or unpaired surrogate.

    >>> print(written_value("CN", 'Smith, "Jo": X'))
    "Smith, ^'Jo^': X"
    """
    text = _LINE_END.sub("\n", text)
    check_characters(f"The parameter {name}", text.replace("\n", ""))
    escaped = _TO_WRITE.sub(lambda match: _WRITTEN[match[0]], text)
    return f'"{escaped}"' if _MUST_QUOTE.search(escaped) else escaped


def read_value(written: str) -> str:
    """Decode one parameter value without its quotes; an unknown `^` escape stays as it is (RFC 6868 section 3.2).

    >>> read_value("Smith, ^'Jo^' ^x")
    'Smith, "Jo" ^x'
    """
    return _TO_READ.sub(lambda match: _READ[match[0]], written)


def written_parameter(parameter: Parameter) -> str:
    """Give a parameter with its leading semicolon as it is written.

    Raises:
        MessageError: its name or a value cannot be written.

    >>> written_parameter(Parameter.of("member", "mailto:a@example.com", "mailto:b@example.com"))
    ';MEMBER="mailto:a@example.com","mailto:b@example.com"'
    """
    if not is_name(parameter.name):
        raise MessageError(
            f"{parameter.name[:80]!r} cannot be the name of a parameter: only letters, digits and hyphens can.",
            hint="Check the name.",
            value=parameter.name,
        )
    values = ",".join(written_value(parameter.name, value) for value in parameter.values)
    return f";{parameter.name.upper()}={values}"
