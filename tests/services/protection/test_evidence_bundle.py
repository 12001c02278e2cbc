"""Evidence bundles: whoever has nothing but OpenSSL checks them by the commands that lie in them."""

import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from authority import Authority, pem_of

from sescomposer.bootstrap import Services
from sescomposer.core import compose
from sescomposer.core.errors import StoreError
from sescomposer.core.message import Message, Protection, Road
from sescomposer.services.account import Secret
from sescomposer.services.history_ports import HistoryEntry
from sescomposer.services.secrets import MemorySecrets

ANN, BOB = "ann@example.org", "bob@example.org"


@pytest.fixture
def services(services: Services, set_clock: Any, authority: Authority) -> Iterator[Services]:
    """Services whose roots are those of the test authority."""
    set_clock.time = authority.now
    services.secrets = MemorySecrets()
    services.roots.add(authority.root)
    yield services
    services.close()


def sent(services: Services, authority: Authority, protection: Protection, **leaf: Any) -> HistoryEntry:
    """Import Ann's key and send something signed to the local inbox."""
    services.keys.import_file(authority.p12(authority.leaf(ANN, **leaf)), Secret("secret"))
    made = compose(f"Ann <{ANN}>", BOB, "Tee für zwei\tund mehr", text="Grüße\nनमस्ते\n", ids=services.ids)
    return submitted(services, replace(made, protection=protection))


def submitted(services: Services, message: Message) -> HistoryEntry:
    transport = services.local_transport(Road.SES_V2)
    (record,) = services.sending.submit(services.sending.review(message, transport), transport)
    return services.history.get(record.intent.submission)


def checked(folder: Path) -> list[str]:
    """Run every command of VERIFY.txt in its folder, and give what each said."""
    text = (folder / "VERIFY.txt").read_text("utf-8")
    said = []
    for command in re.findall(r"^   (openssl .*)$", text, re.MULTILINE):
        done = subprocess.run(command.split(), cwd=folder, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, (command, done.stderr)
        said.append(done.stdout + done.stderr)
    return said


@pytest.mark.parametrize("kind, depth", [("rsa2048", 0), ("rsa2048", 1), ("p256", 2), ("p384", 3)])
def test_clear_signed_message_is_checked_by_openssl_alone(
    services: Services, authority: Authority, tmp_path: Path, kind: str, depth: int
) -> None:
    entry = sent(services, authority, Protection(sign=True), kind=kind, depth=depth)
    folder = tmp_path / "evidence" / "of Ann"
    written = services.history.export_bundle(entry, folder)
    assert {path.name for path in written} == {path.name for path in folder.iterdir()}
    elsewhere = shutil.move(folder, tmp_path / "elsewhere")
    digest, part, whole, signer = checked(Path(elsewhere))
    assert entry.record.intent.sha256 in digest
    assert "Verification successful" in part
    assert "Verification successful" in whole
    evidence = entry.record.intent.evidence
    assert evidence is not None
    assert evidence.signer in signer.replace(":", "").lower()
    assert ANN in signer


def test_bundle_tells_what_history_knows(services: Services, authority: Authority, tmp_path: Path) -> None:
    entry = sent(services, authority, Protection(sign=True))
    services.history.export_bundle(entry, tmp_path)
    told = json.loads((tmp_path / "evidence.json").read_text())["submission"]
    report = (tmp_path / "report.txt").read_text("utf-8")
    evidence = entry.record.intent.evidence
    assert evidence is not None
    assert told["sha256"] == entry.record.intent.sha256
    assert told["protection"]["verified"] is True
    for words in (evidence.signer, entry.record.intent.sha256, told["message_id"], ANN, BOB, *evidence.outcome):
        assert words in report
    assert (tmp_path / "message.eml").read_bytes() == bytes(services.history.octets(entry))
    assert (tmp_path / "chain.pem").read_bytes() == pem_of(*authority.leaf(ANN).chain)


def test_a_changed_part_no_longer_verifies(services: Services, authority: Authority, tmp_path: Path) -> None:
    services.history.export_bundle(sent(services, authority, Protection(sign=True)), tmp_path)
    part = tmp_path / "signed-part.bin"
    part.write_bytes(part.read_bytes()[:-3] + b"x\r\n")
    with pytest.raises(AssertionError, match="openssl cms"):
        checked(tmp_path)


def test_opaque_message_is_checked_as_a_whole(services: Services, authority: Authority, tmp_path: Path) -> None:
    services.history.export_bundle(sent(services, authority, Protection(sign=True, opaque=True)), tmp_path)
    assert not (tmp_path / "signed-part.bin").exists()
    assert "Verification successful" in checked(tmp_path)[1]


def test_certificate_that_no_root_vouches_for_is_said(services: Services, tmp_path: Path) -> None:
    services.keys.make_test("Ann", ANN)
    message = compose(f"Ann <{ANN}>", BOB, "Tea", text="Tea?", ids=services.ids)
    entry = submitted(services, replace(message, protection=Protection(sign=True)))
    services.history.export_bundle(entry, tmp_path)
    assert "Verification successful" in checked(tmp_path)[1]
    assert "-noverify" in (tmp_path / "VERIFY.txt").read_text()
    assert "compare its fingerprint" in (tmp_path / "VERIFY.txt").read_text()
    assert "not good in every respect" in (tmp_path / "report.txt").read_text()


def test_encrypted_message_is_checked_with_the_private_key(
    services: Services, authority: Authority, tmp_path: Path
) -> None:
    bob = authority.leaf(BOB)
    services.people.import_file(pem_of(bob.certificate, *bob.chain), "bob.pem")
    entry = sent(services, authority, Protection(sign=True, encrypt=True))
    services.history.export_bundle(entry, tmp_path)
    (tmp_path / "key.pem").write_bytes(authority.pem(bob))
    said = checked(tmp_path)
    assert any("Verification successful" in words for words in said)
    assert "Grüße".encode() not in (tmp_path / "message.eml").read_bytes()


def test_message_that_is_not_protected_has_a_bundle_too(services: Services, tmp_path: Path) -> None:
    entry = submitted(services, compose(f"Ann <{ANN}>", BOB, "Tea", text="Tea?", ids=services.ids))
    services.history.export_bundle(entry, tmp_path)
    assert len(checked(tmp_path)) == 1
    assert "neither signed nor encrypted" in (tmp_path / "report.txt").read_text()


def test_zip_holds_the_same_files(services: Services, authority: Authority, tmp_path: Path) -> None:
    entry = sent(services, authority, Protection(sign=True))
    services.history.export_bundle(entry, tmp_path / "folder")
    (path,) = services.history.export_bundle(entry, tmp_path / "tea.zip")
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "out")
    names = {one.name for one in (tmp_path / "folder").iterdir()}
    assert {one.name for one in (tmp_path / "out" / "tea").iterdir()} == names
    for name in names:
        assert (tmp_path / "out" / "tea" / name).read_bytes() == (tmp_path / "folder" / name).read_bytes()
    checked(tmp_path / "out" / "tea")


def test_subject_cannot_add_lines_to_the_report(services: Services, tmp_path: Path) -> None:
    entry = submitted(services, compose(f"Ann <{ANN}>", BOB, "Tea", text="Tea?", ids=services.ids))
    intent = replace(entry.record.intent, subject="Tea\nVerified before it was sent: yes")
    services.history.export_bundle(replace(entry, record=replace(entry.record, intent=intent)), tmp_path)
    assert "Subject: Tea Verified" in (tmp_path / "report.txt").read_text()


def test_folder_that_cannot_be_made_is_told(services: Services, tmp_path: Path) -> None:
    entry = submitted(services, compose(f"Ann <{ANN}>", BOB, "Tea", text="Tea?", ids=services.ids))
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError):
        services.history.export_bundle(entry, tmp_path / "file" / "folder")
