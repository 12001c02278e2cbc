"""Measure ours beside a peer: both in fresh processes, in turn, and the median of the ratios pair by pair.

    python packaging/bench.py [--json] [--only NAME] [--rounds N]

A row's ratio is ours / peer; machines are noisy, so nothing here is asserted anywhere. Run it with `.venv`'s Python.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        name: Stable name.
        what: What is measured.
        unit: Of both values.
        ours, peer: Names of jobs: "module:function", and the words they get.
        goal: The ratio that is wanted at most, or at least where more is better.
        most: The most that `memory` of ours may be, in MB; 0 where none is wanted.
        never_over: The most that the value of ours may be, in its unit; 0 where none is wanted.
        more_is_better: Whether the ratio is wanted at least.
    """

    name: str
    what: str
    unit: str
    ours: tuple[str, ...]
    peer: tuple[str, ...]
    goal: float
    most: float = 0.0
    never_over: float = 0.0
    more_is_better: bool = False


_CORE = "bench_core"
_SEND = "bench_send"
_WINDOW = "bench_window"
_SMTP = "bench_smtp"
_SIGN = "bench_sign"

ROWS: tuple[Row, ...] = (
    Row(
        "keystroke_28mb",
        "a key in the text -> root, tree, line count, 60 lines; 28 MB attached",
        "ms",
        (_CORE, "keystroke", "28", "4096"),
        (_CORE, "keystroke_peer", "28", "4096"),
        1 / 2000,
    ),
    Row(
        "keystroke_28mb_flat",
        "the same against ours with nothing attached",
        "ms",
        (_CORE, "keystroke", "28", "4096"),
        (_CORE, "keystroke", "0", "4096"),
        1.2,
    ),
    Row(
        "keystroke_1mb_text",
        "a key in a text of 1 MB, 28 MB attached",
        "ms",
        (_CORE, "keystroke", "28", "1048576"),
        (_CORE, "keystroke_peer", "28", "1048576"),
        1 / 200,
    ),
    Row(
        "raw_pane_40mb",
        "a key -> painted raw pane, 40 MB; memory: held",
        "ms",
        (_WINDOW, "raw_pane", "40"),
        (_WINDOW, "raw_pane_peer", "40"),
        1 / 300,
        4.0,
    ),
    Row(
        "raw_pane_flat",
        "the raw pane with 40 MB against 1 MB",
        "ms",
        (_WINDOW, "raw_pane", "40"),
        (_WINDOW, "raw_pane", "1"),
        1.2,
    ),
    Row(
        "build_28mb",
        "message with 28 MB of files to a discarding sink; memory: over the inputs",
        "ms",
        (_CORE, "build", "28", ""),
        (_CORE, "build_peer", "28", ""),
        1 / 30,
        8.0,
    ),
    Row(
        "build_28mb_file",
        "the same to a fresh file",
        "ms",
        (_CORE, "build", "28", "file"),
        (_CORE, "build_peer", "28", "file"),
        1 / 12,
        8.0,
    ),
    Row(
        "build_small",
        "0.1 MB message",
        "ms",
        (_CORE, "build_small"),
        (_CORE, "build_small_peer"),
        1 / 6,
    ),
    Row(
        "open_40mb",
        "mapped octets -> tree with offsets; memory: private",
        "ms",
        (_CORE, "opened"),
        (_CORE, "opened_peer"),
        1 / 200,
        4.0,
    ),
    Row(
        "decode_28mb",
        "an attachment of 28 MB to a discarding sink",
        "ms",
        (_CORE, "decoded", ""),
        (_CORE, "decoded_peer", ""),
        1 / 8,
    ),
    Row(
        "decode_28mb_save",
        "the same to a file",
        "ms",
        (_CORE, "decoded", "file"),
        (_CORE, "decoded_peer", "file"),
        1 / 2.5,
    ),
    Row(
        "window_start",
        "exec -> composer window exposed, warm; its panes are made in the turns after",
        "ms",
        (_WINDOW, "window", "start"),
        (_WINDOW, "window_peer", "start"),
        1.3,
    ),
    Row(
        "window_memory",
        "PSS of the shown composer window",
        "MB",
        (_WINDOW, "window", "memory"),
        (_WINDOW, "window_peer", "memory"),
        1.6,
    ),
    Row(
        "ui_stall",
        "longest gap of the event loop: 28 MB attached, sealed, kept, opened",
        "ms",
        (_WINDOW, "stall"),
        (_WINDOW, "stall_peer"),
        1 / 10,
    ),
    Row(
        "smtp_38mb",
        "38 MB submitted over SMTP with TLS, connected already, against smtplib.sendmail; memory: over the message",
        "ms",
        (_SMTP, "ours"),
        (_SMTP, "peer"),
        0.3,
        8.0,
    ),
    Row(
        "send_38mb",
        "API v2, client made, a server on loopback; memory: over the message",
        "ms",
        (_SEND, "send"),
        (_SEND, "send_peer"),
        0.3,
        8.0,
    ),
    Row(
        "send_stall",
        "longest gap of the event loop while 38 MB are submitted in a thread",
        "ms",
        (_SEND, "stall"),
        (_SEND, "stall_peer"),
        1 / 10,
        never_over=50.0,
    ),
    Row(
        "batch_60ms",
        "messages a second, 50 in flight, 60 ms away",
        "/s",
        (_SEND, "batch"),
        (_SEND, "batch_peer"),
        1.0,
        more_is_better=True,
    ),
    Row(
        "sign_40mb",
        "40 MB from a file made a signed message, the key open, against `openssl cms -sign`; memory: over the file",
        "ms",
        (_SIGN, "sign"),
        (_SIGN, "sign_peer"),
        1.5,
        16.0,
    ),
    Row(
        "verify_40mb",
        "the same verified, against `openssl cms -verify`",
        "ms",
        (_SIGN, "verify"),
        (_SIGN, "verify_peer"),
        1.5,
        16.0,
    ),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """The medians of one row; `memory` is of ours in MB."""

    row: Row
    ours: float
    peer: float
    ratio: float
    memory: float

    @property
    def is_reached(self) -> bool:
        """Whether ratio, memory and value are within the goals."""
        row = self.row
        is_near = self.ratio >= row.goal if row.more_is_better else self.ratio <= row.goal
        is_small = not row.most or self.memory <= row.most
        return is_near and is_small and (not row.never_over or self.ours <= row.never_over)


def measure(row: Row, folder: Path, rounds: int) -> Measured:
    """Run ours and the peer in turn and give the medians."""
    pairs = [(run(row.ours, folder), run(row.peer, folder)) for _ in range(rounds)]
    ratio = statistics.median(ours["value"] / peer["value"] for ours, peer in pairs)
    medians = [statistics.median(pair[side]["value"] for pair in pairs) for side in (0, 1)]
    memory = statistics.median(ours.get("memory", 0.0) for ours, _ in pairs)
    return Measured(row, medians[0], medians[1], ratio, memory)


def run(job: tuple[str, ...], folder: Path) -> dict[str, float]:
    """Run one job in a fresh process and give what it measured."""
    words = [sys.executable, str(_HERE / f"{job[0]}.py"), job[1], str(folder), *job[2:]]
    answer = subprocess.run(words, check=True, capture_output=True, text=True, env=_environment(folder))
    found: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return found


def _environment(folder: Path) -> dict[str, str]:
    """The jobs' environment: files of their own, the project on the path."""
    own = {name: str(folder / name) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")}
    path = os.pathsep.join((str(_HERE.parent), str(_HERE)))
    platform = {} if os.environ.get("DISPLAY") else {"QT_QPA_PLATFORM": "offscreen"}
    return {**os.environ, **own, **platform, "PYTHONPATH": path}


def _as_json(found: Measured) -> str:
    row = found.row
    values = {
        "name": row.name,
        "unit": row.unit,
        "ours": round(found.ours, 4),
        "peer": round(found.peer, 4),
        "ratio": round(found.ratio, 7),
        "goal": round(row.goal, 7),
        "goal_is": "at least" if row.more_is_better else "at most",
        "never_over": row.never_over,
        "memory_mb": round(found.memory, 2),
        "memory_goal_mb": row.most,
    }
    return json.dumps(values)


def _as_line(found: Measured) -> str:
    row = found.row
    memory = f"{found.memory:6.1f} MB of {row.most:.0f}" if row.most else ""
    memory += f"  never over {row.never_over:.0f} {row.unit}" if row.never_over else ""
    sign = ">=" if row.more_is_better else "<="
    mark = "reached" if found.is_reached else "MISSED"
    values = f"{found.ours:11.3f} {found.peer:11.3f} {row.unit:<3}{found.ratio:10.5f} {sign}{row.goal:9.5f}"
    return f"{row.name:<20}{values}  {mark:<8}{memory}"


def _chosen(only: str | None) -> Iterator[Row]:
    return (row for row in ROWS if only is None or row.name == only)


def main(words: list[str]) -> int:
    """Measure and print; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--only", metavar="NAME", choices=[row.name for row in ROWS], help="one row alone")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="pairs of runs (default %(default)s)")
    given = parser.parse_args(words)
    if not given.json:
        print(f"{'name':<20}{'ours':>11} {'peer':>11}    {'ratio':>10} {'goal':>11}")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for row in _chosen(given.only):
            found = measure(row, Path(folder), given.rounds)
            print(_as_json(found) if given.json else _as_line(found), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
