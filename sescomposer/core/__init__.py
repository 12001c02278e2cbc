"""Values in, values out: MIME trees, parsing, rendering, edits, checks. No Qt, AWS, disk, network, clock or chance.

The public interface for programs; each name is imported when it is first asked for.

>>> from sescomposer.core import parse, serialize
>>> serialize(parse(b"Subject: Hi\\r\\n\\r\\nBody")) == b"Subject: Hi\\r\\n\\r\\nBody"
True
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sescomposer.core.body_parts import BodyParts, body_parts
    from sescomposer.core.compose import compose
    from sescomposer.core.entity import Entity
    from sescomposer.core.envelope import Envelope, envelope_of
    from sescomposer.core.findings import Finding, Fix, Severity, Where
    from sescomposer.core.identifiers import Identifiers, RandomIdentifiers, SeededIdentifiers
    from sescomposer.core.location import locate, span
    from sescomposer.core.message import EnvelopeOverride, Message, Road, SendingOptions
    from sescomposer.core.octets import Octets
    from sescomposer.core.parse import parse
    from sescomposer.core.seal import MemoryTarget, Sealed, seal
    from sescomposer.core.serialize import serialize
    from sescomposer.core.structure import Attachment

_HOMES = {
    "Attachment": "structure",
    "BodyParts": "body_parts",
    "Entity": "entity",
    "Envelope": "envelope",
    "EnvelopeOverride": "message",
    "Finding": "findings",
    "Fix": "findings",
    "Identifiers": "identifiers",
    "MemoryTarget": "seal",
    "Message": "message",
    "Octets": "octets",
    "RandomIdentifiers": "identifiers",
    "Road": "message",
    "Sealed": "seal",
    "SeededIdentifiers": "identifiers",
    "SendingOptions": "message",
    "Severity": "findings",
    "Where": "findings",
    "body_parts": "body_parts",
    "compose": "compose",
    "envelope_of": "envelope",
    "locate": "location",
    "parse": "parse",
    "seal": "seal",
    "serialize": "serialize",
    "span": "location",
}

__all__ = [
    "Attachment",
    "BodyParts",
    "Entity",
    "Envelope",
    "EnvelopeOverride",
    "Finding",
    "Fix",
    "Identifiers",
    "MemoryTarget",
    "Message",
    "Octets",
    "RandomIdentifiers",
    "Road",
    "Sealed",
    "SeededIdentifiers",
    "SendingOptions",
    "Severity",
    "Where",
    "body_parts",
    "compose",
    "envelope_of",
    "locate",
    "parse",
    "seal",
    "serialize",
    "span",
]


class _Package(ModuleType):
    """The package, where `parse` is the function also after somebody has imported the module `parse`."""

    def __setattr__(self, name: str, value: object) -> None:
        """Leave public names alone when the import system binds a module of that name."""
        if not (isinstance(value, ModuleType) and name in _HOMES):
            super().__setattr__(name, value)

    def __getattr__(self, name: str) -> object:
        """Import a public name from its module and keep it."""
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value: object = getattr(import_module(f"{__name__}.{home}"), name)
        super().__setattr__(name, value)
        return value


sys.modules[__name__].__class__ = _Package
