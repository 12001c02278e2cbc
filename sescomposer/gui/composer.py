"""The message of one window: the only place of the window that holds it.

Panes project `message` and hand in edits; they never talk to each other. An edit is a pure function; it makes a new
message, which goes on the undo list and into the journal, and every pane shows it in the same turn of the event loop.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from sescomposer.bootstrap import Services
from sescomposer.core.entity import Entity, Key
from sescomposer.core.errors import MessageError, StoreError
from sescomposer.core.findings import Finding, Fix
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.invitation.parts import calendar_parts
from sescomposer.core.message import Message, Road
from sescomposer.core.octets import Octets
from sescomposer.core.seal import as_sealed
from sescomposer.core.undo import UndoList
from sescomposer.gui.layers.reader import MessageReader
from sescomposer.gui.safekeeping import Safekeeping
from sescomposer.gui.tasks import Context, TaskRunner
from sescomposer.services.settings import CHECK_FORGOTTEN_ATTACHMENT, MORE_ATTACHMENT_WORDS, ROAD

if TYPE_CHECKING:
    from sescomposer.core.checks.invitation_life import Sent
    from sescomposer.gui.protection.planning import Planned

PREFLIGHT_PAUSE_MS = 150


@dataclass(frozen=True, slots=True)
class Selection:
    """What is selected, in every pane at once.

    Attributes:
        key: The entity.
        start, stop: Octets from the start of the entity; -1 for the whole entity.
        origin: Name of the pane that selected it; that pane does not follow.
    """

    key: Key
    start: int = -1
    stop: int = -1
    origin: str = ""


class Composer(QObject):
    """Holds the current message, its undo list, its file and its findings. All signals come on the window's thread.

    Attributes:
        is_checked: Whether somebody has looked for findings yet; before that, having none means nothing.
        reader: Opens and checks what is signed or encrypted in the message.
        planned: What will be done to protect the message, as of the last look; None before.

    Signals:
        message_changed(int): after every edit, undo, redo and opening; the new revision.
        replaced(int): another message was opened or recovered: editors start anew. Comes before `message_changed`.
        selection_changed(object): a `Selection`.
        findings_changed(object): tuple of `Finding` for the current message, worst first.
        plan_changed(): `planned` is another.
        refused(object): the `MessageError` of an edit that cannot be made; nothing changed. Also the `StoreError` of
            what could not be kept or forgotten; the message is as it is all the same.
        file_changed(): path or saved state changed.
        road_changed(object): the `Road` whose limits hold.
        setting_changed(str): key of a setting that was changed.
        view_wanted(str): name of a view of the message that a pane wants to be shown.
        closed(): nothing happens by itself any more.
    """

    message_changed = Signal(int)
    replaced = Signal(int)
    selection_changed = Signal(object)
    findings_changed = Signal(object)
    plan_changed = Signal()
    refused = Signal(object)
    file_changed = Signal()
    road_changed = Signal(object)
    setting_changed = Signal(str)
    view_wanted = Signal(str)
    closed = Signal()

    def __init__(
        self,
        services: Services,
        runner: TaskRunner,
        message: Message,
        *,
        draft: str = "",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.services = services
        self.runner = runner
        self.draft = draft or services.ids.token()
        self.path: Path | None = None
        self.road = services.settings.get(ROAD)
        self.revision = 0
        self.findings: tuple[Finding, ...] = ()
        self.is_checked = False
        self.planned: Planned | None = None
        self.selection = Selection(message.root.key)
        self._undo = UndoList.of(message)
        self._saved = message
        self._kept: Message | None = None
        self.safekeeping = Safekeeping(services, runner, self)
        self.safekeeping.begin(message)
        self.safekeeping.written.connect(self._keep)
        self.reader = MessageReader(services, runner, self)
        self.reader.follow(message.root)
        self._look_too: Callable[[Message], tuple[Finding, ...]] = _no_more
        self._plan: Callable[[Message], Planned | None] = _no_plan
        self._checking = False
        self._is_noted = bool(draft)
        self._pause = QTimer(self, singleShot=True, interval=PREFLIGHT_PAUSE_MS)
        self._pause.timeout.connect(self._check)
        self._stop_listening = services.settings.on_change(self._on_setting)

    def close(self) -> None:
        """Stop what would still happen by itself; the message stays as it is kept."""
        self._pause.stop()
        self.reader.close()
        self._stop_listening()
        self._stop_listening = _nothing
        self.closed.emit()

    @property
    def message(self) -> Message:
        """The current message."""
        return self._undo.message

    @property
    def root(self) -> Entity:
        """The current tree."""
        return self.message.root

    @property
    def ids(self) -> Identifiers:
        """Where new boundaries and ids come from."""
        return self.services.ids

    @property
    def undo_list(self) -> UndoList:
        """The undo list, for labels and for what can be undone."""
        return self._undo

    @property
    def is_saved(self) -> bool:
        """Whether the message is as it was opened or saved last."""
        return self.message is self._saved

    @property
    def is_kept(self) -> bool:
        """Whether the message is as it is kept among the drafts."""
        return self.message is self._kept

    def check_too(self, look: Callable[[Message], tuple[Finding, ...]]) -> None:
        """Look for more than the message tells by itself, such as what speaks against its account.

        `look` is called on a worker with the message, and gives findings.
        """
        self._look_too = look
        self._pause.start()

    def plan_by(self, plan: "Callable[[Message], Planned | None]") -> None:
        """Find out with every check how the message will be protected; `plan` is called on a worker."""
        self._plan = plan
        self._pause.start()

    def check_soon(self) -> None:
        """Check the message after a pause, though nothing changed."""
        self._pause.start()

    def apply(self, edit: Callable[[Message], Message], label: str, *, merge: bool = False) -> bool:
        """Make an edit.

        Args:
            edit: Pure function from message to message.
            label: Words for the undo menu: a verb and what it is done to, such as "edit text". The menu writes them in
                lower case, whether they come from here or from the button of a fix.
            merge: Whether this goes on with the word that is being typed (see `core.undo`); the label must be the same.

        Returns:
            Whether it was made; if not, `refused` told why.
        """
        before = self.message
        try:
            after = edit(before)
        except MessageError as error:
            self.refused.emit(error)
            return False
        if after is not before:
            words, now = label[:1].lower() + label[1:], self.services.clock.now()
            self._undo = self._undo.push(after, words, merge, now.timestamp())
            self._changed()
        return True

    def edit_root(self, edit: Callable[[Entity], Entity], label: str, *, merge: bool = False) -> bool:
        """Make an edit of the tree; see `apply`."""
        return self.apply(lambda message: message.edited(edit), label, merge=merge)

    def mend(self, fix: Fix) -> bool:
        """Apply the fix of a finding."""
        return self.apply(lambda message: fix.edit(message, self.ids), fix.label)

    @Slot()
    def undo(self) -> None:
        """Go back one step."""
        if self._undo.can_undo:
            self._undo = self._undo.undo()
            self._changed()

    @Slot()
    def redo(self) -> None:
        """Go forward one step."""
        if self._undo.can_redo:
            self._undo = self._undo.redo()
            self._changed()

    def restore(self, message: Message) -> bool:
        """Put a checkpoint in place of the message, as one step of undo; the message is kept as one first."""
        self.safeguard("before a checkpoint was restored")
        return self.apply(lambda _: message, "restore checkpoint")

    def safeguard(self, reason: str) -> None:
        """Keep an automatic checkpoint of the message, on a worker."""
        self.safekeeping.safeguard(self.draft, self.message, self.path, reason)

    def open_message(self, message: Message, path: Path | None = None, *, saved: bool = True, draft: str = "") -> None:
        """Show another message; its undo list starts empty. What was edited before is kept as a checkpoint.

        Args:
            message: The message.
            path: The file it came from.
            saved: Whether it is as the file has it.
            draft: Id of the draft that goes on, "" for the same.
        """
        if self._undo.can_undo and not self.is_saved:
            self.safeguard("before another message was opened")
        self.draft = draft or self.draft
        self.safekeeping.begin(message)
        self._kept = None
        self._undo = UndoList.of(message)
        self._saved = message if saved else Message(message.root)
        self.path = path
        self.selection = Selection(message.root.key)
        self.findings = ()
        self.is_checked = False
        self.planned = None
        self.reader.show(message.root)
        self.replaced.emit(self.revision + 1)
        self._changed()
        # Where the panes were in the other message, and what was wrong with it, is gone.
        self.selection_changed.emit(self.selection)
        self.findings_changed.emit(self.findings)
        self.plan_changed.emit()
        self.file_changed.emit()

    def recover(self, draft: str, message: Message, path: Path | None, *, kept: bool = False) -> None:
        """Go on with a draft under its id: of the journal, or with `kept` of those kept at closing."""
        self.open_message(message, path, saved=False, draft=draft)
        self._is_noted = True
        if kept:
            self.took_up()

    def took_up(self) -> None:
        """Note that the message as it is now is kept among the drafts."""
        self._kept = self.message

    def saved_as(self, path: Path, message: Message) -> None:
        """Note that `message` stands in the file `path` now."""
        self.path = path
        self._saved = message
        self._keep()
        self.file_changed.emit()

    def find(self, key: Key) -> Entity | None:
        """Give an entity of the message, or of what a layer of protection in it holds; None if there is none."""
        found = self.root.find(key)
        if found is None and self.reader.opened is not None:
            found = self.reader.opened.find(key)
        return found

    def select(self, selection: Selection) -> None:
        """Select in every pane."""
        if selection != self.selection:
            self.selection = selection
            self.selection_changed.emit(selection)

    def set_road(self, road: Road) -> None:
        """Measure against the limits of another road."""
        if road is not self.road:
            self.road = road
            self.road_changed.emit(road)
            self._pause.start()

    def sealed_root(self) -> Entity:
        """The message as sealing would write it now; Date, Message-ID and the trace are provisional."""
        trace = self.ids.token() if self.message.options.traceable else ""
        return as_sealed(self.message, self.services.clock.now(), self.ids, self.road, trace)

    def octets(self) -> Octets:
        """The draft's octets."""
        return self.root.octets

    def _changed(self) -> None:
        """Tell everybody, keep it in the journal, check it after a pause."""
        self.revision += 1
        self.safekeeping.follow(self.draft, self.message, self.path)
        self._keep()
        self.reader.follow(self.root)
        self.message_changed.emit(self.revision)
        self._pause.start()

    @Slot()
    def _keep(self) -> None:
        """Keep the message in the journal as long as it differs from its file."""
        if not self.is_saved and self._is_noted and self.safekeeping.is_writing:
            # Until then the journal has what the checkpoint is made of.
            return
        if not self.is_saved:
            self._is_noted = True
            self.services.journal.note(self.draft, self.message, self.path)
        elif self._is_noted:
            self.forget()

    def forget(self) -> None:
        """Take the draft out of the journal: it is saved, sent or not wanted."""
        try:
            self.services.journal.drop(self.draft)
            self._is_noted = False
        except StoreError as error:
            self.refused.emit(error)

    @Slot()
    def _check(self) -> None:
        """Check the message on a worker; one check at a time."""
        if self._checking:
            self._pause.start()
            return
        self._checking = True
        message, road, revision, settings = self.message, self.road, self.revision, self.services.settings
        look_too, plan, services = self._look_too, self._plan, self.services
        forgotten, words = settings.get(CHECK_FORGOTTEN_ATTACHMENT), settings.get(MORE_ATTACHMENT_WORDS)

        def operation(context: Context) -> "tuple[int, tuple[Finding, ...], Planned | None]":
            # Here, because a start need not wait for it.
            from sescomposer.core.checks import check

            planned = plan(message)
            found = check(
                message,
                road,
                forgotten_attachment=forgotten,
                more_attachment_words=words,
                now=services.clock.now(),
                sent_before=_sent_before(services, message),
                protection=planned.facts if planned is not None else None,
            )
            more = (*look_too(message), *(planned.findings if planned is not None else ()))
            return revision, tuple(sorted((*found, *more), key=lambda finding: finding.severity.rank)), planned

        task = self.runner.start(operation)
        task.succeeded.connect(self._on_checked)
        task.finished.connect(self._on_check_finished)

    @Slot(object)
    def _on_checked(self, answer: "tuple[int, tuple[Finding, ...], Planned | None]") -> None:
        revision, findings, planned = answer
        if revision == self.revision:
            if planned is not self.planned:
                self.planned = planned
                self.plan_changed.emit()
            self.findings = findings
            self.is_checked = True
            self.findings_changed.emit(findings)

    @Slot()
    def _on_check_finished(self) -> None:
        self._checking = False

    def _on_setting(self, key: str) -> None:
        """Measure and check by the new value at once."""
        if key == ROAD.key:
            self.set_road(self.services.settings.get(ROAD))
        elif key in (CHECK_FORGOTTEN_ATTACHMENT.key, MORE_ATTACHMENT_WORDS.key):
            self._pause.start()
        self.setting_changed.emit(key)


def _sent_before(services: Services, message: Message) -> "tuple[Sent, ...]":
    """Give what was sent of the event in a message; nothing where that cannot be read, which is told above the panes.

    A message without an event does not wait for the ledger.
    """
    if not calendar_parts(message.root):
        return ()
    try:
        return services.invitations.sent_before(message.root)
    except StoreError:
        return ()


def _no_more(message: Message) -> tuple[Finding, ...]:
    """Look for nothing more."""
    return ()


def _no_plan(message: Message) -> "Planned | None":
    """Plan nothing."""
    return None


def _nothing() -> None:
    """Stop nothing: it is stopped."""
