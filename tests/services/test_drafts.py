"""The drafts of the user: their list and search, checkpoints, removal with undo, and what comes back with a file."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.bootstrap import Services, make_services
from sescomposer.core import compose
from sescomposer.core.errors import StoreError
from sescomposer.core.message import EnvelopeOverride, Message, Protection, SendingOptions
from sescomposer.core.parse import parse
from sescomposer.services.comparing import compare, holds_beside
from sescomposer.services.drafts import Draft, DraftState
from sescomposer.services.fullness import Fullness, fullness, is_emptier
from sescomposer.services.settings import AUTOMATIC_CHECKPOINTS
from sescomposer.store.folders import Folders

LONG = "Sentences that somebody would miss. " * 10


def letter(services: Services, subject: str = "Plan", text: str = LONG, to: str = "b@b.example") -> Message:
    return compose("Ada <ada@a.example>", to, subject, text=text, ids=services.ids)


def ids_of(drafts: tuple[Draft, ...]) -> list[str]:
    return [draft.draft for draft in drafts]


@pytest.fixture
def open_services(services: Services) -> Any:
    yield services
    services.close()


def test_the_list_has_kept_and_open_drafts_newest_first(open_services: Services, set_clock: Any) -> None:
    services = open_services
    services.drafts.keep("kept", letter(services, "Kept"), None)
    set_clock.advance(minutes=1)
    services.journal.note("typed", letter(services, "Typed"), Path("/x.eml"))
    services.journal.flush()
    typed, kept = services.drafts.all()
    assert (typed.draft, typed.state, typed.subject, typed.path) == ("typed", DraftState.OPEN, "Typed", Path("/x.eml"))
    assert (kept.draft, kept.state, kept.recipients) == ("kept", DraftState.KEPT, ("b@b.example",))
    assert services.drafts.all() == (typed, kept)


def test_a_search_looks_at_subject_recipients_text_and_names(services: Services) -> None:
    drafts = services.drafts
    drafts.keep("one", letter(services, "Grüße", "the needle", "kai@c.example"), None)
    drafts.keep("two", letter(services, "Other", "hay"), None)
    drafts.checkpoint("two", letter(services), None, "Before the layout")
    for words, found in (
        ("GRÜSSE", ["one"]), ("needle kai@c", ["one"]), ("needle hay", []), ("LAYOUT", ["two"]), ("", ["one", "two"]),
    ):  # fmt: skip
        assert sorted(ids_of(drafts.find(words))) == found


def test_a_search_costs_no_more_than_reading_the_drafts(services: Services) -> None:
    """Listing again looks at no file's octets, and a search costs no more than the first listing."""
    for number in range(200):
        services.drafts.keep(f"d{number}", letter(services, f"Number {number}", LONG * 10), None)
    fresh = make_services(services.folders)
    began = time.perf_counter()
    assert len(fresh.drafts.all()) == 200
    first = time.perf_counter() - began
    began = time.perf_counter()
    assert ids_of(fresh.drafts.find("number 150 miss")) == ["d150"]
    assert time.perf_counter() - began < first * 3
    fresh.close()


def test_a_draft_of_a_crash_waits_and_can_be_opened_once(services: Services) -> None:
    services.journal.note("one", letter(services))
    services.journal.close()
    later = make_services(services.folders)
    (draft,) = later.drafts.all()
    assert (draft.state, draft.can_open) == (DraftState.WAITING, True)
    assert later.drafts.open("one").message.root.subject == "Plan"
    with pytest.raises(StoreError, match="open in a window"):
        later.drafts.open("one")
    later.journal.leave("one")
    assert later.drafts.open("one").draft == "one"
    later.close()


def test_a_removed_draft_can_be_brought_back_and_goes_after_a_while(services: Services, set_clock: Any) -> None:
    drafts = services.drafts
    drafts.keep("one", letter(services), None)
    drafts.remove("one")
    assert drafts.all() == ()
    assert ids_of(drafts.all(removed=True)) == ["one"]
    with pytest.raises(StoreError, match="was removed"):
        drafts.open("one")
    drafts.bring_back("one")
    assert drafts.open("one").message.root.subject == "Plan"
    drafts.remove("one")
    set_clock.advance(days=29)
    assert drafts.tidy() == 0
    set_clock.advance(days=2)
    assert drafts.tidy() == 1
    assert drafts.all(removed=True) == ()


def test_a_draft_of_a_crash_is_removed_with_a_copy(services: Services) -> None:
    services.journal.note("one", letter(services))
    services.journal.close()
    later = make_services(services.folders)
    later.drafts.remove("one")
    assert later.journal.look() == ()
    assert [draft.state for draft in later.drafts.all(removed=True)] == [DraftState.REMOVED]
    assert later.drafts.state("one").message.root.subject == "Plan"
    later.close()


def test_an_open_draft_is_not_removed(open_services: Services) -> None:
    open_services.journal.note("one", letter(open_services))
    open_services.journal.flush()
    with pytest.raises(StoreError, match="open in a window"):
        open_services.drafts.remove("one")


def test_discarding_keeps_a_copy_but_of_nothing(services: Services) -> None:
    services.drafts.discard("one", letter(services), None)
    services.drafts.discard("two", services.documents.new(), None)
    assert ids_of(services.drafts.all(removed=True)) == ["one"]


def test_a_duplicate_is_a_draft_of_its_own(services: Services) -> None:
    beside = replace(letter(services), account="work")
    services.drafts.keep("one", beside, Path("/x.eml"))
    copy = services.drafts.duplicate("one")
    assert services.drafts.state(copy).message.account == "work"
    assert services.drafts.get(copy).path is None
    assert len(services.drafts.all()) == 2


def test_safeguards_are_not_repeated_nor_made_of_nothing(services: Services) -> None:
    drafts, message = services.drafts, letter(services)
    assert drafts.safeguard("one", services.documents.new(), None, "before sending") is None
    first = drafts.safeguard("one", message, None, "before sending")
    assert drafts.safeguard("one", message, None, "before sending") == first
    services.settings.set(AUTOMATIC_CHECKPOINTS, 5)
    for number in range(9):
        drafts.safeguard("one", letter(services, str(number)), None, "x")
    assert len(drafts.checkpoints("one")) == 5
    # Automatic ones alone do not make a saved message a draft.
    assert drafts.all() == ()
    assert [draft.state for draft in drafts.all(removed=True)] == [DraftState.SAVED]


def test_restoring_keeps_what_was_there(services: Services) -> None:
    drafts = services.drafts
    drafts.keep("one", letter(services, "Now"), None)
    drafts.checkpoint("one", letter(services, "Then"), None, "then")
    drafts.restore("one", 1)
    assert drafts.state("one").message.root.subject == "Then"
    (then, before) = drafts.checkpoints("one")
    assert (then.name, before.is_automatic) == ("then", True)
    assert drafts.state("one", before.number).message.root.subject == "Now"
    assert drafts.compare("one", 1).is_equal
    assert "header fields: 1 added, 1 removed" in drafts.compare("one", before.number, 1).words


def test_what_no_file_can_hold_comes_back_with_the_file(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    message = replace(letter(services), envelope=EnvelopeOverride("r@a.example"), protection=Protection(sign=True))
    services.documents.save(message, path)
    services.drafts.saved("one", message, path)
    found = services.drafts.of_file(path, services.documents.open(path))
    assert (found.draft, found.message.envelope, found.message.protection) == (
        "one",
        message.envelope,
        message.protection,
    )
    path.write_bytes(path.read_bytes() + b"changed\r\n")
    changed = services.drafts.of_file(path, services.documents.open(path))
    assert (changed.draft, changed.message.envelope) == ("", EnvelopeOverride())
    assert changed.differs is not None


def test_a_saved_draft_leaves_the_list_and_its_file_goes_on_with_it(services: Services, tmp_path: Path) -> None:
    path, message = tmp_path / "a.eml", letter(services)
    services.drafts.keep("one", message, path)
    services.drafts.checkpoint("one", message, path, "mine")
    services.documents.save(message, path)
    services.drafts.saved("one", message, path)
    assert [draft.state for draft in services.drafts.all()] == [DraftState.SAVED]
    found = services.drafts.of_file(path, services.documents.open(path))
    assert (found.draft, found.differs) == ("one", None)
    assert services.drafts.open("one").path is None


def test_a_crash_is_compared_with_a_checkpoint_or_the_file(services: Services, tmp_path: Path) -> None:
    from sescomposer.services.ports import RecoveredDraft

    path, message, now = tmp_path / "a.eml", letter(services), services.clock.now()
    found = RecoveredDraft("one", now, message, path)
    assert services.drafts.reference(found) is None
    services.documents.save(letter(services, "File"), path)
    reference = services.drafts.reference(found)
    assert reference is not None
    assert (reference[0], reference[1].root.subject) == ("its file a.eml", "File")
    services.drafts.checkpoint("one", letter(services, "Kept"), path, "mine")
    reference = services.drafts.reference(found)
    assert reference is not None
    assert reference[0].startswith("its checkpoint of")
    assert reference[1].root.subject == "Kept"


def test_the_sweep_keeps_what_drafts_and_checkpoints_name(services: Services, set_clock: Any) -> None:
    kept = services.content.keep(b"attached" * 1000).sha256
    named = services.content.keep(b"checkpoint" * 1000).sha256
    nobody = services.content.keep(b"nobody" * 1000).sha256
    for draft, sha256 in (("one", kept), ("two", named)):
        octets = services.content.open(sha256)
        message = Message(replace_body(octets))
        if draft == "one":
            services.drafts.keep(draft, message, None)
        else:
            services.drafts.checkpoint(draft, message, None, "x")
    del octets, message
    set_clock.time = services.clock.now().replace(year=2090)
    later = make_services(services.folders)
    later.clock = set_clock
    services.close()
    later.sweep()
    assert later.content.holds(kept)
    assert later.content.holds(named)
    assert not later.content.holds(nobody)
    later.close()


def replace_body(octets: Any) -> Any:
    from sescomposer.core.octets import Octets

    return parse(Octets.join((b"Subject: x\r\n\r\n", octets)))


def test_an_id_is_found_by_its_start(services: Services) -> None:
    services.drafts.keep("abc1", letter(services), None)
    services.drafts.keep("abd2", letter(services), None)
    assert services.drafts.get("abc").draft == "abc1"
    with pytest.raises(StoreError, match="2 drafts begin"):
        services.drafts.get("ab")
    with pytest.raises(StoreError, match="no draft"):
        services.drafts.get("x")


# --- how much a message holds, and what differs ------------------------------------------------------------------


@given(text=st.integers(0, 500), parts=st.integers(0, 9), left=st.integers(0, 500), kept=st.integers(0, 9))
def test_something_is_lost_only_where_something_was(text: int, parts: int, left: int, kept: int) -> None:
    before, after = Fullness(text, parts), Fullness(left, kept)
    if before.is_empty:
        assert not before.is_lost_in(after)
    elif after == Fullness():
        assert before.is_lost_in(after)
    assert not before.is_lost_in(before.joined(after))


def test_an_empty_message_is_emptier(services: Services) -> None:
    full, empty = letter(services), services.documents.new()
    assert is_emptier(full, empty)
    assert not is_emptier(empty, full)
    assert not is_emptier(full, full)
    assert fullness(empty).is_empty


def test_a_comparison_tells_the_four_kinds_apart(services: Services) -> None:
    before = letter(services, "One")
    after = replace(letter(services, "Two"), account="", options=SendingOptions("set", (("a", "b"),)))
    found = compare(before, after)
    assert found.octets
    assert {line.text for line in found.beside if line.change == "+"} == {
        "Option configuration set: set", "Option tags: a=b", "Account: local inbox",
    }  # fmt: skip
    assert {"Subject: One", "Subject: Two"} <= {line.text for line in found.fields}
    assert compare(before, before).is_equal
    assert holds_beside(after)
    assert not holds_beside(before)
    assert found.words.startswith("Lines: ")


def test_two_processes_see_one_list(services: Services, tmp_path: Path) -> None:
    other = make_services(Folders.below(tmp_path))
    services.drafts.keep("one", letter(services), None)
    assert ids_of(other.drafts.all()) == ["one"]
    other.drafts.checkpoint("one", letter(services, "Other"), None, "theirs")
    assert [one.name for one in services.drafts.checkpoints("one")] == ["theirs"]
    other.close()
