"""Rules of repetition (RFC 5545 section 3.3.10): the one place to import them from.

`Rule` and its parts are values (`rule_value`), `read_rule` reads one (`rule_text`), `occurrences` finds its dates,
`fits_outlook` tells whether Outlook takes it (`outlook_rules`), `in_words` says it in words (`rule_words`).
"""

from sescomposer.core.invitation.occurrences import (
    each_occurrence,
    emptiness,
    has_occurrence,
    is_instance,
    occurrences,
)
from sescomposer.core.invitation.outlook_rules import fits_outlook
from sescomposer.core.invitation.rule_text import read_rule
from sescomposer.core.invitation.rule_value import (
    WEEKDAYS,
    Frequency,
    Rule,
    RuleFault,
    Weekday,
    checked,
    rule_faults,
    with_end,
)
from sescomposer.core.invitation.rule_words import in_words

__all__ = [
    "WEEKDAYS",
    "Frequency",
    "Rule",
    "RuleFault",
    "Weekday",
    "checked",
    "each_occurrence",
    "emptiness",
    "fits_outlook",
    "has_occurrence",
    "in_words",
    "is_instance",
    "occurrences",
    "read_rule",
    "rule_faults",
    "with_end",
]
