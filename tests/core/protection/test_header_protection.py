"""Header fields protected inside, and told apart from those outside (RFC 9788)."""

from email import message_from_bytes, policy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sescomposer.core.entity import Entity
from sescomposer.core.header_making import make_field
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.protection.header_protection import (
    PROTECTED_FIELDS,
    differing,
    protected_fields,
    with_header_protection,
    with_hidden_fields,
)
from sescomposer.core.protection.protected_entity import entity_to_sign, outer_header

FIELDS = (
    b"From: =?utf-8?q?=C3=84nn?= <ann@example.org>\r\n"
    b"To: ben@example.org,\r\n\tcem@example.org\r\n"
    b"Subject: A secret\r\n that is folded\r\n"
    b"Date: Sat, 21 Nov 2026 12:00:00 +0000\r\n"
    b"Message-ID: <1@example.org>\r\n"
    b"Keywords: gold\r\n"
    b"X-Other: no\r\n"
    b"MIME-Version: 1.0\r\n"
)


def message(rest: bytes = b"Content-Type: text/plain; charset=utf-8\r\n\r\nHi\r\n") -> Entity:
    return parse(FIELDS + rest)


def inside(root: Entity, encrypted: bool, **options: bool | SeededIdentifiers) -> Entity:
    return with_header_protection(entity_to_sign(root), root, encrypted, **options)  # type: ignore[arg-type]


def outside(root: Entity) -> Entity:
    """The message as it is sent around encrypted content."""
    return parse(bytes(with_hidden_fields(outer_header(root)).octets) + b"\r\n")


def test_signed_copies_stand_exactly_as_outside() -> None:
    entity = inside(message(), False)
    assert bytes(entity.header.octets) == (
        b"From: =?utf-8?q?=C3=84nn?= <ann@example.org>\r\n"
        b"To: ben@example.org,\r\n\tcem@example.org\r\n"
        b"Subject: A secret\r\n that is folded\r\n"
        b"Keywords: gold\r\n"
        b"Content-Type: text/plain; charset=utf-8; hp=clear\r\n"
        b"Content-Transfer-Encoding: 7bit\r\n"
    )
    assert bytes(entity.body.octets) == b"Hi\r\n"


def test_encrypted_says_what_stands_outside() -> None:
    entity = inside(message(), True)
    assert [field.body for field in entity.header.all("HP-Outer")] == [
        "From: =?utf-8?q?=C3=84nn?= <ann@example.org>",
        "To: ben@example.org,\tcem@example.org",
        "Subject: [...]",
    ]
    assert entity.content_type.get("hp") == "cipher"
    read = message_from_bytes(bytes(entity.octets), policy=policy.default)
    assert read["Subject"] == "A secret that is folded"
    assert read.get_content_type() == "text/plain"


def test_outside_nothing_is_left_of_what_is_hidden() -> None:
    root = parse(b"Subject: a\r\nsubject: b\r\nComments: c\r\nTo: d@example.org\r\n\r\n")
    assert bytes(with_hidden_fields(root.header).octets) == b"Subject: [...]\r\nTo: d@example.org\r\n"
    bare = parse(b"To: d@example.org\r\n\r\n")
    assert with_hidden_fields(bare.header) is bare.header


def test_date_and_message_id_stay_outside_alone() -> None:
    names = {field.name for field in inside(message(), True).header.fields}
    assert not names & {"Date", "Message-ID", "X-Other", "MIME-Version"}
    assert "Date" not in PROTECTED_FIELDS


@pytest.mark.parametrize("encrypted", [False, True])
def test_what_was_written_is_read_and_agrees(encrypted: bool) -> None:
    root = message()
    entity = parse(inside(root, encrypted).octets)
    found = protected_fields(entity)
    assert found is not None
    assert found.scheme == ("cipher" if encrypted else "clear")
    assert found.all("subject") == ("A secret that is folded",)
    assert {field.name for field in found.fields} == {"From", "To", "Subject", "Keywords"}
    assert differing(outside(root) if encrypted else root, found) == ()


@pytest.mark.parametrize(
    "old, new, names",
    [
        (b"Subject: [...]", b"Subject: Pay", ("Subject",)),
        (b"ann@example.org", b"eve@example.org", ("From",)),
        (b"To: ben@example.org,", b"To: eve@example.org,", ("To",)),
        (b"Subject: [...]\r\n", b"", ("Subject",)),
        (b"Subject: [...]\r\n", b"Subject: A secret that is folded\r\n", ()),
        (b"Subject: [...]\r\n", b"Subject: [...]\r\nKeywords: silver\r\n", ("Keywords",)),
    ],
)
def test_falsified_fields_are_named(old: bytes, new: bytes, names: tuple[str, ...]) -> None:
    root = message()
    found = protected_fields(inside(root, True))
    assert found is not None
    assert differing(parse(bytes(outside(root).octets).replace(old, new)), found) == names


def test_only_what_says_so_protects() -> None:
    assert protected_fields(message()) is None
    assert protected_fields(parse(b"Subject: a\r\nContent-Type: text/plain; hp=other\r\n\r\n")) is None


def test_the_older_way_of_openpgp() -> None:
    entity = inside(message(), True, is_openpgp=True)
    assert entity.content_type.get("protected-headers") == "v1"
    old = protected_fields(parse(b'Subject: a\r\nContent-Type: text/plain; protected-headers="v1"\r\n\r\n'))
    assert old is not None
    assert differing(parse(b"Subject: ...\r\n\r\n"), old) == ()
    assert differing(parse(b"Subject: b\r\n\r\n"), old) == ("Subject",)


ALTERNATIVE = b"""Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Gr=C3=BC=C3=9Fe
--a
Content-Type: text/html; charset=utf-8

<html><body class="x"><p>Hi</p></body></html>
--a--
""".replace(b"\n", b"\r\n")


def test_the_subject_is_shown_to_readers_without_protected_fields() -> None:
    entity = inside(message(ALTERNATIVE), True, ids=SeededIdentifiers(1))
    plain, html = entity.children
    assert plain.text() == "Subject: A secret that is folded\n\nGrüße"
    assert html.text().startswith(
        '<html><body class="x"><div class="header-protection-legacy-display"><pre>Subject: A secret that is folded'
        "</pre></div>\n<p>Hi</p>"
    )
    assert [part.content_type.get("hp-legacy-display") for part in entity.children] == ["1", "1"]
    assert entity.content_type.get("hp-legacy-display") == ""
    again = parse(entity.octets)
    assert [part.text() for part in again.children] == [plain.text(), html.text()]


def test_the_subject_is_shown_only_where_it_is_hidden() -> None:
    assert inside(message(), False, ids=SeededIdentifiers(1)).text() == "Hi\n"
    unnamed = parse(b"From: a@example.org\r\n\r\nHi\r\n")
    assert inside(unnamed, True, ids=SeededIdentifiers(1)).text() == "Hi\n"


def test_special_characters_of_the_subject_are_escaped_in_html() -> None:
    root = parse(b"Subject: <b>&\r\nContent-Type: text/html\r\n\r\nHi\r\n")
    shown = inside(root, True, ids=SeededIdentifiers(1)).text()
    assert shown.startswith('<div class="header-protection-legacy-display"><pre>Subject: &lt;b&gt;&amp;</pre></div>')


def test_a_text_that_cannot_be_edited_stays() -> None:
    rest = b"Content-Type: text/plain; charset=unknown-8bit\r\n\r\nHi\r\n"
    entity = inside(message(rest), True, ids=SeededIdentifiers(1))
    assert bytes(entity.body.octets) == b"Hi\r\n"
    assert entity.content_type.get("hp-legacy-display") == ""


@given(subject=st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=120))
def test_any_subject_comes_back(subject: str) -> None:
    field = make_field("Subject", subject).octets
    root = parse(field + b"From: a@example.org\r\n\r\nHi\r\n")
    entity = parse(inside(root, True, ids=SeededIdentifiers(1)).octets)
    found = protected_fields(entity)
    assert found is not None
    assert found.all("Subject") == (root.header.all("Subject")[0].decoded,)
    assert differing(outside(root), found) == ()
    assert differing(root, found) == ()
    assert bytes(entity.octets).isascii()
    assert all(len(line) <= 998 for line in bytes(entity.octets).split(b"\r\n"))


@given(octets=st.binary(max_size=200))
@example(b"Subject: " + b"a" * 1200 + b"\r\nSubject: b")
@example("Sübject: a\r\nSubject: b".encode())
def test_any_header_section_is_read(octets: bytes) -> None:
    root = parse(b"Content-Type: text/plain; hp=cipher\r\nHP-Outer: " + octets)
    found = protected_fields(root)
    if found is not None:
        differing(parse(octets), found)
        with_hidden_fields(parse(octets).header)
    assert isinstance(root.octets, Octets)
