"""The verbs `sign` and `encrypt`: a message file is sealed as a submission would be, read again, and written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sescomposer.cli import given_keys as of_keys
from sescomposer.cli.check import as_json as finding_json
from sescomposer.cli.given_keys import Given, take_up
from sescomposer.cli.look import FileArgument, JsonOption
from sescomposer.cli.passphrases import PassphraseOption, Passphrases
from sescomposer.cli.send_protection import choice
from sescomposer.cli.streams import STANDARD_INPUT, Inputs, print_json, say, shown, write_octets
from sescomposer.core.errors import ProtectionError, UsageError
from sescomposer.core.findings import Finding, Severity
from sescomposer.core.message import Message, Method, Protection, Road, SendingOptions, Tracking
from sescomposer.core.parse import parse
from sescomposer.core.seal import Sealed, seal
from sescomposer.services.receipts import evidence_values

if TYPE_CHECKING:
    from sescomposer.bootstrap import Services
    from sescomposer.services.protection.protection_plan import ProtectionPlan

OutOption = Annotated[
    str | None, typer.Option("--out", "-o", metavar="OUT", help="Where to write; standard output without it.")
]
OpenPgpOption = Annotated[bool, typer.Option("--openpgp", help="With OpenPGP/MIME in place of S/MIME.")]
AutocryptOption = Annotated[
    bool, typer.Option("--autocrypt", help="With --openpgp: tell the own key in the header, for those who reply.")
]
OpaqueOption = Annotated[
    bool,
    typer.Option("--opaque", help="The message inside the signature: survives more, shows nothing without S/MIME."),
]
HeaderOption = Annotated[
    bool,
    typer.Option("--header-protection", help="Copy Subject and other fields inside, as is done where it is encrypted."),
]
NoHeaderOption = Annotated[
    bool, typer.Option("--no-header-protection", help="Leave Subject and other fields outside alone.")
]
MendOption = Annotated[
    bool, typer.Option("--mend", help="Mend first what would not survive transport, such as 8-bit text.")
]
AnywayOption = Annotated[bool, typer.Option("--anyway", help="Go on in spite of errors; they are still told.")]

_TELLS_ONLY = frozenset({"protect-untrusted", "protect-chain"})
"""Errors of the own certificate that are warnings here: whom the recipients trust is not known."""

_OF_SENDING = "protect-size"
"""Limits are those of the service, and nothing is submitted."""

_UNTRACKED = SendingOptions(opens=Tracking.DISABLED, clicks=Tracking.DISABLED)
"""Nothing is submitted, so nothing of the service stands against a signature."""

_UNPROVEN = "protect-unproven"
_HINTS = {_UNPROVEN: "Give an own key to encrypt for as well, or --anyway."}
_MOST_MENDED = 200


@dataclass(frozen=True)
class _Job:
    """What one run is to do: see the options."""

    file: str
    out: str | None
    wanted: Protection
    mend: bool
    anyway: bool
    as_json: bool


def sign(
    file: FileArgument,
    p12: of_keys.P12Option = "",
    key: of_keys.KeyOption = "",
    cert: of_keys.CertOption = [],  # noqa: B006 typer reads it
    ca: of_keys.CaOption = [],  # noqa: B006
    openpgp: OpenPgpOption = False,
    autocrypt: AutocryptOption = False,
    opaque: OpaqueOption = False,
    header_protection: HeaderOption = False,
    no_header_protection: NoHeaderOption = False,
    mend: MendOption = False,
    anyway: AnywayOption = False,
    passphrase_fd: PassphraseOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sign a message file; the result is verified before it is written."""
    inside = choice("header-protection", yes=header_protection, no=no_header_protection)
    wanted = Protection(True, False, _method(openpgp=openpgp), opaque, inside, autocrypt=autocrypt)
    _run(_Job(file, out, wanted, mend, anyway, as_json), Given(p12, cert, (), ca, key), passphrase_fd)


def encrypt(
    file: FileArgument,
    recipient_cert: of_keys.RecipientOption = [],  # noqa: B006 typer reads it
    sign: Annotated[bool, typer.Option("--sign", help="Sign it first.")] = False,
    p12: of_keys.P12Option = "",
    key: of_keys.KeyOption = "",
    cert: of_keys.CertOption = [],  # noqa: B006
    ca: of_keys.CaOption = [],  # noqa: B006
    openpgp: OpenPgpOption = False,
    autocrypt: AutocryptOption = False,
    opaque: OpaqueOption = False,
    header_protection: HeaderOption = False,
    no_header_protection: NoHeaderOption = False,
    mend: MendOption = False,
    anyway: AnywayOption = False,
    passphrase_fd: PassphraseOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Encrypt a message file for all its recipients, and for its author where there is an own key."""
    inside = choice("header-protection", yes=header_protection, no=no_header_protection)
    wanted = Protection(sign, True, _method(openpgp=openpgp), opaque, inside, autocrypt=autocrypt)
    _run(_Job(file, out, wanted, mend, anyway, as_json), Given(p12, cert, recipient_cert, ca, key), passphrase_fd)


def _method(*, openpgp: bool) -> Method:
    return Method.OPENPGP if openpgp else Method.SMIME


def _run(job: _Job, given: Given, passphrase_fd: int | None) -> None:
    """Seal, prove, write, tell."""
    from sescomposer.bootstrap import make_services

    _refuse_mixed(job)
    passphrases = Passphrases(passphrase_fd, [job.file, *given.files])
    inputs, services = Inputs(), make_services()
    try:
        root = parse(inputs.message(job.file))
        wanted = replace(job.wanted, key=take_up(services, given, inputs, passphrases))
        message = Message(root, options=_UNTRACKED, protection=wanted, account="")
        message, findings = _looked_at(services, message, mend=job.mend)
        _stop_or_tell(findings, anyway=job.anyway, as_json=job.as_json)
        plan = services.protecting.plan(message)
        _refuse_unknown_own(plan)
        made = _sealed(services, message, plan, passphrases, anyway=job.anyway)
        names = _write(job, [item for item, _ in made])
    finally:
        services.close()
    written = [(name, item, proof) for name, (item, proof) in zip(names, made, strict=True)]
    if job.as_json:
        print_json(_answer(job, message, plan, findings, written))
    else:
        for each in written:
            say(shown(_sentence(plan, *each)))


def _refuse_mixed(job: _Job) -> None:
    if job.as_json and job.out in (None, STANDARD_INPUT):
        raise UsageError("Standard output cannot be both the message and JSON.", hint="Name a file with --out.")
    if job.wanted.opaque and job.wanted.method is Method.OPENPGP:
        raise UsageError("OpenPGP/MIME has no opaque form.", hint="Leave --opaque away.")
    if job.wanted.autocrypt and job.wanted.method is not Method.OPENPGP:
        raise UsageError("Autocrypt tells an OpenPGP key, and this is S/MIME.", hint="Give --openpgp as well.")


def _refuse_unknown_own(plan: "ProtectionPlan") -> None:
    """Let nothing be written without the Autocrypt field that was wanted; raises `ProtectionError`."""
    if plan.wanted.autocrypt and plan.own is None and plan.key is None:
        raise ProtectionError(
            f"There is no own OpenPGP key of {plan.address or 'the author'} that Autocrypt could tell. "
            "Nothing was written.",
            hint="Give it with --cert, import it with `sescomposer keys import`, or leave --autocrypt away.",
            value=plan.address,
        )


def _looked_at(services: "Services", message: Message, *, mend: bool) -> tuple[Message, list[Finding]]:
    """Give the message, mended where that is wanted, and what the checks say of its protection."""
    for _ in range(_MOST_MENDED):
        findings = _findings(services, message)
        fix = next((found.fix for found in findings if found.severity is Severity.ERROR and found.fix), None)
        if not mend or fix is None:
            break
        message = fix.edit(message, services.ids)
    return message, findings


def _findings(services: "Services", message: Message) -> list[Finding]:
    from sescomposer.core.checks import check

    protecting = services.protecting
    found = check(message, Road.SES_V2, now=services.clock.now(), protection=protecting.plan(message).facts)
    signing = replace(message, protection=replace(message.protection, encrypt=False))
    own = tuple(fault.sentence for fault in protecting.plan(signing).faults if fault.code in _TELLS_ONLY)
    return [
        replace(finding, severity=Severity.WARNING)
        if finding.message.startswith(own) or finding.code == _OF_SENDING
        else finding
        for finding in found
        if finding.code.startswith("protect-")
    ]


def _stop_or_tell(findings: list[Finding], *, anyway: bool, as_json: bool) -> None:
    """Say what was found; raises `ProtectionError` where that stops it."""
    errors = [found for found in findings if found.severity is Severity.ERROR]
    is_stopped = bool(errors) and not anyway
    for finding in findings:
        if not (is_stopped and finding is errors[0]) and not (as_json and not is_stopped):
            say(shown(f"{finding} ({finding.standard})"))
    if is_stopped:
        mends = " --mend mends it." if errors[0].fix else ""
        raise ProtectionError(
            f"{errors[0].message} ({errors[0].code}) Nothing was written.",
            hint=f"Mend it, or give --anyway.{mends}",
            value=errors[0].code,
        )


def _sealed(
    services: "Services", message: Message, plan: "ProtectionPlan", passphrases: Passphrases, *, anyway: bool
) -> tuple[tuple[Sealed, str], ...]:
    """Seal the message with the keys of its plan, read it again by other code, and say what that proved."""
    protecting = services.protecting
    opened = protecting.protector(plan, passphrases.ask)
    now, ids = services.clock.now(), services.ids
    items = seal(message, Road.SES_V2, now=now, ids=ids, into=protecting.new, protector=opened)
    proofs = [protecting.proven(item, opened) for item in items]
    for finding in [finding for _, findings in proofs for finding in findings]:
        if finding.severity is Severity.ERROR and not (anyway and finding.code == _UNPROVEN):
            raise ProtectionError(
                f"{finding.message} Nothing was written.", hint=_HINTS.get(finding.code, ""), value=finding.code
            )
        say(shown(str(finding)))
    return tuple((item, _proof(item, findings)) for item, findings in proofs)


def _proof(item: Sealed, findings: Sequence[Finding]) -> str:
    """Say what reading an item again proved of its signature."""
    if item.evidence is None or not item.evidence.signer:
        return ""
    if item.evidence.is_verified:
        return "verified"
    return "not checked" if any(finding.code == _UNPROVEN for finding in findings) else "intact"


def _write(job: _Job, items: Sequence[Sealed]) -> list[str]:
    """Write each item: the first where --out says, each copy for a hidden recipient beside it."""
    out = job.out or STANDARD_INPUT
    if len(items) > 1 and out == STANDARD_INPUT:
        raise UsageError(
            f"There are {len(items)} messages, for hidden recipients get copies of their own; nothing was written.",
            hint="Name a file with --out; the copies are written beside it.",
        )
    names = [out, *(f"{out}.{number}" for number in range(2, len(items) + 1))]
    for name, item in zip(names, items, strict=True):
        write_octets(item.octets, name)
    return names


def _sentence(plan: "ProtectionPlan", name: str, item: Sealed, proof: str) -> str:
    """Say what became of one item."""
    done = [*(["signed"] if plan.signs else []), *(["encrypted"] if plan.encrypts else [])]
    by = f" by {plan.key.label!r}" if plan.signs and plan.key else ""
    to = f" for {', '.join(item.envelope.rcpt_to)}" if plan.encrypts else ""
    place = "" if name == STANDARD_INPUT else f": {name}"
    return f"{' and '.join(done).capitalize()}{by}{to}{f', and {proof}' if proof else ''}{place}"


def _answer(
    job: _Job,
    message: Message,
    plan: "ProtectionPlan",
    findings: list[Finding],
    written: Sequence[tuple[str, Sealed, str]],
) -> dict[str, Any]:
    return {
        "file": job.file,
        "signed": plan.signs,
        "encrypted": plan.encrypts,
        "method": plan.method.value,
        "key": plan.key.id if plan.key else None,
        "reason": plan.reason,
        "written": [_item_json(*each) for each in written],
        "findings": [finding_json(message.root, finding) for finding in findings],
    }


def _item_json(name: str, item: Sealed, proof: str) -> dict[str, Any]:
    return {
        "out": name,
        "proof": proof or None,
        "octets": len(item.octets),
        "sha256": item.sha256,
        "mail_from": item.envelope.mail_from,
        "rcpt_to": list(item.envelope.rcpt_to),
        "stamped": list(item.stamped),
        "hidden": list(item.hidden),
        "evidence": evidence_values(item.evidence),
    }
