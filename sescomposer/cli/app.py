"""The command line: verbs over the same core and services as the window, and errors turned into status and text."""

import sys
from collections.abc import Callable
from typing import Annotated

import typer
import typer.main

from sescomposer import __version__
from sescomposer.cli import accounts, drafts, history, inbox, invite, keys
from sescomposer.cli.build import build
from sescomposer.cli.check import check
from sescomposer.cli.look import cat, tree
from sescomposer.cli.outcome import Outcome
from sescomposer.cli.send import send
from sescomposer.cli.sign import encrypt, sign
from sescomposer.cli.verbs import VERBS
from sescomposer.cli.verify import decrypt, verify

app = typer.Typer(
    name="sescomposer",
    help="Write raw email by hand, see every octet, send it. Without a verb the window opens.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for verb in (build, cat, tree, check, send, sign, encrypt, decrypt, verify):
    app.command(short_help=VERBS[verb.__name__])(verb)
app.add_typer(keys.app, name="keys", short_help=VERBS["keys"])
app.add_typer(invite.app, name="invite", short_help=VERBS["invite"])
app.add_typer(accounts.app, name="accounts", short_help=VERBS["accounts"])
app.add_typer(drafts.app, name="drafts", short_help=VERBS["drafts"])
app.add_typer(history.app, name="history", short_help=VERBS["history"])
app.add_typer(inbox.app, name="inbox", short_help=VERBS["inbox"])


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        print(f"sescomposer {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Write raw email by hand, see every octet, send it. Without a verb the window opens."""


def main(arguments: list[str], open_window: Callable[[list[str]], int] | None = None) -> int:
    """Run one verb and give its exit status (see `core.errors.ExitCode`).

    Args:
        arguments: Words behind the program's name; the first is a declared verb.
        open_window: Opens the window on what it is given and gives the exit status; None where there is no window.
    """
    with Outcome(arguments[0] if arguments and arguments[0] in VERBS else "") as outcome:
        _let_everything_be_printed()
        command = typer.main.get_command(app)
        with command.make_context("sescomposer", list(arguments), obj=open_window) as context:
            command.invoke(context)
        if sys.stdout is not None:
            sys.stdout.flush()
    return int(outcome.status)


def _let_everything_be_printed() -> None:
    """A name may hold characters that the terminal's charset lacks, or halves of some: they are printed escaped."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
