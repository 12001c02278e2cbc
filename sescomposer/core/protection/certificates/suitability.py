"""What is wrong with a certificate for signing or encrypting one message, before it is used (RFC 8550, RFC 8551).

Each fault has a code, a sentence and what mends it; the checks turn them into findings.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sescomposer.core.findings import Severity
from sescomposer.core.protection.certificates.certificate import Certificate, public_key_of
from sescomposer.core.protection.certificates.issuing import old_digest
from sescomposer.core.protection.certificates.key_pair import KeyPair
from sescomposer.core.protection.certificates.trust import Trust, is_short, trusted_chain

Use = Literal["sign", "encrypt"]

NOTE_DAYS, WARNING_DAYS = 30, 7
"""Days before expiry from which on it is told, and told as a warning."""

_CURVES = ("P-256", "P-384", "P-521")
_ANOTHER = "Choose another certificate."


@dataclass(frozen=True, slots=True)
class CertificateFault:
    """One thing that is wrong with a certificate, or soon will be.

    Attributes:
        code: Of the finding it becomes, such as "protect-expired".
        severity: An error is a reason not to use it.
        sentence: What is wrong, for people.
        mend: What to do about it.
    """

    code: str
    severity: Severity
    sentence: str
    mend: str


@dataclass(frozen=True)
class _Case:
    """One question: may this certificate do that for this address now?"""

    certificate: Certificate
    pair: KeyPair | None
    use: Use
    address: str
    now: datetime
    trust: Trust
    others: tuple[Certificate, ...]
    is_accepted: bool

    @property
    def whose(self) -> str:
        return f"The certificate of {self.certificate.owner!r}"


def faults(
    pair_or_certificate: KeyPair | Certificate,
    *,
    for_: Use,
    address: str,
    now: datetime,
    trust: Trust,
    others: Sequence[Certificate] = (),
    is_accepted: bool = False,
) -> tuple[CertificateFault, ...]:
    """Give everything that speaks against a certificate, worst first.

    Args:
        pair_or_certificate: An own key pair is also asked whether key and certificate match, and brings its chain.
        for_: "sign" with an own one, or "encrypt" to somebody.
        address: addr-spec of From, or of the recipient.
        now: Aware.
        trust: The roots.
        others: Further certificates that may lead to a root.
        is_accepted: The user compared the fingerprint and accepted it, so that no root need vouch for it.
    """
    pair = pair_or_certificate if isinstance(pair_or_certificate, KeyPair) else None
    certificate = pair_or_certificate.certificate if isinstance(pair_or_certificate, KeyPair) else pair_or_certificate
    chain = () if pair is None else pair.chain
    case = _Case(certificate, pair, for_, address, now, trust, (*chain, *others), is_accepted)
    found = [fault for look in _LOOKS for fault in look(case)]
    return tuple(sorted(found, key=lambda fault: fault.severity.rank))


def _key(case: _Case) -> Iterator[CertificateFault]:
    if case.pair is not None and case.pair.key.public_key() != public_key_of(case.certificate):
        yield CertificateFault(
            "protect-key-mismatch",
            Severity.ERROR,
            f"The private key is not that of the certificate of {case.certificate.owner!r}.",
            "Import the key again together with its own certificate.",
        )


def _validity(case: _Case) -> Iterator[CertificateFault]:
    start, end = case.certificate.not_before, case.certificate.not_after
    left = end - case.now
    if case.now > end:
        mend = "Import its successor." if case.use == "sign" else "Ask the recipient for the new one."
        yield CertificateFault("protect-expired", Severity.ERROR, f"{case.whose} expired on {_day(end)}.", mend)
    elif case.now < start:
        sentence = f"{case.whose} is valid only from {_day(start)} on."
        mend = "Wait until then, choose another one, or set the clock of this computer right."
        yield CertificateFault("protect-not-yet", Severity.ERROR, sentence, mend)
    elif left <= timedelta(days=NOTE_DAYS):
        severity = Severity.WARNING if left <= timedelta(days=WARNING_DAYS) else Severity.NOTE
        sentence = f"{case.whose} expires on {_day(end)}, in {_days(left)}."
        yield CertificateFault("protect-expiring", severity, sentence, "Get its successor in time.")


def _usage(case: _Case) -> Iterator[CertificateFault]:
    usage = case.certificate.usage
    if not (usage.signs if case.use == "sign" else usage.encrypts):
        verb = "signing" if case.use == "sign" else "encrypting"
        sentence = f"{case.whose} does not allow {verb} (key usage)."
        yield CertificateFault("protect-usage", Severity.ERROR, sentence, _ANOTHER)
    if not usage.is_for_mail:
        allowed = ", ".join(case.certificate.purposes) or "something else"
        sentence = f"{case.whose} is not meant for mail (extended key usage: {allowed})."
        yield CertificateFault("protect-extended-usage", Severity.ERROR, sentence, _ANOTHER)


def _address(case: _Case) -> Iterator[CertificateFault]:
    own = case.certificate.addresses
    # A sender with another address fails to verify everywhere; a recipient can read what comes to another mailbox.
    severity = Severity.ERROR if case.use == "sign" else Severity.WARNING
    if not own:
        sentence = f"{case.whose} has no mail address in it."
        mend = f"Choose a certificate for {case.address}; mail programs refuse one without an address."
        yield CertificateFault("protect-no-address", severity, sentence, mend)
    elif not case.address:
        sentence = f"{case.whose} is for {', '.join(own)}, and the message names no mailbox that it could belong to."
        yield CertificateFault("protect-address", severity, sentence, "Write a mailbox into From that it is for.")
    elif not case.certificate.has_address(case.address):
        sentence = f"{case.whose} is for {', '.join(own)}, not for {case.address}."
        mend = (
            "Write from that address, or choose a certificate for this one."
            if case.use == "sign"
            else "Ask the recipient for a certificate for this address."
        )
        yield CertificateFault("protect-address", severity, sentence, mend)


def _algorithm(case: _Case) -> Iterator[CertificateFault]:
    kind = case.certificate.key_kind
    if is_short(case.certificate):
        sentence = f"The key of {case.certificate.owner!r} ({kind}) is too short to protect anything."
        mend = "Ask for a certificate with an RSA key of 2048 bits or more, or with P-256."
        yield CertificateFault("protect-weak", Severity.ERROR, sentence, mend)
    elif not kind.startswith("RSA") and kind not in _CURVES:
        sentence = f"{case.whose} has a key of kind {kind}, which mail programs do not read."
        mend = "Ask for a certificate with an RSA or P-256 key."
        yield CertificateFault("protect-algorithm", Severity.ERROR, sentence, mend)
    digest = "" if case.certificate.is_self_issued else old_digest(case.certificate)
    if digest:
        # Who only encrypts relies on the user's own look at the certificate; who signs is refused at the other end.
        severity = Severity.ERROR if case.use == "sign" else Severity.WARNING
        sentence = f"{case.whose} is signed with {digest}, which can be forged."
        yield CertificateFault("protect-weak", severity, sentence, "Ask for one that is signed with SHA-256.")


def _test(case: _Case) -> Iterator[CertificateFault]:
    if case.certificate.is_test:
        yield CertificateFault(
            "protect-test",
            Severity.WARNING,
            f"{case.whose} is a test certificate: it proves nothing to anybody.",
            "Use it for trying things out only.",
        )


def _chain(case: _Case) -> Iterator[CertificateFault]:
    if case.is_accepted or case.certificate.is_test:
        return
    chain = trusted_chain(case.certificate, case.others, case.trust, case.now)
    if chain.is_good or _is_told(case, chain.fault):
        return
    refused = Severity.WARNING if case.use == "sign" and chain.fault == "untrusted" else Severity.ERROR
    code = {"untrusted": "protect-untrusted", "weak": "protect-weak"}.get(chain.fault, "protect-chain")
    yield CertificateFault(code, refused, f"{case.whose}: {_lowered(chain.sentence)}", _mend(case, chain.fault))


def _is_told(case: _Case, fault: str) -> bool:
    """Whether the fault is that of the certificate itself, which the other looks tell."""
    certificate = case.certificate
    match fault:
        case "expired":
            return case.now > certificate.not_after
        case "not-yet":
            return case.now < certificate.not_before
        case "weak":
            return is_short(certificate) or bool(old_digest(certificate))
        case "purpose":
            return not certificate.usage.is_for_mail
        case _:
            return False


def _mend(case: _Case, fault: str) -> str:
    if case.use == "encrypt":
        return "Ask the recipient whether its fingerprint is right, and then accept it; or import the missing issuer."
    match fault:
        case "untrusted":
            return "Recipients who do not trust this root see a warning. If it is your company's, add it to your roots."
        case "incomplete":
            return "Add the certificate of that issuer to your roots if it is one, or import the key with its chain."
        case _:
            return "Ask whoever issued it for another one."


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


def _days(left: timedelta) -> str:
    return {0: "less than a day", 1: "1 day"}.get(left.days, f"{left.days} days")


_LOOKS = (_key, _validity, _usage, _address, _algorithm, _test, _chain)
