"""What will be done to protect a message, and why: found without opening a key, shown before anything is sealed."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sescomposer.core.findings import Severity
from sescomposer.core.message import NOT_CHOSEN, Method, Protection
from sescomposer.services.protection.protection_ports import IdentityPolicy, KeyEntry, PersonKey, Policy

if TYPE_CHECKING:
    from sescomposer.core.protection.certificates.suitability import CertificateFault
    from sescomposer.core.protection.preflight import ProtectionFacts
    from sescomposer.services.knowledge import IdentityCertificate


_NOTHING = Protection(sign=False, encrypt=False)


@dataclass(frozen=True, slots=True)
class RecipientKey:
    """The key that a recipient is encrypted to.

    Attributes:
        address: Recipient, as addr-spec in wire form.
        fingerprint: Of the certificate or key, lower-case hex.
        octets: The certificate as DER, or the OpenPGP certificate (binary).
        source: Where it came from, for people.
        person: As it is kept; None for an own key.
    """

    address: str
    fingerprint: str
    octets: bytes
    source: str
    person: PersonKey | None = None


@dataclass(frozen=True)
class ProtectionPlan:
    """What will be done when a message is sealed.

    Attributes:
        address: The first From mailbox as addr-spec in wire form; "" where there is none.
        policy: The strictest of the policies of the From mailboxes.
        wanted: What the message will get: the writer's choice where the policy leaves one, else the policy's.
            `sign` and `encrypt` are never None here.
        key: The key that signs; None where nothing is signed by us, or none fits.
        reason: Why that key, or why none, one sentence; "" where none is needed.
        own: The key the writer reads own encrypted mail with; None where there is none.
        recipients: The keys that it is encrypted to.
        missing: Recipients without one.
        faults: What is wrong with the keys, or keeps it from being protected; worst first.
        configuration_set: The one it would go through, "" for none.
        set_signs: Whether the service signs what goes through it; None if that is not known.
        managed: The certificate of the From mailbox that lies at the service, None if there or known is none.
        dkim: The DKIM key that signs last; None for none.
        manages_lists: Whether the service will write List-Unsubscribe fields.

    >>> plan = ProtectionPlan("ann@example.org", IdentityPolicy("ann@example.org", sign=Policy.MUST))
    >>> plan.must_sign, plan.can_choose_sign, plan.can_choose_encrypt
    (True, False, True)
    """

    address: str
    policy: IdentityPolicy
    wanted: Protection = _NOTHING
    key: KeyEntry | None = None
    reason: str = ""
    own: KeyEntry | None = None
    recipients: tuple[RecipientKey, ...] = ()
    missing: tuple[str, ...] = ()
    faults: "tuple[CertificateFault, ...]" = ()
    configuration_set: str = ""
    set_signs: bool | None = None
    managed: "IdentityCertificate | None" = None
    dkim: KeyEntry | None = None
    manages_lists: bool = False

    @property
    def signs(self) -> bool:
        """Whether it will be signed, by us or by the service."""
        return bool(self.wanted.sign)

    @property
    def encrypts(self) -> bool:
        """Whether it will be encrypted."""
        return bool(self.wanted.encrypt)

    @property
    def method(self) -> Method:
        """How."""
        return self.wanted.method

    @property
    def must_sign(self) -> bool:
        """Whether nothing may be sent without a good signature."""
        return self.policy.sign is Policy.MUST

    @property
    def must_encrypt(self) -> bool:
        """Whether nothing may be sent that is not encrypted."""
        return self.policy.encrypt is Policy.MUST

    @property
    def can_choose_sign(self) -> bool:
        """Whether the writer may switch signing on and off."""
        return not self.must_sign

    @property
    def can_choose_encrypt(self) -> bool:
        """Whether the writer may switch encrypting on and off."""
        return not self.must_encrypt

    @property
    def way_without_signer(self) -> str:
        """What can be done where no key signs; what the policy forbids is not offered."""
        last = "change the policy of this one" if self.must_sign else "do not sign"
        return f"Import the key of the From mailbox, choose another From mailbox, or {last}."

    @property
    def offers_sign(self) -> bool:
        """Whether signing is offered at all."""
        return self.policy.sign is not Policy.NEVER or self.signs

    @property
    def offers_encrypt(self) -> bool:
        """Whether encrypting is offered at all."""
        return self.policy.encrypt is not Policy.NEVER or self.encrypts

    @property
    def is_ours(self) -> bool:
        """Whether we sign or encrypt, and not the service."""
        return (self.signs or self.encrypts) and self.method is not Method.SES

    @property
    def needs_protector(self) -> bool:
        """Whether keys are needed to seal it."""
        return self.is_ours or self.dkim is not None

    @property
    def errors(self) -> "tuple[CertificateFault, ...]":
        """The faults that stop a submission."""
        return tuple(fault for fault in self.faults if fault.severity is Severity.ERROR)

    @property
    def facts(self) -> "ProtectionFacts":
        """What the checks want to know; for `core.checks.check(protection=)`."""
        from sescomposer.core.protection.preflight import ProtectionFacts

        return ProtectionFacts(
            signs=self.signs,
            encrypts=self.encrypts,
            faults=self.faults,
            missing=self.missing,
            set_signs=bool(self.set_signs),
            method=self.method,
            opaque=self.wanted.opaque,
            dkim=self.dkim.details.get("domain", "") if self.dkim is not None else "",
        )

    def chosen(self, protection: Protection, *, sign: bool | None = None, encrypt: bool | None = None) -> Protection:
        """Give the protection of a message whose writer turned a switch; what the policy demands stays.

        Args:
            protection: Of the message as it is.
            sign: The new state of *Sign*; None leaves it.
            encrypt: The new state of *Encrypt*; None leaves it.
        """
        wanted_sign = protection.sign if sign is None else sign or self.must_sign
        wanted_encrypt = protection.encrypt if encrypt is None else encrypt or self.must_encrypt
        # Until somebody chose, the method is that of the policy, which the value cannot say by itself.
        method = protection.method if protection.is_chosen else self.method
        return replace(protection, sign=wanted_sign, encrypt=wanted_encrypt, method=method)


def wanted_by(protection: Protection, policy: IdentityPolicy) -> Protection:
    """Give what a message will get: the writer's choice, and in its place the policy where it demands or nobody chose.

    >>> wanted_by(Protection(sign=False), IdentityPolicy("a@a.example", sign=Policy.MUST)).sign
    True
    >>> wanted_by(NOT_CHOSEN, IdentityPolicy("a@a.example", sign=Policy.ALWAYS, method="openpgp")).method
    <Method.OPENPGP: 'openpgp'>
    """
    return replace(
        protection,
        sign=_decided(protection.sign, policy.sign),
        encrypt=_decided(protection.encrypt, policy.encrypt),
        method=protection.method if protection != NOT_CHOSEN else Method(policy.method),
        key=protection.key or policy.key,
    )


def _decided(chosen: bool | None, policy: Policy) -> bool:
    if policy is Policy.MUST:
        return True
    return policy is Policy.ALWAYS if chosen is None else chosen


_RANK = (Policy.NEVER, Policy.OFFER, Policy.ALWAYS, Policy.MUST)


def strictest(policies: tuple[IdentityPolicy, ...]) -> IdentityPolicy:
    """Give the policy of the first mailbox with the strictest demands of all; there is at least one.

    >>> both = IdentityPolicy("a@a.example"), IdentityPolicy("b@b.example", sign=Policy.MUST)
    >>> strictest(both).address, strictest(both).sign.value
    ('a@a.example', 'must')
    """
    return replace(
        policies[0],
        sign=max((policy.sign for policy in policies), key=_RANK.index),
        encrypt=max((policy.encrypt for policy in policies), key=_RANK.index),
    )


__all__ = ["ProtectionPlan", "RecipientKey", "strictest", "wanted_by"]
