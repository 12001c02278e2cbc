"""Preflight as a whole: clean messages, memoised work, signed parts, limits, hostile octets."""

from collections import Counter
from collections.abc import Callable
from email import message_from_bytes
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from sescomposer.core import Attachment, Octets, SeededIdentifiers, compose, parse, serialize
from sescomposer.core.attachment_words import promise_in
from sescomposer.core.body_parts import body_parts
from sescomposer.core.checks import addresses, check, content_ids, header_fields, lines, size, structure
from sescomposer.core.checks.subject import Subject
from sescomposer.core.errors import EditError
from sescomposer.core.findings import Severity
from sescomposer.core.message import Message, Road
from sescomposer.core.octets import base64_octets
from sescomposer.core.structure import splice, without_header_fields, wrap

CostsAtMost = Callable[[float, Callable[[], object], Callable[[], object]], None]

DATA = Path(__file__).parents[2] / "data"
PICTURE = Attachment(Octets.of(b"\x89PNG\r\n\x1a\n"), "leaf.png", "image/png")
TABLE = Attachment(Octets.of(b"a;b\r\n" * 2000), "Täble 表 🌹.csv", "text/csv")
HTML = '<p>Grüße 🌹 <img src="cid:leaf.png" alt="">'
SIGNED = (
    b"From: a@a.example\r\nTo: b@b.example\r\nSubject: Hi\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n"
    b"a\rb\xff"
    + b"x"
    * 999
    + b'<img src="cid:x">\r\n--b\r\nContent-Type: application/pgp-signature; name=a b.exe\r\n\r\n'
    b"x\r\n--b--\r\n"
)


def codes(message: Message, road: Road = Road.SES_V2, **options: bool | tuple[str, ...]) -> list[str]:
    """Give the codes found."""
    return [finding.code for finding in check(message, road, **options)]  # type: ignore[arg-type]


def text_message(body: str, subject: str = "Hi") -> Message:
    """Compose a message of one text."""
    return compose("a@a.example", "b@b.example", subject, text=body, ids=SeededIdentifiers())


@pytest.mark.parametrize("text", [None, "", "Hi\n", "Grüße 🌹\nFrom here on\n.\n\x0c trailing \n" + "long " * 400])
@pytest.mark.parametrize("html", [None, HTML, HTML + "x" * 3000])
@pytest.mark.parametrize("files", [(), (TABLE,), (TABLE, PICTURE, TABLE)])
def test_what_we_compose_has_no_finding_but_intended_ones(
    text: str | None, html: str | None, files: tuple[Attachment, ...]
) -> None:
    message = compose(
        "Zoë <zoe@bücher.example>",
        "अनु शर्मा <anu@example.net>, Group: c@c.example, d@d.example;",
        "Garden party 🌹 " * 20,
        cc="e@e.example",
        bcc="f@f.example",
        reply_to="g@g.example",
        text=text,
        html=html,
        attachments=files,
        inline=(PICTURE,) if html else (),
        headers=[("References", "<a@a.example> <b@a.example>"), ("X-Campaign", "grün"), ("Keywords", "a, ü")],
        ids=SeededIdentifiers(),
    )
    intended = ["no-text-alternative"] if html is not None and not text else []
    for road in Road:
        assert codes(message, road) == intended
        assert codes(Message(parse(serialize(message.root))), road) == intended


def test_the_ranks_go_from_bad_to_good() -> None:
    found = check(Message(parse(b"To: a@localhost\r\nSubject: \r\n\r\nsee attachment\xff\r\n")))
    assert [finding.severity.rank for finding in found] == sorted(finding.severity.rank for finding in found)
    assert found[0].severity is Severity.ERROR


def test_inside_a_signature_there_is_no_fix() -> None:
    message = Message(parse(SIGNED))
    found = {finding.code: finding for finding in check(message)}
    inside = {"bare-cr", "content-8bit", "line-too-long", "cid-without-part", "no-text-alternative"}
    assert inside <= set(found)
    assert "extension-refused" in found
    assert not any(found[code].fix for code in (*inside, "extension-refused", "parameter-unquoted"))


def test_a_key_in_the_text_checks_only_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = SeededIdentifiers()
    message = compose(
        "a@a.example", "b@b.example", "Hi", text="Hi\n", html=HTML, inline=[PICTURE], attachments=[TABLE] * 3, ids=ids
    )
    message = Message(parse(serialize(message.root)))
    calls: Counter[str] = Counter()

    def counted(module: object, name: str) -> None:
        function: Callable[..., object] = getattr(module, name)

        def counting(*arguments: object, **named: object) -> object:
            calls[name] += 1
            return function(*arguments, **named)

        monkeypatch.setattr(module, name, counting)

    counted(lines, "_of_entity")
    counted(lines, "_facts")
    counted(header_fields, "_fields_of")
    counted(content_ids, "wanted_ids")
    counted(structure, "_of_part")
    counted(addresses, "_in_fields")
    first = check(message)
    entities = sum(1 for _ in message.root.walk())
    assert calls["_of_entity"] == calls["_fields_of"] == entities
    calls.clear()
    text = body_parts(message.root).text
    assert text is not None
    after = message.edited(lambda root: splice(root, text.key, 0, 0, "!", ids))
    assert [finding.code for finding in check(after)] == [finding.code for finding in first]
    depth = len(after.root.trail(text.key))
    assert calls == {"_of_entity": depth, "_facts": 1, "_of_part": depth - 1}
    calls.clear()
    check(after, Road.SMTP)
    assert not calls


def test_of_each_family_a_thousand_are_listed() -> None:
    many = b"".join(b"X-SES-No-%d: 1\r\nX-Bad-%d: \xff\r\n" % (n, n) for n in range(1500))
    found = check(Message(parse(b"From: a@a.example\r\nTo: b@b.example\r\nSubject: Hi\r\n" + many + b"\r\nHi\r\n")))
    counted = Counter(finding.code for finding in found)
    assert counted["unknown-control-field"] == counted["field-8bit"] == 1000
    assert counted["findings-cut"] == 2
    exactly = b"".join(b"X-Bad-%d: \xff\r\n" % n for n in range(1000))
    found = check(Message(parse(b"From: a@a.example\r\nTo: b@b.example\r\nSubject: Hi\r\n" + exactly + b"\r\nHi\r\n")))
    assert Counter(finding.code for finding in found)["findings-cut"] == 0


@pytest.mark.parametrize(
    "octets",
    [
        b"From: a@b.example\r\n" + b"To: \xff bad, <a@b>\r\n" * 20_000 + b"\r\nHi",
        b"From: a@b.example\r\n" + b"X-SES-No : \0\r\n" * 100_000 + b"\r\nHi",
        b"From: a@b.example\r\nReferences: " + b"<" * 1_000_000 + b"\r\n\r\nHi",
        b"From: a@b.example\r\nList-Unsubscribe: " + b"<a:b>," * 100_000 + b"\r\n\r\nHi",
        b"From: a@b.example\r\nContent-Type: text/plain" + b"; x" * 100_000 + b"\r\n\r\nHi",
        b"\r" * 10_000_000,
        b"From: a@b.example\r\n\r\n" + b"\r" * 10_000_000,
        b"From: a@b.example\r\n\r\n" + (b"x" * 998 + b"\r\n") * 10_000,
        b"From: a@b.example\r\n\r\n" + b"x" * 10_000_000,
        b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\r\nContent-Type: a; name=x y.exe\r\nContent-ID: x\r\n\r\n\xff\r\n" * 12_000,
        b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n"
        + b"".join(b"<img src=cid:%d>\r\n" % number for number in range(50_000)),
        b'From: a@b.example\r\nContent-Disposition: a; filename="' + b".exe" * 100_000 + b'.txt"\r\n\r\nHi',
    ],
    ids=lambda octets: octets[19:60].decode("latin-1"),
)
def test_hostile_octets_take_linear_time(octets: bytes, costs_at_most: CostsAtMost) -> None:
    benign = b"From: a@b.example\r\n\r\n" + b"a line of text as people write it\r\n" * 300_000
    # The peer merely splits 10 MB into lines; a square of these lengths would take hours.
    costs_at_most(60, lambda: check(Message(parse(octets))), lambda: message_from_bytes(benign))


SNIPPETS = st.sampled_from(
    [
        b"From: a@a.example\r\n", b"To: b@b.example, \xc3\xa9@c\r\n", b"To: ,\"@\r\n", b"Bcc:\r\n", b" folded\r\n",
        b" \r\n",
        b"Subject: a\0b\xff\r\n", b"Date: x\r\n", b"References: <a@b> x\r\n", b"MIME-Version: 2\r\n", b": x\r\n",
        b"\r\n",
        b"Content-Type: multipart/mixed; boundary=b\r\n", b"Content-Type: text; a=b c; d\r\n", b"\n", b"\r", b"\xff",
        b"Content-Type: message/rfc822\r\n", b"Content-Type: text/html; charset=x\r\n", b"--b\r\n", b"--b--\r\n",
        b"Content-Type: multipart/signed; boundary=b\r\n", b"Content-Transfer-Encoding: base64\r\n",
        b"U3ViamVjdDogeA=\r\n",
        b"Content-Transfer-Encoding: quoted-printable\r\n", b"Content-Transfer-Encoding: binary\r\n", b"=x\r\n",
        b"Content-Disposition: attachment; filename=\"a.exe\"; filename=b\r\n", b"Content-ID: x y\r\n", b"cid:x",
        b"<img src=cid:x>see attachment", b"x" * 999, b"\xef\xbb\xbf", b"From me\r\n", b"X-SES-MESSAGE-TAGS: a,=b\r\n",
    ]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(SNIPPETS | st.binary(max_size=5), max_size=14))
def test_no_octets_stop_a_check_and_every_fix_can_be_shown(pieces: list[bytes]) -> None:
    message = Message(parse(b"".join(pieces)))
    for finding in check(message):
        where = finding.where
        entity = message.root if where.key is None else message.root.find(where.key)
        assert entity is not None
        assert -1 <= where.start <= where.stop <= len(entity.octets)
        if finding.fix is not None:
            fixed = finding.fix.edit(message, SeededIdentifiers())
            assert serialize(parse(serialize(fixed.root))) == serialize(fixed.root)


@pytest.mark.parametrize("file", sorted((DATA / "eml").rglob("*.eml")), ids=lambda file: file.name)
def test_every_fix_of_the_corpus_can_be_shown(file: Path) -> None:
    message = Message(parse(file.read_bytes()))
    for finding in check(message):
        if finding.fix is not None:
            finding.fix.edit(message, SeededIdentifiers())


def test_a_fix_for_a_field_that_is_gone_says_so() -> None:
    message = Message(parse(b"From: a@a.example\r\nTo: b@b.example\r\nSubject: Hi\r\nDate: x\r\n\r\nHi\r\n"))
    fix = next(finding.fix for finding in check(message) if finding.code == "bad-date")
    assert fix is not None
    gone = message.edited(lambda root: without_header_fields(root, root.key, "Date"))
    with pytest.raises(EditError, match="no longer"):
        fix.edit(gone, SeededIdentifiers())


def test_sizes_that_may_be_too_large_are_told() -> None:
    head = b"From: a@a.example\r\nTo: b@b.example\r\nSubject: Hi\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    body = base64_octets(Octets.of(bytes(29_240_000)))
    message = Message(parse(Octets.join((head, body))))
    assert 40_000_000 < len(message.root.octets) < 41_943_040
    assert [finding.code for finding in size.octets(Subject(message, Road.SES_V2))] == ["large-in-decimal"]
    larger = Message(parse(Octets.join((head, body, body[:3_000_000]))))
    answers = [next(iter(size.octets(Subject(larger, road)))).answer for road in (Road.SES_V2, Road.SMTP)]
    assert answers == ["", "552 Message is too long"]


@pytest.mark.parametrize(
    "text, found",
    [
        ("Please find attached our offer.", "please find attached"),
        ("SEE\n ATTACHMENT", "see attachment"),
        ("Anbei die Rechnung", "anbei"),
        ("der Anbeier", ""),
        ("unattached is fine, see attachments", ""),
        ("कृपया संलग्न देखें", "संलग्न"),
        ("असंलग्नता", ""),
        ("資料を添付します", "添付"),
        ("> see attachment", ""),
        ("Ci-joint le devis", "ci-joint"),
    ],
)
def test_words_that_promise_an_attachment_are_whole_words(text: str, found: str) -> None:
    message = text_message(text)
    assert ("attachment-forgotten" in codes(message)) is bool(found)
    assert promise_in(text.lstrip(">") if found else "") == found


def test_the_user_may_add_words_or_switch_the_check_off() -> None:
    assert codes(text_message("Voilà la  Brochure!")) == []
    assert codes(text_message("Voilà la  Brochure!"), more_attachment_words=("LA BROCHURE", "")) == [
        "attachment-forgotten"
    ]
    assert codes(text_message("see attachment"), forgotten_attachment=False) == []
    attached = compose("a@a.example", "b@b.example", "Hi", text="anbei", attachments=[TABLE], ids=SeededIdentifiers())
    assert codes(attached) == []


def test_lines_that_only_look_dangerous_are_no_findings() -> None:
    raw = b"From: a@a.example\r\nTo: b@b.example\r\nSubject: Hi\r\n\r\nFrom me\r\n.\r\n..\r\ntrailing \r\n"
    assert codes(Message(parse(raw))) == []


def test_a_wrapped_message_keeps_its_findings() -> None:
    message = text_message("Hi")
    ids = SeededIdentifiers()
    wrapped = message.edited(lambda root: wrap(root, root.key, "mixed", ids))
    assert codes(wrapped) == []
