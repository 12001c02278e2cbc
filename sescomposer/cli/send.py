"""The verb `send`: seals a message and submits it; without an account to the local inbox."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from sescomposer.cli.check import as_json as finding_as_json
from sescomposer.cli.look import FileArgument, JsonOption
from sescomposer.cli.streams import Inputs, print_json, say
from sescomposer.core.envelope import envelope_of
from sescomposer.core.errors import ExitCode, UsageError
from sescomposer.core.message import Message, Road
from sescomposer.core.parse import parse
from sescomposer.services.ports import SubmissionRecord, SubmissionState
from sescomposer.services.sending import Review

_STATUS = {
    SubmissionState.ACCEPTED: ExitCode.FINE,
    SubmissionState.REFUSED: ExitCode.REFUSED,
    SubmissionState.UNKNOWN: ExitCode.UNKNOWN,
    SubmissionState.NOT_SENT: ExitCode.NOTHING_DONE,
}


def send(
    file: FileArgument,
    account: Annotated[str | None, typer.Option(help="Name of an account; the local inbox without it.")] = None,
    road: Annotated[Road, typer.Option("--for", help="The road whose limits hold in the local inbox.")] = Road.SES_V2,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Seal and check, submit nothing.")] = False,
    as_is: Annotated[bool, typer.Option("--as-is", help="Submit the given octets untouched.")] = False,
    anyway: Annotated[
        bool, typer.Option("--deliver-anyway", help="Let the local inbox take what SES refuses.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Seal a message and submit it once."""
    from sescomposer.bootstrap import make_services

    if account is not None:
        raise UsageError(f"There is no account {account!r}.", hint="Leave --account away for the local inbox.")
    octets = Inputs().message(file)
    services = make_services()
    transport = services.local_transport(road)
    message = Message(parse(octets))
    if as_is:
        review = services.sending.review_as_is(octets, envelope_of(message), transport)
    else:
        review = services.sending.review(message, transport)
    if dry_run:
        _show_review(review, as_json)
        raise typer.Exit(ExitCode.FINDINGS if review.errors else ExitCode.FINE)
    say("Sending to the local inbox: no account is chosen, nothing leaves this machine.")
    records = services.sending.submit(review, transport)
    if anyway:
        records = tuple(services.deliver_anyway(record) for record in records)
    _show(records, as_json)
    raise typer.Exit(max(_STATUS[record.state] for record in records))


def _show(records: tuple[SubmissionRecord, ...], as_json: bool) -> None:
    """Print the receipts; what could not be written down is said to people."""
    for record in records:
        if record.unrecorded:
            say(f"This outcome could not be recorded; do not send again because of that. {record.unrecorded}")
    if as_json:
        print_json({"submissions": [_receipt(record) for record in records]})
        return
    for record in records:
        words = f"{record.outcome.sentence} {record.outcome.explanation}".strip() if record.outcome else ""
        print(f"{record.state}: {', '.join(record.intent.envelope.rcpt_to)}: {words}")


def _receipt(record: SubmissionRecord) -> dict[str, Any]:
    """Give one receipt as JSON values; times in ISO 8601."""
    intent, outcome = record.intent, record.outcome
    return {
        "submission": intent.submission,
        "state": record.state.value,
        "sha256": intent.sha256,
        "octets": intent.length,
        "account": intent.account,
        "road": intent.road.value,
        "envelope": asdict(intent.envelope),
        "submitted": intent.at.isoformat(),
        "message_id": outcome.reference if outcome else "",
        "answer": outcome.sentence if outcome else "",
        "explanation": outcome.explanation if outcome else "",
        "unrecorded": record.unrecorded,
    }


def _show_review(review: Review, as_json: bool) -> None:
    """Print what would be submitted."""
    items = [
        {"sha256": sealed.sha256, "octets": len(sealed.octets), "envelope": asdict(sealed.envelope)}
        for sealed in review.sealed
    ]
    if as_json:
        root = review.sealed[0].root
        print_json({"sealed": items, "findings": [finding_as_json(root, finding) for finding in review.findings]})
        return
    for sealed in review.sealed:
        print(f"{len(sealed.octets)} octets, sha256 {sealed.sha256}")
        print(f"from {sealed.envelope.mail_from} to {', '.join(sealed.envelope.rcpt_to)}")
    for finding in review.findings:
        print(f"{finding} ({finding.standard})")
