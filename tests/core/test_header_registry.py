"""The data files about header fields and attachments: complete, and true to their sources."""

import tomllib

from sescomposer.core.header_registry import Form, form_of, info, names, of_ses_class, single_instance
from sescomposer.resources import read_text


def test_every_field_has_all_that_is_said_of_a_field() -> None:
    rows = tomllib.loads(read_text("data/header_fields.toml"))["field"]
    assert len(rows) == len(names()) > 100
    for name in names():
        found = info(name)
        assert found is not None
        assert found.where in {"mail", "mime", "defacto", "ses"}
        assert found.reference
        assert found.help.endswith(".")
        assert len(found.help) > 20
        assert not any(mark in found.help for mark in "\r\n")
    helps = {found.help for name in names() if (found := info(name))}
    assert len(helps) == len(names())


def test_classes_are_those_of_ses() -> None:
    assert len(of_ses_class("single")) == 60
    assert len(of_ses_class("control")) == 7
    assert of_ses_class("overwritten") == {"message-id", "date", "return-path"}
    assert of_ses_class("required") == {"from", "to"}


def test_names_are_found_in_any_case() -> None:
    assert form_of("CONTENT-TYPE") is Form.PARAMETERS
    assert info("x-unknown") is None
    assert form_of("x-unknown") is Form.UNSTRUCTURED
    assert single_instance("to")
    assert single_instance("Keywords")
    assert not single_instance("X-Tag")


def test_the_refused_extensions_are_ninety() -> None:
    data = tomllib.loads(read_text("data/refused_extensions.toml"))
    assert len(data["extensions"]) == len(set(data["extensions"])) == 90
    assert {"exe", "js", "msh2xml", "psc2"} <= set(data["extensions"])
    assert str(data["date"]) == "2026-11-20"
    assert data["source"]
