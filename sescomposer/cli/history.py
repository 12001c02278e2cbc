"""The verb `history`: every submission, searched, shown, exported and compared."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from sescomposer.cli.look import JsonOption
from sescomposer.cli.streams import STANDARD_INPUT, print_json, say, shown, write_octets
from sescomposer.core.errors import ExitCode, UsageError
from sescomposer.core.line_difference import DiffLine
from sescomposer.services.history import HistoryService
from sescomposer.services.history_ports import HistoryEntry, HistoryQuery
from sescomposer.services.knowledge import MessageEvent
from sescomposer.services.ports import SubmissionRecord, SubmissionState
from sescomposer.services.receipts import receipt, record_values

app = typer.Typer(help="What was sent and tried: every submission with its exact octets.")

_STATES = {
    "accepted": SubmissionState.ACCEPTED,
    "refused": SubmissionState.REFUSED,
    "not-sent": SubmissionState.NOT_SENT,
    "unknown": SubmissionState.UNKNOWN,
    "waiting": SubmissionState.WAITING,
}
_DAY = len("2026-01-31")

IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="Id of the submission, the start of it, or the message id of SES.")
]


@contextmanager
def _history() -> Iterator[HistoryService]:
    """Open the history; what the program could not take up when it ended is taken up."""
    from sescomposer.bootstrap import make_services

    services = make_services()
    try:
        services.history.catch_up()
        yield services.history
    finally:
        services.close()


@app.command("list")
def list_entries(
    words: Annotated[list[str], typer.Argument(help="All of them must occur, the last may be a beginning.")] = [],  # noqa: B006
    state: Annotated[list[str], typer.Option("--state", help=f"Only these: {', '.join(_STATES)}.")] = [],  # noqa: B006
    account: Annotated[str, typer.Option("--account", help="Only through this account.")] = "",
    since: Annotated[str, typer.Option("--since", help="Only from that day or time on, as 2026-01-31.")] = "",
    until: Annotated[str, typer.Option("--until", help="Only up to that day or time.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many, the newest.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List submissions, newest first."""
    query = HistoryQuery(
        words=" ".join(words),
        states=tuple(_state(name) for name in state),
        account=account,
        since=_time("--since", since, at_end=False),
        until=_time("--until", until, at_end=True),
        limit=limit,
    )
    with _history() as history:
        if query.words:
            history.read_texts()
        entries, total = history.find(query), history.count(query)
    if as_json:
        print_json({"total": total, "submissions": [record_values(entry.record) for entry in entries]})
        return
    for entry in entries:
        print(shown(_line(entry.record)))
    if not total:
        say("Nothing is found." if query != HistoryQuery(limit=limit) else "Nothing was sent yet.")
    elif total > len(entries):
        say(f"{len(entries)} of {total} are listed; --limit lists more.")


@app.command()
def show(
    submission: IdArgument,
    octets: Annotated[bool, typer.Option("--octets", help="Write the exact octets that were submitted.")] = False,
    events: Annotated[
        bool, typer.Option("--events", help="Ask SES first what became of it, for each recipient.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show all that is known of one submission."""
    with _history() as history:
        entry = history.get(submission)
        if events:
            entry = history.read_events(entry)
        if octets:
            write_octets(history.octets(entry), None)
            return
    if as_json:
        print_json({"submission": receipt(entry)})
    else:
        print("\n".join(shown(line) for line in _lines(entry)))


@app.command()
def export(
    submission: IdArgument,
    out: Annotated[str, typer.Option("--out", "-o", help="File for the octets; '-' is standard output.")],
    with_receipt: Annotated[
        bool, typer.Option("--receipt", help="Write all that is known as JSON beside the file.")
    ] = False,
    bundle: Annotated[
        bool,
        typer.Option("--bundle", help="Write evidence to a folder, or to a file .zip; OpenSSL alone checks it."),
    ] = False,
) -> None:
    """Write the exact octets of one submission to a file, or all that proves it to a folder."""
    if bundle and (out == STANDARD_INPUT or with_receipt):
        raise UsageError(
            "A bundle is a folder or a file .zip, and holds the receipt.",
            hint="Name one with --out, without --receipt.",
        )
    if out == STANDARD_INPUT and with_receipt:
        raise UsageError("Beside standard output no receipt can be written.", hint="Name a file with --out.")
    with _history() as history:
        entry = history.get(submission)
        if out == STANDARD_INPUT:
            write_octets(history.octets(entry), None)
            return
        made = history.export_bundle(entry, Path(out)) if bundle else ()
        for path in made or history.export(entry, Path(out), receipt=with_receipt):
            say(shown(f"Written: {path}"))


@app.command()
def diff(
    submission: IdArgument,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="Id of the submission to compare it with.")],
    as_json: JsonOption = False,
) -> None:
    """Compare two submissions: their trees, then their octets; exit status 1 where they differ."""
    with _history() as history:
        one, two = history.get(submission), history.get(other)
        found = history.compare(one, two)
    if as_json:
        print_json({"equal": found.is_equal, "tree": _diff_json(found.tree), "octets": _diff_json(found.octets)})
    elif not found.is_equal:
        for title, lines in (("Tree", found.tree), ("Octets", found.octets)):
            print(f"{title}: {_id(one.record)} against {_id(two.record)}")
            print("\n".join(f"{line.change}{shown(line.text)}" for line in lines) or " Nothing differs.")
    raise typer.Exit(ExitCode.FINE if found.is_equal else ExitCode.FINDINGS)


def _state(name: str) -> SubmissionState:
    if name not in _STATES:
        raise UsageError(f"There is no state {shown(name)!r}.", hint=f"There are: {', '.join(_STATES)}.", value=name)
    return _STATES[name]


def _time(option: str, text: str, *, at_end: bool) -> datetime | None:
    """Read a day or a time, of this place where no offset is given; a day ends with its last moment."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"The value of {option} is {shown(text)!r}, no day and no time.",
            hint="Write it as 2026-01-31 or 2026-01-31T15:04.",
            value=text,
        ) from error
    return found + timedelta(days=1, microseconds=-1) if at_end and len(text) <= _DAY else found


def _id(record: SubmissionRecord) -> str:
    return record.intent.submission[:12]


def _line(record: SubmissionRecord) -> str:
    """Write a submission on one line."""
    intent = record.intent
    to = ", ".join(intent.envelope.rcpt_to[:3]) + (", ..." if len(intent.envelope.rcpt_to) > 3 else "")
    return f"{_id(record)}  {intent.at:%Y-%m-%d %H:%M:%S}  {record.state:<15}  {intent.account}  {to}  {intent.subject}"


def _lines(entry: HistoryEntry) -> list[str]:
    """Write all that is known for people."""
    values = record_values(entry.record)
    envelope: dict[str, Any] = values["envelope"]
    named = {
        "id": values["submission"],
        **{name: values[name] for name in ("state", "submitted", "ended", "subject")},
        "mail from": envelope["mail_from"],
        "rcpt to": ", ".join(envelope["rcpt_to"]),
        "account": values["account"],
        "road": entry.record.intent.road.label,
        "region": values["region"],
        "octets": f"{values['octets']} (sha256 {values['sha256']})",
        "message id": values["message_id"],
        "request id": values["request_id"],
        **{name: values[name] for name in ("code", "answer", "explanation")},
    }
    lines = [f"{name:<12} {text}" for name, text in named.items() if text]
    lines += [f"{'protection':<12} {words}" for words in _protection_words(entry.record)]
    lines += [f"{'overridden':<12} {code}: {reason}" for code, reason in entry.record.intent.overrides]
    lines += [f"{'option':<12} {name} {text}" for name, text in _option_words(entry.record)]
    return lines + [f"{'event':<12} {_event(event)}" for event in entry.events]


def _protection_words(record: SubmissionRecord) -> list[str]:
    """Say how it was protected, and what verifying found."""
    evidence = record.intent.evidence
    if evidence is None:
        return []
    state = "verified" if evidence.is_verified else "not verified in every respect"
    key = f", key {evidence.signer}" if evidence.signer else ""
    return [f"{evidence.method}, {evidence.form}{key}: {state}", *evidence.outcome]


def _option_words(record: SubmissionRecord) -> list[tuple[str, str]]:
    """Give the options that were set, as pairs of name and value."""
    options: dict[str, Any] = record_values(record)["options"]
    found = [("tag", f"{tag['name']}={tag['value']}") for tag in options.pop("tags")]
    plain = ("account", "", True, False)
    return [(name.replace("_", " "), str(value)) for name, value in options.items() if value not in plain] + found


def _event(event: MessageEvent) -> str:
    words = (f"{event.at:%Y-%m-%d %H:%M:%S}", event.kind.value, event.recipient, event.details, event.explanation)
    return "  ".join(word for word in words if word)


def _diff_json(lines: Sequence[DiffLine]) -> list[dict[str, str]]:
    return [{"change": line.change.value, "text": line.text} for line in lines]
