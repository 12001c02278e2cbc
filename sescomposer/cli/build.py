"""The verb `build`: composes a message from its parts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from sescomposer.cli.streams import STANDARD_INPUT, Inputs, checked, write_octets
from sescomposer.core.compose import compose
from sescomposer.core.errors import HeaderError, UsageError
from sescomposer.core.html.references import cid_references
from sescomposer.core.media_type import guess
from sescomposer.core.message import Message
from sescomposer.core.octets import Octets
from sescomposer.core.structure import Attachment
from sescomposer.core.structure.fields import checked_content_id
from sescomposer.services.system import SystemIdentifiers

Many = list[str]

_HEAD_OCTETS = 4096
_UNNAMED = "attachment"


def build(
    from_: Annotated[str, typer.Option("--from", help="Author mailboxes, such as 'Zoë <zoe@example.com>'.")],
    to: Annotated[Many, typer.Option(help="Recipients; may be repeated.")] = [],  # noqa: B006 typer reads it
    cc: Annotated[Many, typer.Option(help="Copy recipients; may be repeated.")] = [],  # noqa: B006
    bcc: Annotated[Many, typer.Option(help="Blind copy recipients; never in sealed octets.")] = [],  # noqa: B006
    reply_to: Annotated[Many, typer.Option(help="Where answers go; may be repeated.")] = [],  # noqa: B006
    subject: Annotated[str, typer.Option(help="Subject, in any script.")] = "",
    text: Annotated[str | None, typer.Option(help="File with the text, UTF-8; '-' is standard input.")] = None,
    text_string: Annotated[str | None, typer.Option(help="The text itself, of one line.")] = None,
    html: Annotated[str | None, typer.Option(help="File with the HTML, UTF-8; '-' is standard input.")] = None,
    attach: Annotated[Many, typer.Option(help="File to attach; may be repeated.")] = [],  # noqa: B006
    inline: Annotated[
        Many, typer.Option(help="Image that the HTML shows as 'cid:' and the file's name; may be repeated.")
    ] = [],  # noqa: B006
    header: Annotated[Many, typer.Option(help="Any further field, 'Name: value'; may be repeated.")] = [],  # noqa: B006
    out: Annotated[str | None, typer.Option("--out", "-o", help="Where to write; standard output without it.")] = None,
) -> None:
    """Compose a message; it is a draft: Date and Message-ID are written when it is sealed."""
    fields = {"--to": to, "--cc": cc, "--bcc": bcc, "--reply-to": reply_to, "--header": header}
    files = {"--attach": attach, "--inline": inline}
    single = {"--from": from_, "--subject": subject, "--text": text, "--text-string": text_string, "--html": html}
    _check_values({**fields, **files}, {**single, "--out": out})
    if text is not None and text_string is not None:
        raise UsageError("Both --text and --text-string are given.", hint="Give one of them.")
    if inline and html is None:
        raise UsageError("There are --inline images and no HTML that shows them.", hint="Give the HTML with --html.")
    inputs = Inputs()
    named = [_named_value(line) for line in header]
    plain = inputs.read_text(text) if text is not None else text_string
    markup = None if html is None else inputs.read_text(html)
    message: Message = compose(
        from_,
        _joined(to),
        subject,
        cc=_joined(cc),
        bcc=_joined(bcc),
        reply_to=_joined(reply_to),
        text=plain,
        html=markup,
        attachments=[_attached(inputs, name) for name in attach],
        inline=_shown([_attached(inputs, name) for name in inline], markup or ""),
        headers=named,
        ids=SystemIdentifiers(),
    )
    write_octets(message.root.render(), out)


def _check_values(many: dict[str, Many], single: dict[str, str | None]) -> None:
    """Refuse what no option may hold, before anything is read."""
    for option, values in many.items():
        for value in values:
            checked(option, value)
    for option, given in single.items():
        if given is not None:
            checked(option, given)


def _joined(values: Sequence[str]) -> str:
    """Make one address list of repeated options."""
    return ", ".join(values)


def _attached(inputs: Inputs, source: str) -> Attachment:
    """Read a file to attach and tell its media type by content and name."""
    octets = inputs.read(source)
    name = Path(source).name if source != STANDARD_INPUT else _UNNAMED
    return Attachment(Octets.of(octets), name, guess(name, octets[:_HEAD_OCTETS]))


def _shown(images: Sequence[Attachment], html: str) -> list[Attachment]:
    """Give each image the Content-ID by which the HTML names it: its file name, percent-encoded or not (RFC 2392)."""
    _check_unlike(image.file_name for image in images)
    wanted = {reference.content_id for reference in cid_references(html)}
    return [_with_content_id(image) if image.file_name in wanted else image for image in images]


def _check_unlike(names: Iterable[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise UsageError(
                f"{count} --inline files are called {name!r}, so 'cid:{name}' could be any of them.",
                hint="Give them names of their own.",
                value=name,
            )


def _with_content_id(image: Attachment) -> Attachment:
    try:
        return replace(image, content_id=checked_content_id(image.file_name))
    except HeaderError as error:
        raise UsageError(
            f"The HTML shows 'cid:{image.file_name}', but no Content-ID can be called {image.file_name!r}.",
            hint="Rename the file: ASCII without blanks and angle brackets.",
            value=image.file_name,
        ) from error


def _named_value(line: str) -> tuple[str, str]:
    """Split 'Name: value' at the first colon."""
    name, colon, value = line.partition(":")
    if not colon:
        raise UsageError(f"The header field {line!r} has no colon.", hint="Write 'Name: value'.", value=line)
    return name.strip(), value.strip(" ")
