"""What is known of an account as JSON values; every value is checked when it is read, so that damage is noticed."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from typing import Any, Union, get_args, get_origin, get_type_hints

from sescomposer.services.knowledge import Known


def known_to_json(known: Known) -> dict[str, Any]:
    """Give it as JSON values, times in ISO 8601."""
    values: dict[str, Any] = _plain(known)
    return values


def known_from_json(value: object) -> Known:
    """Give what `known_to_json` wrote; what an older version did not write has its default.

    >>> known = Known("work", "eu-west-1", datetime.fromisoformat("2026-01-01T00:00:00+00:00"), tenants=())
    >>> known_from_json(known_to_json(known)) == known
    True

    Raises:
        ValueError: a value is missing or of another type.
    """
    found = _made(Known, value)
    if not isinstance(found, Known) or found.read_at.tzinfo is None:
        raise ValueError("no time zone")
    return found


def _plain(value: object) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


def _made(kind: Any, value: object) -> object:
    """Make a value of a type out of JSON values."""
    if get_origin(kind) in (Union, types.UnionType):
        inner = next(choice for choice in get_args(kind) if choice is not type(None))
        return None if value is None else _made(inner, value)
    if get_origin(kind) is tuple:
        if not isinstance(value, list):
            raise ValueError(f"{value!r} is no list")
        return tuple(_made(get_args(kind)[0], item) for item in value)
    if is_dataclass(kind):
        return _made_dataclass(kind, value)
    if kind is datetime and isinstance(value, str):
        return datetime.fromisoformat(value)
    if kind is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if type(value) is not kind:
        raise ValueError(f"{value!r} is no {kind.__name__}")
    return value


def _made_dataclass(kind: Any, value: object) -> object:
    if not isinstance(value, Mapping):
        raise ValueError(f"{value!r} is no object")
    hints, found = get_type_hints(kind), {}
    for field in fields(kind):
        if field.name in value:
            found[field.name] = _made(hints[field.name], value[field.name])
        elif field.default is MISSING:
            raise ValueError(f"{field.name} is missing")
    return kind(**found)
