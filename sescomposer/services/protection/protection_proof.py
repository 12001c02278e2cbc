"""Proof of protection: sealed octets are read again, and what was found decides whether they may leave."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from sescomposer.core.entity import Entity
from sescomposer.core.findings import Finding, Severity, Where
from sescomposer.core.message import Method, Protection
from sescomposer.core.parse import parse
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.protection.facts import LayerKind, Reading, SignatureFacts
from sescomposer.core.protection.protector import Evidence
from sescomposer.core.seal import Sealed
from sescomposer.services.protection.protection_ports import IdentityPolicy, Policy

if TYPE_CHECKING:
    from sescomposer.core.octets import Octets
    from sescomposer.core.protection.relays.survival import Survived
    from sescomposer.services.protection.protection_plan import ProtectionPlan

Read = Callable[[Entity], Reading]

_SIGNED = ("multipart/signed",)
_ENCRYPTED = ("multipart/encrypted",)
_CMS = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_SIGNED_CMS = ("signed-data", "certs-only", "compressed-data")
_OURS = ("smime", "openpgp")
_VERSION_OCTETS = 1000
_STANDARD = "policy of the From mailbox"
_SELFCHECK = "verification after sealing"
_TRUST = "Add its root to those that you trust, or sign with another certificate."
_ENVELOPED = (LayerKind.ENCRYPTED, LayerKind.PGP_ENCRYPTED)


def is_signed(root: Entity) -> bool:
    """Whether a message came signed, as its outermost type says.

    >>> is_signed(parse(b"Content-Type: application/pkcs7-mime; smime-type=signed-data\\r\\n\\r\\n"))
    True
    """
    if root.media_type in _CMS:
        return _smime_type(root) in _SIGNED_CMS
    return root.media_type in _SIGNED


def is_encrypted(root: Entity) -> bool:
    """Whether a message came encrypted, as its outermost type says; an S/MIME type that nobody named counts as that."""
    if root.media_type in _CMS:
        return _smime_type(root) not in _SIGNED_CMS
    return root.media_type in _ENCRYPTED


def _smime_type(root: Entity) -> str:
    return (root.content_type.get("smime-type") or "").lower()


def protection_of(root: Entity, wanted: Protection, chosen: Protection) -> Protection:
    """Give what is still to be done to a message that may have come protected: nothing is signed twice by a policy.

    Args:
        root: As it is written.
        wanted: By the writer and the policy.
        chosen: By the writer alone; what is chosen in words is done, and a finding says that it is the second time.
    """
    if is_encrypted(root):
        return replace(wanted, sign=bool(chosen.sign), encrypt=bool(chosen.encrypt))
    return replace(wanted, sign=bool(chosen.sign)) if is_signed(root) else wanted


def proven(sealed: Sealed, read: Read) -> tuple[Sealed, tuple[Finding, ...]]:
    """Give sealed octets whose evidence says what reading them again found out, and what stops them.

    Args:
        sealed: As sealed; octets that came protected by others get evidence, too.
        read: Reads every layer, with the keys that are open.
    """
    evidence = sealed.evidence
    if evidence is None or evidence.method not in _OURS:
        if not (is_signed(sealed.root) or is_encrypted(sealed.root)):
            return sealed, ()
        return replace(sealed, evidence=evidence_of(read(sealed.root)) or evidence), ()
    reading = read(sealed.root)
    found = replace(
        evidence, is_verified=_is_proven(evidence, reading), outcome=tuple(_outcome(reading)), wrong=_wrong(reading)
    )
    if not found.certificates:
        found = replace(found, certificates=_certificates(reading))
    return replace(sealed, evidence=found), tuple(_selfcheck(evidence, reading, sealed.root))


def evidence_of(reading: Reading) -> Evidence | None:
    """Give evidence of octets that came protected by others; None where nothing of it can be told."""
    if not reading.layers:
        return None
    first = reading.signatures[0] if reading.signatures else None
    is_pgp = reading.layers[0].kind in (LayerKind.PGP_ENCRYPTED, LayerKind.PGP_SIGNED)
    return Evidence(
        method="openpgp" if is_pgp else "smime",
        form=_form(reading),
        signer=first.fingerprint if first else "",
        chain=tuple(certificate.fingerprint for certificate in first.chain) if first else (),
        digest=first.digest if first else "",
        signed_at=first.signed_at if first else None,
        is_verified=_is_good_as_a_whole(reading),
        outcome=tuple(_outcome(reading)),
        wrong=_wrong(reading),
        certificates=_certificates(reading),
    )


def _form(reading: Reading) -> str:
    if reading.layers[0].kind in _ENVELOPED:
        return "signed and encrypted" if reading.signatures else "encrypted"
    kinds = {layer.kind for layer in reading.layers}
    return "opaque" if LayerKind.OPAQUE_SIGNED in kinds else "detached"


def _is_proven(evidence: Evidence, reading: Reading) -> bool:
    """Whether what the evidence claims was found, and every fact of it is good."""
    if not _holds(evidence, reading) or any(layer.trouble for layer in reading.layers):
        return False
    return not evidence.signer or (_is_good_as_a_whole(reading) and _of_signer(evidence, reading) is not None)


def _is_good_as_a_whole(reading: Reading) -> bool:
    """Whether all signatures are good, nothing stayed closed, and no part stands beside what they cover."""
    return reading.is_good and not (reading.uncovered_parts or any(layer.trouble for layer in reading.layers))


def _holds(evidence: Evidence, reading: Reading) -> bool:
    """Whether the octets are encrypted where they should be."""
    return "encrypted" not in evidence.form or bool(reading.layers and reading.layers[0].kind in _ENVELOPED)


def _of_signer(evidence: Evidence, reading: Reading) -> SignatureFacts | None:
    return next((found for found in reading.signatures if found.fingerprint == evidence.signer), None)


def _outcome(reading: Reading) -> Iterator[str]:
    """Give what was found as sentences, outermost first."""
    for layer in reading.layers:
        if layer.kind in _ENVELOPED:
            yield f"It is encrypted{f' with {layer.algorithm}' if layer.algorithm else ''}."
        if layer.trouble:
            yield layer.trouble
        for signature in layer.signatures:
            yield from (fact.sentence for _, fact in signature.facts)
    if not reading.layers:
        yield "No signature and no encryption is found in it."


def _wrong(reading: Reading) -> tuple[str, ...]:
    """Give the sentences of what is not as it should be, and how trust is mended, which has no finding of its own."""
    troubles = [layer.trouble for layer in reading.layers if layer.trouble]
    facts = [fact.sentence for found in reading.signatures for _, fact in found.facts if not fact.is_good]
    is_untrusted = any(not found.trusted.is_good for found in reading.signatures)
    return (*troubles, *facts, *((_TRUST,) if is_untrusted else ()))


def _certificates(reading: Reading) -> tuple[bytes, ...]:
    for signature in reading.signatures:
        if signature.certificate is not None:
            return (signature.certificate.der, *(one.der for one in signature.chain if one != signature.certificate))
    return ()


def _selfcheck(evidence: Evidence, reading: Reading, root: Entity) -> Iterator[Finding]:
    """Find that octets we protected are not what they should be."""
    trouble = next((layer.trouble for layer in reading.layers if layer.trouble), "")
    signature = _of_signer(evidence, reading)
    if not _holds(evidence, reading):
        yield _failed(root, "It should be encrypted, and it is not.")
    elif evidence.signer and signature is None and trouble and "encrypted" in evidence.form:
        words = f"Whether its signature is good could not be checked, since it cannot be opened again. {trouble}"
        yield Finding("protect-unproven", Severity.ERROR, words, Where(root.key), _SELFCHECK)
    elif evidence.signer and (signature is None or not (signature.intact.is_good and signature.signer.is_good)):
        why = "No signature of the key is found in it." if signature is None else signature.intact.sentence
        yield _failed(root, f"{why} {trouble}".strip())
    elif trouble:
        words = f"You cannot open it again yourself once it is sent. {trouble}"
        yield Finding("protect-unproven", Severity.WARNING, words, Where(root.key), _SELFCHECK)


def _failed(root: Entity, why: str) -> Finding:
    words = f"The sealed message was read again and is not what it should be, so it is not sent. {why} Seal it again."
    return Finding("protect-selfcheck", Severity.ERROR, words, Where(root.key), _SELFCHECK)


def refusal(policy: IdentityPolicy, root: Entity, evidence: Evidence | None, *, is_local: bool) -> tuple[Finding, ...]:
    """Give what a policy says against submitting octets; empty for nothing.

    Args:
        policy: Of the From mailboxes.
        root: Of the sealed octets.
        evidence: What is known of their protection.
        is_local: Whether they stay on the machine, where the service signs nothing.
    """
    found = []
    if policy.sign is Policy.MUST and not _is_well_signed(root, evidence, is_local=is_local):
        found.append(_must(root, _why_not_signed(policy, evidence)))
    if policy.encrypt is Policy.MUST and not _is_well_encrypted(root, evidence):
        found.append(_must(root, f"Mail from {policy.address!r} must be encrypted, and this message is not."))
    return tuple(found)


def _is_well_signed(root: Entity, evidence: Evidence | None, *, is_local: bool) -> bool:
    if evidence is None:
        return False
    if evidence.method == Method.SES:
        return not is_local
    is_there = is_signed(root) or is_encrypted(root)
    return is_there and evidence.method in _OURS and bool(evidence.signer) and evidence.is_verified


def _is_well_encrypted(root: Entity, evidence: Evidence | None) -> bool:
    return evidence is not None and "encrypted" in evidence.form and is_encrypted(root) and _is_closed(root)


def _is_closed(root: Entity) -> bool:
    """Whether nothing stands beside the encrypted content: what a container has further is open to everybody."""
    if not root.is_multipart:
        return True
    kinds = [part.media_type for part in root.children]
    is_known = kinds[:1] == ["application/pgp-encrypted"] and len(root.children[0].octets) <= _VERSION_OCTETS
    return is_known and len(kinds) == 2 and not root.children[1].is_multipart


def _why_not_signed(policy: IdentityPolicy, evidence: Evidence | None) -> str:
    demand = f"Mail from {policy.address!r} must bear a good signature, and this message"
    if evidence is None or not evidence.signer:
        return f"{demand} bears none."
    return (
        f"{demand} bears one that is not good in every respect. {' '.join(evidence.wrong or evidence.outcome)}".strip()
    )


def _must(root: Entity, words: str) -> Finding:
    return Finding("protect-must", Severity.ERROR, words, Where(root.key, "From"), _STANDARD)


def by_service(plan: "ProtectionPlan") -> Evidence | None:
    """Give the evidence that the service will sign: it holds no proof, since nothing is signed before it leaves."""
    if plan.method is not Method.SES or not plan.signs or plan.errors:
        return None
    words = f"SES signs it on its side, with the certificate that lies there for {plan.address}."
    return Evidence(method="ses", form="detached", outcome=(words,))


def survived(sealed: Sealed, read: Read, progress: Progress = NO_PROGRESS) -> "tuple[Survived, ...]":
    """Tell which changes of relays the signatures in sealed octets survive."""
    from sescomposer.core.protection.relays.survival import survival

    signers = {found.fingerprint for found in read(sealed.root).signatures if found.intact.is_good}

    def verify(octets: "Octets") -> bool:
        progress.step(0, 0)
        intact = {found.fingerprint for found in read(parse(octets)).signatures if found.intact.is_good}
        return bool(signers) and signers <= intact

    return survival(sealed.octets, verify, progress)


__all__ = [
    "by_service",
    "evidence_of",
    "is_encrypted",
    "is_signed",
    "protection_of",
    "proven",
    "refusal",
    "survived",
]
