"""What both servers of the local inbox do with a message: take its octets once, be told a fault, ask the inbox."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sescomposer.core.answers import ServiceAnswer
from sescomposer.core.envelope import Envelope
from sescomposer.core.errors import RefusedError, StoreError
from sescomposer.core.octets import EMPTY, Octets
from sescomposer.core.road import Road
from sescomposer.core.service_answers import ANSWERS, KnownAnswer, answer_of_wire
from sescomposer.inbox.delivered import NO_FIELDS
from sescomposer.inbox.fault_plan import FaultPlan
from sescomposer.inbox.served_log import ServedLog
from sescomposer.inbox.service import Inbox
from sescomposer.services.ports import ContentStore, ContentWriter

_FAILURES = {Road.SES_V2: "service-failure", Road.SES_V1: "service-failure", Road.SMTP: "smtp-failure"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is answered to a message.

    Attributes:
        answer: With status 250 over SMTP or 200 by HTTP where it was accepted; the text is then the message id.
        entry: Its id in the local inbox, "" where it is not there.
        envelope: That of the message where it was read so far.
    """

    answer: ServiceAnswer
    entry: str = ""
    envelope: Envelope | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether it was."""
        return self.answer.status in (200, 250)


class Intake:
    """Takes the octets of one message into the content store as they come; a full disk is told at the end.

    Args:
        content: The store.
        most: Octets beyond which nothing further is kept.

    Attributes:
        length: Octets that came.
    """

    def __init__(self, content: ContentStore, most: int) -> None:
        self.length = 0
        self._most = most
        self._content = content
        self._writer: ContentWriter | None = None
        self._error: StoreError | None = None

    @property
    def is_too_long(self) -> bool:
        """Whether more came than may."""
        return self.length > self._most

    def write(self, octets: bytes) -> None:
        """Take the next octets."""
        self.length += len(octets)
        if self._error is not None or self.is_too_long or not octets:
            return
        try:
            if self._writer is None:
                self._writer = self._content.new()
            self._writer.write(octets)
        except StoreError as error:
            self._error = error

    def finish(self) -> Octets:
        """Keep what came and give it, mapped. Raises `StoreError`, also for what failed before."""
        if self._error is not None:
            raise self._error
        return EMPTY if self._writer is None else self._writer.finish("")

    def abandon(self) -> None:
        """Let go of what is not finished."""
        if self._writer is not None:
            self._writer.abandon()


class Reception:
    """Where the servers hand messages in.

    Args:
        inboxes: Gives the local inbox with the limits of a road.
        content: Its content store.
        log: The journal.
        pause: Waits so many seconds, or until the servers are stopped.

    Attributes:
        faults: What is done to messages.
    """

    def __init__(
        self, inboxes: Callable[[Road], Inbox], content: ContentStore, log: ServedLog, pause: Callable[[float], None]
    ) -> None:
        self.faults = FaultPlan()
        self.log = log
        self.pause = pause
        self._inboxes = inboxes
        self._content = content

    def intake(self, road: Road) -> Intake:
        """Begin to take a message."""
        return Intake(self._content, road.octets)

    def accept(
        self,
        road: Road,
        intake: Intake,
        envelope: Callable[[Octets], Envelope],
        replaced: Mapping[str, str] = NO_FIELDS,
    ) -> Verdict:
        """Let the local inbox decide on what was taken.

        Args:
            road: The road it came by.
            intake: Its octets.
            envelope: Gives its envelope, which may stand in its header.
            replaced: See `Inbox.accept`.
        """
        if intake.is_too_long:
            return Verdict(too_long(road, intake.length))
        meant = None
        try:
            octets = intake.finish()
            meant = envelope(octets)
            receipt = self._inboxes(road).accept(octets, meant, replaced=replaced)
        except RefusedError as error:
            return Verdict(answer_of_wire(error.sentence, road), envelope=meant)
        except StoreError as error:
            return Verdict(failure(road, error), envelope=meant)
        status, code = (250, "250") if road is Road.SMTP else (200, "")
        return Verdict(ServiceAnswer(road, code, receipt.reference, status), receipt.reference, meant)


def too_long(road: Road, octets: int) -> ServiceAnswer:
    """Give the answer to a message of more octets than the road takes."""
    if road is Road.SMTP:
        return _row("message-too-long").example(road)
    return _row("message-too-large").example(road, f"Message length is more than {road.octets} bytes long: '{octets}'.")


def request_too_long(road: Road) -> ServiceAnswer:
    """Give the answer of an API to a request that no message can need."""
    return _row("request-too-large").example(road, "The request is larger than SES takes.")


def failure(road: Road, error: StoreError) -> ServiceAnswer:
    """Give the answer where a message cannot be kept: the service itself failed, and says why."""
    words = " ".join(f"{error.sentence} {error.hint}".split()).encode("ascii", "replace").decode("ascii")
    if road is Road.SMTP:
        known = _row(_FAILURES[road]).example(road)
        return ServiceAnswer(road, known.code, f"{known.text} {words}", known.status, step=known.step)
    return _row(_FAILURES[road]).example(road, words)


def _row(code: str) -> KnownAnswer:
    return next(row for row in ANSWERS if row.code == code)
