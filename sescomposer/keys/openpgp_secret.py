"""Secret OpenPGP keys under another passphrase (RFC 9580 sections 3.7 and 5.5.3); what is public stays as it stands.

Keys of version 4 whose secret parts lie open, or under AES with a checked sum, as GnuPG, Sequoia and Thunderbird export
them. What this writes is AES-256 with an iterated and salted SHA-256, which all of them read.
"""

import hashlib
import hmac
from collections.abc import Callable

from sescomposer.core.errors import CertificateError, PassphraseError
from sescomposer.core.protection.openpgp.pgp_packets import SECRET_KEY, SECRET_SUBKEY, Packet

_OPEN, _CHECKED, _SUMMED = 0, 254, 255
_SIMPLE, _SALTED, _ITERATED, _GNU = 0, 1, 3, 101
_AES_OCTETS = {7: 16, 8: 24, 9: 32}
_AES_256, _SHA_256 = 9, 8
_HASHES = {1: "md5", 2: "sha1", 8: "sha256", 9: "sha384", 10: "sha512", 11: "sha224"}
_COUNT = 0xFF
"""Coded: 65,011,712 octets are hashed, a tenth of a second or two."""

_MOST_SECRETS = 50
"""Each takes a tenth of a second or more to be opened, and again to be closed."""

ELSEWHERE = "The secret part of the OpenPGP key is not in the file: it lies on a card, or was left out."

_BLOCK = 16


def with_passphrase(
    block: tuple[Packet, ...], old: bytes | None, new: bytes, random_bytes: Callable[[int], bytes]
) -> bytes:
    """Give a key with its secret parts under another passphrase (binary).

    Args:
        block: The packets of one key.
        old: Its passphrase; None for one that lies open.
        new: The passphrase to put it under.
        random_bytes: Makes salt and initial vectors.

    Raises:
        CertificateError: it has no secret part, or one that is kept in a form this cannot open.
        PassphraseError: `old` is wrong or missing.
    """
    secret = [packet for packet in block if packet.tag in (SECRET_KEY, SECRET_SUBKEY)]
    if not secret:
        raise CertificateError(
            "The OpenPGP key has no secret part.", hint="Export it again as a secret key, or import it for a person."
        )
    if len(secret) > _MOST_SECRETS:
        raise CertificateError(
            f"The OpenPGP key has {len(secret)} secret parts; at most {_MOST_SECRETS} are opened.",
            hint="Export the one key that is needed.",
            value=len(secret),
        )
    if all(is_elsewhere(packet) for packet in secret):
        raise CertificateError(ELSEWHERE, hint="Use the key through your GnuPG.")
    return b"".join(_changed(packet, old, new, random_bytes).octets for packet in block)


def needs_passphrase(block: tuple[Packet, ...]) -> bool:
    """Whether some secret part of a key lies under a passphrase."""
    return any(
        packet.tag in (SECRET_KEY, SECRET_SUBKEY) and not is_elsewhere(packet) and _usage(packet) != _OPEN
        for packet in block
    )


def _usage(packet: Packet) -> int:
    at = packet.public_length
    if at >= len(packet.body):
        raise _damaged()
    return packet.body[at]


def is_elsewhere(packet: Packet) -> bool:
    """Whether the secret part was left out of the file, or lies on a card: GnuPG's own extension."""
    at = packet.public_length
    return packet.body[at : at + 1] in (b"\xfe", b"\xff") and packet.body[at + 2 : at + 3] == bytes((_GNU,))


def _changed(packet: Packet, old: bytes | None, new: bytes, random_bytes: Callable[[int], bytes]) -> Packet:
    if packet.tag not in (SECRET_KEY, SECRET_SUBKEY) or is_elsewhere(packet):
        return packet
    material = secret_numbers(packet, old)
    salt, vector = random_bytes(8), random_bytes(_BLOCK)
    key = _derived(new, _ITERATED, _SHA_256, salt, _COUNT, _AES_OCTETS[_AES_256])
    checked = material + hashlib.sha1(material, usedforsecurity=False).digest()
    head = bytes((_CHECKED, _AES_256, _ITERATED, _SHA_256)) + salt + bytes((_COUNT,)) + vector
    return Packet(packet.tag, packet.body[: packet.public_length] + head + _cfb(key, vector, checked, encrypts=True))


def secret_numbers(packet: Packet, old: bytes | None) -> bytes:
    """Give the secret numbers of a key; raises `CertificateError` and `PassphraseError` as `with_passphrase` does."""
    usage = _usage(packet)
    rest = packet.body[packet.public_length + 1 :]
    if usage == _OPEN:
        if len(rest) < 2 or sum(rest[:-2]) & 0xFFFF != int.from_bytes(rest[-2:], "big"):
            raise _damaged()
        return rest[:-2]
    if usage not in (_CHECKED, _SUMMED) or len(rest) < 3 or rest[0] not in _AES_OCTETS:
        raise CertificateError(
            "The secret part of the OpenPGP key is kept in a form that cannot be opened here.",
            hint="Import it into GnuPG, set its passphrase anew and export it again.",
            value=usage,
        )
    if old is None:
        raise PassphraseError("The OpenPGP key needs its passphrase.", hint="Type the passphrase of the key.")
    return _decrypted(rest, old, usage)


def _decrypted(rest: bytes, old: bytes, usage: int) -> bytes:
    kind, digest, at = rest[1], rest[2], 3
    salt = rest[at : at + 8] if kind in (_SALTED, _ITERATED) else b""
    at += len(salt)
    count = rest[at] if kind == _ITERATED and at < len(rest) else 0
    at += 1 if kind == _ITERATED else 0
    vector, text = rest[at : at + _BLOCK], rest[at + _BLOCK :]
    if len(vector) < _BLOCK or len(text) < 2:
        raise _damaged()
    material = _cfb(_derived(old, kind, digest, salt, count, _AES_OCTETS[rest[0]]), vector, text, encrypts=False)
    if usage == _CHECKED:
        content, check = material[:-20], material[-20:]
        expected = hashlib.sha1(content, usedforsecurity=False).digest()
    else:
        content, check = material[:-2], material[-2:]
        expected = (sum(content) & 0xFFFF).to_bytes(2, "big")
    if not hmac.compare_digest(check, expected):
        raise PassphraseError("The passphrase of the OpenPGP key is wrong.", hint="Type it again.")
    return content


def _derived(passphrase: bytes, kind: int, digest: int, salt: bytes, coded: int, size: int) -> bytes:
    """Make a key of a passphrase (RFC 9580 section 3.7.1)."""
    name = _HASHES.get(digest)
    if name is None or kind not in (_SIMPLE, _SALTED, _ITERATED):
        raise CertificateError(
            "The passphrase of the OpenPGP key is used in a way that is not known here.",
            hint="Import it into GnuPG, set its passphrase anew and export it again.",
            value=kind,
        )
    once = salt + passphrase
    count = max((16 + (coded & 15)) << ((coded >> 4) + 6), len(once)) if kind == _ITERATED else len(once)
    key = b""
    while len(key) < size:
        hashed = hashlib.new(name, bytes(len(key) // hashlib.new(name, usedforsecurity=False).digest_size))
        _repeat(hashed.update, once, count)
        key += hashed.digest()
    return key[:size]


def _repeat(update: Callable[[bytes], None], once: bytes, count: int) -> None:
    """Hash `count` octets of `once` after itself, many at a time."""
    run = once * max(65536 // max(len(once), 1), 1)
    while count > 0:
        update(run[:count])
        count -= len(run)


def _cfb(key: bytes, vector: bytes, text: bytes, *, encrypts: bool) -> bytes:
    """Cipher feedback with AES; made of single blocks, as its ready form has no place of its own any more."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    block = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    pieces: list[bytes] = []
    register = vector
    for at in range(0, len(text), _BLOCK):
        piece = text[at : at + _BLOCK]
        made = bytes(a ^ b for a, b in zip(block.update(register), piece, strict=False))
        register = made if encrypts else piece
        pieces.append(made)
    return b"".join(pieces)


def _damaged() -> CertificateError:
    return CertificateError("The secret part of the OpenPGP key is damaged.", hint="Export the key again.")
