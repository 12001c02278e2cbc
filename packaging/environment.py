"""The virtual environment beside pyproject.toml: filled from the hashed locks, left alone while these are unchanged."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from failures import SetupFailure, installer_failure, unwritable

ROOT = Path(__file__).resolve().parent.parent
_BIN = "Scripts" if os.name == "nt" else "bin"


def say(sentence: str) -> None:
    """Tell the user what is going on, beside the program's own output."""
    print(f"bootstrap: {sentence}", file=sys.stderr, flush=True)


class Environment:
    """The folder `.venv` of a project folder.

    Args:
        root: The folder of pyproject.toml.
    """

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.log = self.folder / "bootstrap.log"

    def command(self, name: str) -> Path:
        """Give the path of a command that is installed in the environment."""
        return self.folder / _BIN / (f"{name}.exe" if os.name == "nt" else name)

    def lock(self, name: str) -> Path:
        """Give the path of a hashed requirement file."""
        return self.root / "packaging" / "requirements" / f"{name}.txt"

    # --- what is there already ---

    def digest(self, files: list[Path]) -> str:
        """Give what an installation depends on, as one word: the interpreter, this folder, the `files`."""
        state = hashlib.sha256(f"{sys.version} {self.root}".encode())
        for file in files:
            state.update(hashlib.sha256(file.read_bytes()).digest())
        return state.hexdigest()

    def is_done(self, stage: str, files: list[Path]) -> bool:
        """Tell whether a stage was finished with exactly these files and this interpreter."""
        stamp = self._stamp(stage)
        return self.command("python").exists() and stamp.is_file() and stamp.read_text() == self.digest(files)

    def mark_done(self, stage: str, files: list[Path]) -> None:
        """Remember that a stage is finished."""
        self._stamp(stage).write_text(self.digest(files))

    def _stamp(self, stage: str) -> Path:
        return self.folder / f"bootstrap-{stage}.stamp"

    # --- making it ---

    def make(self) -> None:
        """Make the environment unless one of this interpreter is there.

        Raises:
            SetupFailure: the folder is not writable, `.venv` is something else, or Python has no venv module.
        """
        self._check_writable()
        if self._is_ours():
            return
        if self.folder.exists() and not (self.folder / "pyvenv.cfg").is_file():
            raise SetupFailure(f"{self.folder} is not a virtual environment of Python; move it away and start again.")
        if not has_venv():
            raise SetupFailure(no_venv_sentence())
        say(f"making {self.folder}")
        made = subprocess.run(
            [sys.executable, "-m", "venv", "--clear", str(self.folder)], capture_output=True, text=True, check=False
        )
        if made.returncode:
            self.folder.mkdir(exist_ok=True)
            raise installer_failure("venv", self._logged(made.stdout + made.stderr), self.log)

    def _check_writable(self) -> None:
        try:
            os.rmdir(tempfile.mkdtemp(prefix=".bootstrap-", dir=self.root))
        except OSError as error:
            raise unwritable(self.root, error) from error

    def _is_ours(self) -> bool:
        """Tell whether `.venv` works, was made here and has this very Python; any other is made anew."""
        python, made = self.command("python"), self.folder / "pyvenv.cfg"
        if not python.exists() or str(self.folder) not in made.read_text(encoding="utf-8"):
            return False
        asked = [str(python), "-c", "import sys, pip; print(sys.version)"]
        told = subprocess.run(asked, capture_output=True, text=True, check=False)
        return told.returncode == 0 and told.stdout.strip() == sys.version.strip()

    # --- filling it ---

    def install(self, *locks: str) -> None:
        """Install what the locks pin, each file checked against its hash.

        Raises:
            SetupFailure: pip failed, with what mends it.
        """
        options = [word for name in locks for word in ("-r", str(self.lock(name)))]
        self._pip("--require-hashes", *options)

    def install_optional(self, name: str, without: str) -> None:
        """Install a lock that may fail to install; `without` says what its absence means."""
        try:
            self.install(name)
        except SetupFailure as failure:
            say(f"{failure} Going on: {without}")

    def install_project(self) -> None:
        """Install the project itself, editable, by the pinned build backend."""
        self._pip("--no-build-isolation", "--no-deps", "--editable", str(self.root))

    def _pip(self, *words: str) -> None:
        arguments = [
            str(self.command("python")),
            "-m",
            "pip",
            "install",
            "--no-input",
            "--disable-pip-version-check",
            *words,
        ]
        done = subprocess.run(arguments, capture_output=True, text=True, check=False, cwd=self.root)
        output = self._logged(done.stdout + done.stderr)
        if done.returncode:
            raise installer_failure("pip", output, self.log)

    def install_node_packages(self) -> bool:
        """Install the readers that tests borrow from npm; gives False where npm is not there.

        Raises:
            SetupFailure: npm failed, with what mends it.
        """
        npm = shutil.which("npm")
        if npm is None or shutil.which("node") is None:
            return False
        arguments = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        folder = self.root / "tests" / "node"
        done = subprocess.run(arguments, capture_output=True, text=True, check=False, cwd=folder)
        output = self._logged(done.stdout + done.stderr)
        if done.returncode:
            raise installer_failure("npm", output, self.log)
        return True

    def _logged(self, output: str) -> str:
        try:
            self.log.write_text(output, encoding="utf-8")
        except OSError as error:
            return f"{output}\n{error}"
        return output


def has_venv() -> bool:
    """Tell whether this Python can make virtual environments with pip; Debian ships that apart."""
    return all(importlib.util.find_spec(name) is not None for name in ("venv", "ensurepip"))


def no_venv_sentence() -> str:
    """Give the sentence for a Python without venv."""
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    return (
        f"This Python ({sys.executable}) has no venv module; install it, on Debian with "
        f"`sudo apt-get install {package}`, and start again."
    )
