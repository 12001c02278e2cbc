"""Preflight: everything known to go wrong with a message on its road, as findings with place, reason and fix.

One module a family. A check of one entity is memoised on it (`subject.kept`), so that a key in the text costs
only the checks of the text.
"""

from sescomposer.core.checks import addresses, header_fields, lines, options, parts, size, writing
from sescomposer.core.checks.subject import Check, Subject
from sescomposer.core.findings import Finding
from sescomposer.core.message import Message, Road

FAMILIES: tuple[Check, ...] = (
    header_fields.required_fields,
    size.recipient_count,
    addresses.address_fields,
    addresses.envelope_addresses,
    header_fields.single_fields,
    header_fields.field_forms,
    header_fields.unknown_control_fields,
    header_fields.unsubscribe,
    size.octets,
    size.part_count,
    parts.file_types,
    parts.structure,
    parts.content_ids,
    lines.content_lines,
    options.tags,
    writing.text_alternative,
    writing.forgotten_attachment,
)


def check(message: Message, road: Road = Road.SES_V2) -> tuple[Finding, ...]:
    """Check a message for a road.

    Args:
        message: Parsed or composed.
        road: The road whose limits hold.

    Returns:
        Findings, worst first, within one severity in the order of `FAMILIES`.
    """
    subject = Subject(message, road)
    found = [finding for family in FAMILIES for finding in family(subject)]
    return tuple(sorted(found, key=lambda finding: finding.severity.rank))
