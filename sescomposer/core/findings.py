"""Findings: what is wrong or doubtful in a message that the user can go on editing, where, and how to mend it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sescomposer.core.entity import Key

if TYPE_CHECKING:
    from sescomposer.core.identifiers import Identifiers
    from sescomposer.core.message import Message


class Severity(StrEnum):
    """How bad a finding is; an error stops a submission to SES."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the worst; sorts findings."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a finding.

    Attributes:
        key: The entity; None for the message as a whole (its envelope, its options).
        field: Name of the header field, "" if none.
        index: Index of that field in the header section; -1 if none.
        start, stop: Octets from the start of the entity named by `key`; -1 if the place is no span.
    """

    key: Key | None = None
    field: str = ""
    index: int = -1
    start: int = -1
    stop: int = -1


@dataclass(frozen=True, slots=True)
class Fix:
    """A way to mend a finding, shown as a diff before it is done.

    Attributes:
        label: Words for a button, such as "Encode as quoted-printable".
        edit: Pure function; takes the message and the maker of boundaries and ids.
    """

    label: str
    edit: "Callable[[Message, Identifiers], Message]"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found.

    Attributes:
        code: Stable name in lower case with dashes, such as "line-too-long".
        severity: How bad it is.
        message: One sentence made of `template` and `values`; says what, where and why.
        where: The place.
        standard: What demands it, such as "RFC 5322 2.1.1" or "SES quotas".
        fix: How it can be mended, if it can.
        refused: Whether SES refuses the message for it.
        answer: SES's own words then, values filled in; "" where nobody has published them.

    >>> str(Finding("no-from", Severity.ERROR, "There is no From field.", Where(), "RFC 5322 3.6"))
    'error: There is no From field.'
    """

    code: str
    severity: Severity
    message: str
    where: Where
    standard: str
    fix: Fix | None = None
    refused: bool = False
    answer: str = ""

    def __str__(self) -> str:
        """Severity and sentence."""
        return f"{self.severity}: {self.message}"
