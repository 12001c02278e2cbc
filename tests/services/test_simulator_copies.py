"""Copies for the mailbox simulator: each leads to its scenario, read by the standard library."""

import email
import email.policy
from dataclasses import replace

import pytest

from sescomposer.bootstrap import Services
from sescomposer.core import compose
from sescomposer.core.errors import UsageError
from sescomposer.core.message import EnvelopeOverride, Message, Road
from sescomposer.core.parse import parse
from sescomposer.services.ports import DeliveryOutcome
from sescomposer.services.simulator import SCENARIOS
from sescomposer.services.simulator_copies import simulator_copies

SPOILED = (
    b"From: a@a.example\r\nTo: x@x.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nCc: y@y.example\r\n"
    b"TO: z@z.example\r\nBcc: s@s.example\r\nResent-To: r@r.example\r\nMessage-ID: <own@a.example>\r\n"
    b"subject: again\r\nX-SES-CONFIGURATION-SET: set\r\n\r\nbody\r\n"
)


def test_local_inbox_plays_every_copy_as_told(services: Services) -> None:
    message = compose("a@a.example", "b@b.example", "Hi", text="x", cc="c@c.example", ids=services.ids)
    copies = simulator_copies(message, services.ids.token())
    transport = services.local_transport(Road.SES_V2)
    review = services.sending.review_all([copy.message for copy in copies], transport)
    records = services.sending.submit(review, transport)
    for copy, record in zip(copies, records, strict=True):
        assert record.outcome is not None
        (delivery,) = services.inbox.get(record.outcome.reference).deliveries
        assert (delivery.recipient, delivery.outcome) == (copy.recipient, copy.scenario.outcome)
        assert delivery.explanation == copy.scenario.explanation
        assert record.intent.subject == f"[simulator: {copy.scenario.local_part}] Hi"
    assert {copy.scenario.outcome for copy in copies} == set(DeliveryOutcome)
    assert len({record.intent.trace for record in records}) == len(SCENARIOS)


def test_nobody_else_is_written_to() -> None:
    message = Message(parse(SPOILED), EnvelopeOverride("back@a.example", ("b@b.example",)))
    for copy in simulator_copies(message, "x1"):
        read = email.message_from_bytes(bytes(copy.message.root.octets), policy=email.policy.default)
        assert read.get_all("To") == [copy.recipient]
        assert read.get_all("Subject") == [f"[simulator: {copy.scenario.local_part}] Grüße"]
        assert {name for name in read if name.lower().startswith(("cc", "bcc", "resent", "message-id"))} == set()
        assert read["X-SES-CONFIGURATION-SET"] == "set"
        assert read.get_payload() == "body\r\n"
        assert copy.message.envelope == EnvelopeOverride("back@a.example", (copy.recipient,))
    assert bytes(message.root.octets) == SPOILED


def test_message_without_fields_gets_them() -> None:
    message = Message(parse(b"\r\nbody\r\n"))
    for copy in simulator_copies(message, "x1"):
        read = email.message_from_bytes(bytes(copy.message.root.octets), policy=email.policy.default)
        assert (read["To"], read["Subject"]) == (copy.recipient, f"[simulator: {copy.scenario.local_part}]")
        assert read.get_payload() == "body\r\n"


@pytest.mark.parametrize("label", ["", "a b", "a+b", "ä", "x" * 33])
def test_other_labels_are_refused(services: Services, label: str) -> None:
    message = compose("a@a.example", "b@b.example", "Hi", text="x", ids=services.ids)
    with pytest.raises(UsageError, match="no label"):
        simulator_copies(replace(message), label)
