"""How much work a file of a key wants to be opened with; one that wants hours is refused before any of it is done."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from sescomposer.core.errors import CertificateError
from sescomposer.core.protection.pkcs7_certificates import STRANGE

MOST_ROUNDS = 5_000_000
"""Seconds of work; programs write 2,048 to 600,000."""


def refuse_slow(octets: bytes) -> None:
    """Raise `CertificateError` for PKCS#12 or encrypted PKCS#8 with more than `MOST_ROUNDS`; other octets pass.

    Args:
        octets: The structure itself, DER or BER.

    >>> refuse_slow(b"what opens it says what is wrong with it")
    """
    most = 0
    with suppress(*STRANGE):
        for rounds in _rounds(octets):
            most = max(most, rounds)
    if most > MOST_ROUNDS:
        raise CertificateError(
            f"This file wants {most:,} rounds of work to be opened; at most {MOST_ROUNDS:,} are done.",
            hint="Export the key again with fewer iterations.",
            value=most,
        )


def _rounds(octets: bytes) -> Iterator[int]:
    from asn1crypto import keys, pkcs12  # here: a start need not wait for it

    if octets[:1] == b"\x30" and _second_tag(octets) == 0x30:
        yield _of(keys.EncryptedPrivateKeyInfo.load(octets)["encryption_algorithm"])
        return
    file: Any = pkcs12.Pfx.load(octets)
    if file["mac_data"].native is not None:
        yield file["mac_data"]["iterations"].native
    for content in pkcs12.AuthenticatedSafe.load(file["auth_safe"]["content"].native):
        if content["content_type"].native == "encrypted_data":
            yield _of(content["content"]["encrypted_content_info"]["content_encryption_algorithm"])
        elif content["content_type"].native == "data":
            for bag in pkcs12.SafeContents.load(content["content"].native):
                if bag["bag_id"].native == "pkcs8_shrouded_key_bag":
                    yield _of(bag["bag_value"]["encryption_algorithm"])


def _second_tag(octets: bytes) -> int:
    return octets[2 + (octets[1] & 0x7F if octets[1] > 0x80 else 0)]


def _of(algorithm: Any) -> int:
    parameters = algorithm["parameters"]
    if algorithm["algorithm"].native == "pbes2":
        parameters = parameters["key_derivation_func"]["parameters"]
    return int(parameters["iterations" if "iterations" in parameters.native else "iteration_count"].native)
