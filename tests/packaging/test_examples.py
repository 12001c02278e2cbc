"""The examples in the set-up modules' docstrings hold."""

import doctest
from types import ModuleType

import failures
import pytest
import suite
import system_libraries


@pytest.mark.parametrize("module", [failures, suite, system_libraries], ids=lambda module: str(module.__name__))
def test_examples_hold(module: ModuleType) -> None:
    done = doctest.testmod(module)
    assert done.attempted
    assert not done.failed
