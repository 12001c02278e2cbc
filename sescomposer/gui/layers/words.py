"""What reading a protected message found out, in words: one sentence for all of it, and the names of its pieces.

The sign "ok" stands for everything and for nothing less: each fact of each signature good, no layer closed, no part
and no header field that people read outside, nothing that differs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sescomposer.core.entity import Entity
from sescomposer.core.numbering import part_number
from sescomposer.core.protection.facts import Fact, Layer, LayerKind, Reading, SignatureFacts, Verdict
from sescomposer.gui.directions import isolated
from sescomposer.gui.layers.opened import ENCRYPTED, IN_THE_OPEN, Opened, Space
from sescomposer.gui.models.layer_rows import Inside, LayerRows, RowMark

Kind = Literal["ok", "note", "warning", "error"]

FACT_NAMES = {
    "intact": "Unchanged",
    "signer": "Signed by",
    "trusted": "Trusted",
    "address": "Sender's address",
    "time": "Time",
}
_WRONG = {
    "intact": "signature not checked",
    "signer": "signer not known",
    "trusted": "not trusted",
    "address": "not of the From address",
    "time": "time in doubt",
}
VERDICTS = {Verdict.GOOD: "Good", Verdict.BAD: "Bad", Verdict.UNKNOWN: "Not known"}
VERDICT_SIGNS = {Verdict.GOOD: "ok", Verdict.BAD: "error", Verdict.UNKNOWN: "warning"}
KIND_NAMES = {
    LayerKind.CLEAR_SIGNED: "Signed in the open (S/MIME)",
    LayerKind.OPAQUE_SIGNED: "Signed and enclosed (S/MIME)",
    LayerKind.ENCRYPTED: "Encrypted (S/MIME)",
    LayerKind.COMPRESSED: "Compressed (S/MIME)",
    LayerKind.CERTIFICATES: "Certificates, no signature (S/MIME)",
    LayerKind.PGP_SIGNED: "Signed in the open (OpenPGP)",
    LayerKind.PGP_ENCRYPTED: "Encrypted (OpenPGP)",
}
INSIDE_NAMES = {
    LayerKind.OPAQUE_SIGNED: "signed content",
    LayerKind.ENCRYPTED: "decrypted",
    LayerKind.COMPRESSED: "uncompressed",
    LayerKind.PGP_ENCRYPTED: "decrypted",
}
_SET_BY_SERVICE = frozenset({"Date", "Message-ID"})
"""No copy of these is ever signed: the service overwrites both. The time of signing is compared with Date."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What all of it comes to: a sign and a sentence."""

    kind: Kind
    sentence: str


@dataclass(frozen=True, slots=True)
class Lacking:
    """What signatures lack of being verified.

    Attributes:
        kind: Sign of it: "warning" or "error".
        words: In short, behind "signed" or "signature".
        sentence: In full.
    """

    kind: Kind
    words: str
    sentence: str


def is_everything(reading: Reading) -> bool:
    """Whether nothing at all is left open: the only thing that is marked green."""
    if not reading.is_good or any(layer.trouble for layer in reading.layers):
        return False
    fields = set(reading.uncovered_fields) - _SET_BY_SERVICE
    further = len(reading.uncovered) - bool(reading.uncovered_fields)
    return not (fields or further or reading.uncovered_parts or reading.outer_differs)


def verdict(opened: Opened) -> Verdicts:
    """Say in one sentence what all of it comes to."""
    reading = opened.reading
    if not reading.layers:
        return Verdicts("warning", "It looks protected, but in a form that is not known here: nothing was verified.")
    broken = [each for each in reading.signatures if each.intact.verdict is Verdict.BAD]
    if broken:
        return Verdicts("error", f"The signature does not hold. {broken[0].intact.sentence}")
    if reading.signatures and not reading.is_good:
        return Verdicts(
            "error" if _has_bad(reading.signatures) else "warning", f"Not verified: {_first_wrong(reading)}"
        )
    if opened.locked and opened.closed:
        whose = isolated(opened.locked[0])
        return Verdicts("warning", f"Encrypted to your key {whose!s}, which asks for its passphrase.")
    if opened.closed:
        return _closed(opened)
    if not reading.signatures:
        return _unsigned(reading)
    return _good(reading)


def lacking(opened: Opened) -> Lacking | None:
    """Say what signatures lack of being verified; None where they lack nothing, and for what is encrypted alone."""
    reading, found = opened.reading, verdict(opened)
    if found.kind in ("ok", "note") or (reading.is_encrypted and not reading.signatures):
        return None
    words = "not all of it verified" if reading.signatures and reading.is_good else "not verified"
    return Lacking(found.kind, words, found.sentence)


def _has_bad(signatures: Iterable[SignatureFacts]) -> bool:
    return any(fact.verdict is Verdict.BAD for each in signatures for _, fact in each.facts)


def _first_wrong(reading: Reading) -> str:
    """Give the reason of the worst fact."""
    wrong = [fact for each in reading.signatures for _, fact in each.facts if not fact.is_good]
    wrong.sort(key=lambda fact: fact.verdict is not Verdict.BAD)
    return wrong[0].sentence


def _closed(opened: Opened) -> Verdicts:
    trouble = opened.closed[0].trouble
    if opened.reading.signatures:
        return Verdicts("warning", f"Not verified as a whole: a layer cannot be opened. {trouble}")
    lead = "Encrypted, and not opened." if opened.reading.is_encrypted else "It cannot be opened."
    return Verdicts("warning", f"{lead} {trouble}")


def _unsigned(reading: Reading) -> Verdicts:
    if reading.is_encrypted:
        outside = " A part stands outside the encryption." if reading.uncovered_parts else ""
        return Verdicts("note", f"Encrypted, and opened here. It is not signed: nobody knows who wrote it.{outside}")
    return Verdicts("note", "Nothing in it is signed or encrypted; see its layers.")


def _good(reading: Reading) -> Verdicts:
    by = f"Signed by {signers(reading)}"
    encrypted = " It was encrypted." if reading.is_encrypted else ""
    if is_everything(reading):
        return Verdicts("ok", f"{by}; everything of it is verified.{encrypted}")
    if reading.uncovered_parts:
        count = len(reading.uncovered_parts)
        what = "a part stands" if count == 1 else f"{count} parts stand"
        return Verdicts("warning", f"{by} and verified, but not all of it: {what} outside the signature.{encrypted}")
    if reading.outer_differs:
        names = ", ".join(reading.outer_differs)
        return Verdicts("warning", f"{by} and verified, but {names} outside says something else than what was signed.")
    further = reading.uncovered[bool(reading.uncovered_fields) :]
    if further:
        return Verdicts("warning", f"{by} and verified, but not all of it. {further[0]}")
    names = listed([name for name in reading.uncovered_fields if name not in _SET_BY_SERVICE])
    return Verdicts("note", f"{by}: what it holds is verified, the header is not. Not signed: {names}.{encrypted}")


def listed(names: list[str]) -> str:
    """Join names for a sentence.

    >>> listed(["From"]), listed(["From", "To", "Subject"])
    ('From', 'From, To and Subject')
    """
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1] if names else "") if part)


def signers(reading: Reading) -> str:
    """Name who signed, each once."""
    return listed(list(dict.fromkeys(signer_of(each) for each in reading.signatures)))


def grouped(fingerprint: str) -> str:
    """Write a fingerprint so that it can be compared, and wraps.

    >>> grouped("1cdebbfd13")
    '1cde bbfd 13'
    """
    return " ".join(fingerprint[start : start + 4] for start in range(0, len(fingerprint), 4))


def signer_of(signature: SignatureFacts) -> str:
    """Name who made a signature, as far as it says."""
    certificate = signature.certificate
    if certificate is None:
        return f"the key {signature.fingerprint[-16:]}" if signature.fingerprint else "somebody"
    address = next(iter(certificate.addresses), "")
    owner = isolated(certificate.owner)
    return f"{owner} <{isolated(address)}>" if address and address != certificate.owner else owner


def layer_title(opened: Opened, number: int, layer: Layer) -> str:
    """Name a layer: its number, what it is, and where it stands."""
    return f"Layer {number}: {KIND_NAMES[layer.kind]}, {place_of(opened, layer)}"


def place_of(opened: Opened, layer: Layer) -> str:
    """Say where a layer stands."""
    space = opened.space_of(layer.entity)
    around = space.inside if space is not None else opened.root
    where = f" inside layer {space.number}" if space is not None else ""
    if layer.entity == around.key:
        return f"all that is{where}" if where else "the whole message"
    return f"part {_number(around, layer)}{where}"


def _number(around: Entity, layer: Layer) -> str:
    entity = around.find(layer.entity)
    return part_number(around, entity) if entity is not None else "?"


def space_words(opened: Opened, space: Space) -> str:
    """Say whose octets a space holds."""
    name = INSIDE_NAMES.get(space.layer.kind, "content").capitalize()
    verb = "of" if name.endswith("content") else "content of"
    where = place_of(opened, space.layer)
    return f"{name} {verb} layer {space.number} ({where}): octets of their own, counted from 0."


def covered_words(opened: Opened) -> list[str]:
    """Say what signatures that are intact cover."""
    found = []
    for number, layer in enumerate(opened.reading.layers, 1):
        if layer.inside is None or not layer.signatures or not all(each.intact.is_good for each in layer.signatures):
            continue
        found.append(f"{_covered(opened, layer, number)}, {len(layer.inside.octets):,} octets.")
    return found


def _covered(opened: Opened, layer: Layer, number: int) -> str:
    assert layer.inside is not None
    if layer.kind not in IN_THE_OPEN:
        return f"What layer {number} holds"
    space = opened.space_of(layer.inside.key)
    around = space.inside if space is not None else opened.root
    inside = f" inside layer {space.number}" if space is not None else ""
    return f"Part {part_number(around, layer.inside)}{inside} with all that is in it"


# --- the tree -------------------------------------------------------------------------------------------------------


def rows_of(opened: Opened, *, is_current: bool = True) -> LayerRows:
    """Give what the tree shows of a message.

    Args:
        opened: As it was read.
        is_current: Whether the message is still that one; verdicts on an older one are not shown.
    """
    insides = {
        space.layer.entity: Inside(space.inside, INSIDE_NAMES.get(space.layer.kind, "content"))
        for space in opened.spaces
    }
    if not is_current:
        return LayerRows(insides)
    marks = {layer.entity: _mark(opened.reading, layer) for layer in opened.reading.layers}
    outside = RowMark("not signed" if opened.reading.signatures else "not encrypted", "warning", "warning")
    marks.update((key, outside) for key in opened.reading.uncovered_parts)
    return LayerRows(insides, marks)


def _mark(reading: Reading, layer: Layer) -> RowMark:
    """Give the mark of a layer; green stands for nothing less than everything of the message."""
    if layer.trouble:
        return RowMark("not opened", "lock" if layer.kind in ENCRYPTED else "warning", "warning")
    if not layer.signatures:
        return RowMark("opened" if layer.kind in ENCRYPTED else layer.kind.value, "note", "note")
    facts = [(name, fact) for each in layer.signatures for name, fact in each.facts]
    if all(fact.is_good for _, fact in facts):
        return RowMark("verified", "ok", "ok" if is_everything(reading) else "mark")
    return _wrong_mark(facts)


def _wrong_mark(facts: list[tuple[str, Fact]]) -> RowMark:
    if any(name == "intact" and fact.verdict is Verdict.BAD for name, fact in facts):
        return RowMark("signature does not hold", "error", "error")
    is_bad = any(fact.verdict is Verdict.BAD for _, fact in facts)
    wrong = dict.fromkeys(_WRONG[name] for name, fact in facts if not fact.is_good)
    sign = "error" if is_bad else "warning"
    return RowMark(", ".join(wrong), sign, sign)
