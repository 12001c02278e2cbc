"""OpenPGP signatures checked, each for itself, and why one is not good in words for people."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pysequoia import Cert, Sig, verify

from sescomposer.core.errors import CertificateError, ProtectionError
from sescomposer.core.octets import Octets
from sescomposer.core.protection.openpgp.pgp_packets import Packet, key_blocks
from sescomposer.core.protection.openpgp.pgp_signature import BINARY_DOCUMENT, TEXT_DOCUMENT, SignaturePacket
from sescomposer.core.protection.openpgp.pgp_verifying import matches
from sescomposer.keys.openpgp_facts import block_facts, certificate_of
from sescomposer.keys.openpgp_faults import library_errors
from sescomposer.services.protection.protection_ports import PgpSignature

_BROKEN_DIGESTS = ("md5", "sha1", "ripemd160")
_CHANGED = "The content is not what was signed: it was changed on the way, or the signature belongs to another message."


@dataclass(frozen=True, eq=False)
class KnownKey:
    """A public key to check with."""

    block: tuple[Packet, ...]
    certificate: Cert
    fingerprint: str
    addresses: tuple[str, ...]

    def made(self, signature: SignaturePacket) -> bool:
        """Whether a signature says to be made by this key or one of its subkeys."""
        return any(signature.is_by(packet.fingerprint) for packet in self.block if packet.is_key)

    def has(self, name: str) -> bool:
        """Whether it or a subkey has this fingerprint or key id."""
        return any(name in (packet.fingerprint, packet.key_id) for packet in self.block if packet.is_key)


def known_keys(files: tuple[bytes, ...]) -> tuple[KnownKey, ...]:
    """Read public keys; one that the library does not take can check nothing and is left out."""
    found: list[KnownKey] = []
    for octets in files:
        try:
            for block in key_blocks(octets):
                certificate = certificate_of(block)
                facts = block_facts(block, datetime.fromtimestamp(0, UTC))
                found.append(KnownKey(block, certificate, facts.fingerprint, facts.addresses))
        except CertificateError:
            # Whose signature it cannot check is told as a signature of an unknown key.
            continue
    return tuple(found)


def checked(
    entity: Octets, signature: SignaturePacket, known: tuple[KnownKey, ...], now: datetime, path: str = ""
) -> PgpSignature:
    """Check one detached signature; `path` is that of a file which holds the content, "" where none does."""
    signer = next((key for key in known if key.made(signature)), None)
    found = PgpSignature(
        is_intact=signer is not None and _verifies(entity, signature, signer, path),
        fingerprint=signer.fingerprint if signer is not None else signature.issuer,
        signed_at=signature.created,
        digest=signature.digest,
        addresses=signer.addresses if signer is not None else (),
    )
    return found if found.is_intact else replace(found, trouble=_trouble(signature, signer, now))


def found_inside(
    asked: list[str],
    valid: tuple[tuple[str, str], ...],
    known: tuple[KnownKey, ...],
    packets: tuple[SignaturePacket, ...],
) -> tuple[PgpSignature, ...]:
    """Tell of the signatures inside an encrypted message.

    Args:
        asked: Fingerprints or key ids of the keys that signed, as the message says.
        valid: Those found valid, as pairs of certificate and key.
        known: Public keys.
        packets: The signatures themselves, for their time and digest.
    """
    return tuple(_inside(name, valid, known, packets) for name in dict.fromkeys(asked))


def _inside(
    name: str, valid: tuple[tuple[str, str], ...], known: tuple[KnownKey, ...], packets: tuple[SignaturePacket, ...]
) -> PgpSignature:
    signer = next((key for key in known if key.has(name)), None)
    if signer is None:
        return PgpSignature(False, name, trouble=_unknown(name))
    by = [key for certificate, key in valid if certificate == signer.fingerprint]
    if not by:
        return PgpSignature(False, signer.fingerprint, addresses=signer.addresses, trouble=_CHANGED)
    made = [packet for packet in packets if packet.is_by(by[0])]
    # Of two by one key nobody tells which of them is the good one.
    only = made[0] if len(made) == 1 else None
    return PgpSignature(
        True,
        signer.fingerprint,
        signed_at=only.created if only is not None else None,
        digest=only.digest if only is not None else "",
        addresses=signer.addresses,
    )


def _verifies(entity: Octets, signature: SignaturePacket, signer: KnownKey, path: str) -> bool:
    """Ask our own code and the library; both must find it good, and the library alone what only it can read."""
    made_by = [packet for packet in signer.block if packet.is_key and signature.is_by(packet.fingerprint)]
    if not made_by or matches(entity, signature, made_by[0]) is False:
        return False
    certificate = signer.certificate
    try:
        # The library gives one reason for all that is not good; `_trouble` looks for the true one.
        with library_errors(ProtectionError, _CHANGED, ""):
            read = Sig.from_bytes(signature.octets)
            if path:
                result = verify(file=path, store=lambda ids: [certificate], signature=read)
            else:
                result = verify(bytes=bytes(entity), store=lambda ids: [certificate], signature=read)
    except ProtectionError:
        return False
    return bool(result.valid_sigs)


def _trouble(signature: SignaturePacket, signer: KnownKey | None, now: datetime) -> str:
    if signature.kind not in (BINARY_DOCUMENT, TEXT_DOCUMENT):
        return "This OpenPGP signature is of a kind that says nothing about a message."
    if signer is None:
        return _unknown(signature.issuer)
    if signature.digest in _BROKEN_DIGESTS:
        return f"The signature was made with {signature.digest.upper()}, which can be forged. It proves nothing."
    if signature.created is not None and signature.created > now:
        return "The signature was made in the future: a clock is wrong, the sender's or yours."
    return block_facts(signer.block, signature.created or now).trouble or _CHANGED


def _unknown(name: str) -> str:
    return f"The key of the signer ({name or 'unnamed'}) is not known. Import it to have the signature checked."
