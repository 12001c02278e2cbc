"""What is known of each account: read when asked to, kept on the disk and in memory, usable without a network.

All methods but `cached`, `verification` and `findings` ask the service and block: call them on a worker.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock, RLock

from sescomposer.core.address import parse_mailbox
from sescomposer.core.errors import ServiceCallError, StoreError
from sescomposer.core.findings import Finding
from sescomposer.core.message import Message
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.services.account import Account, WayIn
from sescomposer.services.account_findings import account_findings
from sescomposer.services.account_ports import AccountReader, KnowledgeStore, unheard
from sescomposer.services.knowledge import Identity, Known, MessageEvent, Suppressed
from sescomposer.services.ports import SubmissionRecord
from sescomposer.services.verification import Verification, verification

_FIELDS: dict[str, tuple[str, ...]] = {
    "GetCallerIdentity": ("caller",),
    "GetAccount": ("is_sandbox", "sending_enabled", "enforcement", "quota", "has_insights"),
    "ListEmailIdentities": ("identities",),
    "ListConfigurationSets": ("configuration_sets",),
    "ListContactLists": ("contact_lists",),
    "ListTenants": ("tenants",),
    "ListMultiRegionEndpoints": ("endpoints",),
}
"""What of `Known` each question fills in; a failure's sentence begins with the name of its question."""

_ASKED = ("set_signing", "identity_certificates")
"""What of `Known` no refresh asks: only where a message needs it, see `managed_knowing`."""

QUESTIONS = tuple(_FIELDS)
"""Names of the operations that a refresh asks, in this order; the progress of a refresh counts them."""

STALE_AFTER = timedelta(minutes=30)
"""What was read longer ago is read anew when its account comes into use."""


class Knowing:
    """What is known of the accounts. Its methods may be called by several threads.

    Args:
        store: Where it is kept.
        reader: Gives what asks for an account.
    """

    def __init__(self, store: KnowledgeStore, reader: Callable[[Account], AccountReader]) -> None:
        self._store = store
        self._reader = reader
        self._lock = RLock()
        self._writing = Lock()
        self._kept: dict[tuple[str, str], Known] = {}
        self._all: tuple[Known, ...] | None = None
        self._tried: dict[tuple[str, str], datetime] = {}
        self._listeners: list[Callable[[Known], None]] = []

    def on_change(self, listener: Callable[[Known], None]) -> Callable[[], None]:
        """Call `listener` with everything that is newly known, in the thread that read it.

        Returns:
            What ends that.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def cached(self, account: Account) -> Known | None:
        """Give what was last read of an account in its region, None for nothing; its `read_at` says when."""
        with self._lock:
            key = (account.name, account.region)
            if key not in self._kept:
                found = self._store.get(*key)
                if found is None:
                    return None
                self._kept[key] = found
            return self._kept[key]

    def refresh(
        self, account: Account, progress: Progress = NO_PROGRESS, came: Callable[[Known], None] | None = None
    ) -> Known:
        """Read everything anew and keep it; what was not answered this time stays as it was known before.

        Args:
            account: Which one.
            progress: Counts `QUESTIONS`.
            came: Is told after each question what is known by now; the rest is as it was before.

        Raises:
            ServiceCallError: nobody can be reached or nothing was answered; what was known stays.
            AccountError, LoginNeededError: the account cannot ask.
            OperationCancelledError: cancelled; what was known stays.
        """
        before = self.cached(account)

        def tell(known: Known, names: frozenset[str]) -> None:
            if came is not None:
                came(so_far(known, names, before))

        known = self._reader(account).read(progress, unheard if came is None else tell)
        return self.keep(merged(known, self.cached(account)))

    def refresh_if_stale(self, account: Account, now: datetime, progress: Progress = NO_PROGRESS) -> Known | None:
        """Read what is older than `STALE_AFTER`, and was not tried since; None where nothing was to be asked.

        Raises:
            ServiceCallError, AccountError, LoginNeededError, OperationCancelledError: see `refresh`.
        """
        if not can_be_asked(account):
            return None
        known, key = self.cached(account), (account.name, account.region)
        with self._lock:
            looked = max((at for at in (known and known.read_at, self._tried.get(key)) if at), default=None)
            if looked is not None and now - looked < STALE_AFTER:
                return None
            self._tried[key] = now
        return self.refresh(account, progress)

    def details(self, account: Account, name: str) -> Identity:
        """Ask for DKIM, MAIL FROM and default configuration set of an identity, and keep them with what is known.

        Raises:
            DeniedError, ServiceCallError, AccountError, LoginNeededError: see `AccountReader`.
        """
        found = self._reader(account).identity(name)
        known = self.cached(account)
        if known is not None:
            kept = tuple(found if identity.name == name else identity for identity in known.identities)
            self.keep(replace(known, identities=kept))
        return found

    def let_go(self, account: str) -> None:
        """Read from the disk what was kept of an account in memory, when it is asked for next; the account changed."""
        with self._lock:
            self._kept = {key: known for key, known in self._kept.items() if key[0] != account}
            self._tried = {key: tried for key, tried in self._tried.items() if key[0] != account}
            self._all = None

    def all(self) -> tuple[Known, ...]:
        """Give what was last read of all accounts and regions."""
        with self._lock:
            if self._all is None:
                self._all = self._store.all()
            return self._all

    def verification(self, known: Known | None, address: str) -> Verification:
        """Tell whether an account may send from an address (addr-spec in wire form), and where else it is verified."""
        return verification(known, address, self.all())

    def findings(self, account: Account, message: Message) -> tuple[Finding, ...]:
        """Give what speaks against sending a message through an account, by what was last read."""
        known = self.cached(account)
        return () if known is None else account_findings(known, message, self.all())

    def suppressed(self, account: Account, address: str) -> Suppressed | None:
        """Look an address up in the suppression list of the account; None where it is not on it.

        Raises:
            AddressError: it is no address.
            DeniedError, ServiceCallError, AccountError, LoginNeededError: see `AccountReader`.
        """
        return self._reader(account).suppressed(_wire(address))

    def suppress(self, account: Account, address: str, reason: str = "BOUNCE") -> None:
        """Put an address on the suppression list, for "BOUNCE" or "COMPLAINT"; raises like `suppressed`."""
        self._reader(account).suppress(_wire(address), reason)

    def unsuppress(self, account: Account, address: str) -> None:
        """Take an address off the suppression list; raises like `suppressed`."""
        self._reader(account).unsuppress(_wire(address))

    def insights(
        self, account: Account, record: SubmissionRecord, progress: Progress = NO_PROGRESS
    ) -> tuple[MessageEvent, ...]:
        """Ask what became of a submission: its events by time, those of one moment by recipient.

        Raises:
            ServiceCallError: it was not accepted, or the account or region has no such events.
            DeniedError, AccountError, LoginNeededError: see `AccountReader`.
            OperationCancelledError: cancelled before it was asked.
        """
        reference = record.outcome.reference if record.outcome else ""
        if not reference:
            raise ServiceCallError(
                "SES gave no message id for this submission, so it cannot be asked what became of it.",
                hint="Search the events of the account for its tag.",
                value=record.intent.trace,
            )
        progress.step(0, 1)
        there = replace(account, region=record.intent.region or account.region)
        found = self._reader(there).insights(reference)
        progress.step(1, 1)
        return timeline(found)

    def keep(self, known: Known) -> Known:
        """Keep what was read in memory and on the disk; a disk that cannot takes nothing away from the answer."""
        # Nobody who only looks waits for the disk.
        with self._writing:
            try:
                self._store.put(known)
            except StoreError as error:
                known = replace(known, failures=(*known.failures, f"What was read could not be kept: {error.sentence}"))
            with self._lock:
                self._kept[known.account, known.region] = known
                self._all = None
        for listener in tuple(self._listeners):
            listener(known)
        return known


def can_be_asked(account: Account) -> bool:
    """Whether an account can ask anything: credentials of SMTP open SMTP alone."""
    return account.way_in is not WayIn.SMTP


def so_far(known: Known, names: frozenset[str], before: Known | None) -> Known:
    """Give what is known in the middle of a reading: what was answered, and what was known before of the rest.

    Args:
        known: What was answered by now.
        names: The attributes of it that hold an answer.
        before: What was known before.
    """
    if before is None:
        return known
    answered = {name: getattr(known, name) for name in names}
    return replace(before, denied=known.denied, failures=known.failures, **answered)


def merged(known: Known, before: Known | None) -> Known:
    """Give what was read, with what was known before in place of what was not answered; details of identities stay.

    A question that is denied now leaves nothing of before: whoever may not ask shall not rely on old answers.
    """
    if before is None:
        return known
    words = {failure.partition(" ")[0] for failure in known.failures}
    names = [name for operation in words for name in _FIELDS.get(operation, ())]
    kept = replace(
        known, **{name: getattr(before, name) for name in names}, **{of: getattr(before, of) for of in _ASKED}
    )
    details = {identity.name: identity for identity in before.identities if identity.has_details}
    return replace(kept, identities=tuple(_with_details(identity, details) for identity in kept.identities))


def timeline(events: Iterable[MessageEvent]) -> tuple[MessageEvent, ...]:
    """Give events by time, those of one moment by recipient and kind, each once."""
    return tuple(sorted(dict.fromkeys(events), key=lambda event: (event.at, event.recipient, event.kind.value)))


def _with_details(identity: Identity, details: dict[str, Identity]) -> Identity:
    known = details.get(identity.name)
    if known is None or identity.has_details:
        return identity
    return replace(known, status=identity.status, sending_enabled=identity.sending_enabled, kind=identity.kind)


def _wire(address: str) -> str:
    return parse_mailbox(address).wire_addr_spec
