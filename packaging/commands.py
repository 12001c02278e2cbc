"""The two commands of bootstrap.py: what each needs, in which order, and what it starts in the end."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import suite
import system_libraries
from environment import ROOT, Environment, has_venv, no_venv_sentence, say
from failures import SetupFailure
from system_libraries import QT, TOOLS, WEB_ENGINE, X11, Need

_RUNTIME = ("runtime", "build")
_WINDOWLESS = ("offscreen", "minimal", "wayland", "vnc", "linuxfb", "eglfs")


def run(words: list[str]) -> int:
    """Set up what the program needs, then become the program.

    Args:
        words: Arguments for sescomposer.

    Raises:
        SetupFailure: something is missing, with what mends it.
    """
    environment = Environment()
    set_up_runtime(environment)
    provide_window_libraries(words)
    program = str(environment.command("sescomposer"))
    if os.name == "nt":
        return subprocess.run([program, *words], check=False).returncode
    return os.execv(program, [program, *words])


def test(words: list[str]) -> int:
    """Set up what the suite needs besides, then run it and give its exit status.

    Args:
        words: Arguments for pytest; those that select tests leave out lint, types and contracts.

    Raises:
        SetupFailure: something is missing without which nothing can be tested, with what mends it.
    """
    environment = Environment()
    set_up_runtime(environment)
    set_up_tests(environment)
    return suite.run(environment, words)


def set_up_runtime(environment: Environment) -> None:
    """Make the environment and install the program with what it imports, unless that stands."""
    files = [*(environment.lock(name) for name in (*_RUNTIME, "speed")), environment.root / "pyproject.toml"]
    if environment.is_done("runtime", files):
        return
    provide_venv()
    environment.make()
    say("installing what the program needs; the first time this takes some minutes")
    environment.install(*_RUNTIME)
    environment.install_optional("speed", "base64 is only slower without pybase64.")
    environment.install_project()
    environment.mark_done("runtime", files)


def set_up_tests(environment: Environment) -> None:
    """Install what only tests need: Python packages, readers from npm, libraries, tools and fonts of the system."""
    provide(QT, "Qt", required=True)
    # The list of tools counts too: a new one is to be installed though no Python package changed.
    tools = environment.root / "packaging" / "system_libraries.py"
    files = [environment.lock("test"), environment.root / "tests" / "node" / "package-lock.json", tools]
    if environment.is_done("test", files):
        return
    provide((*X11, *WEB_ENGINE, *TOOLS), "The test suite", required=False)
    say("installing what the tests need")
    environment.install("test")
    if not environment.install_node_packages():
        say("node and npm are not there: what is compared with readers from npm is skipped.")
    environment.mark_done("test", files)


def provide_venv() -> None:
    """Install Python's venv module where Debian ships it apart.

    Raises:
        SetupFailure: it is missing and cannot be installed from here.
    """
    if has_venv():
        return
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if not system_libraries.can_apt() or not system_libraries.apt_install([package]):
        raise SetupFailure(no_venv_sentence())
    importlib.invalidate_caches()


def provide_window_libraries(words: list[str]) -> None:
    """See that Qt finds its libraries; the command line needs none of them."""
    if not is_for_command_line(words):
        platform = os.environ.get("QT_QPA_PLATFORM", "wayland" if os.environ.get("WAYLAND_DISPLAY") else "xcb")
        provide(QT if platform.startswith(_WINDOWLESS) else (*QT, *X11), "Qt", required=True)


def provide(needs: tuple[Need, ...], purpose: str, *, required: bool) -> None:
    """Install what of the needs is missing, or name it.

    Raises:
        SetupFailure: it is required, missing, and cannot be installed from here.
    """
    missing = system_libraries.missing(needs)
    if missing and system_libraries.can_apt():
        names = system_libraries.packages(missing)
        say(f"installing with apt: {' '.join(names)}")
        system_libraries.apt_install(names)
        missing = system_libraries.missing(missing)
    if missing and required:
        raise SetupFailure(system_libraries.sentence(missing, purpose))
    if missing:
        say(system_libraries.sentence(missing, purpose) + " Until then the tests that need it are skipped.")


def is_for_command_line(words: list[str], root: Path = ROOT) -> bool:
    """Tell whether arguments are for the command line, by the program's own table of verbs."""
    spec = importlib.util.spec_from_file_location("verbs", root / "sescomposer" / "cli" / "verbs.py")
    if spec is None or spec.loader is None:
        raise SetupFailure("sescomposer/cli/verbs.py is missing; get the whole project again.")
    verbs = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(verbs)
    return bool(verbs.is_for_command_line(words))
