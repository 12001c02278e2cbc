"""The table of answers of the service and of the way to it, from our data file: how each is known, what it means."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sescomposer import resources
from sescomposer.core.answers import ServiceAnswer
from sescomposer.core.explanation import Certainty, TargetKind, Wait
from sescomposer.core.road import Road
from sescomposer.core.text_pattern import filled

OPERATIONS = {Road.SES_V2: "SendEmail", Road.SES_V1: "SendRawEmail", Road.SMTP: "content"}
"""What is answered on each road: the operation, over SMTP the content."""

_FORM = re.compile(r"(?P<status>\d+) ?(?P<rest>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Wire:
    """How an answer comes on one road.

    Attributes:
        status: HTTP status or SMTP reply code, 0 where nobody answers.
        code: Error code, reply code as text, or name of an exception.
        prefix: Of SMTP: words before the text, with the blank behind them.
    """

    status: int
    code: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What is said of an answer; see `explanation` and the head of the data file for the form of the sentences."""

    code: str
    sentence: str
    hint: str
    target: TargetKind
    value: str = ""
    certainty: Certainty = Certainty.REFUSED
    wait: Wait = Wait.NONE


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """One row of the table.

    Attributes:
        meaning: What is said of it.
        texts: Forms of its text with named values, the usual one first; none where its code says all.
        wires: How it comes, by road.
        codes: As `code_key` gives them, what it is known by: the codes of its wires, then those it comes with as well.
        step: Of SMTP the command it answers, "" for any.
        sample: Its text for an example where there are no `texts`.
        source: Where the texts are from; "inferred" where nobody saw the service answer so.
    """

    meaning: Meaning
    texts: tuple[str, ...]
    wires: Mapping[Road, Wire]
    codes: tuple[frozenset[str], frozenset[str]]
    step: str
    sample: str
    source: str

    @property
    def code(self) -> str:
        """Our name of it; several rows can have the same."""
        return self.meaning.code

    @property
    def roads(self) -> tuple[Road, ...]:
        """The roads it comes on."""
        return tuple(self.wires)

    @property
    def is_answer(self) -> bool:
        """Whether the service says it; false for what goes wrong on the way to it, which no server can answer."""
        return any(wire.status for wire in self.wires.values())

    @property
    def is_inferred(self) -> bool:
        """Whether nobody saw the service answer so."""
        return self.source == "inferred"

    def example(self, road: Road, text: str = "") -> ServiceAnswer:
        """Give the answer as it comes on a road, with made-up values or with the text given.

        Raises:
            KeyError: it does not come on that road.

        >>> row = next(row for row in answers() if row.code == "missing-from")
        >>> row.example(Road.SMTP).wire
        "554 Transaction failed: Missing required header 'From'."
        """
        wire = self.wires[road]
        text = text or (filled(self.texts[0], sample_values()) if self.texts else self.sample)
        stop = "." if self.texts and self.is_answer and not text.endswith(".") else ""
        step = self.step if road is Road.SMTP and self.step else OPERATIONS[road]
        return ServiceAnswer(road, wire.code, wire.prefix + text + stop, wire.status, step=step)


def code_key(code: str) -> str:
    """Give the form in which codes are compared: without name space, link and the ending "Exception", lower case.

    >>> code_key("com.amazonaws.ses#MessageRejected"), code_key("TooManyRequestsException:http://x")
    ('messagerejected', 'toomanyrequests')
    """
    return code.rpartition("#")[2].partition(":")[0].strip().removesuffix("Exception").lower()


@cache
def answers() -> tuple[KnownAnswer, ...]:
    """Give the table in the order in which its rows are tried."""
    table = _table()
    return tuple(_row(row, table["wire"]) for row in table["answer"])


@cache
def generic(name: str) -> Meaning:
    """Give what is said of an answer that is in no row."""
    return _meaning(name, _table()["generic"][name])


def settled(name: str) -> str:
    """Give one of the sentences that are added once it is sure, or open, what became of the message."""
    return str(_table()["settled"][name])


@cache
def smtp_prefixes() -> tuple[str, ...]:
    """Give the words that stand before texts over SMTP, the longest first."""
    found = {row.wires[Road.SMTP].prefix for row in answers() if Road.SMTP in row.wires} - {""}
    return tuple(sorted(found, key=len, reverse=True))


def sample_values() -> Mapping[str, str]:
    """Give values that examples are filled with."""
    values: Mapping[str, str] = _table()["values"]
    return values


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(resources.read_text("data/service_answers.toml"))


def _row(row: Mapping[str, Any], forms: Mapping[str, Mapping[str, Any]]) -> KnownAnswer:
    form = {**forms.get(row.get("wire", ""), {}), **row}
    everywhere = {road: _wire(form[road.value], road) for road in Road if road.value in form}
    roads = row.get("roads", list(everywhere))
    return KnownAnswer(
        meaning=_meaning(row["code"], row),
        texts=tuple(row.get("texts", ())),
        wires={road: wire for road, wire in everywhere.items() if road in roads},
        codes=_codes(everywhere.values(), form.get("also", ())),
        step=row.get("step", ""),
        sample=row.get("example", ""),
        source=row["source"],
    )


def _codes(wires: Iterable[Wire], also: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(code_key(wire.code) for wire in wires), frozenset(map(code_key, also))


def _meaning(code: str, row: Mapping[str, Any]) -> Meaning:
    return Meaning(
        code,
        row["sentence"],
        row["hint"],
        TargetKind(row["target"]),
        row.get("value", ""),
        Certainty(row.get("certainty", "refused")),
        Wait(row.get("wait", "none")),
    )


def _wire(form: str, road: Road) -> Wire:
    """Read a form such as "400 MessageRejected", "554 Message rejected: " or "0 ReadTimeoutError"."""
    found = _FORM.fullmatch(form)
    if found is None:
        raise ValueError(form)
    status, rest = int(found["status"]), found["rest"]
    return Wire(status, str(status), rest) if status and road is Road.SMTP else Wire(status, rest)
