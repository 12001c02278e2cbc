"""The local inbox: accepts or refuses as SES would, keeps what came in, and shows what would be delivered.

It stands in for SES where there is no account. Nothing leaves the machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sescomposer.core.entity import Entity
from sescomposer.core.envelope import Envelope
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.message import Road
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.seal import Sealed
from sescomposer.core.source import Slice
from sescomposer.core.structure.boundaries import fresh_boundary
from sescomposer.inbox.delivered import NO_FIELDS, delivered, message_id_of
from sescomposer.inbox.refusal import refusals, refused
from sescomposer.inbox.reports import ReportOccasion, bounce, complaint, out_of_office, suppression
from sescomposer.services.ports import (
    Clock,
    ContentStore,
    Delivery,
    DeliveryOutcome,
    InboxEntry,
    MessageStore,
    Receipt,
)
from sescomposer.services.simulator import scenario_of
from sescomposer.services.unknown import LOCAL_ACCOUNT

ACCOUNT = LOCAL_ACCOUNT

_REPORT_WRITERS = {
    DeliveryOutcome.BOUNCED: bounce,
    DeliveryOutcome.SUPPRESSED: suppression,
    DeliveryOutcome.COMPLAINED: complaint,
    DeliveryOutcome.OUT_OF_OFFICE: out_of_office,
}


@dataclass(frozen=True)
class Inbox:
    """The local inbox over its stores; fits the ports `Transport` and `LocalInbox`.

    Attributes:
        content: Keeps the octets.
        messages: Keeps the entries.
        clock, ids: Time and randomness.
        road: The road whose limits hold.
        region: The region whose names SES would write.
    """

    content: ContentStore
    messages: MessageStore
    clock: Clock
    ids: Identifiers
    road: Road = Road.SES_V2
    region: str = "us-east-1"

    @property
    def account(self) -> str:
        """Name for people."""
        return ACCOUNT

    @property
    def is_local(self) -> bool:
        """Always true."""
        return True

    def submit(self, sealed: Sealed, progress: Progress = NO_PROGRESS) -> Receipt:
        """See `services.ports.Transport`; raises like `accept`."""
        return self.accept(sealed.octets, sealed.envelope, progress)

    def accept(
        self,
        octets: Octets,
        envelope: Envelope,
        progress: Progress = NO_PROGRESS,
        replaced: Mapping[str, str] = NO_FIELDS,
    ) -> Receipt:
        """Accept a message or refuse it as SES would.

        Args:
            octets: The message.
            envelope: Its envelope.
            progress: Told of the octets kept.
            replaced: Header fields that parameters of the call replace before delivery: bodies in ASCII by name.

        Raises:
            RefusedError: SES would refuse; its words are the sentence, our explanation is the hint.
            StoreError: the message cannot be kept; nothing of it was.
        """
        found = refusals(octets, envelope, self.road)
        if found:
            raise refused(found, self.road)
        return self._accept(octets, envelope, "", progress, replaced)

    def deliver_anyway(self, octets: Octets, envelope: Envelope, refusal: str) -> Receipt:
        """Take what SES would refuse; `refusal` are its words, kept with the entry."""
        return self._accept(octets, envelope, refusal, NO_PROGRESS)

    def entries(self) -> tuple[InboxEntry, ...]:
        """Give all entries, newest first."""
        return self.messages.all()

    def names(self) -> frozenset[str]:
        """Give the names of the entries without reading them."""
        return self.messages.names()

    def get(self, entry: str) -> InboxEntry:
        """Give one entry; raises `StoreError` if there is none."""
        return self.messages.get(entry)

    def submitted(self, entry: str) -> Octets:
        """Give the exact octets that were submitted."""
        return self.content.open(self.messages.get(entry).submitted)

    def delivered(self, entry: str) -> Octets:
        """Give the octets that SES would deliver."""
        return self.content.open(self.messages.get(entry).delivered)

    def report(self, delivery: Delivery) -> Octets:
        """Give the report message that came back for a recipient."""
        return self.content.open(delivery.report)

    def remove(self, entry: str) -> None:
        """Remove one entry."""
        self.messages.remove(entry)

    def clear(self) -> int:
        """Remove all entries; gives how many there were."""
        return self.messages.clear()

    def _accept(
        self,
        octets: Octets,
        envelope: Envelope,
        refusal: str,
        progress: Progress,
        replaced: Mapping[str, str] = NO_FIELDS,
    ) -> Receipt:
        """Keep the octets, what would be delivered, the reports, then the entry that names them all."""
        now = self.clock.now()
        reference = f"{now:%Y%m%d%H%M%S}-{self.ids.token()}"
        root = parse(octets)
        outgoing = delivered(root, reference, self.region, now, replaced)
        submitted = self._keep(octets, progress)
        entry = InboxEntry(
            entry=reference,
            received=now,
            envelope=envelope,
            submitted=submitted,
            delivered=self.content.keep(outgoing.root.octets, progress).sha256,
            changes=outgoing.changes,
            deliveries=self._deliveries(outgoing.root, envelope, now),
            refusal=refusal,
            subject=root.subject,
        )
        self.messages.add(entry)
        return Receipt(reference, f"250 Ok {reference}")

    def _keep(self, octets: Octets, progress: Progress) -> str:
        """Keep octets and give their hash; sealed ones are an entry of the content store already, and not copied."""
        match tuple(islice(octets.pieces(), 2)):
            case (Slice(source=source, start=0, stop=stop),) if (
                source.name and stop == source.length and self.content.holds(source.name)
            ):
                progress.step(stop, stop)
                return source.name
        return self.content.keep(octets, progress).sha256

    def _deliveries(self, root: Entity, envelope: Envelope, now: datetime) -> tuple[Delivery, ...]:
        """Play the simulator: several bounces of one message come back as one report, the rest one by one."""
        scenarios = {recipient: scenario_of(recipient) for recipient in envelope.rcpt_to}
        reports: dict[str, str] = {}
        by_outcome: dict[DeliveryOutcome, list[str]] = {}
        for recipient, scenario in scenarios.items():
            by_outcome.setdefault(scenario.outcome, []).append(recipient)
        # Nobody is told where the return path is empty (RFC 5321 section 4.5.5).
        for outcome, group in by_outcome.items() if envelope.mail_from else ():
            for recipients in self._report_groups(outcome, group):
                sha256 = self._report(outcome, root, envelope.mail_from, recipients, now)
                reports |= dict.fromkeys(recipients, sha256)
        return tuple(
            Delivery(recipient, scenario.outcome, scenario.explanation, reports.get(recipient, ""))
            for recipient, scenario in scenarios.items()
        )

    @staticmethod
    def _report_groups(outcome: DeliveryOutcome, recipients: list[str]) -> list[list[str]]:
        """Give which recipients share a report."""
        if outcome is DeliveryOutcome.DELIVERED:
            return []
        if outcome in (DeliveryOutcome.BOUNCED, DeliveryOutcome.SUPPRESSED):
            return [recipients]
        return [[recipient] for recipient in recipients]

    def _report(
        self, outcome: DeliveryOutcome, root: Entity, mail_from: str, recipients: list[str], now: datetime
    ) -> str:
        """Write a report message, keep it, give its hash."""
        message_id = message_id_of(self.ids.token(), self.region)
        boundary = fresh_boundary([root.header.octets], self.ids, ours=True).decode("ascii")
        occasion = ReportOccasion(root, mail_from, recipients, now, boundary, message_id)
        return self.content.keep(_REPORT_WRITERS[outcome](occasion)).sha256
