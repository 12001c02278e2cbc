"""What is right by the standard and still goes wrong in single clients."""

import re
from collections.abc import Iterator

from sescomposer.core.checks.invitation_lines import repaired_text, text_faults
from sescomposer.core.checks.invitation_rules import Fault, Mend, at_line, at_value, of_whole, replacing
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.component import Component
from sescomposer.core.invitation.lines import ContentLine, make_line
from sescomposer.core.invitation.parameters import Parameter

HEAVY_OCTETS = 100_000
"""Our own: an event of more octets is slow to open and refused here and there."""

LONGEST = {"SUMMARY": 120, "LOCATION": 255}
"""Characters that clients show of a text."""

_HTML = re.compile(
    r"</?(?:p|br|a|b|i|u|div|html|ul|ol|li|table|tr|td|strong|em|span|h[1-6]|img)\b[^<>]*>", re.IGNORECASE
)


def clients(calendar: Calendar) -> Iterator[Fault]:
    """Check what single clients cannot do."""
    if len(calendar.octets) > HEAVY_OCTETS:
        yield of_whole(
            "c09", f"The event has {len(calendar.octets):,} octets; over {HEAVY_OCTETS:,} is slow or refused."
        )
    for event in calendar.events:
        yield from _texts(event)
        yield from _html(event)
        yield from _links(event)


def _texts(event: Component) -> Iterator[Fault]:
    for line in event.all("DESCRIPTION"):
        found = _HTML.search(line.value)
        if found is not None:
            base = len(line.unfolded) - len(line.value)
            message = f"{found[0][:40]!r} stands in DESCRIPTION; Outlook and Apple Mail show it as it is."
            yield at_value("c05", line, base + found.start(), base + found.end(), message)
    for name, longest in LONGEST.items():
        title = event.first(name)
        length = len(event.text(name))
        if title is not None and length > longest:
            yield at_line("c10", title, f"{name} has {length} characters; clients show about {longest}.")


def _html(event: Component) -> Iterator[Fault]:
    for line in event.all("X-ALT-DESC"):
        bad, _ = text_faults(line.value)
        if line.parameter("FMTTYPE").lower() != "text/html":
            message = "X-ALT-DESC has no FMTTYPE=text/html, so Outlook passes over it."
        elif bad is not None:
            message = f"{bad[0]!r} in X-ALT-DESC is not escaped as text must be."
        else:
            continue
        yield at_line("c06", line, message, "Write it so", _mended(line))


def _mended(line: ContentLine) -> Mend:
    others = [item for item in line.parameters if item.name != "FMTTYPE" and item.values]
    parameters = [Parameter("FMTTYPE", ("text/html",)), *others]
    return replacing([(line, make_line(line.name, repaired_text(line.value), parameters).octets)])


def _links(event: Component) -> Iterator[Fault]:
    seen = f"{event.text('LOCATION')} {event.text('DESCRIPTION')} {event.value('URL')}"
    for line in event.all("CONFERENCE"):
        if line.value.strip() and line.value.strip() not in seen:
            message = "The link of the meeting stands in CONFERENCE alone, which most clients do not show."
            yield at_line("c07", line, message)
    for line in event.all("ATTACH"):
        if line.parameter("VALUE").upper() == "BINARY":
            message = "A file stands in the event itself, which makes it slow or refused; a link is better."
            yield at_line("c09", line, message)


__all__ = ["HEAVY_OCTETS", "LONGEST", "clients"]
