"""The sample message of the first start: finished, in several scripts, with an inline image and an attachment."""

from sescomposer import resources
from sescomposer.core.compose import compose
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.message import Message
from sescomposer.core.octets import Octets
from sescomposer.core.structure import Attachment

FROM = "Zoë Schmidt <zoe@example.com>"
TO = "Kai <kai@example.org>, success@simulator.amazonses.com"
CONTENT_ID = "leaf@sample.example"


def sample_message(ids: Identifiers) -> Message:
    """Compose the sample from its resource files."""
    return compose(
        FROM,
        TO,
        "Garden party 🌹 – you are invited",
        cc="अनु शर्मा <anu@example.net>",
        text=resources.read_text("sample/message.txt"),
        html=resources.read_text("sample/message.html"),
        inline=[Attachment(_octets("leaf.png"), "leaf.png", "image/png", content_id=CONTENT_ID)],
        attachments=[Attachment(_octets("programme.csv"), "Programme für alle.csv", "text/csv")],
        ids=ids,
    )


def _octets(name: str) -> Octets:
    """Read one ingredient."""
    return Octets.of(resources.read_octets(f"sample/{name}"))
