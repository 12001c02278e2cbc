"""Evidence of protection as JSON values, as the log of submissions and the history keep it; it holds no secret."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sescomposer.core.protection.protector import Evidence


def evidence_to_json(evidence: Evidence | None) -> dict[str, Any] | None:
    """Give evidence as JSON values, certificates in base64; None where there is none.

    >>> evidence_to_json(Evidence("smime", "detached", certificates=(b"abc",)))["certificates"]
    ['YWJj']
    """
    if evidence is None:
        return None
    return {
        "method": evidence.method,
        "form": evidence.form,
        "signer": evidence.signer,
        "chain": list(evidence.chain),
        "recipients": [list(pair) for pair in evidence.recipients],
        "digest": evidence.digest,
        "signed_at": evidence.signed_at.isoformat() if evidence.signed_at else "",
        "is_verified": evidence.is_verified,
        "outcome": list(evidence.outcome),
        "certificates": [b64encode(der).decode("ascii") for der in evidence.certificates],
    }


def evidence_from_json(value: Mapping[str, Any] | None) -> Evidence | None:
    """Give the evidence of `evidence_to_json`; None where an older version wrote nothing.

    >>> evidence = Evidence("smime", "detached", signer="ab", recipients=(("a@b.example", "cd"),), is_verified=True)
    >>> evidence_from_json(evidence_to_json(evidence)) == evidence
    True
    """
    if value is None:
        return None
    signed_at = value.get("signed_at", "")
    return Evidence(
        method=value["method"],
        form=value["form"],
        signer=value.get("signer", ""),
        chain=tuple(value.get("chain", ())),
        recipients=tuple((address, fingerprint) for address, fingerprint in value.get("recipients", ())),
        digest=value.get("digest", ""),
        signed_at=datetime.fromisoformat(signed_at) if signed_at else None,
        is_verified=value.get("is_verified", False),
        outcome=tuple(value.get("outcome", ())),
        certificates=tuple(b64decode(text) for text in value.get("certificates", ())),
    )
