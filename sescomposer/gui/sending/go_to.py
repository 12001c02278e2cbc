"""Goes to the place in a window where something can be mended: a field, a part, an option, the accounts."""

from typing import TYPE_CHECKING

from sescomposer.core.entity import Entity
from sescomposer.core.explanation import Target, TargetKind
from sescomposer.gui.composer import Selection

if TYPE_CHECKING:
    from sescomposer.gui.main_window import MainWindow
    from sescomposer.gui.sending.goals import Goal

_ORIGIN = "answer"
_OPTION_OF = {TargetKind.CONFIGURATION_SET: "configuration_set", TargetKind.TAGS: "tags"}


def go_to(window: "MainWindow", goal: "Goal") -> None:
    """Show the place of a goal and give it the focus."""
    kind = goal.target.kind
    if goal.action:
        _do_first_of(window, goal.action)
    elif goal.history:
        _do_first_of(window, "history")
    elif goal.finding is not None and kind in (TargetKind.FIELD, TargetKind.PART, TargetKind.NONE):
        window.problems.go_to(goal.finding)
        if kind is TargetKind.FIELD:
            window.header_form.focus_field(goal.target.value or goal.finding.where.field)
    else:
        _go_to_target(window, goal.target)


def _go_to_target(window: "MainWindow", target: Target) -> None:
    match target.kind:
        case TargetKind.FIELD:
            window.header_form.focus_field(target.value or "From")
        case TargetKind.RECIPIENTS:
            _go_to_recipients(window)
        case TargetKind.PART:
            window.views.show_view("source")
            window.composer.select(Selection(_part_of(window.composer.root, target.value).key, origin=_ORIGIN))
        case TargetKind.SIZE:
            _go_to_sizes(window)
        case TargetKind.CONFIGURATION_SET | TargetKind.TAGS | TargetKind.OPTIONS:
            _go_to_option(window, _OPTION_OF.get(target.kind, target.value))
        case _:
            _do_first_of(window, "accounts", "settings")


def _go_to_recipients(window: "MainWindow") -> None:
    """Go to To, or to the envelope where its recipients were set by hand."""
    if window.composer.message.envelope.rcpt_to is None:
        window.header_form.focus_field("To")
    else:
        window.views.show_view("envelope").setFocus()


def _go_to_sizes(window: "MainWindow") -> None:
    """Go to the attachments, or to the tree with the size of each part where there are none."""
    if window.strip.model.parts:
        window.strip.view.setFocus()
    else:
        window.views.show_view("source").setFocus()


def _go_to_option(window: "MainWindow", name: str) -> None:
    from sescomposer.gui.panes.options_pane import OptionsPane

    pane = window.views.show_view("options")
    if isinstance(pane, OptionsPane):
        pane.focus_on(name)


def _part_of(root: Entity, words: str) -> Entity:
    """Find the part that the service named by its file name or kind; the root where it named none."""
    wanted = words.strip().strip("\"'").lower()
    for entity in root.walk():
        named = {entity.file_name.lower(), entity.media_type, entity.content_id.lower()}
        if wanted and wanted in named:
            return entity
    return root


def _do_first_of(window: "MainWindow", *names: str) -> None:
    """Do the first of some actions that there is."""
    name = next((name for name in names if name in window.action), "")
    if name:
        window.trigger(name)
