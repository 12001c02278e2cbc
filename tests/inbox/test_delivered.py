"""What SES would deliver: the named fields change, every other octet stays."""

from datetime import UTC, datetime, timedelta, timezone

import hypothesis.strategies as st
import pytest
from hypothesis import given

from sescomposer.core.entity import Entity
from sescomposer.core.envelope import Envelope
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.inbox.delivered import delivered, feedback_path, message_id_of
from sescomposer.inbox.service import Inbox
from sescomposer.services.ports import Snapshot
from sescomposer.store.content import DiskContentStore

NOW = datetime(2026, 1, 2, 5, 4, 5, tzinfo=timezone(timedelta(hours=2)))
DATE = b"Date: Fri, 02 Jan 2026 03:04:05 +0000"
ID = b"Message-ID: <R@eu-west-1.amazonses.com>"
PATH = b"Return-Path: <R@eu-west-1.amazonses.com>"


def of(octets: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Deliver and give octets and changes."""
    found = delivered(parse(octets), "R", "eu-west-1", NOW)
    return bytes(found.root.octets), found.changes


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_fields_are_replaced_where_they_stand(end: bytes) -> None:
    lines = [b"From: a@a.example", b"message-id: <own@a.example>", b"X-SES-TENANT: t", b"DATE: old", b"Subject: s"]
    lines += [b"return-path: <b@a.example>", b"X-SES-MESSAGE-TAGS: a=b,", b" c=d", b"X-Tag: stays", b"", b"x", b"y"]
    octets, changes = of(end.join(lines))
    expected = [b"From: a@a.example", ID, DATE, b"Subject: s", PATH, b"X-Tag: stays", b"", b"x", b"y"]
    assert octets == end.join(expected)
    assert changes == (
        "Message-ID was replaced.",
        "X-SES-TENANT was read by SES and taken out.",
        "Date was replaced.",
        "Return-Path was replaced.",
        "X-SES-MESSAGE-TAGS was read by SES and taken out.",
    )


def test_what_is_missing_goes_on_top() -> None:
    octets, changes = of(b"From: a\r\n\r\nx")
    assert octets == b"\r\n".join([PATH, DATE, ID, b"From: a", b"", b"x"])
    assert changes == ("Return-Path was added.", "Date was added.", "Message-ID was added.")


def test_second_instances_go() -> None:
    octets, changes = of(b"Date: 1\r\nDate: 2\r\nMessage-ID: <1>\r\nReturn-Path: <>\r\n\r\n")
    assert octets.count(b"Date:") == 1
    assert "Another Date was taken out." in changes


@pytest.mark.parametrize("lead", [b"From a@a.example Fri Jan  2 03:04:05 2026\n", b"\xef\xbb\xbf"])
def test_mbox_line_and_byte_order_mark_stay_first(lead: bytes) -> None:
    octets, _ = of(lead + b"From: a\n\nx")
    assert octets == lead + b"\n".join([PATH, DATE, ID, b"From: a", b"", b"x"])


def test_message_without_header_section_gets_a_blank_line() -> None:
    octets, changes = of(b" no header\r\nat all")
    assert octets == b"\r\n".join([PATH, DATE, ID, b"", b" no header", b"at all"])
    assert changes[-1].startswith("A blank line was put")


def test_names_of_regions() -> None:
    assert message_id_of("R", "us-east-1") == "<R@email.amazonses.com>"
    assert feedback_path("R", "us-east-1") == "<R@amazonses.com>"
    assert feedback_path("R", "eu-west-1") == "<R@eu-west-1.amazonses.com>"


def names(root: Entity) -> list[str]:
    """Names of the fields, in order."""
    return [field.name for field in root.header.fields]


ODD = st.one_of(
    st.binary(max_size=200),
    st.lists(
        st.sampled_from(
            [
                b"From: a\r\n",
                b"Date: x\n",
                b"MESSAGE-ID: <a>\r\n",
                b"X-SES-TENANT: t\r\n",
                b" folded\n",
                b"Return-Path:\r",
                *(b"\r\n", b"\n", b"body", b"From x\n", b": y\r\n", b"\xef\xbb\xbf", b"--b\r\n", b"\0\xff"),
            ]
        ),
        max_size=12,
    ).map(b"".join),
)


@given(ODD)
def test_everything_else_is_identical(octets: bytes) -> None:
    root = parse(octets)
    found = delivered(root, "R", "us-east-1", NOW.astimezone(UTC)).root
    touched = {"message-id", "date", "return-path", "x-ses-tenant"}

    def kept(entity: Entity) -> bytes:
        return b"".join(field.octets for field in entity.header.fields if field.name.lower() not in touched)

    assert kept(found) == kept(root)
    assert found.body is root.body
    assert found.separator in (root.separator, root.header.line_end)
    for name in ("message-id", "date", "return-path"):
        assert [known.lower() for known in names(found)].count(name) == 1


def test_sealed_octets_are_not_copied(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = inbox.content.keep(b"From: a@a.example\r\nTo: b@b.example\r\n\r\nx\r\n")
    written: list[int] = []
    keep = type(inbox.content).keep

    def counting(store: DiskContentStore, octets: Octets | bytes, progress: Progress = NO_PROGRESS) -> Snapshot:
        written.append(len(octets))
        return keep(store, octets, progress)

    monkeypatch.setattr(DiskContentStore, "keep", counting)
    entry = inbox.accept(kept.octets, Envelope("a@a.example", ("b@b.example",))).reference
    assert inbox.get(entry).submitted == kept.sha256
    assert len(written) == 1
    part = inbox.deliver_anyway(kept.octets[2:], Envelope("a@a.example", ()), "").reference
    assert bytes(inbox.submitted(part)) == bytes(kept.octets)[2:]
    assert len(written) == 3
