"""Decrypting: EnvelopedData and AuthEnvelopedData of any writer (RFC 5652, RFC 5083, RFC 5084), as a stream.

AES-CBC, Triple DES as older programs write it, and AES-GCM, whose content is only given once its code is right.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sescomposer.core.errors import KeyGoneError
from sescomposer.core.octets import Octets
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.protection import ber
from sescomposer.core.protection.certificates.certificate import Certificate
from sescomposer.core.protection.certificates.key_pair import KeyPair
from sescomposer.core.protection.content_key import content_key, undecryptable, unsupported
from sescomposer.core.protection.envelope_reading import Algorithm, Enveloped, RecipientInfo, read_enveloped
from sescomposer.core.protection.hashed_buffer import HashedBuffer
from sescomposer.core.protection.protector import Buffer

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import AEADDecryptionContext, CipherContext

_CHUNK_OCTETS = 262144


@dataclass(frozen=True, slots=True)
class _Suite:
    """A content encryption: its name, octets of its key, octets of a block (0: a stream with a code)."""

    name: str
    key: int
    block: int


_SUITES = {
    "2.16.840.1.101.3.4.1.2": _Suite("AES-128-CBC", 16, 16),
    "2.16.840.1.101.3.4.1.22": _Suite("AES-192-CBC", 24, 16),
    "2.16.840.1.101.3.4.1.42": _Suite("AES-256-CBC", 32, 16),
    "1.2.840.113549.3.7": _Suite("Triple DES", 24, 8),
    "2.16.840.1.101.3.4.1.6": _Suite("AES-128-GCM", 16, 0),
    "2.16.840.1.101.3.4.1.26": _Suite("AES-192-GCM", 24, 0),
    "2.16.840.1.101.3.4.1.46": _Suite("AES-256-GCM", 32, 0),
}
_SERIAL_DIGITS = 42
_CODE_OCTETS = range(12, 17)


@dataclass(frozen=True, slots=True)
class EncryptionFacts:
    """What encrypted content tells everybody.

    Attributes:
        recipients: For whom, in words: whose certificates are not known here, so issuer and serial number, or key id.
        algorithm: Of the content, such as "AES-256-CBC"; dotted numbers where it has no name here.
    """

    recipients: tuple[str, ...]
    algorithm: str


def encryption_facts(cms: Octets) -> EncryptionFacts:
    """Tell what encrypted content tells without a key; raises `ProtectionError` where it is damaged."""
    enveloped = read_enveloped(cms)
    suite = _SUITES.get(enveloped.algorithm.oid)
    words = tuple(_words(info) for info in enveloped.recipients)
    return EncryptionFacts(words, suite.name if suite else enveloped.algorithm.oid)


def addressed(cms: Octets, certificates: Sequence[Certificate]) -> tuple[Certificate, ...]:
    """Give those of one's certificates whose keys open the content, best first; raises `ProtectionError`."""
    enveloped = read_enveloped(cms)
    found = [certificate for _, certificate in _matches(enveloped.recipients, certificates)]
    return tuple(dict.fromkeys(found))


def decrypt(
    cms: Octets, pairs: Sequence[KeyPair], into: Callable[[], Buffer], progress: Progress = NO_PROGRESS
) -> Octets:
    """Decrypt content with the first key that it names.

    Args:
        cms: The ContentInfo in BER or DER.
        pairs: Own keys, open.
        into: Makes the buffer for what was decrypted.
        progress: Told of the octets decrypted; may cancel.

    Raises:
        KeyGoneError: it is for none of these keys.
        ProtectionError: it is damaged or of a kind that is not known here.
        OperationCancelledError: cancelled; no buffer remains.
    """
    enveloped = read_enveloped(cms)
    suite = _SUITES.get(enveloped.algorithm.oid)
    if suite is None:
        raise unsupported("the content", enveloped.algorithm.oid)
    if (suite.block == 0) != (enveloped.code is not None):
        raise unsupported("the content", enveloped.algorithm.oid)
    by_certificate = {pair.certificate: pair for pair in pairs}
    matches = _matches(enveloped.recipients, tuple(by_certificate))
    if not matches:
        count = len(enveloped.recipients)
        raise KeyGoneError(
            f"The message is encrypted for {count} {'key' if count == 1 else 'keys'}, and yours is not among them.",
            hint="Import the key it was encrypted to, or ask the sender to encrypt it to you.",
        )
    info, certificate = matches[0]
    key = content_key(info, by_certificate[certificate], suite.key)
    if len(key) != suite.key:
        raise undecryptable()
    return _decrypted(enveloped, suite, key, into, progress)


def _matches(
    infos: Sequence[RecipientInfo], certificates: Sequence[Certificate]
) -> tuple[tuple[RecipientInfo, Certificate], ...]:
    """Pair what names a recipient with the certificates it names; those that agree in all first."""
    names = [(certificate, _issuer(certificate), _key_ids(certificate)) for certificate in certificates]
    exact: list[tuple[RecipientInfo, Certificate]] = []
    close: list[tuple[RecipientInfo, Certificate]] = []
    for info in infos:
        for certificate, issuer, key_ids in names:
            if (info.key_id and info.key_id in key_ids) or (
                info.issuer == issuer and info.serial == certificate.serial
            ):
                exact.append((info, certificate))
            elif not info.key_id and info.serial == certificate.serial:
                # Some programs write the name of the issuer with other string types than the certificate has.
                close.append((info, certificate))
    return tuple(exact + close)


def _issuer(certificate: Certificate) -> bytes:
    values = ber.read(Octets.of(certificate.x509.tbs_certificate_bytes)).children()
    return values[3 if values[0].tag == ber.CONTEXT else 2].raw


def _key_ids(certificate: Certificate) -> tuple[bytes, ...]:
    """Give the identifiers that a certificate's key may go by: the one it names, and the usual digest of the key."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    found = []
    # One that names none that can be read goes by the digest alone, and a key of an unknown kind opens nothing here.
    with suppress(x509.ExtensionNotFound, ValueError):
        found.append(certificate.x509.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest)
    with suppress(ValueError, UnsupportedAlgorithm):
        found.append(x509.SubjectKeyIdentifier.from_public_key(certificate.x509.public_key()).digest)
    return tuple(found)


def _words(info: RecipientInfo) -> str:
    if info.key_id:
        return f"key {info.key_id[:20].hex()}"
    serial = f"{info.serial:x}"
    serial = serial if len(serial) <= _SERIAL_DIGITS else f"{serial[:_SERIAL_DIGITS]}..."
    return f"serial number {serial} of {_name_words(info.issuer)}"


def _name_words(name: bytes) -> str:
    """Give the common name or organisation in a Name, as far as it can be read."""
    found: dict[str, str] = {}
    for part in ber.read(Octets.of(name)).children():
        for attribute in part.children():
            values = attribute.children()
            if len(values) == 2:
                found[values[0].oid()] = values[1].small()[:200].decode("utf-8", "replace")
    return found.get("2.5.4.3") or found.get("2.5.4.10") or next(iter(found.values()), "an unnamed issuer")


def _decrypted(
    enveloped: Enveloped, suite: _Suite, key: bytes, into: Callable[[], Buffer], progress: Progress
) -> Octets:
    if suite.block:
        return _from_blocks(enveloped, suite, key, into, progress)
    return _from_stream(enveloped, key, into, progress)


def _from_blocks(
    enveloped: Enveloped, suite: _Suite, key: bytes, into: Callable[[], Buffer], progress: Progress
) -> Octets:
    from cryptography.hazmat.primitives.padding import PKCS7

    decryptor = _block_decryptor(enveloped.algorithm, suite, key)
    if not len(enveloped.content) or len(enveloped.content) % suite.block:
        raise undecryptable()
    unpadder = PKCS7(suite.block * 8).unpadder()
    with HashedBuffer(into) as buffer:
        for chunk in enveloped.content.chunks(_CHUNK_OCTETS):
            buffer.write(unpadder.update(decryptor.update(chunk)))
            progress.step(buffer.length, len(enveloped.content))
        try:
            buffer.write(unpadder.update(decryptor.finalize()) + unpadder.finalize())
        except ValueError as error:
            raise undecryptable() from error
        return buffer.finish()


def _block_decryptor(algorithm: Algorithm, suite: _Suite, key: bytes) -> "CipherContext":
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    vector = algorithm.parameters.expect(ber.OCTET_STRING).small() if algorithm.parameters else b""
    if len(vector) != suite.block:
        raise undecryptable()
    return Cipher(algorithms.AES(key) if suite.block == 16 else TripleDES(key), modes.CBC(vector)).decryptor()


def _from_stream(enveloped: Enveloped, key: bytes, into: Callable[[], Buffer], progress: Progress) -> Octets:
    from cryptography.exceptions import InvalidTag

    decryptor = _stream_decryptor(enveloped, key)
    with HashedBuffer(into) as buffer:
        for chunk in enveloped.content.chunks(_CHUNK_OCTETS):
            buffer.write(decryptor.update(chunk))
            progress.step(buffer.length, len(enveloped.content))
        try:
            buffer.write(decryptor.finalize())
        except InvalidTag as error:
            raise undecryptable() from error
        return buffer.finish()


def _stream_decryptor(enveloped: Enveloped, key: bytes) -> "AEADDecryptionContext":
    """Start with nonce and code (RFC 5084 section 3.2)."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    code, parameters = enveloped.code or b"", enveloped.algorithm.parameters
    values = parameters.expect(ber.SEQUENCE).children() if parameters else ()
    if not values or len(code) not in _CODE_OCTETS:
        raise undecryptable()
    nonce = values[0].expect(ber.OCTET_STRING).small()
    if not 8 <= len(nonce) <= 128 or (values[1].integer() if len(values) > 1 else 12) != len(code):
        raise undecryptable()
    decryptor = Cipher(algorithms.AES(key), modes.GCM(nonce, code, min_tag_length=len(code))).decryptor()
    decryptor.authenticate_additional_data(enveloped.authenticated)
    return decryptor


__all__ = ["EncryptionFacts", "addressed", "decrypt", "encryption_facts"]
