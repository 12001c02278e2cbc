"""The rules for invitations, one code each, and what a check of a calendar object finds by them.

The letter of a code is that of its group: m place in the message, s syntax, t meaning for those invited, l what was
sent before, z time zones, r repetition, c what single clients cannot do. A fault knows offsets in the octets of the
calendar object; where they stand in a message is the business of `invitation`.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sescomposer.core.errors import EditError
from sescomposer.core.findings import Severity
from sescomposer.core.invitation.lines import ContentLine

Mend = Callable[[bytes], bytes]
"""Takes the octets of a calendar object and gives mended ones; raises `EditError` when its place is gone."""

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        code: Code of its findings.
        severity: How bad it is to break it.
        standard: What demands it: a section, a note of a maker on conformance, a public report, or "Practice".
    """

    code: str
    severity: Severity
    standard: str


_TABLE: tuple[tuple[str, Severity, str], ...] = (
    ("m01-not-text-calendar", _ERROR, "RFC 6047 2.4; MS-STANOICAL 2.2.168"),
    ("m02-no-method-parameter", _ERROR, "RFC 6047 2.4; thunderbird/appointment#773"),
    ("m03-methods-differ", _ERROR, "RFC 6047 2.4; maevsi/vibetype#2368"),
    ("m04-no-charset", _ERROR, "RFC 6047 2.4"),
    ("m05-event-is-attachment", _ERROR, "MS-STANOICAL 2.2.175; nextcloud/mail#10416"),
    ("m06-event-has-file-fields", _WARNING, "PHPMailer/PHPMailer#175"),
    ("m07-not-last-alternative", _ERROR, "RFC 2046 5.1.4; MS-OXCMAIL 2.1.3.3.8.2"),
    ("m08-alternative-not-first", _ERROR, "MS-STANOICAL 2.2.168"),
    ("m09-no-same-file", _WARNING, "CalConnect iMIP practice; nodemailer/nodemailer#1202"),
    ("m10-several-events", _ERROR, "RFC 6047 2.4; CalConnect iMIP practice"),
    ("m11-text-says-too-little", _WARNING, "RFC 6047 2.4"),
    ("m12-event-without-crlf", _ERROR, "RFC 5545 3.1"),
    ("m13-event-not-encoded", _ERROR, "RFC 6047 2.5; SES content encodings"),
    ("m14-published-in-text", _ERROR, "MS-STANOICAL 2.2.99"),
    ("m15-from-not-organizer", _WARNING, "RFC 5545 3.2.18"),
    ("m16-recipient-not-guest", _ERROR, "icalendar/icalendar#229; kewisch/gdata-provider#358"),
    ("m17-recipient-is-organizer", _WARNING, "sendgrid/sendgrid-csharp#907"),
    ("m18-guests-see-each-other", _WARNING, "RFC 5546 6.3"),
    ("m19-organizer-reads-nothing", _WARNING, "RFC 5546 2.1"),
    ("m20-sender-not-proven", _NOTE, "Google sender guidelines"),
    ("m21-subject-says-other", _NOTE, "Practice"),
    ("m22-other-event-attached", _WARNING, "Practice"),
    ("m23-signed-in-the-open", _NOTE, "RFC 6047 2.2; Evolution, E.SourceMailComposition"),
    ("m24-inside-a-signature", _WARNING, "RFC 8551 3.5.3"),
    ("s01-unbalanced", _ERROR, "RFC 5545 3.4, 3.6"),
    ("s02-line-ends", _ERROR, "RFC 5545 3.1"),
    ("s03-long-line", _WARNING, "RFC 5545 3.1; bulwarkmail/webmail#200"),
    ("s04-cut-character", _ERROR, "RFC 5545 3.1"),
    ("s05-no-property", _ERROR, "RFC 5545 3.1"),
    ("s06-bad-escape", _ERROR, "RFC 5545 3.3.11"),
    ("s07-needless-escape", _WARNING, "RFC 5545 3.3.11"),
    ("s08-bad-parameter", _ERROR, "RFC 5545 3.1.1"),
    ("s09-quote-in-name", _WARNING, "RFC 6868 3"),
    ("s10-control-character", _ERROR, "RFC 5545 3.1"),
    ("s11-smuggled-line-end", _ERROR, "RFC 5545 3.1"),
    ("s12-misplaced-property", _ERROR, "RFC 5545 3.6; ical4j/ical4j#423"),
    ("s13-version-or-prodid", _ERROR, "RFC 5546 3.1.1"),
    ("s14-property-repeated", _ERROR, "RFC 5545 3.6.1"),
    ("s15-bad-mailto", _WARNING, "markuspoerschke/iCal#109"),
    ("s16-old-calendar-form", _WARNING, "vCalendar 1.0"),
    ("s17-bad-date", _WARNING, "RFC 5545 3.3.4, 3.3.5"),
    ("t01-method", _ERROR, "RFC 5546 1.4; ical-generator#534"),
    ("t02-property-matrix", _ERROR, "RFC 5546 3.2"),
    ("t03-published-to-guests", _WARNING, "SergeyMosin/Appointments#647"),
    ("t04-no-guest", _ERROR, "RFC 5546 3.2.2; icalendar/icalendar#229"),
    ("t05-no-answer-asked", _WARNING, "RFC 5546 2.1.1; nextcloud/server#21189"),
    ("t06-misspelt-value", _WARNING, "RFC 5545 3.2; icalendar/icalendar#103"),
    ("t07-organizer", _ERROR, "RFC 5545 3.8.4.3; pretix/pretix#3211"),
    ("t08-published-with-guests", _ERROR, "RFC 5546 3.2.1"),
    ("t09-cancel", _ERROR, "RFC 5546 3.2.5"),
    ("t10-uids-differ", _ERROR, "RFC 5546 3.2.2"),
    ("t11-several-components", _WARNING, "MS-STANOICAL 2.2.175"),
    ("t12-dtstamp", _ERROR, "RFC 5545 3.8.7.2; MS-OXCICAL 2.1.3.1.1.20.9"),
    ("t13-end", _ERROR, "RFC 5545 3.8.2.2"),
    ("t14-no-day-long", _WARNING, "RFC 5545 3.6.1"),
    ("t15-unusual-time", _NOTE, "Practice"),
    ("t16-status", _WARNING, "RFC 5546 3.2.2"),
    ("t17-unknown-value", _WARNING, "RFC 5545 3.8.1"),
    ("t18-copied-property", _WARNING, "RFC 6638 7"),
    ("t19-alarm", _WARNING, "Practice"),
    ("l01-uid-changed", _ERROR, "RFC 5546 2.1.4; calcom/cal.diy#12122"),
    ("l02-sequence", _ERROR, "RFC 5546 2.1.4"),
    ("l03-organizer-changed", _WARNING, "RFC 5546 6.1.1"),
    ("l04-recipient-never-invited", _WARNING, "RFC 5546 5.2.1"),
    ("z01-zone-components", _ERROR, "RFC 5545 3.2.19"),
    ("z02-zone-on-utc-or-date", _ERROR, "RFC 5545 3.3.5"),
    ("z03-floating", _WARNING, "RFC 5545 3.3.5"),
    ("z04-zone-name", _WARNING, "lennart-k/rustical#102"),
    ("z05-zone-incomplete", _ERROR, "RFC 5545 3.6.5; MS-STANXICAL V0145"),
    ("z06-zone-differs", _WARNING, "RFC 5545 3.6.5"),
    ("z07-zone-form", _WARNING, "MS-OXCICAL 2.1.3.1.1.19.2; iCalcreator/iCalcreator#86"),
    ("z08-zone-without-summer", _WARNING, "MS-OXCICAL 2.1.3.1.1.19.2.1; skarim/vobject#151"),
    ("z09-clock-changes", _WARNING, "RFC 5545 3.3.5"),
    ("z10-repeats-in-utc", _WARNING, "mrbs-code#429"),
    ("r01-rule", _ERROR, "RFC 5545 3.3.10"),
    ("r02-until", _ERROR, "RFC 5545 3.3.10"),
    ("r03-count-and-until", _ERROR, "RFC 5545 3.3.10"),
    ("r04-start-not-in-rule", _WARNING, "RFC 5545 3.8.5.3"),
    ("r05-endless", _WARNING, "Practice"),
    ("r06-exception-hits-nothing", _WARNING, "RFC 5545 3.8.5.1"),
    ("r07-recurrence-id", _ERROR, "RFC 5545 3.8.4.4"),
    ("r08-number-of-dates", _WARNING, "RFC 5545 3.8.5; CalConnect security"),
    ("r09-skipped-dates", _WARNING, "RFC 5545 3.3.10"),
    ("c01-rule-not-for-outlook", _WARNING, "MS-OXCICAL 2.1.3.2.2; Microsoft KB 2643084"),
    ("c02-dates-without-rule", _WARNING, "Microsoft KB 2643084"),
    ("c03-period", _WARNING, "MS-STANOICAL C0021"),
    ("c04-this-and-future", _WARNING, "Practice"),
    ("c05-html-in-description", _WARNING, "w3c/calendar#47"),
    ("c06-html-description", _WARNING, "MS-OXCICAL 2.1.3.1.1.20.27"),
    ("c07-link-unseen", _WARNING, "RFC 7986 5.11"),
    ("c08-zone-rule-not-for-outlook", _WARNING, "MS-OXCICAL 2.1.3.1.1.19.2.2"),
    ("c09-heavy", _WARNING, "RFC 5545 3.1.3"),
    ("c10-long-text", _NOTE, "Practice"),
)

RULES: dict[str, Rule] = {code[:3]: Rule(code, severity, standard) for code, severity, standard in _TABLE}
"""All rules by letter and number, such as "s03"."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What breaks a rule in a calendar object.

    Attributes:
        rule: The rule.
        message: One sentence.
        start, stop: Octets of the calendar object; -1 for the object as a whole.
        label: Words for the button that mends it, "" for none.
        mend: What the button does.
    """

    rule: Rule
    message: str
    start: int = -1
    stop: int = -1
    label: str = ""
    mend: Mend | None = None


def at_line(number: str, line: ContentLine, message: str, label: str = "", mend: Mend | None = None) -> Fault:
    """Make the fault of a whole content line."""
    length = len(line.octets.rstrip(b"\r\n"))
    return _fault(number, message, (line.offset, line.offset + max(length, 1)), label, mend)


def at_value(
    number: str, line: ContentLine, start: int, stop: int, message: str, label: str = "", mend: Mend | None = None
) -> Fault:
    """Make the fault of characters `[start, stop)` of an unfolded line."""
    return _fault(number, message, octets_of(line, start, stop), label, mend)


def of_whole(number: str, message: str, label: str = "", mend: Mend | None = None) -> Fault:
    """Make a fault that has no place of its own."""
    return _fault(number, message, (-1, -1), label, mend)


def _fault(number: str, message: str, span: tuple[int, int], label: str, mend: Mend | None) -> Fault:
    return Fault(RULES[number], message, *span, label if mend is not None else "", mend)


_FOLD = re.compile(rb"\r?\n[ \t]")


def octets_of(line: ContentLine, start: int, stop: int) -> tuple[int, int]:
    r"""Give the octets of a document that characters of an unfolded line come from.

    >>> from sescomposer.core.invitation.lines import read_lines
    >>> octets_of(read_lines("A:ä\r\n b\r\n".encode())[0], 3, 4)
    (7, 8)
    """
    first = len(line.unfolded[:start].encode("utf-8", "replace"))
    last = len(line.unfolded[: max(stop, start + 1)].encode("utf-8", "replace")) - 1
    folds = [found.span() for found in _FOLD.finditer(line.octets)]
    whole = len(line.octets.rstrip(b"\r\n"))
    begin = min(_moved(first, folds), whole)
    return line.offset + begin, line.offset + max(begin + 1, min(_moved(last, folds) + 1, whole))


def _moved(offset: int, folds: list[tuple[int, int]]) -> int:
    for start, stop in folds:
        if offset >= start:
            offset += stop - start
    return offset


def replacing(changes: Iterable[tuple[ContentLine, bytes]]) -> Mend:
    """Make the edit that puts other octets in the place of lines; where they moved, it finds them again."""
    wanted = sorted(changes, key=lambda change: change[0].offset, reverse=True)

    def mend(octets: bytes) -> bytes:
        for line, new in wanted:
            at = line.offset if octets.startswith(line.octets, line.offset) else octets.find(line.octets)
            if at < 0:
                raise EditError("The line is no longer as it was when it was checked.", hint="Check again.")
            octets = octets[:at] + _ended_like(line.octets, new) + octets[at + len(line.octets) :]
        return octets

    return mend


def _ended_like(old: bytes, new: bytes) -> bytes:
    if not new or old.endswith(b"\r\n"):
        return new
    return new.replace(b"\r\n", b"\n") if old.endswith(b"\n") else new.removesuffix(b"\r\n")


def removing(*lines: ContentLine) -> Mend:
    """Make the edit that takes lines out."""
    return replacing((line, b"") for line in lines)


__all__ = ["RULES", "Fault", "Mend", "Rule", "at_line", "at_value", "octets_of", "of_whole", "removing", "replacing"]
