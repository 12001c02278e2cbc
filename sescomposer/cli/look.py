"""The verbs `cat` and `tree`: what a message is made of."""

from typing import Annotated, Any

import typer

from sescomposer.cli.streams import Inputs, print_json, shown, write_octets
from sescomposer.core.parse import parse
from sescomposer.core.tree_json import tree_node

FileArgument = Annotated[str, typer.Argument(metavar="FILE", help="Message file; '-' is standard input.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON with a schema number.")]


def cat(
    file: FileArgument,
    part: Annotated[str | None, typer.Option(help="Part number, such as 1.2.")] = None,
    decoded: Annotated[bool, typer.Option("--decoded", help="The content alone, without transfer encoding.")] = False,
) -> None:
    """Parse a message and write it again: octet for octet the same, or one part of it."""
    entity = parse(Inputs().message(file))
    if part is not None:
        entity = entity.at(part)
    write_octets(entity.content if decoded else entity.render(), None)


def tree(file: FileArgument, as_json: JsonOption = False) -> None:
    """Show the tree of entities with their octets, and what is wrong with each."""
    node = tree_node(parse(Inputs().message(file)))
    if as_json:
        print_json({"tree": node})
        return
    for depth, item in _flat(node):
        print(_row(depth, item))


def _flat(node: dict[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    """Give all nodes with their depth, in order; no recursion."""
    rows = []
    waiting = [(0, node)]
    while waiting:
        depth, item = waiting.pop()
        rows.append((depth, item))
        waiting.extend((depth + 1, child) for child in reversed(item["children"]))
    return rows


def _row(depth: int, node: dict[str, Any]) -> str:
    """Write one line: number, type, what there is of charset, encoding, name, and the octets."""
    words = [node["charset"], node["encoding"], node["disposition"], node["filename"]]
    start, stop = node["header"][0], node["body"][1]
    details = shown(", ".join(str(word) for word in words if word))
    notes = "".join(f"\n{'  ' * depth}      ! {shown(defect['message'])}" for defect in node["defects"])
    number = node["part"] or "-"
    kind = shown(node["media_type"])
    return f"{'  ' * depth}{number:<6}{kind}  {details}  [{start}:{stop}] {node['size']} octets{notes}"
