"""The view of the event as others get it: the card, the times in other zones, the week, the dates, the verdicts."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from sescomposer.core.entity import Entity
from sescomposer.core.findings import Finding
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.event import Event, event_of
from sescomposer.core.invitation.zones import canonical_zone
from sescomposer.gui.composer import Composer, Selection
from sescomposer.gui.invitation.card import EventCard
from sescomposer.gui.invitation.dates import next_dates
from sescomposer.gui.invitation.edits import EventEdits
from sescomposer.gui.invitation.event_pages import LARGE
from sescomposer.gui.invitation.system_zone import chosen_zones, system_zone
from sescomposer.gui.invitation.times import in_words
from sescomposer.gui.invitation.week_grid import WeekGrid, city
from sescomposer.gui.panes.envelope_parts import title
from sescomposer.gui.tasks import Context
from sescomposer.gui.widgets.faint import Faint
from sescomposer.gui.widgets.fitting_text import FittingText

if TYPE_CHECKING:
    from sescomposer.core.invitation.verdicts import Verdict

_NONE = "No event in this message. Make an invitation in the Invitation tab, and see here what guests will see."
_LARGE = "The calendar object of this message is too large to be shown here."
_VERDICTS = "What is documented of them; nobody has tried this very message."


class InvitationView(QScrollArea):
    """Shows the event of the composer's message as guests will see it."""

    def __init__(self, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self._edits = EventEdits(composer)
        self._shown: Entity | None = None
        self._judged: tuple[Entity | None, tuple[Finding, ...]] = (None, ())
        self._judging = False
        self.setAccessibleName("Invitation")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # What is as high as its width wants and a bar that comes and goes would drive each other.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        both = QWidget(self)
        self.empty = Faint("", both)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.empty.setMargin(32)
        self.content = QWidget(both)
        column = QVBoxLayout(both)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.empty)
        column.addWidget(self.content)
        column.addStretch(1)
        self._build()
        self.setWidget(both)
        composer.message_changed.connect(self._on_changed)
        composer.setting_changed.connect(self._on_setting_changed)
        composer.findings_changed.connect(self._on_findings)
        self._on_changed()

    def _build(self) -> None:
        from sescomposer.gui.invitation.verdict_table import VerdictTable

        content = self.content
        self.card = EventCard(content)
        self.zones = FittingText("Times in other zones", content)
        self.week = WeekGrid(content)
        self.dates_title = title("Next dates", content)
        self.dates = FittingText("Next dates", content, lines=20)
        self.verdicts = VerdictTable(content)
        self.verdicts.finding_wanted.connect(self._on_finding_wanted)
        column = QVBoxLayout(content)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        groups: tuple[tuple[QLabel, tuple[QWidget, ...]], ...] = (
            (title("As a mail program shows it", content), (self.card,)),
            (title("What mail programs will do", content), (Faint(_VERDICTS, content), self.verdicts)),
            (title("In other places", content), (self.zones, self.week)),
            (self.dates_title, (self.dates,)),
        )
        for words, widgets in groups:
            column.addWidget(words)
            for widget in widgets:
                column.addWidget(widget)
            column.addSpacing(8)
        column.addStretch(1)

    # Showing

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed while the view was hidden."""
        super().showEvent(event)
        self._on_changed()
        self._judge()

    @Slot()
    def _on_changed(self) -> None:
        if not self.isVisible():
            return
        part = self._edits.part
        if part is None or part is not self._shown:
            self._shown = part
            self._show()

    @Slot(str)
    def _on_setting_changed(self, key: str) -> None:
        if key.startswith("invitation."):
            self._shown = None
            self._on_changed()

    def _show(self) -> None:
        part = self._edits.part
        is_large = part is not None and len(part.content) > LARGE
        if part is None or is_large:
            self.empty.setText(_LARGE if is_large else _NONE)
            self._show_content(shown=False)
            return
        calendar = self._edits.calendar
        assert calendar is not None
        self._show_content(shown=True)
        self._show_event(calendar)

    def _show_content(self, *, shown: bool) -> None:
        self.empty.setVisible(not shown)
        self.content.setVisible(shown)

    def _show_event(self, calendar: Calendar) -> None:
        event = event_of(calendar)
        viewer = system_zone()
        self.card.show_event(event, viewer)
        zones = shown_zones(event, viewer, chosen_zones(self._composer.services.settings))
        self.zones.say("\n".join(f"{city(zone)}: {in_words(event, zone)}" for zone in zones))
        found = next_dates(event, self._composer.services.clock.now())
        self.week.show_event(event, found.moments, zones)
        lines = [in_words(Event(start=moment), zones[0]) for moment in found.moments]
        repeats = bool(event.rule or event.rdates)
        self.dates_title.setText(f"Next dates in {city(zones[0])}" if repeats else "Date")
        self.dates_title.setVisible(repeats or bool(found.reason))
        self.dates.say(found.reason or ("\n".join(lines) if repeats else ""))

    # Verdicts

    @Slot(object)
    def _on_findings(self, findings: tuple[Finding, ...]) -> None:
        self._judge()

    def _judge(self) -> None:
        """Find out on a worker what programs will do; one at a time."""
        root, findings = self._composer.root, self._composer.findings
        is_known = self._judged[0] is root and self._judged[1] is findings
        if self._judging or is_known or not self.content.isVisible():
            return
        self._judging, self._judged = True, (root, findings)

        def operation(context: Context) -> "tuple[Verdict, ...]":
            # Here, because a start need not wait for it.
            from sescomposer.core.invitation.verdicts import verdicts

            return verdicts(root, None, findings)

        task = self._composer.runner.start(operation, quiet=True)
        task.succeeded.connect(self._on_judged)
        task.finished.connect(self._on_judge_finished)

    @Slot(object)
    def _on_judged(self, verdicts: "tuple[Verdict, ...]") -> None:
        self.verdicts.show_verdicts(verdicts)

    @Slot()
    def _on_judge_finished(self) -> None:
        self._judging = False
        self._judge()

    @Slot(object)
    def _on_finding_wanted(self, finding: Finding) -> None:
        """Select what a verdict rests on."""
        if finding.where.key is not None:
            self._composer.select(Selection(finding.where.key, origin="verdicts"))


def shown_zones(event: Event, viewer: str, chosen: tuple[str, ...]) -> tuple[str, ...]:
    """Give the zones of the grid: that of the event, the viewer's, and those chosen; each once.

    >>> shown_zones(Event(), "Europe/Berlin", ("Asia/Tokyo", "Europe/Berlin"))
    ('Europe/Berlin', 'Asia/Tokyo')
    """
    own = canonical_zone(event.zone)
    return tuple(dict.fromkeys(zone for zone in (own, viewer, *chosen) if zone))
