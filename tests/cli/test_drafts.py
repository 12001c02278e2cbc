"""The verb `drafts`: list, search, show, open and export."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sescomposer.bootstrap import Services, make_services
from sescomposer.cli.app import main
from sescomposer.core import compose
from sescomposer.core.errors import ExitCode
from sescomposer.core.message import EnvelopeOverride, Message
from sescomposer.core.parse import parse

Run = Callable[..., Any]


@pytest.fixture
def services(home: Path) -> Services:
    return make_services()


def letter(services: Services, subject: str = "Plan") -> Message:
    return compose("Ada <ada@a.example>", "b@b.example", subject, text="The needle.", ids=services.ids)


def test_an_empty_list_says_so(run: Run, home: Path) -> None:
    answer = run("drafts", "list")
    assert (answer.status, answer.out) == (0, b"")
    assert "no drafts" in answer.err


def test_list_and_search(run: Run, services: Services) -> None:
    services.drafts.keep("one", letter(services), Path("/x.eml"))
    services.drafts.keep("two", letter(services, "Bad \x1b[31m"), None)
    text = run("drafts", "list").text
    assert "one  " in text
    assert "\x1b" not in text
    found = json.loads(run("drafts", "list", "needle", "plan", "--json").out)
    assert found["schema"] == 1
    (draft,) = found["drafts"]
    assert (draft["id"], draft["state"], draft["subject"], draft["path"]) == ("one", "kept", "Plan", "/x.eml")
    assert draft["recipients"] == ["b@b.example"]
    services.drafts.remove("one")
    assert [one["id"] for one in json.loads(run("drafts", "list", "--removed", "--json").out)["drafts"]] == ["one"]


def test_show_with_a_checkpoint_tells_the_difference(run: Run, services: Services) -> None:
    services.drafts.checkpoint("one", letter(services, "Before"), None, "first")
    message = letter(services, "After")
    services.drafts.keep("one", Message(message.root, EnvelopeOverride("r@a.example")), None)
    text = run("drafts", "show", "one").text
    assert "checkpoint  1" in text
    assert "Return path: r@a.example" in text
    answer = json.loads(run("drafts", "show", "o", "--checkpoint", "1", "--json").out)["draft"]
    assert answer["checkpoint"] == 1
    assert "header fields: 1 added, 1 removed" in answer["difference"]
    assert answer["checkpoints"][0]["name"] == "first"
    assert "-Subject: Before" in run("drafts", "show", "one", "--checkpoint", "1").text
    assert run("drafts", "show", "one", "--checkpoint", "9").status == ExitCode.NOTHING_DONE
    assert run("drafts", "show", "nothing").status == ExitCode.NOTHING_DONE


def test_open_writes_the_exact_octets(run: Run, services: Services, tmp_path: Path) -> None:
    message = Message(parse(b"Subject: x\nX-Odd:\xff\n\nbody\r\nmixed"))
    services.drafts.keep("one", message, None)
    assert run("drafts", "open", "one", "--eml", str(tmp_path / "a.eml")).status == 0
    assert (tmp_path / "a.eml").read_bytes() == bytes(message.root.octets)
    for option in ("--eml", "--out", "--output", "-o"):
        assert run("drafts", "open", "one", option, "-").out == bytes(message.root.octets)


def test_open_hands_the_draft_to_the_window(services: Services, run: Run) -> None:
    services.drafts.keep("one", letter(services), None)
    asked: list[list[str]] = []

    def open_window(arguments: list[str]) -> int:
        asked.append(arguments)
        return 0

    assert main(["drafts", "open", "on"], open_window) == 0
    assert asked == [["draft:one"]]
    assert main(["drafts", "open", "one"], lambda arguments: 6) == 6
    assert run("drafts", "open", "one").status == ExitCode.USAGE
    services.drafts.remove("one")
    assert main(["drafts", "open", "one"], open_window) == ExitCode.NOTHING_DONE
    assert len(asked) == 1


def test_a_draft_that_cannot_be_read_is_told(run: Run, services: Services) -> None:
    services.drafts.keep("one", letter(services), None)
    (services.folders.drafts / "two.log").write_bytes(b"nonsense")
    answer = run("drafts", "list")
    assert "one" in answer.text
    assert "two.log" in answer.err
