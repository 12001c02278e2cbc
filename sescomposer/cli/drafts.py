"""The verb `drafts`: what no file holds yet, with its checkpoints."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from sescomposer.cli.look import JsonOption
from sescomposer.cli.streams import print_json, say, shown, write_octets
from sescomposer.core.errors import StoreError, UsageError
from sescomposer.services.draft_ports import Checkpoint
from sescomposer.services.drafts import Draft, DraftState

app = typer.Typer(help="Drafts: what is not saved as a file, and its checkpoints.")

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Id of the draft, or the start of it.")]
OpenWindow = Callable[[list[str]], int]


@app.command("list")
def list_drafts(
    words: Annotated[list[str] | None, typer.Argument(help="Words that subject, recipients or text hold.")] = None,
    removed: Annotated[bool, typer.Option("--removed", help="List what was removed instead.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the drafts, newest first; with words those that hold all of them."""
    from sescomposer.bootstrap import make_services

    drafts = make_services().drafts
    found = drafts.find(" ".join(words or ()), removed=removed)
    for problem in drafts.problems():
        say(problem)
    if as_json:
        print_json({"drafts": [_as_json(draft) for draft in found]})
    elif not found:
        say("No draft holds these words." if words else "There are no drafts.")
    else:
        print("\n".join(map(_row, found)))


@app.command("open")
def open_draft(
    context: typer.Context,
    draft: IdArgument,
    eml: Annotated[
        str | None,
        typer.Option(
            "--out", "-o", "--output", "--eml", metavar="OUT", help="Write it there; '-' for standard output."
        ),
    ] = None,
) -> None:
    """Open the window on a draft, or write its octets to a file."""
    from sescomposer.bootstrap import make_services

    drafts = make_services().drafts
    found = drafts.get(draft)
    if eml is not None:
        state = drafts.state(found.draft)
        if state.damaged:
            say(state.damaged)
        write_octets(state.message.root.octets, eml)
        return
    if found.state is DraftState.REMOVED:
        raise StoreError(f"The draft {found.draft!r} was removed.", hint="Bring it back in the window of drafts.")
    open_window: OpenWindow | None = context.find_root().obj
    if open_window is None:
        raise UsageError("There is no window to open it in.", hint="Write it to a file: --out OUT")
    status = open_window([f"draft:{found.draft}"])
    if status:
        raise typer.Exit(status)


@app.command()
def show(
    draft: IdArgument,
    checkpoint: Annotated[int, typer.Option(min=0, help="Number of a checkpoint; 0 for the draft as it is.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Show a draft: its file, what stands beside its octets, its checkpoints and what differs from them."""
    from sescomposer.bootstrap import make_services
    from sescomposer.core.tree_json import tree_node
    from sescomposer.services.comparing import beside_rows

    drafts = make_services().drafts
    found = drafts.get(draft)
    state = drafts.state(found.draft, checkpoint)
    beside = list(beside_rows(state.message))
    comparison = drafts.compare(found.draft, checkpoint) if checkpoint else None
    difference = comparison.words if comparison else ""
    if as_json:
        root = state.message.root
        more = {"checkpoint": checkpoint, "beside": beside, "difference": difference, "tree": tree_node(root)}
        print_json({"draft": _as_json(found) | more})
        return
    print("\n".join(_lines(found)))
    for line in beside:
        print(f"beside      {shown(line)}")
    if comparison is not None:
        print(f"difference  from checkpoint {checkpoint} to now: {difference}")
        print("\n".join(f"{line.change}{shown(line.text)}" for line in comparison.octets))


def _as_json(draft: Draft) -> dict[str, Any]:
    """Give a draft as JSON values; times in ISO 8601."""
    return {
        "id": draft.draft,
        "state": draft.state.value,
        "changed": draft.at.isoformat(),
        "removed": None if draft.removed is None else draft.removed.isoformat(),
        "subject": draft.subject,
        "recipients": list(draft.recipients),
        "path": None if draft.path is None else str(draft.path),
        "size": draft.length,
        "damaged": draft.damaged,
        "checkpoints": [_checkpoint_json(checkpoint) for checkpoint in draft.checkpoints],
    }


def _checkpoint_json(checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        "number": checkpoint.number,
        "at": checkpoint.at.isoformat(),
        "name": checkpoint.name,
        "automatic": checkpoint.is_automatic,
        "size": checkpoint.length,
    }


def _row(draft: Draft) -> str:
    to = ", ".join(draft.recipients) or "(nobody)"
    changed = f"{draft.at.astimezone():%Y-%m-%d %H:%M:%S}"
    return f"{draft.draft}  {changed}  {draft.state}  {shown(to)}  {shown(draft.subject) or '(no subject)'}"


def _lines(draft: Draft) -> list[str]:
    """Write a draft for people."""
    lines = [
        f"id          {draft.draft}",
        f"state       {draft.state}",
        f"changed     {draft.at.astimezone().isoformat(timespec='seconds')}",
        f"subject     {shown(draft.subject)}",
        *(f"recipient   {shown(recipient)}" for recipient in draft.recipients),
        f"file        {shown(str(draft.path)) if draft.path else 'none'}",
        f"size        {draft.length} octets",
    ]
    if draft.damaged:
        lines.append(f"damaged     {draft.damaged}")
    for checkpoint in draft.checkpoints:
        kind = "automatic " if checkpoint.is_automatic else ""
        when = f"{checkpoint.at.astimezone():%Y-%m-%d %H:%M:%S}"
        lines.append(f"checkpoint  {checkpoint.number}  {when}  {kind}{shown(checkpoint.name)}")
    return lines
