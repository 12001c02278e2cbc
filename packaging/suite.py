"""The whole suite: lint, format, types, import contracts, tests; every step runs, failed ones are named."""

import os
import subprocess
import sys
import time

from environment import Environment

_CHECKS = (
    ("lint", ("ruff", "check", ".")),
    ("format", ("ruff", "format", "--check", ".")),
    ("types", ("mypy",)),
    ("import contracts", ("lint-imports",)),
)


_SIDE_BY_SIDE = ("-n", "3", "--dist", "loadfile")
"""Three processes share the tests by file: the suite takes 16 minutes in one. Two cores are what is always there, and a
test that drives a window or a server waits for a good part of its time."""


def selects_tests(words: list[str]) -> bool:
    """Tell whether arguments for pytest name what to run, rather than only how.

    >>> selects_tests(["-x", "-q"]), selects_tests(["tests/core"]), selects_tests(["-k", "fold"])
    (False, True, True)
    """
    return any(not word.startswith("-") for word in words)


def steps(words: list[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Give the steps of the suite, each a name and a command with arguments."""
    if selects_tests(words):
        return [("tests", ("python", "-m", "pytest", *words))]
    return [*_CHECKS, ("tests", ("python", "-m", "pytest", *_SIDE_BY_SIDE, *words))]


def run(environment: Environment, words: list[str]) -> int:
    """Run the steps and give 0 when all of them passed, else 1.

    Args:
        environment: Where the tools are installed.
        words: Arguments for pytest.
    """
    settings = {**os.environ, "PATH": f"{environment.command('python').parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    settings.setdefault("QT_QPA_PLATFORM", "offscreen")
    failed = [name for name, command in steps(words) if not _passes(environment, name, command, settings)]
    if failed:
        print(f"\nfailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _passes(environment: Environment, name: str, command: tuple[str, ...], settings: dict[str, str]) -> bool:
    print(f"\n== {name}", flush=True)
    begun = time.monotonic()
    program = str(environment.command(command[0]))
    status = subprocess.run([program, *command[1:]], cwd=environment.root, env=settings, check=False).returncode
    print(f"== {name}: {'passed' if status == 0 else 'FAILED'} in {time.monotonic() - begun:.0f} s", flush=True)
    return status == 0
