"""Verdicts on an invitation that nobody has checked yet: only the checks that decide them are done."""

from sescomposer.core.checks.invitation import calendar_object, faults_of
from sescomposer.core.checks.invitation_headers import headers
from sescomposer.core.checks.invitation_place import placement
from sescomposer.core.checks.subject import Subject
from sescomposer.core.entity import Entity
from sescomposer.core.findings import Finding, Where
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.placement import calendar_of
from sescomposer.core.invitation.verdicts import Verdict, verdicts
from sescomposer.core.message import Message, Road
from sescomposer.core.protection.unsigned import unsigned


def verdicts_of(message: Message | Entity, calendar: Calendar | None = None) -> tuple[Verdict, ...]:
    r"""Check an invitation and tell what each client will do with it.

    Args:
        message: The message, or its tree, whose recipients are those of its fields.
        calendar: A calendar object that is to take the place of the one there; None for that one.

    Returns:
        See `verdicts`.

    >>> from sescomposer.core.parse import parse
    >>> octets = b"To: a@b.example\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n"
    >>> [str(verdict.outcome) for verdict in verdicts_of(parse(octets)) if verdict.client == "Thunderbird"]
    ['text-only']
    """
    whole = message if isinstance(message, Message) else Message(message)
    inside = calendar_of(unsigned(whole.root))
    other = None if calendar is None or calendar == inside else calendar
    return verdicts(whole.root, calendar or inside, invitation_findings(whole, other))


def invitation_findings(message: Message, other: Calendar | None = None) -> tuple[Finding, ...]:
    """Check what is about the invitation in a message; `other` is checked in place of the calendar object there."""
    subject = Subject(message.with_root(unsigned(message.root)), Road.SES_V2)
    about_message = (*placement(subject), *headers(subject))
    if other is None:
        return (*about_message, *calendar_object(subject))
    faults = (
        Finding(fault.rule.code, fault.rule.severity, fault.message, Where(), fault.rule.standard)
        for fault in faults_of(other)
    )
    return (*about_message, *faults)


__all__ = ["invitation_findings", "verdicts_of"]
