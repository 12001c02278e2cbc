"""Whom we trust: the roots of the system and those the user added, as one value for checking chains."""

from threading import Lock
from typing import TYPE_CHECKING

from sescomposer.core.errors import CertificateError

if TYPE_CHECKING:
    from sescomposer.core.protection.certificates.certificate import Certificate
    from sescomposer.core.protection.certificates.trust import Trust
    from sescomposer.services.protection.protection_ports import RootStore


class Roots:
    """Roots to trust; itself a `RootStore`. Reading the system's the first time takes a moment: use a worker.

    Args:
        store: Where they lie.
    """

    def __init__(self, store: "RootStore") -> None:
        self._store = store
        self._lock = Lock()
        self._trust: Trust | None = None

    @property
    def trust(self) -> "Trust":
        """All of them; the same object until the user adds or removes one. Raises `StoreError`."""
        from sescomposer.core.protection.certificates.trust import Trust

        roots = tuple(dict.fromkeys((*self._store.own(), *self._store.system())))
        with self._lock:
            if self._trust is None or self._trust.roots != roots:
                self._trust = Trust(roots)
            return self._trust

    def system(self) -> "tuple[Certificate, ...]":
        """Give the roots of the operating system."""
        return self._store.system()

    def own(self) -> "tuple[Certificate, ...]":
        """Give the roots the user added; raises `StoreError`."""
        return self._store.own()

    def add(self, certificate: "Certificate") -> None:
        """Add a root; raises `StoreError`."""
        self._store.add(certificate)

    def remove(self, fingerprint: str) -> None:
        """Remove a root the user added; does nothing if there is none."""
        self._store.remove(fingerprint)

    def import_file(self, octets: bytes) -> "tuple[Certificate, ...]":
        """Add the certificate authorities of a file (PEM, DER, p7b), and give them.

        Raises:
            CertificateError: It holds none.
            StoreError: They cannot be kept.
        """
        from sescomposer.core.protection.certificates.certificate_files import read_certificates

        found = tuple(each for each in read_certificates(octets) if each.is_ca or each.is_self_issued)
        if not found:
            raise CertificateError(
                "This file holds no certificate of an authority.",
                hint="Import the certificate of a person among the people, and accept it there.",
            )
        for certificate in found:
            self._store.add(certificate)
        return found
