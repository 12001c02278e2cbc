"""Whether a certificate leads to a root that is trusted, and if not, why (RFC 5280 section 6, RFC 8550 section 4).

The path is looked for here, so that what is wrong can be said in words; the verifier of `cryptography` then has the
last word on it. What it does not look at is looked at here: key sizes, and what extended key usages say of mail.
Revocation is not: nothing is asked of the network.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sescomposer.core.lazy import lazy
from sescomposer.core.protection.certificates.certificate import Certificate, public_key_of
from sescomposer.core.protection.certificates.constraints import refused_address
from sescomposer.core.protection.certificates.issuing import issued_by, old_digest

LONGEST = 8
"""Certificates in a path, leaf and root among them; public ones have 3 or 4."""

MOST_SIGNATURES = 200
"""Signatures that are checked while a path is looked for: a collection made to have countless paths ends there."""

RSA_BITS = 2048
"""Least modulus (CA/Browser Forum S/MIME Baseline Requirements, section 6.1.5)."""


@dataclass(frozen=True)
class Trust:
    """Whom we trust: the system's roots and those the user added. A certificate that is no CA can stand here too."""

    roots: tuple[Certificate, ...]

    @lazy
    def by_subject(self) -> Mapping[bytes, tuple[Certificate, ...]]:
        """The roots by their name in DER."""
        found: dict[bytes, tuple[Certificate, ...]] = {}
        for root in self.roots:
            name = root.x509.subject.public_bytes()
            found[name] = (*found.get(name, ()), root)
        return found


@dataclass(frozen=True, slots=True)
class Chain:
    """The way from a certificate to a root.

    Attributes:
        path: Leaf first, trusted root last; empty where none is good.
        fault: "" or why there is none: "incomplete", "untrusted", "expired", "not-yet", "loop", "weak", "constraints",
            "purpose".
        sentence: Outcome for people.
    """

    path: tuple[Certificate, ...]
    fault: str
    sentence: str

    @property
    def is_good(self) -> bool:
        """Whether it leads to a root that is trusted."""
        return not self.fault


def trusted_chain(certificate: Certificate, others: Sequence[Certificate], trust: Trust, at: datetime) -> Chain:
    """Look for a way from a certificate to a trusted root that was good at a time; raises nothing.

    Args:
        certificate: Where to start; may be a root of `trust` itself.
        others: Certificates to go through, in any order; they are not trusted.
        trust: Where the way has to end.
        at: Aware; of signing for what was signed, now for what is to be signed.
    """
    search = _Search(tuple(dict.fromkeys(others)), trust)
    first: Chain | None = None
    for path in search.paths((certificate,)):
        fault, sentence = _fault(path, at)
        if not fault:
            return Chain(path, "", _praise(path))
        first = first or Chain((), fault, sentence)
    return first or search.dead_end(certificate)


class _Search:
    """Looks for paths; remembers where it could not go on, to say why there was none."""

    def __init__(self, others: tuple[Certificate, ...], trust: Trust) -> None:
        self.others = others
        self.trust = trust
        self.left = MOST_SIGNATURES
        self.ends: list[tuple[str, Certificate]] = []

    def paths(self, path: tuple[Certificate, ...]) -> Iterator[tuple[Certificate, ...]]:
        """Give every path that goes on from this one and ends in a root, nearest first."""
        last = path[-1]
        roots = self.trust.by_subject
        if last in roots.get(last.x509.subject.public_bytes(), ()):
            yield path
            return
        for root in self._issuers(last, roots.get(last.x509.issuer.public_bytes(), ())):
            yield (*path, root)
        above = tuple(self._issuers(last, self.others))
        further = [issuer for issuer in above if issuer not in path]
        if not further or len(path) >= LONGEST:
            kind = "untrusted" if last.is_self_issued else "long" if further else "loop" if above else "incomplete"
            self.ends.append((kind, last))
            return
        for issuer in further:
            yield from self.paths((*path, issuer))

    def dead_end(self, certificate: Certificate) -> Chain:
        """Say why there is no path to a root."""
        kinds = dict(self.ends)
        kind = next(kind for kind in _DEAD_ENDS if kind in kinds)
        return Chain((), "incomplete" if kind == "long" else kind, _DEAD_ENDS[kind](certificate, kinds[kind]))

    def _issuers(self, child: Certificate, candidates: Sequence[Certificate]) -> Iterator[Certificate]:
        for candidate in candidates:
            if self.left > 0 and candidate.x509.subject == child.x509.issuer:
                self.left -= 1
                if issued_by(child, candidate):
                    yield candidate


def _untrusted(certificate: Certificate, end: Certificate) -> str:
    if certificate == end:
        return f"{certificate.owner!r} has signed this certificate without anybody else."
    return f"It leads to {end.owner!r}, which is not among the roots you trust."


def _incomplete(certificate: Certificate, end: Certificate) -> str:
    whose = "its issuer" if certificate == end else f"the issuer of {end.owner!r}"
    return f"The certificate of {whose}, {end.issuer!r}, is missing."


def _long(certificate: Certificate, end: Certificate) -> str:
    del certificate
    return f"No root was reached within {LONGEST} certificates, the last of them {end.owner!r}."


def _loop(certificate: Certificate, end: Certificate) -> str:
    return f"The issuers of {certificate.owner!r} go round in a circle at {end.owner!r}; no root is among them."


_DEAD_ENDS = {"untrusted": _untrusted, "incomplete": _incomplete, "long": _long, "loop": _loop}


def _praise(path: tuple[Certificate, ...]) -> str:
    if len(path) == 1:
        return "You trust this certificate itself."
    return f"It leads to {path[-1].owner!r}, which you trust."


def _fault(path: tuple[Certificate, ...], at: datetime) -> tuple[str, str]:
    """Give fault and sentence of a path that ends in a root; ("", "") for a good one."""
    for number, certificate in enumerate(path):
        is_root = number == len(path) - 1
        found = _time_fault(certificate, at) or _strength_fault(certificate, is_root) or _purpose_fault(path, number)
        if found:
            return found
    return _constraint_fault(path) or _verifier_fault(path, at) or ("", "")


def _time_fault(certificate: Certificate, at: datetime) -> tuple[str, str] | None:
    start, end = certificate.not_before, certificate.not_after
    if at > end:
        return "expired", f"The certificate of {certificate.owner!r} expired on {end.day} {end:%B %Y}."
    if at < start:
        return "not-yet", f"The certificate of {certificate.owner!r} is valid only from {start.day} {start:%B %Y} on."
    return None


def _strength_fault(certificate: Certificate, is_root: bool) -> tuple[str, str] | None:
    if is_short(certificate):
        return "weak", f"The key of {certificate.owner!r} ({certificate.key_kind}) is too short to be trusted."
    digest = "" if is_root else old_digest(certificate)  # nobody relies on the signature of a root on itself
    if digest:
        return "weak", f"The certificate of {certificate.owner!r} is signed with {digest}, which can be forged."
    return None


def is_short(certificate: Certificate) -> bool:
    """Say whether its key is RSA with less than `RSA_BITS`."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    key = public_key_of(certificate)
    return isinstance(key, RSAPublicKey) and key.key_size < RSA_BITS


def _purpose_fault(path: tuple[Certificate, ...], number: int) -> tuple[str, str] | None:
    certificate, usage = path[number], path[number].usage
    is_root = number == len(path) - 1
    if number and not usage.is_ca:
        return (
            "purpose",
            f"{certificate.owner!r} may not issue certificates, but issued that of {path[number - 1].owner!r}.",
        )
    if not usage.is_for_mail and not (is_root and number):
        return "purpose", f"The certificate of {certificate.owner!r} is not meant for mail."
    return None


def _constraint_fault(path: tuple[Certificate, ...]) -> tuple[str, str] | None:
    address = refused_address(path)
    return ("constraints", f"An issuer in the chain may not issue certificates for {address!r}.") if address else None


def _verifier_fault(path: tuple[Certificate, ...], at: datetime) -> tuple[str, str] | None:
    from cryptography import x509
    from cryptography.x509 import verification

    leaf, root = path[0], path[-1]
    anything = verification.ExtensionPolicy.permit_all()
    issuers = anything.require_present(x509.BasicConstraints, verification.Criticality.AGNOSTIC, None)
    builder = verification.PolicyBuilder().store(verification.Store([root.x509])).time(at).max_chain_depth(LONGEST)
    builder = builder.extension_policies(ca_policy=issuers, ee_policy=anything)
    try:
        builder.build_client_verifier().verify(leaf.x509, [item.x509 for item in path[1:-1]])
    except (verification.VerificationError, x509.UnsupportedGeneralNameType, ValueError) as error:
        reason = str(error).removeprefix("validation failed: ").removeprefix("candidates exhausted: ")
        reason = reason.removeprefix("fatal error: ").partition(" (encountered processing")[0].rstrip(".")
        return "constraints", f"The certificate of {leaf.owner!r} breaks a rule of its issuers: {reason}."
    return None
