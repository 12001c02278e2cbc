"""The verb `keys outside`: keys that could be imported, in the user's GnuPG and on cards."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sescomposer.cli.look import JsonOption
from sescomposer.cli.streams import print_json, say, shown
from sescomposer.core.errors import ProtectionError
from sescomposer.core.protection.certificates.certificate import Certificate
from sescomposer.services.protection.protection_ports import CardKey, PgpKeyFacts

if TYPE_CHECKING:
    from sescomposer.services.protection.keys import Keys


def outside(
    card: Annotated[
        list[str], typer.Option("--card", metavar="MODULE", help="PKCS#11 module; those of the system without it.")
    ] = [],  # noqa: B006 typer reads it
    as_json: JsonOption = False,
) -> None:
    """List keys that could be imported: of the user's GnuPG, and on smart cards and tokens."""
    from sescomposer.bootstrap import make_services

    keys = make_services().keys
    cards = [key for module in card or keys.card_modules() for key in _on_card(keys, module)]
    gnupg = list(_of_gnupg(keys))
    if as_json:
        print_json({"cards": [_card_json(key) for key in cards], "gnupg": [_gnupg_json(facts) for facts in gnupg]})
        return
    for key in cards:
        print(shown(f"--card {key.module} --object {key.object}  {key.token}  {_owner(key)}"))
    for facts in gnupg:
        print(shown(f"--gnupg {facts.fingerprint}  {facts.algorithm}  {', '.join(facts.user_ids)}"))
    if not cards and not gnupg:
        say("No card and no GnuPG has a key.")


def _on_card(keys: "Keys", module: str) -> tuple[CardKey, ...]:
    """Give the keys on the cards of a module; one that cannot be asked does not hide the others."""
    try:
        return keys.card_keys(module)
    except ProtectionError as error:
        say(shown(f"{error.sentence} {error.hint}".strip()))
        return ()


def _of_gnupg(keys: "Keys") -> Iterator[PgpKeyFacts]:
    try:
        yield from keys.gnupg_keys()
    except ProtectionError as error:
        say(shown(f"{error.sentence} {error.hint}".strip()))


def _owner(key: CardKey) -> str:
    return Certificate(key.certificates[0]).owner if key.certificates else key.label


def _card_json(key: CardKey) -> dict[str, Any]:
    return {
        "module": key.module,
        "token": key.token,
        "object": key.object,
        "label": key.label,
        "owner": _owner(key),
        "addresses": list(Certificate(key.certificates[0]).addresses) if key.certificates else [],
    }


def _gnupg_json(facts: PgpKeyFacts) -> dict[str, Any]:
    return {
        "fingerprint": facts.fingerprint,
        "user_ids": list(facts.user_ids),
        "addresses": list(facts.addresses),
        "algorithm": facts.algorithm,
        "trouble": facts.trouble,
    }
