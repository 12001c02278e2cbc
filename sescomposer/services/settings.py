"""The declared settings: key, type, default, limits, label and help in one place; checks and forms derive from it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from sescomposer.core.errors import SettingsError, StoreError
from sescomposer.core.road import Road

if TYPE_CHECKING:
    from sescomposer.services.ports import SettingsStore

T = TypeVar("T")


class Appearance(StrEnum):
    """Colours of the window."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Arrangement(StrEnum):
    """Which panes the window shows, and where."""

    WRITE = "write"
    INSPECT = "inspect"
    INVITE = "invite"


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One declared setting.

    Attributes:
        key: Dotted name in the settings file.
        default: Its value until somebody sets it; its type is the type of the setting.
        label: Name for people; empty for what the program remembers by itself and no form shows.
        help: One sentence for people.
        minimum, maximum: Limits of a number, both included.

    >>> HOLD_SECONDS.checked(31)
    Traceback (most recent call last):
    sescomposer.core.errors.SettingsError: The setting 'sending.hold_seconds' is 31; it must be from 0 to 30.
    """

    key: str
    default: T
    label: str = ""
    help: str = ""
    minimum: int = 0
    maximum: int = 0

    @property
    def choices(self) -> tuple[str, ...]:
        """The values of a setting that has a fixed list of them, else empty."""
        kind = type(self.default)
        return tuple(member.value for member in kind) if issubclass(kind, StrEnum) else ()

    def checked(self, value: object) -> T:
        """Give a value as the setting's type.

        Raises:
            SettingsError: it is of another type, outside the limits or none of the choices.
        """
        if self.choices:
            if value in self.choices:
                return cast("Callable[[object], T]", type(self.default))(value)
            raise self._refusal(value, f"one of {', '.join(self.choices)}")
        if isinstance(self.default, tuple):
            if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
                return cast("T", tuple(value))
            raise self._refusal(value, "a list of texts")
        if type(value) is not type(self.default):
            raise self._refusal(value, _KINDS[type(self.default)])
        if isinstance(value, int) and not isinstance(value, bool) and not self.minimum <= value <= self.maximum:
            raise self._refusal(value, f"from {self.minimum} to {self.maximum}")
        return value

    def _refusal(self, value: object, allowed: str) -> SettingsError:
        return SettingsError(
            f"The setting {self.key!r} is {value!r}; it must be {allowed}.",
            hint=f"Without a usable value it is {self.default!r}.",
            value=value,
        )


_KINDS: dict[type, str] = {bool: "true or false", int: "a whole number", str: "a text"}

APPEARANCE = Setting("window.appearance", Appearance.SYSTEM, "Colours", "Light, dark, or as the system says.")
ARRANGEMENT = Setting(
    "window.arrangement", Arrangement.WRITE, "Arrangement", "Which panes a new window shows, and where."
)
GEOMETRY = Setting("window.geometry", "")
"""Place and size of the last window in base64, as the toolkit gives it."""
LAYOUT = Setting("window.layout", "")
"""Places of panes and splitters in base64, as the toolkit gives it."""
VIEWS: Setting[tuple[str, ...]] = Setting("window.views", ("source",))
"""Names of the views that the last window showed, one or two."""
LOCAL_INBOX_NOTICE = Setting(
    "window.local_inbox_notice",
    True,
    "Say that Send goes to the local inbox",
    "Show a line above the message as long as there is no account.",
)
FIRST_START_DONE = Setting("window.first_start_done", False)
RECENT_FILES: Setting[tuple[str, ...]] = Setting("window.recent_files", ())

HOLD_SECONDS = Setting(
    "sending.hold_seconds", 5, "Hold before sending (seconds)", "How long Send can be taken back.", 0, 30
)
ROAD = Setting(
    "sending.road", Road.SES_V2, "Measure against", "The way into SES whose limits new messages are measured against."
)
LAST_ACCOUNT = Setting("sending.last_account", "")
"""Name of the account used last; empty for the local inbox."""

REMOVED_DRAFTS_DAYS = Setting(
    "drafts.removed_days",
    30,
    "Keep removed drafts (days)",
    "How long a removed or discarded draft can be brought back, and how long checkpoints outlive a saved draft.",
    1,
    365,
)
AUTOMATIC_CHECKPOINTS = Setting(
    "drafts.automatic_checkpoints",
    50,
    "Automatic checkpoints of a draft",
    "How many are kept, the oldest go first; those with a name stay.",
    5,
    500,
)

HISTORY_KEEP_DAYS = Setting(
    "history.keep_days",
    0,
    "Keep the history (days)",
    "Older submissions are removed at the start, but those whose outcome is unknown; 0 keeps all for ever.",
    0,
    36500,
)

EDITOR_FONT = Setting("editor.font", "", "Editor font", "Family of the fixed-width font; empty for the system's.")
EDITOR_FONT_SIZE = Setting(
    "editor.font_size", 0, "Editor font size (points)", "In the editors and the raw pane; 0 for the system's.", 0, 48
)
WRAP_LINES = Setting(
    "editor.wrap_lines", True, "Wrap long lines", "Show long lines of the editors in several rows; the text stays."
)

PREVIEW_WIDTH = Setting(
    "preview.width", 0, "Preview width (pixels)", "Width of the rendered message; 0 for the pane's.", 0, 4096
)
PREVIEW_DARK = Setting("preview.dark", False, "Dark preview", "Show the message as a program with a dark theme would.")

INVITATION_ZONES: Setting[tuple[str, ...]] = Setting("invitation.zones", ("America/New_York", "Asia/Tokyo"))
"""Two zones in which the form and the preview of an invitation show its times, beside the viewer's."""

CHECK_FORGOTTEN_ATTACHMENT = Setting(
    "checks.forgotten_attachment",
    True,
    "Notice a forgotten attachment",
    "Warn when the text speaks of an attachment and there is none.",
)
MORE_ATTACHMENT_WORDS: Setting[tuple[str, ...]] = Setting(
    "checks.more_attachment_words",
    (),
    "Further words that speak of an attachment",
    "Looked for beside ours, as whole words, upper or lower case.",
)

SETTINGS: tuple[Setting[Any], ...] = (
    APPEARANCE,
    ARRANGEMENT,
    GEOMETRY,
    LAYOUT,
    VIEWS,
    LOCAL_INBOX_NOTICE,
    FIRST_START_DONE,
    RECENT_FILES,
    HOLD_SECONDS,
    ROAD,
    LAST_ACCOUNT,
    REMOVED_DRAFTS_DAYS,
    AUTOMATIC_CHECKPOINTS,
    HISTORY_KEEP_DAYS,
    EDITOR_FONT,
    EDITOR_FONT_SIZE,
    WRAP_LINES,
    PREVIEW_WIDTH,
    PREVIEW_DARK,
    INVITATION_ZONES,
    CHECK_FORGOTTEN_ATTACHMENT,
    MORE_ATTACHMENT_WORDS,
)
"""Every declared setting, in the order of the form."""


class Settings:
    """Typed access to the stored settings; what is stored and unusable counts as not set and is told by `problems`.

    >>> settings = Settings(MemorySettings())
    >>> settings.set(HOLD_SECONDS, 10)
    >>> settings.get(HOLD_SECONDS), settings.get(APPEARANCE).value
    (10, 'system')
    """

    def __init__(self, store: "SettingsStore") -> None:
        self._store = store
        self._values: dict[str, object] = {}
        self._problems: list[str] = []
        self._listeners: list[Callable[[str], None]] = []
        self.reload()

    def reload(self) -> None:
        """Read the store again; a store that cannot be used leaves every default and a problem."""
        self._problems = []
        try:
            self._values = dict(self._store.load())
        except StoreError as error:
            self._values = {}
            self._problems.append(f"{error.sentence} {error.hint}".strip())
        for setting in SETTINGS:
            self._check_stored(setting)

    @property
    def problems(self) -> tuple[str, ...]:
        """One sentence for everything in the store that could not be used."""
        return tuple(self._problems)

    def get(self, setting: Setting[T]) -> T:
        """Give the value of a declared setting."""
        stored = self._values.get(setting.key)
        if stored is None:
            return setting.default
        try:
            return setting.checked(stored)
        except SettingsError:
            return setting.default

    def set(self, setting: Setting[T], value: T) -> None:
        """Check a value and store it durably; every other value stays as it stands in the store now.

        Raises:
            SettingsError: the value is not allowed, or the store is damaged.
            StoreError: it cannot be written.
        """
        self.set_all((setting, value))

    def set_all(self, *pairs: tuple[Setting[Any], object]) -> None:
        """Check several values and store them in one go; raises like `set`, and then none is stored.

        >>> settings = Settings(MemorySettings())
        >>> settings.set_all((HOLD_SECONDS, 7), (PREVIEW_DARK, True))
        >>> settings.get(HOLD_SECONDS), settings.get(PREVIEW_DARK)
        (7, True)
        """
        checked = {setting.key: _plain(setting.checked(value)) for setting, value in pairs}
        values = {**self._store.load(), **checked}
        self._store.save(values)
        self._values = values
        for key in checked:
            self._tell(key)

    def reset(self, setting: Setting[T]) -> None:
        """Forget the stored value, so that the default counts. Raises like `set`."""
        values = {key: value for key, value in self._store.load().items() if key != setting.key}
        self._store.save(values)
        self._values = values
        self._tell(setting.key)

    def on_change(self, listener: Callable[[str], None]) -> Callable[[], None]:
        """Call `listener` with the key after every change made here, in the thread that made it.

        Returns:
            What ends that.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _tell(self, key: str) -> None:
        for listener in tuple(self._listeners):
            listener(key)

    def _check_stored(self, setting: Setting[Any]) -> None:
        """Note a stored value that cannot be used."""
        if setting.key not in self._values:
            return
        try:
            setting.checked(self._values[setting.key])
        except SettingsError as error:
            self._problems.append(error.sentence)


def _plain(value: object) -> object:
    """Give a value as a store takes it."""
    return value.value if isinstance(value, StrEnum) else value


class MemorySettings:
    """A settings store that lasts as long as the program, where no file is wanted."""

    def __init__(self) -> None:
        self._values: dict[str, object] = {}

    def load(self) -> dict[str, object]:
        """Give the values set so far."""
        return dict(self._values)

    def save(self, values: Any) -> None:
        """Take these values."""
        self._values = dict(values)
