"""Keys that stay in the user's GnuPG, also those on an OpenPGP card: it signs and decrypts, and its agent asks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sescomposer.core.errors import CertificateError, KeyGoneError, PassphraseError, ProtectionError
from sescomposer.core.octets import Octets
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.protection.openpgp.pgp_packets import key_blocks, recipients_of
from sescomposer.core.protection.openpgp.pgp_signature import DIGESTS, signatures_of
from sescomposer.keys.gnupg_calls import GnupgCalls, Outcome
from sescomposer.keys.openpgp import SequoiaOpenPgp
from sescomposer.keys.openpgp_checking import KnownKey, known_keys
from sescomposer.keys.openpgp_opening import for_nobody, is_named
from sescomposer.keys.temporary import written
from sescomposer.services.account import Secret
from sescomposer.services.protection.protection_ports import KeyEntry, PgpKeyFacts, PgpSignature

_NO_SECRET_KEY, _BAD_PASSPHRASE, _UNUSABLE, _NO_PROMPT, _BAD_PIN, _PIN_BLOCKED = 17, 11, 54, 86, 87, 129
_CANCELLED = (99, 198)
_CARD_TROUBLES = (108, 109, 110, 111, 112)
_GOOD = "GOODSIG"
_SIGNATURE_STATUSES = (_GOOD, "BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG")
_TROUBLES = {
    "BADSIG": "The content is not what was signed: it was changed on the way.",
    "ERRSIG": "The key of the signer is not known. Import it to have the signature checked.",
    "EXPSIG": "The signature has expired.",
    "EXPKEYSIG": "The key that signed has expired. Ask for it again, and import it.",
    "REVKEYSIG": "The key that signed was revoked by its owner.",
}


class GnupgKeyring:
    """Signs and decrypts with secret keys of the user's GnuPG.

    A passphrase that is given goes to GnuPG through a pipe; without one its own agent asks for it.

    Args:
        calls: Starts GnuPG; the user's own by default.
        library: Reads keys, and verifies what GnuPG made before it is used.
    """

    def __init__(self, calls: GnupgCalls | None = None, library: SequoiaOpenPgp | None = None) -> None:
        self._calls = calls or GnupgCalls()
        self._library = library or SequoiaOpenPgp()

    @property
    def is_there(self) -> bool:
        """Whether GnuPG is installed."""
        return self._calls.is_there

    def secret_keys(self) -> tuple[PgpKeyFacts, ...]:
        """List the keys whose secret part GnuPG has; raises `KeyGoneError` where it is not installed."""
        found: list[PgpKeyFacts] = []
        for fingerprint in self._calls.fingerprints():
            found += [replace(facts, has_secret=True) for facts in self._library.read(self.public_key(fingerprint))]
        return tuple(found)

    def public_key(self, fingerprint: str) -> bytes:
        """Give the public key of that fingerprint, binary; raises `KeyGoneError` where GnuPG has none."""
        octets = self._calls.export(fingerprint)
        if not octets:
            raise KeyGoneError(
                f"GnuPG has no key {fingerprint} any more.", hint="Choose another key.", value=fingerprint
            )
        return self._library.public(octets, fingerprint)

    def sign(
        self,
        entity: Octets,
        entry: KeyEntry,
        secret: bytes,
        passphrase: Secret | None,
        progress: Progress = NO_PROGRESS,
    ) -> tuple[bytes, str]:
        """See `OpenPgp`; `secret` is not looked at. What GnuPG made is verified before it is given."""
        del secret
        progress.step(0, len(entity))
        outcome = self._calls.sign(entity, entry.fingerprint, passphrase)
        if not outcome.values("SIG_CREATED") or not outcome.data:
            raise _fault(outcome, entry, "sign")
        public = self.public_key(entry.fingerprint)
        if not all(signature.is_intact for signature in self._library.verify(entity, outcome.data, (public,))):
            raise ProtectionError(
                "GnuPG gave a signature that does not verify; it is not used.", hint="Try again, or use another key."
            )
        progress.step(len(entity), len(entity))
        return outcome.data, signatures_of(outcome.data)[0].digest

    def encrypt(
        self,
        entity: Octets,
        recipients: tuple[bytes, ...],
        signer: tuple[KeyEntry, bytes, Secret | None],
        progress: Progress = NO_PROGRESS,
    ) -> bytes:
        """See `OpenPgp`; signs inside with a key of GnuPG."""
        entry, _, passphrase = signer
        for octets in recipients:
            self._library.check_recipient(octets)
        progress.step(0, len(entity))
        fingerprints = tuple(key_blocks(octets)[0][0].fingerprint for octets in recipients)
        with written(b"".join(self._binary(recipients))) as keyring:
            outcome = self._calls.encrypt(entity, fingerprints, entry.fingerprint, passphrase, keyring)
        if not outcome.values("END_ENCRYPTION") or not outcome.values("SIG_CREATED"):
            raise _fault(outcome, entry, "sign")
        progress.step(len(entity), len(entity))
        return outcome.data

    def decrypt(
        self, message: bytes, secrets: Sequence[tuple[KeyEntry, bytes, Secret | None]], keys: tuple[bytes, ...]
    ) -> tuple[bytes, tuple[PgpSignature, ...]]:
        """See `OpenPgp`."""
        named = recipients_of(message)
        own = next((own for own in secrets if is_named(key_blocks(own[0].public)[0], named)), None)
        if own is None:
            raise for_nobody(named)
        entry, _, passphrase = own
        with written(b"".join(self._binary(keys))) as keyring:
            outcome = self._calls.decrypt(message, passphrase, keyring)
        if not outcome.values("DECRYPTION_OKAY"):
            raise _fault(outcome, entry, "decrypt")
        return outcome.data, tuple(_named(signature, known_keys(keys)) for signature in _signatures(outcome))

    def _binary(self, keys: tuple[bytes, ...]) -> list[bytes]:
        """Give public keys as GnuPG reads them from a keyring; what cannot be read is left out."""
        found: list[bytes] = []
        for octets in keys:
            try:
                found += [self._library.public(octets, facts.fingerprint) for facts in self._library.read(octets)]
            except CertificateError:
                # Whose signature it would check is told as a signature of an unknown key.
                continue
        return found


def _named(signature: PgpSignature, known: tuple[KnownKey, ...]) -> PgpSignature:
    """Give a signature with all addresses of its key, of which GnuPG tells one."""
    signer = next((key for key in known if key.fingerprint == signature.fingerprint), None)
    return signature if signer is None else replace(signature, addresses=signer.addresses)


def _fault(outcome: Outcome, entry: KeyEntry, purpose: str) -> ProtectionError:
    """Give the error for a call that gave nothing."""
    failures = outcome.failures
    words = {name for name, _ in outcome.statuses}
    name = repr(entry.label)
    if failures & {_BAD_PASSPHRASE, _BAD_PIN} or "BAD_PASSPHRASE" in words:
        return PassphraseError(f"The passphrase or PIN of the GnuPG key of {name} is wrong.", hint="Type it again.")
    if _PIN_BLOCKED in failures:
        return PassphraseError(f"The card of {name} is locked.", hint="Unlock it with its reset code or admin PIN.")
    if failures & {*_CANCELLED, _NO_PROMPT} or "MISSING_PASSPHRASE" in words:
        return PassphraseError(f"The passphrase of the GnuPG key of {name} was not given.", hint="Try again.")
    if failures & set(_CARD_TROUBLES):
        return KeyGoneError(f"The card with the GnuPG key of {name} is not there.", hint="Put it in, then try again.")
    if words & {"KEYEXPIRED", "KEYREVOKED"} or _UNUSABLE in failures:
        return CertificateError(
            f"The GnuPG key of {name} has expired or was revoked.", hint="Extend it in GnuPG, or choose another key."
        )
    if words & {"NO_SECKEY", "INV_SGNR"} or _NO_SECRET_KEY in failures:
        return KeyGoneError(
            f"GnuPG has no secret key to {purpose} with for {name}.", hint="Choose another key, or put the card in."
        )
    if purpose == "decrypt":
        return ProtectionError(
            "GnuPG cannot open the message: it was changed or damaged on the way.", hint="Ask the sender for it again."
        )
    return ProtectionError(f"GnuPG could not {purpose} the message.", hint="Try again, or use another key.")


def _signatures(outcome: Outcome) -> tuple[PgpSignature, ...]:
    """Give what GnuPG found out of each signature: only GOODSIG with VALIDSIG is one that is good."""
    groups: list[list[tuple[str, str]]] = []
    for name, value in outcome.statuses:
        if name == "NEWSIG" or (name in _SIGNATURE_STATUSES and (not groups or _verdict(groups[-1]))):
            groups.append([])
        if groups:
            groups[-1].append((name, value))
    return tuple(_signature(group) for group in groups if _verdict(group))


def _verdict(group: list[tuple[str, str]]) -> str:
    return next((name for name, _ in group if name in _SIGNATURE_STATUSES), "")


def _signature(group: list[tuple[str, str]]) -> PgpSignature:
    verdict = _verdict(group)
    named = dict(group)
    valid = named.get("VALIDSIG", "").split()
    trouble = _TROUBLES.get(verdict, "")
    if verdict == _GOOD and len(valid) < 8:
        trouble = "GnuPG does not say that the signature is valid."
    words = named.get(verdict, "").split()
    address = named.get(verdict, "").rpartition("<")[2].rstrip(">") if verdict == _GOOD else ""
    return PgpSignature(
        is_intact=not trouble,
        fingerprint=(valid[9] if len(valid) > 9 else valid[0] if valid else words[0] if words else "").lower(),
        signed_at=datetime.fromtimestamp(int(valid[2]), UTC) if len(valid) > 2 and valid[2].isdigit() else None,
        digest=DIGESTS.get(int(valid[7]), "") if len(valid) > 7 and valid[7].isdigit() else "",
        addresses=(address,) if "@" in address else (),
        trouble=trouble,
    )
