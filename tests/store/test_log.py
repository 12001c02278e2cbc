"""The log file: private, rotated, and searched for what must not be in it."""

import logging
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from sescomposer.core.errors import StoreError
from sescomposer.store.log import LOG_NAME, OwnFileHandler, RedactingFormatter, start_log

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def test_log_is_private_and_holds_no_secret(tmp_path: Path, expect_log: Callable[[str], None]) -> None:
    expect_log("failed for")
    expect_log("lost")
    stop = start_log(tmp_path / "log")
    try:
        logging.getLogger("x").warning("failed for %s with %s", "ada@example.org", {"password": "hunter2"})
        try:
            raise ValueError(f"Authorization: {SECRET}")
        except ValueError:
            logging.getLogger("x").exception("lost AKIAIOSFODNN7EXAMPLE")
    finally:
        stop()
    text = (tmp_path / "log" / LOG_NAME).read_text(encoding="utf-8")
    assert "failed for [address]" in text
    assert "Traceback" in text
    for leak in ("ada@example.org", "hunter2", SECRET, "AKIA"):
        assert leak not in text
    assert stat.S_IMODE((tmp_path / "log" / LOG_NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o700


def test_addresses_stay_at_debug_level_only() -> None:
    formatter = RedactingFormatter("%(message)s")
    record = logging.LogRecord("x", logging.DEBUG, "", 0, "to ada@example.org, token=abcdefgh", None, None)
    assert formatter.format(record) == "to ada@example.org, token=[hidden]"


def _handler(path: Path) -> OwnFileHandler:
    handler = OwnFileHandler(path, maximum_octets=200, kept=2)
    handler.setFormatter(logging.Formatter("%(message)s"))
    return handler


def _record(text: str) -> logging.LogRecord:
    return logging.LogRecord("x", logging.INFO, "", 0, text, None, None)


def test_full_file_is_rotated_and_old_ones_go(tmp_path: Path) -> None:
    handler = _handler(tmp_path / "a.log")
    for number in range(60):
        handler.emit(_record(f"record {number:03d} " + "x" * 39))
    handler.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.log", "a.log.1", "a.log.2"]
    assert all(path.stat().st_size <= 260 for path in tmp_path.iterdir())
    assert "record 059" in (tmp_path / "a.log").read_text()


def test_two_handlers_on_one_file_lose_nothing(tmp_path: Path) -> None:
    one, other = _handler(tmp_path / "a.log"), _handler(tmp_path / "a.log")
    for number in range(8):
        one.emit(_record(f"one {number} " + "x" * 30))
        other.emit(_record(f"other {number} " + "x" * 30))
    one.close()
    other.close()
    text = "".join(path.read_text() for path in tmp_path.iterdir())
    assert "one 7" in text
    assert "other 7" in text


def test_unpaired_surrogates_are_written_escaped(tmp_path: Path) -> None:
    handler = _handler(tmp_path / "a.log")
    handler.emit(_record("name \udcff"))
    handler.close()
    assert (tmp_path / "a.log").read_text() == "name \\udcff\n"


@pytest.mark.skipif(os.name == "nt", reason="a file in the place of a folder is reported otherwise there")
def test_folder_that_cannot_be_made_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be made"):
        start_log(tmp_path / "file" / "log")
