"""Parameters: vectors of RFC 2045 and RFC 2231, edits that keep every other octet, and a second reader."""

import email
import email.policy
import tomllib
from functools import partial
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sescomposer.core.header import make_field
from sescomposer.core.parameter import (
    ascii_file_name,
    format_parameter,
    format_parameters,
    parameter_defects,
    parse_parameters,
    set_parameter,
)

CASES = tomllib.loads((Path(__file__).parents[1] / "data" / "parameter" / "read.toml").read_text("utf-8"))["case"]

values = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), max_size=120)
forms = st.sampled_from(["rfc2231", "rfc2047"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["body"])
def test_parameters_are_read(case: dict[str, object]) -> None:
    read = parse_parameters(str(case["body"]))
    assert (read.value, [list(pair) for pair in read.parameters]) == (case["value"], case["parameters"])


@given(values, forms)
@settings(max_examples=200, deadline=None)
def test_what_is_written_reads_back(value: str, form: Literal["rfc2231", "rfc2047"]) -> None:
    body = format_parameters("a/b", [("filename", value), ("x", "1")], form=form)
    assert body.isascii()
    assert parse_parameters(body).parameters == (("filename", value), ("x", "1"))
    if form == "rfc2231":
        assert all(len(chunk) <= 212 for chunk in format_parameter("filename", value))


@given(values.filter(lambda value: "=?" not in value))
@settings(max_examples=150, deadline=None)
def test_the_standard_library_reads_the_same_name(value: str) -> None:
    field = make_field("Content-Disposition", format_parameters("attachment", [("filename", value)]))
    for read in (email.message_from_bytes, partial(email.message_from_bytes, policy=email.policy.default)):
        assert read(field.octets + b"\r\n").get_filename("") in (value, value.strip(), _plain_form(value))
    star = email.message_from_bytes(field.octets.replace(b" filename=", b" old=") + b"\r\n")
    assert b"filename*" not in field.octets or star.get_filename("") == value.strip()


def _plain_form(value: str) -> str:
    """The legacy reader of the standard library takes the first of two forms."""
    return ascii_file_name(value)[:72].strip()


@given(st.sampled_from(CASES), st.sampled_from(["charset", "filename", "boundary", "Title"]), values)
@settings(max_examples=200, deadline=None)
def test_an_edit_sets_one_parameter_and_keeps_the_others(case: dict[str, str], name: str, value: str) -> None:
    before = parse_parameters(case["body"])
    after = parse_parameters(set_parameter(case["body"], name, value))
    assert after.get(name) == value
    assert after.value == before.value
    assert [p for p in after.parameters if p[0] != name.lower()] == [
        p for p in before.parameters if p[0] != name.lower()
    ]
    gone = parse_parameters(set_parameter(case["body"], name, None))
    assert name.lower() not in dict(gone.parameters)


def test_an_edit_leaves_every_other_octet() -> None:
    body = ' text/plain ;\r\n\tcharset = "us-ascii" (old);\r\n  format=flowed ; x=1\r\n'
    set_ = set_parameter(body, "charset", "utf-8")
    assert set_ == " text/plain ;\r\n\tcharset=utf-8;\r\n  format=flowed ; x=1\r\n"
    assert set_parameter(body, "format", None) == ' text/plain ;\r\n\tcharset = "us-ascii" (old) ; x=1\r\n'
    assert set_parameter(" text/plain\r\n", "charset", "utf-8") == " text/plain; charset=utf-8\r\n"
    assert set_parameter(" text/plain;\r\n", "charset", "utf-8") == " text/plain; charset=utf-8\r\n"


def test_a_long_parameter_goes_to_a_line_of_its_own() -> None:
    edited = set_parameter(" multipart/mixed\n", "boundary", "x" * 60, line_end="\n")
    assert edited == f" multipart/mixed;\n boundary={'x' * 60}\n"


def test_an_open_quote_does_not_swallow_an_edit() -> None:
    edited = set_parameter(' multipart/mixed; boundary="abc\r\n', "charset", "utf-8")
    assert dict(parse_parameters(edited).parameters) == {"boundary": "abc", "charset": "utf-8"}
    assert edited.endswith("\r\n")


@given(st.text(st.sampled_from("a=;\"\\(*0'%C3 \r\n?ü"), max_size=40) | st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_the_reader(body: str) -> None:
    parse_parameters(body)
    assert all(0 <= d.start <= d.stop <= len(body) for d in parameter_defects(body))
    assert parse_parameters(set_parameter(body, "x", "é")).get("x") == "é"


def test_defects_name_the_standard() -> None:
    codes = [defect.code for defect in parameter_defects('a/b; name="=?utf-8?q?a?="; x=a b')]
    assert codes == ["parameter-encoded-word", "parameter-unquoted"]
