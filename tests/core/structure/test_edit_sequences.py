"""Random sequences of edits: nothing else changes, and what is written is read as the same tree."""

from collections.abc import Callable

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sescomposer.core import SeededIdentifiers, parse, serialize
from sescomposer.core import structure as edits
from sescomposer.core.entity import Entity, Key, Multipart
from sescomposer.core.errors import EditError, EncodingError
from sescomposer.core.octets import Octets
from sescomposer.core.structure import Attachment
from sescomposer.core.transfer_encoding import TransferEncoding

FOREIGN = [
    b"",
    b"Subject: only a header",
    b"\r\nonly a body",
    b"no header at all\r\n",
    b"Subject: LF\nContent-Type: text/html; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\n"
    b"<p>Gr\xfc\xdfe</p>\n",
    b"Subject: a\rContent-Type: text/plain\r\rCR only\r",
    b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw==\r\n",
    b"Content-Type: text/plain; charset=utf-8\r\n\r\n\xff\xfe undecodable\r\n",
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\npreamble\r\n--b  \r\n\r\none\r\n--b\r\n'
    b"Content-Type: text/html\r\n\r\n<p>two\r\n--b--\r\nepilogue\r\n",
    b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=bb\n\n--bb\n\n"
    b"text\n--bb\nContent-Type: text/html\n\n<p>html\n--bb--\n--b\nContent-Type: application/pdf; name=a.pdf\n"
    b"Content-Disposition: attachment; filename=a.pdf\nContent-Transfer-Encoding: base64\n\nAAAA\n--b--\n",
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n"
    b"--c\r\n\r\nno end\r\n--c\r\nContent-Type: text/html",
    b"Content-Type: multipart/digest; boundary=d\r\n\r\n--d\r\n\r\nSubject: one\r\n\r\nfirst\r\n--d\r\n"
    b"Content-Type: text/plain\r\n\r\nnot a message\r\n--d--\r\n",
    b"Content-Type: message/rfc822\r\n\r\nSubject: inside\r\nContent-Type: multipart/related; boundary=r\r\n\r\n--r\r\n"
    b"Content-Type: text/html\r\n\r\n<img src=cid:i>\r\n--r\r\nContent-Type: image/png\r\nContent-ID: <i>\r\n"
    b"Content-Disposition: inline\r\n\r\npng\r\n--r--\r\n",
    b"MIME-Version: 1.0\r\nContent-Type: multipart/signed; boundary=s; protocol=x/y\r\n\r\n--s\r\n"
    b"Content-Type: text/plain\r\n\r\nsigned\r\n--s\r\nContent-Type: x/y\r\n\r\nsignature\r\n--s--\r\n",
]

WORDS = st.text("aB é世😀=.-<>\n", max_size=30) | st.sampled_from(["From me", ".", "--b", "--", "x" * 1200, "a \nb"])
TYPES = [
    "text/html",
    "text/plain; charset=utf-8",
    "multipart/mixed",
    "multipart/mixed; boundary=b",
    "multipart/digest; boundary=d",
    "message/rfc822",
    "base64",
    "8bit",
    "?",
]
NAMES = st.text("aé世 \"\\;='%.", min_size=1, max_size=20)
MESSAGE = b"Subject: attached\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGr\xc3\xbc\xc3\x9fe\r\n"


def shape(root: Entity) -> list[tuple[str, int, bytes, bytes]]:
    """What a reader sees of each entity."""
    return [
        (e.media_type, len(e.children), bytes(e.header.octets), b"" if e.children else bytes(e.body.octets))
        for e in root.walk()
    ]


class Edits(RuleBasedStateMachine):
    """One message under random edits."""

    def __init__(self) -> None:
        super().__init__()
        self.root: Entity = edits.blank_message()
        self.ids = SeededIdentifiers("sequence")

    @initialize(octets=st.sampled_from([None, *FOREIGN]))
    def start(self, octets: bytes | None) -> None:
        """Begin with a new message or a foreign one."""
        self.root = edits.blank_message() if octets is None else parse(octets)

    def pick(self, number: int, *, leaf: bool = False) -> Entity:
        """Choose an entity by any number."""
        entities = [entity for entity in self.root.walk() if not (leaf and entity.children)]
        return entities[number % len(entities)]

    def apply(self, edit: Callable[[], Entity], *targets: Key) -> None:
        """Edit, and assert that no leaf but the targets has other octets."""
        before = self.root
        try:
            self.root = edit()
        except (EditError, EncodingError):
            return
        old = {entity.key: entity for entity in before.walk()}
        for entity in self.root.walk():
            known = old.get(entity.key)
            if known is None or known is entity or entity.key in targets or entity.children or known.children:
                continue
            assert entity.body is known.body

    @rule(number=st.integers(0, 50), words=WORDS, part=st.floats(0, 1), removed=st.integers(0, 3))
    def type_text(self, number: int, words: str, part: float, removed: int) -> None:
        """One edit of an editor."""
        leaf = self.pick(number, leaf=True)
        boundaries = [e.body.boundary for e in self.root.walk() if isinstance(e.body, Multipart)]
        if boundaries and words == "--":
            words = "\n--" + boundaries[number % len(boundaries)].decode("ascii")
        try:
            length = len(edits.editable_text(leaf))
        except (EditError, EncodingError):
            length = 0
        position = int(part * length)
        count = min(removed, length - position)
        self.apply(lambda: edits.splice(self.root, leaf.key, position, count, words, self.ids), leaf.key)

    @rule(words=st.none() | WORDS)
    def set_text(self, words: str | None) -> None:
        """Whole text."""
        text = edits.body_parts(self.root).text
        self.apply(lambda: edits.with_text(self.root, words, self.ids), text.key if text else Key(0))

    @rule(words=st.none() | WORDS)
    def set_html(self, words: str | None) -> None:
        """Whole HTML."""
        html = edits.body_parts(self.root).html
        self.apply(lambda: edits.with_html(self.root, words, self.ids), html.key if html else Key(0))

    @rule(content=st.binary(max_size=100), name=NAMES, kind=st.sampled_from(["a/b", "text/csv", "message/rfc822"]))
    def attach(self, content: bytes, name: str, kind: str) -> None:
        """A file, or a message."""
        octets = MESSAGE + content.replace(b"\r", b"") if kind == "message/rfc822" else content
        self.apply(lambda: edits.attach(self.root, Attachment(Octets.of(octets), name, kind), self.ids))

    @rule(name=NAMES)
    def embed(self, name: str) -> None:
        """An inline image."""
        image = Attachment(Octets.of(b"png"), name, "image/png")
        self.apply(lambda: edits.embed(self.root, image, self.ids)[0])

    @rule(number=st.integers(0, 50))
    def remove(self, number: int) -> None:
        """Any entity."""
        self.apply(lambda: edits.remove(self.root, self.pick(number).key, self.ids), self.root.key)

    @rule(number=st.integers(0, 50), home=st.integers(0, 50), index=st.integers(0, 4))
    def move(self, number: int, home: int, index: int) -> None:
        """Any entity to any place."""
        keys = self.pick(number).key, self.pick(home).key
        self.apply(lambda: edits.move(self.root, *keys, index, self.ids), self.root.key)

    @rule(number=st.integers(0, 50), subtype=st.sampled_from(["mixed", "related", "digest", "alternative"]))
    def wrap(self, number: int, subtype: str) -> None:
        """Put into a container."""
        self.apply(lambda: edits.wrap(self.root, self.pick(number).key, subtype, self.ids))

    @rule(number=st.integers(0, 50))
    def unwrap(self, number: int) -> None:
        """Take a container away."""
        self.apply(lambda: edits.unwrap(self.root, self.pick(number).key, self.ids))

    @rule(number=st.integers(0, 50))
    def lift(self, number: int) -> None:
        """Take a signature away."""
        self.apply(lambda: edits.lift(self.root, self.pick(number).key, self.ids))

    @rule(number=st.integers(0, 50), name=NAMES)
    def say(self, number: int, name: str) -> None:
        """Header fields of any entity."""
        key = self.pick(number).key
        self.apply(lambda: edits.with_description(self.root, key, name))
        self.apply(lambda: edits.with_header_field(self.root, key, "X-Name", name))
        if not self.pick(number).children:
            self.apply(lambda: edits.with_file_name(self.root, key, name))

    @rule(number=st.integers(0, 50), value=st.sampled_from(TYPES), name=st.sampled_from(["Type", "Transfer-Encoding"]))
    def retype(self, number: int, value: str, name: str) -> None:
        """A field that changes how the body is read."""
        target = self.pick(number)
        keys = [entity.key for entity in target.walk()]
        self.apply(lambda: edits.with_header_field(self.root, target.key, f"Content-{name}", value), *keys)

    @rule(
        number=st.integers(0, 50),
        encoding=st.sampled_from(["7bit", "8bit", "quoted-printable", "base64"]),
        charset=st.sampled_from(["utf-8", "iso-8859-1", "us-ascii", "utf-16"]),
    )
    def encode(self, number: int, encoding: str, charset: str) -> None:
        """Another charset, another transfer encoding."""
        key = self.pick(number).key
        self.apply(lambda: edits.with_charset(self.root, key, charset, self.ids), key)
        self.apply(lambda: edits.with_transfer_encoding(self.root, key, TransferEncoding(encoding), self.ids), key)

    @rule(number=st.integers(0, 50), content=st.binary(max_size=60))
    def replace(self, number: int, content: bytes) -> None:
        """Other content."""
        key = self.pick(number, leaf=True).key
        self.apply(lambda: edits.replace(self.root, key, Octets.of(content), self.ids), key)

    @rule(number=st.integers(0, 50))
    def remake(self, number: int) -> None:
        """Encode anew."""
        target = self.pick(number)
        self.apply(lambda: edits.remake(self.root, target.key, self.ids), *[entity.key for entity in target.walk()])

    @invariant()
    def reads_as_written(self) -> None:
        """What is written is read as the same tree."""
        octets = bytes(self.root.octets)
        parsed = parse(octets)
        assert serialize(parsed) == octets
        assert shape(parsed) == shape(self.root)
        assert len({entity.key for entity in self.root.walk()}) == len(list(self.root.walk()))


Edits.TestCase.settings = settings(
    max_examples=100, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestEdits = Edits.TestCase


def test_unopened_message_of_a_digest_is_no_text_when_its_encoding_is_unknown() -> None:
    state = Edits()
    state.start(octets=FOREIGN[[b"digest" in octets for octets in FOREIGN].index(True)])
    state.retype(name="Transfer-Encoding", number=1, value="text/html")
    state.type_text(number=0, part=0.0, removed=0, words="")
    state.reads_as_written()
    state.teardown()
