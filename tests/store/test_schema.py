"""Numbers of our file formats: a newer one is refused."""

from pathlib import Path

import pytest

from sescomposer.core.errors import SettingsError
from sescomposer.store.schema import check_schema


@pytest.mark.parametrize("schema", [2, None, "1", 1.5])
def test_newer_schema_is_refused(schema: object) -> None:
    with pytest.raises(SettingsError, match="schema"):
        check_schema({"schema": schema}, 1, "The log", Path("log"))
