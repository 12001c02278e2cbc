"""What the jobs of the bench share: inputs made once, clocks, private memory, and how a job is run."""

import json
import os
import random
import sys
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sescomposer.core.identifiers import Identifiers
    from sescomposer.core.message import Message
    from sescomposer.core.structure import Attachment

MB = 1 << 20
HTML = (
    '<!DOCTYPE html><html><body><img src="cid:image@bench.example">\n'
    + "".join(f"<p>Absatz {i}: some words für alle.</p>\n" for i in range(480))
    + "</body></html>\n"
)
IMAGE = random.Random(3).randbytes(30 * 1024)
TO, FROM, SUBJECT = "Kai <kai@example.org>", "Zoë <zoe@example.com>", "Grüße aus der Werkstatt"


def octets_file(folder: Path, megabytes: int, name: str = "file") -> Path:
    """Give a file of that many MB of noise, made once in the folder."""
    path = folder / f"{name}-{megabytes}.bin"
    if not path.exists():
        noise = random.Random(1)
        beside = path.with_suffix(".part")
        with beside.open("wb") as file:
            for _ in range(megabytes):
                file.write(noise.randbytes(MB))
        beside.replace(path)
    return path


def text_of(characters: int) -> str:
    """Give a text with lines of up to 1,000 characters, mostly ASCII, the same each time."""
    words = random.Random(2)
    lines: list[str] = []
    length = 0
    while length < characters:
        line = "the quick brown fox für alle " * words.randint(1, 33)
        lines.append(line.strip())
        length += len(line) + 1
    return "\n".join(lines)[:characters]


def email_message(text: str, attachment: bytes, image: bytes = IMAGE) -> EmailMessage:
    """The yardstick's message: text, HTML with an inline image, and one attachment."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = FROM, TO, SUBJECT
    message.set_content(text)
    message.add_alternative(HTML, subtype="html")
    html = message.get_payload()[1]  # type: ignore[index]
    html.add_related(image, "image", "png", cid="<image@bench.example>", filename="image.png")  # type: ignore[union-attr]
    if attachment:
        message.add_attachment(attachment, maintype="application", subtype="octet-stream", filename="file.bin")
    return message


def our_message(text: str, files: "list[Attachment]", ids: "Identifiers") -> "Message":
    """The same message by our core."""
    from sescomposer.core.compose import compose
    from sescomposer.core.octets import Octets
    from sescomposer.core.structure import Attachment

    image = Attachment(Octets.of(IMAGE), "image.png", "image/png", "inline", "image@bench.example")
    return compose(FROM, TO, SUBJECT, text=text, html=HTML, inline=[image], attachments=files, ids=ids)


def message_file(folder: Path) -> Path:
    """Give a message of about 38 MB written by the standard library, made once in the folder."""
    path = folder / "message.eml"
    if not path.exists():
        from email import policy

        octets = email_message(text_of(4096), octets_file(folder, 28).read_bytes()).as_bytes(policy=policy.SMTP)
        beside = path.with_suffix(".part")
        beside.write_bytes(octets)
        beside.replace(path)
    return path


def private_mb() -> float:
    """Give the private, anonymous memory of this process in MB; 0 where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("RssAnon"))


class Sink:
    """Discards what it is given and remembers the most memory that was held meanwhile."""

    def __init__(self) -> None:
        self.most_mb = private_mb()
        self._calls = 0

    def write(self, octets: bytes | memoryview, /) -> int:
        """Take octets; looks at the memory at every 64th call, so that looking costs nothing."""
        self._calls += 1
        if self._calls % 64 == 0:
            self.most_mb = max(self.most_mb, private_mb())
        return len(octets)


def ms_of(action: Callable[[], object]) -> float:
    """Run an action once and give its time in ms."""
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def run_job(jobs: dict[str, Callable[..., dict[str, float]]]) -> None:
    """Run the job that the arguments name and print what it measured as JSON."""
    name, folder, *words = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    print(json.dumps(jobs[name](Path(folder), *words)))
