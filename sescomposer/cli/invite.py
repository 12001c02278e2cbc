"""The verb `invite`: makes an invitation from a description, updates and cancels what was sent, lists it."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sescomposer.cli.key_help import DEFAULT_VERB, KeyedCommand, KeyedGroup
from sescomposer.cli.look import JsonOption
from sescomposer.cli.streams import STANDARD_INPUT, Inputs, checked, disk_error, print_json, say, shown, write_octets
from sescomposer.core.address import Group, Mailbox, parse_addresses, parse_mailbox
from sescomposer.core.errors import UsageError
from sescomposer.core.invitation.event import Event, event_of
from sescomposer.core.invitation.guests import ONE_FOR_ALL, ONE_FOR_EACH, guest_copies
from sescomposer.core.invitation.layouts import Layout
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.people import Attendee, Person
from sescomposer.core.invitation.placement import calendar_of
from sescomposer.core.invitation.rules import each_occurrence, read_rule
from sescomposer.core.invitation.toml_event import (
    changed_event,
    event_from_table,
    notes,
    read_change,
    read_table,
    revised_event,
)
from sescomposer.core.invitation.toml_values import address_of
from sescomposer.core.invitation.words import facts, holds_words
from sescomposer.core.invitation.zones import instant
from sescomposer.core.message import Message
from sescomposer.core.structure import with_html, with_text
from sescomposer.services.invitation_making import bodies, first_message
from sescomposer.services.invitation_ports import Invitation
from sescomposer.services.system import SystemClock, SystemIdentifiers

if TYPE_CHECKING:
    from sescomposer.services.invitations import Invitations

Many = list[str]

app = typer.Typer(
    cls=KeyedGroup,
    subcommand_metavar="EVENT.toml | COMMAND [ARGS]...",
    help=(
        "Invitations: `invite EVENT.toml` is short for `invite make EVENT.toml`; a file called like one of the"
        " commands is opened as ./list. What was made is a draft; once it was sent, it can be updated and cancelled."
    ),
)

_CHANGE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*=")
_TIMES_OF_ONE = ("start", "end", "duration", "time_zone", "end_time_zone")
_MOST_FOLLOWED = 50_000
_SHOWN_DATES = 3

UidArgument = Annotated[str, typer.Argument(metavar="UID", help="UID of the event, or the start of it.")]
OutOption = Annotated[
    str | None, typer.Option("--out", "-o", help="Where to write; standard output without it or with '-'.")
]
TextOption = Annotated[str | None, typer.Option(help="File with the text, UTF-8; the event in words without it.")]
HtmlOption = Annotated[str | None, typer.Option(help="File with the HTML, UTF-8; the event in words without it.")]
EachOption = Annotated[
    bool, typer.Option("--each", help="One message for each guest, who reads of no other; --out names a folder.")
]
InstanceOption = Annotated[
    str, typer.Option(metavar="DATE", help="One date of an event that repeats, by its own clock; with time if needed.")
]


@app.command(DEFAULT_VERB, cls=KeyedCommand)
def make(
    event: Annotated[str, typer.Argument(metavar="EVENT.toml", help="Description; '-' is standard input.")],
    from_: Annotated[str, typer.Option("--from", help="Author; the organizer without it.")] = "",
    to: Annotated[Many, typer.Option(help="Who it is sent to, all guests without it; may be repeated.")] = [],  # noqa: B006
    text: TextOption = None,
    html: HtmlOption = None,
    layout: Annotated[
        Layout | None, typer.Option(help="Where the event stands in the message; what fits its method without it.")
    ] = None,
    each: EachOption = False,
    out: OutOption = None,
) -> None:
    """Make an invitation from a description of the event in TOML."""
    _check({"--from": from_, "--text": text, "--html": html, "--out": out})
    inputs = Inputs()
    author = parse_mailbox(from_) if from_ else None
    recipients = [mailbox for value in to for mailbox in _mailboxes("--to", value)]
    table = read_table(inputs.read(event))
    organizer = Person(address_of(author), author.display_name) if author is not None else None
    is_published = str(table.get("method")).upper() == "PUBLISH"
    guests = () if is_published else tuple(Attendee(address_of(one), one.display_name) for one in recipients)
    described = event_from_table(table, organizer, guests)
    message = first_message(
        described,
        SystemIdentifiers(),
        SystemClock().now(),
        from_=str(author) if author is not None else "",
        to=[str(mailbox) for mailbox in recipients],
        text=None if text is None else inputs.read_text(text),
        html=None if html is None else inputs.read_text(html),
        layout=layout,
    )
    for note in notes(described):
        say(note)
    _write(message, out, each=each)


@app.command()
def update(
    uid: UidArgument,
    changes: Annotated[
        Many | None,
        typer.Argument(
            metavar="[EVENT.toml | KEY=VALUE...]",
            help="The whole event anew, or what changes; the same invitation once more without any.",
        ),
    ] = None,
    instance: InstanceOption = "",
    text: TextOption = None,
    html: HtmlOption = None,
    each: EachOption = False,
    out: OutOption = None,
) -> None:
    """Make the message that changes what guests have; with --instance it moves that one date."""
    _check({"--instance": instance, "--text": text, "--html": html, "--out": out})
    given = [checked("KEY=VALUE", change) for change in changes or ()]
    inputs = Inputs()
    with _invitations() as invitations:
        found = invitations.find(checked("UID", uid))
        before = event_of(invitations.calendar(found))
        if not before.attendees:
            raise UsageError(
                "This event was published without guests, so nobody waits for an update.",
                hint="Make it once more with its uid and a higher sequence.",
                value=found.uid,
            )
        if instance:
            original = _occurrence(before, instance)
            start, end = _moved(before, original, given)
            message = invitations.move_occurrence(found, original, start, end)
        elif given:
            message = invitations.update(found, _changed(inputs, before, given))
        else:
            message = invitations.update(found) if found.is_cancelled else invitations.resend(found)
        message = _with_bodies(inputs, message, text, html)
    _write(message, out, each=each)


@app.command()
def cancel(
    uid: UidArgument,
    instance: InstanceOption = "",
    guest: Annotated[str, typer.Option(metavar="MAILBOX", help="Take this guest off; the event takes place.")] = "",
    text: TextOption = None,
    html: HtmlOption = None,
    each: EachOption = False,
    out: OutOption = None,
) -> None:
    """Make the message that cancels the event, one date of it, or the invitation of one guest."""
    _check({"--instance": instance, "--guest": guest, "--text": text, "--html": html, "--out": out})
    if instance and guest:
        raise UsageError("Both --instance and --guest are given.", hint="Give one of them.")
    inputs = Inputs()
    with _invitations() as invitations:
        found = invitations.find(checked("UID", uid))
        if instance:
            original = _occurrence(event_of(invitations.calendar(found)), instance)
            message = invitations.cancel_occurrence(found, original)
        elif guest:
            message = invitations.withdraw(found, address_of(parse_mailbox(guest)))
        else:
            message = invitations.cancel(found)
        message = _with_bodies(inputs, message, text, html)
    _write(message, out, each=each)


@app.command("list")
def list_invitations(as_json: JsonOption = False) -> None:
    """List the events that were sent, the one sent last first, and what their guests answered."""
    with _invitations() as invitations:
        found = invitations.all()
    if as_json:
        print_json({"invitations": [_as_json(invitation) for invitation in found]})
    elif not found:
        say("No invitation was sent yet. Make one: sescomposer invite EVENT.toml -o OUT.eml")
    else:
        print("\n".join(line for invitation in found for line in _lines(invitation)))


def _check(options: dict[str, str | None]) -> None:
    for option, value in options.items():
        if value:
            checked(option, value)


def _mailboxes(option: str, value: str) -> Iterator[Mailbox]:
    for address in parse_addresses(checked(option, value)):
        yield from address.mailboxes if isinstance(address, Group) else (address,)


@contextmanager
def _invitations() -> Iterator["Invitations"]:
    """Give what is known of invitations, what was missed included."""
    from sescomposer.bootstrap import make_services

    services = make_services()
    try:
        services.invitations.catch_up()
        yield services.invitations
    finally:
        services.close()


def _changed(inputs: Inputs, before: Event, given: Sequence[str]) -> Event:
    """Give the event as a description or single changes have it."""
    files = [change for change in given if not _CHANGE.match(change)]
    if files and len(given) > 1:
        raise UsageError(
            "An update takes one EVENT.toml, or any number of KEY=VALUE.",
            hint="Give the one or the other; a value with blanks stands in quotes.",
            value=files[0],
        )
    if files:
        after = revised_event(before, read_table(inputs.read(files[0])))
    else:
        pairs = dict(map(read_change, given))
        set_anew = {name: value for name, value in pairs.items() if value is not None}
        after = changed_event(before, set_anew, [name for name, value in pairs.items() if value is None])
    for note in notes(after):
        say(note)
    return after


def _moved(event: Event, original: Moment, given: Sequence[str]) -> tuple[Moment, Moment | None]:
    """Give the new start and end of one date; it stays as long as it is where no end is given."""
    table = dict(map(read_change, given))
    others = [name for name in table if name not in _TIMES_OF_ONE]
    if others or not table:
        what = f"{others[0]} cannot be changed for one date" if others else "With --instance nothing is changed"
        raise UsageError(f"{what}.", hint=f"Give one of {', '.join(_TIMES_OF_ONE)}.", value=given)
    assert event.start is not None
    finish = event.finish or event.start
    length = finish.clock - event.start.clock if finish.is_like(event.start) else instant(finish) - instant(event.start)
    single = replace(event, start=original, end=None, duration=length, rule="", exdates=(), rdates=())
    moved = changed_event(single, table)
    assert moved.start is not None
    return moved.start, moved.finish


def _occurrence(event: Event, text: str) -> Moment:
    """Find the date of a repeating event that is meant, by its own clock."""
    try:
        wanted = date.fromisoformat(text) if len(text) <= len("2027-03-01") else datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"The value of --instance is {shown(text)!r}, no date.",
            hint="Write it as 2027-04-05 or 2027-04-05T09:30.",
            value=text,
        ) from error
    if event.start is None or not (event.rule or event.rdates):
        raise UsageError("The event does not repeat, so it has no single date.", hint="Leave --instance out.")
    dates = _dates(event)
    found = [moment for moment in dates if wanted == (moment.clock if isinstance(wanted, datetime) else moment.day)]
    if len(found) == 1:
        return found[0]
    if found:
        times = ", ".join(f"{moment.clock:%H:%M}" for moment in found)
        raise UsageError(f"On {text} the event takes place at {times}.", hint="Give the time too.", value=text)
    near = ", ".join(f"{moment.clock:%Y-%m-%dT%H:%M}" for moment in dates[:_SHOWN_DATES])
    raise UsageError(f"The event does not take place at {text}.", hint=f"Its first dates are {near}.", value=text)


def _dates(event: Event) -> tuple[Moment, ...]:
    assert event.start is not None
    rule = read_rule(event.rule) if event.rule else None
    return tuple(islice(each_occurrence(event.start, rule, event.exdates, event.rdates), _MOST_FOLLOWED))


def _with_bodies(inputs: Inputs, message: Message, text: str | None, html: str | None) -> Message:
    """Give the message the bodies that are given; say where what was written before may be out of date."""
    calendar = calendar_of(message.root)
    event = event_of(calendar) if calendar is not None else Event()
    if text is None and html is None:
        if not holds_words(message.root, event):
            say("Text and HTML are those of the last message: read whether they still fit, or give --text or --html.")
        return message
    ids = SystemIdentifiers()
    plain, markup = bodies(
        event,
        None if text is None else inputs.read_text(text),
        None if html is None else inputs.read_text(html),
    )
    return message.edited(lambda root: with_html(with_text(root, plain, ids), markup, ids))


def _write(message: Message, out: str | None, *, each: bool) -> None:
    """Write the message, or one for each guest, and say what it does."""
    calendar = calendar_of(message.root)
    event = event_of(calendar) if calendar is not None else Event()
    if each:
        _write_each(message, out)
    else:
        write_octets(message.root.render(), out)
    if out is None:
        return
    when = next((words for label, words in facts(event) if label == "When"), "")
    say(shown(f"{event.method}, sequence {event.sequence}, UID {event.uid}: {event.summary}: {when}"))
    if event.attendees:
        say(shown(f"For {', '.join(guest.mailbox for guest in event.attendees)}."))
    if len(event.attendees) > 1:
        say(ONE_FOR_EACH if each else f"{ONE_FOR_ALL} With --each there is one for each.")


def _write_each(message: Message, out: str | None) -> None:
    if out is None or out == STANDARD_INPUT:
        raise UsageError("With --each there are several messages.", hint="Name a folder for them with --out.")
    copies = guest_copies(message.root)
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_error(out, error) from error
    for number, copy in enumerate(copies, 1):
        write_octets(copy.root.render(), str(folder / f"{number:04}.eml"))


def _as_json(invitation: Invitation) -> dict[str, Any]:
    """Give an invitation as JSON values; times in ISO 8601."""
    last = invitation.last
    return {
        "uid": invitation.uid,
        "summary": invitation.summary,
        "method": last.method,
        "sequence": invitation.sequence,
        "status": last.status,
        "organizer": last.organizer,
        "sent": last.at.isoformat(),
        "cancelled": invitation.is_cancelled,
        "guests": [
            {
                "mailbox": state.guest.mailbox,
                "name": state.guest.name,
                "role": state.guest.role,
                "partstat": state.guest.partstat,
                "has_sequence": state.has.sequence if state.has is not None else None,
                "withdrawn": state.is_off,
            }
            for state in invitation.guests
        ],
    }


def _lines(invitation: Invitation) -> list[str]:
    last = invitation.last
    state = "cancelled" if invitation.is_cancelled else last.method.lower()
    head = f"{invitation.uid}  {last.at.astimezone():%Y-%m-%d %H:%M}  {state} {invitation.sequence}"
    rows = [
        f"    {state.guest.mailbox}: {'withdrawn' if state.is_off else state.guest.partstat.lower()}"
        for state in invitation.guests
    ]
    return [shown(f"{head}  {invitation.summary or '(no title)'}"), *map(shown, rows)]
