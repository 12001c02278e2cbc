"""The layers of protection of a message: which entity is one, what it holds, and what its signatures are worth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sescomposer.core.entity import Entity, Made
from sescomposer.core.errors import ProtectionError
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.protection.certificates.trust import Trust
from sescomposer.core.protection.envelope_reading import kind_of
from sescomposer.core.protection.facts import Fact, Layer, LayerKind, SignatureFacts, Verdict
from sescomposer.core.protection.hashed_buffer import HashedBuffer
from sescomposer.core.protection.opening import encryption_facts
from sescomposer.core.protection.openpgp.pgp_facts import CheckedSignature, KnowsKeys, pgp_facts
from sescomposer.core.protection.protector import Buffer
from sescomposer.core.protection.uncompressing import LARGEST_OCTETS, uncompress
from sescomposer.core.protection.verifying import verify_detached, verify_opaque
from sescomposer.core.transfer_encoding import TransferEncoding, decode_chunks

_PKCS7_SIGNATURE = ("application/pkcs7-signature", "application/x-pkcs7-signature")
_PKCS7_MIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_PGP_SIGNATURE = "application/pgp-signature"
_PGP_ENCRYPTED = "application/pgp-encrypted"
_NAMED_SO = (".p7m", ".p7z")
_KINDS = {
    "signed-data": LayerKind.OPAQUE_SIGNED,
    "enveloped-data": LayerKind.ENCRYPTED,
    "authenveloped-data": LayerKind.ENCRYPTED,
    "compressed-data": LayerKind.COMPRESSED,
    "certs-only": LayerKind.CERTIFICATES,
}
_PGP_MESSAGE_OCTETS = 96 << 20
_PGP_SIGNATURE_OCTETS = 1 << 20


class Opener(KnowsKeys, Protocol):
    """Opens what only own keys open, and checks what only known keys check; any of it may raise `ProtectionError`."""

    def decrypt_cms(self, der: Octets) -> Octets:
        """Give the content of encrypted CMS in BER or DER."""

    def decrypt_pgp(self, message: bytes) -> tuple[bytes, Sequence[CheckedSignature]]:
        """Give the content of an OpenPGP message and its signatures."""

    def verify_pgp(self, entity: Octets, signature: bytes) -> Sequence[CheckedSignature]:
        """Check a detached OpenPGP signature."""


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What opening a layer needs beside it.

    Attributes:
        root: The message, for From and Date.
        trust: The roots.
        now: Time with an offset.
        keys: Opens and checks; None where no key is at hand.
        into: Makes a buffer for what is decoded or decrypted.
        room: What all compressed layers together may still hold: a small message can have a hundred of them.
    """

    root: Entity
    trust: Trust
    now: datetime
    keys: Opener | None
    into: Callable[[], Buffer]
    room: "_Room" = field(default_factory=lambda: _Room(LARGEST_OCTETS))


@dataclass
class _Room:
    octets: int


def layer_kind(entity: Entity) -> LayerKind | None:
    """Give the form of protection an entity has by what it says, None where it says none.

    What S/MIME content really is, only its octets tell: `opened` looks there.

    >>> layer_kind(parse(b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\\r\\n\\r\\n")).value
    'encrypted'
    """
    protocol = entity.content_type.get("protocol").strip().lower()
    last = entity.children[-1].media_type if entity.is_multipart and entity.children else ""
    if entity.media_type == "multipart/signed" and entity.is_multipart:
        if protocol in _PKCS7_SIGNATURE or last in _PKCS7_SIGNATURE:
            return LayerKind.CLEAR_SIGNED
        return LayerKind.PGP_SIGNED if _PGP_SIGNATURE in (protocol, last) else None
    if entity.media_type == "multipart/encrypted" and entity.is_multipart:
        return LayerKind.PGP_ENCRYPTED if protocol == _PGP_ENCRYPTED else None
    if entity.media_type in _PKCS7_MIME:
        return _KINDS.get(entity.content_type.get("smime-type").strip().lower(), LayerKind.ENCRYPTED)
    is_file = entity.media_type == "application/octet-stream" and entity.file_name.lower().endswith(_NAMED_SO)
    return LayerKind.ENCRYPTED if is_file else None


def opened(entity: Entity, kind: LayerKind, around: Surroundings) -> Layer:
    """Open one layer; what goes wrong stands in its `trouble` or as a bad signature.

    Raises:
        StoreError: what it holds cannot be kept for reading.
        OperationCancelledError: from the keys.
    """
    match kind:
        case LayerKind.CLEAR_SIGNED:
            return _clear_signed(entity, around)
        case LayerKind.PGP_SIGNED:
            return _pgp_signed(entity, around)
        case LayerKind.PGP_ENCRYPTED:
            return _pgp_encrypted(entity, around)
        case _:
            return _cms(entity, kind, around)


def unsure(sentence: str, verdict: Verdict = Verdict.BAD, method: str = "S/MIME") -> SignatureFacts:
    """Give the facts of a signature of which nothing can be told but why."""
    unknown = Fact(Verdict.UNKNOWN, "Nothing can be said of it: the signature cannot be read.")
    return SignatureFacts(Fact(verdict, sentence), unknown, unknown, unknown, unknown, method=method)


def _clear_signed(entity: Entity, around: Surroundings) -> Layer:
    parts = entity.children
    kind = LayerKind.CLEAR_SIGNED
    if len(parts) < 2:
        return Layer(kind, entity.key, _first(parts), (unsure("The signature is missing."),))
    micalg = entity.content_type.get("micalg")
    try:
        found = verify_detached(
            parts[0].octets,
            _decoded(parts[1], around),
            root=around.root,
            trust=around.trust,
            now=around.now,
            micalg=micalg,
        )
    except ProtectionError as error:
        found = (unsure(error.sentence),)
    return Layer(kind, entity.key, parts[0], found)


def _pgp_signed(entity: Entity, around: Surroundings) -> Layer:
    parts = entity.children
    kind = LayerKind.PGP_SIGNED
    if len(parts) < 2:
        return Layer(kind, entity.key, _first(parts), (unsure("The signature is missing.", method="OpenPGP"),))
    if around.keys is None:
        sentence = "No OpenPGP key is at hand to check the signature with."
        return Layer(kind, entity.key, parts[0], (unsure(sentence, Verdict.UNKNOWN, "OpenPGP"),))
    try:
        signature = _limited(_decoded(parts[1], around), _PGP_SIGNATURE_OCTETS)
        checked = around.keys.verify_pgp(parts[0].octets, signature)
    except ProtectionError as error:
        return Layer(kind, entity.key, parts[0], (unsure(error.sentence, method="OpenPGP"),))
    facts = pgp_facts(checked, around.keys, around.root, around.now)
    return Layer(kind, entity.key, parts[0], facts or (unsure("There is no signature in it.", method="OpenPGP"),))


def _pgp_encrypted(entity: Entity, around: Surroundings) -> Layer:
    kind = LayerKind.PGP_ENCRYPTED
    if len(entity.children) < 2:
        return Layer(kind, entity.key, None, trouble="The encrypted part is missing.")
    if around.keys is None:
        return Layer(kind, entity.key, None, trouble=_NO_KEY)
    try:
        message = _limited(_decoded(entity.children[1], around), _PGP_MESSAGE_OCTETS)
        content, checked = around.keys.decrypt_pgp(message)
    except ProtectionError as error:
        return Layer(kind, entity.key, None, trouble=_words(error))
    facts = pgp_facts(checked, around.keys, around.root, around.now)
    return Layer(kind, entity.key, parse(content), facts, algorithm="OpenPGP")


_NO_KEY = "It is encrypted, and no key is at hand to open it. Import the key it was encrypted to."


def _cms(entity: Entity, kind: LayerKind, around: Surroundings) -> Layer:
    """Open S/MIME content by what its octets are; `kind` only counts where they say nothing."""
    try:
        cms = _decoded(entity, around)
        kind = _KINDS.get(kind_of(cms).lower(), kind)
    except ProtectionError as error:
        if kind is LayerKind.OPAQUE_SIGNED:
            return Layer(kind, entity.key, None, (unsure(error.sentence),), trouble=_words(error))
        return Layer(kind, entity.key, None, trouble=_words(error))
    match kind:
        case LayerKind.OPAQUE_SIGNED:
            return _opaque_signed(entity, cms, around)
        case LayerKind.COMPRESSED:
            return _compressed(entity, cms, around)
        case _:
            return _encrypted(entity, cms, around)


def _opaque_signed(entity: Entity, cms: Octets, around: Surroundings) -> Layer:
    from sescomposer.core.protection.cms import read_signed_data

    kind = LayerKind.OPAQUE_SIGNED
    try:
        data = read_signed_data(cms)
        if not data.signers and data.content is None:
            return Layer(LayerKind.CERTIFICATES, entity.key, None)
        inside = parse(data.content) if data.content is not None else None
        found = verify_opaque(cms, root=around.root, trust=around.trust, now=around.now)
    except ProtectionError as error:
        return Layer(kind, entity.key, None, (unsure(error.sentence),), trouble=_words(error))
    return Layer(kind, entity.key, inside, found)


def _compressed(entity: Entity, cms: Octets, around: Surroundings) -> Layer:
    try:
        content = uncompress(cms, around.into, around.room.octets)
        around.room.octets -= len(content)
        return Layer(LayerKind.COMPRESSED, entity.key, parse(content))
    except ProtectionError as error:
        return Layer(LayerKind.COMPRESSED, entity.key, None, trouble=_words(error))


def _encrypted(entity: Entity, cms: Octets, around: Surroundings) -> Layer:
    kind = LayerKind.ENCRYPTED
    try:
        facts = encryption_facts(cms)
    except ProtectionError as error:
        return Layer(kind, entity.key, None, trouble=_words(error))
    inside, trouble = None, _NO_KEY
    if around.keys is not None:
        try:
            inside, trouble = parse(around.keys.decrypt_cms(cms)), ""
        except ProtectionError as error:
            trouble = _words(error)
    return Layer(kind, entity.key, inside, (), facts.recipients, trouble, facts.algorithm)


def _decoded(entity: Entity, around: Surroundings) -> Octets:
    """Give the content of a leaf; written into a buffer where it must be decoded."""
    if isinstance(entity.body, Made):
        return entity.content
    encoding, octets = entity.transfer_encoding, entity.body.octets
    if encoding.is_identity:
        return octets
    known = octets.base64_content() if encoding is TransferEncoding.BASE64 else None
    if known is not None:
        return known
    with HashedBuffer(around.into) as buffer:
        for chunk in decode_chunks(octets, encoding):
            buffer.write(chunk)
        return buffer.finish()


def _limited(octets: Octets, most: int) -> bytes:
    if len(octets) > most:
        raise ProtectionError(f"It has {len(octets):,} octets; more than {most:,} are not read.", value=len(octets))
    return bytes(octets)


def _first(parts: Sequence[Entity]) -> Entity | None:
    return parts[0] if parts else None


def _words(error: ProtectionError) -> str:
    return f"{error.sentence} {error.hint}".strip()
