"""What the send sheet says of the signature in sealed octets: the outcome, and each fact apart. No Qt here."""

from collections.abc import Sequence
from dataclasses import dataclass

from sescomposer.core.protection.facts import Fact, Reading, Verdict
from sescomposer.core.protection.protector import Evidence
from sescomposer.core.protection.relays.survival import Survived
from sescomposer.gui.layers.words import FACT_NAMES, VERDICT_SIGNS

_VERDICTS = {Verdict.GOOD: "good", Verdict.BAD: "bad", Verdict.UNKNOWN: "not known"}
_METHODS = {"smime": "S/MIME", "openpgp": "OpenPGP", "ses": "S/MIME by SES", "dkim": "DKIM"}
_FORMS = {
    "detached": "signature beside the message",
    "opaque": "message inside the signature",
    "encrypted": "encrypted, not signed",
    "signed and encrypted": "signed, then encrypted",
}


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence with a mark: "ok", "note", "warning" or "error"; `spoken` says the mark in a word."""

    kind: str
    sentence: str
    spoken: str = ""


def outcome_of(evidence: Evidence) -> Marked:
    """Give the outcome of verifying what was sealed, in one sentence.

    >>> outcome_of(Evidence("smime", "detached", signer="a", is_verified=True)).kind
    'ok'
    """
    if evidence.method == "ses":
        return Marked("note", "SES signs it on its side, so nothing could be verified before it leaves.")
    if evidence.method == "dkim":
        return Marked("note", "A DKIM signature of ours was added; readers see it as one of the domain, not of you.")
    if not evidence.signer:
        words = "Encrypted. Nobody signed it: readers cannot tell who wrote it."
        return Marked("ok" if evidence.is_verified else "warning", words)
    what = "Signed and encrypted" if "encrypted" in evidence.form else "Signed"
    if evidence.is_verified:
        return Marked("ok", f"{what}. It was read again by other code than what signed it, and every fact is good.")
    words = f"{what}, but not good in every respect: readers are told what is marked below."
    return Marked("warning", words)


def form_words(evidence: Evidence) -> str:
    """Say in what form it is protected, and with which key."""
    parts = [_METHODS.get(evidence.method, evidence.method), _FORMS.get(evidence.form, evidence.form)]
    parts += [evidence.digest.upper()] if evidence.digest else []
    if evidence.signer:
        more = f" with {len(evidence.chain)} more of its chain" if evidence.chain else ""
        parts.append(f"key {evidence.signer[-8:]}{more}")
    return ", ".join(parts) + "."


def people_words(evidence: Evidence) -> str:
    """Say for whom it is encrypted, "" where it is not."""
    named = list(dict.fromkeys(address for address, _ in evidence.recipients))
    return f"Can be read by: {', '.join(named)}." if named else ""


def facts_of(evidence: Evidence, reading: Reading | None) -> tuple[Marked, ...]:
    """Give each fact with its own mark; those of the evidence where it was not read again here.

    Args:
        evidence: Of the sealed octets.
        reading: What was found by reading them; None as long as, or where, nobody could.
    """
    if reading is None or not reading.layers:
        kind = "ok" if evidence.is_verified else "note"
        return tuple(Marked(kind, sentence) for sentence in evidence.outcome)
    found = [
        Marked("ok" if not layer.trouble else "error", layer.trouble or f"Encrypted with {layer.algorithm}.")
        for layer in reading.layers
        if layer.algorithm or layer.trouble
    ]
    for signature in reading.signatures:
        found += [_marked(name, fact) for name, fact in signature.facts]
    return tuple(found)


def _marked(name: str, fact: Fact) -> Marked:
    return Marked(VERDICT_SIGNS[fact.verdict], f"{FACT_NAMES[name]}: {fact.sentence}", _VERDICTS[fact.verdict])


def survival_words(found: Sequence[Survived]) -> str:
    """Sum up what a signature survives.

    >>> survival_words(())
    ''
    """
    tried = [each for each in found if each.applies]
    if not tried:
        return "Nothing that servers do on the way would change this message." if found else ""
    held = sum(each.survives for each in tried)
    return f"The signature survives {held} of {len(tried)} things that servers do on the way."


def survived_kind(each: Survived) -> str:
    """Give the mark of one change."""
    if not each.applies:
        return "note"
    return "ok" if each.survives else "warning"


def survived_words(each: Survived) -> str:
    """Say in a word or two what became of the signature."""
    if not each.applies:
        return "changes nothing"
    return "holds" if each.survives else "breaks"


__all__ = [
    "Marked",
    "facts_of",
    "form_words",
    "outcome_of",
    "people_words",
    "survival_words",
    "survived_kind",
    "survived_words",
]
