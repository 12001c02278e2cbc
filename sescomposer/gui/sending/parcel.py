"""What a send sheet sends: the message of a window, its copies for the simulator, or what is left of a batch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sescomposer.core.control_fields import TRACE_TAG
from sescomposer.core.message import EnvelopeOverride, Message, SendingOptions
from sescomposer.core.parse import parse
from sescomposer.gui.sending.submission_run import Submit
from sescomposer.gui.sending.way import Ready
from sescomposer.services.account_review import with_account_findings
from sescomposer.services.batch import Batch
from sescomposer.services.ports import SubmissionState
from sescomposer.services.protection.protection_ports import AskPassphrase, nobody_asks
from sescomposer.services.review import Review
from sescomposer.services.sending import Sending
from sescomposer.services.simulator import SCENARIOS
from sescomposer.services.simulator_copies import simulator_copies
from sescomposer.services.unknown import LOCAL_ACCOUNT

if TYPE_CHECKING:
    from sescomposer.bootstrap import Services
    from sescomposer.core.progress import Progress
    from sescomposer.gui.composer import Composer
    from sescomposer.services.ports import Intent, SubmissionRecord
    from sescomposer.services.send_control import SendControl
    from sescomposer.services.submitting import Report

_LABEL_CHARACTERS = 8


@dataclass(frozen=True)
class Parcel:
    """What is sent together.

    Attributes:
        title: A few words for the title of the sheet.
        messages: Gives the messages as they are now; called on a worker whenever they are sealed.
        is_of_window: Whether what the service says of them can be mended in the window.
        expected: For each message a sentence on what it should lead to; empty where nothing is told.
        resumed: The batch that goes on as it was sealed; then nothing is sealed and reviewed.
        replaced: The batch in whose place these messages go: nothing further of it is sent.
    """

    title: str
    messages: Callable[[], Sequence[Message]]
    is_of_window: bool = False
    expected: tuple[str, ...] = ()
    resumed: Batch | None = None
    replaced: Batch | None = None

    def review(self, sending: Sending, ready: Ready, progress: "Progress", ask: AskPassphrase = nobody_asks) -> Review:
        """Seal and check; on a worker. `ask` asks for the passphrase of a key.

        Raises:
            ProtectionError: it cannot be signed or encrypted as is wanted, or its key stays closed.
            StoreError: the sealed octets cannot be written, or those of the batch are gone.
            HeaderError: a copy cannot hold what is written into it.
            OperationCancelledError: cancelled.
        """
        review = sending.review_all(self.messages(), ready.transport, progress, ask)
        for item in review.sealed:
            # The raw view asks for lines; of 40 MB they are better counted here.
            item.octets.line_count()
        return with_account_findings(review, ready.known, ready.others)

    def submit(self, sending: Sending, review: Review | None, overrides: Sequence[tuple[str, str]]) -> Submit:
        """Give what submits it: what was reviewed, or the batch as it is."""
        resumed, replaced = self.resumed, self.replaced

        def submit(
            ready: Ready, progress: "Progress", report: "Report", control: "SendControl"
        ) -> "tuple[SubmissionRecord, ...]":
            way = {"progress": progress, "report": report, "control": control, "pace": ready.pace}
            if resumed is not None:
                return sending.resume(resumed, ready.transport, **way)  # type: ignore[arg-type]
            assert review is not None
            return sending.submit(
                review,
                ready.transport,
                overrides=overrides,
                instead_of=replaced,
                **way,  # type: ignore[arg-type]
            )

        return submit


def parcel_of(composer: "Composer") -> Parcel:
    """Give the message of a window."""
    message = composer.message
    return Parcel(message.root.subject.strip() or "no subject", lambda: (message,), is_of_window=True)


def simulator_parcel(composer: "Composer") -> Parcel:
    """Give a copy of the message for every scenario of the simulator, told apart by a label of its own."""
    message, label = composer.message, composer.ids.token()[:_LABEL_CHARACTERS]
    title = f"{message.root.subject.strip() or 'no subject'} (mailbox simulator)"
    expected = tuple(scenario.explanation for scenario in SCENARIOS)

    def copies() -> tuple[Message, ...]:
        return tuple(copy.message for copy in simulator_copies(message, label))

    return Parcel(title, copies, is_of_window=True, expected=expected)


def resumed_parcel(batch: Batch) -> Parcel:
    """Give what is left of a batch, as it was sealed."""
    return Parcel(_title(batch), tuple, resumed=batch)


def resealed_parcel(services: "Services", batch: Batch) -> Parcel:
    """Give what is left of a batch to be sealed anew, since its octets are too old."""
    return Parcel(_title(batch), lambda: drafts_of(services, batch), replaced=batch)


def unsent_parcel(parcel: Parcel, review: Review, records: "Sequence[SubmissionRecord]") -> Parcel:
    """Give what was surely not sent of a parcel, to be sealed anew; what was answered is never sent again with it."""
    unsent = [index for index, record in enumerate(records) if record.state is SubmissionState.NOT_SENT]
    messages = tuple(review.message_of(index) for index in unsent)
    expected = tuple(parcel.expected[index] for index in unsent if index < len(parcel.expected))
    return replace(parcel, messages=lambda: messages, expected=expected, replaced=None)


def drafts_of(services: "Services", batch: Batch) -> tuple[Message, ...]:
    """Give what is left of a batch as messages to write on; raises `StoreError`.

    Date is taken out, so that sealing writes that of then; who gets each is set in its envelope, since Bcc is gone.
    """
    return tuple(_draft(services, batch.plan.items[index]) for index in batch.left)


def _draft(services: "Services", intent: "Intent") -> Message:
    root = parse(services.content.open(intent.sha256))
    root = replace(root, header=root.header.without("Date"))
    envelope = EnvelopeOverride(intent.envelope.mail_from, intent.envelope.rcpt_to)
    account = "" if intent.account == LOCAL_ACCOUNT else intent.account
    return Message(root, envelope, _untraced(intent.options), account=account)


def _untraced(options: SendingOptions) -> SendingOptions:
    """Take the trace of the submission before out of the tags: the next one gets its own."""
    return replace(options, tags=tuple(pair for pair in options.tags if pair[0] != TRACE_TAG))


def _title(batch: Batch) -> str:
    return f"{len(batch.left):,} of {len(batch.plan.items):,} messages of {batch.at:%Y-%m-%d %H:%M}"
