"""The verb `keys people`: certificates and OpenPGP keys of those who are written to."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from sescomposer.cli.key_words import person_json, person_lines
from sescomposer.cli.look import JsonOption
from sescomposer.cli.streams import STANDARD_INPUT, Inputs, print_json, say, shown
from sescomposer.core.errors import KeyGoneError
from sescomposer.core.parse import parse
from sescomposer.services.protection.protection_ports import PersonKey

app = typer.Typer(help="Certificates and OpenPGP keys of other people, by address.")

FingerprintArgument = Annotated[str, typer.Argument(metavar="FINGERPRINT", help="Fingerprint, or the start of it.")]


@app.command("list")
def list_people(
    address: Annotated[str, typer.Argument(metavar="[ADDRESS]", help="Only those of this address.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List the certificates and keys of other people, with where they came from and when they were used."""
    from sescomposer.bootstrap import make_services

    services = make_services()
    keys = services.people.for_address(address) if address else services.people.all()
    now = services.clock.now()
    if as_json:
        print_json({"people": [person_json(key, now) for key in keys]})
    elif not keys:
        say("None is known. Import one, or open signed mail: sescomposer keys people import FILE")
    else:
        print("\n".join(line for key in keys for line in person_lines(key, now)))


@app.command("import")
def import_people(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", help="Certificates as PEM, DER, p7b or vCard, OpenPGP keys; '-' is standard input."
        ),
    ],
    as_json: JsonOption = False,
) -> None:
    """Import certificates and OpenPGP keys of other people; their addresses are those that stand in them."""
    from sescomposer.bootstrap import make_services

    services = make_services()
    inputs = Inputs()
    kept: list[PersonKey] = []
    for file in files:
        name = "standard input" if file == STANDARD_INPUT else Path(file).name
        kept += services.people.import_file(inputs.read(file), name)
    _tell_kept(kept, services.clock.now(), "imported", as_json=as_json)


@app.command()
def harvest(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Signed messages; '-' is standard input.")],
    as_json: JsonOption = False,
) -> None:
    """Keep the certificates that came with signed messages whose signature is intact."""
    from sescomposer.bootstrap import make_services

    services = make_services()
    inputs = Inputs()
    kept: list[PersonKey] = []
    for file in files:
        reading = services.protecting.read(parse(inputs.message(file)))
        kept += services.people.harvest(reading)
    _tell_kept(kept, services.clock.now(), "kept", as_json=as_json)


def _tell_kept(kept: list[PersonKey], now: datetime, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"people": [person_json(key, now) for key in kept]})
        return
    for key in kept:
        print("\n".join(person_lines(key, now)))
    say(f"{len(kept)} {'key was' if len(kept) == 1 else 'keys were'} {what}.")


@app.command()
def accept(fingerprint: FingerprintArgument) -> None:
    """Accept one by its fingerprint though no trusted root vouches for it: compare it with its owner before."""
    from sescomposer.bootstrap import make_services

    services = make_services()
    for wanted in dict.fromkeys(key.fingerprint for key in _fitting(services.people.all(), fingerprint)):
        services.people.accept(wanted)
        say(f"{wanted} is accepted.")


@app.command()
def remove(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Address it is kept for.")],
    fingerprint: FingerprintArgument,
) -> None:
    """Forget a certificate or key of somebody."""
    from sescomposer.bootstrap import make_services

    services = make_services()
    for key in _fitting(services.people.for_address(address), fingerprint):
        services.people.remove(key.address, key.fingerprint)
        say(shown(f"{key.fingerprint} of {key.address} was removed."))


def _fitting(keys: tuple[PersonKey, ...], fingerprint: str) -> list[PersonKey]:
    """Give those whose fingerprint begins so; raises `KeyGoneError` where there is none."""
    wanted = fingerprint.replace(" ", "").replace(":", "").lower()
    fitting = [key for key in keys if wanted and key.fingerprint.startswith(wanted)]
    if not fitting:
        raise KeyGoneError(
            f"There is no key with the fingerprint {shown(fingerprint)!r}.",
            hint="See `sescomposer keys people list`.",
            value=fingerprint,
        )
    return fitting
