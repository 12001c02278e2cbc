"""The messages that come back: bounce (RFC 3464), complaint (RFC 5965) and out-of-office reply (RFC 3834)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from sescomposer.core.entity import Entity
from sescomposer.core.header import make_field
from sescomposer.core.octets import Octets

DAEMON = "MAILER-DAEMON@amazonses.com"
REPORTING_MTA = "a8-70.smtp-out.amazonses.com"

_LINE_END = re.compile(rb"\r\n|\r|\n")
_CONTROLS = dict.fromkeys((*range(32), 127), " ")


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


def bounce(occasion: ReportOccasion) -> Octets:
    """Write a delivery status notification of a hard bounce, one group of fields for each recipient.

    Returns:
        A whole message with CRLF line ends, 7-bit but for the original's own header octets.
    """
    return _failure(occasion, "smtp; 550 5.1.1 user unknown")


def suppression(occasion: ReportOccasion) -> Octets:
    """Write the notification of addresses that SES does not send to; returns as `bounce` does."""
    return _failure(occasion, "X-Suppression-List; the address is on the suppression list")


def _failure(occasion: ReportOccasion, diagnostic: str) -> Octets:
    """Write the notification with that Diagnostic-Code (RFC 3464 section 2.3.6)."""
    status = [f"Reporting-MTA: dsn; {REPORTING_MTA}", f"Arrival-Date: {_date(occasion)}"]
    for recipient in occasion.recipients:
        status += ["", f"Final-Recipient: rfc822; {_plain(recipient)}", "Action: failed", "Status: 5.1.1"]
        status += [f"Diagnostic-Code: {diagnostic}"]
    words = "An error occurred while trying to deliver the mail to the following recipients:"
    text = "\r\n".join((words, *map(_plain, occasion.recipients)))
    subject = _lines(["Subject: Delivery Status Notification (Failure)"])
    return _report(occasion, subject, "delivery-status", text, "\r\n".join(status))


def complaint(occasion: ReportOccasion) -> Octets:
    """Write an abuse report (RFC 5965 section 2) under the subject of the original; returns as `bounce` does."""
    fields = [
        "Feedback-Type: abuse",
        "User-Agent: Amazon SES Mailbox Simulator",
        "Version: 1",
        f"Original-Mail-From: <{_plain(occasion.mail_from)}>",
        *(f"Original-Rcpt-To: <{_plain(recipient)}>" for recipient in occasion.recipients),
        f"Arrival-Date: {_date(occasion)}",
    ]
    text = "This is an email abuse report for an email message that you sent."
    subject = make_field("Subject", f"FW: {_one_line(occasion.original.subject)}").octets
    return _report(occasion, subject, "feedback-report", text, "\r\n".join(fields))


def out_of_office(occasion: ReportOccasion) -> Octets:
    """Write the automatic reply of the first recipient (RFC 3834 sections 2 and 3)."""
    original_id = _plain(occasion.original.header.get("Message-ID"))
    header = [
        f"From: <{_plain(occasion.recipients[0])}>",
        f"To: <{_plain(occasion.mail_from)}>",
        "Subject: Out of office",
        f"Date: {_date(occasion)}",
        f"Message-ID: {occasion.message_id}",
        *([f"In-Reply-To: {original_id}", f"References: {original_id}"] if original_id else []),
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
    ]
    return Octets.of(_lines(header) + b"\r\nI am out of the office.\r\n")


def _report(occasion: ReportOccasion, subject: bytes, kind: str, text: str, fields: str) -> Octets:
    """Assemble a multipart/report (RFC 6522) of text, machine part and the original's header section."""
    delimiter = b"--" + occasion.boundary.encode("ascii")
    header = [
        f"From: {DAEMON}",
        f"To: <{_plain(occasion.mail_from)}>",
        f"Date: {_date(occasion)}",
        f"Message-ID: {occasion.message_id}",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type={kind};\r\n boundary="{occasion.boundary}"',
    ]
    text_part = _part(delimiter, ["Content-Type: text/plain; charset=us-ascii"], text.encode("ascii", "replace"))
    machine_part = _part(delimiter, [f"Content-Type: message/{kind}"], fields.encode("ascii", "replace"))
    original_head = _lines(["Content-Type: text/rfc822-headers", "Content-Transfer-Encoding: 8bit"])
    head = subject + _lines(header) + b"\r\n" + text_part + machine_part
    original = _LINE_END.sub(b"\r\n", bytes(occasion.original.header.octets))
    return Octets.of(head + delimiter + b"\r\n" + original_head + b"\r\n" + original + b"\r\n" + delimiter + b"--\r\n")


def _part(delimiter: bytes, header: Sequence[str], body: bytes) -> bytes:
    """Write one short part with the delimiter before it."""
    return delimiter + b"\r\n" + _lines(header) + b"\r\n" + body + b"\r\n\r\n"


def _lines(lines: Sequence[str]) -> bytes:
    """Join ASCII lines, each ended by CRLF."""
    return "".join(line + "\r\n" for line in lines).encode("ascii", "replace")


def _plain(text: str) -> str:
    """Write an address or an id on one line of ASCII: what no such line can hold becomes "?"."""
    return "".join(character if " " <= character <= "~" else "?" for character in text)


def _one_line(text: str) -> str:
    """Write a text so that a header field can hold it."""
    return text.encode("utf-8", "replace").decode("utf-8").translate(_CONTROLS)


def _date(occasion: ReportOccasion) -> str:
    """The time of the report as RFC 5322 section 3.3 writes it."""
    return format_datetime(occasion.now)
