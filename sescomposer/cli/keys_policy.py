"""The verb `keys policy`: what the identity of a From mailbox demands of signing and encrypting."""

from dataclasses import asdict, replace
from typing import Annotated

import typer

from sescomposer.cli.key_words import found
from sescomposer.cli.look import JsonOption
from sescomposer.cli.streams import checked, print_json, say, shown
from sescomposer.core.address import parse_mailbox
from sescomposer.core.message import Method
from sescomposer.services.protection.protection_ports import IdentityPolicy, Policy

app = typer.Typer(help="Policies by From mailbox: never, offer, always (can be taken back for one message), must.")

AddressArgument = Annotated[str, typer.Argument(metavar="ADDRESS", help="From mailbox.")]


@app.command("list")
def list_policies(as_json: JsonOption = False) -> None:
    """List the policies that somebody set; every other mailbox is offered both."""
    from sescomposer.bootstrap import make_services

    policies = make_services().policies.all()
    if as_json:
        print_json({"policies": [asdict(policy) for policy in policies]})
    elif not policies:
        say("No policy is set. Set one: sescomposer keys policy set ADDRESS --sign must")
    else:
        print("\n".join(map(_row, policies)))


@app.command("set")
def set_policy(
    address: AddressArgument,
    sign: Annotated[Policy | None, typer.Option(help="Whether its messages are signed.")] = None,
    encrypt: Annotated[Policy | None, typer.Option(help="Whether its messages are encrypted.")] = None,
    method: Annotated[Method | None, typer.Option(help="How.")] = None,
    key: Annotated[str | None, typer.Option(metavar="ID", help="Sign with this key alone; '' for what fits.")] = None,
    dkim: Annotated[str | None, typer.Option(metavar="ID", help="DKIM key to sign with besides; '' for none.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Set the policy of a From mailbox; what is not given stays."""
    from sescomposer.bootstrap import make_services

    services = make_services()
    mailbox = parse_mailbox(checked("ADDRESS", address)).wire_addr_spec.lower()
    given = {
        "sign": sign,
        "encrypt": encrypt,
        "method": method.value if method else None,
        "key": found(services.keys.all(), key).id if key else key,
        "dkim": found(services.keys.all(), dkim).id if dkim else dkim,
    }
    values = {name: value for name, value in given.items() if value is not None}
    policy = replace(services.policies.of(mailbox), address=mailbox, **values)  # type: ignore[arg-type]
    services.policies.put(policy)
    _tell(policy, as_json=as_json)


@app.command()
def remove(address: AddressArgument, as_json: JsonOption = False) -> None:
    """Take the policy of a From mailbox back: signing and encrypting are offered."""
    from sescomposer.bootstrap import make_services

    policy = IdentityPolicy(parse_mailbox(checked("ADDRESS", address)).wire_addr_spec.lower())
    make_services().policies.put(policy)
    _tell(policy, as_json=as_json)


def _tell(policy: IdentityPolicy, *, as_json: bool) -> None:
    if as_json:
        print_json({"policy": asdict(policy)})
    else:
        print(_row(policy))


def _row(policy: IdentityPolicy) -> str:
    """Write a policy on one line."""
    more = "".join(f", {name} {value}" for name, value in (("key", policy.key), ("DKIM", policy.dkim)) if value)
    return shown(f"{policy.address}  sign {policy.sign}, encrypt {policy.encrypt}, {policy.method}{more}")
