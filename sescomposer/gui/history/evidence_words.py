"""How a submission was signed and encrypted, and what verifying its octets found, in words. No Qt here."""

from sescomposer.core.protection.protector import Evidence
from sescomposer.gui.models.envelope_words import unicode_form
from sescomposer.services.protection.evidence_texts import FORMS, METHODS

EVIDENCE = (
    *("Protection", "Verified", "What was found", "Signed by", "Signed at", "Sent along", "Encrypted to", "Digest"),
)
"""Names of the details, in order."""

_VERIFIED = "Yes: read again after sealing by other code than what signed it, and good in every respect"
_NOT_VERIFIED = "Not in every respect; what was found says why"


def evidence_details(evidence: Evidence | None) -> dict[str, str]:
    """Give each detail by its name, "" for what there is none of; nothing where nothing was protected.

    >>> evidence_details(Evidence("smime", "encrypted"))["Protection"]
    'S/MIME: encrypted, not signed'
    """
    if evidence is None:
        return {}
    form = "" if evidence.method == "dkim" else f": {FORMS.get(evidence.form, evidence.form)}"
    return {
        "Protection": f"{METHODS.get(evidence.method, evidence.method)}{form}",
        "Verified": _verified(evidence),
        "What was found": "\n".join(evidence.outcome),
        "Signed by": grouped(evidence.signer),
        "Signed at": f"{evidence.signed_at.astimezone():%Y-%m-%d %H:%M:%S %z}" if evidence.signed_at else "",
        "Sent along": "\n".join(map(grouped, evidence.chain)),
        "Encrypted to": "\n".join(
            f"{unicode_form(address)}: {grouped(fingerprint)}" for address, fingerprint in evidence.recipients
        ),
        "Digest": evidence.digest,
    }


def grouped(fingerprint: str) -> str:
    """Write a fingerprint in groups of four, as people compare it.

    >>> grouped("ab12cd34ef")
    'AB12 CD34 EF'
    """
    digits = fingerprint.upper()
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def _verified(evidence: Evidence) -> str:
    match evidence.method:
        case "ses":
            return "No: SES signs after it was submitted, so these octets bear no signature"
        case "dkim":
            return "No: receivers check it"
        case _:
            return _VERIFIED if evidence.is_verified else _NOT_VERIFIED


__all__ = ["EVIDENCE", "evidence_details", "grouped"]
