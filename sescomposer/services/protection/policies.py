"""What the identity of each From mailbox demands of signing and encrypting."""

from typing import TYPE_CHECKING

from sescomposer.services.protection.protection_ports import IdentityPolicy

if TYPE_CHECKING:
    from sescomposer.services.protection.protection_ports import PolicyStore


class Policies:
    """Policies by From mailbox.

    Args:
        store: Their file.
    """

    def __init__(self, store: "PolicyStore") -> None:
        self._store = store

    def of(self, address: str) -> IdentityPolicy:
        """Give the policy of an addr-spec, in any case; the default where none was set. Raises `SettingsError`."""
        from sescomposer.core.protection.certificates.certificate import comparable

        wanted = comparable(address)
        found = (policy for policy in self._store.all() if comparable(policy.address) == wanted)
        return next(found, IdentityPolicy(address.lower()))

    def all(self) -> tuple[IdentityPolicy, ...]:
        """Give those that differ from the default, by address; raises `SettingsError`."""
        return tuple(sorted(self._store.all(), key=lambda policy: policy.address))

    def put(self, policy: IdentityPolicy) -> None:
        """Keep a policy in place of that of the same address, however its domain is spelt; raises `StoreError`."""
        known = self.of(policy.address)
        if known.address != policy.address.lower():
            self._store.put(IdentityPolicy(known.address))
        self._store.put(policy)
