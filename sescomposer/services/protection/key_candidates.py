"""What there is to choose keys from, and what planning with S/MIME and with OpenPGP does alike; no key is opened."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from sescomposer.core.findings import Severity
from sescomposer.services.protection.protection_plan import ProtectionPlan, RecipientKey
from sescomposer.services.protection.protection_ports import KeyEntry, KeyKind, PersonKey, PersonKind

if TYPE_CHECKING:
    from sescomposer.core.protection.certificates.suitability import CertificateFault
    from sescomposer.core.protection.certificates.trust import Trust


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

    def own(self, address: str, kinds: Sequence[KeyKind]) -> tuple[KeyEntry, ...]:
        """Give the own keys of an address, as they were added."""
        wanted = address.lower()
        return tuple(
            entry
            for entry in self.entries
            if entry.kind in kinds and wanted in (known.lower() for known in entry.addresses)
        )

    def newest_own(self, address: str, kinds: Sequence[KeyKind]) -> KeyEntry | None:
        """Give the newest own key of an address."""
        return next(reversed(self.own(address, kinds)), None)

    def of_person(self, address: str, kind: PersonKind) -> RecipientKey | None:
        """Give the best key that is kept of another one."""
        for person in self.people.for_address(address):
            if person.kind is kind:
                return RecipientKey(address, person.fingerprint, person.octets, person.source, person)
        return None


def with_recipients(
    plan: ProtectionPlan,
    recipients: Sequence[str],
    key_of: Callable[[str], RecipientKey | None],
    faults_of: "Callable[[RecipientKey], Iterable[CertificateFault]]",
) -> ProtectionPlan:
    """Give a plan with a key for each recipient, those for whom there is none, and what stands against the keys.

    Args:
        plan: So far.
        recipients: Addr-specs in wire form; each counts once.
        key_of: Gives the key of an address.
        faults_of: Tells what stands against encrypting to it.
    """
    found: list[RecipientKey] = []
    faults: list[CertificateFault] = []
    missing: list[str] = []
    for address in dict.fromkeys(recipients):
        key = key_of(address)
        if key is None:
            missing.append(address)
            continue
        found.append(key)
        faults += faults_of(key)
    made = worst_first((*plan.faults, *faults))
    return replace(plan, recipients=tuple(found), missing=tuple(missing), faults=made)


def no_key(plan: ProtectionPlan, reason: str) -> "CertificateFault":
    """Give the fault that nothing can sign."""
    from sescomposer.core.protection.certificates.suitability import CertificateFault

    return CertificateFault("protect-no-key", Severity.ERROR, reason, plan.way_without_signer)


def no_dkim(address: str) -> "CertificateFault":
    """Give the fault that the DKIM key of a policy is gone."""
    from sescomposer.core.protection.certificates.suitability import CertificateFault

    words = f"The DKIM key that mail from {address!r} is to be signed with is not there any more."
    return CertificateFault("protect-no-key", Severity.ERROR, words, "Import it again, or take it out of the policy.")


def with_fault(plan: ProtectionPlan, fault: "CertificateFault") -> ProtectionPlan:
    """Give a plan with one more fault, which is the reason why there is no key."""
    return replace(plan, reason=fault.sentence, faults=worst_first((*plan.faults, fault)))


def worst_first(faults: "Iterable[CertificateFault]") -> "tuple[CertificateFault, ...]":
    """Give faults in the order to show them, each once."""
    return tuple(sorted(dict.fromkeys(faults), key=lambda fault: fault.severity.rank))
