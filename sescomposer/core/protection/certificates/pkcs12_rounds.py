"""How much work a file of a key wants to be opened with; one that wants hours is refused before any of it is done."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from sescomposer.core.errors import CertificateError, ProtectionError
from sescomposer.core.octets import Octets
from sescomposer.core.protection import ber
from sescomposer.core.protection.certificates.pkcs7_certificates import STRANGE

MOST_ROUNDS = 5_000_000
"""Seconds of work; programs write 2,048 to 600,000."""

_PBMAC1, _SCRYPT = "1.2.840.113549.1.5.14", "1.3.6.1.4.1.11591.4.11"
_DEEPEST = 8
_UNTOLD = 10**12
_STRANGE = (*STRANGE, ProtectionError)


def refuse_slow(octets: bytes) -> None:
    """Raise `CertificateError` for PKCS#12 or encrypted PKCS#8 with more than `MOST_ROUNDS`; other octets pass.

    Args:
        octets: The structure itself, DER or BER.

    >>> refuse_slow(b"what opens it says what is wrong with it")
    """
    wanted = 0
    with suppress(*_STRANGE):
        for rounds in _rounds(octets):
            wanted += min(max(rounds, 0), _UNTOLD)
    if wanted > MOST_ROUNDS:
        raise CertificateError(
            f"This file wants {wanted:,} rounds of work to be opened; at most {MOST_ROUNDS:,} are done.",
            hint="Export the key again with fewer iterations.",
            value=wanted,
        )


def _rounds(octets: bytes) -> Iterator[int]:
    from asn1crypto import keys, pkcs12  # here: a start need not wait for it

    if octets[:1] == b"\x30" and _second_tag(octets) == 0x30:
        yield _of(keys.EncryptedPrivateKeyInfo.load(octets)["encryption_algorithm"])
        return
    file: Any = pkcs12.Pfx.load(octets)
    with suppress(*_STRANGE):
        yield from _of_mac(file["mac_data"])
    for content in pkcs12.AuthenticatedSafe.load(file["auth_safe"]["content"].native):
        # What cannot be read here is passed over alone: what stands behind it may be slow all the same.
        with suppress(*_STRANGE):
            if content["content_type"].native == "encrypted_data":
                yield _of(content["content"]["encrypted_content_info"]["content_encryption_algorithm"])
            elif content["content_type"].native == "data":
                yield from _of_bags(pkcs12.SafeContents.load(content["content"].native), _DEEPEST)


def _of_mac(mac: Any) -> Iterator[int]:
    """Give the rounds of the integrity check, also where its algorithm has its own (PBMAC1, RFC 9579)."""
    from asn1crypto.algos import Pbes2Params

    if mac.native is None:
        return
    yield mac["iterations"].native
    identifier = mac["mac"]["digest_algorithm"]
    if identifier["algorithm"].dotted == _PBMAC1:
        # Its parameters begin like those of an encryption: with how the key is derived.
        yield _derived(identifier["parameters"].parse(Pbes2Params)["key_derivation_func"])


def _of_bags(bags: Any, deepest: int) -> Iterator[int]:
    for bag in bags:
        with suppress(*_STRANGE):
            if bag["bag_id"].native == "pkcs8_shrouded_key_bag":
                yield _of(bag["bag_value"]["encryption_algorithm"])
            elif bag["bag_id"].native == "safe_contents" and deepest:
                yield from _of_bags(bag["bag_value"], deepest - 1)


def _second_tag(octets: bytes) -> int:
    return octets[2 + (octets[1] & 0x7F if octets[1] > 0x80 else 0)]


def _of(algorithm: Any) -> int:
    if algorithm["algorithm"].native == "pbes2":
        return _derived(algorithm["parameters"]["key_derivation_func"])
    return int(algorithm["parameters"]["iterations"].native)


def _derived(derivation: Any) -> int:
    """Give the rounds of PBKDF2, or the steps of scrypt (RFC 7914 section 7), each as long as a round."""
    if derivation["algorithm"].dotted != _SCRYPT:
        return int(derivation["parameters"]["iteration_count"].native)
    values = ber.read(Octets.of(derivation["parameters"].dump())).children()
    return values[1].integer() * values[2].integer() * values[3].integer()
