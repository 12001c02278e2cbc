"""The verbs `cat` and `tree`: octets in, the same octets or their tree out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CORPUS = sorted((Path(__file__).parents[1] / "data" / "eml").rglob("*.eml"))
PARTS = (
    b"From: a@a.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=\r\nn\r\n"
    b'--b\r\nContent-Type: text/csv; name="a\x1b[31m.csv"\r\nContent-Transfer-Encoding: base64\r\n\r\nSGk=\r\n--b--\r\n'
)


@pytest.fixture
def letter(tmp_path: Path) -> str:
    path = tmp_path / "letter.eml"
    path.write_bytes(PARTS)
    return str(path)


@pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.name)
def test_cat_gives_every_octet_back(file: Path, run: Callable[..., Any]) -> None:
    answer = run("cat", str(file))
    assert (answer.status, answer.out, answer.err) == (0, file.read_bytes(), "")


@pytest.mark.parametrize("octets", [b"", b"\r", b"\n\n", b"\0\xff", b"no mail at all", b"From \r\n" * 3])
def test_cat_gives_back_what_is_no_mail(octets: bytes, tmp_path: Path, run: Callable[..., Any]) -> None:
    path = tmp_path / "any"
    path.write_bytes(octets)
    assert run("cat", str(path)).out == octets
    assert run("tree", str(path)).status == 0
    assert run("check", str(path)).status == 1


@pytest.mark.parametrize(
    "arguments, expected",
    [
        (("--part", "1"), b"Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=\r\nn"),
        (("--part", "1", "--decoded"), b"Gr\xfcn"),
        (("--part", "2", "--decoded"), b"Hi"),
        (("--decoded",), PARTS[PARTS.index(b"--b\r\n") :]),
    ],
)
def test_cat_gives_a_part_and_its_content(
    arguments: tuple[str, ...], expected: bytes, letter: str, run: Callable[..., Any]
) -> None:
    assert run("cat", letter, *arguments).out == expected


def test_cat_names_a_part_that_is_not_there(letter: str, run: Callable[..., Any]) -> None:
    answer = run("cat", letter, "--part", "7.1")
    assert (answer.status, answer.out) == (2, b"")
    assert answer.err == "sescomposer: The message has no part '7.1'. List the parts with the verb 'tree'.\n"


def test_tree_shows_the_parts_and_nothing_that_moves_the_cursor(letter: str, run: Callable[..., Any]) -> None:
    answer = run("tree", letter)
    assert answer.status == 0
    assert [line.split()[:2] for line in answer.text.splitlines() if "!" not in line] == [
        ["+", "multipart/mixed"],
        ["1", "text/plain"],
        ["2", "text/csv"],
    ]
    assert "\x1b" not in answer.text
    assert "a\\x1b[31m.csv" in answer.text


def test_tree_as_json_has_the_keys_of_the_contract(letter: str, run: Callable[..., Any]) -> None:
    answer = json.loads(run("tree", letter, "--json").out)
    assert answer["schema"] == 1
    keys = {"part", "path", "media_type", "charset", "encoding", "disposition", "filename", "content_id"}
    keys |= {"header", "body", "size", "defects", "children"}
    first, second = answer["tree"]["children"]
    assert keys <= set(first)
    assert (first["part"], first["path"], second["path"], second["size"]) == ("1", [0], [1], 2)
    for node in (answer["tree"], first, second):
        assert PARTS[node["header"][0] : node["header"][1]].endswith(b"\r\n")
        assert node["header"][1] + 2 == node["body"][0]


def test_json_holds_names_in_any_script_and_halves_of_characters(tmp_path: Path, run: Callable[..., Any]) -> None:
    path = tmp_path / "संदेश 🌹.eml"
    path.write_bytes(b"Content-Disposition: a; filename*=utf-8''%F0%9F%8C%B9%ED%A0%80.txt\r\n\r\nx")
    answer = run("tree", str(path), "--json")
    assert answer.status == 0
    name = json.loads(answer.out)["tree"]["filename"]
    assert name.startswith("🌹")
    assert "🌹" in answer.text
    assert run("tree", str(path)).status == 0


@pytest.mark.parametrize("verb", ["cat", "tree", "check"])
def test_what_cannot_be_read_is_said_in_one_sentence(verb: str, tmp_path: Path, run: Callable[..., Any]) -> None:
    for place in (tmp_path, tmp_path / "absent 🌹.eml", tmp_path / ("x" * 300)):
        answer = run(verb, str(place))
        assert (answer.status, answer.out) == (3, b"")
        assert answer.err.startswith(f"sescomposer: {str(place)!r} cannot be read: ")
        assert answer.err.count("\n") == 1


def test_check_names_place_reason_standard_and_fix(tmp_path: Path, run: Callable[..., Any]) -> None:
    path = tmp_path / "m.eml"
    path.write_bytes(b"From: a@a.example\r\nTo: b@b.example\r\nSubject: Hi\r\n\r\nHi\r\n" + b"x" * 999)
    answer = run("check", str(path))
    assert answer.status == 1
    assert answer.text == (
        f"{path}:6: error: part 1: A line has 999 octets; at most 998 travel unchanged. (RFC 5322 2.1.1)"
        " [fix: Encode the part anew]\n"
    )


def test_check_of_several_files_as_json(tmp_path: Path, run: Callable[..., Any]) -> None:
    good, bad = tmp_path / "good.eml", tmp_path / "bad.eml"
    good.write_bytes(b"From: a@a.example\r\nTo: b@b.example\r\nSubject: Hi\r\n\r\nHi\r\n")
    bad.write_bytes(b"From: a@a.example\r\nTo: b@b\r\nSubject: Hi\r\n\r\n" + b"Hi there.\r\n" * 960_000)
    answer = run("check", "--json", "--for", "ses-v1", str(good), str(bad), str(good))
    assert answer.status == 1
    found = json.loads(answer.out)
    assert (found["schema"], found["road"]) == (1, "ses-v1")
    assert [file["file"] for file in found["files"]] == [str(good), str(bad), str(good)]
    assert found["files"][0]["findings"] == []
    first = {finding["code"]: finding for finding in found["files"][1]["findings"]}
    assert set(first) == {"domain-without-dot", "too-large"}
    keys = {"code", "severity", "message", "part", "span", "line", "standard", "fix"}
    assert keys <= set(first["too-large"])
    assert first["domain-without-dot"]["span"] == [19, 28]
    assert first["domain-without-dot"]["line"] == 2
    assert run("check", str(good)).status == 0
    assert run("check", str(good), str(tmp_path / "absent")).status == 3
    assert run("check", str(good), "--for", "pigeon").status == 2
