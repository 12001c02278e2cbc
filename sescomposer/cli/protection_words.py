"""What reading a protected message found out, as the command line tells it: JSON values and lines for people."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sescomposer.cli.streams import shown
from sescomposer.core.entity import Entity, Key
from sescomposer.core.numbering import part_number
from sescomposer.core.protection.facts import Layer, LayerKind, Reading, SignatureFacts

if TYPE_CHECKING:
    from sescomposer.core.protection.relays.survival import Survived

_CLEAR = (LayerKind.CLEAR_SIGNED, LayerKind.PGP_SIGNED)


def reading_json(root: Entity, reading: Reading) -> dict[str, Any]:
    """Give what was read as JSON values; parts are named by number, null for what lies inside another layer."""
    return {
        "good": reading.is_good,
        "encrypted": reading.is_encrypted,
        "layers": [_layer_json(root, layer) for layer in reading.layers],
        "uncovered": list(reading.uncovered),
        "uncovered_parts": [_number(root, key) for key in reading.uncovered_parts],
        "outer_differs": list(reading.outer_differs),
    }


def signature_json(signature: SignatureFacts) -> dict[str, Any]:
    """Give one signature as JSON values: each fact apart, with its verdict and its reason."""
    signer = signature.certificate
    return {
        "good": signature.is_good,
        "method": signature.method,
        "owner": signer.owner if signer else None,
        "addresses": list(signer.addresses) if signer else [],
        "fingerprint": signature.fingerprint,
        "chain": [certificate.owner for certificate in signature.chain],
        "signed_at": signature.signed_at.isoformat() if signature.signed_at else None,
        "digest": signature.digest,
        "algorithm": signature.algorithm,
        "facts": {name: {"verdict": fact.verdict.value, "sentence": fact.sentence} for name, fact in signature.facts},
    }


def reading_lines(root: Entity, reading: Reading) -> list[str]:
    """Write what was read for people: layers, facts, what is covered, what is not, and the whole in one line."""
    lines = [line for number, layer in enumerate(reading.layers, 1) for line in _layer_lines(root, number, layer)]
    lines += [f"covered      {line}" for line in _covered(root, reading)]
    lines += [f"not covered  {sentence}" for sentence in reading.uncovered]
    lines += [f"not covered  part {_number(root, key) or 'inside'}" for key in reading.uncovered_parts]
    lines += [f"differs      {name}: the field outside says something else" for name in reading.outer_differs]
    return [shown(line) for line in (*lines, verdict(reading))]


def verdict(reading: Reading) -> str:
    """Say in one sentence what the whole comes to.

    >>> verdict(Reading())
    'NOT VERIFIED: nothing in this message is signed.'
    """
    closed = [layer for layer in reading.layers if layer.trouble]
    if not reading.signatures:
        why = "a layer cannot be opened, so nothing is known" if closed else "nothing in this message is signed"
        return f"NOT VERIFIED: {why}."
    if closed:
        return "NOT VERIFIED: a layer cannot be opened, so what lies inside is not known."
    if not reading.is_good:
        wrong = dict.fromkeys(
            name for signature in reading.signatures for name, fact in signature.facts if not fact.is_good
        )
        return f"NOT VERIFIED: {', '.join(wrong)}."
    if reading.uncovered_parts:
        return "NOT VERIFIED: a part of the message stands outside the signature."
    if reading.outer_differs:
        names = ", ".join(reading.outer_differs)
        return f"NOT VERIFIED: {names} outside says something else than what was signed."
    return "VERIFIED: every fact of every signature is good."


def survival_json(survived: "Sequence[Survived]") -> list[dict[str, Any]]:
    """Give what a signature survives as JSON values; `applies` is false where the change alters nothing."""
    return [
        {
            "change": found.change.id,
            "about": found.change.words,
            "by": found.change.by,
            "applies": found.applies,
            "survives": found.survives,
            "sentence": found.sentence,
        }
        for found in survived
    ]


def survival_lines(survived: "Sequence[Survived]") -> list[str]:
    """Write what a signature survives for people."""
    return [
        shown(f"{'survives' if found.survives else 'BREAKS':<12} {found.change.words} ({found.change.by})")
        for found in survived
        if found.applies
    ]


def is_verified(reading: Reading) -> bool:
    """Tell whether every fact of every signature is good, no layer stayed closed, and they cover all parts."""
    is_whole = not (reading.uncovered_parts or reading.outer_differs)
    return reading.is_good and is_whole and not any(layer.trouble for layer in reading.layers)


def _layer_json(root: Entity, layer: Layer) -> dict[str, Any]:
    return {
        "kind": layer.kind.value,
        "part": _number(root, layer.entity),
        "algorithm": layer.algorithm,
        "recipients": list(layer.recipients),
        "trouble": layer.trouble,
        "signatures": [signature_json(signature) for signature in layer.signatures],
    }


def _layer_lines(root: Entity, number: int, layer: Layer) -> Iterator[str]:
    part = _number(root, layer.entity)
    where = ", the whole message" if layer.entity == root.key else f", part {part}" if part else ""
    algorithm = f", {layer.algorithm}" if layer.algorithm else ""
    yield f"layer {number}: {layer.kind}{where}{algorithm}"
    yield from (f"    for          {recipient}" for recipient in layer.recipients)
    if layer.trouble:
        yield f"    trouble      {layer.trouble}"
    for signature in layer.signatures:
        yield f"    signature    {_signature_words(signature)}"
        yield from (f"    {name:<12} {fact.verdict.upper():<8} {fact.sentence}" for name, fact in signature.facts)


def _signature_words(signature: SignatureFacts) -> str:
    signed = f"signed {signature.signed_at:%Y-%m-%d %H:%M:%S %Z}" if signature.signed_at else ""
    words = (signature.method, signature.algorithm or signature.digest, signed, signature.fingerprint)
    return ", ".join(word for word in words if word)


def _covered(root: Entity, reading: Reading) -> Iterator[str]:
    """Say what intact signatures cover."""
    for number, layer in enumerate(reading.layers, 1):
        if layer.inside is None or not any(signature.intact.is_good for signature in layer.signatures):
            continue
        part = _number(root, layer.inside.key) if layer.kind in _CLEAR else None
        size = len(layer.inside.octets)
        yield f"part {part}, {size} octets" if part else f"what lies inside layer {number}, {size} octets"


def _number(root: Entity, key: Key) -> str | None:
    """Give the number of a part of the message itself; None for one inside a layer."""
    entity = root.find(key)
    return None if entity is None else part_number(root, entity)
