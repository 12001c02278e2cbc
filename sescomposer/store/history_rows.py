"""Entries of the history as rows: the record and its events as JSON texts, and the words by which they are found."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sescomposer.core.domain import to_unicode
from sescomposer.services.history_ports import HistoryEntry
from sescomposer.services.knowledge import EventKind, MessageEvent
from sescomposer.services.ports import SubmissionRecord
from sescomposer.store.search_words import normalised
from sescomposer.store.submission_json import intent_from_json, intent_to_json, outcome_from_json, outcome_to_json

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def number_of(at: datetime) -> int:
    """Give the number of a time, by which entries are ordered: microseconds since 1970.

    >>> number_of(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    return (at - _EPOCH) // _MICROSECOND


def record_text(record: SubmissionRecord) -> str:
    """Give a record as JSON."""
    outcome = None if record.outcome is None else outcome_to_json(record.outcome)
    return _json({"intent": intent_to_json(record.intent), "outcome": outcome, "unrecorded": record.unrecorded})


def record_of(text: str) -> SubmissionRecord:
    """Give the record of `record_text`."""
    value = json.loads(text)
    outcome = None if value["outcome"] is None else outcome_from_json(value["outcome"])
    return SubmissionRecord(intent_from_json(value["intent"]), outcome, value.get("unrecorded", ""))


def entry_of(record: str, events: str, events_read: str) -> HistoryEntry:
    """Give the entry of a row."""
    read = datetime.fromisoformat(events_read) if events_read else None
    return HistoryEntry(record_of(record), tuple(map(_event_of, json.loads(events))), read)


def events_text(events: Iterable[MessageEvent]) -> str:
    """Give events as JSON."""
    return _json([_event(event) for event in events])


def head_words(record: SubmissionRecord) -> str:
    """Give the normalised words of what is known beside the message: subject, addresses, account, ids, reasons."""
    intent, outcome = record.intent, record.outcome
    addresses = (intent.envelope.mail_from, *intent.envelope.rcpt_to)
    overrides = [word for pair in intent.overrides for word in pair]
    tags = [word for pair in intent.options.tags for word in pair]
    options = (intent.options.configuration_set, intent.options.tenant, intent.options.contact_list)
    known = [intent.subject, *addresses, *_unicode_forms(addresses), intent.account, intent.region, intent.submission]
    known += [intent.sha256, intent.trace, intent.batch, *options, *tags, *overrides]
    if intent.evidence is not None:
        known += [intent.evidence.signer, *(print_ for _, print_ in intent.evidence.recipients)]
    if outcome is not None:
        known += [outcome.reference, outcome.request_id, outcome.code, outcome.sentence]
    return normalised(" ".join(known))


def _unicode_forms(addresses: Iterable[str]) -> list[str]:
    """Give the addresses with A-labels as people write them."""
    parts = (address.rpartition("@") for address in addresses if "xn--" in address.lower())
    return [f"{local}@{to_unicode(domain)}" for local, _, domain in parts]


def _event(event: MessageEvent) -> dict[str, Any]:
    return {
        "recipient": event.recipient,
        "at": event.at.isoformat(),
        "kind": event.kind.value,
        "details": event.details,
        "explanation": event.explanation,
        "isp": event.isp,
    }


def _event_of(value: Mapping[str, Any]) -> MessageEvent:
    return MessageEvent(
        recipient=value["recipient"],
        at=datetime.fromisoformat(value["at"]),
        kind=EventKind(value["kind"]),
        details=value.get("details", ""),
        explanation=value.get("explanation", ""),
        isp=value.get("isp", ""),
    )


def _json(value: object) -> str:
    # ASCII: half characters of a subject could not be kept otherwise.
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True)
