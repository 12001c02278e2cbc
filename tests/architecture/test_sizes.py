"""Modules and functions stay small enough to be read at once."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULE_LINES = 500
FUNCTION_LINES = 60


def _sources() -> list[Path]:
    return [file for folder in ("sescomposer", "packaging", "tests") for file in sorted((ROOT / folder).rglob("*.py"))]


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_modules_are_short() -> None:
    lengths = {file.relative_to(ROOT): len(file.read_bytes().splitlines()) for file in _sources()}
    assert lengths
    assert {file: length for file, length in lengths.items() if length > MODULE_LINES} == {}


def test_functions_are_short() -> None:
    long = []
    for file in _sources():
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > FUNCTION_LINES:
                long.append(f"{file.relative_to(ROOT)}:{node.lineno} {node.name} has {_length(node)} lines")
    assert long == []


def test_every_module_says_what_it_is() -> None:
    silent = [file.relative_to(ROOT) for file in _sources() if not ast.get_docstring(ast.parse(file.read_bytes()))]
    assert silent == []
