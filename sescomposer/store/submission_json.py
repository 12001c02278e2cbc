"""Intents, outcomes and plans of the log of submissions as JSON values."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sescomposer.core.envelope import Envelope
from sescomposer.core.message import Road
from sescomposer.services.ports import BatchPlan, Intent, Outcome, SubmissionState
from sescomposer.store.evidence_json import evidence_from_json, evidence_to_json
from sescomposer.store.options_json import options_from_json, options_to_json


def envelope_to_json(envelope: Envelope) -> dict[str, Any]:
    """Give an envelope as JSON values."""
    return {"mail_from": envelope.mail_from, "rcpt_to": list(envelope.rcpt_to)}


def envelope_from_json(value: Mapping[str, Any]) -> Envelope:
    """Give the envelope of `envelope_to_json`.

    >>> envelope_from_json(envelope_to_json(Envelope("a@example.com", ("b@example.com",)))).rcpt_to
    ('b@example.com',)
    """
    return Envelope(value["mail_from"], tuple(value["rcpt_to"]))


def intent_to_json(intent: Intent) -> dict[str, Any]:
    """Give an intent as JSON values."""
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
        "evidence": evidence_to_json(intent.evidence),
    }


def intent_from_json(value: Mapping[str, Any]) -> Intent:
    """Give the intent of `intent_to_json`; what an older version did not write has its default."""
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
        evidence=evidence_from_json(value.get("evidence")),
    )


def outcome_to_json(outcome: Outcome) -> dict[str, Any]:
    """Give an outcome as JSON values."""
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


def outcome_from_json(value: Mapping[str, Any]) -> Outcome:
    """Give the outcome of `outcome_to_json`; what an older version did not write has its default."""
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


def plan_to_json(plan: BatchPlan) -> dict[str, Any]:
    """Give a plan as JSON values."""
    return {
        "kind": "plan",
        "batch": plan.batch,
        "at": plan.at.isoformat(),
        "sealed_at": plan.sealed_at.isoformat(),
        "items": [intent_to_json(item) for item in plan.items],
    }


def plan_from_json(value: Mapping[str, Any]) -> BatchPlan:
    """Give the plan of `plan_to_json`."""
    return BatchPlan(
        batch=value["batch"],
        at=datetime.fromisoformat(value["at"]),
        sealed_at=datetime.fromisoformat(value["sealed_at"]),
        items=tuple(intent_from_json(item) for item in value["items"]),
    )


def end_to_json(batch: str, at: datetime) -> dict[str, Any]:
    """Give the end of a batch as JSON values."""
    return {"kind": "batch-end", "batch": batch, "at": at.isoformat()}
