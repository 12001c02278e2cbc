"""Looks on a worker at what was sealed: each fact of its signature, and what that survives on the way."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from sescomposer.core.errors import OperationCancelledError, SesComposerError
from sescomposer.core.protection.facts import Reading
from sescomposer.core.protection.relays.survival import Survived
from sescomposer.gui.tasks import Context, Task, TaskRunner

if TYPE_CHECKING:
    from sescomposer.core.seal import Sealed
    from sescomposer.gui.protection.outcome_card import OutcomeCard
    from sescomposer.services.protection.protecting import Protecting
    from sescomposer.services.review import Review

_STOPPED = "It was not tried what the signature survives: you stopped it."


@dataclass(frozen=True, eq=False)
class Proof:
    """What was found.

    Attributes:
        reading: Every layer, read with the keys that are open; None where nobody could read it.
        survived: What the signature survives; empty where there is none that stands in the open.
    """

    reading: Reading | None = None
    survived: tuple[Survived, ...] = ()


class Proving(QObject):
    """Follows one sheet: looks at the item that is shown, once.

    Signals:
        offer_wanted(object): the `Offer` that the user takes.
    """

    offer_wanted = Signal(object)

    def __init__(self, runner: TaskRunner, card: "OutcomeCard", protecting: "Protecting", parent: QObject) -> None:
        super().__init__(parent)
        self._runner = runner
        self._card = card
        self._protecting = protecting
        self._review: Review | None = None
        self._index = 0
        self._can_mend = False
        self._task: Task | None = None
        self._known: dict[int, Proof] = {}
        card.offer_wanted.connect(self.offer_wanted)
        card.stop_wanted.connect(self._on_stop)

    def begin(self, review: "Review", *, can_mend: bool) -> None:
        """Look at another review.

        Args:
            review: What was sealed.
            can_mend: Whether the message can be written otherwise from the sheet.
        """
        self.stop()
        self._review, self._can_mend, self._known = review, can_mend, {}

    def show_item(self, index: int) -> None:
        """Show one of the items, and find out about it what is not known yet."""
        self.stop()
        self._index = index
        if self._review is None:
            return
        sealed = self._review.sealed[index]
        known = self._known.get(index)
        self._card.show_evidence(sealed.evidence, known.reading if known is not None else None)
        if known is not None:
            self._show(known)
        elif sealed.evidence is None or sealed.evidence.method not in ("smime", "openpgp"):
            self._card.show_nothing_tried()
        else:
            self._start(sealed)

    @Slot()
    def stop(self) -> None:
        """Stop what is under way; nobody waits for it any more."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    def _start(self, sealed: "Sealed") -> None:
        protecting = self._protecting
        is_signed = bool(sealed.evidence and sealed.evidence.signer)

        def operation(context: Context) -> Proof:
            reading = _read(protecting, sealed)
            if not is_signed or reading is None or not reading.signatures:
                return Proof(reading)
            return Proof(reading, protecting.survival(sealed, progress=context))

        self._card.show_nothing_tried()
        if is_signed:
            self._card.show_trying(0, 0)
        self._task = task = self._runner.start(operation, quiet=True)
        task.progressed.connect(self._on_progressed)
        task.succeeded.connect(self._on_proof)
        task.failed.connect(self._on_failed)

    @Slot()
    def _on_stop(self) -> None:
        self.stop()
        self._card.show_untried(_STOPPED)

    @Slot(object, object)
    def _on_progressed(self, done: int, total: int) -> None:
        if self.sender() is self._task and total:
            self._card.show_trying(done, total)

    @Slot(object)
    def _on_proof(self, proof: Proof) -> None:
        if self.sender() is not self._task or self._review is None:
            return
        self._task = None
        self._known[self._index] = proof
        self._card.show_evidence(self._review.sealed[self._index].evidence, proof.reading)
        self._show(proof)

    @Slot(object)
    def _on_failed(self, error: SesComposerError) -> None:
        if self.sender() is self._task:
            self._task = None
            self._card.show_untried(f"It could not be tried what the signature survives. {error.sentence}")

    def _show(self, proof: Proof) -> None:
        from sescomposer.core.protection.relays.survival import offers

        if self._review is None or not proof.survived:
            self._card.show_nothing_tried()
            return
        message = self._review.message_of(self._index)
        self._card.show_survived(proof.survived, offers(message) if self._can_mend else ())


def _read(protecting: "Protecting", sealed: "Sealed") -> Reading | None:
    """Read an item with the keys that are open still; None where that is not enough."""
    try:
        reading = protecting.read(sealed.root)
    except OperationCancelledError:
        raise
    except SesComposerError:
        # What was found when it was sealed is shown then.
        return None
    is_closed = any(layer.trouble for layer in reading.layers)
    return None if is_closed and sealed.evidence is not None and sealed.evidence.is_verified else reading


__all__ = ["Proof", "Proving"]
