"""Taking EnvelopedData and AuthEnvelopedData apart (RFC 5652 section 6, RFC 5083): who can open it, and with what.

Only the outer values are looked at; the encrypted content stays where it lies.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sescomposer.core.errors import ProtectionError
from sescomposer.core.octets import Octets
from sescomposer.core.protection import ber
from sescomposer.core.protection.ber import CONTEXT, Value

ENVELOPED_DATA = "1.2.840.113549.1.7.3"
AUTH_ENVELOPED_DATA = "1.2.840.113549.1.9.16.1.23"
KINDS = {
    "1.2.840.113549.1.7.2": "signed-data",
    ENVELOPED_DATA: "enveloped-data",
    AUTH_ENVELOPED_DATA: "authEnveloped-data",
    "1.2.840.113549.1.9.16.1.9": "compressed-data",
}
"""The forms of CMS that S/MIME has (RFC 8551 section 3.2.2), by object identifier."""

_RECIPIENTS = 1000


@dataclass(frozen=True, slots=True)
class Algorithm:
    """An AlgorithmIdentifier.

    Attributes:
        oid: Dotted numbers.
        parameters: Its parameters; None where there are none.
        raw: All octets, as a key derivation takes them in.
    """

    oid: str
    parameters: Value | None
    raw: bytes


@dataclass(frozen=True, slots=True)
class RecipientInfo:
    """How one recipient gets the content key.

    Attributes:
        issuer: Name of the issuer in DER; b"" where it is named by key identifier.
        serial: Serial number; -1 where it is named by key identifier.
        key_id: Subject key identifier; b"" where it is named by issuer and serial number.
        algorithm: Of the encryption of the key, or of the agreement on one.
        encrypted_key: The content key, encrypted or wrapped.
        point: The sender's ephemeral public key; b"" for key transport.
        user_key_material: Goes into the derivation; None where there is none.
    """

    issuer: bytes
    serial: int
    key_id: bytes
    algorithm: Algorithm
    encrypted_key: bytes
    point: bytes = b""
    user_key_material: bytes | None = None


@dataclass(frozen=True, slots=True)
class Enveloped:
    """Encrypted content, not opened yet.

    Attributes:
        recipients: Those named by certificate; passwords and keys agreed on otherwise are left out.
        algorithm: Of the content.
        content: Encrypted.
        authenticated: Further attributes that the code covers, as the SET OF that it was made of; b"" for none.
        code: Message authentication code; None where the form has none.
    """

    recipients: tuple[RecipientInfo, ...]
    algorithm: Algorithm
    content: Octets
    authenticated: bytes = b""
    code: bytes | None = None


def kind_of(cms: Octets) -> str:
    """Give the smime-type of a ContentInfo, as it is: "signed-data", "enveloped-data", ...; "" for another.

    Raises:
        ProtectionError: it is no ContentInfo.
    """
    return KINDS.get(content_info(cms)[0], "")


def content_info(cms: Octets) -> tuple[str, Value]:
    """Give the type of a ContentInfo (RFC 5652 section 3) and its content."""
    children = ber.read(cms).expect(ber.SEQUENCE).children()
    if len(children) < 2:
        raise ber.damaged(0, "nothing in it")
    inner = children[1].expect(CONTEXT | 0).children()
    if len(inner) != 1:
        raise ber.damaged(children[1].start, "not one content")
    return children[0].oid(), inner[0]


def read_enveloped(cms: Octets) -> Enveloped:
    """Take encrypted content apart.

    Raises:
        ProtectionError: it is damaged, or no encrypted content.
    """
    kind, content = content_info(cms)
    if kind not in (ENVELOPED_DATA, AUTH_ENVELOPED_DATA):
        raise ProtectionError("This is no encrypted content.", hint="Open it for what it says it is.", value=kind)
    values = list(content.expect(ber.SEQUENCE).children()[1:])
    if values and values[0].tag == CONTEXT | 0:
        # OriginatorInfo: certificates of the sender, which opening needs not.
        del values[0]
    if len(values) < 2:
        raise ber.damaged(content.start, "too little in it")
    recipients = tuple(_recipients(values[0].expect(ber.SET)))
    algorithm, encrypted = _encrypted_content(values[1])
    if kind == ENVELOPED_DATA:
        return Enveloped(recipients, algorithm, encrypted)
    rest = values[2:]
    attributes = b""
    if rest and rest[0].tag == CONTEXT | 1:
        # The code was made of the attributes as a SET OF, and they stand there with a tag of their own.
        attributes = b"\x31" + rest.pop(0).raw[1:]
    if not rest:
        raise ber.damaged(content.start, "no authentication code")
    return Enveloped(recipients, algorithm, encrypted, attributes, rest[0].expect(ber.OCTET_STRING).small())


def algorithm_of(value: Value) -> Algorithm:
    """Read an AlgorithmIdentifier."""
    children = value.children()
    if not children:
        raise ber.damaged(value.start, "an algorithm without a name")
    return Algorithm(children[0].oid(), children[1] if len(children) > 1 else None, value.raw)


def _encrypted_content(value: Value) -> tuple[Algorithm, Octets]:
    children = value.expect(ber.SEQUENCE).children()
    if len(children) < 3:
        raise ber.damaged(value.start, "no content")
    return algorithm_of(children[1]), children[2].expect(CONTEXT | 0).octets()


def _recipients(infos: Value) -> Iterator[RecipientInfo]:
    children = infos.children()
    if len(children) > _RECIPIENTS:
        raise ber.damaged(infos.start, f"{len(children)} recipients")
    for info in children:
        if info.tag == ber.SEQUENCE:
            yield _transported(info)
        elif info.tag == CONTEXT | 1:
            yield from _agreed(info)


def _transported(info: Value) -> RecipientInfo:
    children = info.children()
    if len(children) != 4:
        raise ber.damaged(info.start, "a recipient without a key")
    issuer, serial, key_id = _named(children[1])
    key = children[3].expect(ber.OCTET_STRING).small()
    return RecipientInfo(issuer, serial, key_id, algorithm_of(children[2]), key)


def _agreed(info: Value) -> Iterator[RecipientInfo]:
    children = list(info.children())
    material = children.pop(2).children() if len(children) > 2 and children[2].tag == CONTEXT | 1 else ()
    if len(children) != 4:
        raise ber.damaged(info.start, "a recipient without a key")
    originator, algorithm = children[1].expect(CONTEXT | 0).children(), algorithm_of(children[2])
    if len(originator) != 1 or originator[0].tag != CONTEXT | 1:
        # The sender's lasting key in place of an ephemeral one: nobody in use writes that for mail.
        return
    key = originator[0].children()
    if len(key) != 2:
        raise ber.damaged(info.start, "an ephemeral key that is none")
    for encrypted in children[3].expect(ber.SEQUENCE).children():
        pair = encrypted.children()
        if len(pair) != 2:
            raise ber.damaged(encrypted.start, "a recipient without a key")
        issuer, serial, key_id = _named(pair[0])
        wrapped = pair[1].expect(ber.OCTET_STRING).small()
        extra = material[0].expect(ber.OCTET_STRING).small() if material else None
        yield RecipientInfo(issuer, serial, key_id, algorithm, wrapped, key[1].bits(), extra)


def _named(value: Value) -> tuple[bytes, int, bytes]:
    """Give issuer, serial number and key identifier of a recipient."""
    if value.tag == CONTEXT | 0:
        # Of key agreement it is a sequence with the identifier first; of key transport the identifier alone.
        inner = value.children() if value.is_constructed else (value,)
        if not inner:
            raise ber.damaged(value.start, "a recipient without a name")
        return b"", -1, inner[0].small()
    children = value.expect(ber.SEQUENCE).children()
    if len(children) != 2:
        raise ber.damaged(value.start, "a recipient without a name")
    return children[0].raw, children[1].integer(), b""
