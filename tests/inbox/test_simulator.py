"""The mailbox simulator: one outcome a recipient, and the messages that come back, read by the standard library."""

import email
import email.message
import email.policy
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import Message as StandardMessage
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from sescomposer.core.envelope import Envelope
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.inbox.reports import ReportOccasion, bounce, complaint, out_of_office, suppression
from sescomposer.inbox.service import Inbox
from sescomposer.services.ports import Delivery, DeliveryOutcome, InboxEntry
from sescomposer.services.simulator import scenario_of

AT = "@simulator.amazonses.com"
OCTETS = "From: a@a.example\r\nTo: x@x.example\r\nSubject: Grüße\r\nMessage-ID: <own@a>\r\n\r\nx\r\n".encode()
D = DeliveryOutcome


@pytest.mark.parametrize(
    "address,outcome",
    [
        ("success" + AT, D.DELIVERED),
        ("bounce" + AT, D.BOUNCED),
        ("bounce+order42" + AT, D.BOUNCED),
        ("BOUNCE+x@Simulator.AMAZONSES.com", D.BOUNCED),
        ("ooto+a+b" + AT, D.OUT_OF_OFFICE),
        ("complaint" + AT, D.COMPLAINED),
        ("suppressionlist" + AT, D.SUPPRESSED),
        ("unheard-of" + AT, D.DELIVERED),
        ("bounce@example.com", D.DELIVERED),
        ("bounce@simulator.amazonses.com.example.com", D.DELIVERED),
        ("bounce", D.DELIVERED),
        ("", D.DELIVERED),
    ],
)
def test_outcome_follows_from_the_address(address: str, outcome: DeliveryOutcome) -> None:
    assert scenario_of(address).outcome is outcome
    assert scenario_of(address).explanation.endswith(".")


def sent(inbox: Inbox, *recipients: str, mail_from: str = "a@a.example", octets: bytes = OCTETS) -> InboxEntry:
    """Deliver to those recipients and give the entry."""
    return inbox.get(inbox.deliver_anyway(Octets.of(octets), Envelope(mail_from, recipients), "").reference)


def report(inbox: Inbox, delivery: Delivery) -> StandardMessage:
    """Read a report as the standard library does, and check that it finds nothing wrong."""
    octets = bytes(inbox.content.open(delivery.report))
    found = email.message_from_bytes(octets, policy=email.policy.default)
    assert [part.defects for part in found.walk() if part.defects] == []
    assert b"\n" not in octets.replace(b"\r\n", b"")
    return found


def parts(found: StandardMessage) -> list[Any]:
    """Parts of a multipart, or the message inside a part."""
    return list(found.get_payload())


def blocks(part: StandardMessage) -> list[StandardMessage]:
    """Groups of fields of a message/delivery-status, those that hold any."""
    return [group for group in parts(part) if isinstance(group, StandardMessage) and group.keys()]


def test_bounces_of_one_message_share_a_report(inbox: Inbox) -> None:
    entry = sent(inbox, "bounce+1" + AT, "ok@b.example", "bounce+2" + AT)
    assert [delivery.recipient for delivery in entry.deliveries] == list(entry.envelope.rcpt_to)
    first, ordinary, second = entry.deliveries
    assert first.report == second.report != ""
    assert ordinary.report == ""
    found = report(inbox, first)
    assert found.get_content_type() == "multipart/report"
    assert found.get_param("report-type") == "delivery-status"
    assert (found["To"], found["Auto-Submitted"]) == ("a@a.example", "auto-replied")
    text, status, original = parts(found)
    assert text.get_content_type() == "text/plain"
    assert "bounce+1" + AT in text.get_payload()
    per_message, *per_recipient = blocks(status)
    assert per_message["Reporting-MTA"].startswith("dsn; ")
    assert [group["Final-Recipient"] for group in per_recipient] == [f"rfc822; bounce+{n}{AT}" for n in (1, 2)]
    assert {(group["Action"], group["Status"]) for group in per_recipient} == {("failed", "5.1.1")}
    assert original.get_content_type() == "text/rfc822-headers"


def test_suppressed_addresses_are_told_apart_from_bounces(inbox: Inbox) -> None:
    bounced, suppressed = sent(inbox, "bounce" + AT, "suppressionlist" + AT).deliveries
    assert bounced.report != suppressed.report
    _, status, _ = parts(report(inbox, suppressed))
    assert "suppression list" in blocks(status)[1]["Diagnostic-Code"]


def test_complaints_come_one_by_one(inbox: Inbox) -> None:
    first, second = sent(inbox, "complaint+1" + AT, "complaint+2" + AT).deliveries
    assert first.report != second.report
    found = report(inbox, second)
    assert found.get_param("report-type") == "feedback-report"
    assert found["Subject"] == "FW: Grüße"
    machine = parts(found)[1]
    assert machine.get_content_type() == "message/feedback-report"
    (fields,) = parts(machine)
    assert (fields["Feedback-Type"], fields["Version"]) == ("abuse", "1")
    assert fields["User-Agent"]
    assert fields["Original-Rcpt-To"] == f"<complaint+2{AT}>"


def test_out_of_office_answers_the_delivered_message(inbox: Inbox) -> None:
    entry = sent(inbox, "ooto" + AT)
    found = report(inbox, entry.deliveries[0])
    assert (found["From"], found["To"], found["Auto-Submitted"]) == (f"ooto{AT}", "a@a.example", "auto-replied")
    assert found["In-Reply-To"] == found["References"] == f"<{entry.entry}@email.amazonses.com>"


def test_nobody_is_told_without_a_return_path(inbox: Inbox) -> None:
    entry = sent(inbox, "bounce" + AT, "ooto" + AT, mail_from="")
    assert [delivery.report for delivery in entry.deliveries] == ["", ""]


def test_boundary_is_none_that_the_original_holds(inbox: Inbox) -> None:
    probe = SeededIdentifiers("inbox")
    octets = b"From: a\r\n" + b"".join(b"--%s: x\r\n" % probe.boundary().encode() for _ in range(20)) + b"\r\nx"
    found = report(inbox, sent(inbox, "bounce" + AT, octets=octets).deliveries[0])
    assert len(parts(found)) == 3
    assert octets.split(b"\r\n")[5] in parts(found)[2].as_bytes()


@given(st.binary(max_size=120), st.text(max_size=40), st.text(max_size=40))
def test_no_original_and_no_address_breaks_a_report(header: bytes, mail_from: str, recipient: str) -> None:
    for write in (bounce, suppression, complaint, out_of_office):
        root = parse(b"Subject: " + header + b"\r\n\r\nx")
        occasion = ReportOccasion(root, mail_from, [recipient], datetime(2026, 1, 1, tzinfo=UTC), "=_b", "<i@a>")
        octets = bytes(write(occasion))
        found = email.message_from_bytes(octets, policy=email.policy.compat32)
        assert found["To"] is not None
        assert not found.defects
        assert found.is_multipart() is (write is not out_of_office)
        assert len(found.get_payload()) == 3 or write is out_of_office


def test_road_makes_no_difference_to_what_is_kept(new_inbox: Callable[..., Inbox]) -> None:
    entry = sent(new_inbox(), "success" + AT)
    assert bytes(new_inbox().submitted(entry.entry)) == OCTETS
    assert bytes(new_inbox().delivered(entry.entry)).endswith(b"\r\n\r\nx\r\n")
    new_inbox().remove(entry.entry)
    assert new_inbox().entries() == ()
