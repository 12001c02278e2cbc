"""With what is signed, chosen by the key so that mail programs can check it (RFC 5754, RFC 8551 section 2.2).

RSA with PKCS#1 v1.5 and SHA-256; on curves the hash that is as long as the curve. Ed25519 and DSA are read almost
nowhere, and RSA keys below 2048 bits are trusted nowhere: they are refused.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sescomposer.core.errors import ProtectionError
from sescomposer.core.protection import der

if TYPE_CHECKING:
    import hashlib

    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import AsymmetricPadding

    from sescomposer.core.protection.certificates.key_pair import PrivateKey

RSA_BITS = 2048

_RSA = "1.2.840.113549.1.1.1"
_RSA_PSS = "1.2.840.113549.1.1.10"
_MGF1 = "1.2.840.113549.1.1.8"
_DIGESTS = {
    "sha-256": "2.16.840.1.101.3.4.2.1",
    "sha-384": "2.16.840.1.101.3.4.2.2",
    "sha-512": "2.16.840.1.101.3.4.2.3",
}
_ECDSA = {"sha-256": "1.2.840.10045.4.3.2", "sha-384": "1.2.840.10045.4.3.3", "sha-512": "1.2.840.10045.4.3.4"}
_CURVE_DIGESTS = {"secp256r1": "sha-256", "secp384r1": "sha-384", "secp521r1": "sha-512"}


@dataclass(frozen=True, slots=True)
class SignatureAlgorithm:
    """A digest and a way to sign it.

    Attributes:
        digest: Name of the digest as `micalg` has it: "sha-256", "sha-384" or "sha-512".
        form: "rsa", "rsa-pss" (salt as long as the digest) or "ecdsa".
    """

    digest: str
    form: str

    @property
    def digest_identifier(self) -> bytes:
        """AlgorithmIdentifier of the digest in DER, without parameters (RFC 5754 section 2)."""
        return der.sequence(der.oid(_DIGESTS[self.digest]))

    @property
    def identifier(self) -> bytes:
        """AlgorithmIdentifier of the signature in DER."""
        match self.form:
            case "rsa":
                return der.sequence(der.oid(_RSA), der.null())
            case "rsa-pss":
                return der.sequence(der.oid(_RSA_PSS), self._pss_parameters)
            case _:
                return der.sequence(der.oid(_ECDSA[self.digest]))

    @property
    def _pss_parameters(self) -> bytes:
        digest = der.sequence(der.oid(_DIGESTS[self.digest]), der.null())
        mask = der.sequence(der.oid(_MGF1), digest)
        salt = der.integer(self.new_digest().digest_size)
        return der.sequence(der.context(0, digest), der.context(1, mask), der.context(2, salt))

    def new_digest(self) -> "hashlib._Hash":
        """Start a digest."""
        import hashlib  # here: its library is large

        return hashlib.new(self.digest.replace("-", ""))

    def sign(self, octets: bytes, key: "PrivateKey") -> bytes:
        """Sign octets; a key on a card is asked here, and raises what its adapter raises."""
        from cryptography.hazmat.primitives.asymmetric import ec, rsa

        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(octets, self._padding, self._hash)
        return key.sign(octets, ec.ECDSA(self._hash))

    @property
    def _padding(self) -> "AsymmetricPadding":
        from cryptography.hazmat.primitives.asymmetric import padding

        if self.form == "rsa-pss":
            return padding.PSS(padding.MGF1(self._hash), padding.PSS.DIGEST_LENGTH)
        return padding.PKCS1v15()

    @property
    def _hash(self) -> "hashes.HashAlgorithm":
        from cryptography.hazmat.primitives import hashes

        known = {"sha-256": hashes.SHA256(), "sha-384": hashes.SHA384(), "sha-512": hashes.SHA512()}
        return known[self.digest]


def algorithm_for(key: object) -> SignatureAlgorithm:
    """Choose the algorithm of a private key.

    Raises:
        ProtectionError: mail programs do not check signatures of such a key; "protect-weak" or "protect-algorithm" is
            the value.

    >>> from cryptography.hazmat.primitives.asymmetric import ec
    >>> algorithm_for(ec.generate_private_key(ec.SECP384R1()))
    SignatureAlgorithm(digest='sha-384', form='ecdsa')
    """
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if isinstance(key, rsa.RSAPrivateKey):
        if key.key_size < RSA_BITS:
            raise ProtectionError(
                f"The RSA key has {key.key_size} bits; signatures of fewer than {RSA_BITS} are not trusted.",
                hint="Ask for a certificate for an RSA key of 2048 bits or more, or for one on the curve P-256.",
                value="protect-weak",
            )
        return SignatureAlgorithm("sha-256", "rsa")
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVE_DIGESTS:
        return SignatureAlgorithm(_CURVE_DIGESTS[key.curve.name], "ecdsa")
    raise ProtectionError(
        f"Mail programs cannot check the signature of {_called(key)}.",
        hint="Use a certificate for an RSA key of 2048 bits or more, or for one on the curve P-256 or P-384.",
        value="protect-algorithm",
    )


def _called(key: object) -> str:
    from cryptography.hazmat.primitives.asymmetric import ec

    if isinstance(key, ec.EllipticCurvePrivateKey):
        return f"a key on the curve {key.curve.name}"
    kind = type(key).__name__.lower()
    known = {"ed25519": "an Ed25519 key", "ed448": "an Ed448 key", "dsa": "a DSA key"}
    return next((words for name, words in known.items() if name in kind), "a key of this kind")
