"""Private keys on a card in the form the library has for its own: they sign and decrypt there, and never leave it.

What is signed is hashed here, so that a card needs no more than its plainest operation (PKCS#11 section 6.1).
"""

from typing import TYPE_CHECKING, Any, NoReturn, Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from sescomposer.core.errors import ProtectionError
from sescomposer.keys.card_access import CardAccess

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from pkcs11 import MGF, Mechanism

_DIGEST_INFO = {
    "sha1": "3021300906052b0e03021a05000414",
    "sha256": "3031300d060960864801650304020105000420",
    "sha384": "3041300d060960864801650304020205000430",
    "sha512": "3051300d060960864801650304020305000440",
}
"""What stands before the digest in what RSA signs (RFC 8017 section 9.2, note 1)."""


_UNDECRYPTABLE = (
    *("EncryptedDataInvalid", "EncryptedDataLenRange", "DataInvalid", "DataLenRange"),
    *("GeneralError", "FunctionFailed"),  # so some say it
)
_VERBS = {"sign": "sign", "decrypt": "decrypt", "derive_key": "decrypt"}


class _OnCard:
    """What every key on a card does alike: its private half never leaves, and a copy is the key itself."""

    _access: CardAccess

    @property
    def is_refused(self) -> bool:
        """Whether the card refused the PIN: it must be asked for anew."""
        return self._access.is_refused

    def private_numbers(self) -> NoReturn:
        """Refuse: it never leaves the card."""
        raise _kept()

    def private_bytes(self, encoding: Any, format: Any, encryption_algorithm: Any) -> NoReturn:  # noqa: A002
        """Refuse: it never leaves the card."""
        raise _kept()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[Any, Any]) -> Self:
        return self


class CardRsaKey(_OnCard, rsa.RSAPrivateKey):
    """An RSA key on a card.

    Args:
        public: Its public half, from the certificate.
        access: Where it lies.
    """

    def __init__(self, public: "RSAPublicKey", access: CardAccess) -> None:
        self._public = public
        self._access = access

    @property
    def key_size(self) -> int:
        """Bits of the modulus."""
        return self._public.key_size

    def public_key(self) -> "RSAPublicKey":
        """Give the public half."""
        return self._public

    def sign(self, data: bytes, padding: Any, algorithm: Any) -> bytes:
        """Sign octets, or a digest that is `Prehashed`; raises like `CardAccess.use`."""
        from pkcs11 import Mechanism

        digest, name = _digest(data, algorithm)
        if _is_pkcs1(padding):
            options: dict[str, Any] = {"mechanism": Mechanism.RSA_PKCS}
            digest = bytes.fromhex(_DIGEST_INFO[name]) + digest
        else:
            options = {"mechanism": Mechanism.RSA_PKCS_PSS, "mechanism_param": _pss(padding, name, len(digest))}
        return bytes(self._access.use(lambda key, pin: _able(key, "sign")(digest, **options, **pin)))

    def decrypt(self, ciphertext: bytes, padding: Any) -> bytes:
        """Decrypt a content key; raises `ValueError` where it does not decrypt, else like `CardAccess.use`."""
        from pkcs11 import Mechanism, PKCS11Error

        if _is_pkcs1(padding):
            options: dict[str, Any] = {"mechanism": Mechanism.RSA_PKCS}
        else:
            mask, digest = padding.mgf._algorithm.name, padding.algorithm.name
            parameters = (_mechanism(digest), _mgf(mask), None)
            options = {"mechanism": Mechanism.RSA_PKCS_OAEP, "mechanism_param": parameters}

        def decrypted(key: Any, pin: dict[str, Any]) -> bytes:
            try:
                return bytes(_able(key, "decrypt")(ciphertext, **options, **pin))
            except PKCS11Error as error:
                if type(error).__name__ in _UNDECRYPTABLE:
                    raise ValueError("the card could not decrypt it") from error
                raise

        return bytes(self._access.use(decrypted))


class CardCurveKey(_OnCard, ec.EllipticCurvePrivateKey):
    """A key of an elliptic curve on a card; see `CardRsaKey`."""

    def __init__(self, public: ec.EllipticCurvePublicKey, access: CardAccess) -> None:
        self._public = public
        self._access = access

    @property
    def curve(self) -> ec.EllipticCurve:
        """Which curve."""
        return self._public.curve

    @property
    def key_size(self) -> int:
        """Bits of a scalar."""
        return self._public.curve.key_size

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Give the public half."""
        return self._public

    def sign(self, data: Any, signature_algorithm: Any) -> bytes:
        """Sign octets, or a digest that is `Prehashed`; gives DER. Raises like `CardAccess.use`."""
        from pkcs11 import Mechanism

        digest, _ = _digest(bytes(data), signature_algorithm.algorithm)
        options: dict[str, Any] = {"mechanism": Mechanism.ECDSA}
        raw = bytes(self._access.use(lambda key, pin: _able(key, "sign")(digest, **options, **pin)))
        half = len(raw) // 2
        return utils.encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))

    def exchange(self, algorithm: Any, peer_public_key: ec.EllipticCurvePublicKey) -> bytes:
        """Agree on a secret by ECDH; raises like `CardAccess.use`."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
        from pkcs11 import KDF, Attribute, KeyType, Mechanism

        del algorithm
        point = peer_public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        length = (self.key_size + 7) // 8

        def agreed(key: Any, pin: dict[str, Any]) -> bytes:
            del pin  # agreeing has no beginning after which a card could ask
            secret = _able(key, "derive_key")(
                KeyType.GENERIC_SECRET,
                length * 8,
                mechanism=Mechanism.ECDH1_DERIVE,
                mechanism_param=(KDF.NULL, None, point),
                template={Attribute.SENSITIVE: False, Attribute.EXTRACTABLE: True},
            )
            return bytes(secret[Attribute.VALUE])

        return bytes(self._access.use(agreed))


def _able(key: Any, operation: str) -> Any:
    """Give an operation of a key object; it has only those that the card allows it."""
    found = getattr(key, operation, None)
    if found is None:
        raise ProtectionError(
            f"The card does not allow this key to {_VERBS[operation]}.", hint="Choose another key of the card."
        )
    return found


def _digest(data: bytes, algorithm: Any) -> tuple[bytes, str]:
    """Give the digest of octets and its name."""
    if isinstance(algorithm, utils.Prehashed):
        return data, str(algorithm._algorithm.name)
    hasher = hashes.Hash(algorithm)
    hasher.update(data)
    return hasher.finalize(), str(algorithm.name)


def _is_pkcs1(wanted: Any) -> bool:
    return isinstance(wanted, padding.PKCS1v15)


def _pss(wanted: Any, name: str, length: int) -> "tuple[Mechanism, MGF, int]":
    salt = wanted._salt_length
    return _mechanism(name), _mgf(wanted.mgf._algorithm.name), salt if isinstance(salt, int) else length


def _mechanism(name: str) -> "Mechanism":
    from pkcs11 import Mechanism

    return {
        "sha1": Mechanism.SHA_1,
        "sha256": Mechanism.SHA256,
        "sha384": Mechanism.SHA384,
        "sha512": Mechanism.SHA512,
    }[name]


def _mgf(name: str) -> "MGF":
    from pkcs11 import MGF

    return {"sha1": MGF.SHA1, "sha256": MGF.SHA256, "sha384": MGF.SHA384, "sha512": MGF.SHA512}[name]


def _kept() -> ProtectionError:
    return ProtectionError("This key lies on a card or token and never leaves it.")
