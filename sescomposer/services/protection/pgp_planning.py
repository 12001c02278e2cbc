"""Which OpenPGP keys a message is signed and encrypted with, and what stands against them; no key is opened."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from sescomposer.core.errors import ProtectionError
from sescomposer.core.findings import Severity
from sescomposer.services.protection.key_candidates import Candidates, no_key, with_fault, with_recipients, worst_first
from sescomposer.services.protection.protection_plan import ProtectionPlan, RecipientKey
from sescomposer.services.protection.protection_ports import KeyEntry, KeyKind, OpenPgp, PersonKind, PgpKeyFacts

if TYPE_CHECKING:
    from sescomposer.core.protection.certificates.suitability import CertificateFault

PGP_KINDS = (KeyKind.OPENPGP, KeyKind.GNUPG)


def with_openpgp(
    plan: ProtectionPlan, recipients: Sequence[str], among: Candidates, openpgp: OpenPgp
) -> ProtectionPlan:
    """Give a plan with the keys for OpenPGP/MIME; see `smime_planning.with_smime`."""
    planned = _with_signer(plan, among, openpgp) if plan.signs else plan
    if not plan.encrypts:
        return planned

    def faults_of(key: RecipientKey) -> "list[CertificateFault]":
        return _faults(key.octets, key.fingerprint, "encrypt", "", among.now, openpgp)

    planned = replace(planned, own=_own(planned, among, openpgp))
    return with_recipients(planned, recipients, partial(_key_of, among), faults_of)


def _with_signer(plan: ProtectionPlan, among: Candidates, openpgp: OpenPgp) -> ProtectionPlan:
    entry = _signer(plan, among)
    if entry is None:
        words = f"None of your OpenPGP keys is that of {plan.address or 'the From mailbox'}."
        if plan.wanted.key:
            words = "The OpenPGP key that was chosen for this mailbox is not there any more."
        return with_fault(plan, no_key(plan, words))
    reason = "It is the key chosen for this mailbox." if plan.wanted.key else f"Its owner is {plan.address}."
    found = _faults(entry.public, entry.fingerprint, "sign", plan.address, among.now, openpgp)
    return replace(plan, key=entry, reason=reason, faults=worst_first((*plan.faults, *found)))


def _signer(plan: ProtectionPlan, among: Candidates) -> KeyEntry | None:
    if plan.wanted.key:
        of_id = (entry for entry in among.entries if entry.id == plan.wanted.key and entry.kind in PGP_KINDS)
        return next(of_id, None)
    return among.newest_own(plan.address, PGP_KINDS)


def _own(plan: ProtectionPlan, among: Candidates, openpgp: OpenPgp) -> KeyEntry | None:
    """Give the key the writer reads it with: that which signs, if it can, else the newest of the From mailbox."""
    for entry in (plan.key, among.newest_own(plan.address, PGP_KINDS)):
        if entry is not None and any(facts.can_encrypt for facts in openpgp.read(entry.public)):
            return entry
    return None


def _key_of(among: Candidates, address: str) -> RecipientKey | None:
    """Give the key of somebody; an own one for who writes to oneself."""
    known, entry = among.of_person(address, PersonKind.OPENPGP), among.newest_own(address, PGP_KINDS)
    if known is not None or entry is None:
        return known
    return RecipientKey(address, entry.fingerprint, entry.public, "your own key")


def _faults(
    public: bytes, fingerprint: str, for_: str, address: str, now: datetime, openpgp: OpenPgp
) -> "list[CertificateFault]":
    """Give what a key says against its use."""
    from sescomposer.core.protection.certificates.suitability import CertificateFault

    try:
        facts = next((key for key in openpgp.read(public) if key.fingerprint == fingerprint), None)
    except ProtectionError as error:
        return [CertificateFault("protect-algorithm", Severity.ERROR, error.sentence, error.hint)]
    if facts is None:
        return []
    return [
        CertificateFault(code, Severity.ERROR, sentence, "Use another key.")
        for code, sentence in _troubles(facts, for_, address, now)
    ]


def _troubles(facts: PgpKeyFacts, for_: str, address: str, now: datetime) -> list[tuple[str, str]]:
    """Give code and sentence for everything that is wrong with a key."""
    who = facts.user_ids[0] if facts.user_ids else facts.fingerprint
    found: list[tuple[str, str]] = []
    if facts.expires is not None and facts.expires <= now:
        found.append(("protect-expired", f"The OpenPGP key of {who} expired on {facts.expires:%d %B %Y}."))
    elif facts.trouble:
        found.append(("protect-usage", facts.trouble))
    elif not (facts.can_sign if for_ == "sign" else facts.can_encrypt):
        found.append(("protect-usage", f"The OpenPGP key of {who} is not meant to {for_}."))
    if address and address.lower() not in (known.lower() for known in facts.addresses):
        found.append(("protect-address", f"The OpenPGP key of {who} is not that of {address}."))
    return found


__all__ = ["PGP_KINDS", "with_openpgp"]
