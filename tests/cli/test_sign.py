"""The verbs `sign` and `encrypt`: what they write is read by OpenSSL and GnuPG, and nothing lesser is ever written."""

import base64
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from authority import pem_of
from lasting_keyring import LastingKeyring

from sescomposer.core.errors import ExitCode

if TYPE_CHECKING:
    from authority import Authority
    from pgp_lab import GpgHome, PgpLab

Run = Callable[..., Any]
Pipe = Callable[[bytes], str]
OpenSsl = Callable[..., bytes]

PASSPHRASE = "grüße, secret"
HEAD = b"From: Ann <ann@example.org>\nTo: Bob <bob@example.net>\nSubject: The report\n"
PLAIN = HEAD + b"\nIt is done.\n"
EIGHT = HEAD + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nGrüße \nFrom me\n".encode()


class Desk:
    """Ann's files, and what she types."""

    def __init__(self, folder: Path, authority: "Authority", run: Run, pipe: Pipe) -> None:
        self.folder, self.authority, self.run, self.pipe = folder, authority, run, pipe
        self.ca = self.file("ca.pem", authority.root_pem)
        self.p12 = self.file("ann.p12", authority.p12(authority.leaf()))
        self.letter = self.file("letter.eml", PLAIN)
        self.out = folder / "out.eml"

    def file(self, name: str, octets: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(octets)
        return path

    def person(self, address: str, kind: str = "rsa2048") -> tuple[Path, Path]:
        """Give the certificate of somebody, and the PEM with the key."""
        pair = self.authority.leaf(address, kind=kind, cn=address.partition("@")[0].title())
        name = address.partition("@")[0]
        pem = self.file(f"{name}.pem", self.authority.pem(pair))
        return self.file(f"{name}.crt", pair.certificate.der), pem

    def sign(self, *more: object, letter: Path | None = None, passphrase: bytes = b"secret") -> Any:
        words = ("--p12", self.p12, "--passphrase-fd", self.pipe(passphrase), "-o", self.out, *more)
        return self.run("sign", str(letter or self.letter), *map(str, words))


@pytest.fixture
def desk(tmp_path: Path, authority: "Authority", run: Run, pipe: Pipe) -> Desk:
    return Desk(tmp_path, authority, run, pipe)


@pytest.mark.parametrize("options", [(), ("--opaque",), ("--header-protection",)], ids=["clear", "opaque", "hp"])
def test_openssl_verifies_what_is_signed(options: tuple[str, ...], desk: Desk, openssl: OpenSsl) -> None:
    answer = desk.sign("--ca", desk.ca, *options)
    assert (answer.status, answer.text) == (ExitCode.FINE, ""), answer.err
    assert "Signed by 'Ann Example', and verified" in answer.err
    content = openssl("cms", "-verify", "-in", desk.out, "-CAfile", desk.ca, "-purpose", "smimesign")
    assert content.endswith(b"\r\n\r\nIt is done.\r\n")
    openssl("cms", "-verify", "-in", desk.out, "-CAfile", desk.ca, "-verify_email", "ann@example.org")
    assert (b"Subject: The report" in content) is (options == ("--header-protection",))
    assert desk.run("verify", str(desk.out), "--ca", str(desk.ca)).status == ExitCode.FINE


def test_message_may_come_and_go_by_the_standard_streams(desk: Desk, run_child: Run, openssl: OpenSsl) -> None:
    with desk.letter.open("rb") as letter:
        secret = os.open(desk.file("secret", b"secret"), os.O_RDONLY)
        words = ("sign", "-", "--p12", str(desk.p12), "--passphrase-fd", str(secret))
        answer = run_child(*words, stdin=letter, pass_fds=(secret,))
        os.close(secret)
    assert answer.status == ExitCode.FINE, answer.err
    assert b"It is done." in openssl("cms", "-verify", "-CAfile", desk.ca, given=answer.out)


def test_whom_the_reader_trusts_is_told_and_stops_nothing(desk: Desk, openssl: OpenSsl) -> None:
    answer = desk.sign()
    assert answer.status == ExitCode.FINE
    assert "warning: The certificate of 'Ann Example'" in answer.err
    assert "and intact" in answer.err
    openssl("cms", "-verify", "-in", desk.out, "-CAfile", desk.ca)


def test_missing_date_is_stamped_and_equals_the_time_of_signing(desk: Desk) -> None:
    answer = json.loads(desk.sign("--ca", desk.ca, "--json").text)
    assert (answer["schema"], answer["signed"], answer["encrypted"], answer["findings"]) == (1, True, False, [])
    (item,) = answer["written"]
    assert item["stamped"] == ["Date", "Message-ID"]
    evidence = item["evidence"]
    assert (evidence["method"], evidence["form"], evidence["verified"]) == ("smime", "detached", True)
    date = parsedate_to_datetime(message_from_bytes(desk.out.read_bytes())["Date"])
    assert date == datetime.fromisoformat(evidence["signed_at"])
    assert abs(date - datetime.now(UTC)).total_seconds() < 3600


def test_old_date_is_told_to_people_and_programs(desk: Desk) -> None:
    old = desk.file("old.eml", b"Date: Mon, 02 Feb 2026 10:00:00 +0000\n" + PLAIN)
    answer = desk.sign("--ca", desk.ca, letter=old)
    assert answer.status == ExitCode.FINE
    assert "warning: Date is " in answer.err
    found = json.loads(desk.sign("--ca", desk.ca, "--json", letter=old).text)
    assert [finding["code"] for finding in found["findings"]] == ["protect-date"]
    assert found["written"][0]["evidence"]["verified"] is False
    assert desk.run("verify", str(desk.out), "--ca", str(desk.ca)).status == ExitCode.FINDINGS


def test_what_would_not_survive_is_refused_or_mended(desk: Desk, openssl: OpenSsl) -> None:
    letter = desk.file("eight.eml", EIGHT)
    refused = desk.sign(letter=letter)
    assert (refused.status, desk.out.exists()) == (ExitCode.FINDINGS, False)
    assert "protect-8bit" in refused.err
    assert "--mend mends it" in refused.err
    assert desk.sign("--mend", letter=letter).status == ExitCode.FINE
    content = openssl("cms", "-verify", "-in", desk.out, "-CAfile", desk.ca)
    read: Any = message_from_bytes(content)
    assert read.get_payload(decode=True).decode() == "Grüße \r\nFrom me\r\n"


def test_message_that_is_signed_is_not_signed_again(desk: Desk) -> None:
    assert desk.sign().status == ExitCode.FINE
    once = desk.file("once.eml", desk.out.read_bytes())
    desk.out.unlink()
    answer = desk.sign(letter=once)
    assert (answer.status, desk.out.exists()) == (ExitCode.FINDINGS, False)
    assert "protect-double" in answer.err


@pytest.mark.parametrize(
    "asked, code",
    [
        ({"not_after": datetime(2026, 2, 1, tzinfo=UTC)}, "protect-expired"),
        ({"not_before": datetime(2035, 2, 1, tzinfo=UTC)}, "protect-not-yet"),
        ({"addresses": ("other@example.org",)}, "protect-address"),
        ({"addresses": ()}, "protect-no-address"),
        ({"ku": ("key_encipherment",)}, "protect-usage"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_certificate_that_does_not_fit_is_refused(asked: dict[str, Any], code: str, desk: Desk) -> None:
    desk.p12.write_bytes(desk.authority.p12(desk.authority.leaf(**asked)))
    answer = desk.sign("--ca", desk.ca)
    assert (answer.status, desk.out.exists()) == (ExitCode.FINDINGS, False), answer.err
    assert code in answer.err
    overridden = desk.sign("--ca", desk.ca, "--anyway", "--json")
    assert overridden.status == ExitCode.FINE, overridden.err
    found = json.loads(overridden.text)
    assert code in [finding["code"] for finding in found["findings"]]
    assert found["written"][0]["evidence"]["verified"] is False


def test_passphrase_is_wrong_missing_or_two_things_at_once(desk: Desk) -> None:
    wrong = desk.sign(passphrase=b"Secret!")
    assert wrong.status == ExitCode.NOTHING_DONE
    assert "Secret!" not in wrong.err
    missing = desk.run("sign", str(desk.letter), "--p12", str(desk.p12), "-o", str(desk.out))
    assert missing.status == ExitCode.NOTHING_DONE
    assert "no terminal to ask at" in missing.err
    assert desk.run("sign", "-", "--p12", str(desk.p12), "--passphrase-fd", "0").status == ExitCode.USAGE
    assert not desk.out.exists()


@pytest.mark.parametrize(
    "words, status",
    [
        (("nowhere.eml", "--p12", "{p12}"), ExitCode.UNREADABLE),
        (("{letter}", "--p12", "nowhere.p12"), ExitCode.UNREADABLE),
        (("{letter}", "--p12", "{letter}"), ExitCode.UNREADABLE),
        (("{letter}", "--p12", "{ca}"), ExitCode.UNREADABLE),
        (("{letter}", "--p12", "{p12}", "--ca", "{letter}"), ExitCode.UNREADABLE),
        (("{letter}", "--p12", "{p12}", "--key", "ab"), ExitCode.USAGE),
        (("{letter}", "--key", "ab"), ExitCode.NOTHING_DONE),
        (("{letter}",), ExitCode.FINDINGS),
        (("{letter}", "--p12", "{p12}", "--json"), ExitCode.USAGE),
        (("{letter}", "--openpgp", "--opaque"), ExitCode.USAGE),
        (("{letter}", "--p12", "{p12}", "--autocrypt"), ExitCode.USAGE),
        (("{letter}", "--passphrase", "secret"), ExitCode.USAGE),
    ],
)
def test_what_cannot_be_done_is_told(words: tuple[str, ...], status: int, desk: Desk) -> None:
    names = {"p12": desk.p12, "letter": desk.letter, "ca": desk.ca}
    given = [word.format(**names) for word in words]
    answer = desk.run("sign", *given, "--passphrase-fd", desk.pipe(b"secret"))
    assert (answer.status, answer.out) == (status, b""), answer.err
    assert answer.err


def test_chain_may_lie_in_a_file_of_its_own(desk: Desk, openssl: OpenSsl) -> None:
    pair = desk.authority.leaf(depth=2)
    desk.p12.write_bytes(desk.authority.p12(pair, with_chain=False))
    chain = desk.file("chain.pem", b"".join(map(pem_of, reversed(pair.chain))))
    desk.sign("--anyway")
    openssl("cms", "-verify", "-in", desk.out, "-CAfile", desk.ca, status=1)
    assert desk.sign("--cert", chain).status == ExitCode.FINE
    openssl("cms", "-verify", "-in", desk.out, "-CAfile", desk.ca)


def test_pem_pair_needs_no_passphrase(desk: Desk, openssl: OpenSsl) -> None:
    pem = desk.file("ann.pem", desk.authority.pem(desk.authority.leaf()))
    answer = desk.run("sign", str(desk.letter), "--cert", str(pem), "-o", str(desk.out))
    assert answer.status == ExitCode.FINE, answer.err
    openssl("cms", "-verify", "-in", desk.out, "-CAfile", desk.ca)


def test_kept_key_follows_from(desk: Desk, lasting: LastingKeyring, openssl: OpenSsl) -> None:
    imported = desk.run("keys", "import", str(desk.p12), "--passphrase-fd", desk.pipe(b"secret"), "--json")
    key = json.loads(imported.text)["key"]["id"]
    answer = desk.run("sign", str(desk.letter), "-o", str(desk.out), "--json")
    assert answer.status == ExitCode.FINE, answer.err
    assert json.loads(answer.text)["key"] == key
    openssl("cms", "-verify", "-in", desk.out, "-CAfile", desk.ca)
    assert desk.run("sign", str(desk.letter), "-o", str(desk.out), "--key", key[:4]).status == ExitCode.FINE
    other = desk.file("other.eml", PLAIN.replace(b"ann@", b"zoe@"))
    refused = desk.run("sign", str(other))
    assert (refused.status, refused.out) == (ExitCode.FINDINGS, b"")
    assert "protect-address" in refused.err
    lasting.kept.clear()
    locked = desk.run("sign", str(desk.letter))
    assert (locked.status, locked.out) == (ExitCode.NOTHING_DONE, b"")
    assert "keyring" in locked.err


def test_key_of_a_file_is_kept_nowhere(desk: Desk, lasting: LastingKeyring, home: Path) -> None:
    assert desk.sign().status == ExitCode.FINE
    assert json.loads(desk.run("keys", "list", "--json").text)["keys"] == []
    assert lasting.kept == {}
    assert not [path for path in home.rglob("*") if path.suffix in (".p12", ".key")]


@pytest.mark.parametrize("kind", ["rsa2048", "p256"])
def test_openssl_decrypts_what_is_encrypted(kind: str, desk: Desk, openssl: OpenSsl) -> None:
    certificate, pem = desk.person("bob@example.net", kind)
    words = ("encrypt", str(desk.letter), "--recipient-cert", str(certificate), "-o", str(desk.out))
    answer = desk.run(*words)
    assert answer.status == ExitCode.FINE, answer.err
    assert b"The report" not in desk.out.read_bytes()
    content = openssl("cms", "-decrypt", "-in", desk.out, "-recip", pem, "-inkey", pem)
    assert b"It is done." in content
    assert b"Subject: The report" in content
    _, stranger = desk.person("eve@example.net", kind)
    openssl("cms", "-decrypt", "-in", desk.out, "-recip", stranger, "-inkey", stranger, status=1)
    plain = desk.run(*words, "--no-header-protection")
    assert plain.status == ExitCode.FINE
    assert b"Subject: The report" in desk.out.read_bytes()


def test_signed_then_encrypted_with_a_copy_for_each_hidden_recipient(desk: Desk, openssl: OpenSsl) -> None:
    bob, bob_pem = desk.person("bob@example.net")
    carl, carl_pem = desk.person("carl@example.net", "p256")
    letter = desk.file("bcc.eml", b"Bcc: carl@example.net\n" + PLAIN)
    words = ["encrypt", str(letter), "--sign", "--p12", str(desk.p12), "--ca", str(desk.ca)]
    words += ["--recipient-cert", str(bob), "--recipient-cert", str(carl)]
    on_screen = desk.run(*words, "--passphrase-fd", desk.pipe(b"secret"))
    assert (on_screen.status, on_screen.out) == (ExitCode.USAGE, b"")
    answer = desk.run(*words, "-o", str(desk.out), "--json", "--passphrase-fd", desk.pipe(b"secret"))
    assert answer.status == ExitCode.FINE, answer.err
    written = json.loads(answer.text)["written"]
    assert [item["rcpt_to"] for item in written] == [["bob@example.net"], ["carl@example.net"]]
    assert [item["proof"] for item in written] == ["verified", "verified"]
    for item, mine, other in zip(written, (bob_pem, carl_pem), (carl_pem, bob_pem), strict=True):
        assert b"carl" not in Path(item["out"]).read_bytes()
        inner = openssl("cms", "-decrypt", "-in", item["out"], "-recip", mine, "-inkey", mine)
        assert b"It is done." in openssl("cms", "-verify", "-CAfile", desk.ca, given=inner)
        openssl("cms", "-decrypt", "-in", item["out"], "-recip", other, "-inkey", other, status=1)


def test_recipient_without_certificate_stops_it(desk: Desk) -> None:
    answer = desk.run("encrypt", str(desk.letter), "--anyway", "-o", str(desk.out))
    assert (answer.status, desk.out.exists()) == (ExitCode.FINDINGS, False)
    assert "bob@example.net" in answer.err


def test_recipient_whom_no_root_vouches_for_stops_it_until_accepted(desk: Desk) -> None:
    certificate, _ = desk.person("bob@example.net")
    desk.run("keys", "people", "import", str(certificate))
    words = ("encrypt", str(desk.letter), "-o", str(desk.out))
    refused = desk.run(*words)
    assert (refused.status, desk.out.exists()) == (ExitCode.FINDINGS, False), refused.err
    (person,) = json.loads(desk.run("keys", "people", "list", "--json").text)["people"]
    assert desk.run("keys", "people", "accept", person["fingerprint"]).status == ExitCode.FINE
    assert desk.run(*words).status == ExitCode.FINE


def test_gnupg_verifies_and_decrypts(desk: Desk, pgp_lab: "PgpLab", gpg_home: "GpgHome") -> None:
    ann, bob = pgp_lab.key(), pgp_lab.gnupg_key(address="bob@example.net")
    for key in (ann, bob):
        gpg_home.take(key.secret)
    own = desk.file("ann.key", ann.secret)
    words = ["--openpgp", "--cert", str(own), "-o", str(desk.out), "--passphrase-fd"]
    signed = desk.run("sign", str(desk.letter), *words, desk.pipe(PASSPHRASE.encode()))
    assert signed.status == ExitCode.FINE, signed.err
    whole = desk.out.read_bytes()
    _, entity, signature, _ = whole.split(b"--" + str(message_from_bytes(whole).get_boundary()).encode())
    content, sig = desk.file("content", entity[2:-2]), desk.file("signature", signature.partition(b"\r\n\r\n")[2])
    assert any(line.startswith("VALIDSIG") for line in gpg_home.statuses("--verify", str(sig), str(content)))
    public = desk.file("ann.pub", ann.public)
    assert desk.run("verify", str(desk.out), "--cert", str(public)).status == ExitCode.FINE
    assert desk.run("verify", str(desk.out)).status == ExitCode.FINDINGS
    to_bob = ("--sign", "--recipient-cert", str(desk.file("bob.pub", bob.public)))
    encrypted = desk.run("encrypt", str(desk.letter), *to_bob, *words, desk.pipe(PASSPHRASE.encode()))
    assert encrypted.status == ExitCode.FINE, encrypted.err
    part: Any = message_from_bytes(desk.out.read_bytes()).get_payload(1)
    opened = gpg_home.run("--decrypt", given=part.get_payload(decode=True), passphrase=PASSPHRASE)
    assert b"It is done." in opened.stdout
    theirs = desk.file("bob.key", bob.secret)
    given = ("--cert", str(theirs), "--passphrase-fd", desk.pipe(PASSPHRASE.encode()))
    assert b"It is done." in desk.run("decrypt", str(desk.out), *given).out
    wrong = desk.run("decrypt", str(desk.out), "--cert", str(theirs), "--passphrase-fd", desk.pipe(b"x"))
    assert (wrong.status, wrong.out) == (ExitCode.NOTHING_DONE, b"")


@pytest.mark.parametrize("verb", ["sign", "encrypt"])
def test_own_openpgp_key_is_told_in_the_header_by_choice(
    verb: str, desk: Desk, pgp_lab: "PgpLab", gpg_home: "GpgHome"
) -> None:
    ann, bob = pgp_lab.key(), pgp_lab.key(address="bob@example.net")
    own, theirs = desk.file("ann.key", ann.secret), desk.file("bob.pub", bob.public)
    words = [verb, str(desk.letter), "--openpgp", "--cert", str(own), "-o", str(desk.out)]
    words += ["--recipient-cert", str(theirs)] if verb == "encrypt" else []
    plain = desk.run(*words, "--passphrase-fd", desk.pipe(PASSPHRASE.encode()))
    assert plain.status == ExitCode.FINE, plain.err
    assert message_from_bytes(desk.out.read_bytes())["Autocrypt"] is None
    told = desk.run(*words, "--autocrypt", "--passphrase-fd", desk.pipe(PASSPHRASE.encode()))
    assert told.status == ExitCode.FINE, told.err
    address, _, data = str(message_from_bytes(desk.out.read_bytes())["Autocrypt"]).partition(";")
    assert address == "addr=ann@example.org"
    key = base64.b64decode("".join(data.partition("keydata=")[2].split()))
    gpg_home.take(key)
    listed = gpg_home.run("--with-colons", "--list-keys").stdout
    assert ann.entry.fingerprint.upper().encode() in listed


def test_nothing_is_written_without_the_key_that_autocrypt_was_to_tell(desk: Desk, pgp_lab: "PgpLab") -> None:
    theirs = desk.file("bob.pub", pgp_lab.key(address="bob@example.net").public)
    words = ("--openpgp", "--recipient-cert", str(theirs), "-o", str(desk.out))
    refused = desk.run("encrypt", str(desk.letter), *words, "--autocrypt", "--anyway")
    assert (refused.status, desk.out.exists()) == (ExitCode.FINDINGS, False)
    assert "ann@example.org" in refused.err
    assert desk.run("encrypt", str(desk.letter), *words, "--anyway").status == ExitCode.FINE
