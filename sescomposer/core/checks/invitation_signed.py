"""Invitations inside a signature that shows nothing to readers without S/MIME: checked as what was signed."""

from collections.abc import Iterator
from dataclasses import replace

from sescomposer.core.checks.invitation import calendar_object, earlier_objects
from sescomposer.core.checks.invitation_headers import headers
from sescomposer.core.checks.invitation_place import inside_a_signature, placed_in, placement
from sescomposer.core.checks.subject import Subject
from sescomposer.core.findings import Finding, Where
from sescomposer.core.protection.unsigned import unsigned

_FAMILIES = (placement, headers, calendar_object, earlier_objects)


def within_signature(subject: Subject) -> Iterator[Finding]:
    """Check the event inside; every place is that of the message, and nothing offers to change what is signed."""
    root = unsigned(subject.root)
    placed = placed_in(root) if root is not subject.root else None
    if placed is None:
        return
    where = Where(subject.root.key)
    if placed.is_sent:
        yield inside_a_signature(where)
    inside = replace(subject, message=subject.message.with_root(root), protection=None)
    for family in _FAMILIES:
        for finding in family(inside):
            yield replace(finding, where=where, fix=None)


__all__ = ["within_signature"]
