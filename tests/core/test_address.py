"""Address fields: what is read, what is refused and in which words, and that other readers agree with what we write."""

import email.utils
import itertools
import re
import time
import tomllib
from email.header import decode_header, make_header
from email.headerregistry import HeaderRegistry
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sescomposer.core.address import (
    Group,
    Mailbox,
    format_addresses,
    parse_addresses,
    parse_addresses_leniently,
    parse_mailbox,
    punycode_local_part,
    split_address_spans,
)
from sescomposer.core.errors import AddressError
from sescomposer.core.header import make_field

DATA = Path(__file__).parents[1] / "data" / "address"
REFUSED = tomllib.loads((DATA / "refused.toml").read_text("utf-8"))["case"]
ACCEPTED = tomllib.loads((DATA / "accepted.toml").read_text("utf-8"))["case"]

names = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), max_size=60)
locals_ = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)
domains = st.sampled_from(["example.org", "bücher.example", "xn--bcher-kva.example", "[192.0.2.1]", "例え.テスト"])
mailboxes = st.builds(Mailbox, names.map(str.strip), locals_, domains)
groups = st.builds(Group, names.map(str.strip).filter(bool), st.lists(mailboxes, max_size=3).map(tuple))


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["text"])
def test_what_ses_refuses_is_refused_in_its_words(case: dict[str, object]) -> None:
    with pytest.raises(AddressError) as caught:
        parse_addresses(str(case["text"]))
    assert (caught.value.sentence, caught.value.position) == (case["wording"], case["position"])
    assert caught.value.value == case["text"]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["text"])
def test_what_is_refused_is_a_defect_of_received_mail(case: dict[str, object]) -> None:
    _, defects = parse_addresses_leniently(str(case["text"]))
    assert case["wording"] in [defect.message for defect in defects]


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: case["text"])
def test_addresses_are_read(case: dict[str, object]) -> None:
    text = str(case["text"])
    addresses, defects = parse_addresses_leniently(text)
    found = addresses
    if "group" in case:
        (group,) = addresses
        assert isinstance(group, Group)
        assert group.name == case["group"]
        found = group.mailboxes
    assert [[m.display_name, m.local_part, m.domain] for m in found if isinstance(m, Mailbox)] == case["mailboxes"]
    if "lenient" in case:
        assert defects
    else:
        assert parse_addresses(text) == addresses


@given(st.lists(mailboxes | groups, max_size=4))
@settings(max_examples=150, deadline=None)
def test_what_is_written_reads_back(addresses: list[Mailbox | Group]) -> None:
    text = format_addresses(addresses)
    assert text.isascii()
    assert "\n" not in text
    assert format_addresses(parse_addresses(text)) == text
    read = [m for a in parse_addresses(text) for m in (a.mailboxes if isinstance(a, Group) else (a,))]
    wanted = [m for a in addresses for m in (a.mailboxes if isinstance(a, Group) else (a,))]
    assert [(m.display_name, m.wire_addr_spec) for m in read] == [(m.display_name, m.wire_addr_spec) for m in wanted]


@given(mailboxes)
@settings(max_examples=100, deadline=None)
def test_the_text_for_people_reads_back(mailbox: Mailbox) -> None:
    read = parse_mailbox(str(mailbox))
    if "=?" not in mailbox.display_name:
        assert read.display_name == mailbox.display_name
    assert read.wire_addr_spec == mailbox.wire_addr_spec


_BLANKS = re.compile(r"\s+")
readable = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs", "M")), min_size=1, max_size=60)


@given(readable.map(str.strip).filter(bool), st.sampled_from(["a", "first.last", "o'neil+x"]), domains)
@settings(max_examples=150, deadline=None)
def test_the_standard_library_reads_the_same(name: str, local_part: str, domain: str) -> None:
    mailbox = Mailbox(name, local_part, domain)
    field = make_field("To", format_addresses([mailbox, mailbox]))
    body = field.body
    header: Any = HeaderRegistry()("To", body)
    assert not header.defects
    for address in header.addresses:
        assert address.addr_spec == mailbox.wire_addr_spec
        # CPython 3.11 reads a blank between adjacent encoded words of a phrase, against RFC 2047 section 6.2, and
        # takes a no-break space beside one for such a blank.
        assert _BLANKS.sub("", address.display_name) == _BLANKS.sub("", name)
    if domain.startswith("["):  # newer CPythons, and Debian's, take every literal for a fault of their own reader
        return
    phrase, addr_spec = email.utils.parseaddr(format_addresses([mailbox]))
    assert addr_spec == mailbox.wire_addr_spec
    assert str(make_header(decode_header(phrase))) == name or phrase == name


@given(st.text(st.sampled_from('a@.<>,;:"\\()[] =?\tü\r\n'), max_size=40) | st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_the_lenient_reader(text: str) -> None:
    addresses, defects = parse_addresses_leniently(text)
    assert all(0 <= defect.start <= defect.stop <= len(text) for defect in defects)
    spans = split_address_spans(text)
    assert all(0 <= start <= stop <= len(text) for start, stop in spans)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
    if not defects:
        assert parse_addresses(text) == addresses


def test_chips_are_told_apart_where_the_list_is_broken() -> None:
    text = ' "a, b" <c@d.example> ,g: e@f.example, h@i.example; , broken'
    assert [text[start:stop] for start, stop in split_address_spans(text)] == [
        '"a, b" <c@d.example>',
        "g: e@f.example, h@i.example;",
        "broken",
    ]


def test_a_mailbox_is_exactly_one_address() -> None:
    for text in ("", "a@b.example, c@d.example", "g: a@b.example;"):
        with pytest.raises(AddressError):
            parse_mailbox(text)
    assert parse_addresses("  ") == ()


def test_a_local_part_outside_ascii_is_read_and_can_be_punycoded_on_demand() -> None:
    mailbox = parse_mailbox("张伟@example.com")
    assert not mailbox.is_ascii_local
    assert punycode_local_part(mailbox).wire_addr_spec == "xn--cpqy30b@example.com"
    assert punycode_local_part(Mailbox("", "a", "b.example")).local_part == "a"


def test_a_domain_without_wire_form_stays() -> None:
    assert Mailbox("", "a", "ü_.example").wire_addr_spec == "a@ü_.example"


@pytest.mark.parametrize("piece", ["(", '"', '"\\', "<", ">", "a:", ";", "@", "<@a,", "[a", "=?a?q?", "a@b.example, "])
def test_a_field_of_a_hundred_kilobytes_is_read_in_linear_time(piece: str) -> None:
    small, large = (piece * (size // len(piece)) for size in (6_000, 96_000))
    times = []
    for text in (small, large):
        started = time.process_time()
        parse_addresses_leniently(text)
        split_address_spans(text)
        times.append(time.process_time() - started)
    assert times[1] < 16 * 6 * max(times[0], 0.005)
