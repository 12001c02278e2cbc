"""The declared table of verbs is the command line's own."""

import typer.main

from sescomposer.cli.app import app
from sescomposer.cli.verbs import VERBS


def test_declared_verbs_are_those_of_the_command_line() -> None:
    command = typer.main.get_command(app)
    assert set(getattr(command, "commands")) == set(VERBS)  # noqa: B009 - typer does not say that it is a group
