"""All that is known of a submission as plain values for JSON: for files, the clipboard and the command line."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sescomposer.core.message import SendingOptions
from sescomposer.core.octets import Octets
from sescomposer.services.history_ports import HistoryEntry
from sescomposer.services.knowledge import MessageEvent
from sescomposer.services.ports import SubmissionRecord

if TYPE_CHECKING:
    from sescomposer.core.protection.protector import Evidence

SCHEMA = 1


def receipt(entry: HistoryEntry) -> dict[str, Any]:
    """Give an entry as JSON values; times in ISO 8601, "" where there is none."""
    return {
        **record_values(entry.record),
        "events": [_event(event) for event in entry.events],
        "events_read": entry.events_read.isoformat() if entry.events_read else "",
    }


def receipt_text(entry: HistoryEntry) -> str:
    """Give an entry as JSON text in ASCII, indented, with its schema number."""
    return json.dumps({"schema": SCHEMA, "submission": receipt(entry)}, ensure_ascii=True, indent=2) + "\n"


def receipt_octets(entry: HistoryEntry) -> Octets:
    """Give the octets of `receipt_text`."""
    return Octets.of(receipt_text(entry).encode("ascii"))


def record_values(record: SubmissionRecord) -> dict[str, Any]:
    """Give a record as JSON values, with the keys that `send --json` has."""
    intent, outcome = record.intent, record.outcome
    return {
        "submission": intent.submission,
        "state": record.state.value,
        "subject": intent.subject,
        "sha256": intent.sha256,
        "octets": intent.length,
        "account": intent.account,
        "road": intent.road.value,
        "region": intent.region,
        "envelope": {"mail_from": intent.envelope.mail_from, "rcpt_to": list(intent.envelope.rcpt_to)},
        "options": options_values(intent.options),
        "trace": intent.trace,
        "batch": intent.batch,
        "overrides": [{"code": code, "reason": reason} for code, reason in intent.overrides],
        "submitted": intent.at.isoformat(),
        "ended": outcome.at.isoformat() if outcome else "",
        "message_id": outcome.reference if outcome else "",
        "request_id": outcome.request_id if outcome else "",
        "code": outcome.code if outcome else "",
        "answer": outcome.sentence if outcome else "",
        "explanation": outcome.explanation if outcome else "",
        "unrecorded": record.unrecorded,
        "protection": evidence_values(intent.evidence),
    }


def evidence_values(evidence: "Evidence | None") -> dict[str, Any] | None:
    """Give what is known of the protection of a submission as JSON values, without the certificates; None for none."""
    if evidence is None:
        return None
    return {
        "method": evidence.method,
        "form": evidence.form,
        "verified": evidence.is_verified,
        "outcome": list(evidence.outcome),
        "signer": evidence.signer,
        "chain": list(evidence.chain),
        "digest": evidence.digest,
        "signed_at": evidence.signed_at.isoformat() if evidence.signed_at else "",
        "recipients": [{"address": address, "fingerprint": print_} for address, print_ in evidence.recipients],
    }


def options_values(options: SendingOptions) -> dict[str, Any]:
    """Give sending options as JSON values.

    >>> options_values(SendingOptions(tags=(("issue", "7"),)))["tags"]
    [{'name': 'issue', 'value': '7'}]
    """
    return {**asdict(options), "tags": [{"name": name, "value": value} for name, value in options.tags]}


def _event(event: MessageEvent) -> dict[str, Any]:
    return {**asdict(event), "at": event.at.isoformat(), "kind": event.kind.value}
