"""The part of the composition root that is about accounts: secrets, what is known of them, and ways to send."""

# Types of the ports stand in signatures alone: a start need not make a dozen classes for them.
from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from threading import RLock
from typing import TYPE_CHECKING, Protocol

from sescomposer.bootstrap.once import once
from sescomposer.core.road import Road

if TYPE_CHECKING:
    from sescomposer.core.progress import Progress
    from sescomposer.services.account import Account
    from sescomposer.services.account_ports import KnowledgeStore, SecretStore
    from sescomposer.services.accounts import Accounts
    from sescomposer.services.call_pace import CallPace
    from sescomposer.services.knowing import Knowing
    from sescomposer.services.knowledge import Known
    from sescomposer.services.managed_knowing import ManagedKnowing
    from sescomposer.services.pace import Pace, Paces
    from sescomposer.services.ports import (
        Clock,
        Transport,
    )
    from sescomposer.services.sign_in import Profile, Prompts, SignInPrompt
    from sescomposer.ses.reader import SesReader
    from sescomposer.store.folders import Folders

    class KeptTransport(Transport, Protocol):
        """A transport with connections."""

        def close(self) -> None:
            """Close them; what is under way ends first."""


class AccountServices:
    """What `Services` has for accounts.

    Attributes:
        folders: Where the user's files lie.
        making: Held while an adapter is made.
        prompts: How a second factor is asked for; None where there is nobody to ask.
    """

    prompts: Prompts | None = None
    clock: Clock

    def __init__(self, folders: Folders) -> None:
        self.folders = folders
        self.making = RLock()
        self._transports: dict[Account, KeptTransport] = {}
        self._readers: dict[Account, SesReader] = {}
        self._paces: dict[tuple[str, ...], CallPace] = {}

    def local_transport(self, road: Road) -> Transport:
        """The local inbox as a way to send; see `Services`."""
        raise NotImplementedError

    @once
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

    @once
    def secrets(self) -> SecretStore:
        """The system's keyring, or memory where there is none; it is looked for when it is asked something."""
        from sescomposer.services.secrets import AskedSecrets
        from sescomposer.store.secrets import KeyringSecrets

        return AskedSecrets(KeyringSecrets())

    @once
    def accounts(self) -> Accounts:
        """The accounts with their secrets."""
        from sescomposer.services.accounts import Accounts
        from sescomposer.store.accounts import AccountsFile

        made = Accounts(AccountsFile(self.folders.accounts), self.secrets, self.knowledge)
        made.on_change(self._forget_transports)
        return made

    @once
    def knowledge(self) -> KnowledgeStore:
        """What was last read of each account and region."""
        from sescomposer.store.knowledge import KnowledgeFiles

        return KnowledgeFiles(self.folders.knowledge)

    @once
    def knowing(self) -> Knowing:
        """What is known of the accounts, and asking for it."""
        from sescomposer.services.knowing import Knowing

        made = Knowing(self.knowledge, self.reader)
        self.accounts.on_change(made.let_go)
        return made

    @once
    def managed_knowing(self) -> ManagedKnowing:
        """What is known of signing by the service, and asking for it."""
        from sescomposer.services.managed_knowing import ManagedKnowing

        return ManagedKnowing(self.knowing, self.reader, self.clock)

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

    def signs_smime(self) -> bool:
        """Whether the installed SDK knows of S/MIME signing by the service; slow the first time."""
        from sescomposer.ses.features import signs_smime

        return signs_smime()

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

    def _close_accounts(self) -> None:
        """Close all connections."""
        for account in (*self._transports, *self._readers):
            self._forget_transports(account.name)
