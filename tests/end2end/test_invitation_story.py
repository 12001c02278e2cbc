"""The life of an invitation in the real window: made, sent to the local inbox, updated, cancelled, a reply read."""

from pathlib import Path
from typing import Any

from sescomposer.core import parse
from sescomposer.core.invitation.event import Event, event_of
from sescomposer.core.invitation.placement import calendar_of
from sescomposer.services.invitation_ports import AnswerTaken, SentEvent
from sescomposer.services.ports import SubmissionRecord, SubmissionState
from sescomposer.services.system import SystemClock
from sescomposer.store.content import DiskContentStore
from sescomposer.store.ledger import LedgerFile
from sescomposer.store.submissions import SubmissionLog

TITLE = "Team lunch"
GUESTS = ("kai@example.org", "bob@example.net")


class Story:
    """What the story does again and again."""

    def __init__(self, program: Any, screen: Any, wait_for: Any) -> None:
        self.program, self.screen, self.wait_for = program, screen, wait_for
        self.contents = DiskContentStore(program.data / "content", SystemClock())

    @property
    def records(self) -> tuple[SubmissionRecord, ...]:
        """What was submitted, as the log has it."""
        return tuple(SubmissionLog(self.program.data / "submissions").all())

    @property
    def facts(self) -> tuple[SentEvent | AnswerTaken, ...]:
        """What the ledger has."""
        return tuple(LedgerFile(self.program.data / "invitations").facts())

    def has(self, words: str) -> bool:
        """Tell whether a draft in the journal has a header or text with these words."""
        return any(words.encode() in bytes(draft.message.root.octets) for draft in self.program.drafts())

    def events(self) -> list[Event]:
        """Give the events of the drafts in the journal."""
        found = (calendar_of(draft.message.root) for draft in self.program.drafts())
        return [event_of(calendar) for calendar in found if calendar is not None]

    def send(self, name: str) -> Event:
        """Answer what is asked before, review, confirm, send now; gives the event that was sent."""
        screen, before = self.screen, len(self.records)
        screen.key("ctrl+Return")
        screen.wait_for_window("^Before sending")
        screen.picture(f"{name}-asked")
        screen.key("Return")
        screen.wait_for_window("^Send: ")

        def is_recorded() -> bool:
            screen.key("ctrl+Return")
            screen.key("alt+n")
            return len(self.records) > before

        self.wait_for(is_recorded, "the intent is recorded")
        self.wait_for(lambda: self.records[-1].outcome, "the outcome is recorded")
        screen.picture(f"{name}-sent")
        self.wait_for(lambda: len(self.facts) > before, "the ledger has it")
        screen.key("Escape")
        screen.wait_until_gone("^Send: ")
        return self.sent_event()

    def sent_event(self) -> Event:
        """Give the event that was sent last."""
        record = max(self.records, key=lambda known: known.intent.at)
        assert record.state is SubmissionState.ACCEPTED, record.outcome
        assert record.intent.envelope.rcpt_to == GUESTS
        calendar = calendar_of(parse(bytes(self.contents.open(record.intent.sha256))))
        assert calendar is not None
        return event_of(calendar)


def make(story: Story, window: str) -> Event:
    """Write a message, make it an invitation, and send it."""
    screen = story.screen
    screen.type("Zoe Schmidt <zoe@example.com>")
    screen.key("Tab")
    screen.type(f"{', '.join(GUESTS)},")
    story.wait_for(lambda: story.has(GUESTS[1]), "the recipients are in the journal")
    screen.key("Tab")
    screen.type(TITLE)
    story.wait_for(lambda: TITLE in screen.title(window), "the title says the subject")
    screen.key("F6")
    screen.type("Come.")
    story.wait_for(lambda: story.has("Come."), "the text is in the journal")
    # The tab has the focus on the button that makes an invitation.
    screen.key("ctrl+shift+e")
    screen.key("space")
    story.wait_for(story.events, "the message has an event")
    screen.picture("1-made")
    return story.send("2-invitation")


def update(story: Story, window: str) -> Event:
    """Open the event from the list, a year later, and send that."""
    screen = story.screen
    screen.focus(window)
    screen.key("ctrl+shift+g")
    screen.wait_for_window("^Invitations")
    screen.open_by("ctrl+o", f"^Invitation: {TITLE}")
    screen.key("ctrl+shift+e")
    before = story.facts[0]

    def is_edited() -> bool:
        screen.key("Tab", "Up")
        screen.picture("3-edited")
        return any(
            event.start is not None and event.uid == before.uid and is_later(story, event) for event in story.events()
        )

    story.wait_for(is_edited, "the event is later")
    return story.send("4-update")


def is_later(story: Story, event: Event) -> bool:
    """Tell whether an event of a draft is later than what was sent."""
    sent = story.sent_event()
    return event.start is not None and sent.start is not None and event.start.day > sent.start.day


def cancel(story: Story) -> Event:
    """Open the cancellation from the list, and send it."""
    story.screen.focus(story.screen.windows("^Invitations")[-1])
    story.screen.picture("5-list")
    story.screen.open_by("alt+c", f"^Cancelled: {TITLE}")
    return story.send("6-cancellation")


def reply(event: Event) -> bytes:
    """Write the answer of a guest."""
    lines = (
        f"From: {GUESTS[0]}\r\nTo: zoe@example.com\r\nSubject: Accepted: {TITLE}\r\nMIME-Version: 1.0",
        "Content-Type: text/calendar; method=REPLY; charset=utf-8\r\n",
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:{event.uid}",
        f"DTSTAMP:20370101T000000Z\r\nSEQUENCE:{event.sequence}\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:{GUESTS[0]}",
        "END:VEVENT\r\nEND:VCALENDAR\r\n",
    )
    return "\r\n".join(lines).encode()


def test_make_send_update_cancel_and_read_a_reply(
    program: Any, screen: Any, window: str, wait_for: Any, tmp_path: Path
) -> None:
    story = Story(program, screen, wait_for)
    first = make(story, window)
    assert (first.method, first.sequence, first.summary) == ("REQUEST", 0, TITLE)
    assert [guest.mailbox for guest in first.attendees if guest.mailbox in GUESTS] == list(GUESTS)

    second = update(story, window)
    assert (second.uid, second.method, second.sequence) == (first.uid, "REQUEST", 1)
    assert first.start is not None
    assert second.start is not None
    assert second.start.day > first.start.day

    last = cancel(story)
    assert (last.uid, last.method, last.sequence, last.status) == (first.uid, "CANCEL", 2, "CANCELLED")

    path = tmp_path / "reply.eml"
    path.write_bytes(reply(second))
    program.start(str(path))
    screen.wait_for_window("^Accepted: ")

    def is_noted() -> bool:
        screen.key("alt+n")
        screen.picture("7-reply")
        return any(isinstance(fact, AnswerTaken) for fact in story.facts)

    wait_for(is_noted, "the answer is in the ledger")
    (answer,) = [fact for fact in story.facts if isinstance(fact, AnswerTaken)]
    assert (answer.uid, answer.who, answer.partstat) == (first.uid, GUESTS[0], "ACCEPTED")
    screen.picture("8-noted")
    assert program.output == ""
    assert "Traceback" not in program.log
