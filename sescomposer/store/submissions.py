"""The write-ahead log of submissions: one record a line, appended and synced before a call returns.

Records do not build upon each other: a damaged one costs only itself. What is damaged is copied aside before the log is
written anew without it.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sescomposer.core.envelope import Envelope
from sescomposer.core.message import Road
from sescomposer.services.ports import Intent, Outcome, SubmissionRecord, SubmissionState
from sescomposer.store.atomic import make_folder, replace_file, set_aside, translated
from sescomposer.store.locks import locked
from sescomposer.store.options_json import options_from_json, options_to_json
from sescomposer.store.records import Reading, append, frame, read_records
from sescomposer.store.schema import check_schema

SCHEMA = 1

_WRITE = "write the log of submissions"
_FIRST: Mapping[str, Any] = {"format": "submissions", "schema": SCHEMA}


def envelope_to_json(envelope: Envelope) -> dict[str, Any]:
    """Give an envelope as JSON values."""
    return {"mail_from": envelope.mail_from, "rcpt_to": list(envelope.rcpt_to)}


def envelope_from_json(value: Mapping[str, Any]) -> Envelope:
    """Give the envelope of `envelope_to_json`.

    >>> envelope_from_json(envelope_to_json(Envelope("a@example.com", ("b@example.com",)))).rcpt_to
    ('b@example.com',)
    """
    return Envelope(value["mail_from"], tuple(value["rcpt_to"]))


def _intent_to_json(intent: Intent) -> dict[str, Any]:
    return {
        "kind": "intent",
        "submission": intent.submission,
        "at": intent.at.isoformat(),
        "sha256": intent.sha256,
        "length": intent.length,
        "envelope": envelope_to_json(intent.envelope),
        "account": intent.account,
        "road": intent.road.value,
        "subject": intent.subject,
        "overrides": [list(pair) for pair in intent.overrides],
        "region": intent.region,
        "trace": intent.trace,
        "options": options_to_json(intent.options),
        "batch": intent.batch,
    }


def _intent_from_json(value: Mapping[str, Any]) -> Intent:
    return Intent(
        submission=value["submission"],
        sha256=value["sha256"],
        length=value["length"],
        envelope=envelope_from_json(value["envelope"]),
        account=value["account"],
        road=Road(value["road"]),
        at=datetime.fromisoformat(value["at"]),
        subject=value["subject"],
        overrides=tuple((code, reason) for code, reason in value["overrides"]),
        region=value.get("region", ""),
        trace=value.get("trace", ""),
        options=options_from_json(value.get("options", {})),
        batch=value.get("batch", ""),
    )


def _outcome_to_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "kind": "outcome",
        "submission": outcome.submission,
        "at": outcome.at.isoformat(),
        "state": outcome.state.value,
        "reference": outcome.reference,
        "sentence": outcome.sentence,
        "explanation": outcome.explanation,
        "request_id": outcome.request_id,
        "code": outcome.code,
    }


def _outcome_from_json(value: Mapping[str, Any]) -> Outcome:
    return Outcome(
        submission=value["submission"],
        state=SubmissionState(value["state"]),
        at=datetime.fromisoformat(value["at"]),
        reference=value["reference"],
        sentence=value["sentence"],
        explanation=value.get("explanation", ""),
        request_id=value.get("request_id", ""),
        code=value.get("code", ""),
    )


class SubmissionLog:
    """Submissions in one file; see `services.ports.Submissions`. Two processes may use one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock_path = path.with_name(path.name + ".lock")

    def record_intent(self, intent: Intent) -> None:
        """Write an intent durably before returning.

        Raises:
            StoreError: it cannot be written, or a newer version wrote the log; then nothing may be submitted.
        """
        self._append(_intent_to_json(intent))

    def record_outcome(self, outcome: Outcome) -> None:
        """Write an outcome durably; the last one of a submission counts. Raises `StoreError`."""
        self._append(_outcome_to_json(outcome))

    def all(self) -> tuple[SubmissionRecord, ...]:
        """Give all records, oldest first; what is damaged is left out and kept aside.

        Raises:
            StoreError: the log cannot be read, or a newer version wrote it.
        """
        if not self._path.exists():
            return ()
        with locked(self._lock_path):
            reading = self._read()
            if reading.damaged:
                self._mend(reading)
        return _paired(reading)

    def named_content(self) -> frozenset[str]:
        """Hashes of the content store that submissions refer to."""
        return frozenset(record.intent.sha256 for record in self.all())

    def _append(self, head: Mapping[str, Any]) -> None:
        """Append one record, behind the schema where the log is new and behind a mended tail where it was torn."""
        make_folder(self._path.parent)
        with locked(self._lock_path):
            octets = frame(head)
            if not self._path.exists() or self._path.stat().st_size == 0:
                octets = frame(_FIRST) + octets
            else:
                reading = self._read()
                if reading.damaged:
                    self._mend(reading)
            append(self._path, octets, _WRITE)

    def _read(self) -> Reading:
        """Read the log and refuse one of a newer schema."""
        with translated("read the log of submissions", self._path):
            octets = self._path.read_bytes()
        reading = read_records(octets, resume=True)
        for record in reading.records:
            if "schema" in record.head:
                check_schema(record.head, SCHEMA, "The log of submissions", self._path)
        return reading

    def _mend(self, reading: Reading) -> None:
        """Keep a copy of the damaged log, then write the good records anew."""
        set_aside(self._path, "keep a copy of the damaged log of submissions")
        heads = [record.head for record in reading.records if "schema" not in record.head]
        replace_file(self._path, [frame(head) for head in (_FIRST, *heads)], _WRITE)


def _paired(reading: Reading) -> tuple[SubmissionRecord, ...]:
    """Give intents with their last outcomes, in the order of the intents."""
    intents: dict[str, Intent] = {}
    outcomes: dict[str, Outcome] = {}
    for record in reading.records:
        if record.head.get("kind") == "intent":
            intent = _intent_from_json(record.head)
            intents[intent.submission] = intent
        elif record.head.get("kind") == "outcome":
            outcome = _outcome_from_json(record.head)
            outcomes[outcome.submission] = outcome
    return tuple(SubmissionRecord(intent, outcomes.get(name)) for name, intent in intents.items())
