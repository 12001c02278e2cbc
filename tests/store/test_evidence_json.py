"""Evidence comes back as it was written, and records of older versions have none."""

import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.envelope import Envelope
from sescomposer.core.message import Road
from sescomposer.core.protection.protector import Evidence
from sescomposer.services.ports import Intent
from sescomposer.store.evidence_json import evidence_from_json, evidence_to_json
from sescomposer.store.submission_json import intent_from_json, intent_to_json

AT = datetime(2026, 11, 21, 12, tzinfo=timezone(timedelta(hours=5, minutes=30)))
texts = st.text(max_size=20)
EVIDENCE = st.builds(
    Evidence,
    method=st.sampled_from(("smime", "openpgp", "ses", "dkim")),
    form=texts,
    signer=texts,
    chain=st.lists(texts, max_size=3).map(tuple),
    recipients=st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
    digest=texts,
    signed_at=st.sampled_from((None, AT, datetime(2026, 1, 1, tzinfo=UTC))),
    is_verified=st.booleans(),
    outcome=st.lists(texts, max_size=3).map(tuple),
    certificates=st.lists(st.binary(max_size=40), max_size=3).map(tuple),
)


@given(EVIDENCE)
def test_evidence_outlives_the_disk(evidence: Evidence) -> None:
    assert evidence_from_json(json.loads(json.dumps(evidence_to_json(evidence)))) == evidence


def test_intent_of_an_older_version_has_no_evidence() -> None:
    intent = Intent("s", "0" * 64, 3, Envelope("a@a.example", ("b@b.example",)), "work", Road.SES_V2, AT)
    written = intent_to_json(intent)
    assert intent_from_json(written) == intent
    del written["evidence"]
    assert intent_from_json(written) == intent
