"""A certificate authority of the tests' own: roots, intermediates, leaves, made when asked for and never committed.

`tests/conftest.py` gives one for the session as the fixture `authority`. Everything is cached by its arguments, since
RSA keys are slow to make; each address has a key of its own. CAs are RSA 2048, so that every other reader knows them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from sescomposer.core.protection.certificates.certificate import Certificate
from sescomposer.core.protection.certificates.key_pair import KeyPair

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

CURVES = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}
CA_FROM, CA_UNTIL = datetime(2016, 1, 1, tzinfo=UTC), datetime(2046, 1, 1, tzinfo=UTC)
LEAF_FROM, LEAF_UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
KEY_USAGES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


@cache
def private_key(kind: str, whose: str) -> PrivateKey:
    """Give the key of somebody: "rsa2048" (any size), "p256", "p384", "p521", "ed25519"."""
    del whose
    if kind.startswith("rsa"):
        return rsa.generate_private_key(public_exponent=65537, key_size=int(kind[3:]))
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(CURVES[kind])


def key_usage(names: Sequence[str]) -> x509.KeyUsage:
    """Give a key usage by the names that the library has for it."""
    assert set(names) <= set(KEY_USAGES), names
    return x509.KeyUsage(**{name: name in names for name in KEY_USAGES})


@dataclass(frozen=True)
class Issuer:
    """A CA: its name, its key, its certificate."""

    certificate: Certificate
    key: rsa.RSAPrivateKey


class Authority:
    """A test PKI: one root, intermediates below it, and leaves.

    Attributes:
        now: A moment at which everything that is not asked otherwise is valid.
        root: The root certificate.
        root_pem: The root as PEM, for `-CAfile`.
    """

    now = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def __init__(self, name: str = "Test Lab") -> None:
        self.name = name
        self._pairs: dict[object, KeyPair] = {}
        self._issuers = [self.issuer(f"{name} Root")]
        self.root = self._issuers[0].certificate
        self.root_pem = pem_of(self.root)

    def issuer(
        self, name: str, above: Issuer | None = None, *, extensions: Sequence[x509.ExtensionType] = ()
    ) -> Issuer:
        """Make a CA; without one above it, a root."""
        key = cast(rsa.RSAPrivateKey, private_key("rsa2048", f"{self.name}/{name}"))
        usage = key_usage(("key_cert_sign", "crl_sign"))
        made = certificate(
            dn(name),
            key.public_key(),
            dn(name) if above is None else above.certificate.x509.subject,
            key if above is None else above.key,
            (CA_FROM, CA_UNTIL),
            [(x509.BasicConstraints(ca=True, path_length=None), True), (usage, True), *((e, True) for e in extensions)],
        )
        return Issuer(made, key)

    def issuers(self, depth: int) -> tuple[Issuer, ...]:
        """Give the root and `depth` CAs below it, root first."""
        while len(self._issuers) <= depth:
            number = len(self._issuers)
            self._issuers.append(self.issuer(f"{self.name} CA {number}", self._issuers[-1]))
        return tuple(self._issuers[: depth + 1])

    def intermediates(self, depth: int) -> tuple[Certificate, ...]:
        """Give the CAs between the root and a leaf of that depth, nearest to the leaf first, as in `KeyPair.chain`."""
        return tuple(issuer.certificate for issuer in reversed(self.issuers(depth)[1:]))

    def leaf(
        self,
        address: str = "ann@example.org",
        *,
        kind: str = "rsa2048",
        depth: int = 1,
        addresses: tuple[str, ...] | None = None,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        eku: tuple[ObjectIdentifier, ...] | None = None,
        ku: tuple[str, ...] | None = None,
        cn: str = "Ann Example",
        digest: hashes.HashAlgorithm | None = None,
        above: Issuer | None = None,
        extensions: tuple[x509.ExtensionType, ...] = (),
    ) -> KeyPair:
        """Give a certificate with its key and chain; the same for the same arguments.

        Args:
            address: Names the key, and stands in the certificate.
            kind: Of the key; see `private_key`.
            depth: Number of CAs between root and leaf.
            addresses: What stands in it in place of `address`; () for none.
            not_before, not_after: Validity; 2026 to 2035.
            eku: Extended key usages; None for emailProtection, () for no such extension.
            ku: Key usages by name (`KEY_USAGES`); None for signing and encrypting, () for no such extension.
            cn: Common name.
            digest: Of the signature on it; None for SHA-256.
            above: An issuer of one's own in place of that of `depth`.
            extensions: Further ones, not critical.
        """
        asked = (address, kind, depth, addresses, not_before, not_after, eku, ku, cn, type(digest), above, extensions)
        if asked not in self._pairs:
            key = private_key(kind, f"{self.name}/{address}")
            agreed = "key_encipherment" if kind.startswith("rsa") else "key_agreement"
            usages = ("digital_signature", "content_commitment", agreed) if ku is None else ku
            names = (address,) if addresses is None else addresses
            purposes = (ExtendedKeyUsageOID.EMAIL_PROTECTION,) if eku is None else eku
            issuer = above or self.issuers(depth)[-1]
            made = certificate(
                dn(cn),
                key.public_key(),
                issuer.certificate.x509.subject,
                issuer.key,
                (not_before or LEAF_FROM, not_after or LEAF_UNTIL),
                [*_leaf_extensions(names, purposes, usages), *((extension, False) for extension in extensions)],
                digest or hashes.SHA256(),
            )
            chain = (above.certificate,) if above else self.intermediates(depth)
            self._pairs[asked] = KeyPair(made, key, chain)  # type: ignore[arg-type]  # Ed25519 is made to be refused
        return self._pairs[asked]

    def p12(self, pair: KeyPair, passphrase: bytes = b"secret", with_chain: bool = True) -> bytes:
        """Give a PKCS#12 as other programs write it: key, certificate and, with the chain, the root as well."""
        chain = [item.x509 for item in (self.root, *pair.chain)] if with_chain else None
        encryption = serialization.BestAvailableEncryption(passphrase)
        return pkcs12.serialize_key_and_certificates(b"test", pair.key, pair.certificate.x509, chain, encryption)

    def pem(self, pair: KeyPair) -> bytes:
        """Give the key (unencrypted PKCS#8), the certificate and its chain as PEM."""
        return key_pem(pair) + pem_of(pair.certificate, *pair.chain)


def dn(name: str) -> x509.Name:
    """Give a name of organisation and common name."""
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Lab"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )


def certificate(
    subject: x509.Name,
    public_key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey,
    issuer: x509.Name,
    issuer_key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    validity: tuple[datetime, datetime],
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
    digest: hashes.HashAlgorithm | None = None,
) -> Certificate:
    """Make any certificate; extensions come with whether they are critical, key identifiers are added."""
    builder = x509.CertificateBuilder(issuer, subject, public_key, x509.random_serial_number(), *validity)
    identified: list[tuple[x509.ExtensionType, bool]] = [
        (x509.SubjectKeyIdentifier.from_public_key(public_key), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False),
    ]
    for extension, is_critical in [*extensions, *identified]:
        builder = builder.add_extension(extension, is_critical)
    made = builder.sign(issuer_key, digest or hashes.SHA256())  # type: ignore[arg-type]
    return Certificate(made.public_bytes(serialization.Encoding.DER))


def pem_of(*certificates: Certificate) -> bytes:
    """Give certificates as PEM, one after the other."""
    return b"".join(item.x509.public_bytes(serialization.Encoding.PEM) for item in certificates)


def key_pem(pair: KeyPair, passphrase: bytes | None = None) -> bytes:
    """Give the private key as PKCS#8 in PEM, encrypted where there is a passphrase."""
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase is not None:
        encryption = serialization.BestAvailableEncryption(passphrase)
    return pair.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def _leaf_extensions(
    addresses: Sequence[str], purposes: Sequence[ObjectIdentifier], usages: Sequence[str]
) -> list[tuple[x509.ExtensionType, bool]]:
    found: list[tuple[x509.ExtensionType, bool]] = [(x509.BasicConstraints(ca=False, path_length=None), True)]
    if addresses:
        found.append((x509.SubjectAlternativeName([x509.RFC822Name(address) for address in addresses]), False))
    if purposes:
        found.append((x509.ExtendedKeyUsage(purposes), False))
    if usages:
        found.append((key_usage(usages), True))
    return found


def signed_with_sha1(made: Certificate, issuer: Issuer) -> Certificate:
    """Give the same certificate with a signature that uses SHA-1, which the library makes no more."""
    sha256_rsa, sha1_rsa = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    tbs = made.x509.tbs_certificate_bytes.replace(sha256_rsa, sha1_rsa, 1)
    signature = issuer.key.sign(tbs, padding.PKCS1v15(), hashes.SHA1())
    changed = made.der.replace(made.x509.tbs_certificate_bytes, tbs).replace(sha256_rsa, sha1_rsa)
    return Certificate(changed.replace(made.x509.signature, signature))
