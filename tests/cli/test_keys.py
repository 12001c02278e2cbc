"""The verb `keys`: own keys, people, policies and roots, and a sentence for every file that is none of them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lasting_keyring import LastingKeyring

from sescomposer.core.errors import ExitCode

if TYPE_CHECKING:
    from authority import Authority
    from pgp_lab import GpgHome, PgpLab

Run = Callable[..., Any]
Pipe = Callable[[bytes], str]

ANN = "ann@example.org"


@pytest.fixture
def p12(authority: "Authority", tmp_path: Path) -> Path:
    """Give the file of Ann's key."""
    path = tmp_path / "ann.p12"
    path.write_bytes(authority.p12(authority.leaf(ANN)))
    return path


def keys(run: Run) -> list[dict[str, Any]]:
    answer = run("keys", "list", "--json")
    value = json.loads(answer.text)
    assert (answer.status, value["schema"]) == (ExitCode.FINE, 1)
    found: list[dict[str, Any]] = value["keys"]
    return found


def test_key_is_imported_listed_and_removed(run: Run, lasting: LastingKeyring, p12: Path, pipe: Pipe) -> None:
    answer = run("keys", "list")
    assert (answer.status, answer.text) == (ExitCode.FINE, "")
    assert "There are no keys." in answer.err
    added = run("keys", "import", str(p12), "--passphrase-fd", pipe(b"secret\n"))
    assert added.status == ExitCode.FINE, added.err
    (entry,) = keys(run)
    assert (entry["kind"], entry["addresses"], entry["asks_always"]) == ("file", [ANN], False)
    certificate = entry["certificate"]
    assert certificate["issuer"] == "Test Lab CA 1"
    assert certificate["purposes"] == ["sign mail", "encrypt mail"]
    assert certificate["fingerprint"] == entry["fingerprint"]
    assert entry["chain"] == ["Test Lab CA 1"]
    assert list(lasting.kept) == [("sescomposer", f"key:{entry['id']}")]
    assert "secret" not in lasting.kept.values()
    listed = run("keys", "list").text
    for words in (entry["id"], ANN, "Test Lab CA 1", "2026-01-01 to 2036-01-01", "RSA 2048", entry["fingerprint"]):
        assert words in listed
    assert run("keys", "remove", entry["id"][:6]).status == ExitCode.FINE
    assert (keys(run), lasting.kept) == ([], {})


def test_without_a_keyring_the_key_keeps_the_passphrase_of_its_file(run: Run, p12: Path, pipe: Pipe) -> None:
    added = run("keys", "import", str(p12), "--passphrase-fd", pipe(b"secret"))
    assert added.status == ExitCode.FINE
    assert "Its passphrase is asked for every time." in added.err
    (entry,) = keys(run)
    exported = run("keys", "export", entry["id"], "-o", str(p12.with_name("new.p12")))
    assert exported.status == ExitCode.NOTHING_DONE
    assert "there is no terminal to ask at" in exported.err


def test_key_without_passphrase_needs_one_where_nothing_keeps_it(
    run: Run, authority: "Authority", tmp_path: Path, pipe: Pipe
) -> None:
    path = tmp_path / "ann.pem"
    path.write_bytes(authority.pem(authority.leaf(ANN)))
    refused = run("keys", "import", str(path))
    assert refused.status == ExitCode.NOTHING_DONE
    assert keys(run) == []
    assert run("keys", "import", str(path), "--passphrase-fd", pipe(b"new")).status == ExitCode.FINE
    assert len(keys(run)) == 1


def test_test_certificate_is_marked(run: Run, lasting: LastingKeyring) -> None:
    answer = run("keys", "test-certificate", "Ann Example <ann@example.org>", "--json")
    assert answer.status == ExitCode.FINE, answer.err
    made = json.loads(answer.text)["key"]
    assert made["certificate"]["is_test"]
    assert made["certificate"]["addresses"] == [ANN]
    assert "TEST" in made["owner"]
    assert keys(run)[0]["id"] == made["id"]
    assert "a test certificate" in run("keys", "list").text


def test_certificate_and_key_are_exported(
    run: Run, lasting: LastingKeyring, p12: Path, pipe: Pipe, openssl: Callable[..., Any]
) -> None:
    run("keys", "import", str(p12), "--passphrase-fd", pipe(b"secret"))
    (entry,) = keys(run)
    shown = run("keys", "export", entry["id"], "--certificate", "-o", "-")
    assert shown.out.count(b"BEGIN CERTIFICATE") == 2
    assert b"PRIVATE" not in shown.out
    for number, more in enumerate(((), ("--compatible",))):
        out = p12.with_name(f"{number}.p12")
        answer = run("keys", "export", entry["id"], "-o", str(out), *more, "--passphrase-fd", pipe(b"other"))
        assert answer.status == ExitCode.FINE, answer.err
        legacy = ("-legacy",) if more else ()
        told = openssl("pkcs12", "-in", out, "-passin", "pass:other", "-nodes", *legacy)
        assert b"BEGIN PRIVATE KEY" in told
        assert told.count(b"BEGIN CERTIFICATE") == 2


@pytest.mark.parametrize(
    "name, octets, passphrase, status, words",
    [
        ("page.html", b"<html>Sign in</html>", b"x", ExitCode.UNREADABLE, "no PKCS#12 file"),
        ("big.p12", bytes(10 << 20), b"x", ExitCode.UNREADABLE, "10,485,760 octets"),
        ("empty.p12", b"", b"x", ExitCode.UNREADABLE, "no PKCS#12 file"),
        (
            "key.pem",
            b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            b"x",
            ExitCode.UNREADABLE,
            "key",
        ),
    ],
)
def test_files_that_are_no_keys(
    name: str, octets: bytes, passphrase: bytes, status: int, words: str, run: Run, tmp_path: Path, pipe: Pipe
) -> None:
    path = tmp_path / name
    path.write_bytes(octets)
    answer = run("keys", "import", str(path), "--passphrase-fd", pipe(passphrase))
    assert (answer.status, answer.text) == (status, "")
    assert words in answer.err
    assert keys(run) == []


def test_wrong_passphrase_and_certificate_without_key(
    run: Run, authority: "Authority", p12: Path, tmp_path: Path, pipe: Pipe
) -> None:
    wrong = run("keys", "import", str(p12), "--passphrase-fd", pipe(b"SECRET"))
    assert wrong.status == ExitCode.NOTHING_DONE
    assert "passphrase" in wrong.err
    assert "SECRET" not in wrong.err
    alone = tmp_path / "ann.crt"
    alone.write_bytes(authority.leaf(ANN).certificate.der)
    assert run("keys", "import", str(alone), "--passphrase-fd", pipe(b"x")).status == ExitCode.UNREADABLE
    assert keys(run) == []


@pytest.mark.parametrize(
    "arguments, status",
    [
        (("import",), ExitCode.USAGE),
        (("import", "a.p12", "--gnupg", "AB"), ExitCode.USAGE),
        (("import", "nowhere.p12"), ExitCode.UNREADABLE),
        (("import", "-", "--passphrase-fd", "0"), ExitCode.USAGE),
        (("import", "a.p12", "--passphrase", "hush"), ExitCode.USAGE),
        (("import", "--card", "/nowhere.so"), ExitCode.FINDINGS),
        (("remove", "abcdef"), ExitCode.NOTHING_DONE),
        (("remove", ""), ExitCode.NOTHING_DONE),
        (("export", "abcdef", "-o", "x"), ExitCode.NOTHING_DONE),
        (("people", "accept", "ab"), ExitCode.NOTHING_DONE),
        (("people", "remove", ANN, "ab"), ExitCode.NOTHING_DONE),
        (("policy", "set", ANN, "--sign", "maybe"), ExitCode.USAGE),
        (("policy", "set", ANN, "--key", "ab"), ExitCode.NOTHING_DONE),
        (("policy", "set", "nobody"), ExitCode.USAGE),
        (("trust", "nowhere.pem"), ExitCode.UNREADABLE),
        (("trust", "--remove", "ab"), ExitCode.NOTHING_DONE),
        (("test-certificate", "nobody"), ExitCode.USAGE),
        (("dkim", "example.org"), ExitCode.USAGE),
    ],
)
def test_what_is_not_there_is_told(arguments: tuple[str, ...], status: int, run: Run) -> None:
    answer = run("keys", *arguments)
    assert (answer.status, answer.text) == (status, ""), answer.err
    assert answer.err


def test_people_are_imported_accepted_and_forgotten(run: Run, authority: "Authority", tmp_path: Path) -> None:
    pair = authority.leaf("bob@example.net", cn="Bob")
    path = tmp_path / "bob.crt"
    path.write_bytes(pair.certificate.der)
    assert "None is known." in run("keys", "people", "list").err
    answer = run("keys", "people", "import", str(path), "--json")
    (person,) = json.loads(answer.text)["people"]
    assert (person["address"], person["kind"], person["accepted"]) == ("bob@example.net", "smime", False)
    assert (person["source"], person["last_used"]) == ("file bob.crt", None)
    assert run("keys", "people", "accept", person["fingerprint"][:10]).status == ExitCode.FINE
    listed = run("keys", "people", "list", "Bob@example.net").text
    assert "accepted by you" in listed
    assert "Test Lab CA 1" in listed
    assert run("keys", "people", "list", "carol@example.net").text == ""
    assert run("keys", "people", "remove", "bob@example.net", person["fingerprint"]).status == ExitCode.FINE
    assert json.loads(run("keys", "people", "list", "--json").text) == {"schema": 1, "people": []}


def test_policies_are_set_and_taken_back(run: Run, lasting: LastingKeyring, p12: Path, pipe: Pipe) -> None:
    run("keys", "import", str(p12), "--passphrase-fd", pipe(b"secret"))
    key = keys(run)[0]["id"]
    answer = run("keys", "policy", "set", "Ann@Example.org", "--sign", "must", "--key", key[:5], "--json")
    policy = {"address": ANN, "sign": "must", "encrypt": "offer", "method": "smime", "key": key, "dkim": ""}
    assert json.loads(answer.text)["policy"] == policy
    assert run("keys", "policy", "set", ANN, "--encrypt", "always", "--key", "").status == ExitCode.FINE
    assert run("keys", "policy", "list").text.strip() == f"{ANN}  sign must, encrypt always, smime"
    assert run("keys", "policy", "remove", ANN).status == ExitCode.FINE
    assert json.loads(run("keys", "policy", "list", "--json").text) == {"schema": 1, "policies": []}


def test_roots_are_trusted_and_trusted_no_longer(run: Run, authority: "Authority", tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(authority.root_pem)
    (root,) = json.loads(run("keys", "trust", str(path), "--json").text)["roots"]
    assert root["owner"] == "Test Lab Root"
    assert "Test Lab Root" in run("keys", "trust").text
    person = tmp_path / "ann.crt"
    person.write_bytes(authority.leaf(ANN).certificate.der)
    assert run("keys", "trust", str(person)).status == ExitCode.UNREADABLE
    assert json.loads(run("keys", "trust", "--remove", root["fingerprint"], "--json").text)["roots"] == []


def test_dkim_key_is_made_with_the_record_to_publish(run: Run, lasting: LastingKeyring) -> None:
    answer = run("keys", "dkim", "example.org", "--selector", "s1", "--json")
    value = json.loads(answer.text)
    assert value["record"]["name"] == "s1._domainkey.example.org"
    assert value["record"]["value"].startswith("v=DKIM1; k=rsa; p=MII")
    assert value["key"]["details"] == {"domain": "example.org", "selector": "s1"}
    assert keys(run)[0]["kind"] == "dkim"


def test_damaged_list_of_keys_is_told_and_left(
    run: Run, lasting: LastingKeyring, home: Path, p12: Path, pipe: Pipe
) -> None:
    run("keys", "import", str(p12), "--passphrase-fd", pipe(b"secret"))
    (index,) = home.rglob("keys.json")
    index.write_text("{")
    answer = run("keys", "list")
    assert answer.status == ExitCode.NOTHING_DONE
    assert index.read_text() == "{"


def test_keys_outside_are_listed_and_one_of_gnupg_imported(
    run: Run, gpg_home: "GpgHome", pgp_lab: "PgpLab", monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = pgp_lab.gnupg_key()
    gpg_home.take(key.secret)
    monkeypatch.setenv("GNUPGHOME", str(gpg_home.folder))
    answer = run("keys", "outside", "--card", "/nowhere.so", "--json")
    value = json.loads(answer.text)
    assert (answer.status, value["cards"]) == (ExitCode.FINE, [])
    assert "/nowhere.so" in answer.err
    assert [found["fingerprint"] for found in value["gnupg"]] == [key.entry.fingerprint]
    assert f"--gnupg {key.entry.fingerprint}" in run("keys", "outside", "--card", "/nowhere.so").text
    assert run("keys", "import", "--gnupg", key.entry.fingerprint.upper()).status == ExitCode.FINE
    assert keys(run)[0]["kind"] == "gnupg"
    assert run("keys", "import", "--gnupg", "00" * 20).status == ExitCode.NOTHING_DONE
