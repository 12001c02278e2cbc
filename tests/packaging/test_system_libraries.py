"""What the system lacks is found by trying, installed where that is possible, and named otherwise."""

import subprocess

import commands
import pytest
import system_libraries
from failures import SetupFailure
from system_libraries import QT, X11, Need


class _System:
    """A system that has some things; apt puts more on it unless it fails."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, apt: bool, broken: frozenset[str] = frozenset()) -> None:
        self.installed: set[str] = set()
        self.calls: list[list[str]] = []
        self.broken = broken
        monkeypatch.setattr(system_libraries, "can_apt", lambda: apt)
        monkeypatch.setattr(system_libraries, "apt_install", self.install)

    def install(self, names: list[str]) -> bool:
        self.calls.append(names)
        self.installed |= set(names) - self.broken
        return not self.broken & set(names)

    def need(self, what: str, package: str) -> Need:
        return Need(what, package, lambda _: package in self.installed)


def test_a_library_is_found_by_loading_it() -> None:
    assert system_libraries.loads("libc.so.6")
    assert not system_libraries.loads("libno-such-library.so.7")


def test_a_command_is_found_on_the_path() -> None:
    assert system_libraries.is_command("sh")
    assert not system_libraries.is_command("no-such-command")


def test_a_module_of_perl_is_found_by_loading_it() -> None:
    assert system_libraries.is_perl_module("strict") == system_libraries.is_command("perl")
    assert not system_libraries.is_perl_module("No::Such::Module")


def test_soft_hsm_needs_its_command_and_its_module(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not system_libraries.is_soft_hsm("no-such-command")
    monkeypatch.setattr(system_libraries, "_SOFT_HSM", ("/nowhere",))
    assert not system_libraries.is_soft_hsm("sh")


def test_readers_of_signed_mail_are_named_with_their_packages() -> None:
    named = {need.what: need.package for need in system_libraries.TOOLS}
    expected = {
        "openssl": "openssl",
        "gpg": "gnupg",
        "gpgsm": "gpgsm",
        "softhsm2-util": "softhsm2",
        "cmsutil": "libnss3-tools",
        "sqop": "sqop",
        "sqv": "sqv",
        "Mail::DKIM": "libmail-dkim-perl",
    }
    assert expected.items() <= named.items()


def test_root_on_debian_gets_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    system = _System(monkeypatch, apt=True)
    commands.provide((system.need("libGL.so.1", "libgl1"), system.need("libEGL.so.1", "libegl1")), "Qt", required=True)
    assert system.calls == [["libgl1", "libegl1"]]


def test_anyone_else_is_told_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    system = _System(monkeypatch, apt=False)
    needs = (system.need("libGL.so.1", "libgl1"), system.need("libEGL.so.1", "libegl1"))
    with pytest.raises(
        SetupFailure, match=r"Qt lacks libGL.so.1, libEGL.so.1; install it .*libgl1 libegl1.* start again"
    ):
        commands.provide(needs, "Qt", required=True)


def test_one_package_that_cannot_be_had_does_not_keep_the_others_away(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    system = _System(monkeypatch, apt=True, broken=frozenset(["emoji-font"]))
    needs = (system.need("Xvfb", "xvfb"), system.need("emoji", "emoji-font"))
    commands.provide(needs, "The test suite", required=False)
    assert system.installed == {"xvfb"}
    assert "The test suite lacks emoji;" in capsys.readouterr().err


def test_apt_is_asked_only_for_what_it_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []

    def run(command: list[str], **options: object) -> "subprocess.CompletedProcess[bytes]":
        calls.append([word for word in command if word not in system_libraries._APT_PATIENCE])
        return subprocess.CompletedProcess(command, 100 if command[-1] in ("update", "no-such-package") else 0)

    monkeypatch.setattr(subprocess, "run", run)
    assert system_libraries.apt_install(["no-such-package", "xvfb"])
    assert calls[-1] == ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "xvfb"]


def test_nothing_is_asked_of_a_system_that_has_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    system = _System(monkeypatch, apt=True)
    system.installed = {"libgl1"}
    commands.provide((system.need("libGL.so.1", "libgl1"),), "Qt", required=True)
    assert system.calls == []


@pytest.mark.parametrize(
    "words, platform, asked",
    [
        ([], "xcb", (*QT, *X11)),
        (["letter.eml"], "offscreen", QT),
        (["./tree"], "xcb", (*QT, *X11)),
        (["tree", "letter.eml"], "xcb", ()),
        (["--help"], "xcb", ()),
    ],
)
def test_only_the_window_needs_qt(
    words: list[str], platform: str, asked: tuple[Need, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Need] = []
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    monkeypatch.setattr(commands, "provide", lambda needs, purpose, required: seen.extend(needs))
    commands.provide_window_libraries(words)
    assert tuple(seen) == asked
