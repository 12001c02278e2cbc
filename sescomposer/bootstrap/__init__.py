"""The composition root: settings -> adapters -> services. Each adapter is imported where it is needed first."""

# Types of the ports stand in signatures alone: a start need not make a dozen classes for them.
from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sescomposer.bootstrap.accounts import AccountServices
from sescomposer.bootstrap.once import once
from sescomposer.bootstrap.protection import ProtectionServices
from sescomposer.core.errors import StoreError
from sescomposer.core.road import Road
from sescomposer.services.settings import Settings
from sescomposer.store.folders import Folders

if TYPE_CHECKING:
    from sescomposer.core.entity import Entity
    from sescomposer.core.identifiers import Identifiers
    from sescomposer.core.octets import Octets
    from sescomposer.core.progress import Progress
    from sescomposer.inbox.service import Inbox
    from sescomposer.services.documents import Documents
    from sescomposer.services.drafts import Drafts
    from sescomposer.services.history import HistoryService
    from sescomposer.services.history_ports import ExportFiles, SubmissionLog
    from sescomposer.services.invitations import Invitations
    from sescomposer.services.knowledge import MessageEvent
    from sescomposer.services.ports import (
        Clock,
        ContentStore,
        Journal,
        LocalInbox,
        SubmissionRecord,
        Transport,
    )
    from sescomposer.services.sending import Sending
    from sescomposer.services.serving import Addresses, Serving
    from sescomposer.services.unknown import UnknownSubmission

_PROVISIONAL_REFERENCE = "0100000000000000-00000000-0000-0000-0000-000000000000-000000"
_PROVISIONAL_REGION = "us-east-1"


class Services(AccountServices, ProtectionServices):
    """What a front end acts through; every adapter is made when it is first asked for, by whichever thread asks.

    See `AccountServices` for what it has for accounts, `ProtectionServices` for what signs and encrypts.
    """

    @once
    def clock(self) -> Clock:
        """The system's time."""
        from sescomposer.services.system import SystemClock

        return SystemClock()

    @once
    def ids(self) -> Identifiers:
        """The system's randomness."""
        from sescomposer.services.system import SystemIdentifiers

        return SystemIdentifiers()

    @once
    def settings(self) -> Settings:
        """The declared settings."""
        from sescomposer.store.settings import SettingsFile

        return Settings(SettingsFile(self.folders.settings))

    @once
    def content(self) -> ContentStore:
        """Snapshots of files and sealed messages."""
        from sescomposer.store.content import DiskContentStore

        return DiskContentStore(self.folders.content, self.clock)

    @once
    def files(self) -> ExportFiles:
        """Files that the user names."""
        from sescomposer.store.files import DiskFiles

        return DiskFiles()

    @once
    def journal(self) -> Journal:
        """The edits of open drafts."""
        from sescomposer.store.journal import DiskJournal

        return DiskJournal(self.folders.journal, self.content, self.clock)

    @once
    def drafts(self) -> Drafts:
        """Drafts that no file holds, and checkpoints."""
        from sescomposer.services.drafts import Drafts
        from sescomposer.store.drafts import DraftFiles

        store = DraftFiles(self.folders.drafts, self.content, self.clock)
        return Drafts(store, self.journal, self.content, self.clock, self.ids, self.settings)

    @once
    def submissions(self) -> SubmissionLog:
        """The write-ahead log of submissions."""
        from sescomposer.store.submissions import SubmissionLog

        return SubmissionLog(self.folders.submissions)

    @once
    def history(self) -> HistoryService:
        """Every submission, searchable."""
        from sescomposer.services.history import HistoryService, known_records
        from sescomposer.services.settings import HISTORY_KEEP_DAYS
        from sescomposer.store.history import HistoryIndex

        return HistoryService(
            index=HistoryIndex(self.folders.history, lambda: known_records(self.submissions)),
            log=self.submissions,
            content=self.content,
            files=self.files,
            clock=self.clock,
            insights=self._insights,
            keep_days=lambda: self.settings.get(HISTORY_KEEP_DAYS),
            trust=lambda: self.trust,
            decrypted=self._decrypted,
        )

    @once
    def documents(self) -> Documents:
        """Opening, saving, attaching."""
        from sescomposer.services.documents import Documents

        return Documents(self.content, self.files, self.ids)

    @once
    def sending(self) -> Sending:
        """Sealing and submitting."""
        from sescomposer.services.sending import Sending

        # The history is opened by the first submission.
        return Sending(
            self.content,
            self.submissions,
            self.clock,
            self.ids,
            on_record=self._take_up,
            sent_before=lambda root: self.invitations.sent_before(root),
            protecting=self.protecting,
            on_sealed=lambda sealed, message: self.invitations.opening.foresee(
                sealed.sha256, sealed.root, message.root
            ),
        )

    @once
    def invitations(self) -> Invitations:
        """The events that were sent, and what came back."""
        from sescomposer.services.invitation_opening import Opening
        from sescomposer.services.invitations import Invitations
        from sescomposer.store.ledger import LedgerFile

        ledger = LedgerFile(self.folders.invitations)
        opening = Opening(lambda root: self.protecting.read(root))
        return Invitations(ledger, self.content, self.clock, self.ids, self.submissions.all, opening=opening)

    @once
    def inbox(self) -> LocalInbox:
        """The local inbox, as it is read."""
        return self._inbox(Road.SES_V2)

    @once
    def serving(self) -> Serving:
        """The local inbox as a server for other programs; it listens once it is started."""
        from sescomposer.inbox.serving import Serving
        from sescomposer.store.loopback_certificate import loopback_certificate

        def certificate() -> tuple[Path, Path]:
            made = loopback_certificate(self.folders.certificates, self.clock.now())
            return made.chain, made.key

        return Serving(self._inbox, self.content, self.clock, certificate)

    @property
    def served_at(self) -> Addresses | None:
        """Where other programs reach the local inbox, None while it is not served."""
        return self.serving.addresses if "serving" in self.__dict__ else None

    def local_transport(self, road: Road) -> Transport:
        """The local inbox as a way to send, with the limits of that road."""
        return self._inbox(road)

    def would_deliver(self, root: Entity) -> tuple[Entity, tuple[str, ...]]:
        """Give what SES would deliver of a sealed message, and one sentence for each change.

        What the service chooses (message id, time, return path) is provisional. Nothing is kept.
        """
        from sescomposer.inbox.delivered import delivered

        found = delivered(root, _PROVISIONAL_REFERENCE, _PROVISIONAL_REGION, self.clock.now())
        return found.root, found.changes

    def deliver_anyway(self, record: SubmissionRecord) -> SubmissionRecord:
        """Let the local inbox take what it refused; other records come back as they are.

        Raises:
            StoreError: it cannot be kept.
        """
        from sescomposer.services.ports import Outcome, SubmissionState

        if record.outcome is None or record.outcome.state is not SubmissionState.REFUSED:
            return record
        intent = record.intent
        inbox = self._inbox(intent.road)
        octets = self.content.open(intent.sha256)
        receipt = inbox.deliver_anyway(octets, intent.envelope, record.outcome.sentence)
        now = self.clock.now()
        outcome = Outcome(intent.submission, SubmissionState.ACCEPTED, now, receipt.reference, receipt.answer)
        try:
            self.submissions.record_outcome(outcome)
        except StoreError as error:
            words = f"{error.sentence} {error.hint}".strip()
            return self.sending.tell(replace(record, outcome=outcome, unrecorded=words))
        return self.sending.tell(replace(record, outcome=outcome, unrecorded=""))

    def unknown_submissions(self) -> tuple[UnknownSubmission, ...]:
        """Give the submissions that were begun and have no outcome, oldest first, with how to find out.

        Raises:
            StoreError: the log of submissions, or the local inbox, cannot be used.
        """
        if all(record.outcome is not None for record in self.submissions.all()):
            # So it is at most starts, which then need not import what sends.
            return ()
        from sescomposer.services.unknown import UnknownSubmission, advice, still_unknown

        records = self.sending.unfinished()
        if records:
            records = still_unknown(records, self.history.index, self.submissions)
        entries = self.inbox.entries() if records else ()
        return tuple(UnknownSubmission(record, advice(record, entries)) for record in records)

    def sweep(self) -> int:
        """Remove what the content store keeps for nobody; gives the octets freed.

        Raises:
            StoreError: what is needed cannot be read (then nothing is removed), or an entry cannot be removed.
        """
        self.journal.flush()
        self.drafts.tidy()
        # In this order: what is kept as a draft is dropped from the journal afterwards.
        named = set(self.journal.named_content()) | self.drafts.named_content()
        named.update(record.intent.sha256 for record in self.submissions.all())
        named.update(item.sha256 for plan in self.submissions.plans() for item in plan.items)
        named.update(self.history.named_content())
        named.update(self.invitations.named_content())
        for entry in self.inbox.entries():
            named.update((entry.submitted, entry.delivered))
            named.update(delivery.report for delivery in entry.deliveries)
        return self.content.sweep(named)

    def close(self) -> None:
        """Write what is pending; nothing may be used afterwards."""
        self.stop_aside()
        if "serving" in self.__dict__:
            self.serving.stop()
        if "journal" in self.__dict__:
            self.journal.close()
        if "history" in self.__dict__:
            self.history.close()
        self._close_accounts()

    def _take_up(self, record: SubmissionRecord) -> None:
        """Let history, ledger of invitations and people take up a submission, each even where another cannot."""
        with ExitStack() as told:
            told.callback(self.protecting.note, record)
            told.callback(self.invitations.note, record)
            self.history.take_up(record)

    def _decrypted(self, root: Entity) -> Entity:
        """Open a message with keys for which nobody is asked; itself where none does."""
        from sescomposer.services.invitation_opening import without_shown_subject

        plain = self.invitations.opening.plain(root)
        return root if plain is root else without_shown_subject(plain, self.ids)

    def _insights(self, record: SubmissionRecord, progress: Progress) -> tuple[MessageEvent, ...]:
        account = self.accounts.get(record.intent.account)
        return self.knowing.insights(replace(account, region=record.intent.region), record, progress)

    def _inbox(self, road: Road) -> Inbox:
        from sescomposer.inbox.service import Inbox
        from sescomposer.store.inbox import InboxStore

        return Inbox(self.content, InboxStore(self.folders.inbox), self.clock, self.ids, road)


def make_services(folders: Folders | None = None) -> Services:
    """Make the services over the user's folders, or over others."""
    return Services(folders or Folders.of_platform())


def write_file(path: Path, octets: Octets) -> None:
    """Write a file that the user names, whole or not at all; raises `StoreError`."""
    from sescomposer.store.files import DiskFiles

    DiskFiles().write(path, octets)


def start_log(folders: Folders | None = None) -> Callable[[], None]:
    """Begin the log file in the user's log folder and give what ends it; raises `StoreError`."""
    from sescomposer.store.log import start_log

    return start_log((folders or Folders.of_platform()).log)
