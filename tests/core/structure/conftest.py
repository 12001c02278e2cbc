"""Messages to edit, and what must hold after every edit."""

import email
import email.policy
from collections.abc import Callable
from email.message import EmailMessage

import pytest

from sescomposer.core import SeededIdentifiers
from sescomposer.core.entity import Entity
from sescomposer.core.parse import parse
from sescomposer.core.serialize import serialize


def shape(root: Entity) -> list[tuple[str, int, bytes, bytes]]:
    """Give type, number of children, header section and (of a leaf) body of every entity in order."""
    return [
        (
            entity.media_type,
            len(entity.children),
            bytes(entity.header.octets),
            b"" if entity.children else bytes(entity.body.octets),
        )
        for entity in root.walk()
    ]


def check_reading(root: Entity) -> None:
    """Assert that reading the octets of a tree gives that tree."""
    octets = bytes(root.octets)
    parsed = parse(octets)
    assert serialize(parsed) == octets
    assert shape(parsed) == shape(root)


@pytest.fixture
def ids() -> SeededIdentifiers:
    """The same identifiers in each test."""
    return SeededIdentifiers("tests")


@pytest.fixture
def check() -> Callable[[Entity], None]:
    """`check_reading`."""
    return check_reading


@pytest.fixture
def types() -> Callable[[Entity], str]:
    """Write the structure of a tree as `mixed(plain,html)`."""

    def write(entity: Entity) -> str:
        name = entity.media_type.partition("/")[2]
        return f"{name}({','.join(map(write, entity.children))})" if entity.children else name

    return write


@pytest.fixture
def read_independently() -> Callable[[Entity], EmailMessage]:
    """Read a tree with the standard library, which must report no defect but the one of names in two forms."""

    def read(root: Entity) -> EmailMessage:
        message = email.message_from_bytes(bytes(root.octets), policy=email.policy.default)
        for part in message.walk():
            assert not part.defects
            for name, value in part.items():
                found = {str(defect) for defect in value.defects}
                allowed = {"duplicate parameter name; duplicate(s) ignored"} if name == "Content-Disposition" else set()
                assert found <= allowed, (name, value)
        return message

    return read
