"""What the README says is true: its examples run, its commands exist, its table of exit status is the declared one."""

import doctest
import re
from pathlib import Path

from sescomposer.cli.verbs import VERBS
from sescomposer.core.errors import ExitCode

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_python_example_runs_as_shown() -> None:
    example = doctest.DocTestParser().get_doctest(README, {}, "README", "README.md", 0)
    assert example.examples
    assert doctest.DocTestRunner().run(example).failed == 0


def test_every_verb_shown_is_declared() -> None:
    shown = set(re.findall(r"^sescomposer (\w+)", README, re.MULTILINE))
    assert shown
    assert shown <= {str(verb) for verb in VERBS}


def test_test_command_is_what_ci_runs() -> None:
    command = "python3 packaging/bootstrap.py test"
    assert f"\n{command}\n" in README
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").rstrip().endswith(command)


def test_exit_status_table_is_the_declared_one() -> None:
    sentence = README[README.index("Exit status:") :].split("\n\n")[0]
    assert {int(number) for number in re.findall(r"(?<![\w.])(\d+) ", sentence)} == {code.value for code in ExitCode}


def test_pictures_shown_are_there() -> None:
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)
    assert pictures
    assert all((ROOT / picture).is_file() for picture in pictures)
