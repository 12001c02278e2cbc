"""Sealing: what is stamped, what is taken out, and that nothing else changes."""

import email
import email.policy
import hashlib
from datetime import datetime, timedelta, timezone

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from sescomposer.core import Attachment, MemoryTarget, Octets, Road, SeededIdentifiers, compose, parse, seal
from sescomposer.core.entity import Entity
from sescomposer.core.errors import OperationCancelledError, StoreError
from sescomposer.core.message import EnvelopeOverride, Message
from sescomposer.core.seal import Sealed, as_sealed
from sescomposer.core.structure import body_parts, with_text

NOW = datetime(2026, 1, 2, 3, 4, 5, 678, timezone(timedelta(hours=-3, minutes=-30)))
FULL = b"From: a@a.example\r\nTo: b@b.example\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\nMessage-ID: <x@y>\r\n"


def sealed(message: Message) -> Sealed:
    """Seal into memory."""
    (item,) = seal(message, Road.SES_V2, now=NOW, ids=SeededIdentifiers(), into=MemoryTarget)
    return item


class BrokenTarget(MemoryTarget):
    """Gives other octets back than it took; remembers whether it was given up."""

    given_up = False

    def finish(self, sha256: str) -> Octets:
        """Lose the last octet."""
        octets = super().finish(sha256)
        return octets[: len(octets) - 1]

    def abandon(self) -> None:
        """Remember."""
        super().abandon()
        type(self).given_up = True


class CancelAtOnce:
    """Progress of somebody who has cancelled."""

    def step(self, done: int, total: int) -> None:
        """Stop."""
        assert 0 < done <= total
        raise OperationCancelledError()


def test_missing_fields_are_stamped_before_those_of_mime() -> None:
    message = compose("Z <z@bücher.example>", "b@b.example", "s", text="t", ids=SeededIdentifiers())
    item = sealed(message)
    fields = {field.name: field.body for field in item.root.header.fields}
    assert list(fields) == [
        "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"
    ]  # fmt: skip
    assert fields["Date"] == "Fri, 02 Jan 2026 03:04:05 -0330"
    assert fields["Message-ID"].startswith("<20260102063405.")
    assert fields["Message-ID"].endswith("@xn--bcher-kva.example>")
    assert item.stamped == ("Date", "Message-ID")
    assert message.root.header.first("Date") is None


def test_bcc_goes_but_its_recipients_stay() -> None:
    octets = FULL + b"Bcc: c@c.example,\r\n d@d.example\r\nResent-Bcc: e@e.example\r\nSubject: s\r\n\r\nBcc: stays\r\n"
    item = sealed(Message(parse(octets)))
    assert bytes(item.octets) == FULL + b"Subject: s\r\n\r\nBcc: stays\r\n"
    assert item.envelope.rcpt_to == ("b@b.example", "c@c.example", "d@d.example")
    assert item.envelope.mail_from == "a@a.example"
    assert item.hidden == ("Bcc", "Resent-Bcc")


def test_the_envelope_is_the_overridden_one() -> None:
    item = sealed(Message(parse(FULL + b"\r\n"), EnvelopeOverride("r@r.example", ("x@x.example",))))
    assert (item.envelope.mail_from, item.envelope.rcpt_to) == ("r@r.example", ("x@x.example",))


@given(body=st.binary(max_size=400).map(lambda octets: octets.replace(b"\n", b"\r\n")))
@settings(max_examples=100, deadline=None)
def test_a_complete_message_with_crlf_stays_octet_for_octet(body: bytes) -> None:
    octets = FULL + b"Content-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + body
    message = Message(parse(octets))
    item = sealed(message)
    assert bytes(item.octets) == octets
    assert item.sha256 == hashlib.sha256(octets).hexdigest()
    assert as_sealed(message, NOW, SeededIdentifiers()) is message.root


def test_only_the_edited_part_is_encoded_anew() -> None:
    octets = (
        FULL + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n\r\nold\r\n"
        b"--b\r\nContent-Type: text/x; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGr\xfc\xdfe"
        + b"x" * 2000
        + b"\r\n--b--\r\n"
    )
    root = with_text(parse(octets), "neu: Grüße aus Bonn", SeededIdentifiers())
    wanted = octets.replace(
        b"utf-8\r\n\r\nold",
        b"utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nneu: Gr=C3=BC=C3=9Fe aus Bonn",
    )
    assert bytes(sealed(Message(root)).octets) == wanted


def test_the_written_octets_are_those_of_the_provisional_root_and_of_the_parsed_one() -> None:
    file = Attachment(Octets.of(bytes(300_000)), "zero.bin")
    message = compose(
        "a@a.example", "b@b.example", "s", text="t", html="<p>", attachments=[file], bcc="c@c", ids=SeededIdentifiers()
    )
    item = sealed(message)
    ids = SeededIdentifiers()
    trace = ids.token()
    provisional = as_sealed(message, NOW, ids, item.road, trace)
    assert trace == item.trace
    assert provisional.octets.equals(item.octets)
    assert item.root.octets.equals(item.octets)
    assert provisional.children[1] is message.root.children[1]
    read = email.message_from_bytes(bytes(item.octets), policy=email.policy.default)
    assert all(not part.defects for part in read.walk())
    assert [part.get_content_type() for part in read.walk()] == [entity.media_type for entity in item.root.walk()]


def test_a_message_without_a_domain_tells_nothing_about_the_computer() -> None:
    item = sealed(Message(parse(b"To: b@b.example\r\n\r\n")))
    assert item.root.header.get("Message-ID").endswith("@message.invalid>")


def test_a_buffer_that_changes_octets_stops_the_send() -> None:
    message = Message(parse(FULL + b"\r\n"))
    with pytest.raises(StoreError, match="not kept"):
        seal(message, Road.SMTP, now=NOW, ids=SeededIdentifiers(), into=BrokenTarget)


def test_a_cancelled_seal_gives_its_buffer_up() -> None:
    BrokenTarget.given_up = False
    message = Message(parse(FULL + b"\r\n"))
    with pytest.raises(OperationCancelledError):
        seal(message, Road.SMTP, now=NOW, ids=SeededIdentifiers(), into=BrokenTarget, progress=CancelAtOnce())
    assert BrokenTarget.given_up


def test_the_time_needs_an_offset() -> None:
    with pytest.raises(ValueError, match="offset"):
        as_sealed(Message(parse(b"")), datetime(2026, 1, 1), SeededIdentifiers())


def test_lf_becomes_crlf_everywhere_and_content_stays() -> None:
    message = compose("a@a.example", "b@b.example", "s", text="t\nü", html="<p>\n", ids=SeededIdentifiers())
    lf = parse(bytes(message.root.octets).replace(b"\r\n", b"\n"))
    item = sealed(Message(lf))
    assert bytes(item.octets).count(b"\n") == bytes(item.octets).count(b"\r\n")
    assert [text_of(item.root, kind) for kind in ("text", "html")] == ["t\nü", "<p>\n"]


def text_of(root: Entity, kind: str) -> str:
    """Text of a body."""
    part = getattr(body_parts(root), kind)
    assert isinstance(part, Entity)
    return part.text()
