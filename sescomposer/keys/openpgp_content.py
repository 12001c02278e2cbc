"""What is inside an encrypted OpenPGP message, for the time and digest of signatures, which the library keeps back.

Nothing is judged here: that the content is whole, and a signature good, the library finds out.
"""

import bz2
import zlib
from collections.abc import Callable, Iterator

from sescomposer.core.errors import ProtectionError
from sescomposer.core.protection.openpgp.pgp_packets import SIGNATURE, Packet, dearmored, packets
from sescomposer.core.protection.openpgp.pgp_signature import SignaturePacket, read_signature
from sescomposer.keys.openpgp_session import session_key

_PKESK, _COMPRESSED, _PROTECTED = 1, 8, 18
_AES = (7, 8, 9)
_BLOCK, _TAG = 16, 16
_MDC_OCTETS = 22
_OCB, _GCM = 2, 3
_NONCE_OCTETS = {_OCB: 15, _GCM: 12}
_DEEPEST = 3
_LARGEST = 256 * 1024 * 1024


class TooLargeError(ProtectionError):
    """A few octets of a message hold more than is read."""


def inside(message: bytes, block: tuple[Packet, ...], passphrase: bytes | None) -> bytes:
    """Give the packets inside a message for an own key, without compression; b"" if they are not told.

    Args:
        message: Armored or binary.
        block: The own key it is decrypted with.
        passphrase: Of that key, None where it lies open.

    Raises:
        TooLargeError: what is compressed in it has more than 256 MiB.
    """
    from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.keywrap import InvalidUnwrap

    try:
        return _uncompressed(_content(message, block, passphrase) or b"")
    except TooLargeError:
        raise
    except (ProtectionError, ValueError, IndexError, zlib.error, OSError, EOFError):
        return b""
    except (InvalidTag, InvalidUnwrap, UnsupportedAlgorithm):
        return b""


def signatures_in(content: bytes) -> tuple[SignaturePacket, ...]:
    """Give the signatures among packets that `inside` gave."""
    read = (read_signature(packet) for packet in packets(content) if packet.tag == SIGNATURE)
    return tuple(signature for signature in read if signature is not None)


def _content(message: bytes, block: tuple[Packet, ...], passphrase: bytes | None) -> bytes | None:
    found: tuple[int | None, bytes] | None = None
    for packet in packets(dearmored(message)[0]):
        if packet.tag == _PKESK and found is None:
            found = session_key(packet, block, passphrase)
        elif packet.tag == _PROTECTED and found is not None:
            return _decrypted(packet.body, *found)
    return None


def _decrypted(body: bytes, cipher: int | None, key: bytes) -> bytes:
    if body[0] == 1 and cipher in _AES:
        return _decrypted_old(body[1:], key)
    if body[0] == 2 and body[1] in _AES and body[2] in _NONCE_OCTETS:
        return b"".join(_decrypted_new(body, key))
    raise ValueError("the encryption is not known")


def _decrypted_old(text: bytes, key: bytes) -> bytes:
    """Decrypt version 1: cipher feedback with a prefix of random octets and a sum at the end."""
    from cryptography.hazmat.decrepit.ciphers.modes import CFB
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms

    decryptor = Cipher(algorithms.AES(key), CFB(bytes(_BLOCK))).decryptor()
    plain = decryptor.update(text) + decryptor.finalize()
    return plain[_BLOCK + 2 : -_MDC_OCTETS]


def _decrypted_new(body: bytes, key: bytes) -> Iterator[bytes]:
    """Decrypt version 2: chunks, each with a tag of its own."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESOCB3
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    cipher, aead, size = body[1], body[2], 1 << (body[3] + 6)
    octets = {7: 16, 8: 24, 9: 32}[cipher]
    nonce_octets = _NONCE_OCTETS[aead] - 8
    facts = bytes((0xC0 | _PROTECTED, 2, cipher, aead, body[3]))
    made = HKDF(SHA256(), octets + nonce_octets, body[4:36], facts).derive(key)
    opener = (AESOCB3 if aead == _OCB else AESGCM)(made[:octets])
    text = body[36:-_TAG]
    for index, at in enumerate(range(0, len(text), size + _TAG)):
        nonce = made[octets:] + index.to_bytes(8, "big")
        yield opener.decrypt(nonce, text[at : at + size + _TAG], facts)


def _uncompressed(content: bytes) -> bytes:
    for _ in range(_DEEPEST):
        first = next(packets(content), None)
        if first is None or first.tag != _COMPRESSED:
            break
        content = _inflated(first.body)
    for _ in packets(content):
        # What is no sequence of packets is found out here.
        pass
    return content


def _inflated(body: bytes) -> bytes:
    makers: dict[int, Callable[[], zlib._Decompress | bz2.BZ2Decompressor]] = {
        1: lambda: zlib.decompressobj(-15),
        2: zlib.decompressobj,
        3: bz2.BZ2Decompressor,
    }
    if body[0] == 0:
        return body[1:]
    made = makers[body[0]]() if body[0] in makers else None
    if made is None:
        raise ValueError("the compression is not known")
    content = made.decompress(body[1:], _LARGEST + 1)
    if len(content) > _LARGEST:
        raise TooLargeError(
            f"The compressed content holds more than {_LARGEST >> 20} MiB; it is not opened.",
            hint="Ask the sender to send it without compression.",
        )
    return content
