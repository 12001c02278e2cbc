"""Parameters of Content-Type and Content-Disposition that SES refuses or readers disagree on (RFC 2045, RFC 2231)."""

import re
from collections.abc import Iterator

from sescomposer.core.checks import fixes
from sescomposer.core.checks.subject import at_words
from sescomposer.core.defects import Defect
from sescomposer.core.entity import Entity
from sescomposer.core.findings import Finding, Severity
from sescomposer.core.header import HeaderField
from sescomposer.core.limits import PARAMETERS_CHARACTERS
from sescomposer.core.parameter import parameter_defects

_WORD = re.compile(r"[!#$%&'*+.0-9A-Z^_`a-z{|}~-]+")


def parameter_findings(entity: Entity, index: int, field: HeaderField) -> Iterator[Finding]:
    """Report the defects of the parameters of one field; the fix writes the field anew with the same meaning."""
    body = field.body[:PARAMETERS_CHARACTERS]
    defects = parameter_defects(body)
    fix = fixes.rewrite(entity, index, field) if defects else None
    for defect in defects:
        severity, answer = _judged(defect, body)
        yield Finding(
            defect.code,
            severity,
            f"{field.name}: {defect.message}",
            at_words(entity, index, field, defect.start, defect.stop),
            defect.standard,
            fix,
            refused=severity is Severity.ERROR,
            answer=answer,
        )


def _judged(defect: Defect, body: str) -> tuple[Severity, str]:
    """Give how bad a defect is, and what SES says to it where that is known."""
    match defect.code:
        case "parameter-without-value":
            return Severity.ERROR, f"Expected '=', got '{'null' if body[defect.stop :].strip() == '' else ';'}'"
        case "parameter-unquoted":
            return Severity.ERROR, _unquoted_answer(body[defect.start : defect.stop])
        case "parameter-encoded-word" if body[defect.start : defect.start + 1] != '"':
            # SES reads no further than the "=" of the encoded word; its answer has not been published.
            return Severity.ERROR, ""
        case "parameter-encoded-word":
            # Quoted it is taken, and some readers know no other form.
            return Severity.NOTE, ""
        case _:
            return Severity.WARNING, ""


def _unquoted_answer(value: str) -> str:
    """Give what SES says to a value that needs quotes: the next word is no semicolon.

    >>> _unquoted_answer("say hello.txt"), _unquoted_answer("a:b"), _unquoted_answer("(x")
    ('Expected \\';\\', got "hello.txt"', 'Expected \\';\\', got ":"', '')
    """
    first = _WORD.match(value)
    if first is None:
        return ""
    rest = value[first.end() :].lstrip()
    word = _WORD.match(rest)
    return f"Expected ';', got \"{word[0] if word else rest[:1]}\""
