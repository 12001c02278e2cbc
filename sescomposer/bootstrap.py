"""The composition root: settings -> adapters -> services. Each adapter is imported where it is needed first."""

# Types of the ports stand in signatures alone: a start need not make a dozen classes for them.
from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Protocol, Self, TypeVar, overload

from sescomposer.core.errors import StoreError
from sescomposer.core.lazy import lazy
from sescomposer.core.road import Road
from sescomposer.services.settings import Settings
from sescomposer.store.folders import Folders

if TYPE_CHECKING:
    from sescomposer.core.entity import Entity
    from sescomposer.core.identifiers import Identifiers
    from sescomposer.core.octets import Octets
    from sescomposer.core.progress import Progress
    from sescomposer.inbox.service import Inbox
    from sescomposer.services.account import Account
    from sescomposer.services.account_ports import KnowledgeStore, SecretStore
    from sescomposer.services.accounts import Accounts
    from sescomposer.services.call_pace import CallPace
    from sescomposer.services.documents import Documents
    from sescomposer.services.drafts import Drafts
    from sescomposer.services.history import HistoryService
    from sescomposer.services.history_ports import SubmissionLog
    from sescomposer.services.invitations import Invitations
    from sescomposer.services.knowing import Knowing
    from sescomposer.services.knowledge import Known, MessageEvent
    from sescomposer.services.pace import Pace, Paces
    from sescomposer.services.ports import (
        Clock,
        ContentStore,
        Files,
        Journal,
        LocalInbox,
        SubmissionRecord,
        Transport,
    )
    from sescomposer.services.sending import Sending
    from sescomposer.services.serving import Addresses, Serving
    from sescomposer.services.sign_in import Profile, Prompts, SignInPrompt
    from sescomposer.services.unknown import UnknownSubmission
    from sescomposer.ses.reader import SesReader

    class KeptTransport(Transport, Protocol):
        """A transport with connections."""

        def close(self) -> None:
            """Close them; what is under way ends first."""


_PROVISIONAL_REFERENCE = "0100000000000000-00000000-0000-0000-0000-000000000000-000000"
_PROVISIONAL_REGION = "us-east-1"

_T = TypeVar("_T")


class _once(lazy[_T]):  # noqa: N801 - used as a decorator, like `property`
    """A `lazy` that is made by one thread alone: two content stores or journals would not know of each other."""

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> _T: ...
    def __get__(self, instance: object | None, owner: type) -> Self | _T:
        """Make the value, or wait for the thread that is making it."""
        if not isinstance(instance, Services):
            return self
        with instance.making:
            made: _T = (
                instance.__dict__[self.name] if self.name in instance.__dict__ else super().__get__(instance, owner)
            )
        return made


class Services:
    """What a front end acts through; every adapter is made when it is first asked for, by whichever thread asks.

    Attributes:
        folders: Where the user's files lie.
        making: Held while an adapter is made.
        prompts: How a second factor is asked for; None where there is nobody to ask.
    """

    prompts: Prompts | None = None

    def __init__(self, folders: Folders) -> None:
        self.folders = folders
        self.making = RLock()
        self._transports: dict[Account, KeptTransport] = {}
        self._readers: dict[Account, SesReader] = {}
        self._paces: dict[tuple[str, ...], CallPace] = {}

    @_once
    def clock(self) -> Clock:
        """The system's time."""
        from sescomposer.services.system import SystemClock

        return SystemClock()

    @_once
    def ids(self) -> Identifiers:
        """The system's randomness."""
        from sescomposer.services.system import SystemIdentifiers

        return SystemIdentifiers()

    @_once
    def settings(self) -> Settings:
        """The declared settings."""
        from sescomposer.store.settings import SettingsFile

        return Settings(SettingsFile(self.folders.settings))

    @_once
    def content(self) -> ContentStore:
        """Snapshots of files and sealed messages."""
        from sescomposer.store.content import DiskContentStore

        return DiskContentStore(self.folders.content, self.clock)

    @_once
    def files(self) -> Files:
        """Files that the user names."""
        from sescomposer.store.files import DiskFiles

        return DiskFiles()

    @_once
    def journal(self) -> Journal:
        """The edits of open drafts."""
        from sescomposer.store.journal import DiskJournal

        return DiskJournal(self.folders.journal, self.content, self.clock)

    @_once
    def drafts(self) -> Drafts:
        """Drafts that no file holds, and checkpoints."""
        from sescomposer.services.drafts import Drafts
        from sescomposer.store.drafts import DraftFiles

        store = DraftFiles(self.folders.drafts, self.content, self.clock)
        return Drafts(store, self.journal, self.content, self.clock, self.ids, self.settings)

    @_once
    def submissions(self) -> SubmissionLog:
        """The write-ahead log of submissions."""
        from sescomposer.store.submissions import SubmissionLog

        return SubmissionLog(self.folders.submissions)

    @_once
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
        )

    @_once
    def documents(self) -> Documents:
        """Opening, saving, attaching."""
        from sescomposer.services.documents import Documents

        return Documents(self.content, self.files, self.ids)

    @_once
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
        )

    @_once
    def invitations(self) -> Invitations:
        """The events that were sent, and what came back."""
        from sescomposer.services.invitations import Invitations
        from sescomposer.store.ledger import LedgerFile

        ledger = LedgerFile(self.folders.invitations)
        return Invitations(ledger, self.content, self.clock, self.ids, self.submissions.all)

    @_once
    def paces(self) -> Paces:
        """The rates at which the accounts may send."""
        from sescomposer.services.pace import Paces

        return Paces()

    def pace(self, transport: Transport) -> Pace | None:
        """Give the rate at which an account may send, as far as its quota was read; None where nobody knows."""
        if transport.is_local:
            return None
        account = replace(self.accounts.get(transport.account), region=transport.region)
        known = self.knowing.cached(account)
        return self.paces.of(transport.account, transport.region, known.quota if known else None)

    @_once
    def secrets(self) -> SecretStore:
        """The system's keyring, or memory where there is none; it is looked for when it is asked something."""
        from sescomposer.store.secrets import KeyringSecrets

        return KeyringSecrets()

    @_once
    def accounts(self) -> Accounts:
        """The accounts with their secrets."""
        from sescomposer.services.accounts import Accounts
        from sescomposer.store.accounts import AccountsFile

        made = Accounts(AccountsFile(self.folders.accounts), self.secrets, self.knowledge)
        made.on_change(self._forget_transports)
        return made

    @_once
    def knowledge(self) -> KnowledgeStore:
        """What was last read of each account and region."""
        from sescomposer.store.knowledge import KnowledgeFiles

        return KnowledgeFiles(self.folders.knowledge)

    @_once
    def knowing(self) -> Knowing:
        """What is known of the accounts, and asking for it."""
        from sescomposer.services.knowing import Knowing

        made = Knowing(self.knowledge, self.reader)
        self.accounts.on_change(made.let_go)
        return made

    def reader(self, account: Account) -> SesReader:
        """Give what asks the service about an account; kept until the account changes. It does not ask by itself."""
        from sescomposer.services.call_pace import CallPace
        from sescomposer.services.sign_in import NOBODY
        from sescomposer.ses.reader import SesReader

        with self.making:
            if account not in self._readers:
                # Whoever asks as the same user of AWS shares the pace, whatever the accounts are called.
                key = (account.way_in, account.user, account.profile, account.region)
                pace = self._paces.setdefault(key, CallPace())
                self._readers[account] = SesReader(account, self.secrets, self.clock, pace, self.prompts or NOBODY)
            return self._readers[account]

    def log_in(self, account: Account) -> Known | str:
        """Log in with an account, send nothing: gives what an API says of it, or the name of the SMTP server.

        Raises:
            AccountError, LoginNeededError: the account cannot be used.
            ServiceCallError, SubmissionError: the service refused, or cannot be reached.
        """
        if account.road is not Road.SMTP:
            return self.reader(account).log_in()
        from sescomposer.services.sign_in import NOBODY
        from sescomposer.ses.smtp import SmtpTransport

        with closing(SmtpTransport(account, self.secrets, prompts=self.prompts or NOBODY)) as transport:
            return transport.check()

    def profiles(self) -> tuple[Profile, ...]:
        """Give the named AWS profiles of this machine.

        Raises:
            AccountError: the configuration files cannot be read.
        """
        from sescomposer.ses.sessions import profiles

        return profiles()

    def sign_in(self, profile: str, tell: Callable[[SignInPrompt], None], progress: Progress) -> None:
        """Sign in to the single sign-on of a profile; blocks until the user did so on the page that `tell` is told of.

        Raises:
            AccountError, LoginNeededError, OperationCancelledError: see `ses.login.sign_in`.
        """
        from sescomposer.ses.login import sign_in

        sign_in(profile, tell, progress)

    @_once
    def inbox(self) -> LocalInbox:
        """The local inbox, as it is read."""
        return self._inbox(Road.SES_V2)

    @_once
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

    def transport(self, name: str | None, road: Road | None = None, region: str = "") -> Transport:
        """Give the way to send through an account; its connections are kept until the account changes.

        Args:
            name: Of the account; None or "" for the local inbox.
            road: In place of the account's own; of the local inbox the one whose limits hold.
            region: In place of the account's own, "" for that.

        Raises:
            AccountError: there is no such account, or it cannot be used that way.
            StoreError: the accounts cannot be read.
        """
        if not name:
            return self.local_transport(road or Road.SES_V2)
        from sescomposer.services.accounts import usable

        wanted = self.accounts.get(name)
        account = usable(replace(wanted, road=road or wanted.road, region=region or wanted.region))
        with self.making:
            if account not in self._transports:
                self._transports[account] = self._transport_of(account)
            return self._transports[account]

    def option_features(self, road: Road) -> frozenset[str]:
        """Give the names of the `SendingOptions` that a road and the installed SDK have; slow the first time."""
        from sescomposer.ses.features import features

        return features(road)

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
        if "serving" in self.__dict__:
            self.serving.stop()
        if "journal" in self.__dict__:
            self.journal.close()
        if "history" in self.__dict__:
            self.history.close()
        for account in (*self._transports, *self._readers):
            self._forget_transports(account.name)

    def _take_up(self, record: SubmissionRecord) -> None:
        """Let the history and the ledger of invitations take up a submission, one even where the other cannot."""
        try:
            self.history.take_up(record)
        finally:
            self.invitations.note(record)

    def _insights(self, record: SubmissionRecord, progress: Progress) -> tuple[MessageEvent, ...]:
        account = self.accounts.get(record.intent.account)
        return self.knowing.insights(replace(account, region=record.intent.region), record, progress)

    def _transport_of(self, account: Account) -> KeptTransport:
        from sescomposer.services.sign_in import NOBODY

        prompts = self.prompts or NOBODY
        match account.road:
            case Road.SES_V2:
                from sescomposer.ses.api_v2 import ApiV2Transport

                return ApiV2Transport(account, self.secrets, prompts)
            case Road.SES_V1:
                from sescomposer.ses.api_v1 import ApiV1Transport

                return ApiV1Transport(account, self.secrets, prompts)
            case Road.SMTP:
                from sescomposer.ses.smtp import SmtpTransport

                return SmtpTransport(account, self.secrets, prompts=prompts)

    def _forget_transports(self, name: str) -> None:
        """Close the connections of an account that changed; what is under way on them ends first."""
        with self.making:
            gone: list[KeptTransport | SesReader] = [
                kept.pop(account)
                for kept in (self._transports, self._readers)
                for account in tuple(kept)
                if account.name == name
            ]
        for each in gone:
            each.close()

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
