"""A ZIP archive of files as they are, uncompressed (APPNOTE 6.3): a rope around their octets, which are not copied."""

import struct
import zlib
from collections.abc import Mapping
from datetime import datetime

from sescomposer.core.octets import Octets

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION, _UTF8, _STORED = 20, 0x800, 0
_FIRST_YEAR = 1980


def stored_zip(files: Mapping[str, Octets], at: datetime) -> Octets:
    """Give the octets of an archive.

    Args:
        files: Octets by name, with "/" between folders; all together less than 4 GB.
        at: Time that all of them bear.

    >>> import io, zipfile
    >>> made = stored_zip({"a/b.txt": Octets.of(b"hello")}, datetime(2026, 1, 2))
    >>> zipfile.ZipFile(io.BytesIO(bytes(made))).read("a/b.txt")
    b'hello'
    """
    parts: list[Octets | bytes] = []
    central: list[bytes] = []
    offset = 0
    for name, octets in files.items():
        encoded, crc = name.encode("utf-8"), _crc(octets)
        common = (_UTF8, _STORED, _time(at), _date(at), crc, len(octets), len(octets), len(encoded), 0)
        head = _LOCAL.pack(b"PK\x03\x04", _VERSION, *common) + encoded
        central.append(_CENTRAL.pack(b"PK\x01\x02", _VERSION, _VERSION, *common, 0, 0, 0, 0, offset) + encoded)
        parts += [head, octets]
        offset += len(head) + len(octets)
    directory = b"".join(central)
    end = _END.pack(b"PK\x05\x06", 0, 0, len(files), len(files), len(directory), offset, 0)
    return Octets.join([*parts, directory, end])


def _crc(octets: Octets) -> int:
    found = 0
    for chunk in octets.chunks():
        found = zlib.crc32(chunk, found)
    return found


def _time(at: datetime) -> int:
    return at.hour << 11 | at.minute << 5 | at.second // 2


def _date(at: datetime) -> int:
    return max(at.year - _FIRST_YEAR, 0) << 9 | at.month << 5 | at.day


__all__ = ["stored_zip"]
