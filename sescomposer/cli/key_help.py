"""A group of verbs with a default one, and help that lists the keys of a description of an event."""

import textwrap
from typing import Any

from typer.core import TyperCommand, TyperGroup

from sescomposer.core.invitation.toml_event import KEYS

DEFAULT_VERB = "make"
_HELP = "--help"
_WIDTH = 78
_INDENT = 18


def key_lines() -> list[str]:
    """Write the keys for a terminal.

    >>> print(key_lines()[0], key_lines()[1], sep="\\n")
    Keys of EVENT.toml:
      summary         title of the event (text)
    """
    lines = ["Keys of EVENT.toml:"]
    for key in KEYS:
        head = f"  {key.name:<{_INDENT - 2}}"
        lines += textwrap.wrap(
            f"{key.about} ({key.form})",
            _WIDTH,
            initial_indent=head,
            subsequent_indent=" " * _INDENT,
            break_on_hyphens=False,
        )
    return lines


def _add_keys(formatter: Any) -> None:
    text = "\n".join(key_lines())
    if formatter.getvalue():
        formatter.write(f"\n{text}\n")
    else:
        # The richer help is printed while it is made.
        print(text)


class KeyedCommand(TyperCommand):
    """A verb whose help lists the keys."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        super().format_help(ctx, formatter)
        _add_keys(formatter)


class KeyedGroup(TyperGroup):
    """Verbs side by side; a first word that is none of them is the first argument of the default one."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the default verb before what is no verb."""
        is_verb = bool(args) and (args[0] in self.commands or args[0] == _HELP)
        return super().parse_args(ctx, args if is_verb else [DEFAULT_VERB, *args])

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        super().format_help(ctx, formatter)
        _add_keys(formatter)
