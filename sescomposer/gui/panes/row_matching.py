"""Which row goes on to show which field after an edit, so that focus and caret stay where they are. No Qt here."""

from collections.abc import Sequence
from typing import Protocol

from sescomposer.core.header import HeaderField
from sescomposer.gui.models.header_rows import Placed


class Shown(Protocol):
    """What is asked of a row: its name, and the field it shows, None for a new row."""

    name: str
    field: HeaderField | None


def matched(rows: Sequence[Shown], fields: Sequence[Placed]) -> list[int]:
    """Give for each field the number of the row that showed it, -1 for a new row.

    The same octets come first, then the same name, then the same place among what is left.
    """
    found = [-1] * len(fields)
    free = list(range(len(rows)))

    def take(same: object) -> None:
        for at, placed in enumerate(fields):
            if found[at] < 0:
                row = next((number for number in free if same(rows[number], placed.field)), -1)  # type: ignore[operator]
                if row >= 0:
                    free.remove(row)
                    found[at] = row

    take(lambda row, field: row.field == field)
    take(lambda row, field: row.name != "" and row.name.lower() == field.name.lower())
    left = [at for at in range(len(fields)) if found[at] < 0]
    shown = [number for number in free if rows[number].field is not None]
    if len(left) == len(shown):
        for at, row in zip(left, shown, strict=True):
            found[at] = row
    return found
