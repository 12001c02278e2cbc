"""Wanted protection as JSON values, as the journal and the drafts keep it."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from sescomposer.core.message import Method, Protection

_OLD = {
    "none": (None, None),
    "sign": (True, None),
    "encrypt": (None, True),
    "sign-and-encrypt": (True, True),
}
"""Words of versions that knew no more than these."""

_NAMES = frozenset(field.name for field in fields(Protection))


def protection_to_json(protection: Protection) -> dict[str, Any]:
    """Give wanted protection as JSON values; what has its default is left out.

    >>> protection_to_json(Protection(sign=True, opaque=True))
    {'sign': True, 'opaque': True}
    """
    values = {name.name: getattr(protection, name.name) for name in fields(Protection)}
    return {
        name: value.value if isinstance(value, Method) else value
        for name, value in values.items()
        if value != getattr(Protection(), name)
    }


def protection_from_json(value: Mapping[str, Any] | str) -> Protection:
    """Give the wanted protection of `protection_to_json`, or of the word of an older version.

    >>> protection_from_json("sign")
    Protection(sign=True, encrypt=None, method=<Method.SMIME: 'smime'>, opaque=False, header_protection=None, key='', \
autocrypt=False)

    Raises:
        KeyError, ValueError: It is of another form.
    """
    if isinstance(value, str):
        sign, encrypt = _OLD[value]
        return Protection(sign=sign, encrypt=encrypt)
    known = {name: of for name, of in value.items() if name in _NAMES}
    return Protection(**known | {"method": Method(known.get("method", Method.SMIME))})
