"""Which rules of repetition Outlook and Exchange turn into a series ([MS-OXCICAL] section 2.1.3.2.2).

Any other makes them show an attachment "not supported calendar message.ics" instead of the invitation.
"""

from sescomposer.core.invitation.rule_value import Frequency, Rule

_NUMBERS = (1, 2, 3, 4, -1)
_SETS = (frozenset(range(7)), frozenset(range(5)), frozenset((5, 6)))


def fits_outlook(rule: Rule) -> str:
    """Say why Outlook does not take a rule, "" if it does.

    Args:
        rule: One without faults.

    >>> from sescomposer.core.invitation.rule_text import read_rule
    >>> fits_outlook(read_rule("FREQ=MONTHLY;BYDAY=-1FR;COUNT=12"))
    ''
    >>> fits_outlook(read_rule("FREQ=MONTHLY;BYDAY=1MO,3MO"))
    'Outlook takes only one numbered weekday a month.'
    """
    return _general_fault(rule) or _frequency_fault(rule)


def _general_fault(rule: Rule) -> str:
    faults = (
        (rule.frequency >= Frequency.HOURLY, "Outlook knows no events that repeat within a day."),
        (bool(rule.by_year_day), "Outlook knows no days counted from the start of the year."),
        (bool(rule.by_week), "Outlook knows no numbers of weeks."),
        (bool(rule.by_second) or len(rule.by_hour) > 1 or len(rule.by_minute) > 1, "Outlook takes one time of day."),
        (bool(rule.others), "Outlook does not know all parts of the rule."),
    )
    return next((sentence for is_wrong, sentence in faults if is_wrong), "")


def _frequency_fault(rule: Rule) -> str:
    match rule.frequency:
        case Frequency.DAILY:
            is_plain = not (rule.by_day or rule.by_month or rule.by_month_day or rule.by_set_position)
            return "" if is_plain else "Outlook repeats every so many days, and on chosen weekdays only by the week."
        case Frequency.WEEKLY:
            is_plain = not (rule.by_month or rule.by_set_position)
            return "" if is_plain else "Outlook takes nothing but weekdays for events that repeat by the week."
        case Frequency.MONTHLY:
            return "Outlook repeats by the month in every month." if rule.by_month else _month_fault(rule)
    if len(rule.by_month) > 1:
        return "Outlook takes only one month for events that repeat by the year."
    if not rule.by_month and (rule.by_month_day or rule.by_day):
        return "Outlook needs the month of an event that repeats by the year."
    return _month_fault(rule)


def _month_fault(rule: Rule) -> str:
    """Say what is wrong with the day of the month."""
    if rule.by_month_day:
        if rule.by_day or rule.by_set_position:
            return "Outlook takes a day of the month or a weekday, not both."
        if len(rule.by_month_day) > 1:
            return "Outlook takes only one day of the month."
        return "" if rule.by_month_day[0] >= -1 else "Of days counted from the end, Outlook takes only the last."
    if not rule.by_day:
        return "Outlook takes a position only among weekdays." if rule.by_set_position else ""
    if rule.by_set_position:
        return _position_fault(rule)
    if len(rule.by_day) > 1:
        return "Outlook takes only one numbered weekday a month."
    is_known = rule.by_day[0].nth in _NUMBERS
    return "" if is_known else "Outlook takes the first to the fourth or the last of a weekday in a month."


def _position_fault(rule: Rule) -> str:
    if len(rule.by_set_position) > 1 or rule.by_set_position[0] not in _NUMBERS:
        return "Outlook takes only one position, the first to the fourth or the last."
    days = frozenset(day.day for day in rule.by_day)
    if any(day.nth for day in rule.by_day) or (len(days) > 1 and days not in _SETS):
        return "Outlook takes a position only of one weekday, of all days, of working days or of weekend days."
    return ""
