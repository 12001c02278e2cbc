"""The verb `send` and policies: what must be signed is, or nothing leaves; what was chosen in words is done."""

import json
from collections.abc import Callable
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lasting_keyring import LastingKeyring

from sescomposer.bootstrap import make_services
from sescomposer.core.errors import ExitCode

if TYPE_CHECKING:
    from authority import Authority

Run = Callable[..., Any]
Pipe = Callable[[bytes], str]
OpenSsl = Callable[..., bytes]

ANN = "ann@example.org"
LETTER = b"From: Ann <ann@example.org>\nTo: bob@example.net\nSubject: The report\n\nIt is done.\n"


class Desk:
    """Ann's folder; her key is kept in the keyring, and her root is trusted."""

    def __init__(self, folder: Path, authority: "Authority", run: Run, pipe: Pipe) -> None:
        self.run, self.pipe, self.folder = run, pipe, folder
        self.ca, self.p12, self.letter = (folder / name for name in ("ca.pem", "ann.p12", "letter.eml"))
        self.ca.write_bytes(authority.root_pem)
        self.p12.write_bytes(authority.p12(authority.leaf()))
        self.letter.write_bytes(LETTER)

    def with_key(self) -> "Desk":
        """Import the key and trust its root."""
        assert self.run("keys", "import", str(self.p12), "--passphrase-fd", self.pipe(b"secret")).status == 0
        assert self.run("keys", "trust", str(self.ca)).status == 0
        return self

    def policy(self, *words: str) -> "Desk":
        assert self.run("keys", "policy", "set", ANN, *words).status == 0
        return self

    def send(self, *words: str) -> Any:
        return self.run("send", str(self.letter), *words)


@pytest.fixture
def desk(tmp_path: Path, authority: "Authority", run: Run, pipe: Pipe) -> Desk:
    return Desk(tmp_path, authority, run, pipe)


def arrived() -> list[bytes]:
    """Give what lies in the local inbox."""
    inbox = make_services().inbox
    return [bytes(inbox.submitted(entry.entry)) for entry in inbox.entries()]


def test_nothing_is_signed_unless_somebody_wants_it(desk: Desk, lasting: LastingKeyring) -> None:
    assert desk.with_key().send().status == ExitCode.FINE
    (octets,) = arrived()
    assert message_from_bytes(octets).get_content_type() == "text/plain"


@pytest.mark.parametrize("how", ["word", "always", "must"])
def test_what_is_wanted_is_signed(how: str, desk: Desk, lasting: LastingKeyring, openssl: OpenSsl) -> None:
    desk.with_key()
    words = ("--sign",) if how == "word" else ()
    answer = (desk if words else desk.policy("--sign", how)).send(*words, "--json")
    assert answer.status == ExitCode.FINE, answer.err
    (record,) = json.loads(answer.text)["submissions"]
    assert (record["protection"]["form"], record["protection"]["verified"]) == ("detached", True)
    (octets,) = arrived()
    assert b"It is done." in openssl("cms", "-verify", "-CAfile", desk.ca, given=octets)


def test_always_can_be_taken_back_and_must_cannot(desk: Desk, lasting: LastingKeyring) -> None:
    desk.with_key().policy("--sign", "always", "--encrypt", "must")
    refused = desk.send("--no-sign", "--no-encrypt")
    assert refused.status == ExitCode.FINDINGS
    assert "--no-encrypt" in refused.err
    desk.policy("--encrypt", "offer")
    assert desk.send("--no-sign").status == ExitCode.FINE
    desk.policy("--sign", "must")
    refused = desk.send("--no-sign")
    assert refused.status == ExitCode.FINDINGS
    assert "cannot be taken back by --no-sign" in refused.err
    assert [message_from_bytes(octets).get_content_type() for octets in arrived()] == ["text/plain"]


def test_must_without_a_key_sends_nothing(desk: Desk) -> None:
    answer = desk.policy("--sign", "must").send()
    assert (answer.status, answer.out, arrived()) == (ExitCode.FINDINGS, b"", [])
    assert "no key" in answer.err


def test_text_that_would_not_survive_is_refused_with_the_verb_that_encodes_it(
    desk: Desk, lasting: LastingKeyring
) -> None:
    desk.with_key().policy("--sign", "must")
    field = b"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    desk.letter.write_bytes(LETTER.replace(b"\n\n", b"\n" + field, 1).replace(b"done", "getan für dich".encode()))
    refused = desk.send()
    assert (refused.status, arrived()) == (ExitCode.FINDINGS, [])
    assert "sescomposer sign --mend FILE -o SIGNED" in refused.err
    signed = desk.folder / "signed.eml"
    assert desk.run("sign", "--mend", str(desk.letter), "-o", str(signed)).status == ExitCode.FINE
    assert desk.run("send", str(signed)).status == ExitCode.FINE
    assert len(arrived()) == 1


def test_must_with_a_signature_that_is_not_good_sends_nothing(desk: Desk, lasting: LastingKeyring) -> None:
    desk.with_key().policy("--sign", "must")
    (root,) = json.loads(desk.run("keys", "trust", "--json").text)["roots"]
    desk.run("keys", "trust", "--remove", root["fingerprint"])
    for words in ((), ("--deliver-anyway",), ("--override", "protect-must=I say so"), ("--as-is",)):
        answer = desk.send(*words)
        assert (answer.status, answer.out, arrived()) == (ExitCode.FINDINGS, b"", []), words
        assert "must bear a good signature" in answer.err


def test_octets_that_are_signed_satisfy_must_as_they_are(desk: Desk, lasting: LastingKeyring) -> None:
    desk.with_key().policy("--sign", "must")
    signed = desk.folder / "signed.eml"
    assert desk.run("sign", str(desk.letter), "-o", str(signed)).status == ExitCode.FINE
    assert desk.run("send", str(signed), "--as-is").status == ExitCode.FINE
    assert arrived() == [signed.read_bytes()]


def test_passphrase_is_asked_for_where_no_keyring_is(desk: Desk) -> None:
    desk.with_key()
    missing = desk.send("--sign")
    assert (missing.status, arrived()) == (ExitCode.NOTHING_DONE, [])
    assert "no terminal to ask at" in missing.err
    wrong = desk.send("--sign", "--passphrase-fd", desk.pipe(b"Secret!"))
    assert (wrong.status, arrived()) == (ExitCode.NOTHING_DONE, [])
    assert "Secret!" not in wrong.err
    assert desk.send("--sign", "--passphrase-fd", desk.pipe(b"secret")).status == ExitCode.FINE
    assert len(arrived()) == 1


def test_locked_keyring_sends_nothing(desk: Desk, lasting: LastingKeyring) -> None:
    desk.with_key()
    lasting.kept.clear()
    answer = desk.send("--sign")
    assert (answer.status, arrived()) == (ExitCode.NOTHING_DONE, [])
    assert "keyring" in answer.err


def test_encrypted_for_recipients_whose_certificate_is_kept(
    desk: Desk, lasting: LastingKeyring, authority: "Authority", openssl: OpenSsl
) -> None:
    desk.with_key()
    missing = desk.send("--encrypt")
    assert (missing.status, arrived()) == (ExitCode.FINDINGS, [])
    assert "bob@example.net" in missing.err
    bob = authority.leaf("bob@example.net", cn="Bob")
    certificate, pem = desk.folder / "bob.crt", desk.folder / "bob.pem"
    certificate.write_bytes(bob.certificate.der)
    pem.write_bytes(authority.pem(bob))
    chain = desk.folder / "chain.pem"
    chain.write_bytes(b"".join(authority.pem(bob).partition(b"-----BEGIN CERT")[1:]))
    assert desk.run("keys", "people", "import", str(chain)).status == ExitCode.FINE
    answer = desk.send("--encrypt", "--sign")
    assert answer.status == ExitCode.FINE, answer.err
    (octets,) = arrived()
    assert b"The report" not in octets
    inner = openssl("cms", "-decrypt", "-recip", pem, "-inkey", pem, given=octets)
    assert b"It is done." in openssl("cms", "-verify", "-CAfile", desk.ca, given=inner)


def test_dry_run_tells_what_verifying_found(desk: Desk, lasting: LastingKeyring) -> None:
    desk.with_key()
    assert "detached (smime), verified: Not one octet" in desk.send("--sign", "--dry-run").text
    value = json.loads(desk.send("--sign", "--dry-run", "--json").text)
    assert value["sealed"][0]["evidence"]["verified"] is True
    assert arrived() == []


@pytest.mark.parametrize(
    "words, status",
    [
        (("--as-is", "--sign"), ExitCode.USAGE),
        (("--no-sign", "--sign"), ExitCode.USAGE),
        (("--as-is", "--no-encrypt"), ExitCode.USAGE),
        (("--sign", "--key", "ab"), ExitCode.NOTHING_DONE),
        (("--protect-with", "rot13"), ExitCode.USAGE),
        (("--encrypt", "--protect-with", "openpgp"), ExitCode.FINDINGS),
    ],
)
def test_words_that_cannot_be_done(words: tuple[str, ...], status: int, desk: Desk, lasting: LastingKeyring) -> None:
    answer = desk.with_key().send(*words)
    assert (answer.status, answer.out, arrived()) == (status, b"", []), answer.err
