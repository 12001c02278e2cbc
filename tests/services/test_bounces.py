"""What bounces and complaints mean, for every word that SES documents and for those it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.services.bounces import BounceKind, bounce_kind, bounce_of, complaint, explained
from sescomposer.services.knowledge import EventKind

_KINDS = [
    ("Permanent", "General", BounceKind.HARD),
    ("Permanent", "NoEmail", BounceKind.HARD),
    ("Permanent", "Suppressed", BounceKind.SUPPRESSED),
    ("Permanent", "OnAccountSuppressionList", BounceKind.SUPPRESSED),
    ("Permanent", "UnsubscribedRecipient", BounceKind.SUPPRESSED),
    ("Permanent", "Novel", BounceKind.HARD),
    ("Transient", "General", BounceKind.SOFT),
    ("Transient", "MailboxFull", BounceKind.SOFT),
    ("Transient", "MessageTooLarge", BounceKind.SOFT),
    ("Transient", "ContentRejected", BounceKind.SOFT),
    ("Transient", "AttachmentRejected", BounceKind.SOFT),
    ("Transient", "CustomTimeoutExceeded", BounceKind.SOFT),
    ("Transient", "Novel", BounceKind.SOFT),
    ("Undetermined", "Undetermined", BounceKind.UNDETERMINED),
    ("", "", BounceKind.UNDETERMINED),
]


@pytest.mark.parametrize("kind, sub_type, expected", _KINDS)
def test_bounce_is_hard_soft_or_suppressed(kind: str, sub_type: str, expected: BounceKind) -> None:
    assert bounce_of(kind, sub_type).kind is expected
    assert bounce_of(kind.upper(), sub_type.upper()) == bounce_of(kind, sub_type)
    words = explained(EventKind.BOUNCE, bounce_type=kind, sub_type=sub_type, diagnostic="550 5.1.1 gone")
    assert words.lower().startswith(f"{expected.value} bounce: ")
    assert words.endswith("The receiver said: 550 5.1.1 gone")


def test_kind_is_read_back_from_the_details_of_an_event() -> None:
    assert bounce_kind("PERMANENT, OnAccountSuppressionList") is BounceKind.SUPPRESSED
    assert bounce_kind("TRANSIENT") is BounceKind.SOFT
    assert bounce_kind("abuse") is None


@pytest.mark.parametrize("feedback", ["abuse", "auth-failure", "fraud", "not-spam", "virus", "other", ""])
def test_every_kind_of_complaint_is_explained(feedback: str) -> None:
    words = complaint(feedback=feedback)
    assert words.startswith("Complaint: ")
    assert ("again" in words) == (feedback != "not-spam")


def test_complaint_of_a_suppressed_address_was_not_delivered() -> None:
    assert "did not deliver" in complaint("OnAccountSuppressionList", "abuse")


@given(st.sampled_from(EventKind), st.text(max_size=20), st.text(max_size=20))
def test_every_event_has_words(kind: EventKind, first: str, second: str) -> None:
    words = explained(kind, bounce_type=first, sub_type=second, feedback=second)
    assert words.endswith(".")
    assert "delivered" not in explained(EventKind.SEND)
