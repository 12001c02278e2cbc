"""Whether SES would refuse a message, and the words it would answer with on each road.

One and the same text of the validator comes back as `InvalidParameterValue` from the v1 API, as `BadRequestException`
from v2, and as `554 Transaction failed: <text>` over SMTP (answers of the live service, seen in public reports).
"""

import re

from sescomposer.core.checks import check
from sescomposer.core.envelope import Envelope
from sescomposer.core.errors import RefusedError
from sescomposer.core.findings import Finding
from sescomposer.core.message import EnvelopeOverride, Message, Road
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse

_WRAPPINGS = {
    Road.SES_V1: "InvalidParameterValue: ",
    Road.SES_V2: "BadRequestException: ",
    Road.SMTP: "554 Transaction failed: ",
}
_WHOLE_REPLY = re.compile(r"[45]\d\d ")
_UNPUBLISHED = "(SES's own words for this are not published) "


def refusals(octets: Octets, envelope: Envelope, road: Road) -> tuple[Finding, ...]:
    """Give the findings for which SES would refuse these octets with this envelope on that road; worst first."""
    override = EnvelopeOverride(envelope.mail_from, envelope.rcpt_to)
    return tuple(finding for finding in check(Message(parse(octets), override), road) if finding.refused)


def answer(finding: Finding, road: Road) -> str:
    """Give the answer of SES to what was found.

    >>> from sescomposer.core.findings import Severity, Where
    >>> found = Finding("no-from", Severity.ERROR, "No From.", Where(), "", answer="Missing required header 'From'.")
    >>> answer(found, Road.SMTP)
    "554 Transaction failed: Missing required header 'From'."
    """
    if _WHOLE_REPLY.match(finding.answer):
        return finding.answer
    return _WRAPPINGS[road] + (finding.answer or _UNPUBLISHED + finding.message)


def refused(found: tuple[Finding, ...], road: Road) -> RefusedError:
    """Give the error of the first finding: SES stops at the first fault; the hint names all."""
    first = found[0]
    hint = " ".join(dict.fromkeys(finding.message for finding in found))
    return RefusedError(answer(first, road), hint=hint, value=first.code)
