"""Jobs of the bench that need no window. Each gives `value`, and `memory` in MB where that is measured."""

import base64
import mmap
import statistics
from email import policy
from email.parser import BytesParser
from pathlib import Path

from bench_tools import (
    MB,
    Sink,
    email_message,
    message_file,
    ms_of,
    octets_file,
    our_message,
    private_mb,
    run_job,
    text_of,
)

KEYS = 200


def _mapped(path: Path) -> mmap.mmap:
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def keystroke(folder: Path, megabytes: str, characters: str) -> dict[str, float]:
    """Keys in the middle of the text of one message."""
    from sescomposer.core.body_parts import body_parts
    from sescomposer.core.identifiers import SeededIdentifiers
    from sescomposer.core.octets import Octets
    from sescomposer.core.structure import Attachment, splice

    ids = SeededIdentifiers(1)
    files = []
    if int(megabytes):
        files.append(Attachment(Octets.of(_mapped(octets_file(folder, int(megabytes)))), "file.bin"))
    text = text_of(int(characters))
    root = our_message(text, files, ids).root
    part = body_parts(root).text
    assert part is not None
    middle = len(text) // 2

    def key() -> None:
        nonlocal root
        root = splice(root, part.key, middle, 0, "x", ids, utf16=True)
        octets = root.octets
        list(root.walk())
        count = octets.line_count()
        octets.lines(min(count // 2, 300), 60)

    for _ in range(20):
        key()
    return {"value": statistics.median(ms_of(key) for _ in range(KEYS))}


def keystroke_peer(folder: Path, megabytes: str, characters: str) -> dict[str, float]:
    """Rebuild with EmailMessage."""
    attachment = octets_file(folder, int(megabytes)).read_bytes() if int(megabytes) else b""
    text = text_of(int(characters))
    middle = len(text) // 2

    def key() -> None:
        octets = email_message(text[:middle] + "x" + text[middle:], attachment).as_bytes(policy=policy.SMTP)
        octets.count(b"\n")
        octets[: 60 * 78].split(b"\r\n")

    return {"value": statistics.median(ms_of(key) for _ in range(3))}


def build(folder: Path, megabytes: str, target: str) -> dict[str, float]:
    """Compose and write, nothing cached."""
    from sescomposer.core.identifiers import SeededIdentifiers
    from sescomposer.core.octets import Octets
    from sescomposer.core.structure import Attachment

    content = Octets.of(_mapped(octets_file(folder, int(megabytes))))
    our_message("warm", [], SeededIdentifiers(1)).root.octets.write_to(Sink())
    before = private_mb()
    sink = Sink()

    def action() -> None:
        files = [Attachment(content, "file.bin")]
        message = our_message(text_of(4096), files, SeededIdentifiers(1))
        if target:
            with (folder / "built.eml").open("wb", buffering=0) as file:
                message.root.octets.write_to(file)
        else:
            message.root.octets.write_to(sink)

    spent = ms_of(action)
    (folder / "built.eml").unlink(missing_ok=True)
    return {"value": spent, "memory": max(sink.most_mb, private_mb()) - before}


def build_peer(folder: Path, megabytes: str, target: str) -> dict[str, float]:
    """EmailMessage to bytes, and written."""
    content = octets_file(folder, int(megabytes)).read_bytes()
    email_message("warm", b"").as_bytes(policy=policy.SMTP)

    def action() -> None:
        octets = email_message(text_of(4096), content).as_bytes(policy=policy.SMTP)
        if target:
            (folder / "built-peer.eml").write_bytes(octets)

    spent = ms_of(action)
    (folder / "built-peer.eml").unlink(missing_ok=True)
    return {"value": spent}


def build_small(folder: Path) -> dict[str, float]:
    """A message of 0.1 MB, many times."""
    from sescomposer.core.identifiers import SeededIdentifiers
    from sescomposer.core.octets import Octets
    from sescomposer.core.structure import Attachment

    content = octets_file(folder, 1).read_bytes()[: 50 * 1024]
    ids = SeededIdentifiers(1)

    def action() -> None:
        files = [Attachment(Octets.of(content), "file.bin")]
        bytes(our_message(text_of(4096), files, ids).root.octets)

    action()
    return {"value": statistics.median(ms_of(action) for _ in range(20))}


def build_small_peer(folder: Path) -> dict[str, float]:
    """The same by EmailMessage."""
    content = octets_file(folder, 1).read_bytes()[: 50 * 1024]

    def action() -> None:
        email_message(text_of(4096), content).as_bytes(policy=policy.SMTP)

    action()
    return {"value": statistics.median(ms_of(action) for _ in range(20))}


def opened(folder: Path) -> dict[str, float]:
    """Mapped octets to a tree with the offset of every part."""
    from sescomposer.core.location import offset_of
    from sescomposer.core.parse import parse

    parse(b"Subject: warm\r\n\r\n")
    mapping = _mapped(message_file(folder))
    before = private_mb()

    def action() -> None:
        root = parse(mapping)
        for entity in root.walk():
            offset_of(root, entity.key)
            _ = entity.media_type

    spent = ms_of(action)
    return {"value": spent, "memory": private_mb() - before}


def opened_peer(folder: Path) -> dict[str, float]:
    """The standard library's parser."""
    path = message_file(folder)

    def action() -> None:
        with path.open("rb") as file:
            list(BytesParser(policy=policy.default).parse(file).walk())

    return {"value": ms_of(action)}


def _encoded(folder: Path) -> bytes:
    path = folder / "encoded.txt"
    if not path.exists():
        octets = base64.encodebytes(octets_file(folder, 28).read_bytes()).replace(b"\n", b"\r\n")
        beside = path.with_suffix(".part")
        beside.write_bytes(octets)
        beside.replace(path)
    return path.read_bytes()


def decoded(folder: Path, target: str) -> dict[str, float]:
    """Decode a given base64 body as a stream."""
    from sescomposer.core.octets import Octets
    from sescomposer.core.transfer_encoding import TransferEncoding, decode_to

    octets = Octets.of(_encoded(folder))
    decode_to(octets[:MB], TransferEncoding.BASE64, Sink())

    def action() -> None:
        if target:
            with (folder / "decoded.bin").open("wb", buffering=0) as file:
                decode_to(octets, TransferEncoding.BASE64, file)
        else:
            decode_to(octets, TransferEncoding.BASE64, Sink())

    spent = ms_of(action)
    (folder / "decoded.bin").unlink(missing_ok=True)
    return {"value": spent}


def decoded_peer(folder: Path, target: str) -> dict[str, float]:
    """The standard library's decoder."""
    octets = _encoded(folder)
    base64.decodebytes(octets[:78])

    def action() -> None:
        content = base64.decodebytes(octets)
        if target:
            (folder / "decoded-peer.bin").write_bytes(content)

    spent = ms_of(action)
    (folder / "decoded-peer.bin").unlink(missing_ok=True)
    return {"value": spent}


if __name__ == "__main__":
    run_job(
        {
            job.__name__: job
            for job in (
                keystroke,
                keystroke_peer,
                build,
                build_peer,
                build_small,
                build_small_peer,
                opened,
                opened_peer,
                decoded,
                decoded_peer,
            )
        }
    )
