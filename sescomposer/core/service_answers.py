"""Every answer of the service explained: what it means, where to mend it, and whether the message may be on its way.

One and the same text of the validator comes as `InvalidParameterValue` from API v1, as `BadRequestException` from v2
and as `554 Transaction failed: <text>` over SMTP, so answers are known by their text where it says more than the code.
What is open stays open (Developer Guide): after a failure of the server, a timeout or a broken connection the message
may have been accepted.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from sescomposer.core.answers import ServiceAnswer
from sescomposer.core.errors import RefusedError, SubmissionError, ThrottledError, UnknownOutcomeError
from sescomposer.core.explanation import Certainty as Certainty
from sescomposer.core.explanation import Explanation as Explanation
from sescomposer.core.explanation import Target as Target
from sescomposer.core.explanation import TargetKind as TargetKind
from sescomposer.core.explanation import Wait as Wait
from sescomposer.core.findings import Finding
from sescomposer.core.known_answers import (
    OPERATIONS,
    Meaning,
    answers,
    code_key,
    generic,
    settled,
    smtp_prefixes,
)
from sescomposer.core.known_answers import KnownAnswer as KnownAnswer
from sescomposer.core.plain_text import plain
from sescomposer.core.road import Road
from sescomposer.core.text_pattern import said, values_in

ANSWERS: tuple[KnownAnswer, ...] = answers()
"""Every answer that is known, in the order in which they are tried."""

_READ = 8000
"""Characters of a text that are looked at."""
_SHOWN = 200
"""Characters of a value inside a sentence."""
_NAMED = 1000
"""Characters of a value by which something is looked for."""
_ENHANCED = re.compile(r"\d\.\d{1,3}\.\d{1,3}\s+")
_OF_SDK = re.compile(r"An error occurred \([^()]*\) when calling the \w+ operation(?: \([^()]*\))?: ")
_REPLY = re.compile(r"(?P<code>[2-5]\d\d)(?:[ -](?P<text>.*))?", re.DOTALL)


def explain(answer: ServiceAnswer, *, content_left: bool = True) -> Explanation:
    """Give what an answer means; never raises.

    Args:
        answer: What came; its text may be anything.
        content_left: Whether the last octet of the message may have left. If it surely did not, nothing is open. Over
            SMTP an answer to an earlier step than the content says so by itself.

    >>> found = explain(ServiceAnswer(Road.SMTP, "554", "Transaction failed: Duplicate header 'Message-ID'.", 554))
    >>> found.code, found.target.kind.value, found.target.value, found.certainty.value
    ('field-repeated', 'field', 'Message-ID', 'refused')
    """
    text = _unwrapped(answer)
    known = _known(answer, text)
    meaning, values = known or (generic(_class_of(answer)), {})
    values = {name: plain(value, _NAMED) for name, value in values.items()}
    values["region"] = values.get("region") or plain(answer.region, _NAMED)
    return _explained(meaning, values, _certainty(meaning, answer, content_left), is_known=known is not None)


def error_of(answer: ServiceAnswer, *, content_left: bool = True) -> SubmissionError:
    """Give the exception for an answer that is no acceptance; its sentence is the service's own words on one line.

    >>> type(error_of(ServiceAnswer(Road.SES_V2, "InternalFailure", "", 500))).__name__
    'UnknownOutcomeError'
    """
    explanation = explain(answer, content_left=content_left)
    match explanation:
        case Explanation(certainty=Certainty.UNKNOWN):
            kind: type[SubmissionError] = UnknownOutcomeError
        case Explanation(certainty=Certainty.NOT_SENT):
            kind = SubmissionError
        case Explanation(wait=Wait.RATE):
            kind = ThrottledError
        case _:
            kind = RefusedError
    hint = f"{explanation.sentence} {explanation.hint}"
    return kind(plain(answer.wire), hint=hint, value=explanation.code, answer=answer)


def answer_of_wire(wire: str, road: Road, step: str = "") -> ServiceAnswer:
    """Give the answer that `ServiceAnswer.wire` shows in one line, such as the sentence of a refusal.

    A whole SMTP reply on the road of an API is read as a complaint about the form of the message. Without `step` it is
    that to the content.

    >>> answer_of_wire("BadRequestException: Missing domain", Road.SES_V2).code
    'BadRequestException'
    """
    reply, form = _REPLY.fullmatch(wire), next(row for row in ANSWERS if row.code == "format-refused").wires[road]
    step = step or OPERATIONS[road]
    if road is Road.SMTP:
        code, _, text = (reply["code"], "", reply["text"] or "") if reply else wire.partition(" ")
        return ServiceAnswer(road, code, text, int(code) if reply else 0, step=step)
    code, colon, text = wire.partition(": ")
    if reply or not colon:
        code, text = form.code, (reply["text"] or "") if reply else wire
    statuses = (row.wires[road].status for row in ANSWERS if road in row.wires and row.wires[road].code == code)
    return ServiceAnswer(road, code, text, next(statuses, 0), step=step)


def findings_behind(answer: ServiceAnswer, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Give the findings for which the service says just this, so that one can go to the very place.

    The service names no place with most faults; the findings of the message do.
    """
    text = _unwrapped(answer).lower()
    return tuple(finding for finding in findings if (words := _words(finding)) and words in text)


def _words(finding: Finding) -> str:
    reply = _REPLY.fullmatch(finding.answer)
    words = (reply["text"] or "") if reply else finding.answer
    return plain(words).rstrip(".").lower()


def _unwrapped(answer: ServiceAnswer) -> str:
    """Give the text without what the road or the SDK puts before it."""
    text = plain(answer.text[:_READ])
    if answer.road is not Road.SMTP:
        return _OF_SDK.sub("", text, count=1)
    text = _ENHANCED.sub("", text, count=1) if _ENHANCED.match(text) else text
    for prefix in smtp_prefixes():
        if text.lower().startswith(prefix.strip().lower()):
            return text[len(prefix.strip()) :].lstrip()
    return text


def _known(answer: ServiceAnswer, text: str) -> tuple[Meaning, dict[str, str]] | None:
    """Give the row that fits best and the values named in the text: by text, then by code, then by text alone."""
    rows = [row for row in ANSWERS if answer.road in row.wires and _fits_step(row, answer)]
    admitted = [row for row in rows if _admits(row, answer)]
    tried: list[Iterator[tuple[Meaning, dict[str, str]]]] = [
        _by_text([row for row in admitted if row.is_answer], text, at_start=True),
        _by_text(admitted, text, at_start=False),
        *(_by_code(rows, answer, rank) for rank in range(3)),
    ]
    if 400 <= answer.status < 500:
        tried.append(_by_text([row for row in rows if row.is_answer], text, at_start=True))
    return next((found for way in tried for found in way), None)


def _by_text(rows: Iterable[KnownAnswer], text: str, *, at_start: bool) -> Iterator[tuple[Meaning, dict[str, str]]]:
    for row in rows:
        for pattern in row.texts:
            values = values_in(text, pattern, at_start=at_start)
            if values is not None:
                yield row.meaning, values


def _by_code(rows: Iterable[KnownAnswer], answer: ServiceAnswer, rank: int) -> Iterator[tuple[Meaning, dict[str, str]]]:
    for row in rows:
        if _is_of_code(row, answer, rank):
            yield row.meaning, {}


def _fits_step(row: KnownAnswer, answer: ServiceAnswer) -> bool:
    return answer.road is not Road.SMTP or row.step in ("", answer.step)


def _admits(row: KnownAnswer, answer: ServiceAnswer) -> bool:
    """Whether a text of the row counts with that code; over SMTP every reply of the same class may carry it."""
    wire = row.wires[answer.road]
    if answer.road is Road.SMTP and wire.status and _REPLY.fullmatch(answer.code):
        return answer.code[0] == wire.code[0]
    return any(code_key(answer.code) in codes for codes in row.codes)


def _is_of_code(row: KnownAnswer, answer: ServiceAnswer, rank: int) -> bool:
    """Whether the code alone says that it is this row; over SMTP the words before the text count too.

    Args:
        row: The row; one with texts never is.
        answer: The answer.
        rank: 0 to compare with the code of the row on that road, 1 with those of all roads, 2 with its further ones.
    """
    wire = row.wires[answer.road]
    codes = (frozenset({code_key(wire.code)}), *row.codes)[rank]
    if row.texts or code_key(answer.code) not in codes:
        return False
    return wire.prefix.strip().lower() in plain(answer.text[:_READ]).lower()


def _class_of(answer: ServiceAnswer) -> str:
    """Give the name of the class of an answer that is in no row."""
    if answer.road is Road.SMTP:
        reply = _REPLY.fullmatch(answer.code)
        return {"4": "smtp-later", "5": "smtp-refused"}.get(answer.code[0], "smtp-other") if reply else "no-answer"
    if answer.status == 0:
        return "no-answer"
    if answer.status >= 500:
        return "http-failure"
    return "http-refused" if answer.status >= 400 else "http-other"


def _certainty(meaning: Meaning, answer: ServiceAnswer, content_left: bool) -> Certainty:
    """Give what is sure: an API's 5xx and 408 leave everything open, what broke before the content ended nothing."""
    certainty = meaning.certainty
    if answer.road is not Road.SMTP and (answer.status >= 500 or answer.status == 408):
        certainty = Certainty.UNKNOWN
    is_early = answer.road is Road.SMTP and answer.step not in ("", OPERATIONS[Road.SMTP])
    return Certainty.NOT_SENT if certainty is Certainty.UNKNOWN and (is_early or not content_left) else certainty


def _explained(meaning: Meaning, values: dict[str, str], certainty: Certainty, *, is_known: bool) -> Explanation:
    shown = {name: plain(value, _SHOWN) for name, value in values.items()}
    explanation = Explanation(
        meaning.code,
        said(meaning.sentence, shown),
        meaning.hint,
        Target(meaning.target, said(f"[{meaning.value}]" if "{" in meaning.value else meaning.value, values)),
        certainty,
        meaning.wait,
        is_known,
    )
    if certainty is Certainty.UNKNOWN:
        sentence = f"{explanation.sentence} {settled('unknown')}"
        return replace(explanation, sentence=sentence, hint=settled("hint"), wait=Wait.NONE)
    if certainty is not meaning.certainty:
        return replace(explanation, sentence=f"{explanation.sentence} {settled('not-sent')}")
    return explanation
