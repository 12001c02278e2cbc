"""Opening, saving and attaching through the ports, and messages begun by a link."""

from collections.abc import Callable
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from sescomposer.bootstrap import make_services
from sescomposer.core.body_parts import body_parts
from sescomposer.core.checks import check
from sescomposer.core.entity import Entity
from sescomposer.core.errors import MessageError, StoreError, UnreadableError
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.mailto import Mailto, parse_mailto
from sescomposer.core.parse import parse
from sescomposer.core.progress import Progress
from sescomposer.core.serialize import serialize
from sescomposer.services.documents import Documents
from sescomposer.services.sample import sample_message

CORPUS = sorted((Path(__file__).parents[1] / "data" / "eml").rglob("*.eml"))


@pytest.fixture
def documents(home: Path) -> Documents:
    del home
    return make_services().documents


def test_what_is_opened_is_saved_octet_for_octet(documents: Documents, tmp_path: Path) -> None:
    out = tmp_path / "out.eml"
    for file in (*CORPUS[:8], Path(__file__)):
        message = documents.open(file)
        documents.save(message, out)
        assert out.read_bytes() == file.read_bytes()
        assert body_parts(message.root) == body_parts(message.root)


def test_an_opened_file_may_change_or_vanish(documents: Documents, tmp_path: Path) -> None:
    file = tmp_path / "m.eml"
    file.write_bytes(b"Subject: a\r\n\r\n" + b"x" * 100_000)
    message = documents.open(file)
    file.write_bytes(b"")
    file.unlink()
    assert len(message.root.octets) == 100_014
    assert message.root.subject == "a"


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: None], ids=["folder", "absent"])
def test_what_cannot_be_read_is_said(make: Callable[[Path], object], documents: Documents, tmp_path: Path) -> None:
    place = tmp_path / "संदेश 🌹.eml"
    make(place)
    for act in (documents.open, documents.attached):
        with pytest.raises(UnreadableError) as caught:
            act(place)
        assert "🌹" in caught.value.sentence


def test_a_part_is_saved_decoded_and_octets_exactly(documents: Documents, tmp_path: Path) -> None:
    root = parse(b"Content-Transfer-Encoding: base64\r\n\r\nSGk=\r\n")
    documents.save_part(root, tmp_path / "part")
    documents.save_octets(root.octets, tmp_path / "whole")
    assert (tmp_path / "part").read_bytes() == b"Hi"
    assert (tmp_path / "whole").read_bytes() == serialize(root)
    with pytest.raises(StoreError):
        documents.save_part(root, tmp_path / "absent" / "part")


def test_attached_files_keep_their_names_and_get_their_types(documents: Documents, tmp_path: Path) -> None:
    file = tmp_path / "रिपोर्ट 🌹.pdf"
    file.write_bytes(b"%PDF-1.7")
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    made = documents.attached(file)
    assert (made.file_name, made.media_type, bytes(made.octets)) == (file.name, "application/pdf", b"%PDF-1.7")
    assert len(documents.attached(empty).octets) == 0
    assert documents.pasted(b"\x89PNG\r\n\x1a\n", "shot.png").media_type == "image/png"


def test_a_link_starts_a_message(documents: Documents) -> None:
    wish = parse_mailto(
        "mailto:Zo%C3%AB%20%3Cz@b%C3%BCcher.example%3E?subject=Gr%C3%BC%C3%9Fe&keywords=a&body=1%0D%0A2"
    )
    root = documents.from_mailto(wish).root
    names = [field.name for field in root.header.fields]
    assert names == ["From", "To", "Subject", "Keywords", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"]
    assert root.header.get("To") == "=?utf-8?q?Zo=C3=AB?= <z@xn--bcher-kva.example>"
    assert (root.subject, root.text()) == ("Grüße", "1\n2")
    assert {f.code for f in check(documents.from_mailto(wish))} == {"field-without-address"}
    assert serialize(documents.from_mailto(Mailto()).root) == serialize(documents.new().root)


NO_HALVES = st.characters(exclude_categories=["Cs"])


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(NO_HALVES, max_size=80) | st.text('mailto:?&=%0D%0A@,subjectbodycc<>"', max_size=80))
def test_no_link_makes_other_fields(documents: Documents, rest: str) -> None:
    wish = parse_mailto(f"mailto:{rest}")
    root = documents.from_mailto(wish).root
    again = parse(serialize(root))
    assert field_names(again) == field_names(root)
    assert set(field_names(root)) <= {*field_names(documents.new().root), *(name for name, _ in wish.fields)}
    assert again.text().rstrip("\n") == wish.body.replace("\r", "\n").rstrip("\n") or "\x0c" in wish.body


def field_names(root: Entity) -> list[str]:
    """Give the names of all fields."""
    return [field.name for field in root.header.fields]


def test_cancelled_opening_keeps_nothing(documents: Documents, tmp_path: Path) -> None:
    class Cancelling(Progress):
        def step(self, done: int, total: int) -> None:
            raise MessageError("stop")

    file = tmp_path / "m.eml"
    file.write_bytes(b"x" * 1_000_000)
    with pytest.raises(MessageError):
        documents.open(file, Cancelling())


def test_the_sample_is_finished() -> None:
    message = sample_message(SeededIdentifiers())
    assert [finding.message for finding in check(message)] == []
    parts = body_parts(message.root)
    assert parts.text is not None
    assert parts.html is not None
    assert [part.file_name for part in (*parts.inline, *parts.attachments)] == ["leaf.png", "Programme für alle.csv"]
    assert serialize(parse(serialize(message.root))) == serialize(message.root)


def test_what_panes_ask_of_a_message_is_worked_out_when_it_is_opened(documents: Documents, tmp_path: Path) -> None:
    file = tmp_path / "m.eml"
    file.write_bytes(b"Subject: a\n\n" + b"a line of text\n" * 1000)
    root = documents.open(file).root
    assert {"text_value", "subject"} <= root.__dict__.keys()
    assert all("name" in field.__dict__ for field in root.header.fields)


@pytest.mark.parametrize("charset", [b"x-unknown", b"us-ascii", b"utf-16"])
def test_a_text_that_cannot_be_edited_is_opened(charset: bytes, documents: Documents, tmp_path: Path) -> None:
    file = tmp_path / "m.eml"
    octets = b"Content-Type: text/plain; charset=" + charset + b"\n\n\xff\n"
    file.write_bytes(octets)
    assert bytes(documents.open(file).root.octets) == octets
