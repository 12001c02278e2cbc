"""Messages to protect, and other programs that read and write S/MIME."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sescomposer.core.entity import Entity
from sescomposer.core.parse import parse

if TYPE_CHECKING:
    from authority import Authority
    from smime_readers import CmsUtil, GpgSm, OpenSsl

HEADER = (
    b"From: Ann Example <ann@example.org>\r\nTo: Bob <bob@example.com>\r\n"
    b"Date: Sat, 21 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@example.org>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    b"MIME-Version: 1.0\r\n"
)


@pytest.fixture
def message() -> Callable[[bytes], Entity]:
    """Make a message of Ann's from the octets behind its other fields: Content fields, blank line, body."""
    return lambda octets: parse(HEADER + octets)


@pytest.fixture
def openssl(tmp_path: Path, authority: "Authority") -> "OpenSsl":
    """OpenSSL, trusting the authority's root."""
    from smime_readers import OpenSsl

    return OpenSsl(tmp_path, authority)


@pytest.fixture(scope="session")
def gpgsm(authority: "Authority") -> "Iterator[GpgSm]":
    """gpgsm, trusting the authority's root."""
    from smime_readers import gpgsm as running

    with running(authority) as found:
        yield found


@pytest.fixture(scope="session")
def cmsutil(tmp_path_factory: pytest.TempPathFactory, authority: "Authority") -> "CmsUtil":
    """NSS, trusting the authority's root."""
    from smime_readers import CmsUtil

    return CmsUtil(tmp_path_factory.mktemp("nss"), authority)
