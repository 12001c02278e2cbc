"""The history as the front ends use it: taken up, caught up, opened as new, compared, exported, folded, forgotten."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from sescomposer.bootstrap import Services, make_services
from sescomposer.core import compose, serialize
from sescomposer.core.control_fields import TRACE_TAG
from sescomposer.core.envelope import envelope_of
from sescomposer.core.errors import OperationCancelledError, ServiceCallError, StoreError
from sescomposer.core.line_difference import Change
from sescomposer.core.message import EnvelopeOverride, Message, SendingOptions
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.progress import Progress
from sescomposer.core.road import Road
from sescomposer.core.seal import seal
from sescomposer.services.history import FOLD_AFTER, HistoryService
from sescomposer.services.history_ports import HistoryEntry, HistoryQuery
from sescomposer.services.knowledge import EventKind, MessageEvent
from sescomposer.services.ports import BatchPlan, Receipt, SubmissionRecord, SubmissionState
from sescomposer.services.settings import HISTORY_KEEP_DAYS
from sescomposer.store.folders import Folders

S = SubmissionState


@pytest.fixture(autouse=True)
def closed(services: Services) -> Iterator[None]:
    yield
    services.close()


def letter(services: Services, subject: str = "Hi", **fields: Any) -> Message:
    """Compose something."""
    given = {"to": "Bob <b@b.example>", "bcc": "c@bücher.example", "text": "The quarterly figures", **fields}
    return compose("Ada <ada@a.example>", given.pop("to"), subject, ids=services.ids, **given)


def accept(octets: Octets, progress: Progress) -> Receipt:
    progress.step(len(octets), len(octets))
    return Receipt("0102-abc", "Ok 0102-abc", "rq-1")


def send(services: Services, message: Message, transport: Any = None) -> HistoryEntry:
    """Submit a message and give its entry."""
    way = transport or services.local_transport(Road.SES_V2)
    (record,) = services.sending.submit(services.sending.review(message, way), way)
    assert not record.unlisted
    return services.history.get(record.intent.submission)


def killed(services: Services, message: Message, transport: Any) -> SubmissionRecord:
    """Submit a message where the history learns nothing of it."""
    sending = replace(services.sending, on_record=None)
    (record,) = sending.submit(sending.review(message, transport), transport)
    return record


def test_every_submission_is_taken_up_with_its_octets(services: Services, scripted: Any) -> None:
    transport = scripted(accept)
    entry = send(services, letter(services), transport)
    assert bytes(services.history.octets(entry)) == transport.given[0][0]
    outcome = entry.record.outcome
    assert outcome is not None
    assert (outcome.state, outcome.reference, outcome.request_id) == (S.ACCEPTED, "0102-abc", "rq-1")
    assert services.history.get("0102-abc") == entry
    assert entry.record in services.submissions.all()


def test_text_of_the_message_is_found_once_it_was_read(services: Services) -> None:
    entry = send(services, letter(services, "Grüße", html="<style>p{color:red}</style><p>Straße <b>sieben</b>"))
    assert not services.history.find(HistoryQuery("quarterly"))
    services.history.tend()
    for words in ("quarterly fig", "strasse sieben", "bob", "c@bücher.example", "grusse"):
        assert services.history.find(HistoryQuery(words)) == (entry,)
    assert not services.history.find(HistoryQuery("color"))


def test_octets_that_are_gone_stop_nothing(services: Services) -> None:
    entry = send(services, letter(services))
    for path in services.folders.content.rglob(entry.record.intent.sha256 + "*"):
        path.unlink()
    other = make_services(services.folders)
    other.history.tend()
    with pytest.raises(StoreError):
        other.history.octets(entry)
    assert other.history.find(HistoryQuery("hi")) == (entry,)
    other.close()


def test_reading_texts_can_be_cancelled_and_goes_on(services: Services) -> None:
    send(services, letter(services))

    class Stop:
        def step(self, done: int, total: int) -> None:
            raise OperationCancelledError

    with pytest.raises(OperationCancelledError):
        services.history.tend(Stop())
    services.history.tend()
    assert services.history.count(HistoryQuery("quarterly")) == 1


def test_what_a_kill_left_out_is_caught_up(services: Services, scripted: Any) -> None:
    transport = scripted(accept)
    begun = killed(services, letter(services, "killed behind the outcome"), transport)
    services.history.take_up(replace(begun, outcome=None))
    never = killed(services, letter(services, "never told"), transport)
    assert services.history.catch_up() == 2
    assert {e.record for e in services.history.find(HistoryQuery())} == {begun, never}
    assert services.history.catch_up() == 0


def test_a_log_that_was_read_before_the_outcome_takes_nothing_back(services: Services, scripted: Any) -> None:
    entry = send(services, letter(services), scripted(accept))
    services.history.index.put_all([replace(entry.record, outcome=None)])
    assert services.history.get(entry.record.intent.submission) == entry


def test_history_that_cannot_be_written_does_not_stop_the_mail(
    services: Services, scripted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport = scripted(accept)
    send(services, letter(services), transport)

    def full(record: SubmissionRecord, text: str = "") -> None:
        raise StoreError("The disk is full.", hint="Free some space.")

    with monkeypatch.context() as broken:
        broken.setattr(services.history.index, "put", full)
        (record,) = services.sending.submit(services.sending.review(letter(services, "second"), transport), transport)
    assert record.state is S.ACCEPTED
    assert record.unlisted == "The disk is full. Free some space."
    assert services.history.catch_up() == 1
    assert services.history.find(HistoryQuery("second"))[0].record.state is S.ACCEPTED


# --- opened as new -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("road", list(Road))
def test_opened_as_new_it_says_the_same_again(services: Services, scripted: Any, road: Road) -> None:
    transport = scripted(accept)
    transport.road = road
    options = SendingOptions("news", (("a", "1"),), contact_list="list", topic="t", tenant="shop")
    before = replace(letter(services), options=options)
    entry = send(services, before, transport)
    again = services.history.open_as_new(entry)
    assert again.account == "work"
    assert again.options == options
    assert set(envelope_of(again).rcpt_to) == {"b@b.example", "c@xn--bcher-kva.example"}
    assert again.envelope == EnvelopeOverride()
    names = [field.name for field in again.root.header.fields]
    assert not {"Date", "Message-ID"} & set(names)
    assert names.count("Bcc") == 1
    assert not [name for name in names if name.startswith("X-SES")]
    sides = [bytes(message.root.header.without("Bcc").octets) for message in (again, before)]
    assert sides[0] == sides[1]
    (sealed,) = seal(again, road, now=services.clock.now(), ids=services.ids, into=services.content.new)
    assert {t for t in sealed.options.tags if t[0] != TRACE_TAG} == {("a", "1")}
    assert (
        message_from_bytes(bytes(sealed.octets)).get_payload()
        == message_from_bytes(bytes(services.history.octets(entry))).get_payload()
    )


def test_fields_of_the_author_stay(services: Services, scripted: Any) -> None:
    message = letter(services)
    octets = b"X-SES-TENANT: shop\r\nX-Mine: 1\r\n" + serialize(message.root)
    again = services.history.open_as_new(send(services, Message(parse(octets)), scripted(accept)))
    assert again.root.header.get("X-SES-TENANT") == "shop"
    assert again.root.header.get("X-Mine") == "1"


def test_envelope_that_no_field_says_stays_in_the_envelope(services: Services, scripted: Any) -> None:
    override = EnvelopeOverride("bounces@a.example", ("x@x.example",))
    entry = send(services, replace(letter(services), envelope=override), scripted(accept))
    again = services.history.open_as_new(entry)
    assert envelope_of(again) == entry.record.intent.envelope
    assert again.envelope.mail_from == "bounces@a.example"


def test_of_the_local_inbox_no_account_is_chosen(services: Services) -> None:
    assert services.history.open_as_new(send(services, letter(services))).account == ""


# --- compared and exported ---------------------------------------------------------------------------------------


def test_two_are_compared_by_octets_and_tree(services: Services) -> None:
    one = send(services, letter(services, "One"))
    other = send(services, letter(services, "Other", html="<p>More"))
    found = services.history.compare(one, other)
    assert not found.is_equal
    assert any(line.change is Change.ADDED and "Subject: Other" in line.text for line in found.octets)
    assert any(line.change is Change.ADDED and "text/html" in line.text for line in found.tree)
    assert services.history.compare(one, one).is_equal
    assert services.history.compare(one, one).tree == ()


def test_exported_octets_are_exact_and_the_receipt_says_all(services: Services, tmp_path: Path, scripted: Any) -> None:
    entry = send(services, letter(services, "Grüße \U0001f389"), scripted(accept))
    (tmp_path / "a.json").write_text("of somebody else")
    written = services.history.export(entry, tmp_path / "a.eml", receipt=True)
    assert [path.name for path in written] == ["a.eml", "a.eml.receipt.json"]
    assert (tmp_path / "a.json").read_text() == "of somebody else"
    assert written[0].read_bytes() == bytes(services.history.octets(entry))
    receipt = json.loads(written[1].read_text("ascii"))
    assert receipt["schema"] == 1
    assert receipt["submission"]["message_id"] == "0102-abc"
    assert receipt["submission"]["envelope"]["rcpt_to"] == ["b@b.example", "c@xn--bcher-kva.example"]
    assert receipt["submission"]["subject"] == "Grüße \U0001f389"
    assert services.history.export(entry, tmp_path / "b.eml") == (tmp_path / "b.eml",)


# --- events ------------------------------------------------------------------------------------------------------


def asking(services: Services, *events: MessageEvent) -> HistoryService:
    """The history over a service that knows these events."""
    return replace(services.history, insights=lambda record, progress: events)


def test_events_are_asked_for_once_and_kept(services: Services, scripted: Any) -> None:
    entry = send(services, letter(services), scripted(accept))
    event = MessageEvent("b@b.example", services.clock.now(), EventKind.DELIVERY, isp="Gmail")
    read = asking(services, event).read_events(entry)
    assert read.events == (event,)
    assert services.history.get(entry.record.intent.submission) == read


def test_why_events_cannot_be_read_is_said(services: Services, scripted: Any) -> None:
    def lost(octets: Octets, progress: Progress) -> Receipt:
        raise StoreError("No.")

    local, unsent = send(services, letter(services)), send(services, letter(services), scripted(lost))
    assert "local inbox" in services.history.events_refusal(local)
    assert "no message id" in services.history.events_refusal(unsent)
    with pytest.raises(ServiceCallError, match="local inbox"):
        services.history.read_events(local)
    assert "cannot ask" in replace(services.history, insights=None).events_refusal(
        send(services, letter(services), scripted(accept))
    )


def test_what_the_service_refuses_changes_nothing(services: Services, scripted: Any) -> None:
    entry = send(services, letter(services), scripted(accept))

    def refuse(record: SubmissionRecord, progress: Progress) -> tuple[MessageEvent, ...]:
        raise ServiceCallError("No insights.")

    with pytest.raises(ServiceCallError):
        replace(services.history, insights=refuse).read_events(entry)
    assert services.history.get(entry.record.intent.submission) == entry


# --- kept and forgotten ------------------------------------------------------------------------------------------


def test_a_settled_log_is_folded_and_nothing_is_lost(services: Services, set_clock: Any, scripted: Any) -> None:
    entries = [send(services, letter(services, f"No. {number}"), scripted(accept)) for number in range(3)]
    set_clock.advance(seconds=FOLD_AFTER.total_seconds() + 1)
    young = send(services, letter(services, "young"), scripted(accept))
    services.submissions.record_intent(replace(entries[0].record.intent, submission="begun"))
    size = services.submissions.size()
    services.history.fold()
    left = [record.intent.submission for record in services.submissions.all()]
    assert left == [young.record.intent.submission, "begun"]
    assert services.submissions.size() < size
    assert set(services.submissions.archived()) == {entry.record for entry in entries}
    assert services.history.count(HistoryQuery()) == 4
    services.history.fold()
    assert len(list(services.submissions.archived())) == 3


def test_a_fold_that_is_cut_short_loses_and_doubles_nothing(
    services: Services, set_clock: Any, scripted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = send(services, letter(services), scripted(accept))
    set_clock.advance(hours=2)

    def full(*arguments: object) -> int:
        raise StoreError("The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr("sescomposer.store.submissions.replace_file", full)
        with pytest.raises(StoreError):
            services.history.fold()
    assert services.submissions.all() == tuple(services.submissions.archived()) == (entry.record,)
    services.close()
    services.folders.history.unlink()
    again = make_services(services.folders)
    assert again.history.find(HistoryQuery()) == (entry,)
    again.close()


def test_a_damaged_history_is_made_again_from_log_and_archive(services: Services, set_clock: Any) -> None:
    entry = send(services, letter(services))
    set_clock.advance(hours=2)
    services.history.fold()
    later = send(services, letter(services, "later"))
    services.close()
    services.folders.history.write_bytes(b"damaged" * 1000)
    again = make_services(services.folders)
    assert {e.record for e in again.history.find(HistoryQuery())} == {entry.record, later.record}
    again.history.tend()
    assert again.history.count(HistoryQuery("quarterly")) == 2
    again.close()


def test_an_outcome_that_came_behind_the_fold_counts(services: Services, set_clock: Any, scripted: Any) -> None:
    entry = send(services, letter(services), scripted(accept))
    set_clock.advance(hours=2)
    services.history.fold()
    outcome = entry.record.outcome
    assert outcome is not None
    services.submissions.record_outcome(replace(outcome, sentence="Later."))
    (record,) = services.submissions.archived()
    assert record.outcome == replace(outcome, sentence="Later.")


def test_what_a_batch_still_needs_is_not_folded(services: Services, set_clock: Any, scripted: Any) -> None:
    entry = send(services, letter(services), scripted(accept))
    intent = entry.record.intent
    services.submissions.record_plan(BatchPlan("batch", intent.at, intent.at, (intent,)))
    set_clock.advance(hours=2)
    services.history.fold()
    assert len(services.submissions.all()) == 1
    services.submissions.end_batch("batch", services.clock.now())
    services.history.fold()
    assert services.submissions.all() == ()


def test_what_the_history_lacks_is_not_folded(services: Services, set_clock: Any, scripted: Any) -> None:
    assert services.history.count(HistoryQuery()) == 0
    record = killed(services, letter(services), scripted(accept))
    send(services, letter(services))
    set_clock.advance(hours=2)
    services.history.fold()
    assert services.submissions.all() == (record,)


def test_the_old_go_where_it_is_wanted_but_not_the_unknown(services: Services, set_clock: Any, scripted: Any) -> None:
    old = send(services, letter(services, "old"), scripted(accept))
    folded = send(services, letter(services, "folded"), scripted(accept))
    services.submissions.record_intent(replace(old.record.intent, submission="unknown"))
    set_clock.advance(hours=2)
    services.submissions.fold([folded.record.intent.submission])
    set_clock.advance(days=100)
    new = send(services, letter(services, "new"), scripted(accept))
    services.history.tend()
    assert services.history.count(HistoryQuery()) == 4
    services.settings.set(HISTORY_KEEP_DAYS, 30)
    services.history.tend()
    left = {entry.record.intent.submission for entry in services.history.find(HistoryQuery())}
    assert left == {"unknown", new.record.intent.submission}
    assert list(services.submissions.archived()) == []
    assert services.history.catch_up() == 0


def test_the_sweep_keeps_what_the_history_names(services: Services, set_clock: Any, scripted: Any) -> None:
    entry = send(services, letter(services), scripted(accept))
    set_clock.time = services.clock.now() + timedelta(days=10_000)
    services.history.fold()
    assert services.submissions.all() == ()
    services.sweep()
    assert services.content.holds(entry.record.intent.sha256)


def test_an_unread_history_stops_the_sweep(tmp_path: Path) -> None:
    services = make_services(Folders.below(tmp_path))
    services.folders.history.mkdir(parents=True)
    with pytest.raises(StoreError):
        services.sweep()
    services.close()
