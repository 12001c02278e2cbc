"""The command line: verbs over the same core and services as the window, and errors turned into status and text."""

import sys

import typer
from typer.exceptions import TyperException

from sescomposer.cli import inbox
from sescomposer.cli.build import build
from sescomposer.cli.check import check
from sescomposer.cli.look import cat, tree
from sescomposer.cli.send import send
from sescomposer.core.errors import ExitCode, SesComposerError

app = typer.Typer(
    name="sescomposer",
    help="Write raw email by hand, see every octet, send it. Without a verb the window opens.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for verb in (build, cat, tree, check, send):
    app.command()(verb)
app.add_typer(inbox.app, name="inbox")


def main(arguments: list[str]) -> int:
    """Run one verb and give its exit status (see `core.errors.ExitCode`).

    Args:
        arguments: Words behind the program's name; the first is a declared verb.
    """
    try:
        result = app(args=arguments, standalone_mode=False, prog_name="sescomposer")
    except typer.Exit as error:
        return error.exit_code
    except typer.Abort:
        return ExitCode.INTERRUPTED
    except TyperException as error:
        words = error.format_message().rstrip(".")
        print(f"sescomposer: {words}. `sescomposer {arguments[0]} --help` lists what there is.", file=sys.stderr)
        return ExitCode.USAGE
    except SesComposerError as error:
        print(f"sescomposer: {error.sentence} {error.hint}".rstrip(), file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        return ExitCode.FINE
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    return result if isinstance(result, int) else ExitCode.FINE
