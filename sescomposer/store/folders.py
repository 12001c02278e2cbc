"""Where the user's files lie on this platform; nothing is made or touched here."""

from dataclasses import dataclass
from pathlib import Path

import platformdirs

_NAME = "sescomposer"


@dataclass(frozen=True, slots=True)
class Folders:
    """The platform's folders for us.

    Attributes:
        data: Content, journal, submissions, inbox.
        config: Settings and accounts.
        log: The log file.
        runtime: Sockets of the running program.

    >>> folders = Folders.below(Path("home"))
    >>> folders.settings.as_posix(), folders.content.as_posix()
    ('home/config/settings.toml', 'home/data/content')
    """

    data: Path
    config: Path
    log: Path
    runtime: Path

    @classmethod
    def of_platform(cls) -> "Folders":
        """Give the folders of the user who runs the program."""
        return cls(
            data=platformdirs.user_data_path(_NAME, appauthor=False),
            config=platformdirs.user_config_path(_NAME, appauthor=False),
            log=platformdirs.user_log_path(_NAME, appauthor=False),
            runtime=platformdirs.user_runtime_path(_NAME, appauthor=False),
        )

    @classmethod
    def below(cls, root: Path) -> "Folders":
        """Give folders that all lie in one, for tests and portable use."""
        return cls(root / "data", root / "config", root / "log", root / "runtime")

    @property
    def content(self) -> Path:
        """Folder of the content store."""
        return self.data / "content"

    @property
    def journal(self) -> Path:
        """Folder of the journal."""
        return self.data / "journal"

    @property
    def submissions(self) -> Path:
        """The write-ahead log of submissions."""
        return self.data / "submissions"

    @property
    def inbox(self) -> Path:
        """Folder of the local inbox."""
        return self.data / "inbox"

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.config / "settings.toml"

    @property
    def accounts(self) -> Path:
        """The accounts file; holds no secrets."""
        return self.config / "accounts.toml"
