"""Sealing for a review: planned, keys opened, sealed, read again, checked; never with less than is wanted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sescomposer.core.checks import check
from sescomposer.core.entity import Entity
from sescomposer.core.findings import Finding, Severity, Where
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.message import Message
from sescomposer.core.progress import PartOfProgress, Progress
from sescomposer.core.seal import Sealed, SealTarget, seal
from sescomposer.services.ports import Transport
from sescomposer.services.protection.protection_ports import AskPassphrase
from sescomposer.services.review import findings_of, worst_first

if TYPE_CHECKING:
    from sescomposer.core.checks.invitation_life import Sent
    from sescomposer.services.protection.protecting import Protecting, ProtectionPlan
    from sescomposer.services.protection.protectors import OpenedProtector


_SIGNING = "SES message security options"
_CLOSED = ("pkcs7-mime", "multipart/encrypted")


@dataclass(frozen=True, eq=False)
class SealedItem:
    """One item of a review: the message it was sealed from, the sealed octets, what was found, who signed.

    Attributes:
        key: Id and name of the own key that signed it, None where none did.
    """

    message: Message
    sealed: Sealed
    findings: tuple[Finding, ...]
    key: tuple[str, str] | None = None


@dataclass(frozen=True)
class Sealer:
    """Seals the messages of one review.

    Attributes:
        transport: Where they would go.
        now: The time of sealing.
        ids: Maker of Message-IDs and boundaries.
        into: Makes the buffer of one item.
        sent_before: Gives what was sent of the event in a message.
        protecting: Plans and opens keys; None where nobody can.
        ask: Asks for a passphrase.
    """

    transport: Transport
    now: datetime
    ids: Identifiers
    into: Callable[[], SealTarget]
    sent_before: Callable[[Entity], "tuple[Sent, ...]"]
    protecting: "Protecting | None"
    ask: AskPassphrase

    def items(self, messages: Sequence[Message], progress: Progress) -> tuple[SealedItem, ...]:
        """Seal and check messages, one after the other; see `Sending.review_all`."""
        sizes = [len(message.root.octets) for message in messages]
        return tuple(
            item
            for index, message in enumerate(messages)
            for item in self._of(message, PartOfProgress.of(progress, sizes, index))
        )

    def _of(self, message: Message, progress: Progress) -> tuple[SealedItem, ...]:
        if self.protecting is None:
            sealed = self._sealed(message, progress, None)
            return tuple(SealedItem(message, item, self._found(message, item)) for item in sealed)
        plan, doubts = self._planned(message, self.protecting)
        opened = self.protecting.protector(plan, self.ask)
        about = worst_first([doubts, self._about(message, plan)])
        made = self._sealed(message, progress, opened)
        return tuple(self._proven(message, item, self.protecting, plan, opened, about) for item in made)

    def _planned(self, message: Message, protecting: "Protecting") -> "tuple[ProtectionPlan, tuple[Finding, ...]]":
        """Plan; what the service does by itself is asked first where it is to be signed and that is not known."""
        account, region = self._account()
        plan = protecting.plan(message, account, region, self.now)
        if not (account and plan.signs):
            return plan, ()
        trouble = protecting.learn(plan, account, region)
        plan = protecting.plan(message, account, region, self.now)
        if not (trouble and plan.configuration_set and plan.set_signs is None):
            return plan, ()
        words = f"Whether SES signs what goes through {plan.configuration_set!r} as well is not known. {trouble}"
        return plan, (Finding("protect-double", Severity.WARNING, words, Where(field="account"), _SIGNING),)

    def _account(self) -> tuple[str, str]:
        return ("", "") if self.transport.is_local else (self.transport.account, self.transport.region)

    def _sealed(self, message: Message, progress: Progress, opened: "OpenedProtector | None") -> tuple[Sealed, ...]:
        road = self.transport.road
        return seal(message, road, now=self.now, ids=self.ids, into=self.into, progress=progress, protector=opened)

    def _proven(
        self,
        message: Message,
        sealed: Sealed,
        protecting: "Protecting",
        plan: "ProtectionPlan",
        opened: "OpenedProtector | None",
        about: tuple[Finding, ...],
    ) -> SealedItem:
        """Read an item again, and let the policy speak about what was found."""
        from sescomposer.services.protection.protection_proof import by_service

        item, doubts = protecting.proven(sealed, opened)
        if (by_ses := by_service(plan)) is not None:
            item = replace(item, evidence=by_ses)
        refused = protecting.refusal(item.root, item.evidence, is_local=self.transport.is_local)
        found = self._found(message, item)
        inside = self._hidden(message, item, plan, found)
        key = (plan.key.id, plan.key.label) if plan.key is not None and opened is not None else None
        return SealedItem(message, item, worst_first([refused, doubts, about, found, inside]), key)

    def _about(self, message: Message, plan: "ProtectionPlan") -> tuple[Finding, ...]:
        """Check the message as it is written against the protection it gets; its sealed octets have it already."""
        if not (plan.signs or plan.encrypts or plan.dkim is not None or plan.set_signs):
            return ()
        found = check(message, self.transport.road, now=self.now, protection=plan.facts)
        return tuple(finding for finding in found if finding.code.startswith("protect-"))

    def _found(self, message: Message, sealed: Sealed) -> tuple[Finding, ...]:
        return findings_of(message, sealed, self.transport.road, self.sent_before(sealed.root))

    def _hidden(
        self, message: Message, sealed: Sealed, plan: "ProtectionPlan", found: tuple[Finding, ...]
    ) -> tuple[Finding, ...]:
        """Check of the message as it is written what its sealed octets no longer show, without a way to mend it there.

        What depends on the header fields alone was found in both.
        """
        if not sealed.root.media_type.endswith(_CLOSED) or message.root.media_type.endswith(_CLOSED):
            return ()
        known = {finding.code for finding in found}
        before = self.sent_before(message.root)
        inside = check(message, self.transport.road, now=self.now, sent_before=before, protection=plan.facts)
        return tuple(
            replace(finding, fix=None)
            for finding in inside
            if finding.code not in known and not finding.code.startswith("protect-")
        )


__all__ = ["SealedItem", "Sealer"]
