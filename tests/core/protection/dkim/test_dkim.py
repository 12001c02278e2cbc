"""DKIM of ours is read by two other programs, before and after what SES does, and not after any other change."""

import hashlib
import logging
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import dkim
import hypothesis.strategies as st
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given, settings

from sescomposer.core import Attachment, Octets, SeededIdentifiers, compose, parse
from sescomposer.core.entity import Entity
from sescomposer.core.errors import OperationCancelledError, ProtectionError
from sescomposer.core.protection.dkim.dkim_canonical import relaxed_body
from sescomposer.core.protection.dkim.dkim_key import public_key_record, zone_line
from sescomposer.core.protection.dkim.dkim_names import checked_names
from sescomposer.core.protection.dkim.dkim_signature import sign_dkim, signed_names

if TYPE_CHECKING:
    from authority import Authority

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SCRIPT = Path(__file__).parents[3] / "data" / "dkim" / "verify.pl"
HEAD = (
    b"Date: Sat, 21 Nov 2026 12:00:00 +0000\r\nMessage-ID: <a@a.example>\r\n"
    b"From: A <a@a.example>\r\nTo: b@b.example\r\n"
)
MESSAGE = (
    HEAD + b"X-SES-TENANT: t\r\nSubject:  Hi \r\n there\r\nMIME-Version: 1.0\r\n\r\nHi \t there \r\n\r\nyou\r\n\r\n\r\n"
)

pytestmark = pytest.mark.usefixtures("quiet_reader")


@pytest.fixture
def quiet_reader() -> None:
    """The reader logs what it thinks of strange mail; here only its verdict counts."""
    logging.getLogger("dkimpy").setLevel(logging.CRITICAL)


@pytest.fixture(scope="module")
def key(authority: "Authority") -> rsa.RSAPrivateKey:
    """Give a key that is there already: new ones are slow to make."""
    return cast(rsa.RSAPrivateKey, authority.leaf().key)


def signed(octets: bytes | Octets, key: rsa.RSAPrivateKey) -> Entity:
    """Sign for the domain of From."""
    return sign_dkim(parse(octets), key, "a.example", "s1", NOW)


def verifies(octets: bytes, key: rsa.RSAPrivateKey) -> bool:
    """Ask dkimpy."""
    record = public_key_record(key).encode()

    def lookup(name: bytes, timeout: int = 5) -> bytes | None:
        del timeout
        return record if name == b"s1._domainkey.a.example." else None

    return bool(dkim.verify(octets, logger=logging.getLogger("dkimpy"), dnsfunc=lookup))


def verifies_elsewhere(octets: bytes, key: rsa.RSAPrivateKey) -> bool:
    """Ask Mail::DKIM of Perl."""
    if subprocess.run(["perl", "-MMail::DKIM", "-e1"], capture_output=True).returncode:
        pytest.skip("Mail::DKIM is missing (Debian: libmail-dkim-perl)")
    command = ["perl", str(SCRIPT), public_key_record(key)]
    return subprocess.run(command, input=octets, capture_output=True, check=True).stdout == b"pass\n"


def by_service(octets: bytes) -> bytes:
    """Do what SES does to a message that it does not track."""
    octets = octets.replace(b"Sat, 21 Nov 2026 12:00:00", b"Sat, 21 Nov 2026 12:00:07")
    octets = octets.replace(b"<a@a.example>\r\nFrom", b"<0102@email.amazonses.com>\r\nFrom")
    octets = octets.replace(b"X-SES-TENANT: t\r\n", b"")
    return b"Feedback-ID: x\r\nX-SES-Outgoing: x\r\nReturn-Path: <x@amazonses.com>\r\n" + octets


def test_other_programs_read_it_before_and_after_the_service(key: rsa.RSAPrivateKey) -> None:
    octets = bytes(signed(MESSAGE, key).octets)
    assert octets.endswith(MESSAGE)
    for form in (octets, by_service(octets)):
        assert verifies(form, key)
        assert verifies_elsewhere(form, key)


@pytest.mark.parametrize(
    "old, new",
    [
        (b"you", b"yow"),
        (b"Subject:  Hi", b"Subject: Ho"),
        (b"\r\nTo: b@", b"\r\nTo: c@"),
        (b"\r\nTo:", b"\r\nCc: c@c.example\r\nTo:"),
        (b"\r\nTo:", b"\r\nFrom: B <b@b.example>\r\nTo:"),
        (b"\r\nTo:", b"\r\nReply-To: c@c.example\r\nTo:"),
        (b"MIME-Version: 1.0\r\n", b""),
        (b"s=s1", b"s=s2"),
    ],
)
def test_nobody_reads_what_was_changed(key: rsa.RSAPrivateKey, old: bytes, new: bytes) -> None:
    octets = bytes(signed(MESSAGE, key).octets)
    assert old in octets
    changed = octets.replace(old, new, 1)
    assert not verifies(changed, key)


def test_a_changed_octet_is_seen_by_the_other_reader_too(key: rsa.RSAPrivateKey) -> None:
    assert not verifies_elsewhere(bytes(signed(MESSAGE, key).octets).replace(b"you", b"yow"), key)


def test_a_refolded_header_and_longer_blanks_stay_signed(key: rsa.RSAPrivateKey) -> None:
    octets = bytes(signed(MESSAGE, key).octets)
    changed = octets.replace(b"Subject:  Hi \r\n there", b"SUBJECT: Hi   there").replace(b"Hi \t there ", b"Hi  there")
    assert changed != octets
    assert verifies(changed, key)


def test_a_composed_message_with_attachments_verifies(key: rsa.RSAPrivateKey) -> None:
    files = [Attachment(Octets.of(bytes(range(256)) * 4000), "ä.bin", "application/octet-stream")]
    ids = SeededIdentifiers()
    message = compose("a@a.example", "अनु <b@b.example>", "नमस्ते 🌹", text="Grüße \n", attachments=files, ids=ids)
    octets = bytes(sign_dkim(message.root, key, "A.Example.", "S1", NOW).octets)
    assert verifies(octets, key)
    assert verifies_elsewhere(octets, key)


HEADERS = st.sampled_from(
    [
        b"Cc: c@c.example\r\n", b"Cc:\r\n", b"To: z@z.example\r\n", b"References: <a@b>\r\n\t<c@d>\r\n",
        b"List-Id: <a.example>\r\n", b"List-Unsubscribe: <https://a.example>\r\n", b"X-Any: \xff\r\n",
        b"Subject: a\r\n  \r\n b\r\n", b"Reply-To:x@x.example  \r\n",
        b"Content-Type: text/plain;\r\n\tcharset=utf-8\r\n",
    ]
)  # fmt: skip
BODY = st.lists(st.sampled_from([b" ", b"\t", b"\r\n", b"\r\n\r\n", b"a", b"b c", b"\xff", b"=20"]), max_size=30)


@settings(max_examples=100)
@given(st.lists(HEADERS, max_size=5), BODY)
def test_any_message_of_ours_verifies(authority: "Authority", fields: list[bytes], body: list[bytes]) -> None:
    key = cast(rsa.RSAPrivateKey, authority.leaf().key)
    octets = HEAD + b"".join(fields) + b"\r\n" + b"".join(body)
    sent = bytes(signed(octets, key).octets)
    # Transports end the last line.
    assert verifies(sent if sent.endswith(b"\r\n") else sent + b"\r\n", key)


@settings(max_examples=200)
@given(st.lists(st.sampled_from([b" ", b"\t", b"\r\n", b"\r", b"\n", b"a", b"b"]), max_size=40), st.data())
def test_the_stream_says_the_same_wherever_it_is_cut(pieces: list[bytes], data: st.DataObject) -> None:
    octets = b"".join(pieces)
    at = data.draw(st.integers(0, len(octets)))
    whole = b"".join(relaxed_body([octets]))
    assert b"".join(relaxed_body([octets[:at], octets[at:]])) == whole
    assert b"".join(relaxed_body(bytes([octet]) for octet in octets)) == whole


def test_what_the_service_writes_is_never_signed() -> None:
    octets = MESSAGE.replace(
        b"X-SES-TENANT", b"List-Unsubscribe: <https://a.example>\r\nBcc: x@x.example\r\nX-SES-TENANT"
    )
    names = signed_names(parse(octets))
    assert "List-Unsubscribe" in names
    assert names.count("From") == 2
    assert not {"Date", "Message-ID", "Bcc", "X-SES-TENANT", "Return-Path", "Received"} & set(names)
    assert "List-Unsubscribe" not in signed_names(parse(octets), list_management=True)
    managed = octets.replace(b"X-SES-TENANT: t", b"X-SES-LIST-MANAGEMENT-OPTIONS: a")
    assert "List-Unsubscribe" not in signed_names(parse(managed))


def test_a_second_signature_is_refused(key: rsa.RSAPrivateKey) -> None:
    once = signed(MESSAGE, key)
    with pytest.raises(ProtectionError, match="already"):
        sign_dkim(once, key, "a.example", "s1", NOW)
    with pytest.raises(ProtectionError, match="without From"):
        signed(b"To: a@a.example\r\n\r\nHi", key)


def test_blanks_around_names_do_not_matter() -> None:
    assert checked_names(" A.example.", "S\r\n") == ("a.example", "s")


@pytest.mark.parametrize(
    "domain", ["", "localhost", "a b.example", "a..example", ".example", "a.example;p=x", "x" * 70 + ".a"]
)
def test_domains_that_are_none_are_refused(key: rsa.RSAPrivateKey, domain: str) -> None:
    with pytest.raises(ProtectionError, match="domain"):
        sign_dkim(parse(MESSAGE), key, domain, "s", NOW)


@pytest.mark.parametrize("selector", ["", "s;p=x", "s s", "s..t", "ä", "s\r\nTo: x"])
def test_selectors_that_are_none_are_refused(key: rsa.RSAPrivateKey, selector: str) -> None:
    domain = "a.example"
    with pytest.raises(ProtectionError):
        sign_dkim(parse(MESSAGE), key, domain, selector, NOW)


def test_it_can_be_cancelled(key: rsa.RSAPrivateKey) -> None:
    class Cancel:
        def step(self, done: int, total: int) -> None:
            raise OperationCancelledError

    with pytest.raises(OperationCancelledError):
        sign_dkim(parse(MESSAGE), key, "a.example", "s1", NOW, progress=Cancel())


@pytest.mark.parametrize("other", [ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()])
def test_only_rsa_signs(other: object) -> None:
    with pytest.raises(ProtectionError, match="RSA"):
        sign_dkim(parse(MESSAGE), cast(rsa.RSAPrivateKey, other), "a.example", "s1", NOW)


def test_the_record_is_what_the_dns_takes(key: rsa.RSAPrivateKey) -> None:
    record = public_key_record(key)
    assert record == public_key_record(key.public_key())
    strings = zone_line("a.example", "s1", record).split('"')[1::2]
    assert "".join(strings) == record
    assert max(map(len, strings)) <= 255


def test_forty_megabytes_are_signed_as_a_stream(
    key: rsa.RSAPrivateKey, costs_at_most: Callable[[float, Callable[[], object], Callable[[], object]], None]
) -> None:
    files = [Attachment(Octets.of(bytes(29_000_000)), "a.bin", "application/octet-stream")]
    root = compose("a@a.example", "b@b.example", "Hi", text="Hi", attachments=files, ids=SeededIdentifiers()).root
    octets = bytes(root.octets)
    costs_at_most(6, partial(sign_dkim, root, key, "a.example", "s1", NOW), partial(hashlib.md5, octets))


@pytest.mark.parametrize("octets", [b" " * 1_000_000, b"\r\n" * 1_000_000 + b"\r", b" \r" * 500_000, b"x " * 500_000])
def test_hostile_bodies_take_linear_time(
    octets: bytes, costs_at_most: Callable[[float, Callable[[], object], Callable[[], object]], None]
) -> None:
    def chunked() -> bytes:
        return b"".join(relaxed_body(octets[at : at + 4096] for at in range(0, len(octets), 4096)))

    benign = b"a line of text  as people write it \r\n" * 30_000
    costs_at_most(30, chunked, lambda: b"".join(relaxed_body([benign])))
