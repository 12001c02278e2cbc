"""Drafts and checkpoints on the disk: they come back as they were, cost little, and survive damage and others."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sescomposer.core.errors import SettingsError, StoreError
from sescomposer.core.message import EnvelopeOverride, Message, Protection, SendingOptions
from sescomposer.core.octets import Octets, base64_octets
from sescomposer.core.parse import parse
from sescomposer.services.draft_ports import Mark
from sescomposer.services.system import SystemClock
from sescomposer.store.content import DiskContentStore
from sescomposer.store.drafts import DraftFiles
from sescomposer.store.records import frame

MakeMessage = Callable[[bytes], Message]
LONG = b"word " * 100


@pytest.fixture
def drafts(tmp_path: Path, content: DiskContentStore, clock: Any) -> DraftFiles:
    return DraftFiles(tmp_path / "drafts", content, clock)


def _log(tmp_path: Path, draft: str = "one") -> Path:
    return tmp_path / "drafts" / f"{draft}.log"


def test_kept_draft_comes_back_with_all_beside_the_root(
    drafts: DraftFiles, message: MakeMessage, tmp_path: Path
) -> None:
    envelope = EnvelopeOverride("bounces@example.com", ("ü@example.com",))
    options = SendingOptions("set", (("a", "b"),))
    draft = Message(message(b"text").root, envelope, options, Protection(sign=True), "work")
    drafts.keep("one", draft, tmp_path / "x.eml")
    (stored,) = drafts.all()
    assert (stored.is_kept, stored.path, stored.summary.subject) == (True, tmp_path / "x.eml", "draft")
    assert stored.summary.recipients == ("ü@example.com",)
    state = drafts.state("one")
    assert bytes(state.message.root.octets) == bytes(draft.root.octets)
    found = state.message
    assert (found.envelope, found.options, found.protection, found.account) == (
        envelope, options, Protection(sign=True), "work",
    )  # fmt: skip


def test_checkpoints_share_what_is_attached(tmp_path: Path, drafts: DraftFiles, content: DiskContentStore) -> None:
    kept = content.keep(random.Random(1).randbytes(3_000_000))

    def with_text(text: bytes) -> Message:
        return Message(parse(Octets.join((b"Subject: x\r\n\r\n", text, base64_octets(kept.octets), b"--end"))))

    for number in range(10):
        drafts.add_checkpoint("one", with_text(b"%d" % number), None, f"name {number}")
    assert _log(tmp_path).stat().st_size < 20_000
    assert content.size() == 3_000_000
    assert drafts.named_content() >= {kept.sha256}
    for number in (1, 10):
        state = drafts.state("one", number)
        assert state.message.root.octets.equals(with_text(b"%d" % (number - 1)).root.octets)


@settings(max_examples=40)
@given(bodies=st.lists(st.binary(max_size=200), min_size=1, max_size=6))
def test_any_checkpoint_comes_back(tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes]) -> None:
    folder = tmp_path_factory.mktemp("drafts")
    content = DiskContentStore(folder / "content", SystemClock())
    drafts = DraftFiles(folder / "drafts", content, SystemClock())
    messages = [Message(parse(b"Subject: s\r\n\r\n" + body)) for body in bodies]
    for number, draft in enumerate(messages, start=1):
        assert drafts.add_checkpoint("one", draft, None, f"n{number}").number == number
    again = DraftFiles(folder / "drafts", content, SystemClock())
    (stored,) = again.all()
    assert [checkpoint.name for checkpoint in stored.checkpoints] == [f"n{n + 1}" for n in range(len(bodies))]
    for number, draft in enumerate(messages, start=1):
        assert bytes(again.state("one", number).message.root.octets) == bytes(draft.root.octets)


def test_automatic_checkpoints_are_limited_and_named_ones_stay(drafts: DraftFiles, message: MakeMessage) -> None:
    drafts.add_checkpoint("one", message(b"named"), None, "mine")
    for number in range(8):
        drafts.add_checkpoint("one", message(b"%d" % number), None, "auto", most_automatic=3)
    (stored,) = drafts.all()
    assert [(one.name, one.number) for one in stored.checkpoints] == [
        ("mine", 1),
        ("auto", 7),
        ("auto", 8),
        ("auto", 9),
    ]
    assert bytes(drafts.state("one", 9).message.root.octets).endswith(b"\n7")
    same = drafts.add_checkpoint("one", message(b"7"), None, "again", most_automatic=3)
    assert (same.number, same.name) == (9, "auto")


def test_a_fuller_state_becomes_a_checkpoint(drafts: DraftFiles, message: MakeMessage) -> None:
    drafts.keep("one", message(LONG), None)
    drafts.keep("one", message(LONG + b"more"), None)
    assert drafts.all()[0].checkpoints == ()
    drafts.keep("one", message(b"x"), None)
    (stored,) = drafts.all()
    (checkpoint,) = stored.checkpoints
    assert checkpoint.is_automatic
    assert bytes(drafts.state("one", checkpoint.number).message.root.octets).endswith(LONG + b"more")
    assert bytes(drafts.state("one").message.root.octets).endswith(b"\r\n\r\nx")


def test_marks_are_remembered(drafts: DraftFiles, message: MakeMessage, clock: Any) -> None:
    drafts.keep("one", message(b"x"), None)
    drafts.mark("one", Mark.REMOVED)
    assert drafts.all()[0].removed == clock.now()
    drafts.mark("one", Mark.BROUGHT_BACK)
    assert drafts.all()[0].removed is None
    drafts.mark("one", Mark.SAVED)
    assert not drafts.all()[0].is_kept
    with pytest.raises(StoreError, match="no draft"):
        drafts.mark("two", Mark.REMOVED)
    drafts.erase(["one"])
    assert drafts.all() == ()
    with pytest.raises(StoreError, match="no draft 'one'"):
        drafts.state("one")


def test_damage_costs_only_the_record_it_hits(tmp_path: Path, drafts: DraftFiles, message: MakeMessage) -> None:
    for number in range(3):
        drafts.add_checkpoint("one", message(b"body %d" % number), None, f"n{number}")
    octets = bytearray(_log(tmp_path).read_bytes())
    at = octets.index(b"body 1")
    octets[at] ^= 1
    _log(tmp_path).write_bytes(octets + b"torn")
    (stored,) = drafts.all()
    assert [one.name for one in stored.checkpoints] == ["n0", "n2"]
    assert "cannot be read" in stored.damaged
    drafts.add_checkpoint("one", message(b"after"), None, "n3")
    drafts.keep("one", message(b"after"), None)
    assert [one.name for one in drafts.all()[0].checkpoints] == ["n0", "n2", "n3"]
    assert len(list(tmp_path.glob("drafts/*.damaged-1"))) == 1


def test_a_log_damaged_as_a_whole_is_told_and_left(tmp_path: Path, drafts: DraftFiles, message: MakeMessage) -> None:
    drafts.keep("one", message(b"x"), None)
    _log(tmp_path, "two").write_bytes(b"nonsense")
    assert [one.draft for one in drafts.all()] == ["one"]
    assert "two.log" in drafts.problems()[0]
    assert _log(tmp_path, "two").read_bytes() == b"nonsense"


def test_newer_schema_is_left_alone_and_told(tmp_path: Path, drafts: DraftFiles, message: MakeMessage) -> None:
    drafts.keep("one", message(b"x"), None)
    newer = frame({"format": "draft", "schema": 99, "draft": "two"}) + frame({"kind": "what", "sha": "a" * 64})
    _log(tmp_path, "two").write_bytes(newer)
    assert [one.draft for one in drafts.all()] == ["one"]
    assert "schema 99" in drafts.problems()[0]
    with pytest.raises(SettingsError):
        drafts.keep("two", message(b"x"), None)
    assert _log(tmp_path, "two").read_bytes() == newer
    assert "a" * 64 in drafts.named_content()


@pytest.mark.parametrize("draft", ["", "../x", "a/b", "x" * 200, "ü"])
def test_id_that_leads_elsewhere_is_refused(drafts: DraftFiles, message: MakeMessage, draft: str) -> None:
    with pytest.raises(StoreError, match="no id of a draft"):
        drafts.keep(draft, message(b"x"), None)


def test_full_disk_is_told_and_loses_nothing(
    drafts: DraftFiles, message: MakeMessage, disk_full_after: Callable[[int | None], None]
) -> None:
    drafts.keep("one", message(LONG), None)
    drafts.add_checkpoint("one", message(LONG), None, "first")
    for octets in (0, 1, 100, 400):
        disk_full_after(octets)
        with pytest.raises(StoreError, match="disk is full"):
            drafts.add_checkpoint("one", message(LONG), None, "second")
        with pytest.raises(StoreError, match="disk is full"):
            drafts.keep("one", message(b"less"), None)
    disk_full_after(None)
    (stored,) = drafts.all()
    assert [one.name for one in stored.checkpoints] == ["first"]
    assert stored.damaged == ""
    assert bytes(drafts.state("one").message.root.octets).endswith(LONG)


def test_two_processes_write_one_draft(
    tmp_path: Path, drafts: DraftFiles, message: MakeMessage, content: DiskContentStore, clock: Any
) -> None:
    other = DraftFiles(tmp_path / "drafts", content, clock)
    drafts.keep("one", message(b"x"), None)
    for number in range(3):
        other.add_checkpoint("one", message(b"%d" % number), None, "other")
        drafts.add_checkpoint("one", message(b"%d" % number), None, "mine")
    assert [one.number for one in drafts.all()[0].checkpoints] == [1, 2, 3, 4, 5, 6]
    assert drafts.all() == other.all()


def test_missing_content_is_told(drafts: DraftFiles, content: DiskContentStore) -> None:
    kept = content.keep(b"attached" * 1000)
    drafts.keep("one", Message(parse(Octets.join((b"Subject: x\r\n\r\n", kept.octets)))), None)
    del kept
    fresh = DiskContentStore(content.folder, SystemClock())
    for path in content.folder.glob("??/*"):
        path.unlink()
    state = DraftFiles(drafts._folder, fresh, SystemClock()).state("one")
    assert "no longer in the content store" in state.damaged
