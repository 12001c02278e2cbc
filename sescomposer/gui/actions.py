"""The actions of the composer window, declared once: menus, toolbar, shortcuts, palette and help derive from it."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ActionInfo:
    """One action.

    Attributes:
        name: Stable name; the window calls its method `do_<name>`.
        label: Words of the menu entry, with "&" before the access key.
        menu: Title of the menu it stands in.
        keys: Shortcuts in the portable form, the shown one first.
        icon: Name of the icon, "" for none.
        help: One sentence for status bar, tool tip and palette.
        toolbar: Whether it stands in the toolbar too.
        checkable: Whether it is a switch.
    """

    name: str
    label: str
    menu: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    help: str = ""
    toolbar: bool = False
    checkable: bool = False

    @property
    def words(self) -> str:
        """The label without its access key.

        >>> ActionInfo("new", "&New message", "File").words
        'New message'
        """
        return self.label.replace("&", "")


ACTIONS: tuple[ActionInfo, ...] = (
    ActionInfo("new", "&New message", "File", ("Ctrl+N",), "new", "Open a window with an empty message.", True),
    ActionInfo("open", "&Open...", "File", ("Ctrl+O",), "open", "Open a message file (.eml).", True),
    ActionInfo("open_sample", "Open the sa&mple", "File", (), "", "Open the finished sample message."),
    ActionInfo("save", "&Save draft", "File", ("Ctrl+S",), "save", "Save the draft, Bcc included.", True),
    ActionInfo("save_as", "Save draft &as...", "File", ("Ctrl+Shift+S",), "", "Save the draft under another name."),
    ActionInfo("save_sent", "Save as &sent...", "File", (), "", "Save the octets as they would be sent, without Bcc."),
    ActionInfo("save_part", "Save &part...", "File", (), "", "Save the decoded content of the selected part."),
    ActionInfo("close", "&Close window", "File", ("Ctrl+W",), "", "Close this window; the draft is kept until saved."),
    ActionInfo("quit", "&Quit", "File", ("Ctrl+Q",), "", "Close all windows."),
    ActionInfo("undo", "&Undo", "Edit", ("Ctrl+Z",), "undo", "Take the last step back."),
    ActionInfo("redo", "&Redo", "Edit", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", "Make the step again."),
    ActionInfo("find", "&Find in source", "Edit", ("Ctrl+F",), "search", "Search the raw source."),
    ActionInfo("settings", "Se&ttings...", "Edit", ("Ctrl+,",), "settings", "Change how the program behaves."),
    ActionInfo("attach", "&Attach files...", "Insert", ("Ctrl+Shift+A",), "attach", "Attach files.", True),
    ActionInfo("image", "Inline &image...", "Insert", ("Ctrl+Shift+I",), "image", "Put an image into the HTML.", True),
    ActionInfo("field", "Header &field...", "Insert", ("Ctrl+Shift+H",), "add", "Add any header field."),
    ActionInfo("text_from_html", "&Text from HTML...", "Insert", (), "text", "Make the text from the HTML."),
    ActionInfo("view_source", "&Tree and raw", "View", ("Alt+1",), "tree", "Show the tree and the raw source."),
    ActionInfo("view_preview", "&Preview", "View", ("Alt+2",), "preview", "Show the message as a reader does."),
    ActionInfo("view_envelope", "&Envelope", "View", ("Alt+3",), "envelope", "Show who gets the message and why."),
    ActionInfo("view_delivered", "&Delivered", "View", ("Alt+4",), "inbox", "Show what SES would deliver."),
    ActionInfo("split", "&Split the views", "View", ("Ctrl+\\",), "", "Show two views at once.", False, True),
    ActionInfo("arrange_write", "Arrange to &write", "View", ("Ctrl+1",), "", "Wide editors, a preview beside them."),
    ActionInfo("arrange_inspect", "Arrange to &inspect", "View", ("Ctrl+2",), "", "Wide tree and raw source."),
    ActionInfo("next_zone", "&Next zone", "View", ("F6",), "", "Move the focus to the next zone of the window."),
    ActionInfo("palette", "Find any a&ction...", "View", ("Ctrl+Shift+P",), "search", "Search all actions by name."),
    ActionInfo("check", "&Check", "Message", ("F8",), "check", "Show the problems of the message.", True),
    ActionInfo("next_problem", "&Next problem", "Message", ("Shift+F8",), "", "Go to the next problem."),
    ActionInfo("send", "&Send...", "Message", ("Ctrl+Return", "Ctrl+Enter"), "send", "Review and send.", True),
    ActionInfo("inbox", "Local &inbox", "Message", ("Ctrl+Shift+L",), "inbox", "Show what was sent here.", True),
    ActionInfo("help", "&Help", "Help", ("F1",), "", "How to write, inspect and send; all shortcuts."),
    ActionInfo("about", "&About SES Composer", "Help", (), "", "Version, licences, folders."),
)

MENUS = tuple(dict.fromkeys(action.menu for action in ACTIONS))


def in_menu(menu: str) -> Iterator[ActionInfo]:
    """Give the actions of a menu, in order."""
    return (action for action in ACTIONS if action.menu == menu)
