"""Keys opened for one message, and the protector that seals it with them: S/MIME or OpenPGP, DKIM last."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sescomposer.core.entity import Entity
from sescomposer.core.envelope import Envelope
from sescomposer.core.errors import ProtectionError
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.message import Method
from sescomposer.core.progress import Progress
from sescomposer.core.protection.certificates.key_pair import KeyPair
from sescomposer.core.protection.protector import Buffer, Evidence, Protected, Protector
from sescomposer.services.account import Secret
from sescomposer.services.protection.protection_plan import ProtectionPlan
from sescomposer.services.protection.protection_ports import AskPassphrase, KeyEntry

if TYPE_CHECKING:
    from sescomposer.services.protection.protecting import Protecting

PgpSecret = tuple[KeyEntry, bytes, Secret | None]
"""An OpenPGP key with its octets, which are encrypted, and their passphrase."""


@dataclass(frozen=True, repr=False)
class OpenedProtector:
    """Protects one message; `repr` shows nothing of the keys.

    Attributes:
        inner: S/MIME or OpenPGP; None where DKIM is all.
        pairs: The S/MIME keys that are open, to read again what was encrypted.
        secrets: The same of OpenPGP.
        dkim: Signs last; None where we add no DKIM signature.
    """

    inner: "Protector | None" = None
    pairs: tuple[KeyPair, ...] = ()
    secrets: tuple[PgpSecret, ...] = ()
    dkim: "Callable[[Entity, datetime], Entity] | None" = None

    def __repr__(self) -> str:
        return f"<OpenedProtector with {len(self.pairs) + len(self.secrets)} keys>"

    def protect(
        self,
        root: Entity,
        envelope: Envelope,
        *,
        now: datetime,
        ids: Identifiers,
        into: Callable[[], Buffer],
        progress: Progress,
    ) -> tuple[Protected, ...]:
        """See `core.protection.protector.Protector.protect`."""
        items: tuple[Protected, ...] = (Protected(root, envelope),)
        if self.inner is not None:
            items = self.inner.protect(root, envelope, now=now, ids=ids, into=into, progress=progress)
        return tuple(self._with_dkim(item, now) for item in items)

    def _with_dkim(self, item: Protected, now: datetime) -> Protected:
        if self.dkim is None:
            return item
        evidence = item.evidence or Evidence(
            "dkim", "detached", signed_at=now, outcome=("A DKIM signature was added.",)
        )
        return replace(item, root=self.dkim(item.root, now), evidence=evidence)


def opened_for(plan: ProtectionPlan, protecting: "Protecting", ask: AskPassphrase) -> OpenedProtector:
    """Open the keys of a plan; see `Protecting.protector`."""
    refuse_impossible(plan)
    opened = OpenedProtector()
    if plan.is_ours:
        made = _openpgp if plan.method is Method.OPENPGP else _smime
        opened = made(plan, protecting, ask)
    return opened if plan.dkim is None else replace(opened, dkim=_dkim(plan, plan.dkim, protecting, ask))


def refuse_impossible(plan: ProtectionPlan) -> None:
    """Raise `ProtectionError` where something that is wanted cannot be done at all: it is never left out in silence."""
    if plan.policy.dkim and plan.dkim is None:
        raise ProtectionError(plan.faults[0].sentence, hint=plan.faults[0].mend, value=plan.address)
    if not plan.is_ours:
        return
    if plan.signs and plan.key is None:
        raise ProtectionError(
            f"The message is to be signed, and no key can do that. {plan.reason}".strip(),
            hint=plan.way_without_signer,
            value=plan.address,
        )
    if plan.encrypts and plan.missing:
        what = "OpenPGP key" if plan.method is Method.OPENPGP else "certificate"
        last = "change the policy of the From mailbox" if plan.must_encrypt else "do not encrypt"
        raise ProtectionError(
            f"The message is to be encrypted, and there is no {what} for {', '.join(plan.missing)}.",
            hint=f"Import one, open a signed message of theirs, or {last}.",
            value=plan.missing,
        )
    if plan.encrypts and not plan.recipients:
        raise ProtectionError("The message is to be encrypted, and it has no recipient.", hint="Add a recipient.")


def _smime(plan: ProtectionPlan, protecting: "Protecting", ask: AskPassphrase) -> OpenedProtector:
    from sescomposer.core.protection.certificates.certificate import Certificate
    from sescomposer.core.protection.smime_protector import SmimeProtector

    signer = protecting.keys.unlock(plan.key, ask) if plan.signs and plan.key is not None else None
    own = Certificate(plan.own.certificates[0]) if plan.own is not None else None
    recipients: dict[str, tuple[Certificate, ...]] = {}
    for key in plan.recipients:
        recipients[key.address] = (*recipients.get(key.address, ()), Certificate(key.octets))
    inner = SmimeProtector(signer, recipients, own, plan.wanted, protecting.random_bytes)
    return OpenedProtector(inner, pairs=(*((signer,) if signer else ()), *_own_pair(plan, protecting, ask)))


def _own_pair(plan: ProtectionPlan, protecting: "Protecting", ask: AskPassphrase) -> tuple[KeyPair, ...]:
    """Open the key that reads what is encrypted, where it must be read again to prove the signature inside."""
    if plan.own is None or plan.own == plan.key or not (plan.signs and plan.encrypts):
        return ()
    return (protecting.keys.unlock(plan.own, ask),)


def _openpgp(plan: ProtectionPlan, protecting: "Protecting", ask: AskPassphrase) -> OpenedProtector:
    from sescomposer.services.protection.pgp_protector import PgpProtector

    signer = _secret(plan.key, protecting, ask) if plan.signs and plan.key is not None else None
    recipients: dict[str, tuple[bytes, ...]] = {}
    for key in plan.recipients:
        recipients[key.address] = (*recipients.get(key.address, ()), key.octets)
    own = plan.own.public if plan.own is not None else None
    inner = PgpProtector(protecting.openpgp, signer, recipients, own, plan.wanted)
    opened = [signer] if signer is not None else []
    if plan.own is not None and plan.own != plan.key and plan.signs and plan.encrypts:
        opened.append(_secret(plan.own, protecting, ask))
    return OpenedProtector(inner, secrets=tuple(opened))


def _secret(entry: KeyEntry, protecting: "Protecting", ask: AskPassphrase) -> PgpSecret:
    octets, passphrase = protecting.keys.secret_of(entry, ask)
    return entry, octets, passphrase


def _dkim(
    plan: ProtectionPlan, entry: KeyEntry, protecting: "Protecting", ask: AskPassphrase
) -> "Callable[[Entity, datetime], Entity]":
    from sescomposer.core.protection.dkim.dkim_signature import sign_dkim

    key = protecting.keys.dkim_key(entry, ask)
    domain, selector = entry.details["domain"], entry.details["selector"]
    lists = plan.manages_lists
    return lambda root, now: sign_dkim(root, key, domain, selector, now, list_management=lists)


__all__ = ["OpenedProtector", "PgpSecret", "opened_for", "refuse_impossible"]
