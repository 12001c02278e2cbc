"""Sending options as JSON values, as the journal, the log of submissions and the history keep them."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from sescomposer.core.message import SendingOptions, Tracking

_TEXTS = tuple(f.name for f in fields(SendingOptions) if f.name not in ("tags", "opens", "clicks", "traceable"))


def options_to_json(options: SendingOptions) -> dict[str, Any]:
    """Give options as JSON values.

    >>> options_to_json(SendingOptions(tenant="t"))["tenant"]
    't'
    """
    values: dict[str, Any] = {name: getattr(options, name) for name in _TEXTS}
    return values | {
        "tags": [list(tag) for tag in options.tags],
        "opens": options.opens.value,
        "clicks": options.clicks.value,
        "traceable": options.traceable,
    }


def options_from_json(value: Mapping[str, Any]) -> SendingOptions:
    """Give the options of `options_to_json`; what an older version did not write has its default.

    >>> options_from_json(options_to_json(SendingOptions(tags=(("a", "b"),)))).tags
    (('a', 'b'),)
    """
    plain = SendingOptions()
    return SendingOptions(
        tags=tuple((name, text) for name, text in value.get("tags", ())),
        opens=Tracking(value.get("opens", plain.opens)),
        clicks=Tracking(value.get("clicks", plain.clicks)),
        traceable=value.get("traceable", plain.traceable),
        **{name: value.get(name, "") for name in _TEXTS},
    )
