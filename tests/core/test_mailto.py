"""Links that ask a composer to write (RFC 6068): read as they are meant, and never more than they may."""

from urllib.parse import quote

import hypothesis.strategies as st
import pytest
from hypothesis import given

from sescomposer.core.errors import MessageError
from sescomposer.core.mailto import SAFE_FIELDS, Mailto, parse_mailto

EXAMPLES = [
    ("mailto:chris@example.com", Mailto("chris@example.com")),
    ("mailto:info@example.com?subject=current-issue", Mailto("info@example.com", (("Subject", "current-issue"),))),
    ("mailto:infobot@example.com?body=send%20current-issue", Mailto("infobot@example.com", (), "send current-issue")),
    ("mailto:i@example.com?body=send%20c%0D%0Asend%20index", Mailto("i@example.com", (), "send c\nsend index")),
    (
        "mailto:list@example.org?In-Reply-To=%3C3469A91.D10AF4C@example.com%3E",
        Mailto("list@example.org", (("In-Reply-To", "<3469A91.D10AF4C@example.com>"),)),
    ),
    (
        "mailto:joe@example.com?cc=bob@example.com&body=hello",
        Mailto("joe@example.com", (("Cc", "bob@example.com"),), "hello"),
    ),
    ("mailto:?to=a@e.org&cc=b@e.org&cc=d@e.org", Mailto("a@e.org", (("Cc", "b@e.org, d@e.org"),))),
    ("mailto:addr1@an.example,addr2@an.example", Mailto("addr1@an.example,addr2@an.example")),
    ("mailto:addr1@an.example?to=addr2@an.example", Mailto("addr1@an.example, addr2@an.example")),
    ("mailto:gorby%25kremvax@example.com", Mailto("gorby%kremvax@example.com")),
    ("mailto:unlikely%3Faddress@example.com?blat=foop", Mailto("unlikely?address@example.com", refused=("blat",))),
    ("mailto:Mike%26family@example.org", Mailto("Mike&family@example.org")),
    ("mailto:%22not%40me%22@example.org", Mailto('"not@me"@example.org')),
    ("mailto:user@example.org?subject=caf%C3%A9", Mailto("user@example.org", (("Subject", "café"),))),
    ("mailto:u@e.org?subject=%3D%3Futf-8%3FQ%3Fcaf%3DC3%3DA9%3F%3D", Mailto("u@e.org", (("Subject", "café"),))),
    ("mailto:user@%E7%B4%8D%E8%B1%86.example.org", Mailto("user@納豆.example.org")),
    ("MAILTO:a@b.example?SUBJECT=a+b", Mailto("a@b.example", (("Subject", "a+b"),))),
    ("mailto:?subject=a&amp;subject=b&&=x&body", Mailto(fields=(("Subject", "a"),))),
    ("mailto:a@b.example?body=1&body=2", Mailto("a@b.example", body="1\n2")),
]  # fmt: skip


@pytest.mark.parametrize("uri, wish", EXAMPLES, ids=[uri for uri, _ in EXAMPLES])
def test_the_examples_of_the_standard(uri: str, wish: Mailto) -> None:
    assert parse_mailto(uri) == wish


@pytest.mark.parametrize(
    "name", ["From", "bcc", "Sender", "X-SES-CONFIGURATION-SET", "Content-Type", "DKIM-Signature", "Return-Path", "x y"]
)
def test_a_link_cannot_speak_for_the_writer(name: str) -> None:
    wish = parse_mailto(f"mailto:a@b.example?{quote(name)}=x&subject=Hi")
    assert (wish.refused, wish.fields) == ((name,), (("Subject", "Hi"),))


@pytest.mark.parametrize("uri", ["", "a@b.example", "http://a.example", "mail to:a@b.example", "\ud800"])
def test_what_is_no_mailto_is_refused(uri: str) -> None:
    with pytest.raises(MessageError):
        parse_mailto(uri)


@pytest.mark.parametrize("octets", ["%0D%0ABcc:%20e@e.example", "%0a", "%00", "%ED%A0%80", "%FF", "\ud800", "%", "%zz"])
def test_no_value_is_more_than_a_line(octets: str) -> None:
    wish = parse_mailto(f"mailto:a@b.example{octets}?subject=x{octets}&cc={octets}&{octets}=y&to={octets}")
    for value in (wish.to, *(text for pair in wish.fields for text in pair), *wish.refused):
        assert not set(value) & set("\r\n\0\ud800")


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=40)


@given(
    to=TEXT,
    fields=st.dictionaries(st.sampled_from(sorted(SAFE_FIELDS.values())), TEXT, max_size=4),
    lines=st.lists(TEXT, max_size=4),
)
def test_what_is_written_by_the_standard_comes_back(to: str, fields: dict[str, str], lines: list[str]) -> None:
    query = [f"{quote(name)}={quote(value, safe='')}" for name, value in fields.items()]
    body = quote("\r\n".join(lines), safe="")
    wish = parse_mailto(f"mailto:{quote(to, safe='')}?{'&'.join([*query, f'body={body}'])}")
    assert wish == Mailto(to if to.strip() else "", tuple(fields.items()), "\n".join(lines))


@given(st.text(max_size=80))
def test_any_text_behind_the_scheme_is_read(rest: str) -> None:
    wish = parse_mailto(f"mailto:{rest}")
    assert {name for name, _ in wish.fields} <= set(SAFE_FIELDS.values())
    assert "\r" not in wish.body
