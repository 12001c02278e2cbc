"""The verbs `verify` and `decrypt`: every layer of a message file is opened, and each fact told apart."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from sescomposer.cli import given_keys as of_keys
from sescomposer.cli.given_keys import Given, take_up
from sescomposer.cli.look import FileArgument, JsonOption
from sescomposer.cli.passphrases import PassphraseOption, Passphrases
from sescomposer.cli.protection_words import (
    is_verified,
    reading_json,
    reading_lines,
    survival_json,
    survival_lines,
    verdict,
)
from sescomposer.cli.sign import OutOption
from sescomposer.cli.streams import STANDARD_INPUT, Inputs, print_json, say, write_octets
from sescomposer.core.entity import Entity
from sescomposer.core.envelope import Envelope
from sescomposer.core.errors import ExitCode, KeyGoneError, PassphraseError, ProtectionError, UsageError
from sescomposer.core.parse import parse
from sescomposer.core.protection.decrypted import decrypted
from sescomposer.core.protection.facts import LayerKind, Reading
from sescomposer.core.road import Road
from sescomposer.core.seal import MemoryTarget, Sealed

if TYPE_CHECKING:
    from sescomposer.services.protection.keys import Keys
    from sescomposer.services.protection.protecting import Protecting

_ENCRYPTED = (LayerKind.ENCRYPTED, LayerKind.PGP_ENCRYPTED)


def verify(
    file: FileArgument,
    ca: of_keys.CaOption = [],  # noqa: B006 typer reads it
    cert: Annotated[
        list[str],
        typer.Option("--cert", metavar="FILE", help="Certificate or OpenPGP key of the signer. May be repeated."),
    ] = [],  # noqa: B006
    p12: of_keys.P12ToReadOption = "",
    key: of_keys.KeyToReadOption = "",
    survival: Annotated[
        bool, typer.Option("--survival", help="Tell too which changes on the way the signature survives.")
    ] = False,
    passphrase_fd: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Verify a message file: each fact of each signature, what is covered, what is not.

    Ends with status 0 only if every fact of every signature is good, else with 1.
    """
    with _read(file, Given(p12, (), cert, ca, key), passphrase_fd) as (protecting, root, reading):
        survived = protecting.survival(_as_it_came(root, protecting.clock.now())) if survival else ()
    if as_json:
        whole = {"file": file, "verified": is_verified(reading), "verdict": verdict(reading)}
        more = {"survival": survival_json(survived)} if survival else {}
        print_json(whole | reading_json(root, reading) | more)
    else:
        print("\n".join([*survival_lines(survived), *reading_lines(root, reading)]))
    raise typer.Exit(ExitCode.FINE if is_verified(reading) else ExitCode.FINDINGS)


def decrypt(
    file: FileArgument,
    p12: of_keys.P12ToReadOption = "",
    key: of_keys.KeyToReadOption = "",
    cert: of_keys.CertOption = [],  # noqa: B006 typer reads it
    ca: of_keys.CaOption = [],  # noqa: B006
    passphrase_fd: PassphraseOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decrypt a message file; signatures inside stay as they are, so that what is written can be verified."""
    if as_json and out in (None, STANDARD_INPUT):
        raise UsageError("Standard output cannot be both the message and JSON.", hint="Name a file with --out.")
    with _read(file, Given(p12, cert, (), ca, key), passphrase_fd) as (_, root, reading):
        inside = _inside(reading)
    message = decrypted(root, inside, _trail(reading, inside)[-1])
    write_octets(message.octets, out)
    if as_json:
        print_json({"file": file, "out": out, "octets": len(message.octets)} | reading_json(root, reading))
    else:
        say(verdict(reading))


@contextmanager
def _read(file: str, given: Given, passphrase_fd: int | None) -> "Iterator[tuple[Protecting, Entity, Reading]]":
    """Open every layer of a file.

    Raises:
        PassphraseError: the passphrase that a layer needs is missing or wrong.
    """
    from sescomposer.bootstrap import make_services

    passphrases = Passphrases(passphrase_fd, [file, *given.files])
    inputs, services = Inputs(), make_services()
    try:
        root = parse(inputs.message(file))
        take_up(services, given, inputs, passphrases)
        # What is decrypted is never written to the disk but where the user says.
        protecting = replace(services.protecting, new=MemoryTarget)
        reading = protecting.read(root, passphrases.ask)
        _refuse_wrong(passphrases, services.keys, reading)
        yield protecting, root, reading
    finally:
        services.close()


def _refuse_wrong(passphrases: Passphrases, keys: "Keys", reading: Reading) -> None:
    """Raise `PassphraseError` where a layer stayed closed since its key did."""
    if passphrases.failure is not None:
        raise passphrases.failure
    closed = [layer.trouble for layer in reading.layers if layer.trouble and layer.kind in _ENCRYPTED]
    if closed and any(not keys.is_open(entry) for entry in passphrases.asked.values()):
        raise PassphraseError(closed[-1], hint="Give the right passphrase.")


def _as_it_came(root: Entity, now: datetime) -> Sealed:
    return Sealed(root.octets, "", Envelope("", ()), root, Road.SES_V2, now)


def _inside(reading: Reading) -> Entity:
    """Give what the innermost layer of encryption that can be opened holds.

    Raises:
        KeyGoneError: there is no key for it.
        ProtectionError: nothing is encrypted.
    """
    layers = [layer for layer in reading.layers if layer.kind in _ENCRYPTED]
    if not layers:
        raise ProtectionError(
            "Nothing in this message is encrypted.", hint="See `sescomposer verify` for what it holds."
        )
    opened = [layer.inside for layer in layers if layer.inside is not None]
    if not opened:
        raise KeyGoneError(layers[0].trouble, hint="Give the key with --p12, or import it.")
    whole = _trail(reading, opened[0])
    return next(inside for inside in reversed(opened) if inside in whole)


def _trail(reading: Reading, entity: Entity) -> list[Entity]:
    """Give an entity and what the layers that begin with it hold, outermost first."""
    inside = {layer.entity: layer.inside for layer in reading.layers}
    trail = [entity]
    while (inner := inside.get(trail[-1].key)) is not None:
        trail.append(inner)
    return trail
