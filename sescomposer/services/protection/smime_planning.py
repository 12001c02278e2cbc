"""Which certificates a message is signed and encrypted with, and what stands against them; no key is opened."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from sescomposer.core.findings import Severity
from sescomposer.services.protection.key_candidates import Candidates, no_key, with_fault, with_recipients, worst_first
from sescomposer.services.protection.protection_plan import ProtectionPlan, RecipientKey
from sescomposer.services.protection.protection_ports import KeyEntry, KeyKind, PersonKind

if TYPE_CHECKING:
    from sescomposer.core.protection.certificates.certificate import Certificate
    from sescomposer.core.protection.certificates.suitability import CertificateFault, Use

SMIME_KINDS = (KeyKind.FILE, KeyKind.CARD)

_UNTRUSTED = "protect-untrusted"
_ONLY_UNKNOWN = frozenset({"protect-chain"})
"""An error with which a certificate of the From mailbox still signs: a company may keep its root to itself.

It stops a submission as long as nobody gives a reason, and always where a good signature is demanded."""


def with_smime(plan: ProtectionPlan, recipients: Sequence[str], among: Candidates) -> ProtectionPlan:
    """Give a plan with the certificates for S/MIME.

    Args:
        plan: With what is wanted.
        recipients: Of the message, as addr-specs in wire form.
        among: What there is to choose from.
    """
    planned = _with_signer(plan, among) if plan.signs else plan
    if not plan.encrypts:
        return planned
    planned = replace(planned, own=_own(planned, among))
    return with_recipients(planned, recipients, partial(_key_of, among), partial(_recipient_faults, among))


def _with_signer(plan: ProtectionPlan, among: Candidates) -> ProtectionPlan:
    """Choose the certificate that signs, by the From mailbox or by the pin; none is chosen in place of a pinned one."""
    from sescomposer.core.protection.certificates.choosing import choose

    own = {_certificate(entry.certificates[0]): entry for entry in among.entries if _is_smime(entry)}
    pinned = {certificate for certificate, entry in own.items() if entry.id == plan.wanted.key}
    if plan.wanted.key and not pinned:
        return with_fault(plan, no_key(plan, "The key that was chosen for this mailbox is not there any more."))
    fingerprint = next((certificate.fingerprint for certificate in pinned), "")
    others = tuple(_certificate(der) for entry in own.values() for der in entry.certificates[1:])
    choice = choose(tuple(own), plan.address, among.now, among.trust, fingerprint, others)
    chosen = choice.certificate or next(iter(pinned), None) or _nearest(plan.address, own)
    if chosen is None:
        return with_fault(plan, no_key(plan, choice.reason))
    found = _faults(chosen, "sign", plan.address, among, own[chosen].certificates[1:])
    errors = {fault.code for fault in found if fault.severity is Severity.ERROR}
    is_usable = choice.certificate is not None or bool(pinned) or errors <= _ONLY_UNKNOWN
    key = own[chosen] if is_usable else None
    if plan.must_sign:
        found = _demanded(plan.address, chosen, found, among, others)
    return replace(plan, key=key, reason=choice.reason, faults=worst_first((*plan.faults, *found)))


def _demanded(
    address: str,
    chosen: "Certificate",
    found: "Sequence[CertificateFault]",
    among: Candidates,
    others: "Sequence[Certificate]",
) -> "tuple[CertificateFault, ...]":
    """Give faults where a good signature is demanded: a root that nobody trusts stops that, also under a test."""
    from sescomposer.core.protection.certificates.suitability import CertificateFault
    from sescomposer.core.protection.certificates.trust import trusted_chain

    told = {fault.code for fault in found}
    graver = (replace(fault, severity=Severity.ERROR) if fault.code == _UNTRUSTED else fault for fault in found)
    if not chosen.is_test or _UNTRUSTED in told or trusted_chain(chosen, others, among.trust, among.now).is_good:
        return tuple(graver)
    words = f"Mail from {address!r} must bear a good signature, and nobody trusts this test certificate."
    mend = "Add it to the roots that you trust, sign with another certificate, or change the policy of the mailbox."
    return (*graver, CertificateFault(_UNTRUSTED, Severity.ERROR, words, mend))


def _nearest(address: str, own: "Iterable[Certificate]") -> "Certificate | None":
    """Give the certificate whose faults tell best why none can sign: the last of the address to end, else of any."""
    return max(own, key=lambda one: (one.has_address(address), one.not_after), default=None)


def _key_of(among: Candidates, address: str) -> RecipientKey | None:
    """Give the certificate of somebody; an own one for who writes to oneself."""
    known, entry = among.of_person(address, PersonKind.SMIME), among.newest_own(address, SMIME_KINDS)
    if known is not None or entry is None:
        return known
    return RecipientKey(address, entry.fingerprint, entry.certificates[0], "your own key")


def _own(plan: ProtectionPlan, among: Candidates) -> KeyEntry | None:
    """Give the key the writer reads it with: that which signs, if it can, else one of the From mailbox."""
    own = among.own(plan.address, SMIME_KINDS)
    for entry in (plan.key, *own) if plan.key is not None else own:
        if entry.certificates and _certificate(entry.certificates[0]).can_encrypt:
            return entry
    return None


def _recipient_faults(among: Candidates, key: RecipientKey) -> "Iterator[CertificateFault]":
    """Give what stands against encrypting to somebody; what soon ends does not."""
    chain = key.person.chain if key.person is not None else ()
    is_accepted = key.person is None or key.person.is_accepted
    for fault in _faults(_certificate(key.octets), "encrypt", key.address, among, chain, is_accepted=is_accepted):
        if fault.severity is not Severity.NOTE:
            yield fault


def _faults(
    certificate: "Certificate",
    for_: "Use",
    address: str,
    among: Candidates,
    chain: Sequence[bytes],
    *,
    is_accepted: bool = False,
) -> "tuple[CertificateFault, ...]":
    from sescomposer.core.protection.certificates.suitability import faults

    others = tuple(_certificate(der) for der in chain)
    return faults(
        certificate,
        for_=for_,
        address=address,
        now=among.now,
        trust=among.trust,
        others=others,
        is_accepted=is_accepted,
    )


def _is_smime(entry: KeyEntry) -> bool:
    return entry.kind in SMIME_KINDS and bool(entry.certificates)


def _certificate(der: bytes) -> "Certificate":
    from sescomposer.core.protection.certificates.certificate import Certificate

    return Certificate(der)


__all__ = ["SMIME_KINDS", "with_smime"]
