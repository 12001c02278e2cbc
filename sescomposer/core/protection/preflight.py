"""What is known beside a message of the protection it is to get, so that the checks can speak of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sescomposer.core.message import Method

if TYPE_CHECKING:
    from sescomposer.core.protection.certificates.suitability import CertificateFault


@dataclass(frozen=True, slots=True)
class ProtectionFacts:
    """What will be done to a message when it is sealed, and what stands against it; no key was opened for it.

    Attributes:
        signs: Whether it is to be signed, by whichever method.
        encrypts: Whether it is to be encrypted.
        faults: What is wrong with the certificate or key that was chosen.
        missing: Recipients, as addr-specs, for whom there is no certificate or key.
        set_signs: Whether the configuration set lets the service sign by itself.
        method: How it is protected; `Method.SES` signs on the side of the service.
        opaque: Whether what is signed goes inside the signature (S/MIME).
        tracks: Whether the configuration set tracks opens or clicks; None if nobody knows.
        dkim: The domain whose DKIM signature we add ourselves, "" for none.

    >>> ProtectionFacts(signs=True).is_detached, ProtectionFacts(signs=True, encrypts=True).is_detached
    (True, False)
    """

    signs: bool = False
    encrypts: bool = False
    faults: "tuple[CertificateFault, ...]" = ()
    missing: tuple[str, ...] = ()
    set_signs: bool = False
    method: Method = Method.SMIME
    opaque: bool = False
    tracks: bool | None = None
    dkim: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether we sign or encrypt, and not the service."""
        return (self.signs or self.encrypts) and self.method is not Method.SES

    @property
    def is_detached(self) -> bool:
        """Whether what we sign travels in the open, where whatever changes it breaks the signature."""
        is_opaque = self.opaque and self.method is Method.SMIME
        return self.is_ours and self.signs and not self.encrypts and not is_opaque


UNPROTECTED = ProtectionFacts()
"""Nothing is signed or encrypted."""
