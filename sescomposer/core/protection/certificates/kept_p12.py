"""PKCS#12 files of the form in which own keys are kept, opened so that other threads go on meanwhile (RFC 7292).

The library holds up every thread while it derives keys from a passphrase and while it checks the numbers of an RSA key.
Here keys are derived by what lets others go on, and numbers are not checked: the integrity check of the whole says
that they are those that were kept, and they were checked when the key was imported.
"""

from collections.abc import Iterator
from typing import Any

from sescomposer.core.errors import PassphraseError, ProtectionError
from sescomposer.core.protection.certificates.key_files import refuse_other_than_utf8, wrong_passphrase
from sescomposer.core.protection.certificates.pair_octets import PairOctets
from sescomposer.core.protection.certificates.pkcs7_certificates import STRANGE
from sescomposer.core.protection.certificates.pkcs12_rounds import MOST_ROUNDS

_MOST_MAC_ROUNDS = 20_000
"""These are counted one by one; ours are 2,048."""

_MAC_KEY = b"\x03"
_BLOCK = 16
_AES_256_OCTETS = 32


class _OtherFormError(Exception):
    """The file is not of this form, or damaged."""


def read_kept(octets: bytes, passphrase: bytes) -> PairOctets | None:
    """Open a PKCS#12 with PBES2 (AES-256-CBC, PBKDF2 with HMAC-SHA256) and a check with HMAC-SHA256.

    Args:
        octets: The whole file.
        passphrase: UTF-8.

    Returns:
        The key and its certificates; None for a file of another form and for a damaged one, which `read_p12` reads, or
        says what is wrong with it.

    Raises:
        PassphraseError: It does not open it; so says a file too that was changed.

    >>> read_kept(b"text", b"secret")
    """
    refuse_other_than_utf8(passphrase)
    try:
        safe = _checked(octets, passphrase)
        bags = [bag for content in _contents(safe) for bag in _bags(content, passphrase)]
        return _pair(bags, passphrase)
    except PassphraseError:
        raise
    except (_OtherFormError, ProtectionError, *STRANGE):
        return None


def _checked(octets: bytes, passphrase: bytes) -> bytes:
    """Give the contents once their check holds."""
    import hmac

    from asn1crypto import pkcs12  # here: a start need not wait for it

    file: Any = pkcs12.Pfx.load(octets, strict=True)
    check = file["mac_data"]
    _need(check.native is not None and file["auth_safe"]["content_type"].native == "data")
    _need(check["mac"]["digest_algorithm"]["algorithm"].native == "sha256")
    rounds = check["iterations"].native
    _need(0 < rounds <= _MOST_MAC_ROUNDS)
    safe: bytes = file["auth_safe"]["content"].native
    made = hmac.digest(_mac_key(passphrase, check["mac_salt"].native, rounds), safe, "sha256")
    if not hmac.compare_digest(made, check["mac"]["digest"].native):
        raise wrong_passphrase(passphrase)
    return safe


def _mac_key(passphrase: bytes, salt: bytes, rounds: int) -> bytes:
    """Derive a key as RFC 7292 appendix B.2 has it, of as many octets as SHA-256 gives."""
    from hashlib import sha256

    size = sha256().block_size
    made = _MAC_KEY * size + _filled(salt, size)
    made += _filled(passphrase.decode().encode("utf-16-be") + b"\0\0", size)
    for _ in range(rounds):
        made = sha256(made).digest()
    return made


def _filled(octets: bytes, size: int) -> bytes:
    """Repeat octets until they fill whole blocks."""
    wanted = -(-len(octets) // size) * size
    return (octets * (wanted // max(len(octets), 1) + 1))[:wanted]


def _contents(safe: bytes) -> Iterator[Any]:
    from asn1crypto import pkcs12

    yield from pkcs12.AuthenticatedSafe.load(safe, strict=True)


def _bags(content: Any, passphrase: bytes) -> Iterator[Any]:
    from asn1crypto import pkcs12

    kind = content["content_type"].native
    _need(kind in ("data", "encrypted_data"))
    octets = content["content"].native
    if kind == "encrypted_data":
        info = content["content"]["encrypted_content_info"]
        octets = _decrypted(info["content_encryption_algorithm"], info["encrypted_content"].native, passphrase)
    yield from pkcs12.SafeContents.load(octets, strict=True)


def _pair(bags: list[Any], passphrase: bytes) -> PairOctets:
    keys = [bag["bag_value"] for bag in bags if bag["bag_id"].native == "pkcs8_shrouded_key_bag"]
    certificates = [bag["bag_value"] for bag in bags if bag["bag_id"].native == "cert_bag"]
    _need(len(keys) == 1 and len(keys) + len(certificates) == len(bags))
    _need(all(each["cert_id"].native == "x509" for each in certificates))
    key = _decrypted(keys[0]["encryption_algorithm"], keys[0]["encrypted_data"].native, passphrase)
    return PairOctets(key, tuple(each["cert_value"].parsed.dump() for each in certificates))


def _decrypted(algorithm: Any, text: bytes, passphrase: bytes) -> bytes:
    """Decrypt with AES-256-CBC under a key that is derived with PBKDF2 (RFC 8018)."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.padding import PKCS7

    _need(algorithm["algorithm"].native == "pbes2")
    scheme = algorithm["parameters"]["encryption_scheme"]
    _need(scheme["algorithm"].native == "aes256_cbc")
    key = _derived(algorithm["parameters"]["key_derivation_func"], passphrase)
    decryptor = Cipher(algorithms.AES(key), modes.CBC(scheme["parameters"].native)).decryptor()
    unpadder = PKCS7(_BLOCK * 8).unpadder()
    return unpadder.update(decryptor.update(text) + decryptor.finalize()) + unpadder.finalize()


def _derived(derivation: Any, passphrase: bytes) -> bytes:
    from hashlib import pbkdf2_hmac

    _need(derivation["algorithm"].native == "pbkdf2")
    facts = derivation["parameters"]
    rounds, size = facts["iteration_count"].native, facts["key_length"].native
    _need(facts["prf"]["algorithm"].native == "sha256" and facts["salt"].name == "specified")
    _need(0 < rounds <= MOST_ROUNDS and size in (None, _AES_256_OCTETS))
    return pbkdf2_hmac("sha256", passphrase, facts["salt"].native, rounds, _AES_256_OCTETS)


def _need(is_so: bool) -> None:
    if not is_so:
        raise _OtherFormError
