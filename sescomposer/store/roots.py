"""The roots that the user added: one certificate in DER a file, named by its fingerprint."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sescomposer.core.errors import CertificateError, SettingsError
from sescomposer.store.atomic import make_folder, replace_file, translated

if TYPE_CHECKING:
    from sescomposer.core.protection.certificates.certificate import Certificate


class RootFiles:
    """Roots to trust; see `services.protection_ports.RootStore`.

    Args:
        folder: Of the user's own; made when one is added.
        system: Gives the roots of the operating system.
    """

    def __init__(self, folder: Path, system: "Callable[[], tuple[Certificate, ...]]") -> None:
        self._folder = folder
        self._system = system

    def system(self) -> "tuple[Certificate, ...]":
        """Give the roots of the operating system; empty where it has none that can be read."""
        return self._system()

    def own(self) -> "tuple[Certificate, ...]":
        """Give the roots the user added, by fingerprint.

        Raises:
            SettingsError: a file is damaged; it is left as it is.
            StoreError: one cannot be read.
        """
        if not self._folder.is_dir():
            return ()
        with translated("read the roots", self._folder):
            found = [_read(path) for path in sorted(self._folder.glob("*.der"))]
        return tuple(root for root in found if root is not None)

    def add(self, certificate: "Certificate") -> None:
        """Add a root; raises `StoreError`."""
        make_folder(self._folder)
        replace_file(self._path(certificate.fingerprint), (certificate.der,), "keep the root")

    def remove(self, fingerprint: str) -> None:
        """Remove a root the user added; does nothing if there is none. Raises `StoreError`."""
        if not fingerprint.isalnum():
            return
        path = self._path(fingerprint.lower())
        with translated("remove the root", path):
            path.unlink(missing_ok=True)

    def _path(self, fingerprint: str) -> Path:
        return self._folder / f"{fingerprint}.der"


def _read(path: Path) -> "Certificate | None":
    """Read one; None where another process removed it meanwhile."""
    from sescomposer.core.protection.certificates.certificate import Certificate

    try:
        octets = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        root = Certificate(octets)
        if root.fingerprint == path.stem:
            return root
        raise CertificateError("Its name is that of another certificate.")
    except CertificateError as error:
        raise SettingsError(
            f"The root {str(path)!r} is damaged.",
            hint="Move the file away and add the root again; it is left as it is.",
            value=str(path),
        ) from error
