"""The verb `inbox serve`: the local inbox as a server on loopback, until Ctrl+C."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer

from sescomposer.cli.streams import SCHEMA, print_json, say, shown
from sescomposer.core.errors import UsageError
from sescomposer.core.road import Road
from sescomposer.services.serving import (
    HTTP_PORT,
    LATENCY_MOST,
    LOOPBACK,
    SMTP_PORT,
    TLS_PORT,
    Addresses,
    Cut,
    Fault,
    Served,
    ServeOptions,
    answer_choices,
)

_LOOK_SECONDS = 1.0


def serve(
    smtp_port: Annotated[int, typer.Option(help="Port of SMTP with STARTTLS; 0 for any that is free.")] = SMTP_PORT,
    tls_port: Annotated[int, typer.Option(help="Port of SMTP with TLS at once.")] = TLS_PORT,
    http_port: Annotated[int, typer.Option(help="Port of both SES APIs, without TLS.")] = HTTP_PORT,
    host: Annotated[str, typer.Option(help="Address to listen at; any but loopback lets others in.")] = LOOPBACK,
    answer: Annotated[
        str, typer.Option(metavar="CODE[:N]", help="Answer so, to the next N messages; --list-answers shows all.")
    ] = "",
    latency: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.0, max=LATENCY_MOST, help="Wait before each answer.")
    ] = 0.0,
    cut: Annotated[Cut, typer.Option(help="Cut the connection before, during or after the octets.")] = Cut.NONE,
    every: Annotated[int, typer.Option(min=1, help="Do so to each n-th message alone.")] = 1,
    require_auth: Annotated[bool, typer.Option("--require-auth", help="SMTP wants a login; any will do.")] = False,
    list_answers: Annotated[bool, typer.Option("--list-answers", help="List all answers and end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a line of JSON for each message.")] = False,
) -> None:
    """Let other programs send to the local inbox, by SMTP and both SES APIs, until Ctrl+C.

    Signatures, users and passwords are not checked.
    """
    if list_answers:
        _list_answers(as_json)
        return
    fault = _fault(answer, latency, cut, every)
    from sescomposer.bootstrap import make_services

    services = make_services()
    serving = services.serving
    serving.faults.set(fault)
    try:
        addresses = serving.start(ServeOptions(host, smtp_port, tls_port, http_port, require_auth))
        _tell_addresses(addresses, fault, as_json)
        last = 0
        while True:
            for line in serving.wait_for(last, _LOOK_SECONDS):
                last = line.number
                _tell(line, as_json)
    finally:
        services.close()


def _fault(answer: str, latency: float, cut: Cut, every: int) -> Fault:
    """Read the options; raises `UsageError`.

    >>> _fault("message-rejected:2", 0.0, Cut.NONE, 1).sentence
    'The next 2 of every message: answered with message-rejected.'
    """
    code, _, times = answer.partition(":")
    known = answer_choices().get(code)
    if code and known is None:
        raise UsageError(
            f"There is no answer {shown(code)!r}.",
            hint="`sescomposer inbox serve --list-answers` lists all.",
            value=code,
        )
    if times and not (times.isascii() and times.isdecimal() and int(times) > 0):
        raise UsageError(
            f"{shown(times)!r} is no number of messages.", hint="Write the answer as CODE or CODE:N.", value=times
        )
    return Fault(known, latency, cut, every, int(times or 0))


def _list_answers(as_json: bool) -> None:
    choices = answer_choices()
    if as_json:
        print_json(
            {
                "answers": [
                    {
                        "code": name,
                        "sentence": answer.meaning.sentence.replace("[", "").replace("]", ""),
                        "roads": {road.value: answer.example(road).wire for road in answer.roads},
                    }
                    for name, answer in choices.items()
                ]
            }
        )
        return
    for name, answer in choices.items():
        print(f"{name}  ({', '.join(road.label for road in answer.roads)})")
        print(f"    {answer.example(answer.roads[0]).wire}")


def _tell_addresses(addresses: Addresses, fault: Fault, as_json: bool) -> None:
    """Say where it listens; on standard output, for programs read it."""
    if as_json:
        values = asdict(addresses) | {"certificate": str(addresses.certificate), "url": addresses.url}
        _print_line({"schema": SCHEMA, "listening": values})
    else:
        for what, text in addresses.settings:
            print(f"{what:<22}{text}")
        print(f"{'Faults':<22}{fault.sentence}", flush=True)
        for road in Road:
            if fault.answer is not None and (road not in fault.answer.wires or not fault.answer.wires[road].status):
                say(f"{road.label} has no such answer; messages by that road are taken.")
        say("Signatures, users and passwords are not checked. Ctrl+C ends it.")
    if not addresses.is_loopback:
        say(f"Other machines can reach {addresses.host}: whoever does can fill the local inbox.")


def _tell(line: Served, as_json: bool) -> None:
    if as_json:
        _print_line(asdict(line) | {"at": line.at.isoformat()})
    else:
        print(shown(line.line), flush=True)


def _print_line(values: dict[str, Any]) -> None:
    print(json.dumps(values), flush=True)
