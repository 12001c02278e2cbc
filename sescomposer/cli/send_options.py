"""The options of `send` that say how SES shall handle a message, as a type for each and what they make together."""

from typing import Annotated

import typer

from sescomposer.cli.streams import checked
from sescomposer.core.address import parse_mailbox
from sescomposer.core.errors import UsageError
from sescomposer.core.message import EnvelopeOverride, SendingOptions, Tracking

Many = list[str]

ConfigurationSet = Annotated[str, typer.Option("--configuration-set", help="Configuration set of the account.")]
Tags = Annotated[Many, typer.Option("--tag", metavar="NAME=VALUE", help="Tag of the events; may be repeated.")]
Feedback = Annotated[str | None, typer.Option("--feedback", metavar="ADDRESS", help="Where bounces go: return path.")]
ContactList = Annotated[str, typer.Option("--contact-list", help="Contact list whose unsubscribe links are added.")]
Topic = Annotated[str, typer.Option("--topic", help="Topic of the contact list.")]
Tenant = Annotated[str, typer.Option("--tenant", help="Tenant in whose name it is sent.")]
EndpointId = Annotated[str, typer.Option("--endpoint-id", help="Id of a multi-region endpoint.")]
SourceArn = Annotated[str, typer.Option("--source-arn", help="Identity of another account to send from.")]
FromArn = Annotated[str, typer.Option("--from-arn", help="Identity of the From mailbox, of another account.")]
ReturnPathArn = Annotated[str, typer.Option("--return-path-arn", help="Identity of the return path.")]
Opens = Annotated[Tracking, typer.Option("--opens", help="Tracking of opens.")]
Clicks = Annotated[Tracking, typer.Option("--clicks", help="Tracking of clicks.")]
NoTrace = Annotated[bool, typer.Option("--no-trace", help="Add no tag that makes the message traceable.")]


def made_options(options: SendingOptions, tags: Many, *, no_trace: bool) -> SendingOptions:
    """Give the options with their tags.

    >>> made_options(SendingOptions(tenant="t"), ["a=1", "b=x=y"], no_trace=True).tags
    (('a', '1'), ('b', 'x=y'))

    Raises:
        UsageError: a value holds a line end, or a tag is not NAME=VALUE.
    """
    values = {name: getattr(options, name) for name in SendingOptions.__dataclass_fields__}
    texts = {name: value for name, value in values.items() if isinstance(value, str)}
    for name, value in texts.items():
        checked(_option(name), value)
    values |= {"tags": tuple(pair("--tag", tag) for tag in tags), "traceable": not no_trace}
    return SendingOptions(**values)


def pair(option: str, text: str) -> tuple[str, str]:
    """Give the two halves of NAME=VALUE; raises `UsageError`."""
    name, sign, value = checked(option, text).partition("=")
    if not name.strip() or not sign or not value.strip():
        raise UsageError(f"The value of {option} is {text!r}, not NAME=VALUE.", hint="Write both.", value=text)
    return name.strip(), value.strip()


def envelope_override(feedback: str | None) -> EnvelopeOverride:
    """Give what --feedback makes of the envelope.

    >>> envelope_override("Bounces <b@a.example>").mail_from
    'b@a.example'

    Raises:
        AddressError: it is no mailbox.
    """
    if feedback is None:
        return EnvelopeOverride()
    return EnvelopeOverride(mail_from=parse_mailbox(checked("--feedback", feedback)).wire_addr_spec)


def _option(name: str) -> str:
    """Give the option for an attribute of the options."""
    return "--endpoint-id" if name == "endpoint" else f"--{name.replace('_', '-')}"
