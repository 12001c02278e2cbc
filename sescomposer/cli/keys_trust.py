"""The verb `keys trust`: roots to trust beside those of the system."""

from typing import TYPE_CHECKING, Annotated

import typer

from sescomposer.cli.key_words import certificate_json, certificate_lines
from sescomposer.cli.look import JsonOption
from sescomposer.cli.streams import Inputs, print_json, say, shown
from sescomposer.core.errors import KeyGoneError

if TYPE_CHECKING:
    from sescomposer.services.protection.roots import Roots


def trust(
    files: Annotated[
        list[str], typer.Argument(metavar="[CA.pem]...", help="Roots to trust; without one they are listed.")
    ] = [],  # noqa: B006 typer reads it
    remove: Annotated[
        list[str], typer.Option("--remove", metavar="FINGERPRINT", help="Trust this root no longer.")
    ] = [],  # noqa: B006
    as_json: JsonOption = False,
) -> None:
    """Trust roots beside the system's, trust some no longer, and list them."""
    from sescomposer.bootstrap import make_services

    services = make_services()
    inputs = Inputs()
    for octets in [inputs.read(file) for file in files]:
        services.roots.import_file(octets)
    for fingerprint in remove:
        _remove(services.roots, fingerprint)
    own = services.roots.own()
    now = services.clock.now()
    if as_json:
        print_json({"roots": [certificate_json(root, now) for root in own], "system": len(services.roots.system())})
        return
    for root in own:
        lines = (root.owner, *certificate_lines(root, now), f"    {'fingerprint':<12} {root.fingerprint}")
        print("\n".join(map(shown, lines)))
    count = "1 own root is" if len(own) == 1 else f"{len(own)} own roots are"
    say(f"{count} trusted, and {len(services.roots.system())} of the system.")


def _remove(roots: "Roots", fingerprint: str) -> None:
    wanted = fingerprint.replace(" ", "").replace(":", "").lower()
    fitting = [root for root in roots.own() if wanted and root.fingerprint.startswith(wanted)]
    if not fitting:
        raise KeyGoneError(f"No own root has the fingerprint {shown(fingerprint)!r}.", hint="List them without words.")
    for root in fitting:
        roots.remove(root.fingerprint)
        say(shown(f"{root.owner!r} is trusted no longer."))
