"""The part of the composition root that is about protection: own keys, other people's, whom we trust, policies."""

# Types of the ports stand in signatures alone: a start need not make a dozen classes for them.
from __future__ import annotations

from typing import TYPE_CHECKING

from sescomposer.bootstrap.once import once

if TYPE_CHECKING:
    from sescomposer.core.protection.trust import Trust
    from sescomposer.services.account_ports import SecretStore
    from sescomposer.services.keys import Keys
    from sescomposer.services.people import People
    from sescomposer.services.policies import Policies
    from sescomposer.services.ports import Clock
    from sescomposer.services.protection_ports import OpenPgp
    from sescomposer.services.roots import Roots
    from sescomposer.store.folders import Folders


class ProtectionServices:
    """What `Services` has for signing and encrypting."""

    folders: Folders
    clock: Clock
    secrets: SecretStore

    @once
    def keys(self) -> Keys:
        """Own keys; their passphrases lie in the keyring."""
        from sescomposer.keys.cards import Pkcs11Cards
        from sescomposer.keys.gnupg import GnupgKeyring
        from sescomposer.services.keys import Keys
        from sescomposer.store.keys import KeyFolder

        store = KeyFolder(self.folders.keys)
        return Keys(
            store,
            self.secrets,
            Pkcs11Cards(),
            self.openpgp,
            self.clock,
            gnupg=GnupgKeyring(),
            changing=store.changing,
        )

    @once
    def people(self) -> People:
        """Other people's certificates and OpenPGP keys."""
        from sescomposer.services.people import People
        from sescomposer.store.people import PeopleFile

        return People(PeopleFile(self.folders.people), self.roots, self.clock, self.openpgp)

    @once
    def policies(self) -> Policies:
        """What each From mailbox demands."""
        from sescomposer.services.policies import Policies
        from sescomposer.store.policies import PolicyFile

        return Policies(PolicyFile(self.folders.policies))

    @once
    def roots(self) -> Roots:
        """Whom we trust: the system's roots, and those the user added."""
        from sescomposer.keys.system_roots import system_roots
        from sescomposer.services.roots import Roots
        from sescomposer.store.roots import RootFiles

        return Roots(RootFiles(self.folders.roots, system_roots))

    @property
    def trust(self) -> Trust:
        """All roots as they are now; reads the disk. Raises `StoreError`."""
        return self.roots.trust

    @once
    def openpgp(self) -> OpenPgp:
        """OpenPGP by the library, and by the user's GnuPG for the keys that lie there."""
        from sescomposer.keys.pgp import CombinedOpenPgp

        return CombinedOpenPgp()
