"""The verb `inbox`: the messages that the local inbox keeps."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from sescomposer.cli.look import JsonOption
from sescomposer.cli.serve import serve
from sescomposer.cli.streams import print_json, say, write_octets
from sescomposer.services.ports import InboxEntry

app = typer.Typer(help="The local inbox: what was sent without an account.")
app.command()(serve)


@app.command("list")
def list_entries(as_json: JsonOption = False) -> None:
    """List the messages, newest first."""
    from sescomposer.bootstrap import make_services

    entries = make_services().inbox.entries()
    if as_json:
        print_json({"messages": [_as_json(entry) for entry in entries]})
    elif not entries:
        say("The local inbox is empty. Send something there: sescomposer send FILE")
    else:
        for entry in entries:
            to = ", ".join(entry.envelope.rcpt_to)
            print(f"{entry.entry}  {entry.received:%Y-%m-%d %H:%M:%S}  {to}  {entry.subject}")


@app.command()
def show(
    entry: Annotated[str, typer.Argument(metavar="ID", help="Id of the message, or the start of it.")],
    submitted: Annotated[bool, typer.Option("--submitted", help="Write the exact octets submitted.")] = False,
    delivered: Annotated[bool, typer.Option("--delivered", help="Write what SES would deliver.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show one message: its envelope, what SES would change, what became of each recipient."""
    from sescomposer.bootstrap import make_services

    inbox = make_services().inbox
    found = inbox.get(entry)
    if submitted or delivered:
        write_octets(inbox.submitted(found.entry) if submitted else inbox.delivered(found.entry), None)
    elif as_json:
        print_json({"message": _as_json(found)})
    else:
        print("\n".join(_lines(found)))


@app.command()
def clear() -> None:
    """Remove all messages of the local inbox."""
    from sescomposer.bootstrap import make_services

    say(f"{make_services().inbox.clear()} messages removed.")


def _as_json(entry: InboxEntry) -> dict[str, Any]:
    """Give an entry as JSON values; the time in ISO 8601."""
    return asdict(entry) | {"received": entry.received.isoformat()}


def _lines(entry: InboxEntry) -> list[str]:
    """Write an entry for people."""
    lines = [
        f"id          {entry.entry}",
        f"received    {entry.received.isoformat()}",
        f"subject     {entry.subject}",
        f"mail from   {entry.envelope.mail_from}",
        f"submitted   sha256 {entry.submitted}",
        f"delivered   sha256 {entry.delivered}",
    ]
    if entry.refusal:
        lines.append(f"refusal     SES would have refused: {entry.refusal}")
    lines += [f"change      {change}" for change in entry.changes]
    for delivery in entry.deliveries:
        report = f" (report: {delivery.report})" if delivery.report else ""
        lines.append(f"recipient   {delivery.recipient}: {delivery.outcome}. {delivery.explanation}{report}")
    return lines
