"""Protecting messages: what will be done and why, the keys for it opened, and proof that it was done.

`plan` opens no key and is fast; all else may wait for a passphrase, a card or the disk: call it on a worker.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sescomposer.core.entity import Entity
from sescomposer.core.envelope import mailboxes, recipients
from sescomposer.core.errors import AccountError, ServiceCallError, StoreError
from sescomposer.core.message import Message, Method
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.seal import Sealed, SealTarget
from sescomposer.services.ports import SubmissionState
from sescomposer.services.protection.managed_signing import with_managed
from sescomposer.services.protection.protection_plan import ProtectionPlan, RecipientKey, strictest, wanted_by
from sescomposer.services.protection.protection_policies import is_named, misread_authors
from sescomposer.services.protection.protection_ports import AskPassphrase, IdentityPolicy, OpenPgp, Policy, nobody_asks

if TYPE_CHECKING:
    from sescomposer.core.findings import Finding
    from sescomposer.core.protection.certificates.trust import Trust
    from sescomposer.core.protection.facts import Reading
    from sescomposer.core.protection.preflight import ProtectionFacts
    from sescomposer.core.protection.protector import Evidence
    from sescomposer.core.protection.relays.survival import Survived
    from sescomposer.services.knowledge import Known
    from sescomposer.services.ports import Clock, SubmissionRecord
    from sescomposer.services.protection.keys import Keys
    from sescomposer.services.protection.people import People
    from sescomposer.services.protection.policies import Policies
    from sescomposer.services.protection.protectors import OpenedProtector

KnownOf = Callable[[str, str], "Known | None"]
"""Gives what was last read of an account, by its name and region; None for nothing."""


LearnSigning = Callable[[str, str, str, str], object]
"""Asks the service whether it would sign: for an account by name and region, a configuration set, a From address."""


def _nobody_asked(account: str, region: str, configuration_set: str, address: str) -> None:
    return None


def _nobody_knows(account: str, region: str) -> "Known | None":
    return None


@dataclass(frozen=True)
class Protecting:
    """What the front ends and sending do to protect messages.

    Attributes:
        keys: Own keys.
        people: Certificates and keys of others.
        policies: What each From mailbox demands.
        trust: Gives the roots that are trusted.
        openpgp: OpenPGP.
        clock: The time.
        random_bytes: Randomness for encryption.
        new: Makes a buffer for what was decrypted, or is needed as a whole.
        known: See `KnownOf`.
        ask_service: See `LearnSigning`.
    """

    keys: "Keys"
    people: "People"
    policies: "Policies"
    trust: "Callable[[], Trust]"
    openpgp: OpenPgp
    clock: "Clock"
    random_bytes: Callable[[int], bytes]
    new: Callable[[], SealTarget]
    known: KnownOf = _nobody_knows
    ask_service: LearnSigning = _nobody_asked

    def plan(
        self, message: Message, account: str = "", region: str = "", now: datetime | None = None
    ) -> ProtectionPlan:
        """Tell what will be done to a message when it is sealed; opens no key and asks nobody.

        Args:
            message: As it is written.
            account: Name of the account it would go through, "" for the local inbox.
            region: Of the account.
            now: The time, None for that of the clock.

        Raises:
            StoreError: keys, people or policies cannot be read.
        """
        from sescomposer.services.protection.protection_proof import protection_of

        policy = self.policy(message.root)
        wanted = protection_of(message.root, wanted_by(message.protection, policy), message.protection)
        address = next((mailbox.wire_addr_spec for mailbox in mailboxes(message.root, "From")), "")
        plan = ProtectionPlan(address, policy, wanted)
        if plan.is_ours:
            plan = self._with_keys(plan, message, now or self.clock.now())
        plan = self._with_dkim(plan)
        return with_managed(plan, message, self.known(account, region) if account else None)

    def facts(self, message: Message, account: str = "", region: str = "") -> "ProtectionFacts":
        """Give what the checks want to know of the protection of a message; see `plan`."""
        return self.plan(message, account, region).facts

    def learn(self, plan: ProtectionPlan, account: str, region: str) -> str:
        """Ask the service whether it would sign what a plan is for, unless that is known; plan anew then.

        Blocks: call it on a worker.

        Args:
            plan: From `plan`.
            account: Name of the account, not "".
            region: Of the account.

        Returns:
            Why it could not be asked, a sentence; "" if it is known now.
        """
        try:
            self.ask_service(account, region, plan.configuration_set, plan.address)
        except (AccountError, ServiceCallError, StoreError) as error:
            return error.sentence
        return ""

    def policy(self, root: Entity) -> IdentityPolicy:
        """Give the policy that holds for a message: the strictest of its From mailboxes. Raises `StoreError`."""
        named = dict.fromkeys(mailbox.wire_addr_spec for mailbox in mailboxes(root, "From"))
        found = [self.policies.of(address) for address in named]
        if text := misread_authors(root):
            found += [policy for policy in self.policies.all() if is_named(policy.address, text)]
        return strictest(tuple(found)) if found else IdentityPolicy("")

    def protector(self, plan: ProtectionPlan, ask: AskPassphrase = nobody_asks) -> "OpenedProtector | None":
        """Open the keys that a plan needs; None where it needs none.

        Args:
            plan: From `plan`.
            ask: Asks for a passphrase or PIN that is not kept.

        Raises:
            ProtectionError: it cannot be protected as wanted; `PassphraseError`, `KeyGoneError` say why a key is shut.
            OperationCancelledError: nobody gave the passphrase.
            StoreError: the keys cannot be read.
        """
        from sescomposer.services.protection.protectors import opened_for

        return opened_for(plan, self, ask) if plan.needs_protector else None

    def verified(self, sealed: Sealed, opened: "OpenedProtector | None" = None) -> Sealed:
        """Read sealed octets again, by other code than what signed them, and put the outcome into their evidence.

        Args:
            sealed: From `core.seal.seal`.
            opened: The keys that were open for it, to read what was encrypted.

        Raises:
            StoreError: what is decrypted cannot be kept for reading.
        """
        return self.proven(sealed, opened)[0]

    def proven(self, sealed: Sealed, opened: "OpenedProtector | None" = None) -> "tuple[Sealed, tuple[Finding, ...]]":
        """Give what `verified` gives, and beside it the findings that stop octets which did not prove to be good."""
        from sescomposer.services.protection.protection_proof import proven

        return proven(sealed, lambda root: self.read(root, opened=opened))

    def as_is(self, sealed: Sealed, ask: AskPassphrase, *, is_local: bool) -> "tuple[Sealed, tuple[Finding, ...]]":
        """Give octets that are sent as they are with what verifying them found, and what the policy says against them.

        Args:
            sealed: The octets, which nobody here has sealed.
            ask: Asks for the passphrase of an own key that they are encrypted to, where the policy demands a signature.
            is_local: Whether they stay on the machine.
        """
        from sescomposer.services.protection.protection_proof import proven

        found, _ = proven(sealed, lambda root: self.read(root, ask if self._must_sign(root) else nobody_asks))
        return found, self.refusal(found.root, found.evidence, is_local=is_local)

    def note(self, record: "SubmissionRecord") -> None:
        """Note whose certificates were used for what was accepted. Raises `StoreError`."""
        evidence, outcome = record.intent.evidence, record.outcome
        if evidence is not None and outcome is not None and outcome.state is SubmissionState.ACCEPTED:
            for address, fingerprint in evidence.recipients:
                self.people.note_use(address, fingerprint, outcome.at)

    def demands_anything(self) -> bool:
        """Whether the policy of some mailbox is one that nothing overrides. Raises `StoreError`."""
        return any(Policy.MUST in (policy.sign, policy.encrypt) for policy in self.policies.all())

    def read(
        self, root: Entity, ask: AskPassphrase = nobody_asks, *, opened: "OpenedProtector | None" = None
    ) -> "Reading":
        """Open and verify every layer of a message.

        Args:
            root: As it came.
            ask: Asks for the passphrase of an own key that something is encrypted to.
            opened: Keys that are open already.

        Raises:
            StoreError: keys or people cannot be read, or what is decrypted cannot be kept for reading.
            OperationCancelledError: nobody gave the passphrase.
        """
        from sescomposer.core.protection.reading import read
        from sescomposer.services.protection.key_opener import KeyOpener

        opener = KeyOpener(self, ask, opened)
        return read(root, trust=self.trust(), now=self.clock.now(), keys=opener, into=self.new)

    def survival(
        self, sealed: Sealed, opened: "OpenedProtector | None" = None, progress: Progress = NO_PROGRESS
    ) -> "tuple[Survived, ...]":
        """Put sealed octets through what relays do, and tell what of that the signature survives."""
        from sescomposer.services.protection.protection_proof import survived

        return survived(sealed, lambda root: self.read(root, opened=opened), progress)

    def refusal(self, root: Entity, evidence: "Evidence | None", *, is_local: bool = False) -> "tuple[Finding, ...]":
        """Give what the policy of From says against submitting octets, empty for nothing; no reason overrides it.

        Args:
            root: Of the sealed octets.
            evidence: Of them.
            is_local: Whether they stay on the machine, where the service signs nothing.

        Raises:
            StoreError: the policies cannot be read; then nothing may be submitted.
        """
        from sescomposer.services.protection.protection_proof import refusal

        return refusal(self.policy(root), root, evidence, is_local=is_local)

    def _must_sign(self, root: Entity) -> bool:
        return self.policy(root).sign is Policy.MUST

    def _with_keys(self, plan: ProtectionPlan, message: Message, now: datetime) -> ProtectionPlan:
        from sescomposer.services.protection.key_candidates import Candidates
        from sescomposer.services.protection.pgp_planning import with_openpgp
        from sescomposer.services.protection.smime_planning import with_smime

        among = Candidates(self.keys.all(), self.people, self.trust(), now)
        addresses: Sequence[str] = [recipient.addr_spec for recipient in recipients(message)]
        if plan.method is Method.OPENPGP:
            return with_openpgp(plan, addresses, among, self.openpgp)
        return with_smime(plan, addresses, among)

    def _with_dkim(self, plan: ProtectionPlan) -> ProtectionPlan:
        """Add the DKIM key; one that is gone is told, since leaving it out in silence would be a lesser protection."""
        if not plan.policy.dkim:
            return plan
        entry = next((entry for entry in self.keys.all() if entry.id == plan.policy.dkim), None)
        if entry is not None:
            return replace(plan, dkim=entry)
        from sescomposer.services.protection.key_candidates import no_dkim

        return replace(plan, faults=(no_dkim(plan.address), *plan.faults))


__all__ = ["KnownOf", "LearnSigning", "Protecting", "ProtectionPlan", "RecipientKey"]
