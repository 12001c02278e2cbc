"""What a signature survives is what OpenSSL says, too; the changes are those of real servers, and cost little."""

import hashlib
import mmap
import subprocess
import tracemalloc
from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from sescomposer.core import Attachment, Octets, SeededIdentifiers, compose, parse
from sescomposer.core.errors import OperationCancelledError, ProtectionError
from sescomposer.core.message import Message, Method, Protection
from sescomposer.core.octets import base64_octets
from sescomposer.core.protection.certificates.trust import Trust
from sescomposer.core.protection.relays.relay_changes import CHANGES
from sescomposer.core.protection.relays.relay_edits import refolded
from sescomposer.core.protection.relays.survival import Survived, offers, safer, survival
from sescomposer.core.protection.signing import clear_signed, opaque_signed
from sescomposer.core.protection.verifying import verify_detached, verify_opaque
from sescomposer.core.seal import as_sealed

if TYPE_CHECKING:
    from authority import Authority

TEXT = (
    "Grüße und ein langer Satz, der in quoted-printable sicher umbrochen wird, weil er länger als eine Zeile ist 🌹\n"
)
LINKS = "https://a.example/1\nFrom here on\n"
HTML = '<p>Grüße <a href="https://a.example/1">dort</a></p>\n'
FILE = Attachment(Octets.of(bytes(range(256)) * 4), "a.bin", "application/octet-stream")
ADDING = ("footer", "pixel", "links")
INSIDE = ("soft-breaks", "blanks-stripped", "8bit", "from", "footer", "pixel", "links")


def composed(text: str | None = TEXT, html: str | None = None, files: tuple[Attachment, ...] = ()) -> Message:
    """Compose a message from the holder of the certificate."""
    who = "Ann Example <ann@example.org>"
    ids = SeededIdentifiers()
    return compose(who, "b@b.example", "Grüße 🌹 " * 12, text=text, html=html, attachments=files, ids=ids)


def clear(message: Message, authority: "Authority") -> Octets:
    """Sign in the open."""
    ids = SeededIdentifiers()
    root = as_sealed(message, authority.now, ids)
    return clear_signed(root, authority.leaf(), authority.now, ids).octets


def opaque(message: Message, authority: "Authority") -> Octets:
    """Sign with everything inside."""
    root = as_sealed(message, authority.now, SeededIdentifiers())
    return opaque_signed(root, authority.leaf(), authority.now).octets


def verifier(authority: "Authority") -> Callable[[Octets], bool]:
    """Give what verifies with the roots of the tests."""
    trust, now = Trust((authority.root,)), authority.now

    def verify(octets: Octets) -> bool:
        root = parse(octets)
        match root.media_type:
            case "multipart/signed":
                entity, signature = root.children
                facts = verify_detached(entity.octets, signature.content, root=root, trust=trust, now=now)
            case "application/pkcs7-mime":
                facts = verify_opaque(root.content, root=root, trust=trust, now=now)
            case other:
                raise ProtectionError(f"A message of type {other} is not signed.")
        return bool(facts) and all(fact.is_good for fact in facts)

    return verify


def outcome(survived: tuple[Survived, ...]) -> tuple[set[str], set[str]]:
    """Give the ids of the changes that a signature survives, and of those that break it."""
    tried = [item for item in survived if item.applies]
    held = {item.change.id for item in tried if item.survives}
    return held, {item.change.id for item in tried} - held


def openssl(octets: Octets, authority: "Authority", folder: Path) -> bool:
    """Ask OpenSSL, strictly: the octets that are signed, and the signature, each in a file."""
    root = parse(octets)
    if root.media_type != "multipart/signed":
        return False
    roots, entity, signature = folder / "roots.pem", folder / "entity", folder / "signature"
    roots.write_bytes(authority.root_pem)
    entity.write_bytes(bytes(root.children[0].octets))
    signature.write_bytes(bytes(root.children[1].content))
    at = int(authority.now.timestamp())
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", str(signature), "-content", str(entity)]
    command += ["-CAfile", str(roots), "-attime", str(at), "-purpose", "smimesign", "-out", "/dev/null"]
    return subprocess.run(command, capture_output=True).returncode == 0


def test_in_the_open_it_survives_the_header_and_what_surrounds_it(authority: "Authority", tmp_path: Path) -> None:
    octets = clear(composed(TEXT + LINKS, HTML, (FILE,)), authority)
    verify = verifier(authority)
    assert verify(octets)
    survived = survival(octets, verify)
    held, broken = outcome(survived)
    assert held == {"headers"}
    assert broken == {"base64", "soft-breaks", "blanks-added", "line-feeds", "8bit", "footer", "list", "pixel", "links"}
    for item in survived:
        assert openssl(item.change.transform(octets), authority, tmp_path) is item.survives
        assert item.sentence.endswith(".")


def test_of_the_signature_alone_base64_may_be_wrapped(authority: "Authority") -> None:
    held, broken = outcome(survival(clear(composed("Hi\n"), authority), verifier(authority)))
    assert held == {"headers", "base64"}
    assert broken == {"blanks-added", "line-feeds", "footer", "list"}


def test_inside_the_signature_everything_is_safe(authority: "Authority") -> None:
    octets = opaque(composed(TEXT + LINKS, HTML, (FILE,)), authority)
    survived = survival(octets, verifier(authority))
    held, broken = outcome(survived)
    assert held == {"headers", "base64", "blanks-added", "line-feeds"}
    assert broken == {"list"}
    assert {item.change.id for item in survived if not item.applies} == set(INSIDE)
    assert all(item.survives for item in survived if not item.applies)


def test_each_offer_keeps_what_it_promises(authority: "Authority") -> None:
    message = composed(TEXT, HTML, (FILE,))
    verify = verifier(authority)
    _, broken = outcome(survival(clear(message, authority), verify))
    gentle, other = offers(message)
    assert safer(message) is gentle
    in_base64 = gentle.fix.edit(message, SeededIdentifiers())
    assert [part.text() for part in in_base64.root.walk() if part.is_text] == [TEXT, HTML]
    _, still = outcome(survival(clear(in_base64, authority), verify))
    assert broken & set(gentle.survives)
    assert not still & set(gentle.survives)
    assert offers(in_base64) == (other,)
    inside = other.fix.edit(message, SeededIdentifiers())
    assert inside.protection.opaque
    assert not offers(inside)
    _, still = outcome(survival(opaque(inside, authority), verify))
    assert not still & set(other.survives)


def test_openpgp_has_no_other_form() -> None:
    message = composed("Hi\n")
    assert len(offers(message)) == 1
    by_openpgp = Message(message.root, protection=Protection(method=Method.OPENPGP))
    assert not offers(by_openpgp)
    assert safer(by_openpgp) is None


def test_signed_and_attached_messages_are_never_written_anew(authority: "Authority") -> None:
    inner = bytes(clear(composed(), authority))
    head = b"From: a@a.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"
    raw = head + b"Content-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--x--\r\n"
    message = Message(parse(raw))
    assert len(offers(message)) == 1
    assert len(offers(Message(parse(inner)))) == 1


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.id)
def test_readers_see_the_same_or_what_was_added(change: object, authority: "Authority") -> None:
    found = next(item for item in CHANGES if item is change)
    octets = clear(composed(TEXT + LINKS, HTML, (FILE,)), authority)
    before = message_from_bytes(bytes(octets), policy=policy.default)
    after = message_from_bytes(bytes(found.transform(octets)), policy=policy.default)
    assert after["Subject"] == before["Subject"]
    for kind in ("text/plain", "text/html", "application/octet-stream"):
        old = next(part.get_content() for part in before.walk() if part.get_content_type() == kind)
        new = next(part.get_content() for part in after.walk() if part.get_content_type() == kind)
        if found.id == "blanks-added" and kind.startswith("text/"):
            # This reader takes blanks behind a soft line break for text; RFC 2045 section 6.7 lets them go.
            continue
        if kind == "application/octet-stream" or found.id not in (*ADDING, "line-feeds"):
            assert new == old
        elif found.id == "links":
            assert "https://click.invalid/L0/" in new
        elif found.id in ADDING and (found.id, kind) != ("pixel", "text/plain"):
            assert new.startswith(old)
            assert new != old
        else:
            assert new.replace("\r", "") == old.replace("\r", "")


@pytest.mark.parametrize("raw, ids", [
    (b"Content-Type: text/plain\r\n\r\nFrom me \r\n", {"from", "blanks-stripped"}),
    (b"Content-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\xfc\r\n", {"8bit"}),
    (b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n"
     + bytes(base64_octets(Octets.of(b"<a href='http://a.example'>x</a>" * 9))), {"links", "pixel", "base64"}),
    (b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nnot base64!\r\n", {"pixel"}),
])  # fmt: skip
def test_each_change_finds_what_it_is_for(raw: bytes, ids: set[str]) -> None:
    octets = Octets.of(b"From: a@a.example\r\nMIME-Version: 1.0\r\n" + raw)
    survived = survival(octets, lambda changed: changed.equals(octets))
    held, broken = outcome(survived)
    assert not held
    assert broken - {"headers", "blanks-added", "line-feeds", "footer", "list"} == ids


def test_text_in_base64_is_decoded_with_what_was_added() -> None:
    for length in range(1, 120):
        text = b"x" * length
        head = b"From: a@a.example\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        octets = Octets.join((head, base64_octets(Octets.of(text + b" http://a.example"))))
        by_id = {change.id: change for change in CHANGES}
        with_pixel = bytes(parse(by_id["pixel"].transform(octets)).content)
        assert with_pixel.startswith(text + b" http://a.example\r\n<img")
        with_links = bytes(parse(by_id["links"].transform(octets)).content)
        assert with_links.replace(b"0", b"") == text + b" http://click.invalid/L/http/a.example"


def test_what_cannot_be_read_any_more_is_lost(authority: "Authority") -> None:
    def verify(octets: Octets) -> bool:
        raise ProtectionError("Nobody reads this.")

    survived = survival(clear(composed("Hi\n"), authority), verify)
    assert {item.sentence for item in survived if item.applies} == {"The signature is lost: Nobody reads this."}
    assert not any(item.survives for item in survived if item.applies)


def test_it_can_be_cancelled() -> None:
    class Cancel:
        def step(self, done: int, total: int) -> None:
            if done == 2:
                raise OperationCancelledError

    with pytest.raises(OperationCancelledError):
        survival(Octets.of(b"From: a@a.example\r\n\r\nHi\r\n"), lambda octets: True, Cancel())


def test_forty_megabytes_cost_no_memory(authority: "Authority", tmp_path: Path) -> None:
    files = (Attachment(Octets.of(bytes(29_000_000)), "a.bin", "application/octet-stream"),)
    file = tmp_path / "sealed"
    with file.open("wb") as sink:
        clear(composed(TEXT + LINKS, HTML, files), authority).write_to(sink)
    with file.open("rb") as source:
        octets = Octets.of(mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ))
    assert len(octets) > 39_000_000

    def digest(changed: Octets) -> bytes:
        root = parse(changed)
        found = hashlib.sha256()
        for chunk in (root.children or (root,))[0].octets.chunks(1 << 20):
            found.update(chunk)
        return found.digest()

    signed = digest(octets)
    tracemalloc.start()
    held, _ = outcome(survival(octets, lambda changed: digest(changed) == signed))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert held == {"headers"}
    assert peak < 16_000_000


LINES = st.sampled_from(
    [
        b"Hi\r\n", b"Hi \r\n", b"From me\r\n", b"=\r\n", b"=C3=BC" * 20 + b"\r\n", b"http://a.example\r\n", b"\xfc\r\n",
        b"--b\r\n", b"--b--\r\n", b"Content-Type: text/html\r\n", b"\r\n", b"QUJD\r\n", b"QQ==\r\n", b"\r", b"\n",
        b"Content-Type: message/rfc822\r\n", b"Content-Transfer-Encoding: base64\r\n",
        b"Content-Transfer-Encoding: quoted-printable\r\n", b"Content-Transfer-Encoding: 8bit\r\n", b"Date: x\r\n",
        b"Content-Type: multipart/signed; boundary=b\r\n", b"Subject: " + b" x" * 80 + b" \r\n",
    ]
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(LINES | st.binary(max_size=5), max_size=14))
def test_no_octets_stop_it(lines: list[bytes]) -> None:
    octets = Octets.of(b"From: a@a.example\r\n" + b"".join(lines))
    survived = survival(octets, lambda changed: len(parse(changed).octets) == len(changed))
    assert len(survived) == len(CHANGES)
    for item in survived:
        changed = item.change.transform(octets)
        assert (changed is octets) is not item.applies
        assert item.change.id == "line-feeds" or not item.applies or not changed.equals(octets)


@given(st.binary(max_size=300))
def test_folding_anew_keeps_the_words(body: bytes) -> None:
    field = b"X-A: a " + body.replace(b"\r", b"").replace(b"\n", b"") + b"\r\n"
    new = refolded(field)
    assert new.replace(b"\r\n", b"").split() == field.split()
    assert not any(line.strip(b" \t") == b"" for line in new.split(b"\r\n")[:-1])


def test_the_time_of_signing_stays_near_to_date(authority: "Authority") -> None:
    octets = clear(composed("Hi\n"), authority)
    header = next(change for change in CHANGES if change.id == "headers")
    root = parse(header.transform(octets))
    from email.utils import parsedate_to_datetime

    moved: datetime = parsedate_to_datetime(root.header.get("Date"))
    assert (moved - authority.now).total_seconds() == 1
    assert root.header.first("Received") is not None
    assert b"From: Ann Example <ann@example.org>\r\n" in bytes(root.header.octets)
