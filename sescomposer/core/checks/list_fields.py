"""Unsubscription, list management and tracking placeholders (RFC 2369, RFC 8058, SES subscription management)."""

import re
from collections.abc import Iterator

from sescomposer.core.body_parts import body_parts
from sescomposer.core.checks import fixes
from sescomposer.core.checks.subject import Subject, at_field, fields_named, kept
from sescomposer.core.entity import Entity
from sescomposer.core.envelope import recipients
from sescomposer.core.errors import EncodingError
from sescomposer.core.findings import Finding, Severity, Where
from sescomposer.core.header import make_field

_POST = "List-Unsubscribe-Post"
_ONE_CLICK = "List-Unsubscribe=One-Click"
_LIST_OPTIONS = "X-SES-LIST-MANAGEMENT-OPTIONS"
_ADDRESSES = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:[^<>\s]+>(?:\s*,\s*<[A-Za-z][A-Za-z0-9+.-]*:[^<>\s]+>)*")
_MANAGEMENT = "SES subscription management"

UNSUBSCRIBE = "{{amazonSESUnsubscribeUrl}}"
OPEN_TRACKER = "{{ses:openTracker}}"
_MOST_UNSUBSCRIBE = 2


def unsubscribe(subject: Subject) -> Iterator[Finding]:
    """Check the form of List-Unsubscribe, and that one-click unsubscription has what it needs."""
    root = subject.root
    for index, field in fields_named(root, "List-Unsubscribe"):
        if not _ADDRESSES.fullmatch(field.body):
            message = "List-Unsubscribe is no list of addresses in angle brackets, such as <https://example.com/u>."
            yield Finding("bad-list-unsubscribe", Severity.WARNING, message, at_field(root, index, field), "RFC 2369 2")
    for index, field in fields_named(root, _POST):
        where = at_field(root, index, field)
        if field.body != _ONE_CLICK:
            new = make_field(_POST, _ONE_CLICK, line_end=root.line_end)
            fix = fixes.replace_field(root.key, index, field, new, f"Write {_ONE_CLICK}")
            message = f"{_POST} must be {_ONE_CLICK!r}, letter by letter."
            yield Finding("bad-list-unsubscribe-post", Severity.WARNING, message, where, "RFC 8058 3.1", fix)
        if "<https:" not in root.header.get("List-Unsubscribe").lower():
            message = f"{_POST} needs a List-Unsubscribe with an https address."
            fix = fixes.remove_field(root.key, index, field)
            yield Finding("one-click-without-https", Severity.WARNING, message, where, "RFC 8058 3.1", fix)


def list_management(subject: Subject) -> Iterator[Finding]:
    """Check that list management can work: a single recipient, and no fields of one's own for it."""
    if not _has_list_options(subject):
        return
    root = subject.root
    where = Where(root.key, _LIST_OPTIONS)
    count = len(recipients(subject.message))
    if count > 1:
        message = f"SES adds unsubscribe links only where there is one recipient; here are {count}."
        yield Finding("list-options-many-recipients", Severity.WARNING, message, where, _MANAGEMENT)
    for index, field in fields_named(root, "List-Unsubscribe", _POST):
        message = f"SES replaces {field.name} by its own, for list management is asked for."
        fix = fixes.remove_field(root.key, index, field)
        yield Finding("list-field-replaced", Severity.NOTE, message, at_field(root, index, field), _MANAGEMENT, fix)


def _has_list_options(subject: Subject) -> bool:
    return bool(subject.message.options.contact_list) or subject.root.header.first(_LIST_OPTIONS) is not None


def placeholders(subject: Subject) -> Iterator[Finding]:
    """Check the placeholders that SES replaces in text and HTML."""
    parts = body_parts(subject.root)
    leaves = [leaf for leaf in (parts.text, parts.html) if leaf is not None]
    for leaf in leaves:
        links, trackers = kept(leaf, _counted)
        yield from _of_leaf(leaf, links, trackers, _has_list_options(subject))
    if leaves and _has_list_options(subject) and not any(kept(leaf, _counted)[0] for leaf in leaves):
        message = f"List management is asked for, but no body holds {UNSUBSCRIBE}."
        yield Finding("unsubscribe-link-missing", Severity.NOTE, message, Where(leaves[-1].key), _MANAGEMENT)


def _of_leaf(leaf: Entity, links: int, trackers: int, has_options: bool) -> Iterator[Finding]:
    where = Where(leaf.key)
    if links and not has_options:
        message = f"{UNSUBSCRIBE} stays as it stands: no list management is asked for."
        yield Finding("unsubscribe-link-unused", Severity.WARNING, message, where, _MANAGEMENT)
    if links > _MOST_UNSUBSCRIBE:
        message = f"{UNSUBSCRIBE} stands {links} times; SES replaces the first {_MOST_UNSUBSCRIBE}."
        yield Finding("unsubscribe-links-many", Severity.WARNING, message, where, _MANAGEMENT)
    if trackers > 1:
        message = f"{OPEN_TRACKER} stands {trackers} times; one is allowed."
        yield Finding("open-trackers-many", Severity.ERROR, message, where, "SES open tracking")
    if trackers and leaf.media_type != "text/html":
        message = f"{OPEN_TRACKER} has no meaning outside HTML and stays as it stands."
        yield Finding("open-tracker-in-text", Severity.WARNING, message, where, "SES open tracking")


def _counted(leaf: Entity) -> tuple[int, int]:
    """Give how often each placeholder stands in a text; undecodable text is another check's matter."""
    try:
        text = leaf.text()
    except EncodingError:
        return 0, 0
    return text.count(UNSUBSCRIBE), text.count(OPEN_TRACKER)
