"""Evidence in the window of what was sent: how it was protected, what was found, and the bundle that OpenSSL checks."""

import re
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot
from still_clock import StillClock

from sescomposer.bootstrap import Services
from sescomposer.core import compose
from sescomposer.core.message import NOT_CHOSEN, Protection, Road
from sescomposer.core.protection.protector import Evidence
from sescomposer.gui.history.evidence_words import EVIDENCE, evidence_details
from sescomposer.gui.history.history_window import HistoryWindow
from sescomposer.services.account import Secret
from sescomposer.services.history_ports import HistoryEntry
from sescomposer.services.secrets import MemorySecrets

if TYPE_CHECKING:
    from authority import Authority

ANN = "ann@example.org"


@pytest.fixture
def services(services: Services, authority: "Authority") -> Services:
    """Services with Ann's key, whose root is trusted."""
    services.clock = StillClock(authority.now)
    services.secrets = MemorySecrets()
    services.roots.add(authority.root)
    services.keys.import_file(authority.p12(authority.leaf(ANN)), Secret("secret"))
    return services


@pytest.fixture
def window(services: Services) -> Iterator[HistoryWindow]:
    yield HistoryWindow.show_for(services, None)
    shown = HistoryWindow.shown()
    if shown is not None:
        shown.close()


SIGNED = Protection(sign=True)


def send(services: Services, protection: Protection = SIGNED) -> HistoryEntry:
    """Ann sends something to the local inbox."""
    made = compose(ANN, "bob@example.org", "Tee", text="Grüße\n", ids=services.ids)
    transport = services.local_transport(Road.SES_V2)
    review = services.sending.review(replace(made, protection=protection), transport)
    (record,) = services.sending.submit(review, transport)
    return services.history.get(record.intent.submission)


def is_loaded(qtbot: QtBot, window: HistoryWindow, entry: HistoryEntry) -> None:
    def shown() -> bool:
        loaded = window.detail.loaded
        return loaded is not None and loaded.entry.record == entry.record and window.evidence_button.isEnabled()

    qtbot.waitUntil(shown)


def test_details_say_how_it_was_signed_and_what_was_found(
    qtbot: QtBot, services: Services, window: HistoryWindow, authority: "Authority"
) -> None:
    entry = send(services)
    window.look()
    is_loaded(qtbot, window, entry)
    values = window.detail.details.values
    evidence = entry.record.intent.evidence
    assert evidence is not None
    assert values["Protection"].text() == "S/MIME: signed, readable by everybody"
    assert values["Verified"].text().startswith("Yes")
    assert values["What was found"].text() == "\n".join(evidence.outcome)
    assert len(evidence.outcome) == 5
    signer = authority.leaf(ANN).certificate.fingerprint
    assert values["Signed by"].text().replace(" ", "").lower() == signer
    assert values["SHA-256"].text() == entry.record.intent.sha256
    assert not values["Signed by"].isHidden()
    assert values["Encrypted to"].isHidden()
    assert all(values[name].accessibleName() == name for name in EVIDENCE)
    qtbot.waitUntil(lambda: all(_has_room(value) for value in values.values() if value.isVisible()))


def _has_room(value: QLabel) -> bool:
    """Whether every line can be read."""
    return value.height() >= value.heightForWidth(value.width())


def test_what_was_not_protected_has_no_rows_of_evidence(
    qtbot: QtBot, services: Services, window: HistoryWindow
) -> None:
    entry = send(services, NOT_CHOSEN)
    window.look()
    is_loaded(qtbot, window, entry)
    assert all(window.detail.details.values[name].isHidden() for name in EVIDENCE)


def test_evidence_that_is_written_is_checked_by_openssl(
    qtbot: QtBot, services: Services, window: HistoryWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = send(services)
    window.look()
    is_loaded(qtbot, window, entry)
    asked: list[str] = []

    def choose(parent: object, title: str, start: str, kinds: str) -> tuple[str, str]:
        asked.extend((title, start, kinds))
        return str(tmp_path / "tea"), kinds

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    window.evidence_button.click()
    qtbot.waitUntil(lambda: window.statusBar().currentMessage().startswith("Written: "))
    assert asked[1].endswith("-evidence.zip")
    with zipfile.ZipFile(tmp_path / "tea.zip") as bundle:
        bundle.extractall(tmp_path)
    folder = tmp_path / "tea"
    assert (folder / "message.eml").read_bytes() == bytes(services.history.octets(entry))
    commands = re.findall(r"^   (openssl .*)$", (folder / "VERIFY.txt").read_text("utf-8"), re.MULTILINE)
    assert any("cms -verify" in command for command in commands)
    for command in commands:
        done = subprocess.run(command.split(), cwd=folder, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, (command, done.stderr)


def test_a_file_that_nobody_was_asked_about_stays(
    qtbot: QtBot, services: Services, window: HistoryWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = send(services)
    window.look()
    is_loaded(qtbot, window, entry)
    kept = tmp_path / "tea.zip"
    kept.write_bytes(b"mine")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: (str(tmp_path / "tea"), ""))
    window.evidence_button.click()
    assert "already" in window.notice.sentence
    assert kept.read_bytes() == b"mine"


@pytest.mark.parametrize(
    "evidence, protection, verified",
    [
        (Evidence("ses", "detached"), "S/MIME by Amazon SES: signed, readable by everybody", "No: SES signs after"),
        (Evidence("dkim", "detached"), "DKIM alone", "No: receivers check it"),
        (Evidence("openpgp", "signed and encrypted"), "OpenPGP: signed, then encrypted", "Not in every respect"),
        (Evidence("smime", "opaque", is_verified=True), "S/MIME: signed, the text inside the signature", "Yes: "),
    ],
)
def test_no_more_is_claimed_than_was_proven(evidence: Evidence, protection: str, verified: str) -> None:
    told = evidence_details(evidence)
    assert told["Protection"] == protection
    assert told["Verified"].startswith(verified)
    assert set(told) == set(EVIDENCE)


def test_fingerprints_and_times_can_be_compared() -> None:
    told = evidence_details(
        Evidence(
            "smime",
            "signed and encrypted",
            signer="ab12cd34",
            chain=("ff00", "00ff"),
            recipients=(("bob@xn--bcher-kva.example", "0123abcd"),),
            signed_at=datetime(2026, 11, 21, 12, tzinfo=UTC),
        )
    )
    assert (told["Signed by"], told["Sent along"]) == ("AB12 CD34", "FF00\n00FF")
    assert told["Encrypted to"] == "bob@bücher.example: 0123 ABCD"
    assert told["Signed at"].startswith("2026-11-2")
