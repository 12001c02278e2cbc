"""Properties of a calendar object whose value is not written as its type wants it (RFC 5545 sections 3.3, 3.8)."""

import re
from collections.abc import Iterator

from sescomposer.core.checks.invitation_rules import Fault, Mend, at_line, at_value, removing, replacing
from sescomposer.core.errors import AddressError
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.component import Component
from sescomposer.core.invitation.lines import ContentLine, folded
from sescomposer.core.invitation.people import uri_of


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TEXTS = _names("SUMMARY DESCRIPTION LOCATION COMMENT CONTACT UID STATUS CLASS TRANSP METHOD TZNAME NAME X-WR-CALNAME")
_TEXT_LISTS = frozenset(("CATEGORIES", "RESOURCES"))
_ESCAPE = re.compile(r"\\(?P<known>[\\;,nN])|\\(?P<needless>[:\"'])|\\(?P<unknown>.?)|(?P<raw>[;,])", re.DOTALL)
_HEAD = ("PRODID", "VERSION", "CALSCALE", "METHOD")
_SINGLE = {
    "VCALENDAR": frozenset(_HEAD),
    "VEVENT": _names(
        "UID DTSTAMP DTSTART DTEND DURATION SUMMARY DESCRIPTION LOCATION URL GEO SEQUENCE STATUS TRANSP CLASS PRIORITY"
        " RRULE RECURRENCE-ID CREATED LAST-MODIFIED"
    ),
    "VALARM": _names("ACTION TRIGGER DURATION REPEAT"),
    "VTIMEZONE": _names("TZID LAST-MODIFIED TZURL"),
    "STANDARD": _names("DTSTART TZOFFSETFROM TZOFFSETTO RRULE"),
    "DAYLIGHT": _names("DTSTART TZOFFSETFROM TZOFFSETTO RRULE"),
}
_OLD_NAMES = frozenset(("DALARM", "AALARM", "PALARM", "MALARM", "DAYLIGHT", "TZ", "RNUM", "EXRULE"))
_OLD_PARAMETERS = frozenset(("CHARSET", "QUOTED-PRINTABLE"))
DATES = _names("DTSTAMP DTSTART DTEND RECURRENCE-ID EXDATE RDATE CREATED LAST-MODIFIED COMPLETED DUE ACKNOWLEDGED")
"""Properties that hold dates or times."""

_DATE = re.compile(r"\d{8}(?:T\d{6}Z?)?", re.ASCII)
OFFSET = re.compile(r"(?<=T)\d{6}[+-]\d{2}:?\d{2}|(?<=:\d\d)[+-]\d{2}:?\d{2}$", re.ASCII)
"""A time with an offset, which no time may have."""

_SMUGGLED = re.compile(r"%0[AaDd]")
_ANGLES = str.maketrans("", "", "<> \t")


def properties(calendar: Calendar) -> Iterator[Fault]:
    """Check the values of lines, and how often and where they stand."""
    yield from _head(calendar)
    for component in _all(calendar.root):
        yield from _repeated(component)
        for line in component.lines:
            yield from _text(line)
            yield from _address(line)
            yield from _old(line)
            yield from _dates(line)


def _all(component: Component) -> Iterator[Component]:
    yield component
    for inner in component.components():
        yield from _all(inner)


def _head(calendar: Calendar) -> Iterator[Fault]:
    root = calendar.root
    seen_component = False
    early = set()
    for item in root.items:
        if isinstance(item, Component):
            seen_component = True
            yield from _inside(root, item)
        elif item.name in _HEAD and seen_component and item.name not in early:
            message = f"{item.name} stands after a component, where Outlook does not see it."
            yield at_line("s12", item, message, "Move it to the start", _moved_up(root, item))
        elif item.name in _HEAD:
            early.add(item.name)
    yield from _version(root)


def _version(root: Component) -> Iterator[Fault]:
    version, prodid = root.first("VERSION"), root.first("PRODID")
    if version is None or version.value.strip() != "2.0":
        said = "There is no VERSION" if version is None else f"VERSION is {version.value[:20]!r}"
        yield at_line("s13", version or root.begin, f"{said}; it must be 2.0.")
    if prodid is None or not prodid.value.strip():
        yield at_line("s13", prodid or root.begin, "PRODID, which names the program that wrote the event, is missing.")


def _inside(root: Component, component: Component) -> Iterator[Fault]:
    for inner in _all(component):
        for line in inner.lines:
            if line.name in ("METHOD", "VERSION", "PRODID"):
                message = f"{line.name} stands inside {inner.name}, where nobody looks for it."
                mend = removing(line) if root.first(line.name) is not None else _moved_up(root, line)
                yield at_line("s12", line, message, "Move it to the start", mend)


def _moved_up(root: Component, line: ContentLine) -> Mend:
    begin = root.begin
    return replacing([(begin, begin.octets + folded(line.unfolded)), (line, b"")])


def _repeated(component: Component) -> Iterator[Fault]:
    single = _SINGLE.get(component.name, frozenset())
    seen = set()
    for line in component.lines:
        if line.name in seen:
            yield at_line("s14", line, f"{line.name} stands twice in {component.name}; readers take one at random.")
        elif line.name in single:
            seen.add(line.name)


def repaired_text(value: str, *, is_list: bool = False) -> str:
    r"""Write a TEXT value as its grammar wants it: what was escaped stays, what must be is.

    >>> print(repaired_text(r"Tea, cake\; 1\:30 C:\dir" + "\\"))
    Tea\, cake\; 1:30 C:\\dir\\
    """

    def mended(found: re.Match[str]) -> str:
        if found["known"]:
            return found[0]
        if found["needless"]:
            return found["needless"]
        if found["raw"]:
            return found[0] if is_list and found[0] == "," else f"\\{found[0]}"
        return f"\\\\{found['unknown']}"

    return _ESCAPE.sub(mended, value)


def text_faults(value: str, *, is_list: bool = False) -> tuple[re.Match[str] | None, re.Match[str] | None]:
    """Give where a TEXT value first breaks the grammar of escapes, and where it first has a needless one."""
    bad = needless = None
    for found in _ESCAPE.finditer(value):
        if found["known"] or (found["raw"] == "," and is_list):
            continue
        if found["needless"]:
            needless = needless or found
        else:
            bad = bad or found
    return bad, needless


def _text(line: ContentLine) -> Iterator[Fault]:
    is_list = line.name in _TEXT_LISTS
    if line.name not in _TEXTS and not is_list:
        return
    value = line.value
    if "\\" not in value and ";" not in value and "," not in value:
        return
    bad, needless = text_faults(value, is_list=is_list)
    base = len(line.unfolded) - len(value)
    mend = replacing([(line, folded(line.unfolded[:base] + repaired_text(value, is_list=is_list)))])
    if bad is not None:
        message = f"{bad[0]!r} in {line.name} is not escaped as text must be; what follows may be cut off."
        yield at_value("s06", line, base + bad.start(), base + bad.end(), message, "Escape it", mend)
    if needless is not None:
        message = f"{needless[0]!r} in {line.name} needs no backslash, which readers then show."
        at = (base + needless.start(), base + needless.end())
        yield at_value("s07", line, *at, message, "Take the backslash off", mend)


def _address(line: ContentLine) -> Iterator[Fault]:
    if line.name not in ("ATTENDEE", "ORGANIZER"):
        return
    value = line.value
    base = len(line.unfolded) - len(value)
    smuggled = _SMUGGLED.search(value)
    if smuggled is not None:
        at = (base + smuggled.start(), base + smuggled.end())
        yield at_value("s11", line, *at, f"The address of {line.name} holds an encoded line end.")
    address = value.strip()
    is_mailto = address[:7].lower() == "mailto:"
    if (is_mailto and not address.startswith("mailto:")) or value.translate(_ANGLES) != value:
        message = (
            f"{value[:60]!r} is not written as clients want it: mailto: in lower case, no blanks, no angle brackets."
        )
        yield at_value("s15", line, base, len(line.unfolded), message, "Write it so", _plain_mailto(line, base))


def _plain_mailto(line: ContentLine, base: int) -> Mend | None:
    value = line.value.translate(_ANGLES)
    value = value[7:] if value[:7].lower() == "mailto:" else value
    try:
        return replacing([(line, folded(line.unfolded[:base] + uri_of(value)))])
    except AddressError:
        return None  # what is left is no address


def _old(line: ContentLine) -> Iterator[Fault]:
    names = {item.name for item in line.parameters}
    is_quoted = line.parameter("ENCODING").upper() == "QUOTED-PRINTABLE"
    if is_quoted or names & _OLD_PARAMETERS or line.name in _OLD_NAMES:
        message = f"{line.name} is written as in vCalendar 1.0; readers of today show garbage or nothing."
        yield at_line("s16", line, message)


def _dates(line: ContentLine) -> Iterator[Fault]:
    if line.name not in DATES or line.parameter("VALUE").upper() == "PERIOD":
        return
    base = len(line.unfolded) - len(line.value)
    for value in line.value.split(","):
        if not _DATE.fullmatch(value.strip()) and not OFFSET.search(value):
            message = f"{value[:40]!r} in {line.name} is no date or time such as 20270301 or 20270301T093000."
            yield at_value("s17", line, base, len(line.unfolded), message)
            return


__all__ = ["DATES", "OFFSET", "properties", "repaired_text", "text_faults"]
