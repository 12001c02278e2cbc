"""Control fields: SES's options as fields of the message, where the road has no other way."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core import compose
from sescomposer.core.control_fields import effective, fields_for, options_in, with_control_fields
from sescomposer.core.errors import HeaderError
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.message import SendingOptions
from sescomposer.core.parse import parse
from sescomposer.core.road import Road
from sescomposer.core.seal import MemoryTarget, seal

WORD = st.text("abcXYZ019_-", min_size=1, max_size=40)
OPTIONS = st.builds(
    SendingOptions,
    configuration_set=WORD | st.just(""),
    tags=st.dictionaries(WORD, WORD, max_size=6).map(lambda found: tuple(found.items())),
    contact_list=WORD,
    topic=WORD | st.just(""),
    tenant=WORD | st.just(""),
    source_arn=WORD.map(lambda word: f"arn:aws:ses:eu-west-1:123456789012:identity/{word}.example") | st.just(""),
)
ROOT = parse(b"From: a@a.example\r\nTo: b@b.example\r\nSubject: Hi\r\nMIME-Version: 1.0\r\n\r\nHello\r\n")


@given(OPTIONS)
def test_what_is_written_for_smtp_reads_as_the_same_options(options: SendingOptions) -> None:
    root, names = with_control_fields(ROOT, options, Road.SMTP)
    assert options_in(parse(bytes(root.octets))) == options
    assert set(names) == {name for name, _ in fields_for(options, Road.SMTP)}
    assert bytes(root.octets).endswith(bytes(ROOT.octets))


@given(OPTIONS, st.sampled_from([Road.SES_V1, Road.SES_V2]))
def test_the_apis_leave_the_octets_alone(options: SendingOptions, road: Road) -> None:
    assert with_control_fields(ROOT, options, road) == (ROOT, ())


def test_options_beside_the_message_win_and_tags_are_put_together() -> None:
    root = parse(b"X-SES-CONFIGURATION-SET: old\r\nX-SES-MESSAGE-TAGS: a=1, b=2\r\nX-SES-TENANT: t\r\n\r\n")
    found = effective(SendingOptions(configuration_set="new", tags=(("b", "9"), ("c", "3"))), root, "xyz")
    assert (found.configuration_set, found.tenant) == ("new", "t")
    assert found.tags == (("b", "9"), ("c", "3"), ("a", "1"), ("sescomposer-id", "xyz"))


def test_a_field_that_says_something_else_is_written_anew_in_its_place() -> None:
    root = parse(b"A: 1\r\nX-Ses-Configuration-Set: old\r\nB: 2\r\n\r\n")
    changed, names = with_control_fields(root, SendingOptions(configuration_set="new"), Road.SMTP)
    assert bytes(changed.octets) == b"A: 1\r\nX-SES-CONFIGURATION-SET: new\r\nB: 2\r\n\r\n"
    assert names == ("X-SES-CONFIGURATION-SET",)


def test_a_field_that_says_the_same_stays_as_written() -> None:
    root = parse(b"x-ses-tenant:  t \r\nB: 2\r\n\r\n")
    assert with_control_fields(root, SendingOptions(tenant="t"), Road.SMTP) == (root, ())


@pytest.mark.parametrize("value", ["a\r\nBcc: x@x.example", "a\nb", "a\0b"])
def test_no_header_field_can_be_smuggled_in(value: str) -> None:
    with pytest.raises(HeaderError):
        with_control_fields(ROOT, SendingOptions(configuration_set=value), Road.SMTP)


def test_sealed_octets_differ_between_roads_in_control_fields_alone() -> None:
    ids = SeededIdentifiers("seal")
    message = compose("a@a.example", "b@b.example", "Hi", text="Hello", html="<p>Hello", ids=ids)
    now = datetime(2026, 1, 2, tzinfo=UTC)
    sealed = {}
    for road in Road:
        (sealed[road],) = seal(message, road, now=now, ids=SeededIdentifiers("same"), into=MemoryTarget)
    assert bytes(sealed[Road.SES_V1].octets) == bytes(sealed[Road.SES_V2].octets)
    smtp = sealed[Road.SMTP]
    assert smtp.control == ("X-SES-MESSAGE-TAGS",)
    field = f"X-SES-MESSAGE-TAGS: sescomposer-id={smtp.trace}\r\n".encode()
    assert bytes(smtp.octets) == field + bytes(sealed[Road.SES_V2].octets)
    assert sealed[Road.SES_V2].options.tags == (("sescomposer-id", smtp.trace),)
