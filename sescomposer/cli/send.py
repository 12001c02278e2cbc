"""The verb `send`: seals messages and submits them; without an account to the local inbox."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from sescomposer.cli import send_options as of_ses
from sescomposer.cli import send_protection as of_protection
from sescomposer.cli.check import as_json as finding_as_json
from sescomposer.cli.look import JsonOption
from sescomposer.cli.passphrases import PassphraseOption, Passphrases
from sescomposer.cli.secret_input import read_secret
from sescomposer.cli.sign import OpaqueOption
from sescomposer.cli.slow_keyring import SlowKeyring
from sescomposer.cli.streams import STANDARD_INPUT, Inputs, print_json, say, shown
from sescomposer.cli.watch import Watch
from sescomposer.core.envelope import envelope_of
from sescomposer.core.errors import ExitCode, SesComposerError, UsageError
from sescomposer.core.message import NO_OPTIONS, EnvelopeOverride, Message, Road, SendingOptions, Tracking
from sescomposer.core.parse import parse
from sescomposer.services.ports import SubmissionRecord, SubmissionState, Transport
from sescomposer.services.receipts import evidence_values, options_values, record_values
from sescomposer.services.review import Review, reasons_of, refuse_errors

if TYPE_CHECKING:
    from sescomposer.bootstrap import Services

_STATUS = {
    SubmissionState.ACCEPTED: ExitCode.FINE,
    SubmissionState.REFUSED: ExitCode.REFUSED,
    SubmissionState.UNKNOWN: ExitCode.UNKNOWN,
    SubmissionState.NOT_SENT: ExitCode.NOTHING_DONE,
    # Throttled, and stopped before it was tried again.
    SubmissionState.WAITING: ExitCode.NOTHING_DONE,
}

FilesArgument = Annotated[list[str], typer.Argument(metavar="FILE", help="Message files; '-' is standard input.")]
RoadOption = Annotated[
    Road | None,
    typer.Option("--road", "--for", help="Instead of the account's road; of the local inbox, whose limits hold."),
]
ReasonOption = Annotated[
    list[str], typer.Option("--override", metavar="CODE=REASON", help="Send in spite of an error; kept with it.")
]
SecretOption = Annotated[int | None, typer.Option("--secret-fd", help="Descriptor with the secret, for this run.")]


def send(
    files: FilesArgument,
    account: Annotated[str | None, typer.Option(help="Name of an account; the local inbox without it.")] = None,
    road: RoadOption = None,
    region: Annotated[str, typer.Option(help="Instead of the account's region.")] = "",
    secret_fd: SecretOption = None,
    configuration_set: of_ses.ConfigurationSet = "",
    tag: of_ses.Tags = [],  # noqa: B006 typer reads it
    feedback: of_ses.Feedback = None,
    contact_list: of_ses.ContactList = "",
    topic: of_ses.Topic = "",
    tenant: of_ses.Tenant = "",
    endpoint_id: of_ses.EndpointId = "",
    source_arn: of_ses.SourceArn = "",
    from_arn: of_ses.FromArn = "",
    return_path_arn: of_ses.ReturnPathArn = "",
    opens: of_ses.Opens = Tracking.ACCOUNT,
    clicks: of_ses.Clicks = Tracking.ACCOUNT,
    no_trace: of_ses.NoTrace = False,
    sign: of_protection.Sign = False,
    no_sign: of_protection.NoSign = False,
    encrypt: of_protection.Encrypt = False,
    no_encrypt: of_protection.NoEncrypt = False,
    key: of_protection.KeyId = "",
    protect_with: of_protection.With = None,
    opaque: OpaqueOption = False,
    passphrase_fd: PassphraseOption = None,
    override: ReasonOption = [],  # noqa: B006
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Seal and check, submit nothing.")] = False,
    as_is: Annotated[bool, typer.Option("--as-is", help="Submit the given octets untouched.")] = False,
    anyway: Annotated[
        bool, typer.Option("--deliver-anyway", help="Let the local inbox take what SES refuses.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Seal messages and submit each once."""
    given = SendingOptions(
        configuration_set=configuration_set,
        opens=opens,
        clicks=clicks,
        contact_list=contact_list,
        topic=topic,
        tenant=tenant,
        source_arn=source_arn,
        from_arn=from_arn,
        return_path_arn=return_path_arn,
        endpoint=endpoint_id,
    )
    options = of_ses.made_options(given, tag, no_trace=no_trace)
    reasons = [of_ses.pair("--override", text) for text in override]
    signs = of_protection.choice("sign", yes=sign, no=no_sign)
    encrypts = of_protection.choice("encrypt", yes=encrypt, no=no_encrypt)
    wanted = of_protection.Wanted(signs, encrypts, protect_with, opaque, key)
    _refuse_mixed(account, region, secret_fd, files)
    job = _Job(files, options, wanted, Passphrases(passphrase_fd, files), reasons, dry_run, as_is, anyway, as_json)
    _run(
        job, of_ses.envelope_override(feedback), lambda services: _transport(services, account, road, region, secret_fd)
    )


@dataclass(frozen=True)
class _Job:
    """What one run is to do: see the options."""

    files: Sequence[str]
    options: SendingOptions
    wanted: of_protection.Wanted
    passphrases: Passphrases
    reasons: Sequence[tuple[str, str]]
    dry_run: bool
    as_is: bool
    anyway: bool
    as_json: bool


def _run(job: _Job, envelope: EnvelopeOverride, way: "Callable[[Services], Transport]") -> None:
    """Seal, show or submit."""
    from sescomposer.bootstrap import make_services

    services = make_services()
    try:
        transport = way(services)
        messages = _messages(job.files, envelope)
        reviews = (_reviews_as_is if job.as_is else _reviews)(services, messages, job, transport)
        if job.dry_run:
            _show_reviews(reviews, job.as_json)
            raise typer.Exit(ExitCode.FINDINGS if any(review.errors for review in reviews) else ExitCode.FINE)
        _say_where(transport)
        with of_protection.told_as_findings():
            records, status = _submitted(services, reviews, transport, job.reasons, anyway=job.anyway)
    finally:
        services.close()
    _show(records, job.as_json)
    raise typer.Exit(status)


def _refuse_mixed(account: str | None, region: str, secret_fd: int | None, files: Sequence[str]) -> None:
    """Refuse options that mean nothing together."""
    if not account and (region or secret_fd is not None):
        what = "--region" if region else "--secret-fd"
        raise UsageError(f"{what} belongs to an account.", hint="Name one with --account.")
    if secret_fd == 0 and STANDARD_INPUT in files:
        raise UsageError("Standard input cannot be both the message and the secret.", hint="Use another descriptor.")


def _transport(
    services: "Services", account: str | None, road: Road | None, region: str, secret_fd: int | None
) -> Transport:
    """Give the way to send; with the secret of this run in place of the keyring's."""
    if account:
        services.secrets = SlowKeyring(services.secrets)
    if account and secret_fd is not None:
        from sescomposer.services.secrets import GivenSecret

        known = services.accounts.get(account)
        if not known.needs_secret:
            raise UsageError(f"The account {account!r} has no secret.", hint="Leave --secret-fd away.", value=account)
        secret = read_secret(secret_fd, "Secret")
        services.secrets = GivenSecret(account, secret, services.secrets)
    return services.transport(account, road, region)


def _messages(files: Sequence[str], envelope: EnvelopeOverride) -> list[Message]:
    inputs = Inputs()
    return [Message(parse(inputs.message(file)), envelope) for file in files]


def _reviews(services: "Services", messages: Sequence[Message], job: _Job, transport: Transport) -> list[Review]:
    """Seal every message before the first one leaves."""
    wanted = of_protection.protected(services, messages, job.wanted, transport)
    wanted = [replace(message, options=job.options) for message in wanted]
    if not transport.is_local:
        wanted = [services.accounts.get(transport.account).begun(message) for message in wanted]
    with of_protection.told_how_to_encode():
        return [services.sending.review_all(wanted, transport, ask=job.passphrases.ask)]


def _reviews_as_is(services: "Services", messages: Sequence[Message], job: _Job, transport: Transport) -> list[Review]:
    """Take every message as it is."""
    of_protection.refuse_as_is(job.wanted)
    if replace(job.options, traceable=True) != NO_OPTIONS:
        raise UsageError(
            "With --as-is nothing is added to a message, so options of SES cannot be given.",
            hint="Write them into the message as X-SES fields.",
        )
    return [
        services.sending.review_as_is(message.root.octets, envelope_of(message), transport, job.passphrases.ask)
        for message in messages
    ]


def _submitted(
    services: "Services",
    reviews: Sequence[Review],
    transport: Transport,
    reasons: Sequence[tuple[str, str]],
    *,
    anyway: bool,
) -> tuple[list[SubmissionRecord], ExitCode]:
    """Submit all, unless one of them may not leave; gives the records and the exit status."""
    for review in reviews if not transport.is_local else ():
        refuse_errors(review, reasons_of(review, reasons))
    sending, pace = services.sending, services.pace(transport)
    records: list[SubmissionRecord] = []
    troubles: list[SesComposerError] = []
    with Watch() as watch:
        for review in reviews:
            try:
                records += sending.submit(
                    review,
                    transport,
                    overrides=reasons,
                    progress=watch,
                    report=watch.report,
                    control=watch.control,
                    pace=pace,
                )
            except SesComposerError as error:
                if not records:
                    raise
                # The receipts of those before must not be lost: who runs it again would send them twice.
                troubles.append(error)
                break
    for trouble in troubles:
        say(shown(f"{len(reviews) - len(records)} of the messages were not sent. {trouble} {trouble.hint}".strip()))
    if anyway and transport.is_local:
        records = [services.deliver_anyway(record) for record in records]
    status = _status(records, troubles)
    # What is in doubt weighs more than that somebody stopped the rest.
    is_stopped = watch.is_interrupted and status is not ExitCode.UNKNOWN
    return records, ExitCode.INTERRUPTED if is_stopped else status


def _status(records: Sequence[SubmissionRecord], troubles: Sequence[SesComposerError]) -> ExitCode:
    """Give the exit status: that one may be on its way weighs most, and what was accepted is never called nothing."""
    states = {record.state for record in records}
    if SubmissionState.UNKNOWN in states:
        return ExitCode.UNKNOWN
    status = max((*(_STATUS[state] for state in states), *(trouble.exit_code for trouble in troubles)))
    return ExitCode.PARTLY if status is ExitCode.NOTHING_DONE and SubmissionState.ACCEPTED in states else status


def _say_where(transport: Transport) -> None:
    if transport.is_local:
        say("Sending to the local inbox: no account is chosen, nothing leaves this machine.")
    else:
        say(shown(f"Sending through the account {transport.account!r}: {transport.road.label}, {transport.region}."))


def _show(records: Sequence[SubmissionRecord], as_json: bool) -> None:
    """Print the receipts; what could not be written down is said to people."""
    for record in records:
        if record.unrecorded:
            say(f"This outcome could not be recorded; do not send again because of that. {record.unrecorded}")
        if record.unlisted:
            say(f"The history could not take this up and will do it later; do not send again. {record.unlisted}")
    if as_json:
        print_json({"submissions": [{**record_values(record), "unlisted": record.unlisted} for record in records]})
        return
    for record in records:
        words = f"{record.outcome.sentence} {record.outcome.explanation}".strip() if record.outcome else ""
        print(f"{record.state}: {', '.join(record.intent.envelope.rcpt_to)}: {words}")


def _show_reviews(reviews: Sequence[Review], as_json: bool) -> None:
    """Print what would be submitted."""
    sealed = [item for review in reviews for item in review.sealed]
    if as_json:
        items = [
            {
                "sha256": item.sha256,
                "octets": len(item.octets),
                "envelope": asdict(item.envelope),
                "options": options_values(item.options),
                "trace": item.trace,
                "evidence": evidence_values(item.evidence),
            }
            for item in sealed
        ]
        found = [
            finding_as_json(item.root, finding)
            for review in reviews
            for index, item in enumerate(review.sealed)
            for finding in review.findings_of(index)
        ]
        print_json({"sealed": items, "findings": found})
        return
    for item in sealed:
        print(f"{len(item.octets)} octets, sha256 {item.sha256}")
        print(f"from {item.envelope.mail_from} to {', '.join(item.envelope.rcpt_to)}")
        if item.evidence:
            proof = "verified" if item.evidence.is_verified else "not verified"
            print(shown(f"{item.evidence.form} ({item.evidence.method}), {proof}: {' '.join(item.evidence.outcome)}"))
    for review in reviews:
        for finding in review.findings:
            print(f"{finding} ({finding.standard})")
