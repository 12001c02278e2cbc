"""Layouts: where a calendar object can stand in a message, and who reads it there (RFC 6047 section 2.4)."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from sescomposer import resources


@dataclass(frozen=True, slots=True)
class LayoutFacts:
    """What is said of a layout.

    Attributes:
        label: A few words.
        about: What it is, in a sentence.
        reads: Who reads it.
        breaks: Who does not, or what is unpleasant about it.
        methods: The methods it is right for.
        source: Where the statements are from.
        date: When they were written down, as year-month-day.
    """

    label: str
    about: str
    reads: str
    breaks: str
    methods: tuple[str, ...]
    source: str
    date: str


class Layout(StrEnum):
    """The layouts, the one to take first at the start.

    >>> Layout.RECOMMENDED.facts.methods, Layout("publish-file").facts.label
    (('REQUEST', 'CANCEL'), 'As a file only: save the date')
    """

    RECOMMENDED = "recommended"
    LEAN = "lean"
    BESIDE = "beside"
    PUBLISH_FILE = "publish-file"
    SINGLE = "single"

    @property
    def facts(self) -> LayoutFacts:
        """What is said of it."""
        return _facts()[self.value]

    @property
    def label(self) -> str:
        """A few words."""
        return self.facts.label


@cache
def _facts() -> dict[str, LayoutFacts]:
    table = tomllib.loads(resources.read_text("data/invitation_layouts.toml"))
    date = str(table["date"])
    return {
        row["name"]: LayoutFacts(
            row["label"], row["about"], row["reads"], row["breaks"], tuple(row["methods"]), row["source"], date
        )
        for row in table["layout"]
    }


def layout_for(method: str) -> Layout:
    """Give the layout to take for a method, in any case; what is no invitation goes as a file.

    >>> layout_for("request"), layout_for("PUBLISH")
    (<Layout.RECOMMENDED: 'recommended'>, <Layout.PUBLISH_FILE: 'publish-file'>)
    """
    wanted = method.upper()
    return next((layout for layout in Layout if wanted in layout.facts.methods), Layout.PUBLISH_FILE)


__all__ = ["Layout", "LayoutFacts", "layout_for"]
