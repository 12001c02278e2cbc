"""Smart cards and tokens by PKCS#11: what keys they hold, and opening one.

Loading a module and talking to a card take a while, and a module may hang with its reader: use a worker.
"""

from collections.abc import Sequence
from typing import Any

from sescomposer.core.errors import CertificateError, KeyGoneError, ProtectionError
from sescomposer.core.protection.certificates.certificate import Certificate
from sescomposer.core.protection.certificates.key_pair import KeyPair
from sescomposer.keys.card_access import CardAccess, tokens, told
from sescomposer.keys.pkcs11_modules import modules
from sescomposer.services.account import Secret
from sescomposer.services.protection.protection_ports import CardKey, KeyEntry


class Pkcs11Cards:
    """Cards and tokens; see `services.protection_ports.Cards`."""

    def modules(self) -> tuple[str, ...]:
        """Give the paths of the modules that the system names (p11-kit) or usual places hold."""
        return modules()

    def keys(self, module: str) -> tuple[CardKey, ...]:
        """Give the keys with certificates on all tokens of a module; nobody need type a PIN for that.

        Raises:
            KeyGoneError: There is no card.
            CertificateError: The cards hold no certificate of a person.
            ProtectionError: The module cannot be used.
        """
        found_tokens = tokens(module, anew=True)
        if not found_tokens:
            raise KeyGoneError(
                f"No card or token is there for {module!r}.", hint="Put the card in and try again.", value=module
            )
        found = tuple(key for token in found_tokens for key in _keys(module, token))
        if not found:
            raise CertificateError(
                "The card holds no certificate with a key.",
                hint="Put a certificate on it with the program that came with it.",
            )
        return found

    def open(self, entry: KeyEntry, pin: Secret) -> KeyPair:
        """Log in and give a key that signs on the card; the PIN stays in memory as long as the key does.

        Raises:
            PassphraseError: The PIN is wrong, or the card is locked; it is not tried again.
            KeyGoneError: The card is not there.
            ProtectionError: The module cannot be used.
        """
        own, *chain = (Certificate(der) for der in entry.certificates)
        access = CardAccess(
            module=entry.details.get("module", ""),
            token=entry.details.get("token", ""),
            object=entry.details.get("object", ""),
            certificate=own.der,
            pin=pin,
            label=entry.label,
        )
        access.use(lambda key, _: key.key_type)
        return KeyPair(own, _private(own, access), tuple(chain))


def _private(own: Certificate, access: CardAccess) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    from sescomposer.keys.card_keys import CardCurveKey, CardRsaKey

    match own.x509.public_key():
        case rsa.RSAPublicKey() as public:
            return CardRsaKey(public, access)
        case ec.EllipticCurvePublicKey() as curve:
            return CardCurveKey(curve, access)
        case _:
            raise ProtectionError(
                f"The key {access.label!r} is neither RSA nor of an elliptic curve that mail knows.",
                hint="Choose another key.",
            )


def _keys(module: str, token: Any) -> list[CardKey]:
    """Give the keys of one token: a key has the id that its certificate has."""
    from pkcs11 import Attribute, ObjectClass

    held: list[tuple[str, Certificate]] = []
    with told(token.label), token.open() as session:
        for each in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE}):
            certificate = _certificate(bytes(each[Attribute.VALUE]))
            if certificate is not None:
                held.append((bytes(each[Attribute.ID]).hex(), certificate))
    others = [certificate for _, certificate in held]
    return [
        CardKey(module, token.label, number, own.owner, _encoded(own, others))
        for number, own in held
        if number and not own.is_ca
    ]


def _certificate(der: bytes) -> Certificate | None:
    """Give a certificate, None for an object that is none we can read: a card may hold others beside."""
    try:
        return Certificate(der)
    except CertificateError:
        return None


def _encoded(own: Certificate, others: Sequence[Certificate]) -> tuple[bytes, ...]:
    from sescomposer.core.protection.certificates.key_files import chain_of

    chain = chain_of(own, [each for each in others if each != own])
    return tuple(certificate.der for certificate in (own, *chain))
