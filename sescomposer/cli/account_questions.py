"""What `accounts` asks the service: whether the login works, identities, quota, and the suppression list."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sescomposer.cli.look import JsonOption
from sescomposer.cli.streams import print_json, say, shown
from sescomposer.core.errors import DeniedError, ExitCode, ServiceCallError
from sescomposer.services.knowledge import Denied, Identity, Known, Suppressed

if TYPE_CHECKING:
    from sescomposer.bootstrap import Services
    from sescomposer.services.account import Account

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of the account.")]

_STATEMENT = "This IAM statement would allow it:"


class SuppressionAction(StrEnum):
    """What is done with the suppression list."""

    SHOW = "show"
    ADD = "add"
    REMOVE = "remove"


class Reason(StrEnum):
    """Why an address is put on the suppression list."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"


def log_in(name: NameArgument, as_json: JsonOption = False) -> None:
    """Log in with an account and send nothing."""
    with _session(name) as (services, account):
        found = services.log_in(account)
    if isinstance(found, Known):
        _print(_state_json(found) if as_json else None, _state_lines(found))
        _tell_denied(found.denied)
        _tell_failures(found)
    else:
        _print({"server": found} if as_json else None, [f"login       works at {found}"])


def identities(
    name: NameArgument,
    refresh: Annotated[bool, typer.Option("--refresh", help="Read them anew; else what was last read.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the identities of an account with their state; what was last read is shown without a network."""
    with _session(name) as (services, account):
        known = None if refresh else services.knowing.cached(account)
        known = known or services.knowing.refresh(account)
    answer = {"identities": [asdict(identity) for identity in known.identities]}
    _print(_about(known) | answer if as_json else None, [_row(identity) for identity in known.identities])
    say(f"Read {_when(known.read_at)} in {known.region}.")
    _tell_failures(known)
    _end_with(known, "ListEmailIdentities")


def quota(name: NameArgument, as_json: JsonOption = False) -> None:
    """Show state and quota of an account, asked now; where nobody can be reached, what was last read."""
    with _session(name) as (services, account):
        known = _state_or_last(services, account)
    _print(_state_json(known) if as_json else None, _state_lines(known))
    _tell_failures(known)
    _end_with(known, "GetAccount")


def suppression(
    name: NameArgument,
    action: Annotated[SuppressionAction, typer.Argument(help="What to do.")],
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The address.")],
    reason: Annotated[Reason, typer.Option("--reason", help="With add: why.")] = Reason.BOUNCE,
    as_json: JsonOption = False,
) -> None:
    """Look an address up in the suppression list of an account, put it there or take it off."""
    with _session(name) as (services, account), _statement_told():
        match action:
            case SuppressionAction.SHOW:
                _show(address, services.knowing.suppressed(account, address), as_json=as_json)
            case SuppressionAction.ADD:
                services.knowing.suppress(account, address, reason.upper())
                say(shown(f"{address} is on the suppression list now; SES will not deliver to it."))
            case SuppressionAction.REMOVE:
                services.knowing.unsuppress(account, address)
                say(shown(f"{address} is not on the suppression list now."))


def add_to(app: typer.Typer) -> None:
    """Make these verbs part of `accounts`."""
    app.command("test")(log_in)
    for verb in (identities, quota, suppression):
        app.command()(verb)


@contextmanager
def _session(name: str) -> "Iterator[tuple[Services, Account]]":
    """Give the services and the account, and close what was opened."""
    from sescomposer.bootstrap import make_services

    services = make_services()
    try:
        yield services, services.accounts.get(name)
    finally:
        services.close()


@contextmanager
def _statement_told() -> Iterator[None]:
    try:
        yield
    except DeniedError as error:
        say(f"{_STATEMENT}\n{error.statement}")
        raise


def _state_or_last(services: "Services", account: "Account") -> Known:
    """Ask for the state of an account, or give what was last read where nobody answers."""
    try:
        return services.reader(account).log_in()
    except ServiceCallError as error:
        known = services.knowing.cached(account)
        if known is None:
            raise
        say(shown(f"{error.sentence} This was read {_when(known.read_at)}:"))
        return known


def _print(answer: dict[str, Any] | None, lines: list[str]) -> None:
    if answer is not None:
        print_json(answer)
    elif lines:
        print("\n".join(map(shown, lines)))


def _about(known: Known) -> dict[str, Any]:
    return {
        "account": known.account,
        "region": known.region,
        "read_at": known.read_at.isoformat(),
        "denied": [asdict(denied) for denied in known.denied],
        "failures": list(known.failures),
    }


def _state_json(known: Known) -> dict[str, Any]:
    quota = known.quota
    return _about(known) | {
        "caller": known.caller,
        "is_sandbox": known.is_sandbox,
        "sending_enabled": known.sending_enabled,
        "enforcement": known.enforcement,
        "has_insights": known.has_insights,
        "quota": asdict(quota) | {"left": quota.left} if quota else None,
    }


def _state_lines(known: Known) -> list[str]:
    lines = [f"read        {_when(known.read_at)}", f"region      {known.region}"]
    lines += [f"user        {known.caller}"] if known.caller else []
    if known.is_sandbox is not None:
        lines.append(f"access      {'sandbox: verified recipients only' if known.is_sandbox else 'production'}")
    if known.sending_enabled is not None:
        state = f", {known.enforcement}" if known.enforcement else ""
        lines.append(f"sending     {'on' if known.sending_enabled else 'off'}{state}")
    if known.quota is not None:
        used, most = f"{known.quota.sent_24_hours:g}", known.quota.max_24_hours
        left = f"of {most:g}, {known.quota.left:g} left" if known.quota.left is not None else "without limit"
        lines += [f"quota       {used} {left} (recipients in 24 hours)", f"rate        {known.quota.rate:g} a second"]
    return lines


def _row(identity: Identity) -> str:
    kind = identity.kind.lower().replace("_", " ")
    state = "verified" if identity.is_verified else f"not verified ({identity.status or 'unknown'})"
    return f"{identity.name}  {kind}  {state}"


def _show(address: str, found: Suppressed | None, *, as_json: bool) -> None:
    """Say whether an address is on the suppression list."""
    since = found.since.isoformat() if found and found.since else None
    answer = {"address": address, "suppressed": found is not None, "reason": found.reason if found else None}
    if found is None:
        words = f"{address}  not suppressed"
    else:
        words = f"{found.address}  suppressed: {found.reason}{f', since {since}' if since else ''}"
    _print(answer | {"since": since} if as_json else None, [words])


def _when(moment: datetime) -> str:
    return moment.astimezone().isoformat(sep=" ", timespec="seconds")


def _tell_denied(denied: tuple[Denied, ...]) -> None:
    for each in denied:
        say(f"{shown(f'The account may not ask {each.operation}: {each.answer}')} {_STATEMENT}\n{each.statement}")


def _tell_failures(known: Known) -> None:
    for failure in known.failures:
        say(shown(failure))


def _end_with(known: Known, operation: str) -> None:
    """End as refused where the very question was denied, with the statement that is missing."""
    denied = tuple(each for each in known.denied if each.operation == operation)
    _tell_denied(denied)
    if denied:
        raise typer.Exit(ExitCode.REFUSED)
