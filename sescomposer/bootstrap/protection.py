"""The part of the composition root that is about protection: own keys, other people's, whom we trust, policies."""

# Types of the ports stand in signatures alone: a start need not make a dozen classes for them.
from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sescomposer.bootstrap.once import once

if TYPE_CHECKING:
    from sescomposer.core.protection.certificates.trust import Trust
    from sescomposer.keys.aside import ChildProcesses
    from sescomposer.keys.pgp import CombinedOpenPgp
    from sescomposer.services.account_ports import SecretStore
    from sescomposer.services.accounts import Accounts
    from sescomposer.services.aside import Aside
    from sescomposer.services.knowing import Knowing
    from sescomposer.services.knowledge import Known
    from sescomposer.services.managed_knowing import ManagedKnowing
    from sescomposer.services.ports import Clock
    from sescomposer.services.protection.given_keys import KeysOfRun
    from sescomposer.services.protection.keys import Keys
    from sescomposer.services.protection.people import People
    from sescomposer.services.protection.policies import Policies
    from sescomposer.services.protection.protecting import Protecting
    from sescomposer.services.protection.protection_ports import PeopleStore, RootStore
    from sescomposer.services.protection.roots import Roots
    from sescomposer.store.folders import Folders
    from sescomposer.store.keys import KeyFolder


class ProtectionServices:
    """What `Services` has for signing and encrypting."""

    has_window = False
    """Whether a window is to go on while keys are worked on; to be set before any is."""

    folders: Folders
    clock: Clock
    secrets: SecretStore
    accounts: Accounts
    knowing: Knowing
    managed_knowing: ManagedKnowing

    @once
    def aside(self) -> Aside:
        """Where libraries for keys work that hold up every thread; a command, which nobody looks at, calls them here.

        For a window they work in processes of their own.
        """
        if self.has_window:
            return self.child_processes
        from sescomposer.services.aside import in_place

        return in_place

    @once
    def child_processes(self) -> ChildProcesses:
        """What starts those processes."""
        from sescomposer.keys.aside import ChildProcesses

        return ChildProcesses()

    def stop_aside(self) -> None:
        """End these processes; what waits for one is cancelled, and none is started any more."""
        if "child_processes" in self.__dict__:
            self.child_processes.close()

    @once
    def key_store(self) -> KeyFolder | KeysOfRun:
        """Where own keys lie."""
        from sescomposer.store.keys import KeyFolder

        return KeyFolder(self.folders.keys)

    @once
    def people_store(self) -> PeopleStore:
        """Where the certificates and keys of other people lie."""
        from sescomposer.store.people import PeopleFile

        return PeopleFile(self.folders.people)

    @once
    def root_store(self) -> RootStore:
        """Where the user's own roots lie, with those of the system."""
        from sescomposer.keys.system_roots import system_roots
        from sescomposer.store.roots import RootFiles

        return RootFiles(self.folders.roots, system_roots)

    def use_for_this_run(self) -> None:
        """Let keys, people and roots that come from now on be forgotten at the end; call it before any is used."""
        from sescomposer.services.protection.given_keys import KeysOfRun, PeopleOfRun, RootsOfRun

        self.key_store = KeysOfRun(self.key_store)
        self.people_store = PeopleOfRun(self.people_store)
        self.root_store = RootsOfRun(self.root_store)

    @once
    def keys(self) -> Keys:
        """Own keys; their passphrases lie in the keyring."""
        from sescomposer.keys.cards import Pkcs11Cards
        from sescomposer.services.protection.keys import Keys

        store = self.key_store
        return Keys(
            store,
            self.secrets,
            Pkcs11Cards(),
            self.openpgp,
            self.clock,
            gnupg=self.openpgp.gnupg,
            changing=store.changing,
            aside=self.aside,
        )

    @once
    def people(self) -> People:
        """Other people's certificates and OpenPGP keys."""
        from sescomposer.services.protection.people import People

        return People(self.people_store, self.roots, self.clock, self.openpgp)

    @once
    def policies(self) -> Policies:
        """What each From mailbox demands."""
        from sescomposer.services.protection.policies import Policies
        from sescomposer.store.policies import PolicyFile

        return Policies(PolicyFile(self.folders.policies))

    @property
    def has_policies(self) -> bool:
        """Whether any policy was ever set; to ask costs a look at the disk and no import."""
        return self.folders.policies.exists()

    @once
    def roots(self) -> Roots:
        """Whom we trust: the system's roots, and those the user added."""
        from sescomposer.services.protection.roots import Roots

        return Roots(self.root_store)

    @property
    def trust(self) -> Trust:
        """All roots as they are now; reads the disk. Raises `StoreError`."""
        return self.roots.trust

    @once
    def openpgp(self) -> CombinedOpenPgp:
        """OpenPGP by the library, and by the user's GnuPG for the keys that lie there."""
        from sescomposer.keys.openpgp import SequoiaOpenPgp
        from sescomposer.keys.pgp import CombinedOpenPgp

        return CombinedOpenPgp(SequoiaOpenPgp(self.clock, aside=self.aside))

    @once
    def protecting(self) -> Protecting:
        """Planning, signing, encrypting, and proof of it."""
        import os

        from sescomposer.services.protection.protecting import Protecting
        from sescomposer.store.scratch import ScratchBuffer

        def known(account: str, region: str) -> Known | None:
            found = (known for known in self.knowing.all() if (known.account, known.region) == (account, region))
            return next(found, None)

        def ask_service(account: str, region: str, configuration_set: str, address: str) -> None:
            of = self.accounts.get(account)
            self.managed_knowing.learn(replace(of, region=region or of.region), configuration_set, address)

        return Protecting(
            keys=self.keys,
            people=self.people,
            policies=self.policies,
            trust=lambda: self.trust,
            openpgp=self.openpgp,
            clock=self.clock,
            random_bytes=os.urandom,
            new=lambda: ScratchBuffer(self.folders.scratch),
            known=known,
            ask_service=ask_service,
        )
