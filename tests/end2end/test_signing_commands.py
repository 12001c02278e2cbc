"""Signing by the command line alone: a key, whom to trust, a policy, sent, read, verified, and proved by OpenSSL."""

import hashlib
import json
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

ANN = "ann@example.com"
LETTER = f"From: Ann <{ANN}>\nTo: kai@example.org\nSubject: The report\n\nIt is done.\n".encode()


@pytest.fixture
def ann(bare_program: Any, lasting_ring: Path, tmp_path: Path) -> Path:
    """The letter of somebody with a test certificate, which nobody trusts so far, whose mail must be signed."""
    (tmp_path / "letter.eml").write_bytes(LETTER)
    done(bare_program, "keys", "test-certificate", ANN, "--name", "Ann")
    done(bare_program, "keys", "policy", "set", ANN, "--sign", "must")
    assert len(json.loads(lasting_ring.read_text())) == 1
    return tmp_path / "letter.eml"


def done(program: Any, *words: str) -> bytes:
    """Run a verb that does what it should; gives what it printed."""
    answer = program.command(*words)
    assert answer.returncode == 0, (words, answer.stderr.decode())
    return bytes(answer.stdout)


def listed(program: Any, verb: str, name: str) -> list[Any]:
    """Give what a verb lists."""
    return list(json.loads(done(program, verb, "list", "--json"))[name])


def check_refused(program: Any, letter: Path, words: str, *options: str) -> None:
    """Hold sending to a sentence, and to nothing that leaves."""
    refused = program.command("send", str(letter), *options)
    told = refused.stderr.decode()
    assert (refused.returncode, refused.stdout) == (1, b""), told
    assert words in told
    assert "Traceback" not in told
    assert listed(program, "inbox", "messages") == []


def trust(program: Any, folder: Path) -> str:
    """Trust the certificate itself; gives the id of its key."""
    (key,) = listed(program, "keys", "keys")
    done(program, "keys", "export", key["id"], "--certificate", "-o", str(folder / "ann.pem"))
    done(program, "keys", "trust", str(folder / "ann.pem"))
    return str(key["id"])


def check_verified(program: Any, octets: bytes, folder: Path) -> None:
    """Verify octets with the program; after one flipped octet of what was signed they do not."""
    path = folder / "received.eml"
    path.write_bytes(octets)
    assert b"VERIFIED: every fact" in done(program, "verify", str(path))
    place = octets.index(b"It is done.")
    path.write_bytes(octets[:place] + bytes([octets[place] ^ 1]) + octets[place + 1 :])
    tampered = program.command("verify", str(path))
    assert tampered.returncode == 1
    assert b"VERIFIED" not in tampered.stdout.replace(b"NOT VERIFIED", b"")


def check_bundle(folder: Path, sha256: str) -> None:
    """Check a bundle of evidence with nothing but the commands of its VERIFY.txt."""
    told = (folder / "VERIFY.txt").read_text("utf-8")
    commands = [line.strip() for line in told.splitlines() if line.strip().startswith("openssl ")]
    answers = [subprocess.run(shlex.split(each), cwd=folder, capture_output=True, check=True) for each in commands]
    told_back = b"".join(answer.stdout + answer.stderr for answer in answers).decode()
    assert sha256 in told_back
    assert told_back.count("CMS Verification successful") == 2
    assert hashlib.sha256((folder / "message.eml").read_bytes()).hexdigest() == sha256


def test_key_trust_policy_send_verify_and_prove(bare_program: Any, ann: Path, tmp_path: Path) -> None:
    check_refused(bare_program, ann, "must bear a good signature")
    key = trust(bare_program, tmp_path)
    check_refused(bare_program, ann, "cannot be taken back by --no-sign", "--no-sign")

    (receipt,) = json.loads(done(bare_program, "send", str(ann), "--json"))["submissions"]
    assert receipt["protection"]["verified"]
    (entry,) = listed(bare_program, "inbox", "messages")
    octets = done(bare_program, "inbox", "show", entry["entry"], "--submitted")
    assert hashlib.sha256(octets).hexdigest() == receipt["sha256"]
    check_verified(bare_program, octets, tmp_path)
    check_verified(bare_program, done(bare_program, "inbox", "show", entry["entry"], "--delivered"), tmp_path)

    bundle = tmp_path / "bundle"
    done(bare_program, "history", "export", receipt["submission"], "--bundle", "-o", str(bundle))
    check_bundle(bundle, receipt["sha256"])

    done(bare_program, "inbox", "clear")
    done(bare_program, "keys", "remove", key)
    check_refused(bare_program, ann, "no key")
    done(bare_program, "keys", "policy", "remove", ANN)
    done(bare_program, "send", str(ann))
    assert len(listed(bare_program, "inbox", "messages")) == 1
