"""The texts of an evidence bundle: a report for people, and the commands that check it, which need nothing of ours."""

from collections.abc import Iterator

from sescomposer.core.protection.protector import Evidence
from sescomposer.services.protection.evidence_files import (
    CHAIN,
    MESSAGE,
    PGP_SIGNATURE,
    ROOT,
    SIGNATURE,
    SIGNED_PART,
    SIGNER,
    Material,
)

METHODS = {"smime": "S/MIME", "openpgp": "OpenPGP", "ses": "S/MIME by Amazon SES", "dkim": "DKIM alone"}
"""Names of the methods of evidence, for people."""

FORMS = {
    "detached": "signed, readable by everybody",
    "opaque": "signed, the text inside the signature",
    "encrypted": "encrypted, not signed",
    "signed and encrypted": "signed, then encrypted",
}
"""What its forms are, for people."""


def report(material: Material) -> str:
    """Give the report: what was sent, when, to whom, how it was protected, what verifying found, what came after."""
    blocks = [_sending(material), _protection(material), _events(material)]
    return "Evidence of a submission\n========================\n\n" + "\n\n".join(filter(None, blocks)) + "\n"


def _sending(material: Material) -> str:
    record = material.entry.record
    intent, outcome = record.intent, record.outcome
    rows = [
        ("Submission", intent.submission),
        ("Subject", intent.subject),
        ("Sent from", intent.envelope.mail_from),
        ("Sent to", ", ".join(intent.envelope.rcpt_to)),
        ("Account", f"{intent.account} ({intent.road.label} {intent.region})".replace(" )", ")")),
        ("Submitted", intent.at.isoformat()),
        ("Outcome", f"{record.state.value}{f', {outcome.at.isoformat()}' if outcome else ''}"),
        ("Answer", outcome.sentence if outcome else ""),
        ("Message id of the service", outcome.reference if outcome else ""),
        ("Request id of the service", outcome.request_id if outcome else ""),
        ("Octets", f"{intent.length}"),
        ("SHA-256 of the octets", intent.sha256),
        *(("Sent in spite of", f"{code}: {reason}") for code, reason in intent.overrides),
        ("Report made", material.at.isoformat()),
    ]
    return _table(rows)


def _protection(material: Material) -> str:
    evidence = material.evidence
    if evidence is None:
        return "Protection\n----------\nNone: it was neither signed nor encrypted."
    rows = [
        ("Method", METHODS.get(evidence.method, evidence.method)),
        ("Form", FORMS.get(evidence.form, evidence.form)),
        ("Signed at", evidence.signed_at.isoformat() if evidence.signed_at else ""),
        ("Digest", evidence.digest),
        ("Key or certificate", evidence.signer),
        *_certificate_rows(material),
        *((f"Encrypted to {address}", fingerprint) for address, fingerprint in evidence.recipients),
        ("Verified before it was sent", _verified(evidence)),
    ]
    found = "".join(f"\n  - {sentence}" for sentence in evidence.outcome)
    return f"Protection\n----------\n{_table(rows)}{f'{chr(10)}What was found:{found}' if found else ''}"


def _verified(evidence: Evidence) -> str:
    if evidence.method == "ses":
        return "no: the service signs after it was submitted, so these octets bear no signature"
    if evidence.method == "dkim":
        return "no: receivers check DKIM"
    return "yes, and good in every respect" if evidence.is_verified else "not good in every respect, see below"


def _certificate_rows(material: Material) -> Iterator[tuple[str, str]]:
    for number, certificate in enumerate(material.certificates):
        name = "Certificate of" if number == 0 else "Issued by"
        yield name, f"{certificate.owner} (SHA-256 {certificate.fingerprint})"
        if number == 0:
            yield "Its addresses", ", ".join(certificate.addresses)
            yield "Valid", f"{certificate.not_before.isoformat()} to {certificate.not_after.isoformat()}"
    if material.trusted is not None:
        yield "Root that is trusted", f"{material.trusted.owner} (SHA-256 {material.trusted.fingerprint})"


def _events(material: Material) -> str:
    events = material.entry.events
    if not events:
        return ""
    lines = (
        f"{event.at.isoformat()}  {event.kind.value}  {event.recipient}  {event.details}".strip() for event in events
    )
    return "What the service told of it later\n---------------------------------\n" + "\n".join(lines)


def _table(rows: list[tuple[str, str]]) -> str:
    return "\n".join(f"{name}: {_one_line(value)}" for name, value in rows if value)


def _one_line(value: str) -> str:
    """Give a value that cannot pretend to be further lines of the report."""
    return "".join(letter if letter.isprintable() else " " for letter in value)


def how_to_verify(material: Material, names: frozenset[str]) -> str:
    """Give the text that says how to check the bundle, in its folder, with OpenSSL 1.1.1 or later.

    Args:
        material: Of the bundle.
        names: The files there are.
    """
    steps = [_hash_step(material), *_steps(material, names)]
    numbered = "\n\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))
    return f"How to check this bundle\n========================\n\nOpen a terminal in this folder.\n\n{numbered}\n"


def _hash_step(material: Material) -> str:
    return (
        "The message is the one that was recorded. This command\n\n"
        f"   openssl dgst -sha256 {MESSAGE}\n\n"
        f"   must print {material.entry.record.intent.sha256}"
    )


def _steps(material: Material, names: frozenset[str]) -> Iterator[str]:
    evidence = material.evidence
    if evidence is None or evidence.method == "dkim":
        yield "Nothing further can be checked: the message bears no signature of its writer."
    elif evidence.method == "ses":
        yield "The service signed the message after it was submitted: check the message as a recipient got it."
    elif evidence.method == "openpgp":
        yield _pgp_step(evidence, names)
    elif "encrypted" in evidence.form:
        yield _encrypted_step(material, names)
    else:
        yield from _smime_steps(material, names)
    if SIGNER in names and evidence is not None:
        yield _signer_step(evidence)


def _smime_steps(material: Material, names: frozenset[str]) -> Iterator[str]:
    options = _options(material, names)
    if {SIGNED_PART, SIGNATURE} <= names:
        yield (
            "The signature is that of exactly these octets. This command\n\n"
            f"   openssl cms -verify -binary -inform DER -in {SIGNATURE} -content {SIGNED_PART}"
            f" {options} -out checked-part.bin\n\n"
            f"   must print {_good(names)}"
        )
    yield (
        "The message as a whole verifies. This command\n\n"
        f"   openssl cms -verify -in {MESSAGE} {options} -out checked-message.txt\n\n"
        f"   must print {_good(names)}"
    )


def _options(material: Material, names: frozenset[str]) -> str:
    at = f"-purpose smimesign -attime {int(material.signed_at.timestamp())}"
    chain = f" -certfile {CHAIN}" if CHAIN in names else ""
    return f"-CAfile {ROOT}{chain} {at}" if ROOT in names else f"-noverify{chain}"


def _good(names: frozenset[str]) -> str:
    if ROOT in names:
        return '"CMS Verification successful" (OpenSSL 1.1.1: "Verification successful").'
    return (
        '"CMS Verification successful" (OpenSSL 1.1.1: "Verification successful").\n'
        "   No root that is known vouches for the certificate: this says only that the key of signer.pem signed it:\n"
        "   compare its fingerprint by another way."
    )


def _encrypted_step(material: Material, names: frozenset[str]) -> str:
    verify = f"openssl cms -verify -in inside.eml {_options(material, names)} -out checked.txt"
    then = f"\n   {verify}" if material.evidence is not None and material.evidence.signer else ""
    return (
        "The content can be read, and a signature inside be checked, only with the private key of the writer or of a\n"
        "   recipient (here key.pem, with its certificate in the same file):\n\n"
        f"   openssl cms -decrypt -in {MESSAGE} -recip key.pem -out inside.eml{then}"
    )


def _pgp_step(evidence: Evidence, names: frozenset[str]) -> str:
    if {SIGNED_PART, PGP_SIGNATURE} <= names:
        return (
            "OpenSSL knows no OpenPGP. With GnuPG, and the public key of the writer imported, this command\n\n"
            f"   gpg --verify {PGP_SIGNATURE} {SIGNED_PART}\n\n"
            f'   must print "Good signature" and the key {evidence.signer}'
        )
    return "The message is encrypted with OpenPGP: only the private key of the writer or of a recipient opens it."


def _signer_step(evidence: Evidence) -> str:
    return (
        "The certificate is the one that was recorded. This command\n\n"
        f"   openssl x509 -in {SIGNER} -noout -fingerprint -sha256 -subject -email -dates\n\n"
        f"   must print the fingerprint {evidence.signer} (there in capitals, with colons)."
    )


__all__ = ["how_to_verify", "report"]
