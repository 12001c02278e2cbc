"""What is known of signing by the service: asked where a message needs it, kept with what is known of the account."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sescomposer.services.account import Account
from sescomposer.services.account_ports import SigningReader
from sescomposer.services.knowing import STALE_AFTER, Knowing, can_be_asked
from sescomposer.services.knowledge import IdentityCertificates, Known, SetSigning
from sescomposer.services.ports import Clock
from sescomposer.services.protection.managed_signing import identity_names


class ManagedKnowing:
    """Asks what the service signs; all methods block, so call them on a worker.

    Args:
        knowing: Keeps it.
        reader: Gives what asks for an account.
        clock: Tells what is too old.
    """

    def __init__(self, knowing: Knowing, reader: Callable[[Account], SigningReader], clock: Clock) -> None:
        self._knowing = knowing
        self._reader = reader
        self._clock = clock

    def learn(self, account: Account, configuration_set: str, address: str) -> Known | None:
        """Ask whether the service would sign, where that was not asked within half an hour.

        Args:
            account: In the region that counts.
            configuration_set: Of the message, "" for the default of its identity.
            address: From, as addr-spec in wire form.

        Returns:
            What is known then; None where the account can ask nothing.

        Raises:
            DeniedError, ServiceCallError, AccountError, LoginNeededError: see `AccountReader`; what was known stays.
        """
        if not can_be_asked(account):
            return None
        names = self._identities(account, address)
        name = configuration_set or self._default_set(account, names)
        if name:
            self._learn_set(account, name)
        for identity in names:
            self._learn_certificates(account, identity)
        return self._knowing.cached(account)

    def _known(self, account: Account) -> Known:
        return self._knowing.cached(account) or Known(account.name, account.region, self._clock.now())

    def _identities(self, account: Account, address: str) -> tuple[str, ...]:
        """Give the names of the identities of an address: those that are known, else the two it may have."""
        names = identity_names(address)
        known = {identity.name.lower(): identity.name for identity in self._known(account).identities}
        return tuple(known[name.lower()] for name in names if name.lower() in known) if known else names[:2]

    def _default_set(self, account: Account, names: tuple[str, ...]) -> str:
        """Give the default configuration set of the nearest identity; its details are asked for where they are new."""
        for identity in self._known(account).identities:
            if identity.name in names[:1]:
                found = identity if identity.has_details else self._knowing.details(account, identity.name)
                return found.configuration_set
        return ""

    def _learn_set(self, account: Account, name: str) -> None:
        before = {of.configuration_set: of for of in self._known(account).set_signing}
        if name in before and not self._is_old(before[name].read_at):
            return
        found = SetSigning(name, self._reader(account).set_signs(name), self._clock.now())
        self._knowing.keep(replace(self._known(account), set_signing=tuple((before | {name: found}).values())))

    def _learn_certificates(self, account: Account, identity: str) -> None:
        before = {of.identity: of for of in self._known(account).identity_certificates}
        if identity in before and not self._is_old(before[identity].read_at):
            return
        found = IdentityCertificates(identity, self._clock.now(), self._reader(account).certificates(identity))
        kept = tuple((before | {identity: found}).values())
        self._knowing.keep(replace(self._known(account), identity_certificates=kept))

    def _is_old(self, read_at: datetime) -> bool:
        return not self._clock.now() - read_at < STALE_AFTER


__all__ = ["ManagedKnowing"]
