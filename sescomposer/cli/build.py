"""The verb `build`: composes a message from its parts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from sescomposer.cli.streams import Inputs, write_octets
from sescomposer.core.compose import compose
from sescomposer.core.errors import UsageError
from sescomposer.core.media_type import guess
from sescomposer.core.octets import Octets
from sescomposer.core.structure import Attachment
from sescomposer.services.system import SystemIdentifiers

Many = list[str]


def build(
    from_: Annotated[str, typer.Option("--from", help="Author mailboxes, such as 'Zoë <zoe@example.com>'.")],
    to: Annotated[Many, typer.Option(help="Recipients; may be repeated.")] = [],  # noqa: B006 typer reads it
    cc: Annotated[Many, typer.Option(help="Copy recipients.")] = [],  # noqa: B006
    bcc: Annotated[Many, typer.Option(help="Blind copy recipients; never in sealed octets.")] = [],  # noqa: B006
    reply_to: Annotated[Many, typer.Option(help="Where answers go.")] = [],  # noqa: B006
    subject: Annotated[str, typer.Option(help="Subject, in any script.")] = "",
    text: Annotated[str | None, typer.Option(help="File with the text, UTF-8; '-' is standard input.")] = None,
    text_string: Annotated[str | None, typer.Option(help="The text itself.")] = None,
    html: Annotated[str | None, typer.Option(help="File with the HTML, UTF-8.")] = None,
    attach: Annotated[Many, typer.Option(help="File to attach; may be repeated.")] = [],  # noqa: B006
    inline: Annotated[Many, typer.Option(help="Image for the HTML; its Content-ID is the file name.")] = [],  # noqa: B006
    header: Annotated[Many, typer.Option(help="Any further field, 'Name: value'.")] = [],  # noqa: B006
    out: Annotated[str | None, typer.Option("--out", "-o", help="Where to write; standard output without it.")] = None,
) -> None:
    """Compose a message; it is a draft: Date and Message-ID are written when it is sealed."""
    inputs = Inputs()
    message = compose(
        from_,
        _joined(to),
        subject,
        cc=_joined(cc),
        bcc=_joined(bcc),
        reply_to=_joined(reply_to),
        text=_text(inputs, text, text_string),
        html=None if html is None else inputs.read_text(html),
        attachments=[_attached(inputs, name) for name in attach],
        inline=[_attached(inputs, name) for name in inline],
        headers=[_named_value(line) for line in header],
        ids=SystemIdentifiers(),
    )
    write_octets(message.root.render(), out)


def _joined(values: Sequence[str]) -> str:
    """Make one address list of repeated options."""
    return ", ".join(values)


def _text(inputs: Inputs, source: str | None, given: str | None) -> str | None:
    """Give the text from a file or from the option itself, not both."""
    if source is not None and given is not None:
        raise UsageError("Both --text and --text-string are given.", hint="Give one of them.")
    return given if source is None else inputs.read_text(source)


def _attached(inputs: Inputs, source: str) -> Attachment:
    """Read a file to attach and tell its media type by content and name."""
    octets = inputs.read(source)
    name = Path(source).name if source != "-" else "attachment"
    return Attachment(Octets.of(octets), name, guess(name, octets[:4096]))


def _named_value(line: str) -> tuple[str, str]:
    """Split 'Name: value' at the first colon."""
    name, colon, value = line.partition(":")
    if not colon:
        raise UsageError(f"The header field {line!r} has no colon.", hint="Write 'Name: value'.", value=line)
    return name.strip(), value.strip(" ")
