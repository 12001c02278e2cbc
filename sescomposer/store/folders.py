"""Where the user's files lie on this platform; nothing is made or touched here."""

import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

_NAME = "sescomposer"


def _runtime(data: Path) -> Path:
    """Give the session's folder for sockets; where there is none that is the user's alone, one below `data`.

    Not the fallback of platformdirs: that is below the shared temporary folder, warns, and may raise.
    """
    if sys.platform in ("win32", "darwin"):
        return platformdirs.user_runtime_path(_NAME, appauthor=False)
    session = Path(os.environ.get("XDG_RUNTIME_DIR", ""))
    try:
        status = session.lstat()
    except OSError:
        return data / "run"
    private = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and status.st_mode & 0o077 == 0
    return session / _NAME if private and session.is_absolute() else data / "run"


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
        data = platformdirs.user_data_path(_NAME, appauthor=False)
        return cls(
            data=data,
            config=platformdirs.user_config_path(_NAME, appauthor=False),
            log=platformdirs.user_log_path(_NAME, appauthor=False),
            runtime=_runtime(data),
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
    def drafts(self) -> Path:
        """Folder of drafts that no window has open, and of checkpoints."""
        return self.data / "drafts"

    @property
    def submissions(self) -> Path:
        """The write-ahead log of submissions."""
        return self.data / "submissions"

    @property
    def history(self) -> Path:
        """The index of the history."""
        return self.data / "history.sqlite3"

    @property
    def invitations(self) -> Path:
        """Folder of the ledger of invitations."""
        return self.data / "invitations"

    @property
    def inbox(self) -> Path:
        """Folder of the local inbox."""
        return self.data / "inbox"

    @property
    def knowledge(self) -> Path:
        """Folder of what was last read of each account."""
        return self.data / "knowledge"

    @property
    def certificates(self) -> Path:
        """Folder of the certificate of our servers on loopback, and its key."""
        return self.data / "serving"

    @property
    def keys(self) -> Path:
        """Folder of own keys; the private ones lie in it encrypted."""
        return self.data / "keys"

    @property
    def people(self) -> Path:
        """The file of other people's certificates and keys."""
        return self.data / "people.json"

    @property
    def roots(self) -> Path:
        """Folder of the roots that the user added."""
        return self.data / "roots"

    @property
    def policies(self) -> Path:
        """The file of policies for signing and encrypting."""
        return self.config / "policies.json"

    @property
    def scratch(self) -> Path:
        """Folder in which nothing stays: files without a name take their place on the disk there."""
        return self.data / "scratch"

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.config / "settings.toml"

    @property
    def accounts(self) -> Path:
        """The accounts file; holds no secrets."""
        return self.config / "accounts.toml"
