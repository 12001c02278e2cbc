"""A certificate with its private key and its chain, open and ready to sign."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sescomposer.core.protection.certificates.certificate import Certificate

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey


@dataclass(frozen=True, eq=False, repr=False)
class KeyPair:
    """A private key with what proves whose it is; `repr` names the owner alone.

    Attributes:
        certificate: That of the key.
        key: RSA or elliptic curve; one on a card is a subclass that asks the card.
        chain: The certificates between it and the root, nearest first, without the root.
    """

    certificate: Certificate
    key: "PrivateKey"
    chain: tuple[Certificate, ...] = ()

    def __repr__(self) -> str:
        return f"<KeyPair of {self.certificate.owner!r}>"
