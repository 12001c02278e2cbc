"""Keys, certificates and roots of one run, before those that are kept: whatever is added or changed is forgotten."""

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from sescomposer.services.protection.protection_ports import KeyEntry, KeyStore, PeopleStore, PersonKey, RootStore

if TYPE_CHECKING:
    from sescomposer.core.protection.certificates.certificate import Certificate


class KeysOfRun:
    """A `KeyStore` that never writes.

    Args:
        store: The keys that are kept.
    """

    def __init__(self, store: KeyStore) -> None:
        self._store = store
        self._added: dict[str, tuple[KeyEntry, bytes]] = {}

    def all(self) -> tuple[KeyEntry, ...]:
        """Give those that are kept, then those of the run, which stand for a kept one with the same id."""
        kept = tuple(entry for entry in self._store.all() if entry.id not in self._added)
        return (*kept, *(entry for entry, _ in self._added.values()))

    def add(self, entry: KeyEntry, octets: bytes = b"") -> None:
        """Use a key in this run."""
        self._added[entry.id] = (entry, octets)

    def octets(self, key: str) -> bytes:
        """See `KeyStore`."""
        return self._added[key][1] if key in self._added else self._store.octets(key)

    def remove(self, key: str) -> None:
        """Use a key of this run no longer; does nothing to one that is kept."""
        self._added.pop(key, None)

    def changing(self) -> AbstractContextManager[object]:
        """Hold off nobody: nobody else sees the keys of this run."""
        return nullcontext()


class PeopleOfRun:
    """A `PeopleStore` that never writes.

    Args:
        store: The keys of people that are kept.
    """

    def __init__(self, store: PeopleStore) -> None:
        self._store = store
        self._put: dict[tuple[str, str], PersonKey] = {}

    def all(self) -> tuple[PersonKey, ...]:
        """Give those of the run, which stand for kept ones of the same address and fingerprint, then the kept ones."""
        kept = (key for key in self._store.all() if (key.address, key.fingerprint) not in self._put)
        return (*self._put.values(), *kept)

    def put(self, key: PersonKey) -> None:
        """Use one in this run."""
        self._put[key.address, key.fingerprint] = key

    def remove(self, address: str, fingerprint: str) -> None:
        """Use one of this run no longer; does nothing to one that is kept."""
        self._put.pop((address, fingerprint), None)


class RootsOfRun:
    """A `RootStore` that never writes.

    Args:
        store: The roots that are trusted anyway.
    """

    def __init__(self, store: RootStore) -> None:
        self._store = store
        self._added: dict[str, Certificate] = {}

    def system(self) -> "tuple[Certificate, ...]":
        """See `RootStore`."""
        return self._store.system()

    def own(self) -> "tuple[Certificate, ...]":
        """Give those of the run and those the user added."""
        return (*self._added.values(), *self._store.own())

    def add(self, certificate: "Certificate") -> None:
        """Trust a root in this run."""
        self._added[certificate.fingerprint] = certificate

    def remove(self, fingerprint: str) -> None:
        """Trust a root of this run no longer; does nothing to others."""
        self._added.pop(fingerprint, None)
