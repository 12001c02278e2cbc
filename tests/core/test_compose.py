"""Whole messages made from their ingredients, read by the standard library."""

import email
import email.policy
from email.message import EmailMessage, Message
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from sescomposer.core import Attachment, Octets, SeededIdentifiers, compose, parse
from sescomposer.core.entity import Entity
from sescomposer.core.errors import MessageError
from sescomposer.core.structure import body_parts, is_clean, with_charset, with_transfer_encoding
from sescomposer.core.transfer_encoding import TransferEncoding

DATA = Path(__file__).parents[1] / "data" / "compose"
TWO_FORMS = "duplicate parameter name; duplicate(s) ignored"
"""What the standard library always says where a file name stands in two forms."""

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=200)
LINE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=60)


def read(root: Entity) -> EmailMessage:
    """Read with the standard library and assert that it finds no fault."""
    message = email.message_from_bytes(bytes(root.octets), policy=email.policy.default)
    for part in message.walk():
        assert not part.defects
        for name, value in part.items():
            found = {str(defect) for defect in value.defects}
            assert found <= ({TWO_FORMS} if name == "Content-Disposition" else set()), (name, str(value))
    return message


def decoded(part: Message) -> bytes:
    """Content of a leaf without its transfer encoding."""
    octets = part.get_payload(decode=True)
    assert isinstance(octets, bytes)
    return octets


def outline(message: EmailMessage) -> list[tuple[str, str | None, str | None, object]]:
    """Type, charset, file name and content of each part."""
    return [
        (
            part.get_content_type(),
            part.get_content_charset(),
            part.get_filename(),
            None if part.is_multipart() else decoded(part).replace(b"\r\n", b"\n"),
        )
        for part in message.walk()
    ]


def test_the_example_of_the_ses_guide_from_its_ingredients() -> None:
    given_octets = (DATA / "ses_guide.eml").read_bytes()
    ids = SeededIdentifiers()
    text = "Please see the attached file for a list of customers to contact.\n"
    html = f"<html>\n<head></head>\n<body>\n<h1>Hello!</h1>\n<p>{text.strip()}</p>\n</body>\n</html>\n"
    customers = Attachment(
        Octets.of((DATA / "customers.txt").read_bytes()),
        "customers.txt",
        "text/plain; name=customers.txt",
        description="customers.txt",
        parameters=(("creation-date", "Sat, 05 Aug 2017 19:35:36 GMT"),),
    )
    root = compose(
        "Sender Name <sender@example.com>",
        "recipient@example.com",
        "Customer service contact info",
        text=text,
        html=html,
        attachments=[customers],
        ids=ids,
    ).root
    parts = body_parts(root)
    for part in (parts.text, parts.html):
        assert part is not None
        root = with_charset(root, part.key, "iso-8859-1", ids)
        root = with_transfer_encoding(root, part.key, TransferEncoding.QUOTED_PRINTABLE, ids)
    ours, theirs = read(root), email.message_from_bytes(given_octets, policy=email.policy.default)
    assert outline(ours) == outline(theirs)
    for ours_part, theirs_part in zip(ours.walk(), theirs.walk(), strict=True):
        for name in ("Content-Transfer-Encoding", "Content-Description", "Subject", "To"):
            assert ours_part[name] == theirs_part[name]
    attached = next(iter(ours.iter_attachments()))
    assert attached["Content-Disposition"].params["creation-date"] == "Sat, 05 Aug 2017 19:35:36 GMT"
    assert ours["From"].addresses[0].display_name == "Sender Name"


def test_bcc_is_an_ordinary_field_while_writing() -> None:
    root = compose(
        "a@a.example", ["b@b.example", "C <c@c.example>"], "s", bcc="d@d.example", ids=SeededIdentifiers()
    ).root
    assert root.header.get("To") == "b@b.example, C <c@c.example>"
    assert root.header.get("Bcc") == "d@d.example"


def test_an_inline_image_takes_the_name_the_html_uses() -> None:
    image = Attachment(Octets.of(b"png"), "logo.png", "image/png")
    named = compose(
        "a@a.example", "", "", html='<img src="cid:logo.png">', inline=[image], ids=SeededIdentifiers()
    ).root
    other = compose("a@a.example", "", "", html="<p>", inline=[image], ids=SeededIdentifiers()).root
    assert body_parts(named).inline[0].content_id == "logo.png"
    assert body_parts(other).inline[0].content_id.endswith("@a.example")


def test_further_content_fields_replace_ours() -> None:
    root = compose(
        "a@a", "b@b", "s", headers=[("X-A", "1"), ("X-A", "2"), ("Content-Language", "en")], ids=SeededIdentifiers()
    )
    names = [field.name for field in root.root.header.fields]
    assert names[3:5] == ["X-A", "X-A"]
    assert names[-1] == "Content-Language"


@given(text=WORDS, html=WORDS, subject=LINE, name=LINE, content=st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_what_is_composed_is_seven_bit_and_reads_back(
    text: str, html: str, subject: str, name: str, content: bytes
) -> None:
    file = Attachment(Octets.of(content), name, "application/x-thing", description=subject)
    root = compose(
        "A <a@a.example>", "b@b.example", subject, text=text, html=html, attachments=[file], ids=SeededIdentifiers()
    ).root
    assert is_clean(root.octets)
    message = read(root)
    assert message["subject"] is None or " ".join(message["subject"].split()) == " ".join(subject.split())
    bodies = [part for part in message.walk() if not part.is_multipart()]
    for part, wanted in zip(bodies, (text, html) if text or html else (html,), strict=False):
        if part.get_content_maintype() == "text":
            assert decoded(part).decode().replace("\r\n", "\n") in (wanted, html)
    assert decoded(bodies[-1]) == content
    ours = parse(root.octets)
    attached = body_parts(ours).attachments[-1]
    assert attached.file_name == name
    assert bytes(attached.content) == content


@pytest.mark.parametrize(
    "name",
    [
        "résumé.pdf",
        "रिपोर्ट 2026.pdf",
        "日本語のファイル名.txt",
        "عربي.pdf",
        "🎉.png",
        'a"b\\c.txt',
        "x" * 180 + ".txt",
        "é" * 90,
        "a;b='c'.txt",
    ],
)
def test_file_names_in_any_script_are_read_back(name: str) -> None:
    file = Attachment(Octets.of(b"x"), name)
    root = compose("a@a.example", "b@b.example", "s", attachments=[file], ids=SeededIdentifiers()).root
    field = next(part for part in read(root).walk() if part.get_content_disposition())["Content-Disposition"]
    # Of a name in two forms the standard library takes the first, so the ASCII form is taken away before it is asked.
    alone = email.message_from_bytes(
        bytes(root.children[1].octets).replace(b" filename=", b" x-ascii="), policy=email.policy.default
    )
    assert field.content_disposition == "attachment"
    assert name in (alone.get_filename(), alone["Content-Disposition"].params.get("x-ascii"))
    assert parse(root.octets).children[1].file_name == name


BAD = ["a\r\nBcc: evil@e.example", "a\nb", "a\rb", "a\x00b", "a\ud800b"]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("field", ["from_", "to", "subject", "cc", "bcc", "reply_to"])
def test_no_field_takes_a_line_end(field: str, bad: str) -> None:
    values = {"from_": "a@a.example", "to": "b@b.example", "subject": "s", field: bad}
    with pytest.raises(MessageError):
        compose(**values, ids=SeededIdentifiers())  # type: ignore[arg-type]


@pytest.mark.parametrize("bad", BAD)
def test_no_further_header_takes_a_line_end(bad: str) -> None:
    for header in ((bad, "x"), ("X-A", bad), ("Content-Language", bad), ("Content-" + bad, "x")):
        with pytest.raises(MessageError):
            compose("a@a", "b@b", "s", headers=[header], ids=SeededIdentifiers())


@pytest.mark.parametrize("bad", BAD)
def test_no_part_of_an_attachment_takes_a_line_end(bad: str) -> None:
    octets = Octets.of(b"x")
    for file in (
        Attachment(octets, file_name=bad),
        Attachment(octets, file_name=bad, disposition=""),
        Attachment(octets, media_type=bad),
        Attachment(octets, media_type=f"a/b; c={bad}"),
        Attachment(octets, media_type=f"a/b; c*=utf-8''%0D%0Ax; d={bad}"),
        Attachment(octets, disposition=bad),
        Attachment(octets, content_id=bad),
        Attachment(octets, description=bad),
        Attachment(octets, parameters=(("x", bad),)),
        Attachment(octets, parameters=((bad, "x"),)),
    ):
        with pytest.raises(MessageError):
            compose("a@a", "b@b", "s", attachments=[file], ids=SeededIdentifiers())
        if file.disposition == "attachment":
            with pytest.raises(MessageError):
                compose("a@a", "b@b", "s", html="<p>", inline=[file], ids=SeededIdentifiers())


def test_bodies_refuse_half_characters_only() -> None:
    with pytest.raises(MessageError):
        compose("a@a", "b@b", "s", text="a\ud800", ids=SeededIdentifiers())
    root = compose("a@a", "b@b", "s", text="a\r\nb\rc\nBcc: d@d\n\n.\n", ids=SeededIdentifiers()).root
    assert body_parts(root).text.text() == "a\nb\nc\nBcc: d@d\n\n.\n"  # type: ignore[union-attr]
