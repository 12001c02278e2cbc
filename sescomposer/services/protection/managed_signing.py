"""Signing on the side of the service: whether it will sign a message, with what, and why not."""

from dataclasses import replace
from typing import TYPE_CHECKING

from sescomposer.core.control_fields import effective
from sescomposer.core.findings import Severity
from sescomposer.core.message import Message, Method
from sescomposer.services.knowledge import Identity, IdentityCertificate, Known
from sescomposer.services.protection.key_candidates import worst_first
from sescomposer.services.protection.protection_plan import ProtectionPlan

if TYPE_CHECKING:
    from sescomposer.core.protection.certificates.suitability import CertificateFault


def identity_names(address: str) -> tuple[str, ...]:
    """Give the names an identity may have that holds an address, the nearest first: itself, its domain, those above.

    >>> identity_names("Ann@mail.example.org")
    ('Ann@mail.example.org', 'mail.example.org', 'example.org')
    """
    domain = address.rpartition("@")[2].lower()
    labels = domain.split(".")
    above = (".".join(labels[index:]) for index in range(max(1, len(labels) - 1)))
    return (address, *above) if address else ()


def set_of(message: Message, address: str, known: Known | None) -> str:
    """Give the configuration set a message would go through: its own, or the default of its identity; "" for none."""
    asked = effective(message.options, message.root).configuration_set
    if asked or known is None:
        return asked
    nearest = _nearest(address, known)
    return nearest.configuration_set if nearest is not None else ""


def _signs(name: str, address: str, known: Known | None) -> bool | None:
    """Whether the service signs; None where that, or the default of the identity, was not read."""
    if known is None:
        return None
    nearest = _nearest(address, known)
    is_open = nearest is not None and not nearest.has_details
    return None if not name and is_open else known.signs(name)


def _nearest(address: str, known: Known) -> Identity | None:
    """Give the identity whose default configuration set counts: the address itself, else its domain."""
    of = {identity.name.lower(): identity for identity in known.identities}
    return next((of[name.lower()] for name in identity_names(address) if name.lower() in of), None)


def certificate_of(address: str, known: Known | None) -> IdentityCertificate | None:
    """Give the certificate with which the service signs for a From mailbox; the case of letters counts there."""
    if known is None:
        return None
    found = [certificate for certificate in known.certificates if certificate.address == address]
    return next((one for one in found if one.is_active), found[0] if found else None)


def with_managed(plan: ProtectionPlan, message: Message, known: Known | None) -> ProtectionPlan:
    """Give a plan with what the service would do, and with what keeps it from doing what is wanted."""
    name = set_of(message, plan.address, known)
    planned = replace(
        plan,
        configuration_set=name,
        set_signs=_signs(name, plan.address, known),
        managed=certificate_of(plan.address, known),
        manages_lists=bool(effective(message.options, message.root).contact_list),
    )
    if plan.method is not Method.SES or not (plan.signs or plan.encrypts):
        return planned
    return replace(planned, faults=worst_first((*planned.faults, *_faults(planned, known))))


def _faults(plan: ProtectionPlan, known: Known | None) -> "list[CertificateFault]":
    found = []
    if plan.encrypts:
        words = "SES signs, but it cannot encrypt."
        found.append(_fault("protect-ses-encrypt", words, "Encrypt with S/MIME or OpenPGP here, or do not encrypt."))
    if not plan.signs:
        return found
    if known is None:
        words = "SES signs nothing here: this message does not go through an account, or nothing is known of it."
        return [*found, _fault("protect-ses-account", words, "Choose an account of SES, and let it be read.")]
    return [*found, *_set_faults(plan), *_certificate_faults(plan, known)]


def _set_faults(plan: ProtectionPlan) -> "list[CertificateFault]":
    name = plan.configuration_set
    mend = "Choose a configuration set whose signing scheme is S/MIME, or sign here."
    if not name:
        return [
            _fault("protect-ses-set", "SES signs only what goes through a configuration set, and none is chosen.", mend)
        ]
    if plan.set_signs is None:
        words = f"Whether SES signs what goes through the configuration set {name!r} was not read."
        return [_fault("protect-ses-set", words, "Read the account again, or sign here.")]
    if not plan.set_signs:
        return [_fault("protect-ses-set", f"SES does not sign what goes through the configuration set {name!r}.", mend)]
    return []


def _certificate_faults(plan: ProtectionPlan, known: Known) -> "list[CertificateFault]":
    mend = "Associate an ACM certificate with the identity in the SES console, or sign here."
    certificate = plan.managed
    if certificate is None:
        other = next((one for one in known.certificates if one.address.lower() == plan.address.lower()), None)
        words = f"SES has no certificate for {plan.address!r}, as far as was read; it refuses the message then."
        if other is not None:
            words = f"The certificate at SES is for {other.address!r}: the case of letters must be that of From."
        return [_fault("protect-ses-certificate", words, mend)]
    if not certificate.is_active:
        words = f"The certificate of {plan.address!r} at SES has the status {certificate.status}; only ACTIVE signs."
        return [_fault("protect-ses-certificate", words, mend)]
    return []


def _fault(code: str, words: str, mend: str) -> "CertificateFault":
    from sescomposer.core.protection.certificates.suitability import CertificateFault

    return CertificateFault(code, Severity.ERROR, words, mend)


__all__ = ["certificate_of", "identity_names", "set_of", "with_managed"]
