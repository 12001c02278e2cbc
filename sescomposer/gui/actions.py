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
        gap: Whether a line divides the menu before it.
        short: Words of the toolbar; empty for the label's.
    """

    name: str
    label: str
    menu: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    help: str = ""
    toolbar: bool = False
    checkable: bool = False
    gap: bool = False
    short: str = ""

    @property
    def words(self) -> str:
        """The label without its access key.

        >>> ActionInfo("new", "&New message", "File").words
        'New message'
        """
        return self.label.replace("&", "")


ACTIONS: tuple[ActionInfo, ...] = (
    ActionInfo(
        "new", "&New message", "File", ("Ctrl+N",), "new", "Open a window with an empty message.", True, short="New"
    ),
    ActionInfo("open", "&Open...", "File", ("Ctrl+O",), "open", "Open a message file (.eml).", True),
    ActionInfo("open_sample", "Open the sa&mple", "File", (), "", "Open the finished sample message."),
    ActionInfo(
        "save",
        "&Save draft",
        "File",
        ("Ctrl+S",),
        "save",
        "Save the draft, Bcc included.",
        True,
        gap=True,
        short="Save",
    ),
    ActionInfo("save_as", "Save draft &as...", "File", ("Ctrl+Shift+S",), "", "Save the draft under another name."),
    ActionInfo("save_sent", "Save as s&ent...", "File", (), "", "Save the octets as they would be sent, without Bcc."),
    ActionInfo("save_part", "Save &part...", "File", (), "", "Save the decoded content of the selected part."),
    ActionInfo(
        "save_decrypted", "Save decr&ypted...", "File", (), "", "Save the opened message without its encryption."
    ),
    ActionInfo("export_event", "E&xport event...", "File", (), "", "Save the event of the message as an .ics file."),
    ActionInfo(
        "checkpoint",
        "&Keep a checkpoint...",
        "File",
        ("Ctrl+Alt+S",),
        "",
        "Keep the message as it is now under a name, to come back to it.",
        gap=True,
    ),
    ActionInfo(
        "drafts",
        "&Drafts...",
        "File",
        ("Ctrl+Shift+D",),
        "file",
        "Show drafts and checkpoints: search, open, compare, restore.",
    ),
    ActionInfo(
        "close",
        "&Close window",
        "File",
        ("Ctrl+W",),
        "",
        "Close this window; asks if the draft is not saved.",
        gap=True,
    ),
    ActionInfo("quit", "&Quit", "File", ("Ctrl+Q",), "", "Close all windows."),
    ActionInfo("undo", "&Undo", "Edit", ("Ctrl+Z",), "undo", "Take the last step back."),
    ActionInfo("redo", "&Redo", "Edit", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", "Make the step again."),
    ActionInfo("find", "&Find in source", "Edit", ("Ctrl+F",), "search", "Search the raw source.", gap=True),
    ActionInfo(
        "lift_signature",
        "&Lift the signature",
        "Edit",
        (),
        "",
        "Drop the signature of an opened message and keep what was signed, to edit it.",
        gap=True,
    ),
    ActionInfo(
        "settings", "Se&ttings...", "Edit", ("Ctrl+,",), "settings", "Change how the program behaves.", gap=True
    ),
    ActionInfo(
        "attach", "&Attach files...", "Insert", ("Ctrl+Shift+A",), "attach", "Attach files.", True, short="Attach"
    ),
    ActionInfo(
        "image",
        "Inline &image...",
        "Insert",
        ("Ctrl+Shift+I",),
        "image",
        "Put an image into the HTML where the caret is.",
        True,
        short="Image",
    ),
    ActionInfo(
        "invitation",
        "In&vitation",
        "Insert",
        ("Ctrl+Shift+E",),
        "invitation",
        "Make the message an invitation, or edit its event.",
        True,
    ),
    ActionInfo("field", "Header &field...", "Insert", ("Ctrl+Shift+H",), "add", "Add any header field."),
    ActionInfo(
        "calendar_links",
        "Add-to-calendar &links...",
        "Insert",
        (),
        "",
        "Put links into the HTML that add the event to Google, Outlook.com, Microsoft 365 or Yahoo calendars.",
    ),
    ActionInfo("text_from_html", "&Text from HTML...", "Insert", (), "text", "Make the text from the HTML.", gap=True),
    ActionInfo("view_source", "&Tree and raw", "View", ("Alt+1",), "tree", "Show the tree and the raw source."),
    ActionInfo("view_preview", "&Preview", "View", ("Alt+2",), "preview", "Show the message as a reader does."),
    ActionInfo("view_envelope", "&Envelope", "View", ("Alt+3",), "envelope", "Show who gets the message and why."),
    ActionInfo("view_delivered", "&Delivered", "View", ("Alt+4",), "inbox", "Show what SES would deliver."),
    ActionInfo("view_options", "&Options", "View", ("Alt+5",), "settings", "Show what is asked of SES."),
    ActionInfo(
        "view_invitation", "Invit&ation", "View", ("Alt+6",), "invitation", "Show the event as mail programs do."
    ),
    ActionInfo(
        "view_signature",
        "Si&gnature",
        "View",
        ("Alt+7",),
        "encrypt",
        "Show who signed an opened message, whether that holds, and what it covers.",
    ),
    ActionInfo(
        "split", "&Split the views", "View", ("Ctrl+\\",), "", "Show two views at once.", checkable=True, gap=True
    ),
    ActionInfo(
        "arrange_write", "Arrange to &write", "View", ("Ctrl+1",), "", "Wide editors, a preview beside them.", gap=True
    ),
    ActionInfo("arrange_inspect", "Arrange to &inspect", "View", ("Ctrl+2",), "", "Wide tree and raw source."),
    ActionInfo(
        "arrange_invite", "A&rrange to invite", "View", ("Ctrl+3",), "", "The form of the event, and how it is shown."
    ),
    ActionInfo("next_zone", "&Next zone", "View", ("F6",), "", "Move the focus to the next zone.", gap=True),
    ActionInfo("previous_zone", "Pre&vious zone", "View", ("Shift+F6",), "", "Move the focus to the zone before."),
    ActionInfo("palette", "Find any a&ction...", "View", ("Ctrl+Shift+P",), "search", "Search all actions by name."),
    ActionInfo(
        "sign",
        "Si&gn",
        "Message",
        ("F9",),
        "sign",
        "Sign the message with the certificate or key of its From mailbox.",
        True,
        checkable=True,
    ),
    ActionInfo(
        "encrypt",
        "&Encrypt",
        "Message",
        ("Shift+F9",),
        "encrypt",
        "Encrypt the message for its recipients, with their certificates or keys.",
        True,
        checkable=True,
    ),
    ActionInfo(
        "decrypt", "Decr&ypt...", "Message", (), "", "Ask for the passphrase and open what an opened message holds."
    ),
    ActionInfo(
        "protection",
        "&How it is signed...",
        "Message",
        ("Ctrl+F9",),
        "",
        "Show which key signs and why, for whom it is encrypted, and every choice of how.",
    ),
    ActionInfo("check", "&Check", "Message", ("F8",), "check", "Show the problems of the message.", True, gap=True),
    ActionInfo("next_problem", "&Next problem", "Message", ("Shift+F8",), "", "Go to the next problem."),
    ActionInfo(
        "inbox",
        "Local &inbox",
        "Message",
        ("Ctrl+Shift+L",),
        "inbox",
        "Show what was sent here; nothing of it left this machine.",
        True,
        gap=True,
    ),
    ActionInfo(
        "serve",
        "Ser&ve the local inbox...",
        "Message",
        (),
        "",
        "Let other programs send to the local inbox, by SMTP and the SES APIs, and answer with any error.",
    ),
    ActionInfo(
        "history",
        "Sent and &tried",
        "Message",
        ("Ctrl+Shift+Y",),
        "",
        "Show everything that was sent or tried, with its exact octets and what became of it.",
    ),
    ActionInfo(
        "invitations",
        "Invitati&ons...",
        "Message",
        ("Ctrl+Shift+G",),
        "invitation",
        "Show the events that were sent and who answered: update, cancel, move a date, take a guest off.",
    ),
    ActionInfo(
        "accounts",
        "&Accounts...",
        "Message",
        ("Ctrl+Shift+U",),
        "key",
        "Add, change and test the accounts that messages go through.",
    ),
    ActionInfo(
        "keys",
        "&Keys and certificates...",
        "Message",
        ("Ctrl+Shift+J",),
        "lock",
        "Import and look after your keys, the certificates of others, and what each mailbox demands.",
    ),
    ActionInfo(
        "account",
        "A&bout the account...",
        "Message",
        ("Ctrl+Shift+K",),
        "note",
        "Show quota, identities and lists of the account in use, and what it may not ask.",
    ),
    ActionInfo(
        "send",
        "&Send...",
        "Message",
        ("Ctrl+Return", "Ctrl+Enter"),
        "send",
        "Review the octets to be sent, and send them.",
        True,
    ),
    ActionInfo(
        "simulator",
        "Send to the si&mulator...",
        "Message",
        (),
        "",
        "Review copies for every scenario of the mailbox simulator, and send them.",
    ),
    ActionInfo("help", "&Help", "Help", ("F1",), "", "How to write, inspect and send; all shortcuts."),
    ActionInfo("about", "&About SES Composer", "Help", (), "", "Version, licences, folders."),
)

MENUS = tuple(dict.fromkeys(action.menu for action in ACTIONS))


def in_menu(menu: str) -> Iterator[ActionInfo]:
    """Give the actions of a menu, in order."""
    return (action for action in ACTIONS if action.menu == menu)
