"""Every answer of the service is explained: what it means, whether the message may be on its way, where to mend it."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sescomposer.core.answers import ServiceAnswer
from sescomposer.core.checks import check
from sescomposer.core.errors import RefusedError, SubmissionError, ThrottledError, UnknownOutcomeError
from sescomposer.core.findings import Finding
from sescomposer.core.message import Message, SendingOptions
from sescomposer.core.parse import parse
from sescomposer.core.road import Road
from sescomposer.core.service_answers import (
    ANSWERS,
    Certainty,
    KnownAnswer,
    TargetKind,
    Wait,
    answer_of_wire,
    error_of,
    explain,
    findings_behind,
)

DATA = Path(__file__).parents[1] / "data"
TEXTS = tomllib.loads((DATA / "answers/texts.toml").read_text(encoding="utf-8"))["case"]
WIRE = tomllib.loads((DATA / "answers/answers.toml").read_text(encoding="utf-8"))["case"]

WRAPPINGS = {
    ("validator", Road.SES_V1): ("InvalidParameterValue", 400, ""),
    ("validator", Road.SES_V2): ("BadRequestException", 400, ""),
    ("validator", Road.SMTP): ("554", 554, "Transaction failed: "),
    ("rejected", Road.SES_V1): ("MessageRejected", 400, ""),
    ("rejected", Road.SES_V2): ("MessageRejected", 400, ""),
    ("rejected", Road.SMTP): ("554", 554, "Message rejected: "),
    ("denied", Road.SES_V1): ("AccessDenied", 403, ""),
    ("denied", Road.SES_V2): ("AccessDeniedException", 403, ""),
    ("denied", Road.SMTP): ("554", 554, "Access denied: "),
    ("rate", Road.SES_V1): ("Throttling", 400, ""),
    ("rate", Road.SES_V2): ("TooManyRequestsException", 429, ""),
    ("rate", Road.SMTP): ("454", 454, "Throttling failure: "),
    ("set", Road.SES_V1): ("ConfigurationSetDoesNotExist", 400, ""),
    ("set", Road.SES_V2): ("NotFoundException", 404, ""),
    ("set", Road.SMTP): ("554", 554, "Message rejected: "),
}
ON_ROADS = [(case, road) for case in TEXTS for road in map(Road, case.get("roads", [road.value for road in Road]))]
ROWS = [(row, road) for row in ANSWERS for road in row.roads]
_CHECKS = ("addresses", "header", "parts")
CHECKED = [tomllib.loads((DATA / f"checks/{name}.toml").read_text(encoding="utf-8")) for name in _CHECKS]
MESSAGES = [case["message"] for table in CHECKED for case in table["case"] if "message" in case]


def _answer(case: dict[str, Any], road: Road) -> ServiceAnswer:
    code, status, prefix = WRAPPINGS[case.get("as", "validator"), road]
    return ServiceAnswer(road, code, prefix + case["text"], status, step="content" if road is Road.SMTP else "")


@pytest.mark.parametrize("case, road", ON_ROADS, ids=lambda value: str(value)[:60])
def test_a_text_is_known_on_every_road(case: dict[str, Any], road: Road) -> None:
    found = explain(_answer(case, road))
    assert (found.code, found.is_known, found.certainty) == (case["code"], True, Certainty.REFUSED)
    assert (found.target.kind.value, found.target.value) == (case["target"], case.get("value", ""))
    assert found.wait.value == case.get("wait", "none")
    assert case.get("value", "") in found.sentence or found.target.kind in (TargetKind.OPTIONS, TargetKind.PART)


@pytest.mark.parametrize("case, road", ON_ROADS, ids=lambda value: str(value)[:60])
def test_a_text_is_known_with_and_without_its_full_stop(case: dict[str, Any], road: Road) -> None:
    text = case["text"]
    other = text.removesuffix(".") if text.endswith(".") else f"{text}."
    if "Invalid email address " in text or case.get("value", "") in (";", "="):
        return
    first, second = explain(_answer(case, road)), explain(_answer({**case, "text": other}, road))
    assert first == second


@pytest.mark.parametrize("case", WIRE, ids=lambda case: f"{case['road']}-{case['code']}-{case['ours']}")
def test_an_answer_means_what_it_means(case: dict[str, Any]) -> None:
    answer = ServiceAnswer(
        Road(case["road"]), case["code"], case["text"], case["status"], step=case.get("step", ""), region="eu-west-1"
    )
    found = explain(answer)
    assert (found.code, found.certainty.value) == (case["ours"], case["certainty"])
    assert (found.target.kind.value, found.target.value) == (case["target"], case.get("value", ""))
    assert found.wait.value == (case.get("wait", "none") if found.certainty is not Certainty.UNKNOWN else "none")
    assert found.is_known == (case["ours"] in {row.code for row in ANSWERS})


def test_every_row_is_held_to_a_vector() -> None:
    reached = {case["code"] for case in TEXTS} | {case["ours"] for case in WIRE}
    assert {row.code for row in ANSWERS} - reached == set()


def test_inferred_texts_are_marked() -> None:
    inferred = {case["code"] for case in TEXTS if case.get("inferred")}
    assert inferred
    assert inferred <= {row.code for row in ANSWERS if row.is_inferred}


@pytest.mark.parametrize("row, road", ROWS, ids=lambda value: getattr(value, "code", str(value)))
def test_an_example_is_explained_as_its_row(row: KnownAnswer, road: Road) -> None:
    found = explain(row.example(road))
    assert (found.code, found.is_known) == (row.code, True)
    assert (found.certainty, found.target.kind) == (row.meaning.certainty, row.meaning.target)
    for words in (found.sentence, found.hint):
        assert words
        assert words[-1] in ".?"
        assert not set("{}[") & set(words.replace("botocore[crt]", ""))


@pytest.mark.parametrize("row", [row for row in ANSWERS if row.texts], ids=lambda row: row.code)
def test_all_forms_of_a_text_are_its_row(row: KnownAnswer) -> None:
    for road in row.roads:
        for text in row.texts:
            filled = text.replace("!}", "}").format_map(_Word())
            assert explain(row.example(road, filled)).code == row.code


class _Word(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "word"


def test_only_what_the_service_says_can_be_answered_by_a_server() -> None:
    codes = {row.code: row.is_answer for row in ANSWERS}
    assert codes["missing-from"]
    assert not codes["read-timeout"]
    assert all(row.example(road).status for row, road in ROWS if row.is_answer)


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer, kind",
    [
        (ServiceAnswer(Road.SMTP, "454", "Throttling failure: Maximum sending rate exceeded", 454), ThrottledError),
        (ServiceAnswer(Road.SMTP, "454", "Throttling failure: Daily message quota exceeded", 454), RefusedError),
        (ServiceAnswer(Road.SES_V2, "MessageRejected", "No", 400), RefusedError),
        (ServiceAnswer(Road.SES_V2, "ServiceUnavailable", "", 503), UnknownOutcomeError),
        (ServiceAnswer(Road.SES_V2, "ReadTimeoutError", "Read timeout"), UnknownOutcomeError),
        (ServiceAnswer(Road.SES_V2, "EndpointConnectionError", "Could not connect"), SubmissionError),
    ],
    ids=lambda value: getattr(value, "text", ""),
)
def test_an_error_says_what_became_of_the_message(answer: ServiceAnswer, kind: type[SubmissionError]) -> None:
    error = error_of(answer)
    assert type(error) is kind
    assert (error.sentence, error.answer) == (answer.wire.strip(), answer) or not answer.text
    assert error.hint.startswith(explain(answer).sentence)


def test_nothing_is_open_when_the_last_octet_never_left() -> None:
    timeout = ServiceAnswer(Road.SES_V2, "ReadTimeoutError", "Read timeout")
    assert type(error_of(timeout, content_left=False)) is SubmissionError
    assert "not accepted" in explain(timeout, content_left=False).sentence
    assert "may have been accepted" in explain(timeout).sentence
    refusal = ServiceAnswer(Road.SMTP, "554", "Message rejected: No", 554, step="mail-from")
    assert explain(refusal, content_left=False).certainty is Certainty.REFUSED


def test_the_region_of_the_account_is_named_where_the_text_names_none() -> None:
    text = "Configuration set <news> does not exist."
    answer = ServiceAnswer(Road.SES_V1, "ConfigurationSetDoesNotExist", text, 400, region="sa-east-1")
    assert "sa-east-1" in explain(answer).sentence


def test_words_of_the_service_bring_no_formatting_along() -> None:
    text = "Duplicate header 'A\u202eB\r\n\x1b[31m{hint}[x]%s\ud800'."
    answer = ServiceAnswer(Road.SES_V2, "BadRequestException", text, 400)
    found, error = explain(answer), error_of(answer)
    assert found.target.value == "AB [31m{hint}[x]%s"
    assert found.target.value in found.sentence
    for words in (found.sentence, error.sentence, error.hint):
        assert not set("\r\n\x1b\u202e\ud800") & set(words)
    assert error.answer is answer


# --- anything --------------------------------------------------------------------------------------------------------

_TEXT = st.one_of(st.text(max_size=80), st.sampled_from([text for row in ANSWERS for text in row.texts]))
_CODE = st.one_of(st.text(max_size=20), st.sampled_from([row.example(road).code for row, road in ROWS]))
_STEPS = ("", "connect", "ehlo", "starttls", "auth", "mail-from", "rcpt-to", "data", "content", "quit")


@settings(max_examples=100)
@given(
    road=st.sampled_from(Road),
    code=_CODE,
    text=st.lists(_TEXT, max_size=3).map(" ".join),
    status=st.one_of(st.integers(0, 999), st.just(0)),
    step=st.sampled_from(_STEPS),
    content_left=st.booleans(),
)
@example(Road.SMTP, "", "", 0, "", True)
@example(Road.SES_V2, "\ud800", "\ud800", -1, "", True)
def test_any_answer_is_explained(road: Road, code: str, text: str, status: int, step: str, content_left: bool) -> None:
    answer = ServiceAnswer(road, code, text, status, step=step)
    found = explain(answer, content_left=content_left)
    assert found.sentence
    assert "\n" not in found.sentence + found.target.value
    if road is not Road.SMTP and (status >= 500 or status == 408):
        assert found.certainty is not Certainty.REFUSED or not content_left
    if found.certainty is Certainty.UNKNOWN:
        assert content_left
        assert found.wait is Wait.NONE
    assert isinstance(error_of(answer, content_left=content_left), SubmissionError)


@pytest.mark.parametrize(
    "text", ["Invalid tag name <" * 2000, "User: a is not authorized to perform: " * 1000, "<" * 9000, "[." * 5000]
)
def test_a_long_text_is_read_in_time(text: str, costs_at_most: Any) -> None:
    plain_words = "x" * len(text)

    def read(words: str) -> None:
        explain(ServiceAnswer(Road.SES_V2, "BadRequestException", words, 400))

    read(plain_words)
    costs_at_most(60, lambda: read(text), lambda: read(plain_words))


# --- answers of our own checks ---------------------------------------------------------------------------------------


def _octets(message: str) -> bytes:
    return message.replace("\n", "\r\n").encode("latin-1", "replace")


def _findings(road: Road) -> list[Finding]:
    tags = (("", ""), ("a b", "ü"), ("n" * 300, "v" * 300))
    extra = Message(parse(b"From: a@a.example\r\n\r\n"), options=SendingOptions(tags=tags))
    messages = [Message(parse(_octets(text))) for text in MESSAGES] + [extra]
    return [finding for message in messages for finding in check(message, road) if finding.answer]


@pytest.mark.parametrize("road", list(Road))
def test_what_our_checks_say_in_words_of_the_service_is_known(road: Road) -> None:
    prefix = {Road.SES_V1: "InvalidParameterValue: ", Road.SES_V2: "BadRequestException: "}
    found = _findings(road)
    assert len({finding.code for finding in found}) > 10
    unknown = set()
    for finding in found:
        is_reply = finding.answer[:3].isdigit()
        wire = finding.answer if is_reply else prefix.get(road, "554 Transaction failed: ") + finding.answer
        answer = answer_of_wire(wire, road)
        explained = explain(answer)
        if not explained.is_known or explained.code == "format-refused":
            unknown.add((finding.code, wire))
        assert finding in findings_behind(answer, found)
    assert unknown == set()


def test_a_finding_behind_an_answer_is_found_by_its_words() -> None:
    found = check(Message(parse(b"From: a@a.example\r\nTo: b@b.example\r\nCc: c@\r\n\r\n")), Road.SES_V2)
    answer = ServiceAnswer(Road.SMTP, "554", "Transaction failed: Missing domain", 554)
    assert [finding.where.field for finding in findings_behind(answer, found)] == ["Cc"]
    assert findings_behind(ServiceAnswer(Road.SMTP, "554", "Something else", 554), found) == ()


def test_a_line_is_read_back_as_an_answer() -> None:
    for row, road in ROWS:
        answer = row.example(road)
        read = answer_of_wire(answer.wire, road, answer.step)
        assert (read.code, read.text) == (answer.code, answer.text)
        assert (explain(read).code, explain(read).certainty) == (row.code, row.meaning.certainty)
    assert answer_of_wire("501 Invalid RCPT TO address provided", Road.SES_V2).code == "BadRequestException"


def test_what_was_refused_is_never_said_to_be_open() -> None:
    settled = "Look for its tag in the events of SES, or ask a recipient, before you send it again."
    for row in ANSWERS:
        for road in row.roads:
            meaning = explain(row.example(road))
            assert (meaning.hint == settled) <= (meaning.certainty is Certainty.UNKNOWN), row.code
