"""Where the files lie."""

from pathlib import Path

import pytest

from sescomposer.store.folders import Folders


def test_folders_follow_the_platform_and_are_not_made(home: Path) -> None:
    folders = Folders.of_platform()
    for path in (folders.content, folders.journal, folders.submissions, folders.inbox, folders.settings, folders.log):
        assert path.is_relative_to(home)
        assert not path.exists()


def test_runtime_folder_is_the_sessions_only_where_it_is_private(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Folders.of_platform().runtime == home / "run" / "sescomposer"
    (home / "run").chmod(0o755)
    assert Folders.of_platform().runtime.is_relative_to(home / ".local")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home / "missing"))
    assert Folders.of_platform().runtime.is_relative_to(home / ".local")
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert Folders.of_platform().runtime.is_relative_to(home / ".local")
