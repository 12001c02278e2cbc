"""Where the program starts: a declared verb as first argument goes to the command line, everything else to the window.

The command line's library is never imported on the way to the window: start is imports.
"""

import gc
import os
import sys

from sescomposer import __version__
from sescomposer.cli.verbs import is_for_command_line, is_like_a_verb
from sescomposer.core.errors import ExitCode


def run(arguments: list[str]) -> int:
    """Run the command line or the window and give the exit status.

    Args:
        arguments: Words behind the program's name.

    >>> run(["--version"])  # doctest: +ELLIPSIS
    sescomposer ...
    0
    """
    if arguments[:1] == ["--version"]:
        print(f"sescomposer {__version__}")
        return ExitCode.FINE.value
    if is_for_command_line(arguments) or (is_like_a_verb(arguments) and not os.path.lexists(arguments[0])):
        from sescomposer.cli.app import main as main_cli

        return main_cli(arguments, run_window)
    return run_window(arguments)


def run_window(arguments: list[str]) -> int:
    """Open the window and give the exit status once the last one is closed; say it where Qt does not load.

    Args:
        arguments: Files and mailto: links to open.
    """
    # Nothing that a start imports is garbage, and the window collects by itself (see gui.garbage).
    gc.disable()
    try:
        from sescomposer.gui.app import main as main_window
    except ImportError as error:
        if not _is_about_qt(error):
            raise
        print(
            f"sescomposer: the window cannot open because Qt does not load ({error}); "
            "`python3 packaging/bootstrap.py run` names or installs what is missing, "
            "and `sescomposer --help` lists what works without a window.",
            file=sys.stderr,
        )
        return ExitCode.NOTHING_DONE
    return main_window(arguments)


def _is_about_qt(error: ImportError) -> bool:
    """Tell a system without Qt, or without a library that Qt loads, from a fault of ours."""
    name = error.name or ""
    return name.partition(".")[0] in ("PySide6", "shiboken6") or "shared object file" in str(error)


def main() -> int:
    """Entry point of the command `sescomposer`."""
    return run(sys.argv[1:])


def main_gui() -> int:
    """Entry point of the command `sescomposer-gui`: always the window."""
    return run_window(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
