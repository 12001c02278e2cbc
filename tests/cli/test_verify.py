"""The verbs `verify` and `decrypt`: what OpenSSL made is read, each fact is told apart, and nothing less is good."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from authority import pem_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lasting_keyring import LastingKeyring

from sescomposer.core.errors import ExitCode

if TYPE_CHECKING:
    from authority import Authority

Run = Callable[..., Any]
Pipe = Callable[[bytes], str]
OpenSsl = Callable[..., bytes]

ENTITY = b"Content-Type: text/plain; charset=us-ascii\r\n\r\nIt is done.\r\n"
FACTS = ["intact", "signer", "trusted", "address", "time"]


class Mail:
    """Files of Ann and Bob, and what OpenSSL makes with them."""

    def __init__(self, folder: Path, authority: "Authority", openssl: OpenSsl) -> None:
        self.folder, self.openssl = folder, openssl
        ann, bob = authority.leaf(), authority.leaf("bob@example.net", cn="Bob")
        self.ca = self.file("ca.pem", authority.root_pem)
        self.ann, self.bob = self.file("ann.pem", authority.pem(ann)), self.file("bob.pem", authority.pem(bob))
        self.chain = self.file("chain.pem", b"".join(map(pem_of, ann.chain)))
        self.bob_p12 = self.file("bob.p12", authority.p12(bob))
        self.entity = self.file("entity", ENTITY)
        self.out = folder / "made.eml"

    def file(self, name: str, octets: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(octets)
        return path

    def signed(self, *more: object, from_: str = "ann@example.org") -> bytes:
        """Give what OpenSSL signs as a message, with a Date of now."""
        head = ("-from", from_, "-to", "bob@example.net", "-subject", "Done")
        words = ("cms", "-sign", "-in", self.entity, "-signer", self.ann, "-certfile", self.chain, "-binary")
        return self._dated(self.openssl(*words, *head, *more))

    def encrypted(self, content: Path) -> bytes:
        head = ("-from", "ann@example.org", "-to", "bob@example.net", "-subject", "Done")
        return self._dated(self.openssl("cms", "-encrypt", "-aes-256-cbc", "-in", content, "-binary", *head, self.bob))

    def _dated(self, octets: bytes) -> bytes:
        from email.utils import localtime

        return f"Date: {localtime():%a, %d %b %Y %H:%M:%S %z}\n".encode() + octets


@pytest.fixture
def mail(tmp_path: Path, authority: "Authority", openssl: OpenSsl) -> Mail:
    return Mail(tmp_path, authority, openssl)


@pytest.mark.parametrize("options", [(), ("-nodetach",)], ids=["clear", "opaque"])
def test_what_openssl_signs_is_good(options: tuple[str, ...], mail: Mail, run: Run) -> None:
    letter = mail.file("signed.eml", mail.signed(*options))
    answer = run("verify", str(letter), "--ca", str(mail.ca))
    assert answer.status == ExitCode.FINE, answer.text
    lines = [line.split() for line in answer.text.splitlines()]
    assert [line[0] for line in lines if len(line) > 1 and line[1] == "GOOD"] == FACTS
    assert answer.text.splitlines()[-1] == "VERIFIED: every fact of every signature is good."
    assert "\ncovered" in answer.text
    assert "not covered  The signature does not cover the header fields" in answer.text


def test_facts_stand_apart_in_json(mail: Mail, run: Run) -> None:
    letter = mail.file("signed.eml", mail.signed())
    answer = run("verify", str(letter), "--json")
    value = json.loads(answer.text)
    assert (answer.status, value["schema"], value["verified"]) == (ExitCode.FINDINGS, 1, False)
    (layer,) = value["layers"]
    assert (layer["kind"], layer["part"], layer["trouble"]) == ("clear-signed", "+", "")
    (signature,) = layer["signatures"]
    assert [(name, fact["verdict"]) for name, fact in signature["facts"].items()] == [
        (name, "bad" if name == "trusted" else "good") for name in FACTS
    ]
    assert all(fact["sentence"] for fact in signature["facts"].values())
    assert (signature["owner"], signature["addresses"]) == ("Ann Example", ["ann@example.org"])
    assert value["uncovered"]
    assert value["verdict"] == "NOT VERIFIED: trusted."


def test_root_may_be_trusted_for_this_run_or_for_good(mail: Mail, run: Run) -> None:
    letter = str(mail.file("signed.eml", mail.signed()))
    assert run("verify", letter, "--ca", str(mail.ca)).status == ExitCode.FINE
    assert run("verify", letter).status == ExitCode.FINDINGS
    assert run("keys", "trust", str(mail.ca)).status == ExitCode.FINE
    assert run("verify", letter).status == ExitCode.FINE


@pytest.mark.parametrize(
    "change, fact",
    [
        ((b"It is done.", b"It is gone."), "intact"),
        ((b"From: ann@", b"From: eve@"), "address"),
        ((b"Date: ", b"X-Date: "), "time"),
    ],
)
def test_each_fact_can_fail_alone(change: tuple[bytes, bytes], fact: str, mail: Mail, run: Run) -> None:
    letter = mail.file("signed.eml", mail.signed().replace(*change))
    answer = run("verify", str(letter), "--ca", str(mail.ca), "--json")
    assert answer.status == ExitCode.FINDINGS
    facts = json.loads(answer.text)["layers"][0]["signatures"][0]["facts"]
    assert fact in [name for name, found in facts.items() if found["verdict"] != "good"]
    words = run("verify", str(letter), "--ca", str(mail.ca)).text
    assert words.splitlines()[-1].startswith("NOT VERIFIED: ")
    assert ("\ncovered" in words) is (fact != "intact")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, len(ENTITY) - 1), st.integers(1, 255))
def test_any_flipped_octet_is_noticed(mail: Mail, run: Run, at: int, bits: int) -> None:
    if not hasattr(mail, "once"):
        mail.once = mail.signed()  # type: ignore[attr-defined]
    octets = bytearray(mail.once)  # type: ignore[attr-defined]
    octets[octets.index(ENTITY) + at] ^= bits
    letter = mail.file("tampered.eml", bytes(octets))
    assert run("verify", str(letter), "--ca", str(mail.ca)).status == ExitCode.FINDINGS


@pytest.fixture
def protected(mail: Mail) -> list[bytes]:
    """Give a message of each kind: signed in the open, signed in one, encrypted."""
    return [mail.signed(), mail.signed("-nodetach"), mail.encrypted(mail.entity)]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_no_damage_is_a_fault_of_ours(
    protected: list[bytes], mail: Mail, run: Run, pipe: Pipe, data: st.DataObject
) -> None:
    octets = data.draw(st.sampled_from(protected))
    at = data.draw(st.integers(0, len(octets)))
    damaged = octets[:at] + data.draw(st.binary(max_size=8)) + octets[at + data.draw(st.integers(0, 60)) :]
    letter = str(mail.file("damaged.eml", damaged))
    for verb in ("verify", "decrypt"):
        answer = run(verb, letter, "--p12", str(mail.bob_p12), "--passphrase-fd", pipe(b"secret"))
        assert answer.status in (ExitCode.FINE, ExitCode.FINDINGS, ExitCode.UNREADABLE, ExitCode.NOTHING_DONE), answer
        assert verb == "decrypt" or answer.status == ExitCode.FINDINGS


def test_part_outside_the_signature_is_named(mail: Mail, run: Run) -> None:
    whole = mail.signed()
    boundary = whole.partition(b'boundary="')[2].partition(b'"')[0]
    more = b"--" + boundary + b"\r\nContent-Type: text/plain\r\n\r\nand pay Eve\r\n--" + boundary + b"--"
    letter = mail.file("more.eml", whole.replace(b"--" + boundary + b"--", more))
    answer = run("verify", str(letter), "--ca", str(mail.ca))
    assert "not covered  part 3" in answer.text


def test_what_the_signature_survives_is_told(mail: Mail, run: Run) -> None:
    clear, opaque = mail.file("clear.eml", mail.signed()), mail.file("opaque.eml", mail.signed("-nodetach"))
    found = {}
    for letter in (clear, opaque):
        answer = run("verify", str(letter), "--ca", str(mail.ca), "--survival", "--json")
        assert answer.status == ExitCode.FINE
        found[letter] = {row["change"] for row in json.loads(answer.text)["survival"] if not row["survives"]}
    assert found[opaque] < found[clear]
    words = run("verify", str(clear), "--ca", str(mail.ca), "--survival").text
    assert "\nBREAKS" in words
    assert "\nsurvives" in words


def test_signer_is_kept_for_writing_back(mail: Mail, run: Run) -> None:
    letter = str(mail.file("signed.eml", mail.signed()))
    answer = run("keys", "people", "harvest", letter, "--json")
    (person,) = json.loads(answer.text)["people"]
    assert (person["address"], person["accepted"]) == ("ann@example.org", False)
    assert person["source"].startswith("signed mail of ")
    changed = mail.file("changed.eml", mail.signed().replace(b"It is done.", b"It is gone."))
    assert "0 keys were kept." in run("keys", "people", "harvest", str(changed)).err
    assert run("verify", letter).status == ExitCode.FINDINGS


@pytest.mark.parametrize("octets", [b"Subject: a\n\nHi\n", b"", bytes(range(256))], ids=["plain", "empty", "binary"])
def test_what_is_not_signed_is_not_verified(octets: bytes, mail: Mail, run: Run) -> None:
    answer = run("verify", str(mail.file("plain.eml", octets)))
    assert answer.status == ExitCode.FINDINGS
    assert answer.text == "NOT VERIFIED: nothing in this message is signed.\n"
    assert run("decrypt", str(mail.file("plain.eml", octets))).status == ExitCode.FINDINGS


def test_malformed_cms_is_told(mail: Mail, run: Run) -> None:
    head = b"Content-Type: application/pkcs7-mime; smime-type=%s\nContent-Transfer-Encoding: base64\n\nMIIBAgME\n"
    for kind in (b"signed-data", b"enveloped-data"):
        answer = run("verify", str(mail.file("bad.eml", head % kind)), "--p12", str(mail.bob))
        assert answer.status == ExitCode.FINDINGS
        assert "trouble" in answer.text
        decrypted = run("decrypt", str(mail.file("bad.eml", head % kind)), "--p12", str(mail.bob))
        assert (decrypted.status in (ExitCode.FINDINGS, ExitCode.NOTHING_DONE), decrypted.out) == (True, b"")


def test_what_openssl_encrypts_is_decrypted_and_stays_signed(mail: Mail, run: Run, pipe: Pipe) -> None:
    inner = mail.openssl("cms", "-sign", "-in", mail.entity, "-signer", mail.ann, "-certfile", mail.chain, "-binary")
    letter = str(mail.file("closed.eml", mail.encrypted(mail.file("inner", inner))))
    with_key = ("--p12", str(mail.bob_p12), "--passphrase-fd")
    checked = run("verify", letter, "--ca", str(mail.ca), *with_key, pipe(b"secret"))
    assert checked.status == ExitCode.FINE, checked.text
    assert "layer 1: encrypted, the whole message, AES-256-CBC" in checked.text
    answer = run("decrypt", letter, "-o", str(mail.out), *with_key, pipe(b"secret"))
    assert (answer.status, answer.out) == (ExitCode.FINE, b""), answer.err
    opened = mail.out.read_bytes()
    assert b"Subject: Done" in opened
    assert b"It is done." in mail.openssl("cms", "-verify", "-in", mail.out, "-CAfile", mail.ca)
    assert run("verify", str(mail.out), "--ca", str(mail.ca)).status == ExitCode.FINE
    told = run("decrypt", letter, "-o", str(mail.out), "--json", *with_key, pipe(b"secret"))
    assert [layer["kind"] for layer in json.loads(told.text)["layers"]] == ["encrypted", "clear-signed"]
    assert run("decrypt", letter, "--json", *with_key, pipe(b"secret")).status == ExitCode.USAGE


def test_pem_pair_decrypts_and_nothing_of_it_is_left(mail: Mail, run: Run, home: Path) -> None:
    letter = str(mail.file("closed.eml", mail.encrypted(mail.entity)))
    answer = run("decrypt", letter, "--cert", str(mail.bob))
    assert (answer.status, answer.out.endswith(b"\r\n\r\nIt is done.\r\n")) == (ExitCode.FINE, True), answer.err
    for path in (path for path in home.rglob("*") if path.is_file() and stat.S_ISREG(path.stat().st_mode)):
        assert b"It is done." not in path.read_bytes()


def test_without_the_key_nothing_is_written(mail: Mail, run: Run, pipe: Pipe) -> None:
    letter = str(mail.file("closed.eml", mail.encrypted(mail.entity)))
    gone = run("decrypt", letter, "-o", str(mail.out))
    assert gone.status == ExitCode.NOTHING_DONE
    stranger = run("decrypt", letter, "-o", str(mail.out), "--cert", str(mail.ann))
    assert stranger.status == ExitCode.NOTHING_DONE
    wrong = run("decrypt", letter, "-o", str(mail.out), "--p12", str(mail.bob_p12), "--passphrase-fd", pipe(b"x"))
    assert wrong.status == ExitCode.NOTHING_DONE
    assert not mail.out.exists()
    closed = run("verify", letter)
    assert closed.status == ExitCode.FINDINGS
    assert "a layer cannot be opened" in closed.text


def test_kept_key_opens_with_the_keyring(mail: Mail, run: Run, lasting: LastingKeyring, pipe: Pipe) -> None:
    letter = str(mail.file("closed.eml", mail.encrypted(mail.entity)))
    run("keys", "import", str(mail.bob_p12), "--passphrase-fd", pipe(b"secret"))
    answer = run("decrypt", letter)
    assert (answer.status, answer.out.endswith(b"It is done.\r\n")) == (ExitCode.FINE, True), answer.err


def test_kept_key_asks_where_no_keyring_is(mail: Mail, run: Run, pipe: Pipe) -> None:
    letter = str(mail.file("closed.eml", mail.encrypted(mail.entity)))
    run("keys", "import", str(mail.bob_p12), "--passphrase-fd", pipe(b"secret"))
    for verb in ("decrypt", "verify"):
        asked = run(verb, letter)
        assert (asked.status, asked.out) == (ExitCode.NOTHING_DONE, b"")
        assert "no terminal to ask at" in asked.err
        wrong = run(verb, letter, "--passphrase-fd", pipe(b"Secret!"))
        assert (wrong.status, wrong.out) == (ExitCode.NOTHING_DONE, b"")
        assert "Secret!" not in wrong.err
    assert run("decrypt", letter, "--passphrase-fd", pipe(b"secret")).status == ExitCode.FINE


def test_standard_input_is_read_once(mail: Mail, run_child: Run) -> None:
    letter = mail.file("signed.eml", mail.signed())
    with letter.open("rb") as octets:
        answer = run_child("verify", "-", "--ca", str(mail.ca), stdin=octets)
    assert answer.status == ExitCode.FINE, answer.err
    assert run_child("verify", "-", "--passphrase-fd", "0").status == ExitCode.USAGE
    assert os.path.exists(letter)


@pytest.mark.parametrize(
    "words, status",
    [
        (("verify", "nowhere.eml"), ExitCode.UNREADABLE),
        (("verify", "{letter}", "--ca", "nowhere.pem"), ExitCode.UNREADABLE),
        (("verify", "{letter}", "--ca", "{letter}"), ExitCode.UNREADABLE),
        (("verify", "{letter}", "--ca", "{person}"), ExitCode.UNREADABLE),
        (("verify", "{letter}", "--passphrase-fd", "x"), ExitCode.USAGE),
        (("verify", "{letter}", "--passphrase-fd", "-1"), ExitCode.USAGE),
        (("verify", "{letter}", "--p12", "{person}", "--passphrase-fd", "999"), ExitCode.UNREADABLE),
        (("decrypt", "nowhere.eml"), ExitCode.UNREADABLE),
        (("decrypt",), ExitCode.USAGE),
    ],
)
def test_wrong_words(words: tuple[str, ...], status: int, mail: Mail, authority: "Authority", run: Run) -> None:
    names = {
        "letter": mail.file("plain.eml", b"Subject: a\n\nHi\n"),
        "person": mail.file("person.crt", authority.leaf().certificate.der),
    }
    answer = run(*(word.format(**names) for word in words))
    assert (answer.status, answer.out) == (status, b""), answer.err


@pytest.mark.parametrize(
    "kind", [b"multipart/mixed; boundary=zz", b"multipart/alternative; boundary=zz", b"multipart/signed; boundary=zz"]
)
def test_a_part_beside_the_signature_is_not_verified(kind: bytes, mail: Mail, run: Run) -> None:
    header, _, body = mail.signed().partition(b"Content-Type:")
    parts = b"--zz\n\n<b>Pay</b>\n--zz\nContent-Type:" + body + b"\n--zz--\n"
    letter = mail.file("beside.eml", header + b"Content-Type: " + kind + b"\n\n" + parts)
    answer = run("verify", str(letter), "--ca", str(mail.ca))
    assert answer.status == ExitCode.FINDINGS
    assert answer.text.splitlines()[-1] == "NOT VERIFIED: a part of the message stands outside the signature."
