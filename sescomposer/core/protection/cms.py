"""Reading SignedData (RFC 5652 section 5) as anybody writes it: DER or BER, any number of signers, content or none.

Content stays where it lies. Nothing is believed here: `verifying` checks what is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sescomposer.core.errors import CertificateError, ProtectionError
from sescomposer.core.octets import Octets
from sescomposer.core.protection import ber
from sescomposer.core.protection.ber import CONTEXT, Value
from sescomposer.core.protection.certificates.certificate import Certificate

DATA = "1.2.840.113549.1.7.1"
RSA_PSS = "1.2.840.113549.1.1.10"

_SIGNED_DATA = "1.2.840.113549.1.7.2"
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_TIME = "1.2.840.113549.1.9.5"
_SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_UTC_TIME = 0x17
_CERTIFICATES = 200
_SIGNERS = 50
_DIGESTS = {
    "1.2.840.113549.2.5": "md5",
    "1.3.14.3.2.26": "sha-1",
    "2.16.840.1.101.3.4.2.4": "sha-224",
    "2.16.840.1.101.3.4.2.1": "sha-256",
    "2.16.840.1.101.3.4.2.2": "sha-384",
    "2.16.840.1.101.3.4.2.3": "sha-512",
}


@dataclass(frozen=True, slots=True)
class SigningAlgorithm:
    """How a signature was made, as it says.

    Attributes:
        oid: Of the algorithm, dotted numbers.
        salt: Octets of the salt of RSA-PSS; -1 for any other.
        pss_digest: Name of the digest of RSA-PSS; "" for any other.
    """

    oid: str
    salt: int = -1
    pss_digest: str = ""


@dataclass(frozen=True, slots=True)
class SignerInfo:
    """One signer (RFC 5652 section 5.3), nothing checked.

    Attributes:
        issuer, serial: Name the certificate; b"" and -1 where `key_id` does.
        key_id: Its subject key identifier, or b"".
        digest: Name such as "sha-256", or dotted numbers where it is not known.
        algorithm: Of the signature.
        signature: Its octets.
        signed: What was signed, in each form it may have been: the attributes as a SET OF; () where there are none and
            the content was signed itself.
        content_type: Attribute as dotted numbers, "" where there is none.
        message_digest: Attribute, None where there is none.
        signed_at: Attribute, None where there is none or it is no time.
        certificate_digests: Pairs of digest and hash of the certificate, as the signer named it (RFC 5035).
    """

    issuer: bytes
    serial: int
    key_id: bytes
    digest: str
    algorithm: SigningAlgorithm
    signature: bytes
    signed: tuple[bytes, ...] = ()
    content_type: str = ""
    message_digest: bytes | None = None
    signed_at: datetime | None = None
    certificate_digests: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, eq=False)
class SignedData:
    """Signed content, nothing checked.

    Attributes:
        content_type: Of the content, dotted numbers; `DATA` in mail.
        content: What was signed; None where it stands elsewhere.
        certificates: All that can be read, in the order they stand in.
        signers: In the order they stand in; none where it carries certificates alone.
    """

    content_type: str
    content: Octets | None
    certificates: tuple[Certificate, ...]
    signers: tuple[SignerInfo, ...]

    @property
    def digests(self) -> tuple[str, ...]:
        """Names of the digests that were used, each once."""
        return tuple(dict.fromkeys(signer.digest for signer in self.signers))


def read_signed_data(cms: bytes | Octets) -> SignedData:
    """Take signed content apart.

    Args:
        cms: A ContentInfo in DER or BER, decoded from base64.

    Raises:
        ProtectionError: it is damaged, no signed content, or holds more than any mail does.
    """
    outer = ber.read(Octets.of(cms)).expect(ber.SEQUENCE).children()
    if len(outer) < 2 or outer[0].oid() != _SIGNED_DATA:
        raise ProtectionError(
            "This is no signed content.",
            hint="Ask for the message again, best as an attached file.",
            value=outer[0].oid() if outer else "",
        )
    inner = outer[1].expect(CONTEXT | 0).children()
    if len(inner) != 1:
        raise ber.damaged(outer[1].start, "not one content")
    values = list(inner[0].expect(ber.SEQUENCE).children())
    if len(values) < 4:
        raise ber.damaged(inner[0].start, "too little in it")
    kind, content = _encapsulated(values[2])
    given = [value for value in values[3:-1] if value.tag == CONTEXT | 0]
    signers = _several(values[-1].expect(ber.SET), _SIGNERS, "signers")
    return SignedData(kind, content, _certificates(given), tuple(_signer(value) for value in signers))


def _encapsulated(value: Value) -> tuple[str, Octets | None]:
    children = value.expect(ber.SEQUENCE).children()
    if not children:
        raise ber.damaged(value.start, "content without a type")
    if len(children) < 2:
        return children[0].oid(), None
    inner = children[1].expect(CONTEXT | 0).children()
    if len(inner) != 1:
        raise ber.damaged(children[1].start, "not one content")
    return children[0].oid(), inner[0].expect(ber.OCTET_STRING).octets()


def _several(value: Value, most: int, what: str) -> tuple[Value, ...]:
    children = value.children()
    if len(children) > most:
        raise ProtectionError(
            f"The signature holds {len(children)} {what}; no mail needs more than {most}.",
            hint="Ask for the message again, best as an attached file.",
            value=len(children),
        )
    return children


def _certificates(given: list[Value]) -> tuple[Certificate, ...]:
    found: list[Certificate] = []
    for group in given:
        for value in _several(group, _CERTIFICATES, "certificates"):
            try:
                # Attribute certificates and older forms stand there with tags of their own.
                found += [Certificate(value.raw)] if value.tag == ber.SEQUENCE else []
            except CertificateError:
                # One that nobody can read helps nobody; what it should have proved stays unproved.
                continue
    return tuple(found)


def _signer(value: Value) -> SignerInfo:
    children = list(value.expect(ber.SEQUENCE).children())
    if len(children) < 5:
        raise ber.damaged(value.start, "a signer without a signature")
    issuer, serial, key_id = _named(children[1])
    attributes = children.pop(3) if children[3].tag == CONTEXT | 0 else None
    if len(children) < 5:
        raise ber.damaged(value.start, "a signer without a signature")
    signature = children[4].expect(ber.OCTET_STRING).small()
    digest, algorithm = _digest_name(children[2]), _algorithm(children[3])
    if attributes is None:
        return SignerInfo(issuer, serial, key_id, digest, algorithm, signature)
    known = dict(_attributes(attributes))
    return SignerInfo(
        *(issuer, serial, key_id, digest, algorithm, signature),
        signed=_signed_forms(attributes),
        content_type=known[_CONTENT_TYPE].oid() if _CONTENT_TYPE in known else "",
        message_digest=known[_MESSAGE_DIGEST].small() if _MESSAGE_DIGEST in known else None,
        signed_at=_time(known[_SIGNING_TIME]) if _SIGNING_TIME in known else None,
        certificate_digests=tuple(_certificate_digests(known)),
    )


def _named(value: Value) -> tuple[bytes, int, bytes]:
    """Give issuer, serial number and key identifier."""
    if value.tag == CONTEXT | 0:
        return b"", -1, value.small()
    children = value.expect(ber.SEQUENCE).children()
    if len(children) != 2:
        raise ber.damaged(value.start, "a signer without a name")
    return children[0].raw, children[1].integer(), b""


def _digest_name(identifier: Value) -> str:
    children = identifier.children()
    if not children:
        raise ber.damaged(identifier.start, "an algorithm without a name")
    oid = children[0].oid()
    return _DIGESTS.get(oid, oid)


def _algorithm(identifier: Value) -> SigningAlgorithm:
    children = identifier.expect(ber.SEQUENCE).children()
    if not children:
        raise ber.damaged(identifier.start, "an algorithm without a name")
    oid = children[0].oid()
    if oid != RSA_PSS:
        return SigningAlgorithm(oid)
    # RFC 4055 section 3.1: what is left out is SHA-1 with a salt of 20 octets.
    given = children[1].children() if len(children) > 1 and children[1].is_constructed else ()
    parameters = {value.tag: value.children() for value in given}
    salt, digest = parameters.get(CONTEXT | 2), parameters.get(CONTEXT | 0)
    return SigningAlgorithm(oid, salt[0].integer() if salt else 20, _digest_name(digest[0]) if digest else "sha-1")


def _attributes(attributes: Value) -> Iterator[tuple[str, Value]]:
    """Give the attributes with one value, each kind once: a second one would be a way to say two things."""
    seen: set[str] = set()
    for attribute in _several(attributes, _CERTIFICATES, "attributes"):
        children = attribute.expect(ber.SEQUENCE).children()
        if len(children) != 2:
            raise ber.damaged(attribute.start, "an attribute without a value")
        kind, values = children[0].oid(), children[1].expect(ber.SET).children()
        if kind in seen:
            raise ber.damaged(attribute.start, "an attribute that stands there twice")
        seen.add(kind)
        if len(values) == 1:
            yield kind, values[0]


def _signed_forms(attributes: Value) -> tuple[bytes, ...]:
    """Give the attributes as the SET OF that was signed: as they stand, and where that differs, as DER has them."""
    strict = _strict(attributes, tag=ber.SET | 0x20)
    as_given = b"\x31" + attributes.raw[1:]
    return (as_given,) if strict == as_given else (as_given, strict)


def _strict(value: Value, tag: int | None = None) -> bytes:
    """Write a value anew with definite lengths, sets sorted and strings in one piece."""
    is_string = value.tag in (ber.OCTET_STRING, ber.BIT_STRING)
    if not value.is_constructed or is_string:
        return _written(value.tag if tag is None else tag, value.small())
    pieces = [_strict(child) for child in value.children()]
    kind = value.tag | 0x20 if tag is None else tag
    return _written(kind, b"".join(sorted(pieces) if kind == ber.SET | 0x20 else pieces))


def _written(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(digits))) + digits + content


def _time(value: Value) -> datetime | None:
    """Read a Time in any form BER allows that has seconds and is UTC; None for any other."""
    text = value.small().decode("ascii", "replace")
    form = "%y%m%d%H%M%SZ" if value.tag == _UTC_TIME else "%Y%m%d%H%M%SZ"
    try:
        found = datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None
    if value.tag == _UTC_TIME and found.year >= 2050:
        # Two digits mean 1950 to 2049 (RFC 5652 section 11.3); Python's own rule ends 1969 to 2068.
        return found.replace(year=found.year - 100)
    return found


def _certificate_digests(known: dict[str, Value]) -> Iterator[tuple[str, bytes]]:
    """Give the hash of the certificate that the signer named first (RFC 5035 section 3)."""
    for kind, default in ((_SIGNING_CERTIFICATE, "sha-1"), (_SIGNING_CERTIFICATE_V2, "sha-256")):
        if kind not in known:
            continue
        groups = known[kind].children()
        named = groups[0].children() if groups else ()
        values = named[0].children() if named else ()
        if values and values[0].tag == ber.SEQUENCE and len(values) > 1:
            yield _digest_name(values[0]), values[1].small()
        elif values:
            yield default, values[0].small()
