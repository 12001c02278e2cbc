"""The verb `accounts`: the ways to send for real. A secret is never shown, and never an argument."""

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sescomposer.cli import account_questions
from sescomposer.cli.look import JsonOption
from sescomposer.cli.secret_input import read_secret
from sescomposer.cli.streams import print_json, say, shown
from sescomposer.core.errors import AccountError, ExitCode, UsageError
from sescomposer.core.road import Road
from sescomposer.services.account import Account, EndpointKind, Secret, WayIn
from sescomposer.services.account_ports import SecretStore
from sescomposer.services.accounts import Accounts, InvalidAccountError
from sescomposer.services.regions import region as region_named

if TYPE_CHECKING:
    from sescomposer.bootstrap import Services

app = typer.Typer(help="Accounts: the ways to send for real. Secrets lie in the system's keyring.")

Many = list[str]

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of the account.")]
WayInOption = Annotated[WayIn | None, typer.Option("--way-in", help="Where the credentials come from.")]
RegionOption = Annotated[str | None, typer.Option("--region", help="Region of SES, such as eu-west-1.")]
RoadOption = Annotated[Road | None, typer.Option("--road", help="The transport.")]
UserOption = Annotated[str | None, typer.Option("--user", help="Access key id, or SMTP user name.")]
ProfileOption = Annotated[str | None, typer.Option("--profile", help="Name of the AWS profile.")]
PortOption = Annotated[int | None, typer.Option("--port", help="Port of SMTP: 587, 2587, 465, 2465 or 25.")]
EndpointOption = Annotated[
    str | None,
    typer.Option(
        "--endpoint", help="standard, fips, dual-stack, fips-dual-stack, or an endpoint of your own: URL or host:port."
    ),
]
BundleOption = Annotated[str | None, typer.Option("--ca-bundle", help="File of certificates to trust instead.")]
MailboxOption = Annotated[Many, typer.Option("--mailbox", help="From mailbox to offer; may be repeated; '' for none.")]
SetOption = Annotated[str | None, typer.Option("--configuration-set", help="The one new messages begin with.")]
SecretOption = Annotated[
    int | None, typer.Option("--secret-fd", help="Descriptor to read the secret from; else standard input or a prompt.")
]


@app.command("list")
def list_accounts(as_json: JsonOption = False) -> None:
    """List the accounts; no secret is read for that."""
    accounts = _services().accounts
    found, problems = accounts.all(), accounts.problems
    for problem in problems:
        say(shown(problem))
    if as_json:
        print_json({"accounts": [_as_json(account) for account in found], "problems": list(problems)})
    elif not found and not problems:
        say("There are no accounts; mail goes to the local inbox. Add one: sescomposer accounts add NAME")
    else:
        for account in found:
            print(_row(account))
    raise typer.Exit(ExitCode.NOTHING_DONE if problems and not found else ExitCode.FINE)


@app.command()
def add(
    name: NameArgument,
    way_in: Annotated[WayIn, typer.Option("--way-in", help="Where the credentials come from.")],
    region: Annotated[str, typer.Option("--region", help="Region of SES, such as eu-west-1.")],
    road: RoadOption = None,
    user: UserOption = None,
    profile: ProfileOption = None,
    port: PortOption = None,
    endpoint: EndpointOption = None,
    ca_bundle: BundleOption = None,
    mailbox: MailboxOption = [],  # noqa: B006 typer reads it
    configuration_set: SetOption = None,
    secret_fd: SecretOption = None,
) -> None:
    """Add an account; its secret is read from a descriptor, standard input or a prompt, and kept in the keyring."""
    begun = Account(name, way_in, region, Road.SMTP if way_in is WayIn.SMTP else Road.SES_V2)
    given = {
        "road": road,
        "user": user,
        "profile": profile,
        "port": port,
        "ca_bundle": ca_bundle,
        "configuration_set": configuration_set,
    }
    account = _changed(begun, given, endpoint, mailbox)
    services = _services()
    _refuse(services.accounts, account)
    secret = _secret_for(account, services.secrets, secret_fd) if account.needs_secret else None
    services.accounts.add(account, secret)
    say(f"The account {name!r} was added{'; its secret lies in the keyring' if secret else ''}.")


@app.command()
def change(
    name: NameArgument,
    new_name: Annotated[str | None, typer.Option("--name", help="Another name.")] = None,
    way_in: WayInOption = None,
    region: RegionOption = None,
    road: RoadOption = None,
    user: UserOption = None,
    profile: ProfileOption = None,
    port: PortOption = None,
    endpoint: EndpointOption = None,
    ca_bundle: BundleOption = None,
    mailbox: MailboxOption = [],  # noqa: B006 typer reads it
    configuration_set: SetOption = None,
    new_secret: Annotated[bool, typer.Option("--new-secret", help="Ask for another secret.")] = False,
    secret_fd: SecretOption = None,
) -> None:
    """Change an account; what is not given stays, also its secret."""
    services = _services()
    old = services.accounts.get(name)
    given = {
        "name": new_name,
        "way_in": way_in,
        "region": region,
        "road": road,
        "user": user,
        "profile": profile,
        "port": port,
        "ca_bundle": ca_bundle,
        "configuration_set": configuration_set,
    }
    account = _changed(old, given, endpoint, mailbox)
    _refuse(services.accounts, account, name)
    is_asked = new_secret or secret_fd is not None or account.way_in is not old.way_in
    secret = _secret_for(account, services.secrets, secret_fd) if is_asked and account.needs_secret else None
    services.accounts.change(name, account, secret)
    say(f"The account {account.name!r} was changed.")


@app.command()
def remove(name: NameArgument) -> None:
    """Remove an account, its secret, and what was read of it."""
    _services().accounts.remove(name)
    say(f"The account {name!r} was removed.")


def _services() -> "Services":
    from sescomposer.bootstrap import make_services

    return make_services()


def _changed(account: Account, given: dict[str, Any], endpoint: str | None, mailboxes: Many) -> Account:
    """Give an account with the values that were given; what its way in has no use for goes."""
    values = {key: value for key, value in given.items() if value is not None}
    if endpoint is not None:
        values |= _endpoint(endpoint)
    if mailboxes:
        values["mailboxes"] = tuple(filter(None, mailboxes))
    changed = replace(account, **values)
    unused: dict[str, Any] = {} if changed.way_in is WayIn.PROFILE else {"profile": ""}
    unused |= {} if changed.needs_secret else {"user": ""}
    if any(key in unused and values.get(key) for key in ("user", "profile")):
        key = "user" if values.get("user") and "user" in unused else "profile"
        raise UsageError(f"An account whose way in is {changed.way_in} has no --{key}.", hint="Leave it away.")
    return replace(changed, **unused)


def _endpoint(text: str) -> dict[str, Any]:
    """Give what an account has for the value of --endpoint.

    >>> _endpoint("fips")["endpoint"].value, _endpoint("localhost:25")["endpoint_url"]
    ('fips', 'localhost:25')
    """
    kinds = {kind.value: kind for kind in EndpointKind if kind is not EndpointKind.CUSTOM}
    if text in kinds:
        return {"endpoint": kinds[text], "endpoint_url": ""}
    return {"endpoint": EndpointKind.CUSTOM, "endpoint_url": text}


def _refuse(accounts: Accounts, account: Account, old_name: str = "") -> None:
    """Say what is wrong before anybody types a secret."""
    problems = accounts.check(account, old_name)
    if problems:
        raise InvalidAccountError(problems)


def _secret_for(account: Account, secrets: SecretStore, descriptor: int | None) -> Secret:
    """Ask for the secret of an account, unless there is nothing that keeps it."""
    if not secrets.is_lasting:
        raise AccountError(
            f"Nothing was changed, for nothing would keep the secret. {secrets.trouble}",
            hint="Unlock or start the keyring of your desktop, or use --way-in profile or environment.",
        )
    what = "Secret access key" if account.way_in is WayIn.KEYS else "SMTP password"
    return read_secret(descriptor, f"{what} of {account.user}")


def _as_json(account: Account) -> dict[str, Any]:
    """Give an account as JSON values."""
    found = region_named(account.region)
    about = {"place": found.place, "is_documented": found.is_documented, "needs_secret": account.needs_secret}
    return {**asdict(account), **about}


def _row(account: Account) -> str:
    """Write an account in one line for people."""
    whose = account.user or account.profile
    way = f"{account.way_in.value} {whose}".strip()
    place = region_named(account.region).label
    where = f", {account.endpoint_url or account.endpoint.value}" * (account.endpoint is not EndpointKind.STANDARD)
    return shown(f"{account.name}  {account.road.label}, {place}{where}  {way}")


account_questions.add_to(app)
