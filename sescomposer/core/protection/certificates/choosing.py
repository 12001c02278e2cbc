"""Which of the own certificates signs for a From address, and why that one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sescomposer.core.findings import Severity
from sescomposer.core.protection.certificates.certificate import Certificate
from sescomposer.core.protection.certificates.suitability import CertificateFault, faults
from sescomposer.core.protection.certificates.trust import Trust


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen.

    Attributes:
        certificate: None where nothing fits.
        reason: Why this one, or why none; one sentence for people, or two.
    """

    certificate: Certificate | None
    reason: str


def choose(
    candidates: Sequence[Certificate],
    address: str,
    now: datetime,
    trust: Trust,
    pinned: str = "",
    others: Sequence[Certificate] = (),
) -> Choice:
    """Choose the certificate that signs for an address.

    Those with an error are out. Of the others, one that is trusted comes first, then one with exactly this spelling of
    the address, then one for mail alone, then the one that is valid longest, then the newest.

    Args:
        candidates: The own ones.
        address: addr-spec of the first From mailbox.
        now: Aware.
        trust: The roots.
        pinned: SHA-256 fingerprint (or its start) of the one that was fixed for this address: it or none is chosen.
        others: Chains of all of them.

    >>> from datetime import UTC
    >>> choose((), "ann@example.org", datetime(2026, 1, 1, tzinfo=UTC), Trust(())).reason
    'You have no certificate yet. Import one, or make a test certificate.'
    """

    def faults_of(certificate: Certificate) -> tuple[CertificateFault, ...]:
        return faults(certificate, for_="sign", address=address, now=now, trust=trust, others=others)

    if not candidates:
        return Choice(None, "You have no certificate yet. Import one, or make a test certificate.")
    if pinned:
        return _pinned([one for one in candidates if one.fingerprint.startswith(pinned.lower())], address, faults_of)
    found = {one: faults_of(one) for one in candidates}
    usable = {one: its for one, its in found.items() if not _errors(its)}
    if not usable:
        return Choice(None, _why_none(found, address))
    best = min(usable, key=lambda one: _rank(one, usable[one], address))
    return Choice(best, _why(best, usable, address))


def _pinned(
    fixed: Sequence[Certificate], address: str, faults_of: Callable[[Certificate], tuple[CertificateFault, ...]]
) -> Choice:
    if not fixed:
        return Choice(None, f"The certificate that is fixed for {address} is no longer among yours. Fix another one.")
    errors = _errors(faults_of(fixed[0]))
    if errors:
        return Choice(None, f"The certificate that is fixed for {address} cannot be used. {errors[0].sentence}")
    return Choice(fixed[0], f"It is fixed for {address}.")


def _errors(its: Sequence[CertificateFault]) -> list[CertificateFault]:
    return [fault for fault in its if fault.severity is Severity.ERROR]


def _is_doubtful(its: Sequence[CertificateFault]) -> bool:
    return any(fault.code in ("protect-untrusted", "protect-test") for fault in its)


def _rank(one: Certificate, its: Sequence[CertificateFault], address: str) -> tuple[bool, bool, bool, float, float]:
    return (
        _is_doubtful(its),
        address not in one.addresses,
        not one.usage.is_mail_only,
        -one.not_after.timestamp(),
        -one.not_before.timestamp(),
    )


_REASONS = (
    "leads to a root you trust",
    "has exactly this spelling of the address",
    "is for mail alone",
    "is valid longest",
    "is the newest",
)
"""Words for each place of `_rank`."""


def _why(best: Certificate, usable: Mapping[Certificate, Sequence[CertificateFault]], address: str) -> str:
    if len(usable) == 1:
        return f"It is the only one of yours that can sign for {address}."
    rank = _rank(best, usable[best], address)
    others = [_rank(one, its, address) for one, its in usable.items() if one != best]
    for place, reason in enumerate(_REASONS):
        others = [other for other in others if other[: place + 1] == rank[: place + 1]]
        if not others:
            return f"Of {len(usable)} that can sign for {address}, this one {reason}."
    return f"Of {len(usable)} that can sign for {address}, this one comes first; nothing else tells them apart."


def _why_none(found: Mapping[Certificate, Sequence[CertificateFault]], address: str) -> str:
    own = {one: its for one, its in found.items() if one.has_address(address)}
    if own:
        newest = max(own, key=lambda one: one.not_after)
        return f"Your certificate for {address} cannot be used. {_errors(own[newest])[0].sentence}"
    addresses = dict.fromkeys(name for one in found for name in one.addresses)
    if not addresses:
        return f"None of your certificates is for {address}; they have no address in them."
    return f"None of your certificates is for {address}; they are for {', '.join(addresses)}."
