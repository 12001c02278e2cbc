"""What SES does to a message on its way, in words (SES Developer Guide, header fields; seen in delivered mail)."""

from sescomposer.core.entity import Entity
from sescomposer.core.header_registry import info

_CONTROL_CLASS = "control"
_LIST_MANAGEMENT = "x-ses-list-management-options"


def is_control(name: str) -> bool:
    """Whether SES reads a header field of that name and takes it out.

    >>> is_control("X-SES-TENANT"), is_control("X-Tag")
    (True, False)
    """
    known = info(name)
    return known is not None and _CONTROL_CLASS in known.ses


def expected_changes(root: Entity) -> tuple[str, ...]:
    """Say what SES will change of a sealed message, one sentence each."""
    names = dict.fromkeys(field.name for field in root.header.fields if is_control(field.name))
    changes = [
        "Message-ID: replaced by the id that SES answers with.",
        "Date: replaced by the time of acceptance, in UTC.",
        "Return-Path: replaced by an address of SES that collects bounces.",
        *(f"{name}: read by SES and taken out." for name in names),
    ]
    if any(name.lower() == _LIST_MANAGEMENT for name in names):
        changes.append("List-Unsubscribe and List-Unsubscribe-Post: replaced, since list management is used.")
    return (*changes, "Added: Received, a DKIM-Signature of amazonses.com, Feedback-ID and X-SES-Outgoing.")
