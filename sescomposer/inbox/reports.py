"""The messages that come back: bounce (RFC 3464), complaint (RFC 5965) and out-of-office reply (RFC 3834)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from sescomposer.core.entity import Entity
from sescomposer.core.octets import Octets

DAEMON = "MAILER-DAEMON@amazonses.com"
REPORTING_MTA = "a8-70.smtp-out.amazonses.com"


@dataclass(frozen=True, slots=True)
class ReportOccasion:
    """What a report is about.

    Attributes:
        original: The delivered message.
        mail_from: The submitted return path: who gets the report.
        recipients: Whom it is about, addr-specs.
        now: Time of the report.
        boundary: A boundary that the original cannot hold.
        message_id: With angle brackets.
    """

    original: Entity
    mail_from: str
    recipients: Sequence[str]
    now: datetime
    boundary: str
    message_id: str


def bounce(occasion: ReportOccasion, diagnostic: str = "smtp; 550 5.1.1 user unknown") -> Octets:
    """Write a delivery status notification of a hard bounce, one group of fields for each recipient.

    Args:
        occasion: See there.
        diagnostic: Diagnostic-Code (RFC 3464 section 2.3.6).

    Returns:
        A whole message with CRLF line ends, 7-bit but for the original's own header octets.
    """
    status = [f"Reporting-MTA: dsn; {REPORTING_MTA}", f"Arrival-Date: {_date(occasion)}"]
    for recipient in occasion.recipients:
        status += ["", f"Final-Recipient: rfc822; {recipient}", "Action: failed", "Status: 5.1.1"]
        status += [f"Diagnostic-Code: {diagnostic}"]
    words = "An error occurred while trying to deliver the mail to the following recipients:"
    text = "\r\n".join((words, *occasion.recipients))
    return _report(occasion, "Delivery Status Notification (Failure)", "delivery-status", text, "\r\n".join(status))


def complaint(occasion: ReportOccasion) -> Octets:
    """Write an abuse report about the first recipient (RFC 5965 section 2); returns as `bounce` does."""
    fields = [
        "Feedback-Type: abuse",
        "User-Agent: Amazon SES Mailbox Simulator",
        "Version: 1",
        f"Original-Mail-From: <{occasion.mail_from}>",
        *(f"Original-Rcpt-To: <{recipient}>" for recipient in occasion.recipients),
        f"Arrival-Date: {_date(occasion)}",
    ]
    text = "This is an email abuse report for an email message that you sent."
    return _report(occasion, "Complaint about your message", "feedback-report", text, "\r\n".join(fields))


def out_of_office(occasion: ReportOccasion) -> Octets:
    """Write the automatic reply of the first recipient (RFC 3834 sections 2 and 3)."""
    original_id = occasion.original.header.get("Message-ID").strip()
    header = [
        f"From: <{occasion.recipients[0]}>",
        f"To: <{occasion.mail_from}>",
        "Subject: Out of office",
        f"Date: {_date(occasion)}",
        f"Message-ID: {occasion.message_id}",
        *([f"In-Reply-To: {original_id}", f"References: {original_id}"] if original_id else []),
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
    ]
    return Octets.of(_lines(header) + b"\r\nI am out of the office.\r\n")


def _report(occasion: ReportOccasion, subject: str, kind: str, text: str, fields: str) -> Octets:
    """Assemble a multipart/report (RFC 6522) of text, machine part and the original's header section."""
    delimiter = b"--" + occasion.boundary.encode("ascii")
    header = [
        f"From: {DAEMON}",
        f"To: <{occasion.mail_from}>",
        f"Subject: {subject}",
        f"Date: {_date(occasion)}",
        f"Message-ID: {occasion.message_id}",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type={kind};\r\n boundary="{occasion.boundary}"',
    ]
    text_part = _part(delimiter, ["Content-Type: text/plain; charset=us-ascii"], text.encode("ascii", "replace"))
    machine_part = _part(delimiter, [f"Content-Type: message/{kind}"], fields.encode("ascii", "replace"))
    original_head = _lines(["Content-Type: text/rfc822-headers", "Content-Transfer-Encoding: 8bit"])
    return Octets.join(
        (
            _lines(header) + b"\r\n" + text_part + machine_part + delimiter + b"\r\n" + original_head + b"\r\n",
            occasion.original.header.octets,
            b"\r\n" + delimiter + b"--\r\n",
        )
    )


def _part(delimiter: bytes, header: Sequence[str], body: bytes) -> bytes:
    """Write one short part with the delimiter before it."""
    return delimiter + b"\r\n" + _lines(header) + b"\r\n" + body + b"\r\n\r\n"


def _lines(lines: Sequence[str]) -> bytes:
    """Join ASCII lines, each ended by CRLF."""
    return "".join(line + "\r\n" for line in lines).encode("ascii", "replace")


def _date(occasion: ReportOccasion) -> str:
    """The time of the report as RFC 5322 section 3.3 writes it."""
    return format_datetime(occasion.now)
