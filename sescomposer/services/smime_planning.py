"""Which certificates a message is signed and encrypted with, and what stands against them; no key is opened."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from sescomposer.core.findings import Severity
from sescomposer.services.protection_plan import ProtectionPlan, RecipientKey
from sescomposer.services.protection_ports import KeyEntry, KeyKind, PersonKey, PersonKind

if TYPE_CHECKING:
    from sescomposer.core.protection.certificate import Certificate
    from sescomposer.core.protection.suitability import CertificateFault, Use
    from sescomposer.core.protection.trust import Trust

SMIME_KINDS = (KeyKind.FILE, KeyKind.CARD)


_ONLY_UNKNOWN = frozenset({"protect-chain"})
"""An error with which a certificate of the From mailbox still signs: a company may keep its root to itself.

It stops a submission as long as nobody gives a reason, and always where a good signature is demanded."""


class PeopleByAddress(Protocol):
    """What planning asks of the certificates of other people."""

    def for_address(self, address: str) -> tuple[PersonKey, ...]:
        """Give those of an address, the newest suitable one first."""


@dataclass(frozen=True)
class Candidates:
    """What there is to choose from.

    Attributes:
        entries: Own keys.
        people: Certificates of others.
        trust: The roots.
        now: The time of planning.
    """

    entries: tuple[KeyEntry, ...]
    people: PeopleByAddress
    trust: "Trust"
    now: datetime


def with_smime(plan: ProtectionPlan, recipients: Sequence[str], among: Candidates) -> ProtectionPlan:
    """Give a plan with the certificates for S/MIME.

    Args:
        plan: With what is wanted.
        recipients: Of the message, as addr-specs in wire form.
        among: What there is to choose from.
    """
    planned = with_signer(plan, among) if plan.signs else plan
    return with_recipients(planned, recipients, among) if plan.encrypts else planned


def with_signer(plan: ProtectionPlan, among: Candidates) -> ProtectionPlan:
    """Choose the certificate that signs, by the From mailbox or by the pin; none is chosen in place of a pinned one."""
    from sescomposer.core.protection.choosing import choose

    own = {_certificate(entry.certificates[0]): entry for entry in among.entries if _is_smime(entry)}
    pinned = {certificate for certificate, entry in own.items() if entry.id == plan.wanted.key}
    if plan.wanted.key and not pinned:
        return with_fault(plan, no_key("The key that was chosen for this mailbox is not there any more."))
    fingerprint = next((certificate.fingerprint for certificate in pinned), "")
    others = tuple(_certificate(der) for entry in own.values() for der in entry.certificates[1:])
    choice = choose(tuple(own), plan.address, among.now, among.trust, fingerprint, others)
    chosen = choice.certificate or next(iter(pinned), None) or _nearest(plan.address, own)
    if chosen is None:
        return with_fault(plan, no_key(choice.reason))
    found = _faults(chosen, "sign", plan.address, among, own[chosen].certificates[1:])
    errors = {fault.code for fault in found if fault.severity is Severity.ERROR}
    is_usable = choice.certificate is not None or bool(pinned) or errors <= _ONLY_UNKNOWN
    key = own[chosen] if is_usable else None
    return replace(plan, key=key, reason=choice.reason, faults=worst_first((*plan.faults, *found)))


def _nearest(address: str, own: "Iterable[Certificate]") -> "Certificate | None":
    """Give the certificate whose faults tell best why none can sign: the last of the address to end, else of any."""
    return max(own, key=lambda one: (one.has_address(address), one.not_after), default=None)


def with_recipients(plan: ProtectionPlan, recipients: Sequence[str], among: Candidates) -> ProtectionPlan:
    """Find a certificate for each recipient, and the own one to read what was sent with."""
    found: list[RecipientKey] = []
    faults: list[CertificateFault] = []
    missing: list[str] = []
    for address in dict.fromkeys(recipients):
        key = _of_person(address, among) or _of_us(address, among)
        if key is None:
            missing.append(address)
            continue
        found.append(key)
        faults += _recipient_faults(key, among)
    return replace(
        plan,
        recipients=tuple(found),
        missing=tuple(missing),
        own=_own(plan, among),
        faults=worst_first((*plan.faults, *faults)),
    )


def _of_person(address: str, among: Candidates) -> RecipientKey | None:
    for person in among.people.for_address(address):
        if person.kind is PersonKind.SMIME:
            return RecipientKey(address, person.fingerprint, person.octets, person.source, person)
    return None


def _of_us(address: str, among: Candidates) -> RecipientKey | None:
    """Give an own certificate for who writes to oneself."""
    entry = own_entry(address, among.entries, SMIME_KINDS)
    if entry is None:
        return None
    return RecipientKey(address, entry.fingerprint, entry.certificates[0], "your own key")


def _own(plan: ProtectionPlan, among: Candidates) -> KeyEntry | None:
    """Give the key the writer reads it with: that which signs, if it can, else one of the From mailbox."""
    own = [entry for entry in among.entries if _is_of(entry, plan.address, SMIME_KINDS)]
    for entry in [plan.key, *own] if plan.key is not None else own:
        if entry.certificates and _certificate(entry.certificates[0]).can_encrypt:
            return entry
    return None


def _recipient_faults(key: RecipientKey, among: Candidates) -> "Iterator[CertificateFault]":
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
    from sescomposer.core.protection.suitability import faults

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
    from sescomposer.core.protection.certificate import Certificate

    return Certificate(der)


def own_entry(address: str, entries: Iterable[KeyEntry], kinds: Sequence[KeyKind]) -> KeyEntry | None:
    """Give the newest own key of an address."""
    return next((entry for entry in reversed(tuple(entries)) if _is_of(entry, address, kinds)), None)


def _is_of(entry: KeyEntry, address: str, kinds: Sequence[KeyKind]) -> bool:
    return entry.kind in kinds and address.lower() in (known.lower() for known in entry.addresses)


def no_key(reason: str) -> "CertificateFault":
    """Give the fault that nothing can sign."""
    from sescomposer.core.protection.suitability import CertificateFault

    mend = "Import the key of the From mailbox, choose another From mailbox, or do not sign."
    return CertificateFault("protect-no-key", Severity.ERROR, reason, mend)


def no_dkim(address: str) -> "CertificateFault":
    """Give the fault that the DKIM key of a policy is gone."""
    from sescomposer.core.protection.suitability import CertificateFault

    words = f"The DKIM key that mail from {address!r} is to be signed with is not there any more."
    return CertificateFault("protect-no-key", Severity.ERROR, words, "Import it again, or take it out of the policy.")


def with_fault(plan: ProtectionPlan, fault: "CertificateFault") -> ProtectionPlan:
    """Give a plan with one more fault, which is the reason why there is no key."""
    return replace(plan, reason=fault.sentence, faults=worst_first((*plan.faults, fault)))


def worst_first(faults: "Iterable[CertificateFault]") -> "tuple[CertificateFault, ...]":
    """Give faults in the order to show them, each once."""
    return tuple(sorted(dict.fromkeys(faults), key=lambda fault: fault.severity.rank))


__all__ = [
    "SMIME_KINDS",
    "Candidates",
    "PeopleByAddress",
    "no_dkim",
    "no_key",
    "own_entry",
    "with_fault",
    "with_smime",
    "worst_first",
]
