"""Checking S/MIME signatures (RFC 8551, RFC 5652 section 5.6): each fact apart from the others, each with its reason.

Octets count exactly as they came. Where only their line ends differ from what was signed, that is said.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sescomposer.core.entity import Entity
from sescomposer.core.errors import ProtectionError
from sescomposer.core.octets import Octets
from sescomposer.core.protection.certificates.certificate import Certificate, public_key_of
from sescomposer.core.protection.certificates.trust import Trust, trusted_chain
from sescomposer.core.protection.cms import SignedData, SignerInfo, read_signed_data
from sescomposer.core.protection.facts import Fact, SignatureFacts, Verdict
from sescomposer.core.protection.message_facts import LONGEST_APART, address_fact, shown, time_fact
from sescomposer.core.protection.signature_check import HASHES, algorithm_name, digests_used, is_signed_by

if TYPE_CHECKING:
    import hashlib

_READ_OCTETS = 1 << 20
_SIGNATURE_OCTETS = 4 << 20
_WEAK = ("md5", "sha-1")


def verify_detached(
    entity: Octets, signature: Octets, *, root: Entity, trust: Trust, now: datetime, micalg: str = ""
) -> tuple[SignatureFacts, ...]:
    """Check a signature that stands apart from what it signs.

    Args:
        entity: The first part as it lies in the message, up to the line end before the delimiter (RFC 1847).
        signature: CMS in DER or BER, decoded from base64.
        root: The message, for From and Date.
        trust: The roots.
        now: Time with an offset.
        micalg: Digests as Content-Type says; "" where it is not known.

    Returns:
        One for each signer, in order.

    Raises:
        ProtectionError: the signature is damaged, too large, or holds no signer.
    """
    if len(signature) > _SIGNATURE_OCTETS:
        raise ProtectionError(
            f"The signature has {len(signature):,} octets; none has more than {_SIGNATURE_OCTETS:,}.",
            hint="Ask for the message again.",
            value=len(signature),
        )
    return verify_signed_data(read_signed_data(signature), entity, root=root, trust=trust, now=now, micalg=micalg)


def verify_opaque(cms: Octets, *, root: Entity, trust: Trust, now: datetime) -> tuple[SignatureFacts, ...]:
    """Check signed content that holds what it signs; arguments and result as of `verify_detached`.

    Raises:
        ProtectionError: it is damaged, holds no content, or no signer.
    """
    data = read_signed_data(cms)
    if data.content is None:
        raise ProtectionError(
            "The signed content is missing: the file holds a signature alone.",
            hint="Open the message that this signature belongs to.",
        )
    return verify_signed_data(data, data.content, root=root, trust=trust, now=now)


def verify_signed_data(
    data: SignedData, content: Octets, *, root: Entity, trust: Trust, now: datetime, micalg: str = ""
) -> tuple[SignatureFacts, ...]:
    """Check what was read already; see `verify_detached`."""
    if not data.signers:
        raise ProtectionError("Nobody signed this: it holds certificates alone.", hint="Import them if you need them.")
    found = _digests(content, data.digests)
    return tuple(_facts(signer, data, content, found, root, trust, now, micalg) for signer in data.signers)


def _facts(
    signer: SignerInfo,
    data: SignedData,
    content: Octets,
    digests: dict[str, bytes],
    root: Entity,
    trust: Trust,
    now: datetime,
    micalg: str,
) -> SignatureFacts:
    certificate = _certificate_of(signer, data.certificates)
    digest = digests.get(signer.digest)
    is_genuine, trouble = _genuine(signer, certificate, digest)
    intact = _labelled(_intact(signer, data.content_type, content, digest, is_genuine, trouble), signer.digest, micalg)
    if certificate is None:
        missing = Fact(Verdict.BAD, "The message does not hold the signer's certificate.")
        time = time_fact(root, signer.signed_at, now)
        return SignatureFacts(
            intact,
            missing,
            Fact(Verdict.UNKNOWN, "Without the certificate nobody vouches for the signer."),
            Fact(Verdict.UNKNOWN, "Without the certificate the signer's address is not known."),
            time,
            signed_at=signer.signed_at,
            digest=signer.digest,
            algorithm=algorithm_name(signer, None),
        )
    others = [item for item in dict.fromkeys(data.certificates) if item != certificate]
    trusted, path = _trusted(certificate, others, trust, signer.signed_at, now)
    return SignatureFacts(
        intact,
        _signer(signer, certificate, is_genuine),
        trusted,
        address_fact(root, certificate.addresses),
        time_fact(root, signer.signed_at, now, (certificate.not_before, certificate.not_after)),
        certificate=certificate,
        chain=tuple(dict.fromkeys((*path[1:], *others))),
        fingerprint=certificate.fingerprint,
        signed_at=signer.signed_at,
        digest=signer.digest,
        algorithm=algorithm_name(signer, certificate),
    )


def _certificate_of(signer: SignerInfo, certificates: Iterable[Certificate]) -> Certificate | None:
    if signer.key_id:
        return next((item for item in certificates if _key_id(item) == signer.key_id), None)
    for item in certificates:
        if item.serial == signer.serial and _issuer(item) == signer.issuer:
            return item
    return None


def _key_id(certificate: Certificate) -> bytes:
    from cryptography import x509

    try:
        return certificate.x509.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        key = public_key_of(certificate)
        return x509.SubjectKeyIdentifier.from_public_key(key).digest if key is not None else b""


def _issuer(certificate: Certificate) -> bytes:
    """The issuer's name as it stands in the certificate: third or, behind a version, fourth value of what is signed."""
    from sescomposer.core.protection import ber

    values = ber.read(Octets.of(certificate.x509.tbs_certificate_bytes)).children()
    return values[3 if values[0].tag == ber.CONTEXT else 2].raw


def _genuine(signer: SignerInfo, certificate: Certificate | None, digest: bytes | None) -> tuple[bool, str]:
    """Whether the signature is that of the key, and a sentence where that cannot be told."""
    if certificate is None:
        return False, "The signer's certificate is not in the message, so the signature cannot be checked."
    if digest is None:
        return False, f"The digest {signer.digest} is not known here, so the signature cannot be checked."
    try:
        return is_signed_by(signer, certificate, digest), ""
    except ProtectionError as error:
        return False, error.sentence


def _intact(
    signer: SignerInfo, kind: str, content: Octets, digest: bytes | None, is_genuine: bool, trouble: str
) -> Fact:
    if digest is not None and signer.signed and signer.message_digest != digest:
        return Fact(Verdict.BAD, _what_changed(signer, content))
    if trouble:
        return Fact(Verdict.UNKNOWN, trouble)
    if not is_genuine:
        return Fact(Verdict.BAD, _forged(signer, content))
    if signer.signed and signer.content_type != kind:
        return Fact(Verdict.BAD, "The signature was made for content of another kind.")
    weak = next((name for name in digests_used(signer) if name in _WEAK), "")
    if weak:
        return Fact(
            Verdict.UNKNOWN,
            f"The digest fits, but {weak.upper()} can be forged: another text may have the same signature.",
        )
    if not signer.signed and _is_set(content):
        return Fact(
            Verdict.UNKNOWN,
            "What was signed is no message but the inside of another signature: its text may be another one.",
        )
    return Fact(Verdict.GOOD, "Not one octet was changed since it was signed.")


def _is_set(content: Octets) -> bool:
    """Whether content is what a signature with attributes is made of, passed off as signed without attributes."""
    from sescomposer.core.protection import ber

    try:
        value = ber.read(content)
    except ProtectionError:
        return False
    return value.tag == ber.SET and value.is_constructed and value.stop == len(content)


def _forged(signer: SignerInfo, content: Octets) -> str:
    if signer.signed:
        return "The signature is not that of the certificate's key, or was damaged."
    del content
    return "What was signed was changed since, or the signature is not that of the certificate's key."


def _what_changed(signer: SignerInfo, content: Octets) -> str:
    sentence = "What was signed was changed since."
    if signer.digest in HASHES:
        for line_end, words in ((b"\r\n", "LF in place of CR LF"), (b"\n", "CR LF in place of LF")):
            other = _new_digest(signer.digest)
            for chunk in _with_line_ends(content, line_end):
                other.update(chunk)
            if other.digest() == signer.message_digest:
                return f"{sentence} Only line ends differ: they are {words}."
    return sentence


def _with_line_ends(content: Octets, line_end: bytes) -> Iterator[bytes]:
    """Give the octets with other line ends, as a stream."""
    held = b""
    for chunk in content.chunks(_READ_OCTETS):
        octets = held + bytes(chunk)
        # A CR at the end may belong to the LF that follows.
        held = b"\r" if octets.endswith(b"\r") else b""
        octets = octets[: len(octets) - len(held)].replace(b"\r\n", b"\n")
        yield octets.replace(b"\n", line_end)
    yield held


def _labelled(fact: Fact, digest: str, micalg: str) -> Fact:
    """Say so where Content-Type names another digest: some mail programs then call the message changed."""
    named = {_plain(word) for word in micalg.split(",") if word.strip()}
    if not fact.is_good or not named or _plain(digest) in named:
        return fact
    return Fact(
        Verdict.UNKNOWN,
        f"{fact.sentence} But Content-Type names the digest {micalg!r}, and {digest} was used: some mail programs will "
        "say that it was changed.",
    )


def _plain(digest: str) -> str:
    return digest.strip().strip('"').lower().replace("-", "")


def _signer(signer: SignerInfo, certificate: Certificate, is_genuine: bool) -> Fact:
    if not is_genuine:
        return Fact(
            Verdict.UNKNOWN, f"It names {certificate.owner!r} as the signer, which the signature does not prove."
        )
    for digest, value in signer.certificate_digests:
        if digest in HASHES and _digest_of(certificate.der, digest) != value:
            return Fact(Verdict.BAD, f"The signer named another certificate than that of {certificate.owner!r}.")
    return Fact(
        Verdict.GOOD, f"Signed by {certificate.owner!r}, says {certificate.issuer!r}, who issued the certificate."
    )


def _trusted(
    certificate: Certificate, others: Sequence[Certificate], trust: Trust, signed_at: datetime | None, now: datetime
) -> tuple[Fact, tuple[Certificate, ...]]:
    """Judge the chain at the time of signing; a time to come proves nothing."""
    at = now if signed_at is None or signed_at > now + LONGEST_APART else signed_at
    chain = trusted_chain(certificate, others, trust, at)
    if chain.fault:
        return Fact(Verdict.BAD, chain.sentence), chain.path
    if not certificate.can_sign:
        return Fact(Verdict.BAD, "The certificate is not meant for signing mail."), chain.path
    sentence = chain.sentence
    if certificate.not_after < now:
        sentence += f" It was valid when it signed, and expired {shown(certificate.not_after)}."
    return Fact(Verdict.GOOD, sentence), chain.path


def _digests(content: Octets, names: Iterable[str]) -> dict[str, bytes]:
    """Hash the content once for all signers; what is not known is left out."""
    running = {name: _new_digest(name) for name in names if name in HASHES}
    for chunk in content.chunks(_READ_OCTETS):
        for digest in running.values():
            digest.update(chunk)
    return {name: digest.digest() for name, digest in running.items()}


def _digest_of(octets: bytes, name: str) -> bytes:
    digest = _new_digest(name)
    digest.update(octets)
    return digest.digest()


def _new_digest(name: str) -> "hashlib._Hash":
    import hashlib  # here: its library is large

    return hashlib.new(HASHES[name], usedforsecurity=name not in _WEAK)
