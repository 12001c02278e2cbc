"""OpenPGP packets (RFC 9580 section 4): told apart and written again, without any secret or key at work.

What signs, verifies and decrypts is the library behind the port; this is for what it does not tell: key flags, names of
algorithms, the recipients of a message, and the key cut down to what an Autocrypt field needs.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sescomposer.core.errors import CertificateError
from sescomposer.core.lazy import lazy

PKESK, SIGNATURE, SECRET_KEY, PUBLIC_KEY, SECRET_SUBKEY, USER_ID, PUBLIC_SUBKEY = 1, 2, 5, 6, 7, 13, 14
KEY_TAGS = (SECRET_KEY, PUBLIC_KEY, SECRET_SUBKEY, PUBLIC_SUBKEY)
PRIMARY_TAGS = (SECRET_KEY, PUBLIC_KEY)

LARGEST_KEY_FILE = 1024 * 1024
"""Octets of a file of keys; a larger one is none."""

_BEGIN = re.compile(rb"-----BEGIN PGP ([A-Z ]+)-----[ \t]*\r?\n")
_BLANK_LINE = re.compile(rb"^[ \t]*\r?\n", re.MULTILINE)
_CHECKSUM = re.compile(rb"\r?\n=[A-Za-z0-9+/]{4}\s*\Z")
_BLANKS = b" \t\r\n"
_CHECKSUM_OCTETS = 64
_HEAD_OCTETS = 1024 * 1024
_MPIS = {1: 2, 2: 2, 3: 2, 16: 3, 17: 4}
_FIXED = {25: 32, 26: 56, 27: 32, 28: 57}
_CURVED = (18, 19, 22)
_NAMES = {1: "RSA", 2: "RSA", 3: "RSA", 16: "ElGamal", 17: "DSA", 25: "X25519", 26: "X448", 27: "Ed25519", 28: "Ed448"}
_CURVES = {
    "2b06010401da470f01": "Ed25519",
    "2b060104019755010501": "X25519",
    "2a8648ce3d030107": "P-256",
    "2b81040022": "P-384",
    "2b81040023": "P-521",
}


@dataclass(frozen=True)
class Packet:
    """One packet: its tag, and its body without the header.

    >>> bytes(Packet(USER_ID, b"Ann").octets)
    b'\\xcd\\x03Ann'
    """

    tag: int
    body: bytes

    @property
    def octets(self) -> bytes:
        """The packet with a header of the new form."""
        length = len(self.body)
        if length < 192:
            head = bytes((length,))
        elif length < 8384:
            head = bytes((((length - 192) >> 8) + 192, (length - 192) & 0xFF))
        else:
            head = b"\xff" + length.to_bytes(4, "big")
        return bytes((0xC0 | self.tag,)) + head + self.body

    @property
    def is_key(self) -> bool:
        """Whether it is a primary key or subkey, public or secret."""
        return self.tag in KEY_TAGS

    @property
    def version(self) -> int:
        """The first octet, which in keys and signatures is the version; 0 where there is none."""
        return self.body[0] if self.body else 0

    @lazy
    def public_length(self) -> int:
        """How many octets of a key of version 4 or 6 are public; raises `CertificateError` for what is none."""
        if self.version == 6:
            return 10 + int.from_bytes(self.body[6:10], "big")
        if self.version != 4 or len(self.body) < 6:
            raise CertificateError(
                f"This OpenPGP key has version {self.version}, which is not supported.",
                hint="Ask for a key of version 4.",
                value=self.version,
            )
        return _public_length(self.body)

    @lazy
    def fingerprint(self) -> str:
        """The fingerprint of a key of version 4 or 6, lower-case hex (RFC 9580 section 5.5.4)."""
        import hashlib  # here: its library is large

        public = self.body[: self.public_length]
        if self.version == 6:
            return hashlib.sha256(b"\x9b" + len(public).to_bytes(4, "big") + public).hexdigest()
        digest = hashlib.sha1(b"\x99" + len(public).to_bytes(2, "big") + public, usedforsecurity=False)
        return digest.hexdigest()

    @property
    def key_id(self) -> str:
        """The 16 digits by which signatures and messages name a key."""
        return self.fingerprint[:16] if self.version == 6 else self.fingerprint[-16:]

    @property
    def created(self) -> int:
        """When a key was made, in seconds since 1970."""
        return int.from_bytes(self.body[1:5], "big")

    @property
    def algorithm(self) -> str:
        """The algorithm of a key for people: "RSA 3072", "Ed25519"."""
        number = self.body[5] if len(self.body) > 5 else 0
        at = 10 if self.version == 6 else 6
        if number in (1, 2, 3):
            return f"RSA {int.from_bytes(self.body[at : at + 2], 'big')}"
        if number in _CURVED:
            curve = self.body[at + 1 : at + 1 + self.body[at]].hex() if len(self.body) > at else ""
            return _CURVES.get(curve, "elliptic curve")
        return _NAMES.get(number, f"algorithm {number}")


def _public_length(body: bytes) -> int:
    number, at = body[5], 6
    if number in _MPIS:
        for _ in range(_MPIS[number]):
            at = _behind_mpi(body, at)
    elif number in _CURVED:
        at = _behind_mpi(body, at + 1 + (body[at] if at < len(body) else 0))
        if number == 18:
            at += 1 + (body[at] if at < len(body) else 0)
    elif number in _FIXED:
        at += _FIXED[number]
    else:
        raise CertificateError(
            f"This OpenPGP key has algorithm {number}, which is not known.",
            hint="Ask for a key with RSA, Ed25519 or a NIST curve.",
            value=number,
        )
    if at > len(body):
        raise _cut_off()
    return at


def _behind_mpi(body: bytes, at: int) -> int:
    return at + 2 + (int.from_bytes(body[at : at + 2], "big") + 7) // 8


def numbers_in(octets: bytes) -> list[bytes]:
    r"""Give the numbers (MPI, RFC 9580 section 3.2) that follow each other, without their lengths.

    >>> numbers_in(b"\x00\x09\x01\xff\x00\x01\x01")
    [b'\x01\xff', b'\x01']
    """
    found: list[bytes] = []
    at = 0
    while at + 2 <= len(octets):
        length = (int.from_bytes(octets[at : at + 2], "big") + 7) // 8
        found.append(octets[at + 2 : at + 2 + length])
        at += 2 + length
    return found


def _cut_off() -> CertificateError:
    return CertificateError(
        "The OpenPGP data ends in the middle or is damaged.", hint="Export or download it again, as a whole."
    )


def packets(octets: bytes) -> Iterator[Packet]:
    """Give the packets of binary OpenPGP data one after the other.

    Raises:
        CertificateError: the data is no sequence of packets, or ends within one.

    >>> [(packet.tag, packet.body) for packet in packets(b"\\xcd\\x03Ann\\xb4\\x01B")]
    [(13, b'Ann'), (13, b'B')]
    """
    at = 0
    while at < len(octets):
        tag, at, body = _packet(octets, at)
        yield Packet(tag, body)


def _packet(octets: bytes, at: int) -> tuple[int, int, bytes]:
    first = octets[at]
    if not first & 0x80:
        raise CertificateError(
            "These octets are no OpenPGP data.", hint="Choose a file that was exported by an OpenPGP program."
        )
    if first & 0x40:
        body, at = _new_form(octets, at + 1)
        return first & 0x3F, at, body
    size = (1, 2, 4, 0)[first & 3]
    start = at + 1 + size
    length = int.from_bytes(octets[at + 1 : start], "big") if size else len(octets) - start
    if start + length > len(octets):
        raise _cut_off()
    return (first >> 2) & 0x0F, start + length, octets[start : start + length]


def _new_form(octets: bytes, at: int) -> tuple[bytes, int]:
    """Give the body of a packet with a header of the new form, and where it ends; partial lengths are joined."""
    parts: list[bytes] = []
    while True:
        if at >= len(octets):
            raise _cut_off()
        first = octets[at]
        is_partial = 224 <= first < 255
        if first < 192:
            length, at = first, at + 1
        elif first < 224:
            length, at = ((first - 192) << 8) + int.from_bytes(octets[at + 1 : at + 2], "big") + 192, at + 2
        elif is_partial:
            length, at = 1 << (first & 0x1F), at + 1
        else:
            length, at = int.from_bytes(octets[at + 1 : at + 5], "big"), at + 5
        if at + length > len(octets):
            raise _cut_off()
        parts.append(octets[at : at + length])
        at += length
        if not is_partial:
            return b"".join(parts), at


def dearmored(octets: bytes) -> tuple[bytes, ...]:
    r"""Give the binary content of each armored block (RFC 9580 section 6), or the octets where none is armored.

    Raises:
        CertificateError: a block holds something else than base64.

    >>> dearmored(b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nzQNBbm4=\n-----END PGP PUBLIC KEY BLOCK-----\n")
    (b'\xcd\x03Ann',)
    """
    blocks: list[bytes] = []
    found = _BEGIN.search(octets)
    while found is not None:
        stop = octets.find(b"-----END PGP " + found[1] + b"-----", found.end())
        if stop < 0:
            raise _cut_off()
        blocks.append(_block(octets, found.end(), stop))
        found = _BEGIN.search(octets, stop)
    return tuple(blocks) if blocks else (octets,)


def _block(octets: bytes, start: int, stop: int) -> bytes:
    # Armor header fields, such as Version and Comment, stand before the first blank line.
    blank = _BLANK_LINE.search(octets, start, stop)
    start = blank.end() if blank else start
    checksum = _CHECKSUM.search(octets[max(start - 2, stop - _CHECKSUM_OCTETS) : stop])
    if checksum is not None:
        stop = max(start, stop - len(checksum[0]))
    return _decoded(octets[start:stop])


def _decoded(text: bytes) -> bytes:
    try:
        return binascii.a2b_base64(text.translate(None, _BLANKS), strict_mode=True)
    except binascii.Error as error:
        raise CertificateError(
            "The armored OpenPGP text is damaged.", hint="Copy or export it again, as a whole."
        ) from error


def _head(octets: bytes) -> bytes:
    """Give the start of armored or binary data, where keys are named: the rest may be large and is not looked at."""
    found = _BEGIN.search(octets)
    if found is None or len(octets) - found.end() <= _HEAD_OCTETS:
        return dearmored(octets)[0]
    blank = _BLANK_LINE.search(octets, found.end())
    start = blank.end() if blank else found.end()
    text = octets[start : start + _HEAD_OCTETS].translate(None, _BLANKS)
    return _decoded(text[: len(text) // 4 * 4])


def key_blocks(octets: bytes) -> tuple[tuple[Packet, ...], ...]:
    """Give the keys of a file, armored or binary, each as its packets, primary key first.

    Raises:
        CertificateError: the file is too large, damaged, or holds no key.
    """
    if len(octets) > LARGEST_KEY_FILE:
        raise CertificateError(
            f"The file has {len(octets)} octets; a file of keys has at most {LARGEST_KEY_FILE}.",
            hint="Choose the exported key itself.",
            value=len(octets),
        )
    blocks: list[list[Packet]] = []
    for block in dearmored(octets):
        for packet in packets(block):
            if packet.tag in PRIMARY_TAGS:
                blocks.append([])
            if blocks:
                blocks[-1].append(packet)
    if not blocks:
        raise CertificateError(
            "The file holds no OpenPGP key.", hint="Choose a key that was exported by an OpenPGP program."
        )
    return tuple(tuple(block) for block in blocks)


def recipients_of(message: bytes) -> tuple[str, ...]:
    """Give the key ids or fingerprints a message is encrypted to, "" for one that is hidden (RFC 9580 section 5.1).

    Raises:
        CertificateError: it is no OpenPGP message.
    """
    found: list[str] = []
    binary = _head(message)
    at = 0
    while at < len(binary) and (binary[at] & 0x3F if binary[at] & 0x40 else (binary[at] >> 2) & 0x0F) == PKESK:
        # The encrypted content behind them may be large; it is not looked at.
        _, at, body = _packet(binary, at)
        if body[:1] == b"\x06":
            found.append(body[3 : 2 + body[1]].hex() if len(body) > 2 and body[1] else "")
        else:
            found.append("" if body[1:9] == bytes(8) else body[1:9].hex())
    if not found and at < len(binary) and not binary[at] & 0x80:
        raise CertificateError("These octets are no OpenPGP message.", hint="Choose the encrypted part itself.")
    return tuple(found)
