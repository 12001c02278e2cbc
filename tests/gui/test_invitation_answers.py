"""Events in a composer window: answers of guests, what guests have, one message for each, links, and findings."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services
from sescomposer.core import compose
from sescomposer.core.body_parts import body_parts
from sescomposer.core.invitation.event import Event, event_of, new_calendar, with_event
from sescomposer.core.invitation.guests import ONE_FOR_ALL, ONE_FOR_EACH
from sescomposer.core.invitation.layouts import Layout
from sescomposer.core.invitation.lifecycle import invited
from sescomposer.core.invitation.links import calendar_links
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.people import Attendee, Person
from sescomposer.core.invitation.placement import calendar_of, place, with_calendar
from sescomposer.core.message import Message, Road
from sescomposer.core.parse import parse
from sescomposer.gui.dialogs.diff_dialog import DiffDialog
from sescomposer.gui.inbox_window import InboxWindow
from sescomposer.gui.invitations.invitations_window import InvitationsWindow
from sescomposer.gui.invitations.links_dialog import LinksDialog
from sescomposer.gui.invitations.links_place import with_snippet
from sescomposer.gui.invitations.send_dialog import InvitationSendDialog
from sescomposer.gui.main_window import MainWindow
from sescomposer.gui.sending.send_sheet import SendSheet
from sescomposer.gui.sending.stages import Stage
from sescomposer.services.settings import HOLD_SECONDS

UID = "1@events.example.com"
START = Moment.utc(datetime(2030, 3, 1, 9, 30, tzinfo=UTC))
GUESTS = (Attendee("kai@example.org", "Kai"), Attendee("bob@example.net", "Bob"))


def invitation(services: Services, **fields: Any) -> Message:
    given: dict[str, Any] = {
        "uid": UID,
        "summary": "Office hours",
        "start": START,
        "end": START.moved(timedelta(minutes=30)),
        "organizer": Person("events@example.com", "Events"),
        "attendees": GUESTS,
        **fields,
    }
    event = invited(Event(**given), services.clock.now())
    calendar = new_calendar(event, services.ids, services.clock.now())
    to = ", ".join(guest.mailbox for guest in event.attendees)
    message = compose(
        "events@example.com", to, f"Invitation: {event.summary}", text="Come.", html="<p>Come.</p>", ids=services.ids
    )
    return message.edited(lambda root: place(root, calendar, Layout.RECOMMENDED, services.ids))


def changed(message: Message, **fields: Any) -> Message:
    """Edit the event of a message as a form does."""
    calendar = calendar_of(message.root)
    assert calendar is not None
    event = replace(event_of(calendar), **fields)
    return message.edited(lambda root: with_calendar(root, with_event(calendar, event)))


def send(services: Services, *messages: Message) -> None:
    way = services.local_transport(Road.SES_V2)
    services.sending.submit(services.sending.review_all(messages, way), way)


def answer(who: str, partstat: str = "ACCEPTED", *, method: str = "REPLY", start: str = "", uid: str = UID) -> bytes:
    lines = [
        f"From: {who}\r\nTo: events@example.com\r\nSubject: Re\r\nMIME-Version: 1.0",
        f"Content-Type: text/calendar; method={method}; charset=utf-8\r\n",
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:{uid}",
        f"DTSTAMP:20270102T000000Z\r\nSEQUENCE:0\r\nATTENDEE;PARTSTAT={partstat}:mailto:{who}",
        *([f"DTSTART:{start}"] if start else []),
        "END:VEVENT\r\nEND:VCALENDAR\r\n",
    ]
    return "\r\n".join(lines).encode()


Open = Callable[[Message], MainWindow]


@pytest.fixture
def open_window_with(qtbot: QtBot, services: Services) -> Iterator[Open]:
    services.settings.set(HOLD_SECONDS, 0)
    made: list[MainWindow] = []

    def open_it(message: Message) -> MainWindow:
        window = MainWindow(services, message)
        made.append(window)
        window.show()
        return window

    yield open_it
    for window in made:
        qtbot.waitUntil(lambda window=window: window.runner.running == 0)  # type: ignore[misc]
        window.composer.forget()
        window.runner.close()
        window.hide()
        window.deleteLater()


def opaque(root_octets: bytes) -> bytes:
    """Put a message inside S/MIME signed content without a signer, which everybody can read."""
    from base64 import encodebytes

    from asn1crypto import cms

    content = cms.ContentInfo(
        {
            "content_type": "signed_data",
            "content": {
                "version": "v1",
                "digest_algorithms": [],
                "encap_content_info": {"content_type": "data", "content": root_octets},
                "signer_infos": [],
            },
        }
    ).dump()
    return (
        b"From: kai@example.org\r\nTo: events@example.com\r\nSubject: Re\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: application/pkcs7-mime; smime-type=signed-data\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + encodebytes(content)
    )


def bar_says(qtbot: QtBot, window: MainWindow, words: str) -> None:
    qtbot.waitUntil(lambda: window.events.answers is not None and words in window.events.answers.sentence)


def event_in(message: Message) -> Event:
    calendar = calendar_of(message.root)
    assert calendar is not None
    return event_of(calendar)


# --- answers ---------------------------------------------------------------------------------------------------------


def test_an_answer_is_said_and_noted(qtbot: QtBot, services: Services, open_window_with: Open) -> None:
    send(services, invitation(services))
    window = open_window_with(Message(parse(answer("kai@example.org"))))
    bar_says(qtbot, window, "kai@example.org accepts “Office hours”.")
    bar = window.events.answers
    assert bar is not None
    assert not bar.update_button.isVisible()
    bar.note_button.click()
    bar_says(qtbot, window, "It is noted")
    assert not bar.note_button.isVisible()
    states = {state.guest.mailbox: state.guest.partstat for state in services.invitations.find(UID).guests}
    assert states == {"kai@example.org": "ACCEPTED", "bob@example.net": "NEEDS-ACTION"}


def test_an_answer_inside_a_signature_is_said_and_noted(
    qtbot: QtBot, services: Services, open_window_with: Open
) -> None:
    send(services, invitation(services))
    inside = b"Content-" + answer("kai@example.org").partition(b"Content-")[2]
    window = open_window_with(Message(parse(opaque(inside))))
    bar_says(qtbot, window, "kai@example.org accepts “Office hours”.")
    assert window.events.answers is not None
    window.events.answers.note_button.click()
    bar_says(qtbot, window, "It is noted")
    states = {state.guest.mailbox: state.guest.partstat for state in services.invitations.find(UID).guests}
    assert states["kai@example.org"] == "ACCEPTED"


def test_a_proposal_makes_an_update(qtbot: QtBot, services: Services, open_window_with: Open) -> None:
    send(services, invitation(services))
    octets = answer("kai@example.org", "TENTATIVE", method="COUNTER", start="20300302T100000Z")
    window = open_window_with(Message(parse(octets)))
    bar_says(qtbot, window, "Proposed: Sat 2 Mar 2030, 10:00 UTC")
    bar_says(qtbot, window, "Now: Fri 1 Mar 2030, 09:30 - 10:00 UTC")
    bar = window.events.answers
    assert bar is not None
    with qtbot.waitSignal(window.window_wanted) as blocker:
        bar.update_button.click()
    assert blocker.args is not None
    event = event_in(blocker.args[0][0])
    assert event.start == Moment.utc(datetime(2030, 3, 2, 10, tzinfo=UTC))
    bar_says(qtbot, window, "It is noted")


def test_an_answer_to_nothing_of_ours_is_told(qtbot: QtBot, services: Services, open_window_with: Open) -> None:
    window = open_window_with(Message(parse(answer("kai@example.org", uid="other"))))
    bar_says(qtbot, window, "No invitation with its UID was sent from here")
    assert window.events.answers is not None
    assert not any(button.isVisible() for button in window.events.answers.findChildren(QPushButton))


def test_who_sent_the_answer_of_another_is_named(qtbot: QtBot, services: Services, open_window_with: Open) -> None:
    send(services, invitation(services))
    octets = answer("kai@example.org").replace(b"From: kai@example.org", b"From: eve@example.com")
    window = open_window_with(Message(parse(octets)))
    bar_says(qtbot, window, "The message itself came from eve@example.com.")


def test_the_local_inbox_offers_to_note_answers(qtbot: QtBot, services: Services) -> None:
    send(services, invitation(services))
    send(services, Message(parse(answer("bob@example.net", "DECLINED"))))
    window = InboxWindow.show_for(services)
    qtbot.waitUntil(lambda: "bob@example.net declines “Office hours”." in window.answers.sentence)
    window.answers.note_button.click()
    qtbot.waitUntil(lambda: "It is noted" in window.answers.sentence)
    window.list.setCurrentIndex(window.model.index(1, 0))
    qtbot.waitUntil(lambda: window.answers.sentence == "")
    qtbot.waitUntil(lambda: window.runner.running == 0)
    window.close()


# --- what guests have ------------------------------------------------------------------------------------------------


def update_bar_says(qtbot: QtBot, window: MainWindow, words: str) -> None:
    qtbot.waitUntil(lambda: window.events.update is not None and words in window.events.update.sentence)


def test_an_update_says_what_it_changes(qtbot: QtBot, services: Services, open_window_with: Open) -> None:
    send(services, invitation(services))
    window = open_window_with(services.invitations.update(services.invitations.find(UID)))
    update_bar_says(qtbot, window, "Nothing differs from that yet")
    window.composer.apply(lambda message: changed(message, summary="Tea"), "edit title")
    update_bar_says(qtbot, window, "This message changes: title. Their answers stay.")
    moved = START.moved(timedelta(days=1))
    window.composer.apply(lambda m: changed(m, start=moved, end=moved.moved(timedelta(hours=1))), "edit start")
    update_bar_says(qtbot, window, "start, end, title. Everybody is asked anew.")


def test_a_first_invitation_has_no_bar(qtbot: QtBot, services: Services, open_window_with: Open) -> None:
    window = open_window_with(invitation(services))
    qtbot.waitUntil(lambda: window.composer.is_checked)
    qtbot.waitUntil(lambda: window.runner.running == 0)
    assert window.events.update is not None
    assert window.events.update.sentence == ""


def test_findings_against_what_guests_have_are_in_the_drawer(
    qtbot: QtBot, services: Services, open_window_with: Open
) -> None:
    send(services, invitation(services))
    moved = START.moved(timedelta(days=1))
    message = changed(invitation(services), start=moved, end=moved.moved(timedelta(hours=1)))
    window = open_window_with(message)
    qtbot.waitUntil(lambda: any(finding.code.startswith("l02") for finding in window.composer.findings))


# --- sending ---------------------------------------------------------------------------------------------------------


def asked(qtbot: QtBot, window: MainWindow) -> InvitationSendDialog:
    window.trigger("send")
    qtbot.waitUntil(lambda: bool(window.findChildren(InvitationSendDialog)))
    return window.findChildren(InvitationSendDialog)[-1]


def sheet_of(qtbot: QtBot, window: MainWindow) -> SendSheet:
    qtbot.waitUntil(lambda: any(sheet.stage is Stage.REVIEWING for sheet in window.findChildren(SendSheet)))
    return window.findChildren(SendSheet)[-1]


def sent_now(qtbot: QtBot, sheet: SendSheet) -> None:
    sheet.confirm()
    qtbot.waitUntil(lambda: sheet.stage is Stage.ACCEPTED)
    sheet.reject()


def test_one_message_for_each_guest_names_no_other(qtbot: QtBot, services: Services, open_window_with: Open) -> None:
    window = open_window_with(invitation(services))
    dialog = asked(qtbot, window)
    assert dialog.for_all.isChecked()
    assert dialog.consequence.words == ONE_FOR_ALL
    dialog.for_each.click()
    assert dialog.consequence.words == ONE_FOR_EACH
    dialog.review_button.click()
    sheet = sheet_of(qtbot, window)
    assert sheet.review is not None
    assert [item.envelope.rcpt_to for item in sheet.review.sealed] == [("kai@example.org",), ("bob@example.net",)]
    assert b"bob@" not in bytes(sheet.review.sealed[0].octets)
    sent_now(qtbot, sheet)
    known = services.invitations.find(UID)
    assert {state.guest.mailbox for state in known.guests} == {"kai@example.org", "bob@example.net"}
    assert len(known.sendings) == 1
    window.composer.open_message(services.invitations.update(known))
    again = asked(qtbot, window)
    assert again.for_each.isChecked(), "what was private stays so"
    again.reject()


def test_an_update_is_shown_against_what_guests_have(qtbot: QtBot, services: Services, open_window_with: Open) -> None:
    send(services, invitation(services))
    moved = START.moved(timedelta(days=1))
    update = services.invitations.update(services.invitations.find(UID))
    window = open_window_with(changed(update, start=moved, end=moved.moved(timedelta(minutes=30))))
    dialog = asked(qtbot, window)
    top = dialog.table.topLevelItem(0)
    assert top is not None
    assert top.text(0).startswith("kai@example.org, bob@example.net: Invitation, SEQUENCE 0")
    first = top.child(0)
    assert first is not None
    assert [first.text(column) for column in range(3)] == ["start", "2030-03-01 09:30 UTC", "2030-03-02 09:30 UTC"]
    assert "start, end (RFC 5546 2.1.4). It is 1." in dialog.rule.words
    assert not dialog.anew.isVisible()
    dialog.review_button.click()
    sheet = sheet_of(qtbot, window)
    event = event_in(window.composer.message)
    assert event.sequence == 1
    assert window.composer.root.subject == "Updated invitation: Office hours"
    assert window.composer.undo_list.undo_label == "set SEQUENCE of the update"
    assert sheet.review is not None
    assert [finding.code for finding in sheet.review.findings if finding.code.startswith("l0")] == []
    sent_now(qtbot, sheet)
    assert services.invitations.find(UID).last.sequence == 1
    update_bar_says(qtbot, window, "Nothing differs from that yet")


def test_asking_anew_is_the_organisers_choice_for_a_place(
    qtbot: QtBot, services: Services, open_window_with: Open
) -> None:
    send(services, invitation(services))
    window = open_window_with(
        changed(services.invitations.update(services.invitations.find(UID)), location="Elsewhere")
    )
    dialog = asked(qtbot, window)
    assert (dialog.anew.isVisible(), dialog.anew.isChecked()) == (True, True)
    dialog.anew.click()
    assert "It is 0." in dialog.rule.words
    dialog.review_button.click()
    sheet_of(qtbot, window).reject()
    assert event_in(window.composer.message).sequence == 0


def test_who_is_left_out_must_be_told(qtbot: QtBot, services: Services, open_window_with: Open) -> None:
    send(services, invitation(services))
    update = services.invitations.update(services.invitations.find(UID))
    dialog = asked(qtbot, open_window_with(changed(update, attendees=GUESTS[:1])))
    rows = dialog.table.model()
    words = [str(rows.index(row, 0).data()) for row in range(rows.rowCount())]
    assert any(said == "bob@example.net: no guest any more" for said in words)
    dialog.reject()


def test_the_only_guest_of_a_first_invitation_needs_no_question(
    qtbot: QtBot, services: Services, open_window_with: Open
) -> None:
    window = open_window_with(invitation(services, attendees=GUESTS[:1]))
    window.trigger("send")
    sheet_of(qtbot, window).reject()
    assert window.findChildren(InvitationSendDialog) == []


# --- links -----------------------------------------------------------------------------------------------------------


def test_links_are_put_into_the_html_after_a_look(
    qtbot: QtBot, services: Services, open_window_with: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[str, str]] = []

    def ask(parent: QWidget, title: str, before: str, after: str, label: str) -> bool:
        shown.append((before, after))
        return True

    monkeypatch.setattr(DiffDialog, "ask", ask)
    window = open_window_with(invitation(services, rule="FREQ=WEEKLY"))
    window.trigger("calendar_links")
    (dialog,) = window.findChildren(LinksDialog)
    assert "no later update or" in dialog.words.words
    assert [switch.text() for switch in dialog.switches] == [
        "Google Calendar",
        "Outlook.com",
        "Microsoft 365",
        "Yahoo Calendar",
    ]
    assert "takes no repetition" in dialog.switches[3].accessibleDescription()
    dialog.switches[1].click()
    dialog.accept_button.click()
    ((before, after),) = shown
    assert before == "<p>Come.</p>"
    html = body_parts(window.composer.root).html
    assert html is not None
    assert html.text() == after
    assert "calendar.google.com" in after
    assert "outlook.live.com" not in after
    assert window.composer.undo_list.undo_label == "insert add-to-calendar links"


def test_links_need_an_event_and_html(qtbot: QtBot, services: Services, open_window_with: Open) -> None:
    window = open_window_with(compose("a@b.example", "c@d.example", "Hi", text="x", ids=services.ids))
    window.trigger("calendar_links")
    assert window.info.sentences[-1] == "The message has no event to link to. Make an invitation first."


@pytest.mark.parametrize(
    "html, position, wanted",
    [
        ("<p>Hi</p>", 5, "<p>Hi|</p>"),
        ('<a href="x">Hi</a>', 5, '<a href="x">|Hi</a>'),
        ("<html><body class=a>Hi</body></html>", 0, "<html><body class=a>Hi|</body></html>"),
        ("<html><body>Hi</body></html>", 27, "<html><body>Hi|</body></html>"),
        ("a < b", 5, "a < b|"),
        ("", 0, "|"),
    ],
)
def test_links_stand_where_they_are_seen(html: str, position: int, wanted: str) -> None:
    assert with_snippet(html, "|", position) == wanted


def test_links_are_addresses_of_the_event(services: Services) -> None:
    for link in calendar_links(event_in(invitation(services))):
        assert link.url.startswith("https://")


def test_the_list_opens_from_the_menu(qtbot: QtBot, services: Services, open_window_with: Open) -> None:
    window = open_window_with(invitation(services))
    window.trigger("invitations")
    shown = InvitationsWindow.shown()
    assert shown is not None
    qtbot.waitUntil(lambda: shown.is_read and shown.runner.running == 0)
    shown.close()


def test_the_file_of_an_answer_leaves_the_event_of_a_message_alone(
    qtbot: QtBot, services: Services, open_window_with: Open, tmp_path: Path
) -> None:
    send(services, invitation(services))
    window = open_window_with(invitation(services, uid="2"))
    path = tmp_path / "reply.ics"
    path.write_bytes(answer("kai@example.org").partition(b"\r\n\r\n")[2])
    with qtbot.waitSignal(window.window_wanted) as blocker:
        window.open_paths([path])
    assert event_in(window.composer.message).uid == "2"
    assert blocker.args is not None
    other = open_window_with(blocker.args[0])
    bar_says(qtbot, other, "kai@example.org accepts “Office hours”.")
